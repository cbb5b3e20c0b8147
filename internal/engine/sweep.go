package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/auto-engagement/flows/internal/flow"
)

// sweepAtOnce is how many duties are worked on at a time.
const sweepAtOnce = 8

// sweepBatch is how many duties are taken at a time.
const sweepBatch = 100

// Swept counts what one sweep did: duties done for good, and those that come again.
type Swept struct {
	Done  int `json:"done"`
	Later int `json:"later"`
}

// Sweep does the work that is due, until none is left or the context's
// deadline is near. A duty that fails stays, and comes again with back-off.
func (e *Engine) Sweep(ctx context.Context) (Swept, error) {
	var total Swept
	for ctx.Err() == nil {
		if deadline, set := ctx.Deadline(); set && time.Until(deadline) < 5*time.Second {
			return total, nil
		}
		duties, err := e.Store.TakeDuties(ctx, e.Clock.Real(), sweepBatch)
		if err != nil {
			return total, fmt.Errorf("take due work: %w", err)
		}
		results := make([]bool, len(duties))
		var group errgroup.Group
		group.SetLimit(sweepAtOnce)
		for i, duty := range duties {
			group.Go(func() error {
				results[i] = e.do(ctx, duty)
				return nil
			})
		}
		_ = group.Wait()
		for _, done := range results {
			if done {
				total.Done++
			} else {
				total.Later++
			}
		}
		if len(duties) < sweepBatch {
			return total, nil
		}
	}
	return total, nil
}

// do does one duty. It returns true when the duty is done for good.
func (e *Engine) do(ctx context.Context, duty Duty) (done bool) {
	log := slog.With("duty", duty.Kind, "ref", duty.Ref, "tenant_id", duty.TenantID, "tries", duty.Tries)
	defer func() {
		if r := recover(); r != nil {
			done = false
			log.Error("due work panicked", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
		}
	}()
	next, err := e.handle(ctx, duty)
	if err == nil && next != nil {
		moved := duty
		moved.DueAt = *next
		err = e.Store.MoveDuty(ctx, moved)
		if err == nil {
			return false
		}
	} else if err == nil {
		err = e.Store.FinishDuty(ctx, duty)
		if err == nil {
			return true
		}
	}
	if errors.Is(err, errLater) {
		return false
	}
	log.Warn("due work failed and will be tried again", "due_at", duty.DueAt, "error", err)
	return false
}

// errLater leaves a duty to the back-off that it was taken with.
var errLater = errors.New("later")

// handle does one duty. next is when it is due again; nil when it is done.
func (e *Engine) handle(ctx context.Context, duty Duty) (next *time.Time, err error) {
	switch duty.Kind {
	case DutyOutbox:
		// The row goes with the lead's decision; until then the back-off sends again.
		if err := e.Resend(ctx, duty.TenantID, duty.Ref); err != nil {
			return nil, err
		}
		return nil, errLater
	case DutyImport:
		return nil, e.startJob(ctx, duty, e.Import)
	case DutyExport:
		return nil, e.startJob(ctx, duty, e.Export)
	case DutyRun:
		return e.resume(ctx, duty)
	case DutyInbox:
		return nil, e.ApplyEvent(ctx, duty.Ref)
	case DutyReconcile:
		return e.reconcile(ctx, duty)
	case DutyToken:
		return nil, e.answerStored(ctx, duty)
	case DutyCancel:
		return nil, e.carryOutCancel(ctx, duty)
	case DutyLines:
		return e.assignLines(ctx)
	case DutyPurge:
		return e.purge(ctx)
	case DutyStats:
		return e.foldStats(ctx, duty)
	default:
		return nil, fmt.Errorf("no one does due work of kind %q", duty.Kind)
	}
}

// startJob has a job taken up. Its function moves the duty, or deletes it.
func (e *Engine) startJob(ctx context.Context, duty Duty, start func(ctx context.Context, tenant, job uuid.UUID) error) error {
	if start == nil {
		return fmt.Errorf("no one takes up jobs of kind %s", duty.Kind)
	}
	if err := start(ctx, duty.TenantID, duty.Ref); err != nil {
		return err
	}
	return errLater
}

// answerStored answers the token stored with a call whose outcome is known, or
// that was given a line.
func (e *Engine) answerStored(ctx context.Context, duty Duty) error {
	token, err := e.Store.Token(ctx, duty.TenantID, duty.Ref)
	if err != nil || token == "" {
		return err
	}
	return e.answer(ctx, duty.TenantID, pendingToken{duty.Ref, token})
}

// resume starts an execution's run again when its machine was lost, fenced by
// a new run number. Nothing is repeated: the ledger says how far it came.
func (e *Engine) resume(ctx context.Context, duty Duty) (next *time.Time, err error) {
	var execution Execution
	var settled int
	err = e.Store.Locked(ctx, duty.TenantID, duty.Ref, func(s *Snapshot) (*Changes, error) {
		execution, settled = s.Execution, settledSteps(s.Steps)
		return nil, nil
	})
	if errors.Is(err, ErrNotFound) || err == nil && execution.Status != flow.ExecutionRunning {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	state, err := e.Machines.State(ctx, execution.ID, execution.RunNo)
	if err != nil {
		return nil, fmt.Errorf("ask how run %d of execution %s stands: %w", execution.RunNo, execution.ID, err)
	}
	switch state {
	case MachineRunning:
		return nil, errLater
	case MachineMissing:
		return nil, e.startRun(ctx, duty, execution, execution.RunNo)
	default:
	}
	idle := 0
	if settled <= execution.SettledSteps && execution.RunNo > 1 {
		idle = execution.IdleRuns + 1
	}
	run := execution.RunNo + 1
	raised := false
	err = e.Store.Locked(ctx, duty.TenantID, duty.Ref, func(s *Snapshot) (*Changes, error) {
		raised = s.Execution.Status == flow.ExecutionRunning && s.Execution.RunNo == execution.RunNo
		if !raised {
			return nil, nil
		}
		changed := s.Execution
		changed.RunNo, changed.IdleRuns, changed.SettledSteps = run, idle, settled
		return &Changes{Execution: &changed}, nil
	})
	if err != nil {
		return nil, err
	}
	if !raised {
		return nil, errLater
	}
	slog.Warn("an execution's machine ended early and is started again", "execution_id", execution.ID, "run_no", run, "idle_runs", idle)
	if idle >= idleAlarm {
		slog.Error("an execution's runs end without settling a step", "execution_id", execution.ID, "run_no", run, "idle_runs", idle, "alarm", "idle_runs")
	}
	if err := e.startRun(ctx, duty, execution, run); err != nil && !errors.Is(err, errLater) {
		return nil, err
	}
	at := e.Clock.Real().Add(min(time.Minute<<min(idle, 6), time.Hour))
	return &at, nil
}

// idleAlarm is from how many runs without a settled step on an alarm is raised.
const idleAlarm = 5

// startRun starts a run and leaves the duty, which watches over it, to its back-off.
func (e *Engine) startRun(ctx context.Context, duty Duty, execution Execution, run int) error {
	if err := e.Machines.Start(ctx, duty.TenantID, execution.ID, run); err != nil {
		return fmt.Errorf("start run %d of execution %s: %w", run, execution.ID, err)
	}
	return errLater
}

func settledSteps(steps []flow.Step) int {
	n := 0
	for _, s := range steps {
		if s.Ended() {
			n++
		}
	}
	return n
}

// newEventID makes ids of stored events.
func newEventID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
