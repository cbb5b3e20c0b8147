package bolna_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/provider"
	"github.com/auto-engagement/flows/internal/provider/bolna"
)

// www.bolna.ai/docs, API reference: "Get all agents" (GET /v2/agent/all) and
// "List phone numbers" (GET /phone-numbers/all).
func TestAgentsAndNumbersAreListed(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Authorization") + " " + r.URL.Path {
		case "Bearer bn-key /v2/agent/all":
			_, _ = io.WriteString(w, `[{"id":"3c90c3cc-0d44-4b50-8888-8dd25736052a","agent_name":"Alfred","agent_type":"other","agent_status":"processed",
				"created_at":"2024-01-23T01:14:37Z","updated_at":"2024-01-29T18:31:22Z","tasks":[{"task_type":"conversation"}],"agent_prompts":{}},{"agent_name":"No id"}]`)
		case "Bearer bn-key /phone-numbers/all":
			_, _ = io.WriteString(w, `[{"id":"n1","phone_number":"+91 80357 39222","agent_id":"3c90c3cc","telephony_provider":"plivo","price":"$5.0"},
				{"id":17,"phone_number":"+15551234567","agent_id":null}]`)
		}
	}))
	defer s.Close()
	client, cred := bolna.New(s.URL, provider.NewHTTPClient(nil)), provider.Credentials{Secret: "bn-key"}
	agents, err := client.Agents(t.Context(), cred)
	require.NoError(t, err)
	require.Equal(t, []provider.Agent{{ID: "3c90c3cc-0d44-4b50-8888-8dd25736052a", Name: "Alfred", Status: "processed"}}, agents)
	numbers, err := client.PhoneNumbers(t.Context(), cred)
	require.NoError(t, err)
	require.Equal(t, []provider.PhoneNumber{{ID: "n1", Number: "+918035739222", AgentID: "3c90c3cc"}, {ID: "17", Number: "+15551234567"}}, numbers)
}

func TestWhatAListingsFailureMeans(t *testing.T) {
	t.Parallel()
	for status, refused := range map[int]bool{401: true, 403: true, 400: true, 429: false, 500: false, 503: false, 302: false} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"error":1,"message":"no"}`)
		}))
		_, err := bolna.New(s.URL, provider.NewHTTPClient(nil)).Agents(t.Context(), provider.Credentials{Secret: "k"})
		s.Close()
		_, is := provider.Refusal(err)
		require.Equal(t, refused, is, status)
	}
}
