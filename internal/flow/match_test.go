package flow

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// flowNamed makes an enabled flow; conditions as conditionOn makes them.
func flowNamed(name string, priority int, conditions ...Condition) Definition {
	return Definition{
		ID: uuid.NewSHA1(uuid.Nil, []byte(name)), Name: name, IsEnabled: true, Priority: priority, Version: 3,
		OutsideHours: NextFlow, ReentryMinutes: 60, Conditions: conditions,
	}
}

func inGroup(group int, c Condition) Condition {
	c.Group = group
	return c
}

func indexOf(t require.TestingT, flows ...Definition) *Index {
	compiled := make([]*Compiled, 0, len(flows))
	for _, d := range flows {
		c, err := Compile(d)
		require.NoError(t, err)
		compiled = append(compiled, c)
	}
	return NewIndex(compiled)
}

func someMatch() MatchInput {
	return MatchInput{Tenant: Tenant{TimeZone: "Asia/Kolkata"}, Lead: someLead, Contact: someContact, Now: someNow}
}

// verdicts are the names of the flows looked at with their verdicts, in order.
func verdicts(d Decision) []string {
	list := make([]string, 0, len(d.Flows))
	for _, f := range d.Flows {
		list = append(list, f.FlowName+" "+string(f.Verdict))
	}
	return list
}

func TestFlowsAreTriedByPriority(t *testing.T) {
	ix := indexOf(t,
		flowNamed("third", 30), flowNamed("first", 10, conditionOn("lead_source", Equals, new("Facebook"))), flowNamed("second", 20),
	)
	decision := ix.Match(someMatch())
	require.Equal(t, []string{"first conditions", "second taken"}, verdicts(decision))
	require.Equal(t, DecisionMatched, decision.Outcome)
	require.Equal(t, "Matched flow second", decision.Reason)
	require.Equal(t, []Taken{{FlowID: flowNamed("second", 0).ID, Version: 3, FlowName: "second"}}, decision.Taken)
	require.Equal(t, "Condition failed: lead_source equals Facebook", decision.Flows[0].VerdictReason)
}

func TestDisabledFlowsAreNotLookedAt(t *testing.T) {
	disabled := flowNamed("disabled", 1)
	disabled.IsEnabled = false
	require.Equal(t, []string{"enabled taken"}, verdicts(indexOf(t, disabled, flowNamed("enabled", 2)).Match(someMatch())))
	decision := indexOf(t, disabled).Match(someMatch())
	require.Equal(t, DecisionNone, decision.Outcome)
	require.Equal(t, "No flow is enabled", decision.Reason)
	require.Equal(t, 0, indexOf(t, disabled).Len())
}

func TestMatchModeAllTakesEveryFlowThatPasses(t *testing.T) {
	in := someMatch()
	in.Tenant.MatchMode = MatchAll
	decision := indexOf(t,
		flowNamed("a", 1), flowNamed("b", 2, conditionOn("lead_source", Equals, new("x"))), flowNamed("c", 3),
	).Match(in)
	require.Equal(t, []string{"a taken", "b conditions", "c taken"}, verdicts(decision))
	require.Len(t, decision.Taken, 2)
	require.Equal(t, "Matched 2 flows", decision.Reason)
}

func TestConditionsAreAndedWithinAGroupAndOredBetween(t *testing.T) {
	yes, no := conditionOn("lead_source", Equals, new("indiamart")), conditionOn("lead_source", Equals, new("x"))
	other := conditionOn("entry_type", Equals, new("api"))
	for _, c := range []struct {
		name       string
		conditions []Condition
		matches    bool
		reason     string
	}{
		{"none", nil, true, "All conditions met"},
		{"one that holds", []Condition{yes}, true, "All conditions met"},
		{"one that does not", []Condition{no}, false, "Condition failed: lead_source equals x"},
		{"and", []Condition{yes, no, other}, false, "Condition failed: lead_source equals x"},
		{"or", []Condition{inGroup(0, no), inGroup(1, yes)}, true, "All conditions met"},
		{"neither", []Condition{inGroup(1, other), inGroup(0, no)}, false, "Condition failed: entry_type equals api"},
		{"the last group is the highest number", []Condition{inGroup(7, yes), inGroup(7, other), inGroup(7, no), inGroup(2, no)}, false, "Condition failed: entry_type equals api"},
		{"groups may be mixed", []Condition{inGroup(1, yes), inGroup(0, no), inGroup(1, yes), inGroup(0, yes)}, true, "All conditions met"},
		{"negative groups too", []Condition{inGroup(-1, yes), inGroup(0, no)}, true, "All conditions met"},
		{"a null operand", []Condition{conditionOn("lead_source", Equals, nil)}, false, "Condition failed: lead_source equals null"},
		{"no operand", []Condition{conditionOn("absent", IsSet, nil)}, false, "Condition failed: custom_field is_set"},
		{"an operand that is not used", []Condition{conditionOn("lead_source", IsNotSet, new("x"))}, false, "Condition failed: lead_source is_not_set"},
	} {
		t.Run(c.name, func(t *testing.T) {
			compiled, err := Compile(flowNamed("f", 1, c.conditions...))
			require.NoError(t, err)
			matches, reason, checked := compiled.Conditions(someLead, someContact, someNow)
			require.Equal(t, c.matches, matches)
			require.Equal(t, c.reason, reason)
			require.Len(t, checked, len(c.conditions))
			for i := range checked {
				require.Equal(t, c.conditions[i].Group, checked[i].Group, "conditions keep the order given")
			}
			decision := indexOf(t, compiled.Definition).Match(someMatch())
			require.Equal(t, matches, decision.Flows[0].Matches)
			require.Equal(t, reason, decision.Flows[0].Reason)
			require.Equal(t, checked, decision.Flows[0].ConditionsChecked, "test mode says what live matching says")
		})
	}
}

