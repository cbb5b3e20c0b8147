package bolna

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
)

var cred = provider.Credentials{Secret: "bn-key"}

// exchange answers every request with one status and body, and keeps what was
// asked.
type exchange struct {
	status         int
	body           string
	method, target string
	header         http.Header
	sent           []byte
}

func (e *exchange) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.method, e.target, e.header = r.Method, r.URL.RequestURI(), r.Header
	e.sent, _ = io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.status)
	_, _ = io.WriteString(w, e.body)
}

func setup(t *testing.T, h http.Handler) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return New(s.URL+"/", provider.NewHTTPClient(nil))
}

// Page "Make a phone call": POST /call.
func TestPlaceSendsTheDocumentedBody(t *testing.T) {
	t.Parallel()
	e := &exchange{status: 200, body: `{"message":"done","status":"queued","execution_id":"123e4567-e89b-12d3-a456-426614174000"}`}
	data := map[string]any{"name": "Asha", "budget": 250000}
	got := setup(t, e).Place(t.Context(), cred, provider.Call{
		ID: uuid.MustParse(ours), AgentID: "agent-1", To: "+91 98450 12345", From: "+918035739222", Data: data,
	})
	require.Equal(t, provider.Answer{Class: provider.Accepted, ProviderID: "123e4567-e89b-12d3-a456-426614174000"}, got)
	require.Equal(t, "POST", e.method)
	require.Equal(t, "/call", e.target)
	require.Equal(t, "Bearer bn-key", e.header.Get("Authorization"))
	require.Equal(t, "application/json", e.header.Get("Content-Type"))
	require.JSONEq(t, `{"agent_id":"agent-1","recipient_phone_number":"+919845012345","from_phone_number":"+918035739222",
		"user_data":{"name":"Asha","budget":250000,"aef_call_id":"`+ours+`"}}`, string(e.sent))
	require.Equal(t, map[string]any{"name": "Asha", "budget": 250000}, data, "the caller's map is left alone")
}

func TestPlaceLeavesTheCallerOutWhenItIsTheAgents(t *testing.T) {
	t.Parallel()
	e := &exchange{status: 200, body: `{"execution_id":"x"}`}
	require.Equal(t, provider.Accepted, setup(t, e).Place(t.Context(), cred, provider.Call{ID: uuid.MustParse(ours), AgentID: "a", To: "+911"}).Class)
	require.JSONEq(t, `{"agent_id":"a","recipient_phone_number":"+911","user_data":{"aef_call_id":"`+ours+`"}}`, string(e.sent))
}

func TestPlaceIsAcceptedOnlyWithAnExecution(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		body   string
		want   provider.Class
		id     string
	}{
		{200, `{"execution_id":"x"}`, provider.Accepted, "x"},
		{201, `{"execution_id":7432}`, provider.Accepted, "7432"},
		{200, `{"id":"y"}`, provider.Accepted, "y"},
		{200, `{"message":"done","status":"queued"}`, provider.Unknown, ""},
		{200, `{"execution_id":""}`, provider.Unknown, ""},
		{200, `{"execution_id":`, provider.Unknown, ""},
		{200, ``, provider.Unknown, ""},
		{302, `{"execution_id":"x"}`, provider.Unknown, ""},
		{400, `{"error":400,"message":"from_phone_number not owned by account"}`, provider.Refused, ""},
		{401, `{"message":"Invalid key"}`, provider.Refused, ""},
		{429, `{"message":"Too many requests"}`, provider.NotTaken, ""},
		{500, `{"execution_id":"x"}`, provider.Unknown, ""},
	} {
		got := setup(t, &exchange{status: c.status, body: c.body}).Place(t.Context(), cred, provider.Call{ID: uuid.New()})
		require.Equal(t, c.want, got.Class, "%d %s", c.status, c.body)
		require.Equal(t, c.id, got.ProviderID)
	}
}

