package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryRequestIsListedWithoutItsSecret(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do(t, "POST", "/bolna/call?x=1", apiKey, order(number(0)))
	b.do(t, "POST", "/bolna/call", "bn-unknown", "no JSON")
	b.do(t, "POST", messages, token, message(number(0)))
	require.NoError(t, b.post(t, "asha@example.com"))

	all := b.items(t, "/_sandbox/requests", "requests")
	require.Equal(t, []any{1.0, 2.0, 3.0, 4.0}, column(all, "id"))
	require.Equal(t, []any{"bolna", "bolna", "whatsapp", "email"}, column(all, "provider"))
	require.Equal(t, []any{200.0, 401.0, 200.0, 250.0}, column(all, "status"))
	first := all[0]
	require.Equal(t, "POST", first["method"])
	require.Equal(t, "/bolna/call", first["path"])
	require.Equal(t, "x=1", first["query"])
	require.Equal(t, "Bearer ***", first["headers"].(object)["Authorization"])
	require.Equal(t, "ours", first["body"].(object)["user_data"].(object)["call_id"])
	require.Equal(t, "no JSON", all[1]["body"])
	raw := string(b.do(t, "GET", "/_sandbox/requests", "", nil).Raw)
	for _, secret := range []string{apiKey, token, "bn-unknown"} {
		require.NotContains(t, raw, secret)
	}
}

func TestRequestsCanBeNarrowedAndEmptied(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 3 {
		b.do(t, "POST", "/bolna/call", apiKey, order(number(0)))
		b.do(t, "POST", messages, token, message(number(0)))
	}
	ids := func(query string) []any {
		t.Helper()
		return column(b.items(t, "/_sandbox/requests?"+query, "requests"), "id")
	}
	require.Equal(t, []any{1.0, 3.0, 5.0}, ids("provider=bolna"))
	require.Equal(t, []any{4.0, 6.0}, ids("provider=whatsapp&since=2"))
	require.Equal(t, []any{5.0, 6.0}, ids("limit=2"))
	third := b.items(t, "/_sandbox/requests", "requests")[2]["at"]
	require.Equal(t, []any{3.0, 4.0, 5.0, 6.0}, ids(fmt.Sprint("since=", third)))
	require.Empty(t, ids("since=2999-01-01T00:00:00+05:30"))
	for _, wrong := range []string{"provider=sms", "since=yesterday", "limit=0"} {
		require.Equal(t, http.StatusBadRequest, b.do(t, "GET", "/_sandbox/requests?"+wrong, "", nil).Status)
		require.Equal(t, http.StatusBadRequest, b.do(t, "DELETE", "/_sandbox/requests?"+wrong, "", nil).Status)
	}
	require.Equal(t, 3.0, b.do(t, "DELETE", "/_sandbox/requests?provider=bolna", "", nil).Body["removed"])
	require.Equal(t, []any{2.0, 4.0, 6.0}, ids(""))
	require.Equal(t, 3.0, b.do(t, "DELETE", "/_sandbox/requests", "", nil).Body["removed"])
	b.do(t, "POST", "/bolna/call", apiKey, order(number(0)))
	require.Equal(t, []any{7.0}, ids(""), "ids are never used again")
}

func TestConfiguringAgainAddsAndChangesNothingElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	added := object{"bolna": []object{{
		"api_key":       apiKey,
		"agents":        []object{{"id": agent}, {"id": "new", "name": "New"}},
		"phone_numbers": []object{{"id": "n1", "phone_number": "+918035739299"}},
	}}}
	b.configure(t, added)
	b.configure(t, added)
	var agents, numbers []object
	decode(t, b.do(t, "GET", "/bolna/v2/agent/all", apiKey, nil), &agents)
	require.Equal(t, []any{"Asha", "New"}, column(agents, "agent_name"))
	decode(t, b.do(t, "GET", "/bolna/phone-numbers/all", apiKey, nil), &numbers)
	require.Equal(t, []any{"+918035739299"}, column(numbers, "phone_number"))
	b.do(t, "POST", "/bolna/call", apiKey, object{"agent_id": "new", "recipient_phone_number": number(0)})
	require.Equal(t, "/webhooks/bolna/first", b.receiver.next(t).Path)
}

func TestAConfigurationThatMakesNoSenseIsRefusedWhole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	good := object{"api_key": "bn-new"}
	for name, config := range map[string]any{
		"no JSON":           "{",
		"unknown key":       object{"bolnas": []object{}},
		"no api_key":        object{"bolna": []object{good, {}}},
		"webhook not a URL": object{"bolna": []object{good, {"api_key": "x", "webhook_url": "localhost"}}},
		"agent without id":  object{"bolna": []object{good, {"api_key": "x", "agents": []object{{}}}}},
		"number without id": object{"bolna": []object{good, {"api_key": "x", "phone_numbers": []object{{}}}}},
		"whatsapp":          object{"bolna": []object{good}, "whatsapp": []object{{"access_token": "x"}}},
		"app":               object{"bolna": []object{good}, "whatsapp_app": object{"webhook_url": "ftp://x"}},
		"smtp":              object{"bolna": []object{good}, "smtp": []object{{"username": "x"}}},
	} {
		a := b.do(t, "POST", "/_sandbox/config", "", config)
		require.Equal(t, http.StatusBadRequest, a.Status, name)
		require.NotEmpty(t, a.Body["error"], name)
	}
	require.Equal(t, http.StatusUnauthorized, b.do(t, "GET", "/bolna/v2/agent/all", "bn-new", nil).Status)
}

func TestHealthAndUnknownRoutesAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.Equal(t, "ok", b.do(t, "GET", "/_sandbox/health", "", nil).Body["status"])
	a := b.do(t, "PUT", "/_sandbox/health", "", nil)
	require.Equal(t, http.StatusNotFound, a.Status)
	require.Equal(t, object{"error": "there is no PUT /_sandbox/health"}, a.Body)
	require.Equal(t, http.StatusRequestEntityTooLarge,
		b.do(t, "POST", "/bolna/call", apiKey, strings.Repeat("x", 1<<20+1)).Status)
}

func TestWebhooksCanBeEmptied(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do(t, "POST", messages, token, message(number(20)))
	status(t, b.receiver.next(t))
	require.Len(t, b.items(t, "/_sandbox/webhooks?provider=whatsapp", "webhooks"), 1)
	require.Equal(t, 1.0, b.do(t, "DELETE", "/_sandbox/webhooks", "", nil).Body["removed"])
	require.Empty(t, b.items(t, "/_sandbox/webhooks", "webhooks"))
}
