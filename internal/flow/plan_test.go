package flow_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/auto-engagement/flows/internal/flow"
)

var monday = time.Date(2026, 2, 2, 4, 30, 0, 0, time.UTC) // 10:00 in Kolkata

func action(order int, t flow.ActionType, config any, condition ...string) flow.Action {
	raw, err := json.Marshal(config)
	if err != nil {
		panic(err)
	}
	a := flow.Action{ID: uuid.New(), Order: order, Type: t, Config: raw}
	if len(condition) == 2 {
		kind := flow.StepConditionType(condition[0])
		a.ConditionType, a.ConditionValue = &kind, &condition[1]
	}
	return a
}

func call(order int, retries int, condition ...string) flow.Action {
	return action(order, flow.AICall, flow.CallConfig{AgentID: "agent", PhoneNumberID: "+911", MaxRetries: retries}, condition...)
}

func whatsapp(order int, condition ...string) flow.Action {
	return action(order, flow.WhatsAppMessage, flow.WhatsAppConfig{PhoneNumberID: "1", TemplateID: "t"}, condition...)
}

func wait(order, minutes int, condition ...string) flow.Action {
	return action(order, flow.Wait, flow.WaitConfig{DurationMinutes: minutes}, condition...)
}

func planInput(actions ...flow.Action) flow.PlanInput {
	return flow.PlanInput{
		Tenant:  flow.Tenant{TimeZone: "Asia/Kolkata"},
		Flow:    &flow.Definition{Actions: actions},
		Contact: flow.Contact{Phone: "+919845012345", PhoneValid: true, Email: "a@example.com", TimeZone: "Asia/Kolkata"},
		Now:     monday, Real: monday,
	}
}

// plan plans, and puts what was written into the ledger, as the engine does.
func plan(t require.TestingT, in *flow.PlanInput) flow.Next {
	p, err := flow.MakePlan(*in)
	require.NoError(t, err)
	for _, w := range p.Writes {
		put(in, w)
	}
	return p.Next
}

func put(in *flow.PlanInput, row flow.Step) {
	for i, s := range in.Steps {
		if s.Order == row.Order && s.Attempt == row.Attempt {
			in.Steps[i] = row
			return
		}
	}
	in.Steps = append(in.Steps, row)
}

// ended is a call that the provider reported as ended.
func ended(order, attempt int, outcome flow.Outcome, detail string, at time.Time) flow.Step {
	s := flow.Step{Order: order, Attempt: attempt, Type: flow.AICall, State: flow.Done, Outcome: outcome, Detail: detail, Reported: true, CompletedAt: &at}
	if outcome == flow.OutcomeFailed {
		s.State, s.Error = flow.Failed, "the call failed"
	}
	return s
}

func row(in flow.PlanInput, order int) flow.Step {
	last := flow.Step{}
	for _, s := range in.Steps {
		if s.Order == order && s.Attempt > last.Attempt {
			last = s
		}
	}
	return last
}

func TestStepConditionsComparePrecedingOutcomes(t *testing.T) {
	for _, c := range []struct {
		outcome flow.Outcome
		detail  string
		want    string
		runs    bool
	}{
		{flow.OutcomeAnswered, "", "answered", true},
		{flow.OutcomeAnswered, "", "missed", false},
		{flow.OutcomeAnswered, "", "not_answered", false},
		{flow.OutcomeMissed, "no_answer", "missed", true},
		{flow.OutcomeMissed, "no_answer", "no_answer", true},
		{flow.OutcomeMissed, "busy", "no_answer", false},
		{flow.OutcomeMissed, "busy", "busy", true},
		{flow.OutcomeMissed, "voicemail", "voicemail", true},
		{flow.OutcomeMissed, "voicemail", "not_answered", true},
		{flow.OutcomeFailed, "error", "failed", true},
		{flow.OutcomeFailed, "error", "not_answered", true},
		{flow.OutcomeFailed, "busy", "busy", false},
		{flow.OutcomeFailed, "error", "missed", false},
	} {
		t.Run(fmt.Sprintf("%s %s wants %s", c.outcome, c.detail, c.want), func(t *testing.T) {
			in := planInput(call(1, 0), whatsapp(2, "call_outcome", c.want))
			put(&in, ended(1, 1, c.outcome, c.detail, monday))
			next := plan(t, &in)
			if c.runs {
				require.Equal(t, flow.DoWhatsApp, next.Kind)
				return
			}
			require.Equal(t, flow.DoDone, next.Kind)
			require.Equal(t, flow.Skipped, row(in, 2).State)
			require.Contains(t, row(in, 2).SkipReason, c.want)
			require.Contains(t, row(in, 2).SkipReason, string(c.outcome))
		})
	}
}

