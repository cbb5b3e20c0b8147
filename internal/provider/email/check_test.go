package email

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/provider"
)

// Amazon SES API v2 reference, GetEmailIdentity: GET /v2/email/identities/{name}.
func sesIdentities(t *testing.T, identities map[string]string) *Mailer {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, found := identities[strings.TrimPrefix(r.Method+" "+r.URL.Path, "GET /v2/email/identities/")]
		if !found {
			w.Header().Set("X-Amzn-Errortype", "NotFoundException")
			w.WriteHeader(http.StatusNotFound)
			answer = `{"message":"Email identity does not exist."}`
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	return sesMailer(s.URL)
}

func TestAnSESIdentitySaysWhoseItIs(t *testing.T) {
	t.Parallel()
	m := sesIdentities(t, map[string]string{
		"acme.example":        `{"VerifiedForSendingStatus":true,"Tags":[{"Key":"team","Value":"x"},{"Key":"tenant_id","Value":"t1 t2"}]}`,
		"boss@acme.example":   `{"VerifiedForSendingStatus":true,"Tags":[{"Key":"tenant_id","Value":"t3"}]}`,
		"untagged.example":    `{"VerifiedForSendingStatus":true}`,
		"pending.example":     `{"VerifiedForSendingStatus":false,"Tags":[{"Key":"tenant_id","Value":"t1"}]}`,
		"new@pending.example": `{"VerifiedForSendingStatus":false}`,
	})
	for from, want := range map[string][]string{
		"hello@acme.example": {"t1", "t2"}, "hello@mail.acme.example": {"t1", "t2"}, "boss@acme.example": {"t3"}, "a@untagged.example": nil,
	} {
		got, err := m.SenderTenants(t.Context(), from)
		require.NoError(t, err, from)
		require.Equal(t, want, got, from)
	}
	for _, from := range []string{"new@pending.example", "a@nobody.example", "a@example", "not an address"} {
		_, err := m.SenderTenants(t.Context(), from)
		_, refused := provider.Refusal(err)
		require.True(t, refused, "%s: %v", from, err)
	}
	found, err := m.CheckMail(t.Context(), provider.Credentials{Config: json.RawMessage(`{"mode":"ses","from":"hello@mail.acme.example"}`)})
	require.NoError(t, err)
	require.Equal(t, "Amazon SES sends from acme.example", found)
}

func TestSESBeingAwayIsNoRefusal(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	s.Close()
	_, err := sesMailer(s.URL).SenderTenants(t.Context(), "a@acme.example")
	require.Error(t, err)
	_, refused := provider.Refusal(err)
	require.False(t, refused)
}

func TestCheckingLogsInAndSendsNothing(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		"(no login)":            "",
		"235 2.7.0 welcome":     "",
		"535 5.7.8 bad hunter2": "535",
		"454 4.7.0 try again":   "454",
		hangUp:                  "The mail server could not be used",
	} {
		server := &server{script: map[string]string{
			"AUTH": answer, "EHLO": "250-mx.example\r\n250 AUTH CRAM-MD5 PLAIN LOGIN",
		}}
		host, port := server.start(t)
		config := fmt.Sprintf(`{"mode":"smtp","host":%q,"port":%d,"tls":"none","from":"a@acme.example"}`, host, port)
		if want != "" {
			config = fmt.Sprintf(`{"mode":"smtp","host":%q,"port":%d,"tls":"none","username":"u","from":"a@acme.example"}`, host, port)
		}
		_, err := New(nil, nil, nil).CheckMail(t.Context(), provider.Credentials{Config: json.RawMessage(config), Secret: "hunter2"})
		if want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, want)
			require.NotContains(t, err.Error(), "hunter2")
			_, refused := provider.Refusal(err)
			require.Equal(t, want == "535", refused)
		}
		<-server.done
		server.mu.Lock()
		require.Empty(t, server.mails)
		require.NotContains(t, strings.Join(server.lines, "\n"), "MAIL")
		server.mu.Unlock()
	}
}