// Page "Get execution": GET /executions/{execution_id}.
func TestReadTellsUnknownFromUnreachable(t *testing.T) {
	t.Parallel()
	e := &exchange{status: 200, body: completed}
	r, found, err := setup(t, e).Read(t.Context(), cred, "a/b")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, flow.OutcomeAnswered, r.Outcome)
	require.Equal(t, "/executions/a%2Fb", e.target)

	for status, body := range map[int]string{404: "", 410: "", 400: `{"message":"Execution not found"}`} {
		_, found, err = setup(t, &exchange{status: status, body: body}).Read(t.Context(), cred, "x")
		require.NoError(t, err, status)
		require.False(t, found)
	}
	for status, body := range map[int]string{400: `{"message":"bad"}`, 401: "", 429: "", 500: "", 200: "[]", 302: ""} {
		_, _, err = setup(t, &exchange{status: status, body: body}).Read(t.Context(), cred, "x")
		require.Error(t, err, status)
	}
}

// Page "Stop a call": only a queued or scheduled call can be stopped.
func TestStopSaysWhetherItStopped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status  int
		body    string
		stopped bool
		fails   bool
	}{
		{200, `{"message":"done","status":"stopped","execution_id":"x"}`, true, false},
		{200, `{"message":"done"}`, true, false},
		{200, `{"status":"in-progress"}`, false, false},
		{200, `{"status":"completed"}`, false, false},
		{400, `{"message":"call is already in progress"}`, false, false},
		{404, ``, false, false},
		{401, ``, false, true},
		{429, ``, false, true},
		{500, ``, false, true},
		{200, `<html>`, false, true},
	} {
		e := &exchange{status: c.status, body: c.body}
		stopped, err := setup(t, e).Stop(t.Context(), cred, "x")
		require.Equal(t, c.fails, err != nil, "%d %s", c.status, c.body)
		require.Equal(t, c.stopped, stopped)
		require.Equal(t, "POST", e.method)
		require.Equal(t, "/call/x/stop", e.target)
	}
}

// Page "List phone numbers": GET /phone-numbers/all.
func TestNumbersAreByTheProvidersID(t *testing.T) {
	t.Parallel()
	e := &exchange{status: 200, body: `[
		{"id":"3c90c3cc0d444b5088888dd25736052a","phone_number":"+19876543210","telephony_provider":"twilio","rented":true},
		{"id":17,"phone_number":"+91 80357 39222","agent_id":null},{"id":"a"},{"phone_number":"+911"}]`}
	got, err := setup(t, e).Numbers(t.Context(), cred)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"3c90c3cc0d444b5088888dd25736052a": "+19876543210", "17": "+918035739222"}, got)
	require.Equal(t, "/phone-numbers/all", e.target)
	for _, broken := range []exchange{{status: 500}, {status: 200, body: "{}"}, {status: 200, body: `[17]`}} {
		_, err := setup(t, &broken).Numbers(t.Context(), cred)
		require.Error(t, err)
	}
}

// listing serves executions as the page "Get all agent executions" says:
// pages of page_size, newest first.
type listing struct {
	total   int
	entry   func(i int) map[string]any
	whole   map[string]map[string]any
	listed  atomic.Int64
	reads   atomic.Int64
	failAt  int
	queries []string
}

func (l *listing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var id string
	if _, err := fmt.Sscanf(r.URL.Path, "/executions/%s", &id); err == nil {
		l.reads.Add(1)
		whole, ok := l.whole[id]
		if !ok {
			whole = map[string]any{"id": id, "status": "completed", "context_details": map[string]any{"recipient_data": nil}}
		}
		_ = json.NewEncoder(w).Encode(whole)
		return
	}
	l.queries = append(l.queries, r.URL.RequestURI())
	page, _ := strconv.Atoi(r.URL.Query().Get("page_number"))
	size, _ := strconv.Atoi(r.URL.Query().Get("page_size"))
	if l.failAt == page {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	data := []map[string]any{}
	for i := (page - 1) * size; i < min(page*size, l.total); i++ {
		data = append(data, l.entry(i))
		l.listed.Add(1)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"page_number": page, "page_size": size, "total": l.total, "has_more": page*size < l.total, "data": data,
	})
}