func TestACallOutcomeIsNotErasedByStepsInBetween(t *testing.T) {
	in := planInput(call(1, 0), whatsapp(2), wait(3, 5), whatsapp(4, "call_outcome", "missed"))
	put(&in, ended(1, 1, flow.OutcomeMissed, "busy", monday))
	put(&in, flow.Step{Order: 2, Attempt: 1, Type: flow.WhatsAppMessage, State: flow.Sent})
	put(&in, flow.Step{Order: 3, Attempt: 1, Type: flow.Wait, State: flow.Done})
	require.Equal(t, 4, plan(t, &in).Step)
}

func TestNoCallYetMeansNotMet(t *testing.T) {
	in := planInput(whatsapp(1, "call_outcome", "not_answered"))
	require.Equal(t, flow.DoDone, plan(t, &in).Kind)
	require.Contains(t, row(in, 1).SkipReason, "no call has been made")
}

func TestPreviousActionStatusLooksAtTheNearestStepBefore(t *testing.T) {
	for want, state := range map[string]flow.State{"success": flow.Sent, "failed": flow.Failed, "skipped": flow.Skipped} {
		in := planInput(whatsapp(1), whatsapp(2, "previous_action_status", want))
		put(&in, flow.Step{Order: 1, Attempt: 1, Type: flow.WhatsAppMessage, State: state})
		require.Equal(t, flow.DoWhatsApp, plan(t, &in).Kind, want)
	}
	in := planInput(whatsapp(1), whatsapp(2, "previous_action_status", "success"))
	put(&in, flow.Step{Order: 1, Attempt: 1, Type: flow.WhatsAppMessage, State: flow.Failed, Error: "no"})
	next := plan(t, &in)
	require.Equal(t, flow.DoDone, next.Kind)
	require.Equal(t, flow.ExecutionFailed, next.Status)
	require.Equal(t, "no", next.Error)
}

func TestRefusalsSkipEveryChannelTheyCover(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*flow.PlanInput)
		kind   flow.SkipKind
		runs   bool
	}{
		"dnc":                      {func(in *flow.PlanInput) { in.Contact.Tags = []string{"Do_Not-Contact"} }, flow.SkipDNC, false},
		"suppressed for whatsapp":  {suppress("whatsapp_message", "phone", "+919845012345"), flow.SkipSuppressed, false},
		"suppressed for all":       {suppress("all", "email", "a@example.com"), flow.SkipSuppressed, false},
		"suppressed for calls":     {suppress("ai_call", "phone", "+919845012345"), "", true},
		"another's phone":          {suppress("all", "phone", "+919845099999"), "", true},
		"no phone":                 {func(in *flow.PlanInput) { in.Contact.Phone = "" }, flow.SkipAddress, false},
		"phone that is not usable": {func(in *flow.PlanInput) { in.Contact.PhoneValid = false }, flow.SkipAddress, false},
	} {
		t.Run(name, func(t *testing.T) {
			in := planInput(whatsapp(1))
			c.change(&in)
			next := plan(t, &in)
			if c.runs {
				require.Equal(t, flow.DoWhatsApp, next.Kind)
				return
			}
			require.Equal(t, flow.DoDone, next.Kind)
			require.Equal(t, flow.ExecutionSkipped, next.Status)
			require.Equal(t, c.kind, row(in, 1).SkipKind)
			require.NotEmpty(t, next.Error)
		})
	}
}

