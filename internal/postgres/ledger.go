package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// Ledger implements engine.Store.
type Ledger struct{ pool *Pool }

var _ engine.Store = (*Ledger)(nil)

// NewLedger keeps the engine's executions in the pool's database.
func NewLedger(pool *Pool) *Ledger { return &Ledger{pool} }

// Locked implements engine.Store: one round trip to lock and load, one to
// write and commit.
func (l *Ledger) Locked(ctx context.Context, tenant, execution uuid.UUID, decide func(*engine.Snapshot) (*engine.Changes, error)) error {
	return transient(Retry(ctx, func() error {
		load := newLoad(tenant, execution)
		tx, err := l.pool.Begin(ctx, tenant, load.pipe)
		if err != nil {
			return fmt.Errorf("load execution: %w", err)
		}
		defer tx.Rollback(ctx)
		snapshot, err := load.snapshot()
		if err != nil {
			return err
		}
		was := snapshot.Execution
		changes, err := decide(&snapshot)
		if err != nil || changes == nil {
			return err
		}
		pipe, lines, err := changesPipe(was, changes)
		if err != nil || pipe.Len() == 0 {
			return err
		}
		if err := tx.Commit(ctx, pipe); err != nil {
			return fmt.Errorf("write execution: %w", err)
		}
		lines.report(changes.Assign)
		return nil
	}))
}

// transient marks the errors after which the same work can succeed in a while.
func transient(err error) error {
	if Unavailable(err) {
		return fmt.Errorf("%w: %w", err, engine.ErrTransient)
	}
	return err
}

func changesPipe(was engine.Execution, c *engine.Changes) (*Pipe, *assigned, error) {
	pipe := NewPipe()
	if e := c.Execution; e != nil && changed(was, *e) {
		pipe.Exec(db.SaveExecution, string(e.Status), int32(e.RunNo), int32(e.IdleRuns), int32(e.SettledSteps),
			int32(e.CurrentStep), textOrNil(e.Error), textOrNil(e.CancelReason), e.CancelDone, e.StartedAt, e.CompletedAt, e.ID, string(was.Status), int32(was.RunNo))
	}
	for _, s := range c.Steps {
		arguments, err := stepArguments(was, s)
		if err != nil {
			return nil, nil, err
		}
		pipe.Exec(db.SaveStep, arguments...)
	}
	for _, s := range c.DropAfter {
		pipe.Exec(db.DropAttempts, was.ID, int32(s.Order), int32(s.Attempt))
	}
	changeLines(pipe, was.TenantID, was.ID, c)
	for _, d := range c.Duties {
		sql := db.AddDuty
		if d.Move {
			sql = db.MoveDuty
		}
		pipe.Exec(sql, string(d.Kind), d.Ref.String(), d.TenantID, d.DueAt)
	}
	for _, d := range c.Ended {
		pipe.Exec(db.EndDuty, string(d.Kind), d.Ref.String())
	}
	return pipe, assignLines(pipe, was.TenantID, c.Assign), nil
}

func changed(was, is engine.Execution) bool {
	return was.Status != is.Status || was.RunNo != is.RunNo || was.IdleRuns != is.IdleRuns ||
		was.SettledSteps != is.SettledSteps || was.CurrentStep != is.CurrentStep || was.Error != is.Error || was.CancelReason != is.CancelReason ||
		!sameTime(was.StartedAt, is.StartedAt) || !sameTime(was.CompletedAt, is.CompletedAt) || !sameTime(was.CancelDone, is.CancelDone)
}

func sameTime(a, b *time.Time) bool {
	return a == b || a != nil && b != nil && a.Equal(*b)
}

// stepArguments are SaveStep's parameters, in their order.
func stepArguments(execution engine.Execution, c engine.StepChange) ([]any, error) {
	s := c.Step
	config := c.Action.Config
	if config == nil {
		config = json.RawMessage("{}")
	}
	var actionID *uuid.UUID
	if c.Action.ID != uuid.Nil {
		actionID = &c.Action.ID
	}
	if s.Type == "" || s.State == "" {
		return nil, fmt.Errorf("step %d of execution %s has no type or state", s.Order, execution.ID)
	}
	return []any{
		s.ID, execution.TenantID, execution.ID, int32(s.Order), int32(s.Attempt), actionID, string(s.Type), config,
		string(s.State), s.Until, s.RetryAt, s.FirstTriedAt, s.ClaimID, s.ClaimUntil, int32(s.Tries), s.ProviderID,
		string(s.Outcome), s.Detail, s.Reported, string(s.SkipKind), int32(s.Looks), s.GoneSince, textOrNil(s.Token),
		s.StartedAt, s.CompletedAt, s.Result, textOrNil(s.Error), textOrNil(s.SkipReason), string(c.Was),
	}, nil
}

func textOrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// ExecutionOf implements engine.Store.
func (l *Ledger) ExecutionOf(ctx context.Context, tenant uuid.UUID, t flow.ActionType, providerID string, ourID uuid.UUID) (uuid.UUID, bool, error) {
	var ours *uuid.UUID
	if ourID != uuid.Nil {
		ours = &ourID
	}
	return l.find(ctx, tenant, db.FindEffect, string(t), providerID, ours)
}

// ExecutionOfStep implements engine.Store.
func (l *Ledger) ExecutionOfStep(ctx context.Context, tenant, step uuid.UUID) (uuid.UUID, bool, error) {
	return l.find(ctx, tenant, db.FindStepExecution, step)
}

func (l *Ledger) find(ctx context.Context, tenant uuid.UUID, sql string, arguments ...any) (uuid.UUID, bool, error) {
	pipe := NewPipe()
	ids := Scalars[uuid.UUID](pipe, sql, arguments...)
	tx, err := l.pool.Begin(ctx, tenant, pipe)
	if err != nil {
		return uuid.Nil, false, transient(fmt.Errorf("find an execution: %w", err))
	}
	tx.Rollback(ctx)
	if len(*ids) == 0 {
		return uuid.Nil, false, nil
	}
	return (*ids)[0], true, nil
}

// ClearToken implements engine.Store.
func (l *Ledger) ClearToken(ctx context.Context, tenant, step uuid.UUID, token string) error {
	tx, err := l.pool.Begin(ctx, tenant, nil)
	if err != nil {
		return transient(fmt.Errorf("clear a token: %w", err))
	}
	defer tx.Rollback(ctx)
	pipe := NewPipe()
	pipe.Exec(db.ClearToken, step, token)
	pipe.Exec(db.EndDuty, string(engine.DutyToken), step.String())
	if err := tx.Commit(ctx, pipe); err != nil {
		return transient(fmt.Errorf("clear a token: %w", err))
	}
	return nil
}
