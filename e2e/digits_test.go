package e2e

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

// How calls end that a webhook tells of; with answer, one whose machine may
// have waited in vain once or more.
const (
	called = `^Plan Call AwaitOutcome Plan Done$`
	asked  = `^Plan Call (AwaitOutcome Plan )+Done$`
)

// unconfirmed is what is said of an effect that may have been, and is not repeated.
const unconfirmed = "delivery unknown, not repeated"

func TestEveryCallEndsAsItsDigitsSay(t *testing.T) {
	s := quietly(t)
	for _, c := range []struct {
		digits, what string
		outcome      flow.Outcome
		detail       string
		path         string
		// requests to place the call, and how many of them placed it.
		requests, taken int
	}{
		{"00", "answered", "answered", "completed", called, 1, 1},
		{"01", "no answer", "missed", "no_answer", called, 1, 1},
		{"02", "busy", "missed", "busy", called, 1, 1},
		{"03", "failed", "failed", "failed", called, 1, 1},
		{"04", "voicemail", "missed", "voicemail", called, 1, 1},
		{"05", "no webhook ever, the sweeper asks", "answered", "completed", asked, 1, 1},
		{"06", "every webhook twice and last first", "answered", "completed", called, 1, 1},
		{"07", "first 429, then placed", "answered", "completed", `^Plan Call Wait Plan Call AwaitOutcome Plan Done$`, 2, 1},
		{"08", "placed, but never answered", "answered", "completed", `^Plan Call (AwaitOutcome Plan )*Done$`, 1, 1},
		{"09", "500, nothing placed, not repeated", "failed", "", asked, 1, 0},
		{"10", "talk time already with call-disconnected", "answered", "", called, 1, 1},
		{"11", "canceled", "failed", "canceled", called, 1, 1},
		{"12", "balance low", "failed", "balance_low", called, 1, 1},
		{"13", "webhooks before the answer", "answered", "completed", `^Plan Call (AwaitOutcome Plan )?Done$`, 1, 1},
		{"14", "a long talk", "answered", "completed", asked, 1, 1},
		{"15", "long in the provider's queue", "answered", "completed", asked, 1, 1},
		{"16", "rejected, told as completed", "missed", "no_answer", called, 1, 1},
		{"17", "answered in the older shape", "answered", "completed", called, 1, 1},
		{"19", "error", "failed", "error", called, 1, 1},
	} {
		t.Run(c.digits+" "+c.what, func(t *testing.T) {
			t.Parallel()
			s.keepSweeping(t)
			n := s.tenant(t)
			n.flow(t, "Call", nil, n.call())
			l := n.lead(c.digits)
			s.put(t, l)

			status, text := flow.ExecutionCompleted, "success"
			if c.outcome == flow.OutcomeFailed {
				status, text = flow.ExecutionFailed, "failed"
			}
			e := s.comesTo(t, l, status, fmt.Sprintf("1 ai_call %s %s", text, c.outcome))
			row := s.steps(t, e.ID)[0]
			if c.detail != "" {
				require.Equal(t, c.detail, row.Detail, s.explain(t, e.ID))
			}
			require.Equal(t, string(c.outcome), row.result("call_outcome"))
			if c.outcome == flow.OutcomeAnswered {
				require.EqualValues(t, 42, row.result("duration_seconds"), s.explain(t, e.ID))
			}
			if c.taken == 0 {
				require.Equal(t, unconfirmed, *row.ErrorMessage)
			}
			require.Regexp(t, c.path, s.path(t, e.ID, 1), s.explain(t, e.ID))
			calls := s.calls(t, l.Phone)
			require.Len(t, calls, c.requests)
			require.Equal(t, c.taken, taken(calls))
		})
	}
}

func TestCallThatItsProviderForgetsEndsWithoutOutcome(t *testing.T) {
	s := quietly(t)
	s.keepSweeping(t)
	n := s.tenant(t)
	n.flow(t, "Call", nil, n.call(), n.message().when("call_outcome", "failed"))
	l := n.lead("18")
	s.put(t, l)

	e := s.taken(t, l)
	wait(t, late, "the provider has been asked", func() (struct{}, string) {
		if s.count(t, "select count(*) from flow_action_logs where execution_id = $1 and gone_since is not null", e.ID) == 0 {
			return struct{}{}, "it has not"
		}
		return struct{}{}, ""
	}, func() string { return s.explain(t, e.ID) })
	require.Equal(t, []string{"1 ai_call running"}, s.ledger(t, e.ID), "one look proves nothing")

	// Half an hour of such answers, in a second.
	s.exec(t, "update flow_action_logs set gone_since = gone_since - interval '31 minutes' where execution_id = $1", e.ID)
	s.comesTo(t, l, flow.ExecutionCompleted, "1 ai_call failed failed", "2 whatsapp_message success")
	require.Equal(t, "no_outcome", s.steps(t, e.ID)[0].Detail)
	require.Regexp(t, `^Plan Call (AwaitOutcome Plan )+WhatsApp Done$`, s.path(t, e.ID, 1))
	require.Equal(t, reached{Calls: 1, Messages: 1}, s.reached(t, l))
}

