package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// RefusedReader tells of leads that can never be decided as they are. It
// implements rest.Refused.
type RefusedReader struct {
	Pool  *Pool
	Clock clock.Clock
}

// RefusedLeads gives a tenant's of the last flow.DeadLettersKept.
func (r RefusedReader) RefusedLeads(ctx context.Context, tenant uuid.UUID) (flow.RefusedLeads, error) {
	since := r.Clock.Now().Add(-flow.DeadLettersKept)
	pipe := NewPipe()
	count := Scalars[int64](pipe, db.CountLeads, arguments(db.CountLeadsParams{
		TenantID: tenant, Outcome: string(flow.LeadRejected), FromAt: &since, Most: flow.MaxCounted + 1,
	})...)
	oldest := Scalars[time.Time](pipe, db.OldestRefusedLead, arguments(db.OldestRefusedLeadParams{TenantID: tenant, Since: since})...)
	if err := r.Pool.read(ctx, tenant, pipe); err != nil {
		return flow.RefusedLeads{}, storeError("read refused leads", err)
	}
	out := flow.RefusedLeads{Total: total(*count)}
	if len(*oldest) > 0 {
		out.OldestAt = &(*oldest)[0]
	}
	return out, nil
}
