package flow

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// ClaimGrace is how long after its end a claim is still left to its holder;
// then whoever sees it takes the effect for unknown.
const ClaimGrace = 5 * time.Second

// Overdue says whether a claim's holder must be taken for dead.
func (s Step) Overdue(realNow time.Time) bool {
	return s.State == Claimed && (s.ClaimUntil == nil || !realNow.Before(s.ClaimUntil.Add(ClaimGrace)))
}

// PlanInput is all that decides what an execution does next.
type PlanInput struct {
	Tenant       Tenant
	Flow         *Definition
	Contact      Contact
	Suppressions []Suppression
	// NotBefore is the virtual instant that the first step waits for.
	NotBefore *time.Time
	// Steps are the ledger's rows of this execution, in any order. A claim that
	// is overdue must have been made unknown before.
	Steps []Step
	// Now is virtual time, Real is real time.
	Now, Real time.Time
	// MaxWait, virtual, shortens the waits of a test run; 0 leaves them as they are.
	MaxWait time.Duration
}

// Plan is what an execution does next, and what the ledger learns from
// having looked.
type Plan struct {
	// Writes are ledger rows to insert (no row with this order and attempt
	// yet) or to replace.
	Writes []Step
	Next   Next
}

// Next is the next thing to do.
type Next struct {
	// Kind is a directive's kind.
	Kind Kind
	// Busy is true when another process holds the claim of this step: nothing
	// can be said now, ask again in a few seconds. Kind is then empty.
	Busy bool
	// Step and Attempt name the ledger row; 0 when done.
	Step, Attempt int
	// Action is the step's action; nil when done or waiting for NotBefore.
	Action *Action
	// Until is the virtual end of a wait, Real the real one; a wait has one
	// of them.
	Until, Real *time.Time
	// Status and Error are the execution's result when done.
	Status ExecutionStatus
	Error  string
}

// planner walks the steps of one execution in order.
type planner struct {
	PlanInput

	plan Plan
	// lastCall is the latest call with an outcome, previous the last attempt
	// of the step before.
	lastCall, previous *Step
	ended              []Step
}

// MakePlan says what the execution does next. It is a pure function: asked
// again with what it wrote, and the same times, it gives the same answer.
func MakePlan(in PlanInput) (Plan, error) {
	p := planner{PlanInput: in}
	if in.NotBefore != nil && in.Now.Before(*in.NotBefore) {
		p.plan.Next = Next{Kind: DoWait, Until: in.NotBefore}
		return p.plan, nil
	}
	actions := slices.Clone(in.Flow.Actions)
	slices.SortFunc(actions, func(a, b Action) int { return a.Order - b.Order })
	for i := range actions {
		ended, err := p.step(&actions[i])
		if err != nil {
			return Plan{}, fmt.Errorf("plan step %d: %w", actions[i].Order, err)
		}
		if !ended {
			return p.plan, nil
		}
	}
	status, message := Result(p.ended)
	p.plan.Next = Next{Kind: DoDone, Status: status, Error: message}
	return p.plan, nil
}

// step plans one action. It returns true when the step has ended and the next
// may be looked at; otherwise p.plan.Next is set.
func (p *planner) step(a *Action) (ended bool, err error) {
	row, stored := p.latest(a.Order)
	if !stored {
		row = Step{Order: a.Order, Attempt: 1, Type: a.Type, State: Planned}
	}
	// Each turn moves the row on by one state, so a few turns suffice.
	for {
		switch row.State {
		case Planned, Queued:
			next, moved, err := p.notBegun(a, row)
			if err != nil {
				return false, err
			}
			if moved == nil {
				p.plan.Next = next
				return false, nil
			}
			row = *moved
			p.write(row)
		case Claimed:
			p.plan.Next = Next{Busy: true, Step: a.Order, Attempt: row.Attempt, Action: a}
			return false, nil
		case Unknown:
			if a.Type == AICall {
				p.await(a, row)
				return false, nil
			}
			if row.RetryAt != nil && p.Real.Before(*row.RetryAt) {
				p.plan.Next = Next{Kind: DoWait, Step: a.Order, Attempt: row.Attempt, Action: a, Real: row.RetryAt}
				return false, nil
			}
			row = Undelivered(row, p.Now)
			p.write(row)
		case Sent:
			if a.Type == AICall {
				p.await(a, row)
				return false, nil
			}
			p.end(row)
			return true, nil
		default: // Done, Failed, Skipped
			again, err := p.retry(a, row)
			if err != nil {
				return false, err
			}
			if again == nil {
				p.end(row)
				return true, nil
			}
			p.remember(row)
			row = *again
			p.write(row)
		}
	}
}

