package postgres

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// ChangePriorities gives each flow its priority, all or none of them; any
// permutation can be had. A flow whose priority changes gets a new version. The
// flows must be different ones, and so must the priorities. The error is
// flow.MissingFlowError for the first flow that is not there, or
// flow.PriorityTakenError for the first priority of a flow that is not named.
func (s FlowStore) ChangePriorities(ctx context.Context, tenant uuid.UUID, by string, changes []flow.PriorityChange) error {
	ids, priorities := make([]uuid.UUID, len(changes)), make([]int32, len(changes))
	for i, c := range changes {
		ids[i], priorities[i] = c.ID, int32(c.Priority)
	}
	err := Retry(ctx, func() error {
		pipe := NewPipe()
		// Nobody gives a priority away while the tenant is held.
		pipe.Exec(db.LockTenantForFlows, tenant)
		found := Scalars[uuid.UUID](pipe, db.LockFlows, arguments(db.LockFlowsParams{TenantID: tenant, Ids: ids})...)
		taken := Scalars[int32](pipe, db.TakenPriorities,
			arguments(db.TakenPrioritiesParams{TenantID: tenant, Priorities: priorities, Ids: ids})...)
		tx, err := s.Pool.Begin(ctx, tenant, pipe)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		for _, id := range ids {
			if !slices.Contains(*found, id) {
				return flow.MissingFlowError{ID: id}
			}
		}
		for _, p := range priorities {
			if slices.Contains(*taken, p) {
				return flow.PriorityTakenError{Priority: int(p)}
			}
		}
		pipe = NewPipe()
		pipe.Exec(db.MovePriorities, arguments(db.MovePrioritiesParams{
			TenantID: tenant, Now: s.now(), CreatedBy: orNil(by), Ids: ids, Priorities: priorities,
		})...)
		pipe.Exec(db.CheckConstraintsNow)
		return tx.Commit(ctx, pipe)
	})
	return storeError("change priorities", err)
}
