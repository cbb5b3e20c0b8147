package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// BulkCanceller implements rest.BulkCanceller. Its errors are like those of
// FlowStore.
type BulkCanceller struct {
	Pool  *Pool
	Clock clock.Clock
}

// CancelExecutions sets the running executions that the filter selects, among
// those named (nil: all of the tenant), to cancelled, and tells how many. The
// filter's status is not looked at. Nothing new begins for them from then on;
// what is on its way is stopped by due work.
func (c BulkCanceller) CancelExecutions(ctx context.Context, tenant uuid.UUID, ids []uuid.UUID, f flow.ExecutionFilter, reason string) (int, error) {
	var cancelled int64
	err := c.Pool.In(ctx, tenant, func(tx *Tx) error {
		var err error
		cancelled, err = tx.CancelExecutions(ctx, db.CancelExecutionsParams{
			TenantID: tenant, Ids: ids, FlowID: f.FlowID, ContactID: f.ContactID, TestRunsOnly: f.TestRunsOnly,
			FromAt: f.Triggered.From, ToAt: f.Triggered.To, Pattern: containing(f.Search),
			Now: c.Clock.Now().Truncate(time.Millisecond), Reason: orNil(reason), DueAt: c.Clock.Real(),
		})
		return err
	})
	return int(cancelled), storeError("cancel executions", err)
}
