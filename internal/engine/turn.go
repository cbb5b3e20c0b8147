package engine

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// turn is one look at an execution under its lock: it changes the snapshot in
// memory and notes the same changes for the database. It does no I/O.
type turn struct {
	e         *Engine
	s         *Snapshot
	now, real time.Time
	// was is each row's state before this turn, line how it stood with call lines.
	was     map[stepKey]flow.State
	line    map[stepKey]flow.LineState
	changes *Changes
	tokens  []pendingToken
}

type stepKey struct{ order, attempt int }

func (e *Engine) turn(s *Snapshot) *turn {
	realNow := e.Clock.Real()
	t := &turn{e: e, s: s, real: realNow, now: e.Clock.Virtual(realNow), changes: &Changes{}, was: map[stepKey]flow.State{}, line: map[stepKey]flow.LineState{}}
	for _, row := range s.Steps {
		t.was[stepKey{row.Order, row.Attempt}] = row.State
		t.line[stepKey{row.Order, row.Attempt}] = row.Line
	}
	return t
}

// mine says whether a task of this run may move the execution on.
func (t *turn) mine(runNo int) bool {
	return t.s.Execution.Status == flow.ExecutionRunning && t.s.Execution.RunNo == runNo
}

// advance plans, and turns the plan into a directive and due work.
func (t *turn) advance(runNo int) outcome {
	if !t.mine(runNo) {
		return t.done(runNo)
	}
	next, broken := t.plan()
	if broken != nil {
		return *broken
	}
	return t.follow(runNo, next)
}

// plan asks the pure core what comes next and notes what it wrote. broken is
// set when the execution cannot be planned at all; its failure is written.
func (t *turn) plan() (next flow.Next, broken *outcome) {
	execution := t.execution()
	if execution.StartedAt == nil {
		execution.StartedAt = &t.now
	}
	if t.s.Flow == nil {
		// Versions are never deleted: this is damage that no retry mends.
		message := "the flow version of this execution is missing"
		t.finish(flow.ExecutionFailed, message)
		return flow.Next{}, &outcome{permanent: message}
	}
	for _, row := range slices.Clone(t.s.Steps) {
		if row.Overdue(t.real) {
			t.unknown(row, lostHolder)
		}
	}
	in := flow.PlanInput{
		Tenant: t.s.Tenant, Flow: t.s.Flow, Contact: t.s.Contact, Suppressions: t.s.Suppressions,
		NotBefore: execution.NotBefore, Steps: t.s.Steps, Now: t.now, Real: t.real,
	}
	if execution.IsTestRun {
		in = t.rehearsal(in)
	}
	plan, err := flow.MakePlan(in)
	if err != nil {
		message := fmt.Sprintf("the flow cannot be run: %v", err)
		t.finish(flow.ExecutionFailed, message)
		return flow.Next{}, &outcome{permanent: message}
	}
	for _, row := range plan.Writes {
		if execution.IsTestRun && row.Type == flow.Wait && row.State == flow.Done {
			row.Result = simulated(row)
		}
		t.write(row)
	}
	return plan.Next, nil
}

// lostHolder is the reason of an effect whose process did not come back.
const lostHolder = "the process ended while the provider was asked"

// follow turns what is next into a directive, and keeps the execution's due
// work and current step in line with it.
func (t *turn) follow(runNo int, next flow.Next) outcome {
	if next.Busy {
		return outcome{busy: true, tokens: t.tokens}
	}
	if next.Kind == flow.DoDone {
		t.finish(next.Status, next.Error)
		return t.done(runNo)
	}
	d := flow.Directive{V: flow.DirectiveVersion, RunNo: runNo, Kind: next.Kind, Step: next.Step, Attempt: next.Attempt}
	switch next.Kind {
	case flow.DoWait:
		until := t.real
		if next.Real != nil {
			until = *next.Real
		} else if next.Until != nil {
			until = t.e.Clock.ToReal(*next.Until)
		}
		// Step Functions reads RFC 3339 with milliseconds; never early.
		until = until.UTC().Add(time.Millisecond - 1).Truncate(time.Millisecond)
		d.Until = &until
		t.watch(until)
	case flow.DoAwait:
		t.watch(t.real.Add(t.e.Timeouts.CallOutcome))
	default:
	}
	if next.Step != 0 {
		t.execution().CurrentStep = next.Step
	}
	return outcome{directive: d, tokens: t.tokens}
}

