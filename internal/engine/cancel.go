package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/auto-engagement/flows/internal/flow"
)

// carryOutCancel brings a cancelled execution's machine and calls to rest.
func (e *Engine) carryOutCancel(ctx context.Context, duty Duty) error {
	execution, calls, busy, err := e.standDown(ctx, duty)
	if err != nil || execution.Status != flow.ExecutionCancelled || execution.CancelDone != nil {
		return err
	}
	for _, ask := range calls {
		// Stopped or not: a call that talks already is let finish, and its
		// outcome is recorded when it comes.
		if _, err := e.Calls.Stop(ctx, ask.cred, ask.row.ProviderID); err != nil {
			return fmt.Errorf("stop a call of execution %s: %w", execution.ID, err)
		}
	}
	if err := e.Machines.Stop(ctx, execution.ID, execution.RunNo, "cancelled"); err != nil {
		return fmt.Errorf("stop the machine of execution %s: %w", execution.ID, err)
	}
	if busy {
		return errLater
	}
	return e.Store.Locked(ctx, duty.TenantID, duty.Ref, func(s *Snapshot) (*Changes, error) {
		t := e.turn(s)
		done := t.real
		t.execution().CancelDone = &done
		return t.changes, nil
	})
}

// standDown ends what a cancelled execution has not begun, and lists the calls
// to stop, with what is needed to ask for it.
func (e *Engine) standDown(ctx context.Context, duty Duty) (execution Execution, calls []question, busy bool, err error) {
	for range 2 { // a secret may have to be opened first
		err = e.Store.Locked(ctx, duty.TenantID, duty.Ref, func(s *Snapshot) (*Changes, error) {
			t := e.turn(s)
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
			row.State, row.SkipKind, row.SkipReason, row.CompletedAt = flow.Skipped, flow.SkipCondition, "the execution was cancelled", &t.now
			t.write(row)
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
