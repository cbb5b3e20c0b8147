package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// FlowStore keeps flows for the HTTP API: the flow, its conditions and
// actions, and an immutable version for each change, always in one
// transaction of the tenant. It implements rest.Flows and rest.Tenants.
//
// Its errors are those of package flow (ErrFlowNotFound, ErrUnknownTenant,
// PriorityTakenError), what the caller's own functions returned, one that has
// `Unavailable() bool` when the database is away, or a bug.
type FlowStore struct {
	Pool  *Pool
	Clock clock.Clock
}

// Ping says whether the database answers.
func (s FlowStore) Ping(ctx context.Context) error {
	return storeError("ping", s.Pool.Ping(ctx))
}

// Tenant reads a tenant's settings.
func (s FlowStore) Tenant(ctx context.Context, tenant uuid.UUID) (flow.Tenant, error) {
	pipe := NewPipe()
	rows := Rows[db.GetTenantRow](pipe, db.GetTenant, tenant)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return flow.Tenant{}, storeError("read tenant", err)
	}
	if len(*rows) == 0 {
		return flow.Tenant{}, flow.ErrUnknownTenant
	}
	return tenantOf((*rows)[0])
}

// ListFlows reads a page of flows by priority, without conditions and actions.
func (s FlowStore) ListFlows(ctx context.Context, tenant uuid.UUID, f flow.FlowFilter, p flow.Page) ([]flow.Stored, flow.Total, error) {
	pipe := NewPipe()
	pattern := containing(f.Search)
	rows := Rows[db.AutoEngagementFlow](pipe, db.ListFlows, tenant, f.EnabledOnly, pattern, p.Offset, p.Limit)
	count := Scalars[int64](pipe, db.CountFlows, tenant, f.EnabledOnly, pattern, flow.MaxCounted+1)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, flow.Total{}, storeError("list flows", err)
	}
	flows := make([]flow.Stored, len(*rows))
	for i, row := range *rows {
		flows[i] = storedFlow(row)
	}
	return flows, total(*count), nil
}

// Flow reads one flow whole.
func (s FlowStore) Flow(ctx context.Context, tenant, id uuid.UUID) (flow.Stored, error) {
	pipe := NewPipe()
	read := pipeFlow(pipe, db.GetFlow, tenant, id)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return flow.Stored{}, storeError("read flow", err)
	}
	return read.flow()
}

// CreateFlow stores a new flow as version 1 and gives it, and whatever in it
// has none, an id. A nil priority puts it last: highest + 1, the first is 0.
// d.ID, d.Version and d.Priority are not looked at. by is who creates it. A
// request that once knows creates nothing.
func (s FlowStore) CreateFlow(ctx context.Context, tenant uuid.UUID, by string, d flow.Definition, priority *int,
	once *flow.Once[flow.Stored],
) (flow.Stored, error) {
	var out flow.Stored
	err := Retry(ctx, func() error {
		pipe := NewPipe()
		tenants := Scalars[uuid.UUID](pipe, db.LockTenantForFlows, tenant)
		key := pipeClaim(pipe, tenant, once, s.Clock.Real())
		next := Scalars[int64](pipe, db.NextPriority, tenant)
		tx, err := s.Pool.Begin(ctx, tenant, pipe)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		if len(*tenants) == 0 {
			return flow.ErrUnknownTenant
		}
		if known, err := key.answered(); err != nil || known {
			return err
		}
		now := s.now()
		d.ID, d.Version, d.Priority = uuid.Must(uuid.NewV7()), 1, int(min((*next)[0], math.MaxInt32))
		if priority != nil {
			d.Priority = *priority
		}
		out = flow.Stored{Definition: withIDs(d, now), CreatedAt: now, UpdatedAt: now, CreatedBy: orNil(by)}
		pipe = NewPipe()
		pipe.Exec(db.InsertFlow, flowColumns(tenant, out.Definition, now).insert(out.CreatedBy)...)
		writeDetails(pipe, tenant, out.Definition)
		if err := writeVersion(pipe, tenant, out.Definition, now, by); err != nil {
			return err
		}
		if err := key.pipeAnswer(pipe, out); err != nil {
			return err
		}
		pipe.Exec(db.CheckConstraintsNow)
		return priorityTaken(tx.Commit(ctx, pipe), d.Priority)
	})
	if err != nil {
		return flow.Stored{}, storeError("create flow", err)
	}
	return out, nil
}

