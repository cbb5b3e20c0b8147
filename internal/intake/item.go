package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// item is a record on its way.
type item struct {
	Record

	event flow.Event
	// tenant is zero when the message names none that could be one.
	tenant uuid.UUID
	// claimed is what the message says that its tenant is.
	claimed string
	// reject is why the message can never succeed.
	reject string
	// name is the event's; empty parts when the message gives none.
	name EventName

	outcome  flow.LeadOutcome
	repeated bool
	// starts are executions to be given to the state machine.
	starts []uuid.UUID
	// err sends the record back to the queue.
	err error
}

// read parses a message. One whose parsing panics goes back.
func (in *Intake) read(ctx context.Context, r Record) (it *item) {
	it = &item{Record: r}
	defer func() {
		if p := recover(); p != nil {
			in.logger().ErrorContext(ctx, "reading a message panicked", "message_id", r.MessageID, "stack", string(debug.Stack()))
			it.err = fmt.Errorf("panic while reading message %s: %v", r.MessageID, p)
		}
	}()
	event, err := flow.ParseEvent(r.Body)
	if err == nil {
		it.event, it.tenant, it.name = event, event.TenantID, EventName{Source: event.Source, ID: event.ID}
		it.claimed = event.TenantID.String()
		return it
	}
	it.reject = err.Error()
	if refused, ok := errors.AsType[*flow.RejectError](err); ok {
		it.claimed, it.name = refused.Tenant, EventName{Source: refused.Source, ID: refused.ID}
		if len(refused.Tenant) == len(uuid.Nil.String()) { // the parser takes other notations too
			it.tenant, _ = uuid.Parse(refused.Tenant)
		}
	}
	return it
}

// named says whether the event has a name under which it can be recorded.
func (it *item) named() bool { return it.name.Source != "" && it.name.ID != "" }

// asReject is what is recorded when there is no event to record.
func (it *item) asReject() Reject {
	return Reject{MessageID: it.MessageID, ClaimedTenant: it.claimed, Reason: it.reject}
}

// body is what is stored of the event: of a rejected one its name alone, for
// it need not even be JSON, and stands whole in the dead-letter queue.
func (it *item) body() json.RawMessage {
	if it.reject == "" {
		return it.event.Body
	}
	encoded, _ := json.Marshal(struct { // texts alone
		TenantID string `json:"tenantid"`
		Source   string `json:"source"`
		ID       string `json:"id"`
	}{it.tenant.String(), it.name.Source, it.name.ID})
	return encoded
}
