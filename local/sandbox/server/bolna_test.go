package server_test

import (
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/local/sandbox/server"
)

func TestBolnaLetsNobodyInWithoutItsKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, route := range [][2]string{
		{"POST", "/bolna/call"},
		{"POST", "/bolna/call/x/stop"},
		{"GET", "/bolna/executions/x"},
		{"GET", "/bolna/v2/agent/" + agent + "/executions"},
		{"GET", "/bolna/v2/agent/all"},
		{"GET", "/bolna/phone-numbers/all"},
		{"GET", "/bolna/elsewhere"},
	} {
		for _, key := range []string{"", "bn-unknown", token} {
			a := b.do(t, route[0], route[1], key, nil)
			require.Equal(t, http.StatusUnauthorized, a.Status, route)
			require.Equal(t, object{"error": 401.0, "message": "Access denied"}, a.Body)
		}
	}
	require.Equal(t, http.StatusNotFound, b.do(t, "GET", "/bolna/elsewhere", apiKey, nil).Status)
}

func TestBolnaRefusesCallsThatItCannotPlace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	with := func(change object) object {
		o := order(number(0))
		maps.Copy(o, change)
		return o
	}
	cases := map[string]struct {
		body any
		want string
	}{
		"no JSON":            {"{", "request body is not valid JSON"},
		"no agent":           {with(object{"agent_id": ""}), "agent_id is required"},
		"another's agent":    {with(object{"agent_id": otherAgent}), "agent not found"},
		"no number":          {with(object{"recipient_phone_number": ""}), "recipient_phone_number is required"},
		"spaces":             {with(object{"recipient_phone_number": "+91 98450 12300"}), "invalid phone number format"},
		"no plus":            {with(object{"recipient_phone_number": "919845012300"}), "invalid phone number format"},
		"a caller not owned": {with(object{"from_phone_number": "+918035739223"}), "from_phone_number not owned by account"},
		"user_data a list":   {with(object{"user_data": []any{1}}), "user_data must be an object"},
		"a time with no zone": {
			with(object{"scheduled_at": "2030-01-01T00:00:00"}),
			"scheduled_at must be an ISO 8601 datetime with a timezone",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := b.do(t, "POST", "/bolna/call", apiKey, c.body)
			require.Equal(t, http.StatusBadRequest, a.Status)
			require.Equal(t, object{"error": 400.0, "message": c.want}, a.Body)
		})
	}
}

func TestAnExecutionEchoesWhatTheCallWasGiven(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.do(t, "POST", "/bolna/call", apiKey, order(number(0))).Body["execution_id"]
	h := b.receiver.next(t)
	require.Equal(t, "/webhooks/bolna/first", h.Path)
	require.Equal(t, id, h.Body["id"])
	require.Equal(t, agent, h.Body["agent_id"])
	require.Equal(t, object{
		"recipient_data":         object{"call_id": "ours", "name": "Asha", "timezone": "Asia/Kolkata"},
		"recipient_phone_number": number(0),
	}, h.Body["context_details"])
	telephony := h.Body["telephony_data"].(object)
	require.Equal(t, number(0), telephony["to_number"])
	require.Equal(t, caller, telephony["from_number"])
	require.Equal(t, "0.0", telephony["duration"])
	require.Nil(t, telephony["recording_url"])
	_, err := time.Parse("2006-01-02T15:04:05.000000", h.Body["created_at"].(string))
	require.NoError(t, err)
}

