package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// CancelWait is how long Cancel waits for what is just leaving. It lies below
// the time-out of the function that serves it; a claim may hold longer, and
// then the answer is ErrCancelPending.
const CancelWait = 12 * time.Second

// Why an execution is not, or not yet, cancelled.
var (
	// ErrNotRunning: there is no such execution, it ended otherwise, or its
	// cancel is done.
	ErrNotRunning = errors.New("the execution is not running")
	// ErrCancelPending: the execution is cancelled and begins nothing new, and
	// something of it is still leaving. Cancel again carries on; so does due work.
	ErrCancelPending = errors.New("something of the execution is just leaving")
)

// Cancel cancels an execution and brings it to rest. After it returned nil no
// request for this execution begins any more. reason is a person's words and
// may be empty. It waits at most CancelWait, and no longer than the context
// lasts. Its errors are ErrNotRunning, ErrCancelPending, or the store's.
func (e *Engine) Cancel(ctx context.Context, tenant, execution uuid.UUID, reason string) error {
	if err := e.beginCancel(ctx, tenant, execution, reason); err != nil {
		return err
	}
	until := time.Now().Add(CancelWait)
	if deadline, set := ctx.Deadline(); set {
		// What is left is for writing down what was reached.
		if sooner := deadline.Add(-2 * time.Second); sooner.Before(until) {
			until = sooner
		}
	}
	c := canceller{e: e, tenant: tenant, execution: execution}
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		done, err := c.carryOn(ctx)
		if done || errors.Is(err, ErrTransient) {
			return err
		}
		if err != nil {
			slog.Warn("a cancel could not be carried out yet", "execution_id", execution, "tenant_id", tenant, "error", err)
		}
		if time.Until(until) < pause {
			return fmt.Errorf("execution %s: %w", execution, ErrCancelPending)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("execution %s: %w: %w", execution, ErrCancelPending, ctx.Err())
		case <-time.After(pause):
		}
	}
}

// beginCancel sets the execution to cancelled, with the due work that carries
// it out should this process die. From its commit on nothing can be claimed.
func (e *Engine) beginCancel(ctx context.Context, tenant, execution uuid.UUID, reason string) error {
	err := e.locked(ctx, tenant, execution, func(s *Snapshot) (*Changes, error) {
		switch {
		case s.Execution.Status == flow.ExecutionCancelled && s.Execution.CancelDone == nil:
			return nil, nil
		case s.Execution.Status != flow.ExecutionRunning:
			return nil, ErrNotRunning
		}
		t := e.turn(s)
		t.finish(flow.ExecutionCancelled, "")
		t.execution().CancelReason = printable(reason)
		t.changes.Duties = append(t.changes.Duties, Duty{
			Kind: DutyCancel, Ref: execution, TenantID: tenant, DueAt: t.real.Add(CancelWait),
		})
		return t.changes, nil
	})
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("execution %s: %w", execution, ErrNotRunning)
	}
	if err != nil {
		return fmt.Errorf("cancel execution %s: %w", execution, err)
	}
	return nil
}

// carryOutCancel brings a cancelled execution's machine and calls to rest.
func (e *Engine) carryOutCancel(ctx context.Context, duty Duty) error {
	c := canceller{e: e, tenant: duty.TenantID, execution: duty.Ref}
	done, err := c.carryOn(ctx)
	if err == nil && !done {
		return errLater
	}
	return err
}

// canceller brings one cancelled execution to rest, in as many tries as it takes.
type canceller struct {
	e                 *Engine
	tenant, execution uuid.UUID
	// stopped are the calls that the provider has stopped, or that are past
	// stopping: a call that talks already is let finish, and its outcome is
	// recorded when it comes.
	stopped map[string]bool
}