func TestAContactNotToBeContactedMatchesNothing(t *testing.T) {
	ix := indexOf(t, flowNamed("everyone", 1))
	tagged := someMatch()
	tagged.Contact.Tags = []string{"do not call"}
	suppressed := someMatch()
	suppressed.Suppressions = []Suppression{{Channel: AllChannels, Kind: "phone", Value: someContact.Phone, Reason: "asked by phone"}}
	unreasoned := someMatch()
	unreasoned.Suppressions = []Suppression{{Channel: AllChannels, Kind: "email", Value: "asha@example.com"}}
	for want, in := range map[string]MatchInput{
		"The contact is tagged DNC":                                   tagged,
		"The contact is suppressed for every channel: asked by phone": suppressed,
		"The contact is suppressed for every channel":                 unreasoned,
	} {
		decision := ix.Match(in)
		require.Equal(t, Decision{Outcome: DecisionSkipped, Reason: want, Flows: []FlowDecision{}, Taken: []Taken{}}, decision)
	}
	oneChannel := someMatch()
	oneChannel.Suppressions = []Suppression{{Channel: Channel(AICall), Kind: "phone", Value: someContact.Phone}}
	require.Equal(t, DecisionMatched, ix.Match(oneChannel).Outcome, "suppressed for calls only")
}

func TestOutsideItsHoursAFlowPassesTheLeadOnOrDefersIt(t *testing.T) {
	night := flowNamed("night", 1)
	night.UseCustomBusinessHours = true
	night.BusinessHoursStart, night.BusinessHoursEnd = new("21:00:00"), new("23:00:00")
	day := flowNamed("day", 2)

	decision := indexOf(t, night, day).Match(someMatch())
	require.Equal(t, []string{"night closed", "day taken"}, verdicts(decision))
	opens := time.Date(2026, 2, 2, 15, 30, 0, 0, time.UTC)
	require.Equal(t, &HoursCheck{TimeZone: "Asia/Kolkata", LocalTime: "2026-02-02T10:00:00+05:30", OpensAt: &opens}, decision.Flows[0].Hours)
	require.Equal(t, "Outside its business hours", decision.Flows[0].VerdictReason)
	require.True(t, decision.Flows[0].Matches, "the conditions hold all the same")
	require.Nil(t, decision.Flows[0].Repeat)
	require.Nil(t, decision.Flows[1].Hours, "always open")

	decision = indexOf(t, night).Match(someMatch())
	require.Equal(t, DecisionNone, decision.Outcome)
	require.Equal(t, "No flow took the lead. night: Outside its business hours", decision.Reason)

	night.OutsideHours = Defer
	decision = indexOf(t, night, day).Match(someMatch())
	require.Equal(t, []string{"night deferred"}, verdicts(decision))
	require.Equal(t, &opens, decision.Taken[0].NotBefore)

	in := someMatch()
	in.Now = opens
	decision = indexOf(t, night, day).Match(in)
	require.Equal(t, []string{"night taken"}, verdicts(decision))
	require.Nil(t, decision.Taken[0].NotBefore)
	require.True(t, decision.Flows[0].Hours.Open)
	require.Nil(t, decision.Flows[0].Hours.OpensAt)
}