// notBegun looks at a row that has not begun. It returns what to do next, or
// the row moved on to another state or to a later instant.
func (p *planner) notBegun(a *Action, row Step) (next Next, moved *Step, err error) {
	if row.State == Queued {
		return p.queued(a, row)
	}
	return p.planned(a, row)
}

// planned looks at a row that has asked for nothing yet.
func (p *planner) planned(a *Action, row Step) (next Next, moved *Step, err error) {
	next = Next{Step: a.Order, Attempt: row.Attempt, Action: a}
	if row.Until != nil && p.Now.Before(*row.Until) {
		next.Kind, next.Until = DoWait, row.Until
		return next, nil, nil
	}
	if row.Attempt == 1 && row.Until == nil || a.Type != Wait && row.Attempt == 1 {
		if met, reason := p.condition(a); !met {
			return next, p.skip(row, SkipCondition, reason), nil
		}
	}
	if a.Type == Wait {
		moved, err := p.wait(a, row)
		return next, moved, err
	}
	if moved := p.refuse(a, row); moved != nil {
		return next, moved, nil
	}
	if row.RetryAt != nil && p.Real.Before(*row.RetryAt) {
		next.Kind, next.Real = DoWait, row.RetryAt
		return next, nil, nil
	}
	if moved, err := p.putOff(a, row); moved != nil || err != nil {
		return next, moved, err
	}
	next.Kind = Kind(a.Type)
	return next, nil, nil
}

// queued looks at a call that asked for a line. Once it has one, everything
// is checked again: hours may have gone by.
func (p *planner) queued(a *Action, row Step) (next Next, moved *Step, err error) {
	next = Next{Kind: DoAwait, Step: a.Order, Attempt: row.Attempt, Action: a}
	if moved := p.refuse(a, row); moved != nil {
		return next, moved, nil
	}
	if row.LineSince != nil && p.Real.Sub(*row.LineSince) >= LineWaitLimit {
		failed := Unprepared(row, NoLine, p.Now)
		failed.Detail = "no_line"
		return next, &failed, nil
	}
	if row.Line == LineWaiting {
		return next, nil, nil
	}
	if moved, err := p.putOff(a, row); moved != nil || err != nil {
		return next, moved, err
	}
	next.Kind = DoCall
	return next, nil, nil
}

// refuse skips a step that is refused; nil when it is not.
func (p *planner) refuse(a *Action, row Step) *Step {
	kind, reason := p.refusal(a.Type)
	if kind == "" {
		return nil
	}
	return p.skip(p.refused(kind, a.Type).recorded(row), kind, reason)
}

// putOff puts a step off to the opening of its contact window; nil when that
// is open.
func (p *planner) putOff(a *Action, row Step) (*Step, error) {
	opens, err := p.windowOpens(a.Type)
	if err != nil || opens == nil {
		return nil, err
	}
	row = p.closed(a.Type, *opens).recorded(row)
	row.State, row.Until, row.Detail, row.RetryAt = Planned, opens, "contact_window", nil
	return &row, nil
}

