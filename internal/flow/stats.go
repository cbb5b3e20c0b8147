package flow

import (
	"fmt"
	"math"
	"sort"
	"time"

	"github.com/google/uuid"
)

// Fact is what statistics count.
type Fact string

// The facts. An execution and its actions count in the day on which it was
// triggered; so does a touch, which is an execution that reached its contact.
const (
	FactExecution Fact = "execution"
	FactAction    Fact = "action"
	FactTouch     Fact = "touch"
)

// Outcomes of executions are their statuses once ended; of actions the states
// failed and skipped, and those below.
const (
	// OutcomeStarted counts every execution, OutcomeEntered every attempt at a step.
	OutcomeStarted = "started"
	OutcomeEntered = "entered"
	// OutcomeCancelled is an attempt that its execution's cancelling left unended.
	OutcomeCancelled = "cancelled"
)

// StatCount is how often a fact was seen in a stretch of days.
type StatCount struct {
	Fact Fact
	// Late is true for the days from the query's split on.
	Late bool
	// FlowID is zero for what has no flow, and for touches.
	FlowID  uuid.UUID
	Type    ActionType
	Order   int
	Retried bool
	Outcome string
	// Slot is where a touch's time lies, as in TouchSeconds.
	Slot int
	N    int
}

// StatDay is how often an outcome was seen on one day, counted from 0.
type StatDay struct {
	Fact    Fact
	Day     int
	Outcome string
	N       int
}

// StatSums are all that was counted in a stretch of days.
type StatSums struct {
	Counts []StatCount
	Days   []StatDay
}

// StatQuery selects what is counted.
type StatQuery struct {
	// Flow selects one flow, also one that is gone; nil: all.
	Flow *uuid.UUID
	Days Days
	// Split is the day, counted from 0, from which counts are late.
	Split int
	Facts []Fact
}

// FlowStanding is a flow in the answers of statistics.
type FlowStanding struct {
	ID        uuid.UUID
	Name      string
	Priority  int
	IsEnabled bool
	// LastExecution is when its last execution that was no test run was
	// triggered, at any time; nil when there was none.
	LastExecution *time.Time
}

// FlowResult is how a flow did in a stretch of days.
type FlowResult struct {
	FlowStanding

	Tally ExecutionTally
}

// TallyExecutions counts executions by flow, and all together.
func TallyExecutions(counts []StatCount) (all ExecutionTally, byFlow map[uuid.UUID]ExecutionTally) {
	byFlow = map[uuid.UUID]ExecutionTally{}
	for _, c := range counts {
		if c.Fact == FactExecution {
			all.Add(c.Outcome, c.N)
			tally := byFlow[c.FlowID]
			tally.Add(c.Outcome, c.N)
			byFlow[c.FlowID] = tally
		}
	}
	return all, byFlow
}

// FlowDay is how many executions of a flow were triggered on a day, counted from 0.
type FlowDay struct {
	FlowID uuid.UUID
	Day    int
	N      int
}

// CallHour is how calls of an hour of the week went.
type CallHour struct {
	// Weekday is 1 Monday to 7 Sunday, Hour 0 to 23, of the tenant's zone.
	Weekday, Hour int
	// Calls have an outcome; Answered of them were answered.
	Calls, Answered int
}

// ExecutionTally counts executions; those still running are in Total alone.
type ExecutionTally struct {
	Total, Completed, Failed, Cancelled, Skipped int
}

// Add counts n executions of an outcome.
func (t *ExecutionTally) Add(outcome string, n int) {
	switch outcome {
	case OutcomeStarted:
		t.Total += n
	case string(ExecutionCompleted):
		t.Completed += n
	case string(ExecutionFailed):
		t.Failed += n
	case string(ExecutionCancelled):
		t.Cancelled += n
	case string(ExecutionSkipped):
		t.Skipped += n
	}
}

// Ended counts the executions that have ended.
func (t *ExecutionTally) Ended() int { return t.Completed + t.Failed + t.Cancelled + t.Skipped }

// Running counts those that have not.
func (t *ExecutionTally) Running() int { return t.Total - t.Ended() }

// SuccessRate is how many of those that ended completed.
func (t *ExecutionTally) SuccessRate() string { return Rate(t.Completed, t.Ended()) }

// ActionTally counts attempts at steps.
type ActionTally struct {
	Total, Succeeded, Failed, Skipped, Cancelled int
	// Outcomes are the same by how each ended.
	Outcomes map[string]int
}

// Add counts n attempts of an outcome.
func (t *ActionTally) Add(outcome string, n int) {
	switch outcome {
	case OutcomeEntered:
		t.Total += n
		return
	case string(Failed):
		t.Failed += n
	case string(Skipped):
		t.Skipped += n
	case OutcomeCancelled:
		t.Cancelled += n
	default:
		t.Succeeded += n
	}
	if t.Outcomes == nil {
		t.Outcomes = map[string]int{}
	}
	t.Outcomes[outcome] += n
}

// Waiting counts the attempts that have not ended.
func (t *ActionTally) Waiting() int {
	return t.Total - t.Succeeded - t.Failed - t.Skipped - t.Cancelled
}

// SuccessRate is how many of those that succeeded, failed or were skipped succeeded.
func (t *ActionTally) SuccessRate() string {
	return Rate(t.Succeeded, t.Succeeded+t.Failed+t.Skipped)
}

// Rate is a part of a whole in per cent with two decimals; "0" of nothing.
func Rate(part, whole int) string {
	if whole == 0 {
		return "0"
	}
	return fmt.Sprintf("%.2f", float64(part)*100/float64(whole))
}

// TouchSeconds are the bounds between which times to the first touch are
// counted, in seconds: slot 0 is below the first, slot k from the k-th (from 1)
// to the next. Up to ten seconds they are whole seconds; from there on each is
// at most a fifth above the one before. The function flow_stat_slot of the
// schema has the same list.
var TouchSeconds = touchSeconds()

func touchSeconds() []int {
	bounds := []int{1}
	for last := 1; last < 366*daySeconds; {
		last = max(last+1, int(math.RoundToEven(float64(last)*1.15)))
		bounds = append(bounds, last)
	}
	return bounds
}

// Touches counts times to the first touch by slot.
type Touches map[int]int

// Count counts the executions that reached their contact.
func (t Touches) Count() int {
	n := 0
	for _, of := range t {
		n += of
	}
	return n
}

// Percentile is the time, in whole seconds, within which a share (0 to 1) of
// the executions that reached their contact did so: the upper bound of the slot
// that holds the nearest rank. Nil when there is none.
func (t Touches) Percentile(share float64) *int {
	slots := make([]int, 0, len(t))
	for slot := range t {
		slots = append(slots, slot)
	}
	sort.Ints(slots)
	rank, passed := max(1, int(math.Ceil(share*float64(t.Count())))), 0
	for _, slot := range slots {
		if passed += t[slot]; passed >= rank {
			return new(TouchSeconds[min(slot, len(TouchSeconds)-1)])
		}
	}
	return nil
}
