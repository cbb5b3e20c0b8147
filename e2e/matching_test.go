package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

func TestLeadIsTakenByTheMatchingFlowWithTheLowestPriority(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	rich := condition("custom_field", "gte", "200000")
	rich["custom_field_name"] = "budget"
	hot := object{"priority": 5, "trigger_conditions": []object{condition("lead_source", "equals", "india_mart"), rich}}
	all := n.flow(t, "Everybody", object{"priority": 9}, n.mail())
	other := n.flow(t, "Other source", object{"priority": 0, "trigger_conditions": []object{condition("lead_source", "starts_with", "Just")}}, n.mail())
	first := n.flow(t, "Hot leads", hot, n.message())

	l := n.lead("99")
	l.LeadSource, l.Custom = "India-Mart", object{"budget": 250000}
	s.put(t, l)

	e := s.ended(t, l)
	require.Equal(t, flow.ExecutionCompleted, e.Status, s.explain(t, e.ID))
	require.Equal(t, first, *e.FlowID)
	require.Equal(t, []string{"1 whatsapp_message success"}, s.ledger(t, e.ID))
	require.Equal(t, "Plan WhatsApp Done", s.path(t, e.ID, 1))
	require.Equal(t, reached{Messages: 1}, s.reached(t, l))

	d := s.decided(t, l).Decision
	require.Equal(t, flow.VerdictTaken, d.of(t, first).Verdict)
	require.Equal(t, flow.VerdictConditions, d.of(t, other).Verdict)
	require.Len(t, d.of(t, first).ConditionsChecked, 2, "each condition stands in the decision with what it saw")
	for _, f := range d.Flows {
		require.NotEqual(t, all, f.FlowID, "after the flow taken none is looked at")
	}
}

func TestLeadThatNoFlowMatchesLeavesItsDecision(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	local := condition("contact_field", "contains", "pune")
	local["custom_field_name"] = "city"
	id := n.flow(t, "Other city", object{"trigger_conditions": []object{local}}, n.message())
	l := n.lead("99")
	s.put(t, l)

	e := s.decidedAs(t, l, flow.LeadNone)
	require.NotEmpty(t, e.Reason)
	require.Equal(t, flow.VerdictConditions, e.Decision.of(t, id).Verdict)
	require.Empty(t, s.executions(t, l))
	require.Equal(t, reached{}, s.reached(t, l))

	listed := n.api(t, http.MethodGet, "/leads?outcome=none", nil)
	require.Equal(t, http.StatusOK, listed.Status, listed.Text)
	require.Len(t, listed.Body["data"], 1)
	shown := n.api(t, http.MethodGet, "/leads/"+e.ID.String(), nil)
	require.Equal(t, http.StatusOK, shown.Status, shown.Text)
	require.Equal(t, l.ID, shown.data()["event_id"])
	require.Equal(t, e.Reason, shown.data()["reason"])
	require.NotEmpty(t, shown.data()["decision"])
}

func TestLeadTaggedDNCIsSkippedAndNobodyIsAsked(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	n.flow(t, "Everybody", nil, n.call(), n.message(), n.mail())
	l := n.lead("00")
	l.Tags = []string{"hot", "Do-Not-Call"}
	s.put(t, l)

	s.decidedAs(t, l, flow.LeadSkipped)
	all := s.executions(t, l)
	require.Len(t, all, 1)
	require.Equal(t, flow.ExecutionSkipped, all[0].Status)
	require.Nil(t, all[0].FlowID)
	require.Empty(t, s.machine(t, all[0].ID, 1), "no machine is started")
	require.Equal(t, reached{}, s.reached(t, l))

	shown := n.api(t, http.MethodGet, "/executions/"+all[0].ID.String(), nil)
	require.Equal(t, http.StatusOK, shown.Status, shown.Text)
	require.Equal(t, "skipped", shown.data()["status"])
	require.Contains(t, shown.data()["metadata"], "reason")
}

// shut are hours that are closed today, yesterday and tomorrow.
func shut(s *stack) object {
	day := int(s.now().AddDate(0, 0, 3).Weekday())
	if day == 0 {
		day = 7
	}
	return object{
		"use_custom_business_hours": true, "business_hours_start": "10:00", "business_hours_end": "11:00",
		"business_hours_timezone": "Asia/Kolkata", "business_hours_days": []int{day},
	}
}

