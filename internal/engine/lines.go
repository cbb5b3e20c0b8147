package engine

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/auto-engagement/flows/internal/flow"
)

// DefaultCallLimit is how many calls may be out at once, of all tenants together.
const DefaultCallLimit = 10

// lineRound is how often lines are given out when nothing else gives them out.
const lineRound = 50 * time.Second

// wakeTime bounds telling those who were given a line; what it leaves is due work.
const wakeTime = 5 * time.Second

// Line is a line that was given to a waiting call (a ledger row).
type Line struct{ Call, TenantID uuid.UUID }

// LineDo is what becomes of a call's line.
type LineDo int

// What becomes of a call's line.
const (
	// QueueForLine asks for a line; who waits already keeps the place.
	QueueForLine LineDo = iota
	// TakeLine uses the line that was given; the transaction fails when it was
	// taken back meanwhile.
	TakeLine
	// ReturnLine waits again, at the old place, until At at least.
	ReturnLine
	// RenewLine leases a live line until At.
	RenewLine
	// FreeLine gives the line, or the place in the queue, up.
	FreeLine
)

// LineChange is one change of call lines. At is real.
type LineChange struct {
	Call uuid.UUID
	Do   LineDo
	At   time.Time
}

// Assign gives free lines out as a transaction's last act.
type Assign struct {
	// At is real; Most is how many calls may be out at once in all.
	At   time.Time
	Most int
	// Claim is a row, as its claim leaves it, that the transaction queues and
	// claims at once when it is given a line; ReconcileAt is when the claim is
	// looked into.
	Claim       *flow.Step
	ReconcileAt time.Time

	// Claimed says that it was. Given are the lines given to others. Both are
	// set by the store.
	Claimed bool
	Given   []Line
}

// locked is Store.Locked, and tells those who were given a line by it.
func (e *Engine) locked(ctx context.Context, tenant, execution uuid.UUID, decide func(*Snapshot) (*Changes, error)) error {
	var written *Changes
	err := e.Store.Locked(ctx, tenant, execution, func(s *Snapshot) (*Changes, error) {
		changes, err := decide(s)
		written = changes
		return changes, err
	})
	if err == nil && written != nil && written.Assign != nil {
		e.wake(ctx, written.Assign.Given)
	}
	return err
}

// wake answers the tokens of machines whose calls were given a line. A machine
// that has stored none yet will see the line when it does.
func (e *Engine) wake(ctx context.Context, given []Line) {
	if len(given) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, wakeTime)
	defer cancel()
	var group errgroup.Group
	group.SetLimit(sweepAtOnce)
	for _, l := range given {
		group.Go(func() error {
			err := e.answerStored(ctx, Duty{Kind: DutyToken, Ref: l.Call, TenantID: l.TenantID})
			if err != nil {
				slog.Warn("a call could not be told of its line yet", "step_id", l.Call, "tenant_id", l.TenantID, "error", err)
			}
			return nil
		})
	}
	_ = group.Wait()
}

// assignLines is the standing duty of all lines.
func (e *Engine) assignLines(ctx context.Context) (next *time.Time, err error) {
	given, err := e.Store.AssignLines(ctx, e.Clock.Real(), e.callLimit())
	if err != nil {
		return nil, fmt.Errorf("give call lines out: %w", err)
	}
	e.wake(ctx, given)
	at := e.Clock.Real().Add(lineRound)
	return &at, nil
}

func (e *Engine) callLimit() int {
	if e.CallLimit == 0 {
		return DefaultCallLimit
	}
	return e.CallLimit
}

// assign has lines given out with this turn's changes.
func (t *turn) assign() *Assign {
	if t.changes.Assign == nil {
		t.changes.Assign = &Assign{At: t.real, Most: t.e.callLimit()}
	}
	return t.changes.Assign
}

// enqueue asks for a line, and claims the call if there is one at once.
func (t *turn) enqueue(row flow.Step, id uuid.UUID, prepared effect) claim {
	claimed, c := t.held(row, id, prepared)
	row.State, row.RetryAt, row.Error = flow.Queued, nil, ""
	t.write(row)
	c.line = t.assign()
	c.line.Claim, c.line.ReconcileAt = &claimed, c.until.Add(flow.ClaimGrace)
	return c
}

// followLine keeps a call's line in step with its ledger row.
func (t *turn) followLine(row flow.Step) {
	if row.Type != flow.AICall || t.s.Execution.IsTestRun {
		return
	}
	had := t.line[stepKey{row.Order, row.Attempt}]
	change := LineChange{Call: row.ID, At: t.real}
	switch {
	case row.State == flow.Queued && had == flow.LineNone:
		change.Do = QueueForLine
		t.assign()
	case row.State == flow.Claimed && had == flow.LineAssigned:
		change.Do, change.At = TakeLine, row.ClaimUntil.Add(flow.ClaimGrace)
	case had == flow.LineNone:
		return
	case row.State == flow.Planned && row.RetryAt != nil && t.real.Before(*row.RetryAt):
		change.Do, change.At = ReturnLine, *row.RetryAt
		t.assign()
	case row.State == flow.Planned || row.Ended():
		change.Do = FreeLine
		t.assign()
	default:
		return
	}
	t.changeLine(change)
}

// changeLine notes a change in place of an earlier one.
func (t *turn) changeLine(change LineChange) {
	t.changes.Lines = slices.DeleteFunc(t.changes.Lines, func(c LineChange) bool { return c.Call == change.Call })
	t.changes.Lines = append(t.changes.Lines, change)
}

// alive renews what a call that the provider knows as going on is owed: its
// line, and the time until the provider is asked about it.
func (t *turn) alive(row flow.Step) {
	at := t.real.Add(t.e.Timeouts.CallOutcome)
	// However often it is told, the call's last hour comes.
	if placed := placedAt(row); placed != nil && at.After(placed.Add(endAfter)) {
		at = placed.Add(endAfter)
	}
	t.reconcileAt(row, at)
	if !t.s.Execution.IsTestRun {
		t.changeLine(LineChange{Call: row.ID, Do: RenewLine, At: at})
	}
}

// dropAfter drops the attempts after this one that have not begun. A machine
// that waits for one of them waits for this one from now on.
func (t *turn) dropAfter(row flow.Step) flow.Step {
	t.changes.DropAfter = append(t.changes.DropAfter, row)
	t.s.Steps = slices.DeleteFunc(t.s.Steps, func(s flow.Step) bool {
		if s.Order != row.Order || s.Attempt <= row.Attempt || s.State != flow.Planned && s.State != flow.Queued {
			return false
		}
		if s.Token != "" {
			row.Token = s.Token
		}
		if s.Line != flow.LineNone {
			t.assign()
			t.changeLine(LineChange{Call: s.ID, Do: FreeLine, At: t.real})
		}
		return true
	})
	return row
}
