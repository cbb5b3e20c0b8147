package server_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/local/sandbox/courier"
	"github.com/auto-engagement/flows/local/sandbox/server"
)

func TestARefusedWebhookComesAgainAndTheNextWaitsForIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	refusals := 3
	b.receiver.answerWith(func(h hook) int {
		if h.Body["status"] == "ringing" && refusals > 0 {
			refusals--
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	})
	id := b.do(t, "POST", "/bolna/call", apiKey, order(number(0))).Body["execution_id"]
	require.Equal(t, answeredStatuses, b.receiver.statuses(t, 6))

	var deliveries []object
	require.Eventually(t, func() bool {
		deliveries = b.items(t, "/_sandbox/webhooks", "webhooks")
		return deliveries[len(deliveries)-1]["state"] == "delivered"
	}, deadline, 5*time.Millisecond)
	require.Equal(t, answeredStatuses, column(deliveries, "event"))
	ringing := deliveries[2]
	require.Equal(t, id, ringing["subject"])
	require.Equal(t, "/webhooks/bolna/first", ringing["path"])
	tries := ringing["attempts"].([]any)
	require.Len(t, tries, 4)
	require.Equal(t, 503.0, tries[0].(object)["status"])
	require.Equal(t, 200.0, ringing["status"])
}

func TestAWebhookWaitsForAReceiverThatIsAway(t *testing.T) {
	t.Parallel()
	b := setupWith(t, server.Options{Webhooks: courier.Options{
		Tries: 1000, FirstWait: time.Millisecond, MaxWait: 10 * time.Millisecond,
	}})
	reserved, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := reserved.Addr().String()
	require.NoError(t, reserved.Close())
	b.configure(t, object{"bolna": []object{{"api_key": apiKey, "webhook_url": "http://" + address}}})
	b.do(t, "POST", "/bolna/call", apiKey, order(number(0)))
	require.Eventually(t, func() bool {
		deliveries := b.items(t, "/_sandbox/webhooks", "webhooks")
		return len(deliveries) == 6 && len(deliveries[0]["attempts"].([]any)) > 1
	}, deadline, 5*time.Millisecond)

	back, err := net.Listen("tcp", address)
	require.NoError(t, err)
	came := &httptest.Server{Listener: back, Config: &http.Server{Handler: b.receiver.Config.Handler, ReadHeaderTimeout: time.Second}}
	came.Start()
	t.Cleanup(came.Close)
	require.Equal(t, answeredStatuses, b.receiver.statuses(t, 6))
}

func TestAWebhookIsGivenUpAfterItsTries(t *testing.T) {
	t.Parallel()
	b := setupWith(t, server.Options{Webhooks: courier.Options{Tries: 2, FirstWait: time.Millisecond}})
	b.receiver.answerWith(func(h hook) int {
		if h.Body["status"] == "queued" {
			return http.StatusFound
		}
		return http.StatusOK
	})
	b.do(t, "POST", "/bolna/call", apiKey, order(number(0)))
	require.Equal(t, answeredStatuses[1:], b.receiver.statuses(t, 5))
	given := b.items(t, "/_sandbox/webhooks", "webhooks")[0]
	require.Equal(t, "given_up", given["state"])
	require.Len(t, given["attempts"], 2)
}