func TestTheTenantsHoursHoldForFlowsWithoutTheirOwn(t *testing.T) {
	in := someMatch()
	in.Tenant.BusinessHours = &Hours{Start: "10:00:01", End: "18:00:00"}
	own := flowNamed("own", 1)
	own.UseCustomBusinessHours = true
	own.BusinessHoursStart, own.BusinessHoursEnd = new("10:00:00"), new("10:00:01")
	require.Equal(t, []string{"default closed", "own taken"}, verdicts(indexOf(t, flowNamed("default", 0), own).Match(in)))
	own.BusinessHoursTimezone = new("UTC")
	require.Equal(t, []string{"own closed"}, verdicts(indexOf(t, own).Match(in)))
}

func TestHoursThatCannotBeReadCountAsClosed(t *testing.T) {
	in := someMatch()
	in.Tenant.BusinessHours = &Hours{Start: "whenever", End: "18:00:00"}
	deferring := flowNamed("deferring", 1)
	deferring.OutsideHours = Defer
	decision := indexOf(t, deferring).Match(in)
	require.Equal(t, []string{"deferring closed"}, verdicts(decision))
	require.Contains(t, decision.Flows[0].VerdictReason, "is not HH:MM:SS")

	broken := flowNamed("broken", 1)
	broken.UseCustomBusinessHours = true
	broken.BusinessHoursStart, broken.BusinessHoursEnd = new("10:00"), new("09:00")
	_, err := Compile(broken)
	require.ErrorContains(t, err, broken.ID.String())
	broken.UseCustomBusinessHours = false
	_, err = Compile(broken)
	require.NoError(t, err, "hours that are not used do no harm")
}

func TestRepeatGuard(t *testing.T) {
	mine, other := flowNamed("mine", 1).ID, uuid.New()
	ago := func(d time.Duration) time.Time { return someNow.Add(-d) }
	for _, c := range []struct {
		name    string
		reentry int
		one     bool
		starts  []Start
		reason  string
	}{
		{name: "never before", reentry: 60},
		{name: "running", reentry: 0, starts: []Start{{mine, true, ago(1000 * time.Hour)}}, reason: "The contact is in this flow already"},
		{name: "ended long ago", reentry: 60, starts: []Start{{mine, false, ago(61 * time.Minute)}}},
		{name: "exactly the minutes ago", reentry: 60, starts: []Start{{mine, false, ago(time.Hour)}}},
		{name: "a nanosecond less", reentry: 60, starts: []Start{{mine, false, ago(time.Hour - 1)}}, reason: "This flow started for the contact less than 60 minutes ago"},
		{name: "one minute", reentry: 1, starts: []Start{{mine, false, ago(time.Second)}}, reason: "This flow started for the contact less than 1 minute ago"},
		{name: "at this very moment", reentry: 60, starts: []Start{{mine, false, someNow}}, reason: "This flow started for the contact less than 60 minutes ago"},
		{name: "no guard by time", reentry: 0, starts: []Start{{mine, false, someNow}}},
		{name: "the last start counts", reentry: 60, starts: []Start{{mine, false, ago(2 * time.Hour)}, {mine, false, ago(time.Minute)}, {mine, false, ago(3 * time.Hour)}}, reason: "This flow started for the contact less than 60 minutes ago"},
		{name: "a year", reentry: 525600, starts: []Start{{mine, false, ago(364 * 24 * time.Hour)}}, reason: "This flow started for the contact less than 525600 minutes ago"},
		{name: "another flow runs", reentry: 60, starts: []Start{{other, true, someNow}}},
		{name: "another flow runs, one at a time", reentry: 60, one: true, starts: []Start{{other, true, someNow}}, reason: "The contact is in another flow"},
		{name: "another flow ended, one at a time", reentry: 60, one: true, starts: []Start{{other, false, someNow}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			flow := flowNamed("mine", 1)
			flow.ReentryMinutes = c.reentry
			in := someMatch()
			in.Starts, in.Tenant.OneExecutionPerContact = c.starts, c.one
			looked := indexOf(t, flow).Match(in).Flows[0]
			require.Equal(t, c.reason, looked.Repeat.Reason)
			require.Equal(t, c.reason != "", looked.Repeat.Blocked)
			if c.reason == "" {
				require.Equal(t, VerdictTaken, looked.Verdict)
				return
			}
			require.Equal(t, VerdictRepeat, looked.Verdict)
			require.Equal(t, c.reason, looked.VerdictReason)
		})
	}
}

func TestTheGuardSaysWhenItEnds(t *testing.T) {
	in := someMatch()
	last := someNow.Add(-10 * time.Minute)
	in.Starts = []Start{{flowNamed("f", 1).ID, false, last}}
	repeat := indexOf(t, flowNamed("f", 1)).Match(in).Flows[0].Repeat
	require.True(t, repeat.LastStart.Equal(last))
	require.True(t, repeat.FreeAt.Equal(last.Add(time.Hour)))
}

