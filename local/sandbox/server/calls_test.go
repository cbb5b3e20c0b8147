package server_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var answeredStatuses = []any{"queued", "initiated", "ringing", "in-progress", "call-disconnected", "completed"}

func order(to string) object {
	return object{
		"agent_id": agent, "recipient_phone_number": to, "from_phone_number": caller,
		"user_data": object{"call_id": "ours", "name": "Asha"},
	}
}

func number(digits int) string { return fmt.Sprintf("+9198450123%02d", digits) }

func TestWhatBecomesOfACallFollowsFromItsLastTwoDigits(t *testing.T) {
	t.Parallel()
	cases := []struct {
		digits   int
		webhooks []any
		// last are fields of the last execution: of GET, which tells the same
		// as the last webhook when there is one.
		last object
	}{
		{0, answeredStatuses, object{"status": "completed", "conversation_duration": 42.0, "answered_by_voice_mail": nil}},
		{1, []any{"queued", "initiated", "ringing", "no-answer"}, object{"status": "no-answer", "conversation_duration": 0.0}},
		{2, []any{"queued", "initiated", "ringing", "busy"}, object{"status": "busy"}},
		{3, []any{"queued", "initiated", "failed"}, object{"status": "failed", "error_message": "Call recipient number invalid"}},
		{4, answeredStatuses, object{"status": "completed", "answered_by_voice_mail": true, "conversation_duration": 6.0}},
		{5, nil, object{"status": "completed", "conversation_duration": 42.0}},
		{6, []any{
			"completed", "call-disconnected", "in-progress", "ringing", "initiated", "queued",
			"completed", "call-disconnected", "in-progress", "ringing", "initiated", "queued",
		}, object{"status": "completed"}},
		{10, answeredStatuses, object{"status": "completed", "conversation_duration": 42.0}},
		{11, []any{"queued", "initiated", "canceled"}, object{"status": "canceled"}},
		{12, []any{"queued", "balance-low"}, object{"status": "balance-low", "error_message": "Your balance is low"}},
		{13, answeredStatuses, object{"status": "completed"}},
		{14, answeredStatuses, object{"status": "completed"}},
		{15, answeredStatuses, object{"status": "completed"}},
		{16, []any{"queued", "initiated", "ringing", "completed"}, object{"status": "completed", "conversation_duration": 0.0}},
		{17, answeredStatuses, object{"status": "completed", "conversation_time": 42.0, "user_data": object{"call_id": "ours", "name": "Asha"}}},
		{19, []any{"queued", "error"}, object{"status": "error"}},
		{20, answeredStatuses, object{"status": "completed"}},
		{99, answeredStatuses, object{"status": "completed"}},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%02d", c.digits), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			a := b.do(t, "POST", "/bolna/call", apiKey, order(number(c.digits)))
			require.Equal(t, http.StatusOK, a.Status, string(a.Raw))
			require.Equal(t, "done", a.Body["message"])
			require.Equal(t, "queued", a.Body["status"])
			id := a.Body["execution_id"].(string)

			if c.webhooks != nil {
				require.Equal(t, c.webhooks, b.receiver.statuses(t, len(c.webhooks)))
			}
			var last object
			require.Eventually(t, func() bool {
				last = b.do(t, "GET", "/bolna/executions/"+id, apiKey, nil).Body
				return last["status"] == c.last["status"]
			}, deadline, 5*time.Millisecond)
			for field, want := range c.last {
				require.Equal(t, want, last[field], field)
			}
			require.Len(t, b.items(t, "/_sandbox/webhooks?provider=bolna", "webhooks"), len(c.webhooks))
			overview := b.do(t, "GET", "/_sandbox/calls", "", nil).Body
			require.Equal(t, 0.0, overview["live"])
			require.Equal(t, 1.0, overview["max_live"])
		})
	}
}

func TestACallToSevenIsRefusedOnceAndThenPlaced(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 2 {
		refused := b.do(t, "POST", "/bolna/call", apiKey, order(number(7)))
		require.Equal(t, http.StatusTooManyRequests, refused.Status)
		require.Equal(t, "1", refused.Header.Get("Retry-After"))
		require.Equal(t, http.StatusOK, b.do(t, "POST", "/bolna/call", apiKey, order(number(7))).Status)
	}
	require.Equal(t, []any{false, true, false, true}, column(b.items(t, "/_sandbox/requests", "requests"), "taken"))
}

