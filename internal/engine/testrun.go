package engine

import (
	"encoding/json"
	"maps"
	"time"

	"github.com/auto-engagement/flows/internal/flow"
)

// testRunWait is how long, in real time, a wait of a test run lasts at most.
const testRunWait = 5 * time.Second

// OutcomesKey is where an execution's metadata holds the outcomes (flow.Outcomes)
// that a test run was given.
const OutcomesKey = "outcomes"

// rehearsal leaves aside what a test run does not wait for: contact windows,
// business hours, and all but a few seconds of each wait. Refusals hold.
func (t *turn) rehearsal(in flow.PlanInput) flow.PlanInput {
	in.NotBefore = nil
	in.Tenant.ContactWindows, in.Tenant.BusinessHours = nil, nil
	definition := *in.Flow
	definition.UseCustomBusinessHours = false
	in.Flow = &definition
	in.MaxWait = t.e.Clock.Virtual(t.real.Add(testRunWait)).Sub(t.now)
	return in
}

// record ends a test run's step as its outcomes say. Its log tells what a
// live execution would have sent.
func (t *turn) record(row flow.Step, a *flow.Action) {
	extra := maps.Clone(t.s.Execution.Metadata)
	delete(extra, OutcomesKey)
	result, err := Content(a, t.s.Contact, extra, t.s.Templates)
	if err != nil {
		t.write(flow.Unprepared(row, err.Error(), t.now))
		return
	}
	row = t.outcomes().Assume(row, t.now)
	result["simulated"], result["action_type"] = true, a.Type
	if row.Type == flow.AICall {
		result["call_outcome"], result["call_detail"] = row.Outcome, nullable(row.Detail)
	}
	row.Result = encode(result)
	t.write(row)
}

// simulated is a wait's result, marked as a test run's.
func simulated(row flow.Step) json.RawMessage {
	result := decode(row.Result)
	result["simulated"], result["action_type"] = true, row.Type
	return encode(result)
}

// outcomes are those that the test run was given.
func (t *turn) outcomes() flow.Outcomes {
	given, _ := t.s.Execution.Metadata[OutcomesKey].(map[string]any)
	out := make(flow.Outcomes, len(given))
	for order, outcome := range given {
		out[order], _ = outcome.(string)
	}
	return out
}
