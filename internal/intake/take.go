package intake

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// Take takes in a lead that came by HTTP, in a body of any of the shapes that
// flow.LeadEvent reads: it is stored with the duty to send it, and sent. When
// sending fails the sweeper does it; the lead counts as taken in all the same.
// The same event taken again is the same lead. The error is a
// *flow.RejectError, in terms of the body, when it can never succeed. A request
// that once (nil: none) knows takes nothing in.
func (o *Outbox) Take(ctx context.Context, tenant uuid.UUID, body []byte, as flow.Arrival, once *flow.Once[flow.TakenLead]) (flow.TakenLead, error) {
	as.At = o.Clock.Now()
	if as.ID == "" {
		as.ID = uuid.Must(uuid.NewV7()).String()
	}
	event, under, err := flow.LeadEvent(tenant, body, as)
	if err != nil {
		return flow.TakenLead{}, err
	}
	var received caught
	if _, err := o.Accept(&received, tenant, event); err != nil {
		if refused, is := errors.AsType[*flow.RejectError](err); is {
			refused.Reason = strings.Replace(refused.Reason, under, "", 1)
		}
		return flow.TakenLead{}, err
	}
	taken, err := o.Store.Receive(ctx, received.event, once)
	if err != nil || once != nil && once.Given != nil {
		return flow.TakenLead{}, err
	}
	if err := o.send(ctx, received.event, taken.ID); err != nil {
		slog.WarnContext(ctx, "a lead is sent to the queue later", "tenant_id", tenant, "lead_id", taken.ID, "error", err)
	}
	return taken, nil
}

// send spares a new event the reading.
func (o *Outbox) send(ctx context.Context, r ReceivedEvent, stored uuid.UUID) error {
	if stored == r.ID {
		return o.Queue.SendLead(ctx, r.TenantID, r.Body)
	}
	return o.Resend(ctx, r.TenantID, stored)
}

// caught keeps the event that Accept makes.
type caught struct{ event ReceivedEvent }

// AddReceived implements ReceivedWriter.
func (c *caught) AddReceived(event ReceivedEvent) { c.event = event }