func (t *turn) done(runNo int) outcome {
	return outcome{directive: flow.Directive{V: flow.DirectiveVersion, RunNo: runNo, Kind: flow.DoDone}, tokens: t.tokens}
}

// watch makes the execution's run due shortly after the directive's end, in
// case the machine is lost in between.
func (t *turn) watch(end time.Time) {
	t.changes.Duties = append(t.changes.Duties, Duty{
		Kind: DutyRun, Ref: t.s.Execution.ID, TenantID: t.s.Execution.TenantID, DueAt: end.Add(2 * time.Minute), Move: true,
	})
}

// finish ends the execution.
func (t *turn) finish(status flow.ExecutionStatus, message string) {
	execution := t.execution()
	execution.Status, execution.Error, execution.CompletedAt = status, message, &t.now
	t.changes.Ended = append(t.changes.Ended, Duty{Kind: DutyRun, Ref: execution.ID})
}

// execution is the execution, noted to be written.
func (t *turn) execution() *Execution {
	if t.changes.Execution == nil {
		t.changes.Execution = &t.s.Execution
	}
	return t.changes.Execution
}

// write notes a ledger row and puts it into the snapshot.
func (t *turn) write(row flow.Step) {
	if row.ID == uuid.Nil {
		row.ID = uuid.Must(uuid.NewV7())
	}
	row.Error, row.Detail, row.ProviderID = printable(row.Error), printable(row.Detail), printable(row.ProviderID)
	key := stepKey{row.Order, row.Attempt}
	t.replace(row)
	t.followLine(row)
	change := StepChange{Step: row, Was: t.was[key]}
	for _, a := range t.actions() {
		if a.Order == row.Order {
			change.Action = a
		}
	}
	for i, c := range t.changes.Steps {
		if c.Step.Order == row.Order && c.Step.Attempt == row.Attempt {
			t.changes.Steps[i] = change
			return
		}
	}
	t.changes.Steps = append(t.changes.Steps, change)
}

// actions are the flow's; none when its version is missing.
func (t *turn) actions() []flow.Action {
	if t.s.Flow == nil {
		return nil
	}
	return t.s.Flow.Actions
}

func (t *turn) replace(row flow.Step) {
	for i, s := range t.s.Steps {
		if s.Order == row.Order && s.Attempt == row.Attempt {
			t.s.Steps[i] = row
			return
		}
	}
	t.s.Steps = append(t.s.Steps, row)
}

// row finds a ledger row; the zero row when there is none.
func (t *turn) row(match func(flow.Step) bool) (flow.Step, bool) {
	for _, s := range t.s.Steps {
		if match(s) {
			return s, true
		}
	}
	return flow.Step{}, false
}

// keepToken stores a task token with the call it waits for. It returns false
// when there is nothing to wait for, and the token is to be answered at once.
func (t *turn) keepToken(in Input) bool {
	if !t.mine(in.RunNo) {
		return false
	}
	row, found := t.row(func(s flow.Step) bool {
		return s.Order == in.Directive.Step && s.Attempt == in.Directive.Attempt
	})
	if !found || row.Type != flow.AICall {
		return false
	}
	switch row.State {
	case flow.Queued, flow.Sent, flow.Unknown:
		if row.State == flow.Queued && row.Line != flow.LineWaiting {
			return false // it was given a line meanwhile
		}
		row.Token = in.Token
		t.write(row)
		return true
	default:
		return false
	}
}

// release answers the token of a call that has come to something, after the
// commit; should the process die before, due work does.
func (t *turn) release(row flow.Step) {
	if row.Token == "" {
		return
	}
	t.changes.Duties = append(t.changes.Duties, Duty{Kind: DutyToken, Ref: row.ID, TenantID: t.s.Execution.TenantID, DueAt: t.real})
	t.tokens = append(t.tokens, pendingToken{row.ID, row.Token})
}

// reconcileAt makes the effect's reconciliation due.
func (t *turn) reconcileAt(row flow.Step, at time.Time) {
	t.changes.Duties = append(t.changes.Duties, Duty{Kind: DutyReconcile, Ref: row.ID, TenantID: t.s.Execution.TenantID, DueAt: at, Move: true})
}

func (t *turn) reconciled(row flow.Step) {
	t.changes.Ended = append(t.changes.Ended, Duty{Kind: DutyReconcile, Ref: row.ID})
}
