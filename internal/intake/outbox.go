package intake

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/flow"
)

// Outbox takes leads in that come synchronously (API, import, lead webhook):
// the lead is stored, with the duty to send it, in the transaction of whoever
// takes it in, and sent to the queue after its commit.
type Outbox struct {
	Store OutboxStore
	Queue Queue
	Clock clock.Clock
}

// OutboxStore keeps lead events that wait to be decided.
type OutboxStore interface {
	// Receive stores an event and its outbox duty in a transaction of its own,
	// and tells under which id it is stored: another than the event's own when
	// the tenant has had it before. A request that once knows stores nothing.
	Receive(ctx context.Context, event ReceivedEvent, once *flow.Once[flow.TakenLead]) (flow.TakenLead, error)
	// Outgoing reads the body of an event; found is false when it is decided
	// already, or not known.
	Outgoing(ctx context.Context, tenant, event uuid.UUID) (body []byte, found bool, err error)
}

// Queue is the lead queue.
type Queue interface {
	// SendLead puts a lead event on the queue, in the tenant's message group.
	SendLead(ctx context.Context, tenant uuid.UUID, body []byte) error
}

// ReceivedWriter adds an event to a transaction. An event that the tenant has
// already is left as it is.
type ReceivedWriter interface{ AddReceived(event ReceivedEvent) }

// ReceivedEvent is a lead event that was taken in and not decided yet.
type ReceivedEvent struct {
	ID, TenantID uuid.UUID
	EventName
	Body []byte
	// ContactID is the contact that was stored together with the event, and is
	// taken as it is when the event is decided; zero: the body says who it is.
	ContactID uuid.UUID
	// At is virtual time, DueAt the real instant at which it is sent again.
	At, DueAt time.Time
}

// The sweeper sends an event again that has not been decided for a minute.
const outboxDueAfter = time.Minute

// Accept checks a lead event of the tenant and adds it, with the duty to send
// it, to the caller's transaction. After its commit the caller calls Resend
// with the id; should that fail, the sweeper does it. The error is a
// *flow.RejectError when the event can never succeed.
func (o *Outbox) Accept(tx ReceivedWriter, tenant uuid.UUID, body []byte) (uuid.UUID, error) {
	event, err := flow.ParseEvent(body)
	if err != nil {
		return uuid.Nil, err
	}
	if event.TenantID != tenant {
		return uuid.Nil, &flow.RejectError{Reason: "tenantid is another tenant's"}
	}
	r := ReceivedEvent{
		ID: uuid.Must(uuid.NewV7()), TenantID: tenant, EventName: EventName{Source: event.Source, ID: event.ID},
		Body: event.Body, At: o.Clock.Now(), DueAt: o.Clock.Real().Add(outboxDueAfter),
	}
	tx.AddReceived(r)
	return r.ID, nil
}

// Resend sends a stored event to the queue unless it is decided. Sending one
// twice is harmless.
func (o *Outbox) Resend(ctx context.Context, tenant, event uuid.UUID) error {
	body, found, err := o.Store.Outgoing(ctx, tenant, event)
	if err != nil || !found {
		return err
	}
	if err := o.Queue.SendLead(ctx, tenant, body); err != nil {
		return fmt.Errorf("send lead event %s to the queue: %w", event, err)
	}
	return nil
}