func TestExecutionsAreListedByAgentInPages(t *testing.T) {
	t.Parallel()
	b := setupWith(t, server.Options{CallDuration: 2 * time.Second})
	ids := []any{}
	for i := range 53 {
		o := order(number(15))
		o["user_data"] = object{"call_id": strconv.Itoa(i)}
		ids = append([]any{b.do(t, "POST", "/bolna/call", apiKey, o).Body["execution_id"]}, ids...)
	}
	page := func(query string) (object, []any) {
		t.Helper()
		a := b.do(t, "GET", "/bolna/v2/agent/"+agent+"/executions?"+query, apiKey, nil)
		require.Equal(t, http.StatusOK, a.Status, string(a.Raw))
		got := []any{}
		for _, e := range a.Body["data"].([]any) {
			got = append(got, e.(object)["id"])
		}
		delete(a.Body, "data")
		return a.Body, got
	}
	about, got := page("")
	require.Equal(t, object{"page_number": 1.0, "page_size": 20.0, "total": 53.0, "has_more": true}, about)
	require.Equal(t, ids[:20], got)
	about, got = page("page_number=2&page_size=50")
	require.Equal(t, object{"page_number": 2.0, "page_size": 50.0, "total": 53.0, "has_more": false}, about)
	require.Equal(t, ids[50:], got)
	_, got = page("page_number=2147483647&page_size=50")
	require.Empty(t, got)
	about, _ = page("status=completed")
	require.Equal(t, 0.0, about["total"])
	about, _ = page("status=queued&call_type=outbound&answered_by_voice_mail=false")
	require.Equal(t, 53.0, about["total"])
	about, _ = page("from=" + time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	require.Equal(t, 0.0, about["total"])
	about, _ = page("to=" + url.QueryEscape(time.Now().Add(time.Hour).Format(time.RFC3339)))
	require.Equal(t, 53.0, about["total"])

	for _, wrong := range []string{"page_size=51", "page_size=0", "page_number=0", "page_number=99999999999999999999", "from=yesterday", "answered_by_voice_mail=perhaps"} {
		require.Equal(t, http.StatusBadRequest, b.do(t, "GET", "/bolna/v2/agent/"+agent+"/executions?"+wrong, apiKey, nil).Status, wrong)
	}
}

func TestAListCanBeTheDocumentedProjection(t *testing.T) {
	t.Parallel()
	b := setupWith(t, server.Options{CallDuration: 2 * time.Second})
	b.configure(t, object{"bolna": []object{{"api_key": apiKey, "trimmed_list": true}}})
	b.do(t, "POST", "/bolna/call", apiKey, order(number(15)))
	data := b.do(t, "GET", "/bolna/v2/agent/"+agent+"/executions", apiKey, nil).Body["data"].([]any)
	require.Len(t, data, 1)
	keys := []string{}
	for k := range data[0].(object) {
		keys = append(keys, k)
	}
	require.ElementsMatch(t, []string{"id", "status", "conversation_duration", "created_at", "telephony_data"}, keys)
	require.Equal(t, number(15), data[0].(object)["telephony_data"].(object)["to_number"])
}

func TestAnAccountSeesOnlyItsOwn(t *testing.T) {
	t.Parallel()
	b := setupWith(t, server.Options{CallDuration: 2 * time.Second})
	id := b.do(t, "POST", "/bolna/call", apiKey, order(number(15))).Body["execution_id"].(string)
	require.Equal(t, http.StatusNotFound, b.do(t, "GET", "/bolna/executions/"+id, otherKey, nil).Status)
	require.Equal(t, http.StatusNotFound, b.do(t, "POST", "/bolna/call/"+id+"/stop", otherKey, nil).Status)
	require.Equal(t, http.StatusBadRequest, b.do(t, "GET", "/bolna/v2/agent/"+agent+"/executions", otherKey, nil).Status)

	var agents, numbers []object
	decode(t, b.do(t, "GET", "/bolna/v2/agent/all", apiKey, nil), &agents)
	require.Equal(t, []any{agent}, column(agents, "id"))
	require.Equal(t, []any{"Asha"}, column(agents, "agent_name"))
	decode(t, b.do(t, "GET", "/bolna/phone-numbers/all", apiKey, nil), &numbers)
	require.Equal(t, []any{caller}, column(numbers, "phone_number"))
	decode(t, b.do(t, "GET", "/bolna/phone-numbers/all", otherKey, nil), &numbers)
	require.Empty(t, numbers)
}

func TestOnlyAWaitingCallCanBeStopped(t *testing.T) {
	t.Parallel()
	b := setupWith(t, server.Options{CallDuration: 200 * time.Millisecond})
	id := b.do(t, "POST", "/bolna/call", apiKey, order(number(15))).Body["execution_id"].(string)
	require.Equal(t, "queued", b.receiver.next(t).Body["status"])
	a := b.do(t, "POST", "/bolna/call/"+id+"/stop", apiKey, nil)
	require.Equal(t, http.StatusOK, a.Status)
	require.Equal(t, object{"message": "done", "status": "stopped", "execution_id": id}, a.Body)
	require.Equal(t, "stopped", b.receiver.next(t).Body["status"])
	require.Equal(t, http.StatusBadRequest, b.do(t, "POST", "/bolna/call/"+id+"/stop", apiKey, nil).Status)

	talking := b.do(t, "POST", "/bolna/call", apiKey, order(number(14))).Body["execution_id"].(string)
	require.Equal(t, []any{"queued", "initiated", "ringing", "in-progress"}, b.receiver.statuses(t, 4))
	a = b.do(t, "POST", "/bolna/call/"+talking+"/stop", apiKey, nil)
	require.Equal(t, http.StatusBadRequest, a.Status)
	require.Equal(t, "Call is in-progress; only queued or scheduled calls can be stopped", a.Body["message"])
}

func TestAScheduledCallWaitsAndCanBeStopped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := order(number(0))
	o["scheduled_at"] = time.Now().Add(time.Hour).Format(time.RFC3339)
	id := b.do(t, "POST", "/bolna/call", apiKey, o).Body["execution_id"].(string)
	require.Equal(t, "scheduled", b.receiver.next(t).Body["status"])
	require.Equal(t, 0.0, b.do(t, "GET", "/_sandbox/calls", "", nil).Body["live"])
	require.Equal(t, http.StatusOK, b.do(t, "POST", "/bolna/call/"+id+"/stop", apiKey, nil).Status)
	require.Equal(t, "stopped", b.receiver.next(t).Body["status"])
}

