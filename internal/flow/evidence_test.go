package flow_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

func TestARefusedStepSaysWhichRuleAndValueRefusedIt(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*flow.PlanInput)
		want   string
	}{
		"dnc": {
			func(in *flow.PlanInput) { in.Contact.Tags = []string{"hot", "Do-Not-Call"} },
			`{"evidence":{"rule":"dnc","checked_at":"2026-02-02T04:30:00Z","channel":"ai_call","tag":"Do-Not-Call"}}`,
		},
		"suppression": {
			suppress("all", "email", "a@example.com"),
			`{"evidence":{"rule":"suppression","checked_at":"2026-02-02T04:30:00Z","channel":"ai_call","kind":"email","value":"a@example.com","covers":"all","reason":"asked"}}`,
		},
		"address": {
			func(in *flow.PlanInput) { in.Contact.Phone, in.Contact.PhoneValid = "12", false },
			`{"evidence":{"rule":"unusable_address","checked_at":"2026-02-02T04:30:00Z","channel":"ai_call","kind":"phone","value":"12"}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := planInput(call(1, 0))
			c.change(&in)
			plan(t, &in)
			require.Equal(t, flow.Skipped, row(in, 1).State)
			require.JSONEq(t, c.want, string(row(in, 1).Result))
		})
	}
}

func TestAPutOffStepSaysWhichWindowInWhoseZone(t *testing.T) {
	window := flow.Hours{Start: "09:00:00", End: "21:00:00"}
	for name, c := range map[string]struct {
		change func(*flow.PlanInput)
		zone   string
		local  string
		opens  string
	}{
		"contact": {func(in *flow.PlanInput) { in.Contact.TimeZone = "America/New_York" }, `"time_zone":"America/New_York","zone_from":"contact"`, "2026-02-01 23:30:00", "2026-02-02T14:00:00Z"},
		"tenant":  {func(in *flow.PlanInput) { in.Contact.TimeZone, in.Tenant.TimeZone = "", "Europe/London" }, `"time_zone":"Europe/London","zone_from":"tenant"`, "2026-02-02 04:30:00", "2026-02-02T09:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			in := planInput(call(1, 0))
			in.Tenant.ContactWindows = map[flow.ActionType]flow.Hours{flow.AICall: window}
			c.change(&in)
			require.Equal(t, flow.DoWait, plan(t, &in).Kind)
			require.JSONEq(t, `{"evidence":{"rule":"contact_window","checked_at":"2026-02-02T04:30:00Z","channel":"ai_call",
				"window":{"start":"09:00:00","end":"21:00:00"},`+c.zone+`,"local_time":"`+c.local+`","opens_at":"`+c.opens+`"}}`, string(row(in, 1).Result))
		})
	}
}

func TestEvidenceStaysWhenTheStepIsPerformed(t *testing.T) {
	kept := flow.WithEvidence(map[string]any{"call_id": "1"}, []byte(`{"evidence":{"rule":"contact_window"},"old":true}`))
	require.Equal(t, map[string]any{"call_id": "1", "evidence": map[string]any{"rule": "contact_window"}}, kept)
	require.Equal(t, map[string]any{"call_id": "1"}, flow.WithEvidence(map[string]any{"call_id": "1"}, nil))
}

// A call with a line is checked again; one that waits is not put off, but a
// refusal or a day in the queue ends it.
func TestAQueuedCallIsCheckedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		line   flow.LineState
		change func(*flow.PlanInput)
		waited time.Duration
		kind   flow.Kind
		state  flow.State
	}{
		"waiting":                          {flow.LineWaiting, nil, time.Hour, flow.DoAwait, flow.Queued},
		"waiting, window closed":           {flow.LineWaiting, closeWindow, time.Hour, flow.DoAwait, flow.Queued},
		"waiting, suppressed":              {flow.LineWaiting, suppress("ai_call", "phone", "+919845012345"), time.Hour, flow.DoDone, flow.Skipped},
		"waiting for a day":                {flow.LineWaiting, nil, flow.LineWaitLimit, flow.DoDone, flow.Failed},
		"with a line":                      {flow.LineAssigned, nil, time.Hour, flow.DoCall, flow.Queued},
		"with a line, window closed":       {flow.LineAssigned, closeWindow, time.Hour, flow.DoWait, flow.Planned},
		"with a line, suppressed":          {flow.LineAssigned, suppress("ai_call", "phone", "+919845012345"), time.Hour, flow.DoDone, flow.Skipped},
		"neither in the queue nor on line": {flow.LineNone, nil, 0, flow.DoCall, flow.Queued},
	} {
		t.Run(name, func(t *testing.T) {
			in := planInput(call(1, 3))
			if c.change != nil {
				c.change(&in)
			}
			since := in.Real.Add(-c.waited)
			queued := flow.Step{Order: 1, Attempt: 1, Type: flow.AICall, State: flow.Queued, Line: c.line}
			if c.line != flow.LineNone {
				queued.LineSince = &since
			}
			put(&in, queued)
			require.Equal(t, c.kind, plan(t, &in).Kind)
			require.Equal(t, c.state, row(in, 1).State)
			if c.state == flow.Failed {
				require.Equal(t, flow.NoLine, row(in, 1).Error)
			}
		})
	}
}

func closeWindow(in *flow.PlanInput) {
	in.Tenant.ContactWindows = map[flow.ActionType]flow.Hours{flow.AICall: {Start: "12:00:00", End: "13:00:00"}}
}