func TestLeadOutsideHoursIsPassedOnToTheNextFlow(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	hours := shut(s)
	hours["priority"], hours["outside_hours"] = 1, "next_flow"
	closed := n.flow(t, "Office hours", hours, n.call())
	open := n.flow(t, "At night", object{"priority": 2}, n.message())
	l := n.lead("99")
	s.put(t, l)

	e := s.ended(t, l)
	require.Equal(t, open, *e.FlowID)
	d := s.decided(t, l).Decision
	require.Equal(t, flow.VerdictClosed, d.of(t, closed).Verdict)
	require.False(t, d.of(t, closed).Hours.Open)
	require.NotNil(t, d.of(t, closed).Hours.OpensAt)
	require.Equal(t, "Plan WhatsApp Done", s.path(t, e.ID, 1))
	require.Equal(t, reached{Messages: 1}, s.reached(t, l))
}

// ahead is how far in the future, by the stack's clock, an opening lies: a lead
// is taken well before, also by functions that must first start.
const ahead = 40 * time.Minute

func TestLeadOutsideHoursThatIsDeferredWaitsForTheOpening(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	now := s.now()
	zone := morning(now)
	local := now.In(zone)
	opens := local.Add(ahead).Truncate(time.Minute)
	id := n.flow(t, "Office hours", object{
		"use_custom_business_hours": true, "business_hours_start": opens.Format("15:04"), "business_hours_end": "23:59:59",
		"business_hours_timezone": zone.String(), "outside_hours": "defer",
	}, n.message())
	l := n.lead("99")
	s.put(t, l)

	e := s.taken(t, l)
	require.Equal(t, flow.VerdictDeferred, s.decided(t, l).Decision.of(t, id).Verdict)
	require.NotNil(t, e.NotBefore)
	require.True(t, e.NotBefore.Equal(opens), "waits until %s, the flow opens at %s", e.NotBefore, opens)

	e = s.comesTo(t, l, flow.ExecutionCompleted, "1 whatsapp_message success")
	require.Equal(t, "Plan Wait Plan WhatsApp Done", s.path(t, e.ID, 1))
	sent := s.messages(t, l.Phone)
	require.Len(t, sent, 1)
	require.False(t, s.clock.Virtual(sent[0].At).Before(opens), "sent at %s, before the opening at %s", s.clock.Virtual(sent[0].At), opens)
}

// morning is a zone in which it is some hour of the morning.
func morning(now time.Time) *time.Location {
	for _, name := range []string{
		"Etc/GMT+11", "Etc/GMT+8", "Etc/GMT+5", "Etc/GMT+2", "Etc/GMT-1", "Etc/GMT-4", "Etc/GMT-7", "Etc/GMT-10", "Etc/GMT-13",
	} {
		zone, err := time.LoadLocation(name)
		if err == nil && now.In(zone).Hour() >= 6 && now.In(zone).Hour() < 12 {
			return zone
		}
	}
	return time.UTC
}

func TestCallOutsideTheContactWindowWaitsForIt(t *testing.T) {
	s := quietly(t)
	now := s.now()
	zone := morning(now)
	opens := now.In(zone).Add(ahead).Truncate(time.Minute)
	n := s.tenant(t, windows(`{"ai_call":{"start":"`+opens.Format("15:04:05")+`","end":"23:59:00","time_zone":"`+zone.String()+`"}}`))
	n.flow(t, "Call in the day", nil, n.message(), n.call())
	l := n.lead("00")
	s.put(t, l)

	e := s.comesTo(t, l, flow.ExecutionCompleted, "1 whatsapp_message success", "2 ai_call success answered")
	require.Equal(t, "Plan WhatsApp Wait Plan Call AwaitOutcome Plan Done", s.path(t, e.ID, 1))
	calls := s.calls(t, l.Phone)
	require.Len(t, calls, 1)
	require.False(t, s.clock.Virtual(calls[0].At).Before(opens), "called at %s, the window opens at %s", s.clock.Virtual(calls[0].At), opens)
}