func suppress(channel flow.Channel, kind, value string) func(*flow.PlanInput) {
	return func(in *flow.PlanInput) {
		in.Suppressions = []flow.Suppression{{Channel: channel, Kind: kind, Value: value, Reason: "asked"}}
	}
}

func TestAWaitKeepsTheEndItWasFirstGiven(t *testing.T) {
	in := planInput(wait(1, 30))
	next := plan(t, &in)
	require.Equal(t, flow.DoWait, next.Kind)
	require.Equal(t, monday.Add(30*time.Minute), *next.Until)
	in.Now = monday.Add(10 * time.Minute) // another run, later
	require.Equal(t, monday.Add(30*time.Minute), *plan(t, &in).Until)
	in.Now = monday.Add(30 * time.Minute)
	require.Equal(t, flow.DoDone, plan(t, &in).Kind)
	require.JSONEq(t, `{"waited":true,"status":"completed","duration_minutes":30,"message":"Waited for 30 minutes"}`, string(row(in, 1).Result))
}

func TestAWaitForBusinessHoursGoesOnToTheNextOpening(t *testing.T) {
	in := planInput(action(1, flow.Wait, flow.WaitConfig{DurationMinutes: 8 * 60, WaitUntilBusinessHours: true}))
	in.Tenant.BusinessHours = &flow.Hours{Start: "09:00:00", End: "17:00:00", Days: []int{1, 2, 3, 4, 5}}
	next := plan(t, &in) // Monday 18:00 in Kolkata is after hours
	require.Equal(t, time.Date(2026, 2, 3, 3, 30, 0, 0, time.UTC), next.Until.UTC())
}

func TestACallWaitsForItsWindowInTheContactsZone(t *testing.T) {
	in := planInput(call(1, 0))
	in.Tenant.ContactWindows = map[flow.ActionType]flow.Hours{flow.AICall: {Start: "09:00:00", End: "21:00:00"}}
	in.Contact.TimeZone = "America/New_York" // 23:30 on Sunday there
	next := plan(t, &in)
	require.Equal(t, flow.DoWait, next.Kind)
	require.Equal(t, time.Date(2026, 2, 2, 14, 0, 0, 0, time.UTC), next.Until.UTC())
	in.Now = *next.Until
	require.Equal(t, flow.DoCall, plan(t, &in).Kind)
}

func TestADeferredExecutionWaitsBeforeItsFirstStep(t *testing.T) {
	in := planInput(whatsapp(1))
	opening := monday.Add(time.Hour)
	in.NotBefore = &opening
	require.Equal(t, opening, *plan(t, &in).Until)
	in.Now = opening
	require.Equal(t, flow.DoWhatsApp, plan(t, &in).Kind)
}

func TestRetryAttemptsFollowOnlyReportedOutcomes(t *testing.T) {
	in := planInput(call(1, 1))
	put(&in, ended(1, 1, flow.OutcomeMissed, "busy", monday))
	next := plan(t, &in)
	require.Equal(t, flow.DoWait, next.Kind)
	require.Equal(t, 2, next.Attempt)
	require.Equal(t, monday.Add(30*time.Minute), *next.Until)
	in.Now = *next.Until
	require.Equal(t, flow.Next{Kind: flow.DoCall, Step: 1, Attempt: 2, Action: next.Action}, plan(t, &in))
	put(&in, ended(1, 2, flow.OutcomeMissed, "busy", in.Now))
	require.Equal(t, flow.DoDone, plan(t, &in).Kind)

	refused := planInput(call(1, 3))
	put(&refused, flow.Step{Order: 1, Attempt: 1, Type: flow.AICall, State: flow.Failed, Outcome: flow.OutcomeFailed, Error: "no such agent"})
	require.Equal(t, flow.DoDone, plan(t, &refused).Kind)
}