// ChangeFlow replaces a flow's definition by what change makes of it, as a
// new version. When that is the same nothing is written. An error of change
// leaves the flow as it was and is returned. change must have no effects: it
// may run again. Actions and conditions that keep their id stay the same ones.
func (s FlowStore) ChangeFlow(ctx context.Context, tenant, id uuid.UUID, by string,
	change func(flow.Stored) (flow.Definition, error),
) (flow.Stored, error) {
	var out flow.Stored
	err := Retry(ctx, func() error {
		pipe := NewPipe()
		// The tenant before the flow: whoever swaps priorities locks in this order.
		pipe.Exec(db.LockTenantForFlows, tenant)
		read := pipeFlow(pipe, db.GetFlowForChange, tenant, id)
		tx, err := s.Pool.Begin(ctx, tenant, pipe)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		before, err := read.flow()
		if err != nil {
			return err
		}
		d, err := change(before)
		if err != nil {
			return refusal{err}
		}
		d.ID, d.Version = before.ID, before.Version
		if same(before.Definition, d) {
			out = before
			return nil
		}
		now := s.now()
		d.Version++
		out = flow.Stored{Definition: withIDs(d, now), CreatedAt: before.CreatedAt, UpdatedAt: now, CreatedBy: before.CreatedBy}
		pipe = NewPipe()
		pipe.Exec(db.UpdateFlow, flowColumns(tenant, out.Definition, now).update()...)
		pipe.Exec(db.DeleteFlowConditions, tenant, id)
		pipe.Exec(db.DeleteFlowActions, tenant, id)
		writeDetails(pipe, tenant, out.Definition)
		if err := writeVersion(pipe, tenant, out.Definition, now, by); err != nil {
			return err
		}
		pipe.Exec(db.CheckConstraintsNow)
		return priorityTaken(tx.Commit(ctx, pipe), d.Priority)
	})
	if err != nil {
		return flow.Stored{}, storeError("change flow", err)
	}
	return out, nil
}

// DeleteFlow deletes a flow and cancels its running executions; what is on
// its way for them is stopped by due work. Versions, executions and logs stay.
// It is on record as done by by.
// check, when not nil, sees the flow (without conditions and actions) first,
// and its error leaves everything as it was.
func (s FlowStore) DeleteFlow(ctx context.Context, tenant, id uuid.UUID, by string, check func(flow.Stored) error) error {
	err := Retry(ctx, func() error {
		pipe := NewPipe()
		rows := Rows[db.AutoEngagementFlow](pipe, db.GetFlowForDelete, tenant, id)
		tx, err := s.Pool.Begin(ctx, tenant, pipe)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		if len(*rows) == 0 {
			return flow.ErrFlowNotFound
		}
		if check != nil {
			if err := check(storedFlow((*rows)[0])); err != nil {
				return refusal{err}
			}
		}
		// A later statement than the lock: it sees what intakes that held the
		// flow have committed meanwhile.
		pipe = NewPipe()
		pipe.Exec(db.CancelFlowExecutions, tenant, s.Clock.Real(), id, s.now(), "flow deleted")
		pipe.Exec(db.DeleteFlow, tenant, id)
		pipe.AddAudit(tenant, flow.AuditEntry{
			At: s.now(), Actor: by, Action: flow.AuditFlowDeleted, SubjectKind: flow.AuditFlow, SubjectID: id.String(),
		})
		return tx.Commit(ctx, pipe)
	})
	return storeError("delete flow", err)
}

// now is the virtual time, as exact as the contract shows it.
func (s FlowStore) now() time.Time { return s.Clock.Now().Truncate(time.Millisecond) }

// read runs queries as tenant in a transaction of their own.
func (p *Pool) read(ctx context.Context, tenant uuid.UUID, pipe *Pipe) error {
	tx, err := p.Begin(ctx, tenant, pipe)
	if err != nil {
		return err
	}
	return tx.Commit(ctx, nil)
}

// refusal is an error of the caller's own, to be handed back as it is.
type refusal struct{ error }

// away marks an error that passes when the database is back.
type away struct{ error }

// Unwrap implements the interface of errors.As.
func (e away) Unwrap() error { return e.error }

// Unavailable is how package rest recognises it.
func (e away) Unavailable() bool { return true }

func storeError(doing string, err error) error {
	var own refusal
	var taken flow.PriorityTakenError
	var missing flow.MissingFlowError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &own):
		return own.error
	case errors.As(err, &taken), errors.As(err, &missing), errors.Is(err, flow.ErrFlowNotFound),
		errors.Is(err, flow.ErrUnknownTenant), errors.Is(err, flow.ErrKeyReused):
		return err
	case Unavailable(err):
		return away{fmt.Errorf("%s: %w", doing, err)}
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func priorityTaken(err error, priority int) error {
	if Constraint(err) == "auto_engagement_flows_priority" {
		return flow.PriorityTakenError{Priority: priority}
	}
	return err
}