var from = time.Date(2026, 11, 22, 13, 30, 0, 0, time.FixedZone("IST", 19800))

func TestFindGoesThroughAllPages(t *testing.T) {
	t.Parallel()
	l := &listing{total: 173, entry: func(i int) map[string]any {
		id := uuid.NewString()
		if i == 160 {
			id = ours
		}
		return map[string]any{"id": i, "status": "ringing", "context_details": map[string]any{"recipient_data": map[string]any{CallIDKey: id}}}
	}}
	r, found, err := setup(t, l).Find(t.Context(), cred, "agent 1", uuid.MustParse(ours), from)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "160", r.ProviderID)
	require.True(t, r.Live)
	require.Zero(t, l.reads.Load())
	require.Len(t, l.queries, 4)
	require.Equal(t, "/v2/agent/agent%201/executions?from=2026-11-22T07%3A58%3A00.000Z&page_number=1&page_size=50", l.queries[0])
}

func TestFindSaysNoOnlyWhenEverythingWasSeen(t *testing.T) {
	t.Parallel()
	entry := func(i int) map[string]any {
		return map[string]any{"id": i, "user_data": map[string]any{CallIDKey: uuid.NewString()}}
	}
	_, found, err := setup(t, &listing{total: 120, entry: entry}).Find(t.Context(), cred, "a", uuid.MustParse(ours), from)
	require.NoError(t, err)
	require.False(t, found)
	_, _, err = setup(t, &listing{total: 120, entry: entry, failAt: 3}).Find(t.Context(), cred, "a", uuid.MustParse(ours), from)
	require.ErrorContains(t, err, "HTTP 502")
}

// Page "Execution payload reference": list endpoints return a trimmed
// projection without context_details.
func TestFindReadsEntriesThatAreTrimmed(t *testing.T) {
	t.Parallel()
	trimmed := func(i int) map[string]any {
		return map[string]any{"id": strconv.Itoa(i), "status": "queued", "conversation_duration": 0, "created_at": "2026-11-22T08:00:00Z"}
	}
	l := &listing{total: 70, entry: trimmed, whole: map[string]map[string]any{
		"66": {"id": "66", "status": "in-progress", "context_details": map[string]any{"recipient_data": map[string]any{CallIDKey: ours}}},
	}}
	r, found, err := setup(t, l).Find(t.Context(), cred, "a", uuid.MustParse(ours), from)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "66", r.ProviderID)

	none := &listing{total: 70, entry: trimmed}
	_, found, err = setup(t, none).Find(t.Context(), cred, "a", uuid.MustParse(ours), from)
	require.NoError(t, err)
	require.False(t, found)
	require.EqualValues(t, 70, none.reads.Load(), "each is read once")
}

func TestFindTakesTheOlderListing(t *testing.T) {
	t.Parallel()
	e := &exchange{status: 200, body: `[{"id":1,"user_data":{"aef_call_id":"` + uuid.NewString() + `"}},{"execution_id":"x","status":"queued","user_data":{"aef_call_id":"` + ours + `"}}]`}
	r, found, err := setup(t, e).Find(t.Context(), cred, "a", uuid.MustParse(ours), from)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "x", r.ProviderID)
}

func TestFindWithAnAgentThatIsGone(t *testing.T) {
	t.Parallel()
	_, found, err := setup(t, &exchange{status: 404}).Find(t.Context(), cred, "a", uuid.MustParse(ours), from)
	require.NoError(t, err)
	require.False(t, found)
	for _, body := range []string{"", "null", "{}", `"x"`, `{"data":17}`} {
		_, _, err = setup(t, &exchange{status: 200, body: body}).Find(t.Context(), cred, "a", uuid.MustParse(ours), from)
		require.Error(t, err, body)
	}
}