func TestAClaimIsLeftToItsHolderAndThenCountsAsUnknown(t *testing.T) {
	in := planInput(whatsapp(1))
	until := monday.Add(10 * time.Second)
	put(&in, flow.Step{Order: 1, Attempt: 1, Type: flow.WhatsAppMessage, State: flow.Claimed, ClaimUntil: &until})
	in.Real = until.Add(flow.ClaimGrace - time.Second)
	require.True(t, plan(t, &in).Busy)
	require.False(t, in.Steps[0].Overdue(in.Real))
	in.Real = until.Add(flow.ClaimGrace)
	require.True(t, in.Steps[0].Overdue(in.Real))
	deadline := in.Real.Add(time.Minute)
	s := in.Steps[0]
	s.State, s.RetryAt = flow.Unknown, &deadline
	put(&in, s)
	require.Equal(t, flow.Next{Kind: flow.DoWait, Step: 1, Attempt: 1, Action: &in.Flow.Actions[0], Real: &deadline}, plan(t, &in))
	in.Real = deadline
	next := plan(t, &in)
	require.Equal(t, flow.DoDone, next.Kind)
	require.Equal(t, flow.DeliveryUnknown, next.Error)
}

func TestACallThatIsOutIsAwaited(t *testing.T) {
	for _, state := range []flow.State{flow.Queued, flow.Sent, flow.Unknown} {
		in := planInput(call(1, 0))
		put(&in, flow.Step{Order: 1, Attempt: 1, Type: flow.AICall, State: state, Line: flow.LineWaiting})
		require.Equal(t, flow.DoAwait, plan(t, &in).Kind, state)
	}
}

func TestResultOfAnExecution(t *testing.T) {
	sent := flow.Step{Order: 1, Attempt: 1, Type: flow.WhatsAppMessage, State: flow.Sent}
	failed := flow.Step{Order: 2, Attempt: 1, Type: flow.Email, State: flow.Failed, Error: "bounced"}
	waited := flow.Step{Order: 3, Attempt: 1, Type: flow.Wait, State: flow.Done}
	dnc := flow.Step{Order: 4, Attempt: 1, Type: flow.AICall, State: flow.Skipped, SkipKind: flow.SkipDNC}
	unmet := flow.Step{Order: 5, Attempt: 1, Type: flow.AICall, State: flow.Skipped, SkipKind: flow.SkipCondition}
	missed := ended(6, 1, flow.OutcomeMissed, "busy", monday)
	for _, c := range []struct {
		steps []flow.Step
		want  flow.ExecutionStatus
	}{
		{nil, flow.ExecutionCompleted},
		{[]flow.Step{waited}, flow.ExecutionCompleted},
		{[]flow.Step{unmet}, flow.ExecutionCompleted},
		{[]flow.Step{failed, sent, dnc}, flow.ExecutionCompleted},
		{[]flow.Step{failed, missed}, flow.ExecutionCompleted},
		{[]flow.Step{failed, dnc, waited}, flow.ExecutionFailed},
		{[]flow.Step{dnc, unmet, waited}, flow.ExecutionSkipped},
		{[]flow.Step{ended(1, 1, flow.OutcomeMissed, "busy", monday), ended(1, 2, flow.OutcomeFailed, "error", monday)}, flow.ExecutionFailed},
	} {
		status, _ := flow.Result(c.steps)
		require.Equal(t, c.want, status, "%+v", c.steps)
	}
}

