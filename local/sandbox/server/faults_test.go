package server_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (b *testBundle) fault(t *testing.T, f object) {
	t.Helper()
	a := b.do(t, "POST", "/_sandbox/faults", "", f)
	require.Equal(t, http.StatusOK, a.Status, string(a.Raw))
}

func TestAFaultMeetsAsManyRequestsAsAsked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fault(t, object{"provider": "bolna", "status": 503, "times": 2})
	b.fault(t, object{"provider": "bolna", "status": 429, "retry_after": 7})
	b.fault(t, object{"provider": "whatsapp", "status": 429})
	for _, want := range []int{503, 503, 429, 200} {
		a := b.do(t, "POST", "/bolna/call", apiKey, order(number(0)))
		require.Equal(t, want, a.Status)
		if want != 200 {
			require.Equal(t, object{"error": float64(want), "message": http.StatusText(want)}, a.Body)
		}
		if want == 429 {
			require.Equal(t, "7", a.Header.Get("Retry-After"))
		}
	}
	a := b.do(t, "POST", messages, token, message(number(0)))
	require.Equal(t, 429, a.Status)
	require.Equal(t, 130429.0, a.Body["error"].(object)["code"])

	requests := b.items(t, "/_sandbox/requests?provider=bolna", "requests")
	require.Equal(t, []any{503.0, 503.0, 429.0, 200.0}, column(requests, "status"))
	require.Equal(t, []any{"status", "status", "status", nil}, column(requests, "fault"))
	require.Equal(t, []any{false, false, false, true}, column(requests, "taken"))
	require.Empty(t, b.items(t, "/_sandbox/faults", "faults"))
}

func TestAFaultCanBeNarrowedToARoute(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fault(t, object{"provider": "bolna", "status": 500, "method": "GET", "path": "/bolna/v2/agent/"})
	require.Equal(t, 200, b.do(t, "POST", "/bolna/call", apiKey, order(number(0))).Status)
	require.Equal(t, 200, b.do(t, "GET", "/bolna/phone-numbers/all", apiKey, nil).Status)
	require.Equal(t, 500, b.do(t, "GET", "/bolna/v2/agent/all", apiKey, nil).Status)
	require.Equal(t, 200, b.do(t, "GET", "/bolna/v2/agent/all", apiKey, nil).Status)
}

func TestAnAnswerCanBeUnreadable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fault(t, object{"provider": "bolna", "status": 200, "body": "<html>", "taken": true})
	a := b.do(t, "POST", "/bolna/call", apiKey, order(number(0)))
	require.Equal(t, 200, a.Status)
	require.Nil(t, a.Body)
	require.Equal(t, answeredStatuses, b.receiver.statuses(t, 6))
}

func TestAConnectionCanBeLostWithTheRequestTakenOrNot(t *testing.T) {
	t.Parallel()
	cases := []struct {
		kind  string
		value any
		taken bool
		want  error
	}{
		{"reset", true, false, syscall.ECONNRESET},
		{"reset", true, true, syscall.ECONNRESET},
		{"hang", 0.05, false, io.EOF},
		{"hang", 0.05, true, io.EOF},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s, taken %t", c.kind, c.taken), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.fault(t, object{"provider": "bolna", c.kind: c.value, "taken": c.taken})
			_, err := b.try(t.Context(), "POST", "/bolna/call", apiKey, order(number(0)))
			require.ErrorIs(t, err, c.want)

			received := b.items(t, "/_sandbox/requests", "requests")[0]
			require.Equal(t, c.kind, received["fault"])
			require.Equal(t, c.taken, received["taken"])
			require.Equal(t, 0.0, received["status"])
			require.Equal(t, number(0), received["body"].(object)["recipient_phone_number"])
			if c.taken {
				require.Equal(t, answeredStatuses, b.receiver.statuses(t, 6))
			} else {
				require.Empty(t, b.items(t, "/_sandbox/calls", "calls"))
			}
		})
	}
}

func TestAHangOutlastsTheClient(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fault(t, object{"provider": "whatsapp", "hang": 60})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := b.try(ctx, "POST", messages, token, message(number(0)))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, []any{false}, column(b.items(t, "/_sandbox/requests", "requests"), "taken"))
}

func TestAFaultThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, f := range []object{
		{"provider": "bolna"},
		{"status": 500},
		{"provider": "sms", "status": 500},
		{"provider": "bolna", "status": 500, "reset": true},
		{"provider": "bolna", "status": 99},
		{"provider": "bolna", "hang": -1},
		{"provider": "bolna", "hang": 601},
		{"provider": "bolna", "status": 500, "times": -1},
		{"provider": "bolna", "stauts": 500},
		{"provider": "email", "status": 250},
		{"provider": "email", "status": 450, "path": "/"},
	} {
		a := b.do(t, "POST", "/_sandbox/faults", "", f)
		require.Equal(t, http.StatusBadRequest, a.Status, f)
		require.NotEmpty(t, a.Body["error"])
	}
	b.fault(t, object{"provider": "bolna", "reset": true})
	b.fault(t, object{"provider": "email", "reset": true})
	require.Equal(t, 1.0, b.do(t, "DELETE", "/_sandbox/faults?provider=email", "", nil).Body["removed"])
	require.Equal(t, []any{"bolna"}, column(b.items(t, "/_sandbox/faults", "faults"), "provider"))
	require.Equal(t, 1.0, b.do(t, "DELETE", "/_sandbox/faults", "", nil).Body["removed"])
}
