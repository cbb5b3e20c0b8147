package flow

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Outcomes say how steps end that are not really performed, by the action's
// order as text: "1": "missed". Of a call answered, missed, failed, no_answer,
// busy or voicemail (default answered), for each of its attempts; of a message
// or an e-mail success or failed (default success).
type Outcomes map[string]string

var (
	callOutcomes    = []string{"answered", "missed", "failed", "no_answer", "busy", "voicemail"}
	messageOutcomes = []string{"success", "failed"}
)

// Validate says which outcomes these actions cannot have. field is the path
// of the outcomes.
func (o Outcomes) Validate(field string, actions []Action) (problems []FieldError) {
	types := make(map[string]ActionType, len(actions))
	for _, a := range actions {
		types[strconv.Itoa(a.Order)] = a.Type
	}
	orders := make([]string, 0, len(o))
	for order := range o {
		orders = append(orders, order)
	}
	slices.Sort(orders)
	for _, order := range orders {
		path := field + "." + order
		var allowed []string
		switch t, is := types[order]; {
		case !is:
			problems = append(problems, FieldError{Field: path, Message: path + " names no action of the flow"})
			continue
		case t == AICall:
			allowed = callOutcomes
		case t == Wait:
			problems = append(problems, FieldError{Field: path, Message: path + " is about a wait, which has no outcome"})
			continue
		default:
			allowed = messageOutcomes
		}
		if !slices.Contains(allowed, o[order]) {
			problems = append(problems, FieldError{Field: path, Message: fmt.Sprintf("%s must be one of %s", path, strings.Join(allowed, ", "))})
		}
	}
	return problems
}

// AssumedFailure is the error of a step that fails because an outcome says so.
const AssumedFailure = "failed, as the given outcome says"

// Assume ends a step as the outcomes say, in place of asking a provider.
func (o Outcomes) Assume(row Step, now time.Time) Step {
	row.StartedAt, row.CompletedAt = &now, &now
	outcome := o[strconv.Itoa(row.Order)]
	if row.Type != AICall {
		row.State = Sent
		if outcome == "failed" {
			row.State, row.Error = Failed, AssumedFailure
		}
		return row
	}
	row.State, row.Reported = Done, true
	switch outcome {
	case "failed":
		row.State, row.Outcome, row.Error = Failed, OutcomeFailed, AssumedFailure
	case "missed":
		row.Outcome, row.Detail = OutcomeMissed, "no_answer"
	case "no_answer", "busy", "voicemail":
		row.Outcome, row.Detail = OutcomeMissed, outcome
	default:
		row.Outcome = OutcomeAnswered
	}
	return row
}

// Unprepared ends a step whose request cannot even be made, such as one with
// a template that is gone.
func Unprepared(row Step, reason string, now time.Time) Step {
	row.State, row.Error, row.CompletedAt = Failed, reason, &now
	if row.Type == AICall {
		row.Outcome, row.Detail = OutcomeFailed, "not_placed"
	}
	return row
}

// Simulation is an execution run through on a virtual clock.
type Simulation struct {
	// Steps is the ledger at its end, in order; StartedAt is when a step began,
	// CompletedAt when it ended, Until the end of its last wait.
	Steps  []Step
	Status ExecutionStatus
	Error  string
	EndsAt time.Time
}

// Simulate runs an execution to its end by the very planning that live
// executions go by: waits pass at once, and steps end as the outcomes say,
// without taking time. in is the state before its first step, Now its start.
// prepare makes a step's request; its error ends the step as failed. Nil
// prepares everything.
func Simulate(in PlanInput, outcomes Outcomes, prepare func(*Action) error) (Simulation, error) {
	in.Steps, in.Real = slices.Clone(in.Steps), in.Now
	// Each attempt is looked at for its window, its wait and its end.
	for range 100 + 50*len(in.Flow.Actions) {
		plan, err := MakePlan(in)
		if err != nil {
			return Simulation{}, err
		}
		for _, row := range plan.Writes {
			in.Steps = putStep(in.Steps, row)
		}
		next := plan.Next
		switch next.Kind {
		case DoDone:
			slices.SortFunc(in.Steps, func(a, b Step) int {
				if a.Order != b.Order {
					return a.Order - b.Order
				}
				return a.Attempt - b.Attempt
			})
			return Simulation{Steps: in.Steps, Status: next.Status, Error: next.Error, EndsAt: in.Now}, nil
		case DoWait:
			if next.Until == nil || !next.Until.After(in.Now) {
				return Simulation{}, fmt.Errorf("step %d waits for nothing", next.Step)
			}
			in.Now, in.Real = *next.Until, *next.Until
		case DoCall, DoWhatsApp, DoEmail:
			row := stepAt(in.Steps, next)
			if prepare != nil {
				err = prepare(next.Action)
			}
			if err != nil {
				row = Unprepared(row, err.Error(), in.Now)
			} else {
				row = outcomes.Assume(row, in.Now)
			}
			in.Steps = putStep(in.Steps, row)
		default:
			return Simulation{}, fmt.Errorf("step %d cannot be simulated: %s", next.Step, next.Kind)
		}
	}
	return Simulation{}, errors.New("the flow does not end")
}

func stepAt(steps []Step, next Next) Step {
	for _, s := range steps {
		if s.Order == next.Step && s.Attempt == next.Attempt {
			return s
		}
	}
	return Step{Order: next.Step, Attempt: next.Attempt, Type: next.Action.Type, State: Planned}
}

func putStep(steps []Step, row Step) []Step {
	for i, s := range steps {
		if s.Order == row.Order && s.Attempt == row.Attempt {
			steps[i] = row
			return steps
		}
	}
	return append(steps, row)
}
