package intake

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// attempt runs one transaction for the records, again when it lost a race. A
// panic outside of a record's own handling is an error like any other.
func (in *Intake) attempt(ctx context.Context, tenant uuid.UUID, items []*item) (err error) {
	defer func() {
		if p := recover(); p != nil {
			in.logger().ErrorContext(ctx, "intake panicked", "tenant_id", tenant, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic while deciding leads of tenant %s: %v", tenant, p)
		}
	}()
	for range 3 {
		if err = in.transact(ctx, tenant, items); !errors.Is(err, ErrRaced) || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func (in *Intake) transact(ctx context.Context, tenant uuid.UUID, items []*item) error {
	if tenant == uuid.Nil {
		return in.rejectAll(ctx, items)
	}
	tx, settings, err := in.Store.Begin(ctx, tenant)
	if errors.Is(err, flow.ErrUnknownTenant) {
		return in.rejectAll(ctx, items)
	}
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)

	b := &batch{
		in: in, tenant: settings.Tenant, flows: in.flows.look(tenant, settings.Flows), now: in.Clock.Now(),
		items: items, verdicts: make([]verdict, len(items)), leads: make([]flow.Lead, len(items)),
	}
	known, err := tx.Load(ctx, b.wants(settings.Flows))
	if err != nil {
		return err
	}
	if err := b.decide(known); err != nil {
		return err
	}
	if err := tx.Commit(ctx, b.changes()); err != nil {
		return err
	}
	for i, it := range items {
		v := b.verdicts[i]
		it.outcome, it.repeated, it.err = v.outcome, v.repeated, v.err
		if v.event != nil && v.outcome != flow.LeadRejected {
			it.starts = v.event.starts
		}
	}
	return nil
}

// rejectAll records messages that no tenant can be found for.
func (in *Intake) rejectAll(ctx context.Context, items []*item) error {
	rejects := make([]Reject, len(items))
	for i, it := range items {
		if it.reject == "" {
			it.reject = "Unknown tenant"
		}
		rejects[i] = it.asReject()
	}
	if err := in.Store.AddRejects(ctx, rejects); err != nil {
		return err
	}
	for _, it := range items {
		it.outcome = flow.LeadRejected
	}
	return nil
}