func TestLiveCallsAreCountedByAccount(t *testing.T) {
	t.Parallel()
	b := setupWith(t, server.Options{CallDuration: 2 * time.Second})
	ids := []string{}
	for range 3 {
		ids = append(ids, b.do(t, "POST", "/bolna/call", apiKey, order(number(15))).Body["execution_id"].(string))
	}
	o := order(number(15))
	o["agent_id"], o["from_phone_number"] = otherAgent, ""
	require.Equal(t, http.StatusOK, b.do(t, "POST", "/bolna/call", otherKey, o).Status)
	require.Equal(t, http.StatusOK, b.do(t, "POST", "/bolna/call/"+ids[0]+"/stop", apiKey, nil).Status)

	overview := b.do(t, "GET", "/_sandbox/calls", "", nil).Body
	require.Equal(t, 3.0, overview["live"])
	require.Equal(t, 4.0, overview["max_live"])
	require.Equal(t, object{
		"first":  object{"live": 2.0, "max_live": 3.0},
		"second": object{"live": 1.0, "max_live": 1.0},
	}, overview["accounts"])
	calls := b.items(t, "/_sandbox/calls", "calls")
	require.Equal(t, []any{"stopped", "queued", "queued", "queued"}, column(calls, "status"))
	require.Equal(t, object{"call_id": "ours", "name": "Asha"}, calls[0]["user_data"])
}

func TestAnAgentCanHaveAWebhookOfItsOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.configure(t, object{"bolna": []object{{
		"api_key": apiKey, "agents": []object{{"id": agent, "webhook_url": b.receiver.URL + "/own"}},
	}}})
	b.do(t, "POST", "/bolna/call", apiKey, order(number(0)))
	require.Equal(t, "/own", b.receiver.next(t).Path)
}