// wait plans the end of a wait, or ends it when that has passed. An end is
// stored when first planned and kept by every later run.
func (p *planner) wait(a *Action, row Step) (*Step, error) {
	var config WaitConfig
	if err := json.Unmarshal(a.Config, &config); err != nil {
		return nil, fmt.Errorf("read wait: %w", err)
	}
	if row.Until == nil {
		until := p.Now.Add(time.Duration(config.DurationMinutes) * time.Minute)
		if hours := p.Flow.Hours(p.Tenant); config.WaitUntilBusinessHours && hours != nil {
			opening, err := hours.NextOpening(until, p.Tenant.TimeZone)
			if err != nil {
				return nil, fmt.Errorf("find the next opening: %w", err)
			}
			until = opening
		}
		until = p.shortened(until)
		row.Until, row.StartedAt = &until, &p.Now
		return &row, nil
	}
	result, err := json.Marshal(map[string]any{
		"waited": true, "status": "completed", "duration_minutes": config.DurationMinutes,
		"message": fmt.Sprintf("Waited for %d minutes", config.DurationMinutes),
	})
	if err != nil {
		return nil, fmt.Errorf("write the wait's result: %w", err)
	}
	row.State, row.CompletedAt, row.Result = Done, &p.Now, result
	return &row, nil
}

// retry plans another attempt at a call that the provider reported missed or failed.
func (p *planner) retry(a *Action, row Step) (*Step, error) {
	if a.Type != AICall || !row.Reported || row.Outcome == OutcomeAnswered || row.Outcome == OutcomeNone {
		return nil, nil
	}
	var config CallConfig
	if err := json.Unmarshal(a.Config, &config); err != nil {
		return nil, fmt.Errorf("read call: %w", err)
	}
	if row.Attempt > config.MaxRetries {
		return nil, nil
	}
	delay := DefaultRetryDelayMinutes
	if config.RetryDelayMinutes != nil {
		delay = *config.RetryDelayMinutes
	}
	from := p.Now
	if row.CompletedAt != nil {
		from = *row.CompletedAt
	}
	until := p.shortened(from.Add(time.Duration(delay) * time.Minute))
	return &Step{Order: row.Order, Attempt: row.Attempt + 1, Type: row.Type, State: Planned, Until: &until}, nil
}

// shortened is the end of a wait, brought nearer for a test run.
func (p *planner) shortened(until time.Time) time.Time {
	if soon := p.Now.Add(p.MaxWait); p.MaxWait > 0 && until.After(soon) {
		return soon
	}
	return until
}

func (p *planner) await(a *Action, row Step) {
	p.plan.Next = Next{Kind: DoAwait, Step: a.Order, Attempt: row.Attempt, Action: a}
}

func (p *planner) skip(row Step, kind SkipKind, reason string) *Step {
	row.State, row.SkipKind, row.SkipReason, row.CompletedAt = Skipped, kind, reason, &p.Now
	return &row
}

// windowOpens is nil when the channel may be used now, else the instant from
// which it may.
func (p *planner) windowOpens(t ActionType) (*time.Time, error) {
	window, limited := p.Tenant.ContactWindows[t]
	if !limited {
		return nil, nil
	}
	opens, err := window.NextOpening(p.Now, p.zone())
	if err != nil {
		return nil, fmt.Errorf("find the contact window: %w", err)
	}
	if !opens.After(p.Now) {
		return nil, nil
	}
	return &opens, nil
}

func (p *planner) zone() string {
	if p.Contact.TimeZone != "" {
		return p.Contact.TimeZone
	}
	return p.Tenant.TimeZone
}

// latest is the last attempt at a step.
func (p *planner) latest(order int) (row Step, found bool) {
	for _, s := range p.Steps {
		if s.Order == order && s.Attempt > row.Attempt {
			row, found = s, true
		}
	}
	if found {
		// Earlier attempts count as the latest call while this one goes on.
		for _, s := range p.Steps {
			if s.Order == order && s.Attempt < row.Attempt {
				p.remember(s)
			}
		}
	}
	return row, found
}

// write notes a row for the ledger; a later state of the same row replaces an
// earlier one.
func (p *planner) write(row Step) {
	for i, w := range p.plan.Writes {
		if w.Order == row.Order && w.Attempt == row.Attempt {
			p.plan.Writes[i] = row
			return
		}
	}
	p.plan.Writes = append(p.plan.Writes, row)
}

func (p *planner) remember(row Step) {
	if row.Type == AICall && row.Outcome != OutcomeNone &&
		(p.lastCall == nil || p.lastCall.Order < row.Order || p.lastCall.Attempt < row.Attempt) {
		p.lastCall = &row
	}
}

func (p *planner) end(row Step) {
	p.remember(row)
	p.previous = &row
	p.ended = append(p.ended, row)
}