func TestACallToEightIsPlacedThoughNobodyHearsSo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := b.try(ctx, "POST", "/bolna/call", apiKey, order(number(8)))
	require.ErrorIs(t, err, context.DeadlineExceeded)

	require.Equal(t, answeredStatuses, b.receiver.statuses(t, 6))
	list := b.do(t, "GET", "/bolna/v2/agent/"+agent+"/executions?page_number=1&page_size=50", apiKey, nil)
	require.Equal(t, http.StatusOK, list.Status)
	require.Equal(t, 1.0, list.Body["total"])
	found := list.Body["data"].([]any)[0].(object)
	require.Equal(t, "ours", found["context_details"].(object)["recipient_data"].(object)["call_id"])
	received := b.items(t, "/_sandbox/requests?provider=bolna", "requests")[0]
	require.Equal(t, true, received["taken"])
	require.Equal(t, 0.0, received["status"])
}

func TestACallToNineIsNotPlaced(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.do(t, "POST", "/bolna/call", apiKey, order(number(9)))
	require.Equal(t, http.StatusInternalServerError, a.Status)
	require.Equal(t, object{"error": 500.0, "message": "Internal server error"}, a.Body)
	require.Empty(t, b.items(t, "/_sandbox/calls", "calls"))
}

func TestACallToThirteenIsAnsweredAfterItsWebhooks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.Equal(t, http.StatusOK, b.do(t, "POST", "/bolna/call", apiKey, order(number(13))).Status)
	require.Len(t, b.receiver.hooks, len(answeredStatuses))
}

func TestACallToEighteenIsForgotten(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.do(t, "POST", "/bolna/call", apiKey, order(number(18)))
	require.Equal(t, http.StatusOK, a.Status)
	gone := b.do(t, "GET", "/bolna/executions/"+a.Body["execution_id"].(string), apiKey, nil)
	require.Equal(t, http.StatusNotFound, gone.Status)
	list := b.do(t, "GET", "/bolna/v2/agent/"+agent+"/executions", apiKey, nil)
	require.Equal(t, 0.0, list.Body["total"])
	require.Len(t, b.items(t, "/_sandbox/calls", "calls"), 1)
}

func TestACallToFortyIsMissedOnceAndThenAnswered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do(t, "POST", "/bolna/call", apiKey, order(number(40)))
	require.Equal(t, []any{"queued", "initiated", "ringing", "no-answer"}, b.receiver.statuses(t, 4))
	b.do(t, "POST", "/bolna/call", apiKey, order(number(40)))
	require.Equal(t, answeredStatuses, b.receiver.statuses(t, 6))
}

func TestTalkingTimeIsToldWhenTheCallWasProcessed(t *testing.T) {
	t.Parallel()
	cases := map[int]float64{
		0:  0,  // as documented: not before completed
		10: 42, // as seen: with call-disconnected already
	}
	for digits, want := range cases {
		t.Run(fmt.Sprintf("%02d", digits), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.do(t, "POST", "/bolna/call", apiKey, order(number(digits)))
			var h hook
			for h.Body["status"] != "call-disconnected" {
				h = b.receiver.next(t)
			}
			require.Equal(t, want, h.Body["conversation_duration"])
			require.Empty(t, h.Body["telephony_data"].(object)["recording_url"])
			require.Equal(t, 0.0, b.do(t, "GET", "/_sandbox/calls", "", nil).Body["live"])
		})
	}
}

func TestTheOlderExecutionHasANumberForItsID(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.do(t, "POST", "/bolna/call", apiKey, order(number(17))).Body["execution_id"].(string)
	h := b.receiver.next(t)
	require.Contains(t, string(h.Raw), `"id":`+id+`,`)
	require.NotContains(t, h.Body, "context_details")
	require.Equal(t, 0.0, h.Body["telephony_data"].(object)["duration"])
}