// TestAnySequenceOfOutcomesEndsAndNoStepRunsTwice runs random flows with
// random outcomes, lost and repeated runs, and steps of time.
func TestAnySequenceOfOutcomesEndsAndNoStepRunsTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := planInput(randomActions(t)...)
		if rapid.Bool().Draw(t, "window") {
			in.Tenant.ContactWindows = map[flow.ActionType]flow.Hours{flow.AICall: {Start: "09:00:00", End: "21:00:00"}}
		}
		ran := map[string]int{}
		for turn := 0; ; turn++ {
			require.Less(t, turn, 2000, "the execution does not end")
			next := plan(t, &in)
			again, err := flow.MakePlan(in)
			require.NoError(t, err)
			require.Equal(t, next, again.Next, "planning again with what was written says the same")
			require.Empty(t, again.Writes)
			switch next.Kind {
			case flow.DoDone:
				for _, a := range in.Flow.Actions {
					require.True(t, row(in, a.Order).Ended(), "step %d has not ended", a.Order)
				}
				return
			case flow.DoWait:
				if next.Until != nil {
					require.True(t, in.Now.Before(*next.Until), "a wait lies ahead")
					in.Now = *next.Until
				} else {
					require.True(t, in.Real.Before(*next.Real), "a wait lies ahead")
					in.Real = *next.Real
				}
			case flow.DoAwait:
				put(&in, reported(t, row(in, next.Step), in.Now))
			default:
				key := fmt.Sprintf("%d/%d", next.Step, next.Attempt)
				s := row(in, next.Step)
				if s.Attempt != next.Attempt {
					s = flow.Step{Order: next.Step, Attempt: next.Attempt, Type: next.Action.Type}
				}
				s = performed(t, s, in)
				if s.State != flow.Planned {
					ran[key]++
					require.Equal(t, 1, ran[key], "step %s ran twice", key)
				}
				put(&in, s)
			}
		}
	})
}

func randomActions(t *rapid.T) []flow.Action {
	n := rapid.IntRange(0, 8).Draw(t, "steps")
	actions := make([]flow.Action, 0, n)
	for order := 1; order <= n; order++ {
		var condition []string
		switch rapid.IntRange(0, 3).Draw(t, "condition") {
		case 0:
			condition = []string{"call_outcome", rapid.SampledFrom([]string{"answered", "missed", "failed", "not_answered", "busy"}).Draw(t, "value")}
		case 1:
			condition = []string{"previous_action_status", rapid.SampledFrom([]string{"success", "failed", "skipped"}).Draw(t, "value")}
		}
		switch rapid.IntRange(0, 2).Draw(t, "type") {
		case 0:
			actions = append(actions, call(order, rapid.IntRange(0, 3).Draw(t, "retries"), condition...))
		case 1:
			actions = append(actions, whatsapp(order, condition...))
		default:
			actions = append(actions, wait(order, rapid.IntRange(1, 10_000).Draw(t, "minutes"), condition...))
		}
	}
	return actions
}

// performed is what may come of asking the provider.
func performed(t *rapid.T, s flow.Step, in flow.PlanInput) flow.Step {
	switch rapid.IntRange(0, 3).Draw(t, "answer") {
	case 0:
		s.State = flow.Sent
	case 1:
		s.State, s.Error, s.CompletedAt = flow.Failed, "refused", &in.Now
		if s.Type == flow.AICall {
			s.Outcome = flow.OutcomeFailed
		}
	case 2:
		if s.Tries > 3 { // a provider does not put off for ever
			s.State = flow.Sent
			return s
		}
		at := in.Real.Add(5 * time.Second)
		s.State, s.RetryAt, s.Tries = flow.Planned, &at, s.Tries+1
	default:
		at := in.Real.Add(time.Minute)
		s.State, s.RetryAt = flow.Unknown, &at
	}
	return s
}

func reported(t *rapid.T, s flow.Step, now time.Time) flow.Step {
	outcome := rapid.SampledFrom([]flow.Outcome{flow.OutcomeAnswered, flow.OutcomeMissed, flow.OutcomeFailed}).Draw(t, "outcome")
	out := ended(s.Order, s.Attempt, outcome, rapid.SampledFrom([]string{"busy", "no_answer", ""}).Draw(t, "detail"), now)
	out.Reported = rapid.Bool().Draw(t, "reported")
	return out
}