// carryOn goes as far as can be gone now. It returns true when the execution
// is at rest: nothing is claimed, no call waits at the provider, no machine runs.
func (c *canceller) carryOn(ctx context.Context) (done bool, err error) {
	execution, calls, busy, err := c.standDown(ctx)
	if errors.Is(err, ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if execution.Status != flow.ExecutionCancelled || execution.CancelDone != nil {
		return true, nil
	}
	for _, ask := range calls {
		if err := c.stop(ctx, ask); err != nil {
			return false, err
		}
	}
	if busy {
		return false, nil
	}
	if err := c.e.Machines.Stop(ctx, c.execution, execution.RunNo, "cancelled"); err != nil {
		return false, fmt.Errorf("stop the machine of execution %s: %w", c.execution, err)
	}
	err = c.e.locked(ctx, c.tenant, c.execution, func(s *Snapshot) (*Changes, error) {
		done = true
		if s.Execution.Status != flow.ExecutionCancelled || s.Execution.CancelDone != nil {
			return nil, nil
		}
		t := c.e.turn(s)
		// A task that settled a moment ago may have brought a call to stop.
		if calls, busy := t.standDown(); busy || slices.ContainsFunc(calls, c.waits) {
			done = false
			return t.changes, nil
		}
		at := t.real
		t.execution().CancelDone = &at
		t.changes.Ended = append(t.changes.Ended, Duty{Kind: DutyCancel, Ref: c.execution})
		return t.changes, nil
	})
	if err != nil {
		return false, fmt.Errorf("end the cancel of execution %s: %w", c.execution, err)
	}
	return done, nil
}

func (c *canceller) waits(ask question) bool { return !c.stopped[ask.row.ProviderID] }

func (c *canceller) stop(ctx context.Context, ask question) error {
	if !c.waits(ask) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if _, err := c.e.Calls.Stop(ctx, ask.cred, ask.row.ProviderID); err != nil {
		return fmt.Errorf("stop a call of execution %s: %w", c.execution, err)
	}
	if c.stopped == nil {
		c.stopped = map[string]bool{}
	}
	c.stopped[ask.row.ProviderID] = true
	return nil
}

// standDown ends what a cancelled execution has not begun, and lists the calls
// to stop, with what is needed to ask for it.
func (c *canceller) standDown(ctx context.Context) (execution Execution, calls []question, busy bool, err error) {
	for range 2 { // a secret may have to be opened first
		err = c.e.locked(ctx, c.tenant, c.execution, func(s *Snapshot) (*Changes, error) {
			t := c.e.turn(s)
			execution, calls, busy = s.Execution, nil, false
			if execution.Status != flow.ExecutionCancelled || execution.CancelDone != nil {
				return nil, nil
			}
			calls, busy = t.standDown()
			return t.changes, nil
		})
		if err != nil || len(calls) == 0 || calls[0].lookup == nil {
			return execution, calls, busy, err
		}
		if err := calls[0].lookup(ctx); err != nil {
			return execution, nil, busy, fmt.Errorf("prepare to stop a call: %w", err)
		}
	}
	return execution, calls, busy, nil
}

// standDown ends what has not begun, and lists the calls to stop. busy is
// true while a request may still be leaving.
func (t *turn) standDown() (calls []question, busy bool) {
	for _, row := range slices.Clone(t.s.Steps) {
		switch row.State {
		case flow.Planned, flow.Queued:
			t.abandon(row)
		case flow.Claimed:
			if !row.Overdue(t.real) {
				busy = true
				continue
			}
			t.unknown(row, lostHolder)
		case flow.Sent:
			if row.Type == flow.AICall && row.ProviderID != "" {
				calls = append(calls, *t.about(row))
			}
		default:
		}
	}
	return calls, busy
}

// abandon ends a step of a cancelled execution that has come to nothing.
func (t *turn) abandon(row flow.Step) {
	row.State, row.SkipKind, row.SkipReason, row.CompletedAt = flow.Skipped, flow.SkipCondition, "the execution was cancelled", &t.now
	// The machine that waits for the token is stopped, so nobody answers it.
	row.ClaimID, row.ClaimUntil, row.RetryAt, row.Error, row.Token = nil, nil, nil, "", ""
	t.write(row)
}