func TestOneExecutionPerContactHoldsWithinADecisionToo(t *testing.T) {
	in := someMatch()
	in.Tenant.MatchMode, in.Tenant.OneExecutionPerContact = MatchAll, true
	require.Equal(t, []string{"a taken", "b repeat"}, verdicts(indexOf(t, flowNamed("a", 1), flowNamed("b", 2)).Match(in)))
}

func TestARepeatedFlowPassesTheLeadOn(t *testing.T) {
	in := someMatch()
	in.Starts = []Start{{flowNamed("a", 1).ID, true, someNow}}
	require.Equal(t, []string{"a repeat", "b taken"}, verdicts(indexOf(t, flowNamed("a", 1), flowNamed("b", 2)).Match(in)))
}

func TestDaysInConditionsAreOfTheTenantsZone(t *testing.T) {
	in := someMatch()
	in.Contact.CustomFields = map[string]any{"moment": "2026-02-01T19:00:00Z"} // Monday in Kolkata
	flow := flowNamed("f", 1, conditionOn("moment", After, new("2026-02-01")))
	in.Now = in.Now.UTC()
	require.Equal(t, DecisionMatched, indexOf(t, flow).Match(in).Outcome)
	in.Tenant.TimeZone = "UTC"
	require.Equal(t, DecisionNone, indexOf(t, flow).Match(in).Outcome)
}

func TestWithFewFlowsEveryOneIsExplained(t *testing.T) {
	flows := make([]Definition, 0, explainAll+1)
	for i := range explainAll {
		flows = append(flows, flowNamed("f", i, conditionOn("lead_source", Equals, new("none of them"))))
	}
	decision := indexOf(t, flows...).Match(someMatch())
	require.Len(t, decision.Flows, explainAll)
	require.Zero(t, decision.PassedOver)
	require.Equal(t, "No flow's conditions hold", decision.Reason)

	flows = append(flows, flowNamed("one more", 1000, conditionOn("lead_source", Equals, new("IndiaMART"))))
	decision = indexOf(t, flows...).Match(someMatch())
	require.Equal(t, []string{"one more taken"}, verdicts(decision))
	require.Equal(t, explainAll, decision.PassedOver)
}

func TestTheDecisionsJSON(t *testing.T) {
	night := flowNamed("night", 1, conditionOn("lead_source", Equals, new("indiamart")))
	night.UseCustomBusinessHours, night.OutsideHours = true, Defer
	night.BusinessHoursStart, night.BusinessHoursEnd = new("21:00:00"), new("23:00:00")
	encoded, err := json.Marshal(indexOf(t, night).Match(someMatch()))
	require.NoError(t, err)
	id := night.ID.String()
	require.JSONEq(t, `{"outcome":"matched","reason":"Matched flow night","passed_over":0,
		"flows":[{"flow_id":"`+id+`","flow_name":"night","version":3,"priority":1,"matches":true,"reason":"All conditions met",
			"conditions_checked":[{"type":"lead_source","operator":"equals","value":"indiamart","contact_value":"IndiaMART","result":true,"group":0}],
			"hours":{"open":false,"time_zone":"Asia/Kolkata","local_time":"2026-02-02T10:00:00+05:30","opens_at":"2026-02-02T15:30:00Z"},
			"repeat":{"blocked":false,"last_start":null,"free_at":null},
			"verdict":"deferred","verdict_reason":"Taken outside its business hours; the first step waits for the opening"}],
		"taken":[{"flow_id":"`+id+`","version":3,"flow_name":"night","not_before":"2026-02-02T15:30:00Z"}]}`, string(encoded))

	encoded, err = json.Marshal((&Index{}).Match(someMatch()))
	require.NoError(t, err)
	require.JSONEq(t, `{"outcome":"none","reason":"No flow is enabled","flows":[],"passed_over":0,"taken":[]}`, string(encoded))

	encoded, err = json.Marshal(indexOf(t, flowNamed("all", 1)).Match(someMatch()).Flows[0].ConditionsChecked)
	require.NoError(t, err)
	require.Equal(t, "[]", string(encoded))
}

func TestHoursThatNeverOpenAreAnError(t *testing.T) {
	compiled, err := Hours{Start: "09:00", End: "10:00"}.Compile("UTC")
	require.NoError(t, err)
	compiled.days = [8]bool{}
	_, err = compiled.Next(someNow)
	require.ErrorIs(t, err, ErrNeverOpen)
}
