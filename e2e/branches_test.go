package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

// branching is a flow with a branch for each outcome of its call.
func branching(t *testing.T, n *tenant) uuid.UUID {
	t.Helper()
	return n.flow(t, "Call first", nil,
		n.call(),
		n.message().when("call_outcome", "missed"),
		pause(2).when("call_outcome", "missed"),
		n.mail().when("call_outcome", "missed"),
		n.message().when("call_outcome", "answered"),
		n.mail().when("call_outcome", "failed"),
	)
}

func TestStepsFollowTheOutcomeOfTheCall(t *testing.T) {
	s := quietly(t)
	for _, c := range []struct {
		name, digits string
		ledger       []string
		path         string
		reached      reached
	}{
		{
			"answered", "00",
			[]string{
				"1 ai_call success answered", "2 whatsapp_message skipped", "3 wait skipped", "4 email skipped",
				"5 whatsapp_message success", "6 email skipped",
			},
			"Plan Call AwaitOutcome Plan WhatsApp Done",
			reached{Calls: 1, Messages: 1},
		},
		{
			"missed because nobody answers", "01",
			[]string{
				"1 ai_call success missed", "2 whatsapp_message success", "3 wait success", "4 email success",
				"5 whatsapp_message skipped", "6 email skipped",
			},
			"Plan Call AwaitOutcome Plan WhatsApp Wait Plan Email Done",
			reached{Calls: 1, Messages: 1, Mails: 1},
		},
		{
			"missed by voicemail", "04",
			[]string{
				"1 ai_call success missed", "2 whatsapp_message success", "3 wait success", "4 email success",
				"5 whatsapp_message skipped", "6 email skipped",
			},
			"Plan Call AwaitOutcome Plan WhatsApp Wait Plan Email Done",
			reached{Calls: 1, Messages: 1, Mails: 1},
		},
		{
			"failed", "03",
			[]string{
				"1 ai_call failed failed", "2 whatsapp_message skipped", "3 wait skipped", "4 email skipped",
				"5 whatsapp_message skipped", "6 email success",
			},
			"Plan Call AwaitOutcome Plan Email Done",
			reached{Calls: 1, Mails: 1},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := s.tenant(t)
			branching(t, n)
			l := n.lead(c.digits)
			s.put(t, l)

			e := s.comesTo(t, l, flow.ExecutionCompleted, c.ledger...)
			require.Equal(t, c.path, s.path(t, e.ID, 1), s.explain(t, e.ID))
			require.Equal(t, c.reached, s.reached(t, l))
			for _, row := range s.steps(t, e.ID) {
				if row.State == flow.Skipped {
					require.Contains(t, *row.SkipReason, "call_outcome", "the reason says what was compared")
				}
			}
		})
	}
}

func TestExecutionIsShownByTheAPIAsItRan(t *testing.T) {
	s := quietly(t)
	n, stranger := s.tenant(t), s.tenant(t)
	id := branching(t, n)
	l := n.lead("02")
	s.put(t, l)
	e := s.comesTo(t, l, flow.ExecutionCompleted, "1 ai_call success missed", "2 whatsapp_message success", "3 wait success",
		"4 email success", "5 whatsapp_message skipped", "6 email skipped")

	shown := n.api(t, http.MethodGet, "/executions/"+e.ID.String(), nil)
	require.Equal(t, http.StatusOK, shown.Status, shown.Text)
	require.Equal(t, "completed", shown.data()["status"])
	require.Equal(t, id.String(), shown.data()["flow_id"])
	require.Equal(t, l.Phone, shown.data()["contact_phone"])
	logs, _ := shown.data()["action_logs"].([]any)
	require.Len(t, logs, 6)
	call, _ := logs[0].(object)
	result, _ := call["result_data"].(object)
	require.Equal(t, "missed", result["call_outcome"])
	require.Equal(t, "busy", result["call_detail"])
	require.Equal(t, true, result["call_initiated"])
	require.NotEmpty(t, result["execution_id"])
	waited, _ := logs[2].(object)
	require.Equal(t, "Waited for 2 minutes", waited["result_data"].(object)["message"])
	skipped, _ := logs[4].(object)
	require.Equal(t, "skipped", skipped["status"])
	require.NotEmpty(t, skipped["skip_reason"])

	listed := n.api(t, http.MethodGet, "/flows/"+id.String()+"/executions?status=completed", nil)
	require.Equal(t, http.StatusOK, listed.Status, listed.Text)
	require.Len(t, listed.Body["data"], 1)

	foreign := stranger.api(t, http.MethodGet, "/executions/"+e.ID.String(), nil)
	require.Equal(t, http.StatusNotFound, foreign.Status)
	require.Equal(t, "Execution not found", foreign.problem())
	require.Equal(t, http.StatusNotFound, stranger.api(t, http.MethodGet, "/flows/"+id.String(), nil).Status)
	require.Empty(t, stranger.api(t, http.MethodGet, "/executions", nil).Body["data"])
}

func TestMissedCallIsTriedAgainAfterItsDelay(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	n.flow(t, "Call twice", nil,
		n.call().with("max_retries", 2).with("retry_delay_minutes", 15),
		n.message().when("call_outcome", "answered"))
	l := n.lead("40")
	s.put(t, l)

	e := s.comesTo(t, l, flow.ExecutionCompleted, "1 ai_call success missed", "1.2 ai_call success answered", "2 whatsapp_message success")
	require.Equal(t, "Plan Call AwaitOutcome Plan Wait Plan Call AwaitOutcome Plan WhatsApp Done", s.path(t, e.ID, 1))
	require.Equal(t, reached{Calls: 2, Messages: 1}, s.reached(t, l))
	first := s.steps(t, e.ID)[0]
	require.Equal(t, "no_answer", first.Detail)
	calls := s.calls(t, l.Phone)
	require.False(t, s.clock.Virtual(calls[1].At).Before(first.CompletedAt.Add(15*time.Minute)), "called again at %s", calls[1].At)
}

func TestUnusablePhoneIsSkippedByCallAndMessageButNotByMail(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	n.flow(t, "All channels", nil, n.call(), n.message(), n.mail())
	l := n.lead("00")
	l.Phone = "12345"
	s.put(t, l)

	e := s.comesTo(t, l, flow.ExecutionCompleted, "1 ai_call skipped", "2 whatsapp_message skipped", "3 email success")
	require.Equal(t, "Plan Email Done", s.path(t, e.ID, 1))
	require.Equal(t, reached{Mails: 1}, s.reached(t, l))
}

func TestMailIsRenderedForItsReader(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	n.flow(t, "Mail", nil, n.mail())
	l := n.lead("00")
	l.Name = "Asha <b>Rao</b>"
	s.put(t, l)

	s.comesTo(t, l, flow.ExecutionCompleted, "1 email success")
	sent := s.mails(t, l.Email)
	require.Len(t, sent, 1)
	require.Equal(t, "Hello Asha <b>Rao</b>", sent[0].field("subject"))
	require.Contains(t, sent[0].field("html"), "Hello Asha &lt;b&gt;Rao&lt;/b&gt;")
}
