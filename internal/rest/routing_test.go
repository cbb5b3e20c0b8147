package rest_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func TestEverythingElseIsOur404(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, c := range []endpoint{
		{"GET", "/"},
		{"GET", "/nope"},
		{"GET", "/flows/"},
		{"GET", "/flows//executions"},
		{"GET", "/flows/../flows"},
		{"GET", "/api"},
		{"GET", "/api/contact"},
		{"GET", "/flows/a/b/c"},
	} {
		for _, token := range []string{"", b.owner} {
			out := b.request(token, c.method, c.path, nil)
			require.Equal(t, http.StatusNotFound, out.status, c)
			b.isFailure(out, "Not found")
		}
	}
}

func TestOtherMethodsOfAPathAre405(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, c := range []struct{ method, path, allow string }{
		{"DELETE", "/flows", "GET, HEAD, POST"},
		{"TRACE", "/flows", "GET, HEAD, POST"},
		{"OPTIONS", "/flows", "GET, HEAD, POST"},
		{"POST", "/flows/" + uuid.NewString(), "GET, HEAD, PATCH, DELETE"},
		{"GET", "/flows/" + uuid.NewString() + "/toggle", "PATCH"},
		{"POST", "/health", "GET, HEAD"},
		{"PATCH", "/flows/export", "GET, HEAD"},
		{"GET", "/executions/bulk-cancel", "POST"},
		{"QUERY", "/flows/import", "POST"},
		{"PATCH", "/api/integrations/bolna", "GET, HEAD, PUT, DELETE"},
		{"PUT", "/api/integrations/leads", "GET, HEAD, DELETE"},
		{"DELETE", "/api/contacts/imports", "GET, HEAD, POST"},
	} {
		for _, token := range []string{"", b.owner} {
			out := b.request(token, c.method, c.path, nil)
			require.Equal(t, http.StatusMethodNotAllowed, out.status, c)
			b.isFailure(out, "Method not allowed")
			require.Equal(t, c.allow, out.header.Get("Allow"), c)
		}
	}
}

func TestHealthNeedsNoToken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, path := range []string{"/health", "/api/health"} {
		out := b.request("", "GET", path, nil)
		require.Equal(t, http.StatusOK, out.status)
		require.Equal(t, object{"success": true, "data": object{"status": "ok"}}, out.body)
	}
}

func TestCORS(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		out := b.request("", "OPTIONS", "/flows", nil, "Origin", "https://app.example", "Access-Control-Request-Method", method)
		require.Equal(t, http.StatusNoContent, out.status)
		require.Equal(t, "https://app.example", out.header.Get("Access-Control-Allow-Origin"))
		require.Contains(t, out.header.Get("Access-Control-Allow-Methods"), method)
		for _, name := range []string{"Authorization", "Content-Type", "Idempotency-Key", "If-Match", "X-Requested-With", "X-Agent-ID"} {
			require.Contains(t, out.header.Get("Access-Control-Allow-Headers"), name)
		}
	}
	out := b.do(http.StatusOK, "GET", "/flows", nil, "Origin", "https://app.example")
	require.Equal(t, "https://app.example", out.header.Get("Access-Control-Allow-Origin"))
	require.Contains(t, out.header.Get("Access-Control-Expose-Headers"), "ETag, X-Request-Id")
	require.Contains(t, out.header.Values("Vary"), "Origin")
	refused := b.request("", "GET", "/flows", nil, "Origin", "https://app.example")
	require.Equal(t, "https://app.example", refused.header.Get("Access-Control-Allow-Origin"), "a page can read a failure too")
	for _, origin := range []string{"https://evil.example", "https://app.example.evil.example", "http://app.example", "null"} {
		for _, method := range []string{"OPTIONS", "GET"} {
			out := b.request(b.owner, method, "/flows", nil, "Origin", origin, "Access-Control-Request-Method", "GET")
			require.Empty(t, out.header.Get("Access-Control-Allow-Origin"), origin)
		}
	}
	require.Equal(t, http.StatusMethodNotAllowed, b.request("", "OPTIONS", "/flows", nil).status, "OPTIONS that is no preflight")
}