func TestEveryMessageEndsAsItsDigitsSay(t *testing.T) {
	s := quietly(t)
	const sent = "Plan WhatsApp Done"
	for _, c := range []struct {
		digits, what    string
		status          flow.ExecutionStatus
		shown, code     string
		path            string
		requests, taken int
	}{
		{"99", "delivered", flow.ExecutionCompleted, "delivered", "", sent, 1, 1},
		{"20", "not on WhatsApp, told by webhook", flow.ExecutionFailed, "failed", "131026", sent, 1, 1},
		{"21", "marketing cap, told by webhook", flow.ExecutionFailed, "failed", "131049", sent, 1, 1},
		{"22", "not on WhatsApp, told at once", flow.ExecutionFailed, "", "131026", sent, 1, 0},
		{"23", "marketing cap, told at once", flow.ExecutionFailed, "", "131049", sent, 1, 0},
		{"24", "slow down for this number, then accepted", flow.ExecutionCompleted, "delivered", "", "Plan WhatsApp Wait Plan WhatsApp Done", 2, 1},
		{"25", "slow down, then accepted", flow.ExecutionCompleted, "delivered", "", "Plan WhatsApp Wait Plan WhatsApp Done", 2, 1},
		{"26", "accepted, no webhook ever", flow.ExecutionCompleted, "sent", "", sent, 1, 1},
		{"27", "webhooks twice and out of order", flow.ExecutionCompleted, "delivered", "", sent, 1, 1},
		{"28", "accepted, but never answered", flow.ExecutionCompleted, "delivered", "", sent, 1, 1},
		{"29", "500, nothing sent, not repeated", flow.ExecutionFailed, "", "", "Plan WhatsApp Wait Plan Done", 1, 0},
		{"30", "outside the 24-hour window", flow.ExecutionFailed, "failed", "131047", sent, 1, 1},
		{"31", "read", flow.ExecutionCompleted, "read", "", sent, 1, 1},
	} {
		t.Run(c.digits+" "+c.what, func(t *testing.T) {
			t.Parallel()
			n := s.tenant(t)
			n.flow(t, "Message", nil, n.message())
			l := n.lead(c.digits)
			s.put(t, l)

			text := "success"
			if c.status == flow.ExecutionFailed {
				text = "failed"
			}
			e := s.comesTo(t, l, c.status, "1 whatsapp_message "+text)
			if c.shown != "" {
				wait(t, soon, "the message is shown as "+c.shown, func() (struct{}, string) {
					if is := s.steps(t, e.ID)[0].result("status"); is != c.shown {
						return struct{}{}, fmt.Sprintf("it is %v", is)
					}
					return struct{}{}, ""
				}, func() string { return s.explain(t, e.ID) })
			}
			row := s.steps(t, e.ID)[0]
			if c.code != "" {
				require.Equal(t, c.code, row.result("error_code"))
				require.NotEmpty(t, *row.ErrorMessage)
			} else if c.status == flow.ExecutionFailed {
				require.Equal(t, unconfirmed, *row.ErrorMessage)
			}
			require.Equal(t, c.path, s.path(t, e.ID, 1), s.explain(t, e.ID))
			sent := s.messages(t, l.Phone)
			require.Len(t, sent, c.requests)
			require.Equal(t, c.taken, taken(sent))
		})
	}
}

func TestEveryMailEndsAsItsAddressSays(t *testing.T) {
	s := quietly(t)
	for _, c := range []struct {
		address string
		status  flow.ExecutionStatus
		path    string
		tries   int
		taken   int
	}{
		{"somebody", flow.ExecutionCompleted, "Plan Email Done", 1, 1},
		{"bounce", flow.ExecutionFailed, "Plan Email Done", 1, 0},
		{"defer", flow.ExecutionCompleted, "Plan Email Wait Plan Email Done", 2, 1},
		{"reject", flow.ExecutionFailed, "Plan Email Done", 1, 0},
	} {
		t.Run(c.address, func(t *testing.T) {
			t.Parallel()
			n := s.tenant(t)
			n.flow(t, "Mail", nil, n.mail())
			l := n.lead("99")
			l.Email = c.address + "-" + l.Email
			s.put(t, l)

			text := "success"
			if c.status == flow.ExecutionFailed {
				text = "failed"
			}
			e := s.comesTo(t, l, c.status, "1 email "+text)
			require.Equal(t, c.path, s.path(t, e.ID, 1), s.explain(t, e.ID))
			sent := s.mails(t, l.Email)
			require.Len(t, sent, c.tries)
			require.Equal(t, c.taken, taken(sent))
		})
	}
}
