package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// changeLines queues the changes of call lines. Who will give lines out locks
// all lines before touching one, as every other who does.
func changeLines(pipe *Pipe, tenant, execution uuid.UUID, c *engine.Changes) {
	if c.Assign != nil {
		pipe.Exec(db.LockLines)
	}
	for _, l := range c.Lines {
		switch l.Do {
		case engine.QueueForLine:
			pipe.Exec(db.QueueForLine, l.Call, execution, l.At, tenant)
		case engine.TakeLine:
			pipe.Exec(db.TakeLine, l.At, l.Call, tenant)
		case engine.ReturnLine:
			pipe.Exec(db.ReturnLine, l.At, l.Call, tenant)
		case engine.RenewLine:
			pipe.Exec(db.RenewLine, l.At, l.Call, tenant)
		case engine.FreeLine:
			pipe.Exec(db.FreeLine, l.Call, tenant)
		}
	}
}

// assigned is what came of giving lines out, once the transaction is committed.
type assigned struct {
	given   *[]db.AssignLinesRow
	claimed *[]uuid.UUID
}

// assignLines queues giving lines out, and the claim of the call that was
// queued if it is given one; nil without a.
func assignLines(pipe *Pipe, tenant uuid.UUID, a *engine.Assign) *assigned {
	if a == nil {
		return nil
	}
	out := &assigned{given: Rows[db.AssignLinesRow](pipe, db.AssignLines, a.At, int32(a.Most))}
	if c := a.Claim; c != nil {
		out.claimed = Scalars[uuid.UUID](pipe, db.ClaimAtOnce, c.ClaimID, c.ClaimUntil, c.FirstTriedAt, c.StartedAt, c.Result,
			a.ReconcileAt, c.ID, tenant, a.ReconcileAt)
	}
	return out
}

// report tells the caller what came of it.
func (o *assigned) report(a *engine.Assign) {
	if o == nil {
		return
	}
	a.Claimed = o.claimed != nil && len(*o.claimed) > 0
	a.Given = nil
	for _, l := range *o.given {
		if a.Claimed && l.Call == a.Claim.ID {
			continue
		}
		a.Given = append(a.Given, engine.Line{Call: l.Call, TenantID: l.TenantID})
	}
}

// AssignLines implements engine.Store.
func (l *Ledger) AssignLines(ctx context.Context, at time.Time, most int) (lines []engine.Line, err error) {
	err = Retry(ctx, func() error {
		tx, err := l.pool.Begin(ctx, uuid.Nil, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		pipe := NewPipe()
		pipe.Exec(db.LockLines)
		pipe.Exec(db.AskAfterLines, at)
		given := Rows[db.AssignLinesRow](pipe, db.AssignLines, at, int32(most))
		if err := tx.Commit(ctx, pipe); err != nil {
			return err
		}
		lines = nil
		for _, g := range *given {
			lines = append(lines, engine.Line{Call: g.Call, TenantID: g.TenantID})
		}
		return nil
	})
	if err != nil {
		return nil, transient(fmt.Errorf("give call lines out: %w", err))
	}
	return lines, nil
}

// Token implements engine.Store.
func (l *Ledger) Token(ctx context.Context, tenant, step uuid.UUID) (string, error) {
	pipe := NewPipe()
	pipe.Exec(db.LockStepExecution, step)
	tokens := Scalars[string](pipe, db.StepToken, step)
	tx, err := l.pool.Begin(ctx, tenant, pipe)
	if err != nil {
		return "", transient(fmt.Errorf("read a token: %w", err))
	}
	tx.Rollback(ctx)
	if len(*tokens) == 0 {
		return "", nil
	}
	return (*tokens)[0], nil
}

// DropLine implements engine.Store.
func (l *Ledger) DropLine(ctx context.Context, tenant, call uuid.UUID) error {
	err := db.New(l.pool).FreeLine(ctx, db.FreeLineParams{Call: call, TenantID: tenant})
	if err != nil {
		return transient(fmt.Errorf("drop the line of call %s: %w", call, err))
	}
	return nil
}
