package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

func TestWebhooksTwiceAndOutOfOrderCountOnce(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	n.flow(t, "Call and write", nil, n.call(), n.message().when("call_outcome", "answered"))
	l := n.lead("06")
	s.put(t, l)

	e := s.comesTo(t, l, flow.ExecutionCompleted, "1 ai_call success answered", "2 whatsapp_message success")
	call := s.steps(t, e.ID)[0]
	wait(t, soon, "all webhooks are delivered", func() (struct{}, string) {
		hooks := s.hooks(t, call.ProviderID)
		for _, h := range hooks {
			if h.State != "delivered" {
				return struct{}{}, h.Event + " is " + h.State
			}
		}
		if len(hooks) != 12 {
			return struct{}{}, "there are not yet twelve"
		}
		return struct{}{}, ""
	})
	// One that was not answered in time is sent again, and counts no more than once.
	stored := s.count(t, "select count(*) from provider_events where tenant_id = $1 and kind = 'bolna'", n.id)
	require.GreaterOrEqual(t, stored, 12, "each is stored")
	require.Equal(t, stored, s.count(t, "select count(*) from provider_events where tenant_id = $1 and kind = 'bolna' and result = 'applied'", n.id), "and applied")
	require.Equal(t, []string{"1 ai_call success answered", "2 whatsapp_message success"}, s.ledger(t, e.ID))
	require.EqualValues(t, 42, s.steps(t, e.ID)[0].result("duration_seconds"), "what an earlier state says undoes nothing")
	require.Equal(t, "Plan Call AwaitOutcome Plan WhatsApp Done", s.path(t, e.ID, 1))
	require.Equal(t, reached{Calls: 1, Messages: 1}, s.reached(t, l))
}

func TestWebhooksBeforeOurOwnCommitAreNotLost(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	n.flow(t, "Call and write", nil, n.call(), n.message().when("call_outcome", "answered"))
	l := n.lead("13")
	s.put(t, l)

	e := s.comesTo(t, l, flow.ExecutionCompleted, "1 ai_call success answered", "2 whatsapp_message success")
	// The outcome is known when the call's own function gets its answer, so
	// nothing is waited for; unless the webhooks' function was slower than that.
	require.Regexp(t, `^Plan Call (AwaitOutcome Plan )?WhatsApp Done$`, s.path(t, e.ID, 1))
	require.Equal(t, reached{Calls: 1, Messages: 1}, s.reached(t, l))
	require.NotEmpty(t, s.steps(t, e.ID)[0].ProviderID)
}

func TestSweeperAsksTheProviderWhereNoWebhookComes(t *testing.T) {
	s := quietly(t)
	s.keepSweeping(t)
	n := s.tenant(t)
	n.flow(t, "Call and write", nil, n.call(), n.message().when("call_outcome", "answered"))
	l := n.lead("05")
	s.put(t, l)

	e := s.comesTo(t, l, flow.ExecutionCompleted, "1 ai_call success answered", "2 whatsapp_message success")
	require.Regexp(t, `^Plan Call (AwaitOutcome Plan )+WhatsApp Done$`, s.path(t, e.ID, 1))
	require.Equal(t, reached{Calls: 1, Messages: 1}, s.reached(t, l))
	require.Zero(t, s.count(t, "select count(*) from provider_events where tenant_id = $1 and kind = 'bolna'", n.id))
	require.NotEmpty(t, s.requests(t, "bolna", func(r request) bool {
		return r.Method == http.MethodGet && r.Path == "/bolna/executions/"+s.steps(t, e.ID)[0].ProviderID
	}), "the provider was asked")
}

func TestCallWhosePlacingWasNotAnsweredIsFoundAndNotRepeated(t *testing.T) {
	s := quietly(t)
	s.keepSweeping(t)
	n := s.tenant(t, deaf)
	n.flow(t, "Call and write", nil, n.call(), n.message().when("call_outcome", "answered"))
	l := n.lead("08")
	s.put(t, l)

	e := s.comesTo(t, l, flow.ExecutionCompleted, "1 ai_call success answered", "2 whatsapp_message success")
	require.Regexp(t, `^Plan Call (AwaitOutcome Plan )+WhatsApp Done$`, s.path(t, e.ID, 1))
	calls := s.calls(t, l.Phone)
	require.Len(t, calls, 1)
	require.True(t, calls[0].Taken)
	require.Zero(t, calls[0].Status, "it was never answered")
	require.NotEmpty(t, s.requests(t, "bolna", func(r request) bool {
		return r.Method == http.MethodGet && r.Path == "/bolna/v2/agent/"+n.agent+"/executions"
	}), "the agent's executions were looked through")
	require.NotEmpty(t, s.steps(t, e.ID)[0].ProviderID)
}

func TestWebhookWithoutProofIsRefused(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	event := object{"id": "x", "status": "completed", "conversation_duration": 10}
	hook := strings.TrimPrefix(s.webhooks, s.address.API)
	require.Equal(t, http.StatusNotFound, s.send(t, "", http.MethodPost, hook+"/wrong-token", event).Status)
	require.Equal(t, http.StatusBadRequest, s.send(t, "", http.MethodPost, hook+"/"+n.hook, "not JSON").Status)
	require.Equal(t, http.StatusUnauthorized, s.send(t, "", http.MethodPost, "/webhooks/whatsapp", object{"entry": []object{}}).Status)
	require.Equal(t, http.StatusForbidden, s.send(t, "", http.MethodGet, "/webhooks/whatsapp?hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1", nil).Status)
	require.Zero(t, s.count(t, "select count(*) from provider_events where tenant_id = $1", n.id))

	// One that nothing is known of is kept, and tried again.
	require.Equal(t, http.StatusOK, s.send(t, "", http.MethodPost, hook+"/"+n.hook, event).Status)
	require.Equal(t, 1, s.count(t, "select count(*) from provider_events where tenant_id = $1 and applied_at is null", n.id))
}

func TestForeignWebhookDoesNotTouchAnothersCall(t *testing.T) {
	s := quietly(t)
	s.keepSweeping(t)
	n, stranger := s.tenant(t), s.tenant(t)
	n.flow(t, "Call", nil, n.call())
	l := n.lead("14")
	s.put(t, l)
	e := s.taken(t, l)
	placed := wait(t, soon, "the call is placed", func() (step, string) {
		rows := s.steps(t, e.ID)
		if len(rows) == 0 || rows[0].State != flow.Sent {
			return step{}, "it is not"
		}
		return rows[0], ""
	}, func() string { return s.explain(t, e.ID) })

	hook := strings.TrimPrefix(s.webhooks, s.address.API)
	forged := object{"id": placed.ProviderID, "status": "no-answer"}
	require.Equal(t, http.StatusOK, s.send(t, "", http.MethodPost, hook+"/"+stranger.hook, forged).Status)
	require.Equal(t, []string{"1 ai_call running"}, s.ledger(t, e.ID))
	s.comesTo(t, l, flow.ExecutionCompleted, "1 ai_call success answered")
}
