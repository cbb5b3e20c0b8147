package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// ListVersions reads a page of a flow's versions, newest first. They outlive
// the flow; without any the error is flow.ErrFlowNotFound.
func (s FlowStore) ListVersions(ctx context.Context, tenant, id uuid.UUID, p flow.Page) ([]flow.VersionRecord, flow.Total, error) {
	pipe := NewPipe()
	rows := Rows[db.ListFlowHistoryRow](pipe, db.ListFlowHistory,
		arguments(db.ListFlowHistoryParams{TenantID: tenant, FlowID: id, First: int32(p.Offset), Most: int32(p.Limit)})...)
	count := Scalars[int64](pipe, db.CountFlowHistory, tenant, id, flow.MaxCounted+1)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, flow.Total{}, storeError("list versions", err)
	}
	if (*count)[0] == 0 {
		return nil, flow.Total{}, flow.ErrFlowNotFound
	}
	out := make([]flow.VersionRecord, len(*rows))
	for i, row := range *rows {
		out[i] = flow.VersionRecord{
			Version: int(row.Version), Name: row.Name, IsEnabled: row.IsEnabled, Priority: int(row.Priority),
			CreatedAt: row.CreatedAt, CreatedBy: row.CreatedBy,
		}
	}
	return out, total(*count), nil
}

// Versions reads a flow as it was at each of the versions named, in their
// order. The error is flow.ErrVersionNotFound when one is not there, or
// flow.ErrFlowNotFound when none ever was.
func (s FlowStore) Versions(ctx context.Context, tenant, id uuid.UUID, versions ...int) ([]flow.Stored, error) {
	numbers := make([]int32, len(versions))
	for i, v := range versions {
		numbers[i] = int32(v)
	}
	pipe := NewPipe()
	rows := Rows[db.GetFlowVersionsRow](pipe, db.GetFlowVersions,
		arguments(db.GetFlowVersionsParams{TenantID: tenant, FlowID: id, Versions: numbers})...)
	count := Scalars[int64](pipe, db.CountFlowHistory, tenant, id, 1)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, storeError("read versions", err)
	}
	if (*count)[0] == 0 {
		return nil, flow.ErrFlowNotFound
	}
	found := map[int]flow.Stored{}
	for _, row := range *rows {
		d, err := definition(row.Definition)
		if err != nil {
			return nil, err
		}
		found[d.Version] = flow.Stored{
			Definition: d, CreatedAt: row.FlowCreatedAt.UTC(), UpdatedAt: row.CreatedAt.UTC(), CreatedBy: row.FlowCreatedBy,
		}
	}
	out := make([]flow.Stored, len(versions))
	for i, v := range versions {
		stored, is := found[v]
		if !is {
			return nil, flow.ErrVersionNotFound
		}
		out[i] = stored
	}
	return out, nil
}

// WholeFlows reads all flows by priority, with conditions and actions.
func (s FlowStore) WholeFlows(ctx context.Context, tenant uuid.UUID) ([]flow.Stored, error) {
	pipe := NewPipe()
	rows := Rows[db.ListWholeFlowsRow](pipe, db.ListWholeFlows, tenant)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, storeError("read all flows", err)
	}
	return wholeFlows(*rows)
}

func wholeFlows(rows []db.ListWholeFlowsRow) ([]flow.Stored, error) {
	out := make([]flow.Stored, len(rows))
	for i, row := range rows {
		d, err := definition(row.Definition)
		if err != nil {
			return nil, err
		}
		out[i] = flow.Stored{Definition: d, CreatedAt: row.CreatedAt.UTC(), UpdatedAt: row.UpdatedAt.UTC(), CreatedBy: row.CreatedBy}
	}
	return out, nil
}

func definition(raw json.RawMessage) (flow.Definition, error) {
	var d flow.Definition
	if err := json.Unmarshal(raw, &d); err != nil {
		return d, fmt.Errorf("read a flow's definition: %w", err)
	}
	return d, nil
}

// ImportFlows stores what plan makes of all the tenant's flows, in one
// transaction: flows without an id are created, in their order at the end of
// the list, the others changed. It gives them as they are stored. An error of
// plan leaves everything as it was and is returned, and so does no plan (nil).
// plan must have no effects: it may run again. A request that once knows does
// nothing.
func (s FlowStore) ImportFlows(ctx context.Context, tenant uuid.UUID, by string, once *flow.Once[[]flow.ImportedFlow],
	plan func(now []flow.Stored) ([]flow.ImportedFlow, error),
) error {
	err := Retry(ctx, func() error {
		pipe := NewPipe()
		pipe.Exec(db.LockTenantForFlows, tenant)
		key := pipeClaim(pipe, tenant, once, s.Clock.Real())
		rows := Rows[db.ListWholeFlowsRow](pipe, db.ListWholeFlows, tenant)
		next := Scalars[int64](pipe, db.NextPriority, tenant)
		tx, err := s.Pool.Begin(ctx, tenant, pipe)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		if known, err := key.answered(); err != nil || known {
			return err
		}
		before, err := wholeFlows(*rows)
		if err != nil {
			return err
		}
		planned, err := plan(before)
		if err != nil {
			return refusal{err}
		}
		pipe = NewPipe()
		if err := s.pipeImport(pipe, tenant, by, planned, int(min((*next)[0], math.MaxInt32))); err != nil {
			return err
		}
		if err := key.pipeAnswer(pipe, planned); err != nil {
			return err
		}
		if pipe.Len() == 0 {
			return nil
		}
		pipe.Exec(db.CheckConstraintsNow)
		return priorityTaken(tx.Commit(ctx, pipe), math.MaxInt32)
	})
	return storeError("import flows", err)
}

func (s FlowStore) pipeImport(pipe *Pipe, tenant uuid.UUID, by string, planned []flow.ImportedFlow, next int) error {
	now := s.now()
	for i := range planned {
		p := &planned[i]
		if p.Before == nil {
			p.After.ID, p.After.Version, p.After.Priority = uuid.Must(uuid.NewV7()), 1, next
			next = min(next+1, math.MaxInt32)
			p.After = withIDs(p.After, now)
			pipe.Exec(db.InsertFlow, flowColumns(tenant, p.After, now).insert(orNil(by))...)
		} else {
			p.After.ID, p.After.Version = p.Before.ID, p.Before.Version
			if same(p.Before.Definition, p.After) {
				continue
			}
			p.After.Version++
			p.After = withIDs(p.After, now)
			pipe.Exec(db.UpdateFlow, flowColumns(tenant, p.After, now).update()...)
			pipe.Exec(db.DeleteFlowConditions, tenant, p.After.ID)
			pipe.Exec(db.DeleteFlowActions, tenant, p.After.ID)
		}
		writeDetails(pipe, tenant, p.After)
		if err := writeVersion(pipe, tenant, p.After, now, by); err != nil {
			return err
		}
	}
	return nil
}
