package provider_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
	"github.com/auto-engagement/flows/internal/provider/bolna"
	"github.com/auto-engagement/flows/internal/provider/email"
	"github.com/auto-engagement/flows/internal/provider/whatsapp"
	"github.com/auto-engagement/flows/local/sandbox/courier"
	"github.com/auto-engagement/flows/local/sandbox/server"
)

const (
	agent    = "123e4567-e89b-12d3-a456-426655440000"
	numberID = "106540352242922"
)

// testBundle is a running sandbox with its clients. Its webhooks arrive at hooks.
type testBundle struct {
	sandbox  *server.Server
	hooks    chan []byte
	calls    *bolna.Client
	messages *whatsapp.Client
	mails    *email.Mailer
}

var key = provider.Credentials{Secret: "bn-local"}

func setup(t *testing.T, trimmed bool) *testBundle {
	t.Helper()
	sandbox, err := server.Start(server.Options{
		HTTP: "127.0.0.1:0", SMTP: "127.0.0.1:0",
		CallDuration: 40 * time.Millisecond, MessageDuration: 20 * time.Millisecond,
		Webhooks: courier.Options{FirstWait: 5 * time.Millisecond, MaxWait: 20 * time.Millisecond},
	})
	require.NoError(t, err)
	t.Cleanup(sandbox.Close)
	hooks := make(chan []byte, 1000)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if signature := r.Header.Get("X-Hub-Signature-256"); signature != "" && !whatsapp.Verify("app-secret", body, signature) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		hooks <- body
	}))
	t.Cleanup(receiver.Close)
	client := provider.NewHTTPClient(nil)
	b := &testBundle{
		sandbox: sandbox, hooks: hooks,
		calls:    bolna.New(sandbox.URL()+"/bolna", client),
		messages: whatsapp.New(sandbox.URL()+"/whatsapp", "v23.0", client),
		mails:    email.New(nil, client, nil),
	}
	b.control(t, "config", map[string]any{
		"bolna": []any{map[string]any{
			"name": "acme", "api_key": key.Secret, "webhook_url": receiver.URL, "trimmed_list": trimmed,
			"agents":        []any{map[string]any{"id": agent, "name": "Asha"}},
			"phone_numbers": []any{map[string]any{"id": "n1", "phone_number": "+918035739222"}},
		}},
		"whatsapp":     []any{map[string]any{"access_token": "EAAG", "phone_number_id": numberID}},
		"whatsapp_app": map[string]any{"app_secret": "app-secret", "webhook_url": receiver.URL},
	})
	return b
}

func (b *testBundle) control(t *testing.T, path string, body any) {
	t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	res, err := http.Post(b.sandbox.URL()+"/_sandbox/"+path, "application/json", bytes.NewReader(raw))
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	require.Equal(t, 2, res.StatusCode/100, path)
}

func (b *testBundle) place(t *testing.T, digits string) (uuid.UUID, provider.Answer) {
	t.Helper()
	id := uuid.New()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	return id, b.calls.Place(ctx, key, provider.Call{
		ID: id, AgentID: agent, To: "+9198450123" + digits, Data: map[string]any{"name": "Asha"},
	})
}

// ended waits for the webhook that tells how the call ended.
func (b *testBundle) ended(t *testing.T, id uuid.UUID) provider.CallReport {
	t.Helper()
	over := time.After(10 * time.Second)
	for {
		select {
		case body := <-b.hooks:
			report, err := bolna.ParseExecution(body)
			require.NoError(t, err)
			if report.OurID == id && report.Ended {
				return report
			}
		case <-over:
			require.FailNow(t, "no webhook tells the end of the call")
		}
	}
}

func TestCallsEndAsTheSandboxSays(t *testing.T) {
	t.Parallel()
	for digits, want := range map[string]struct {
		outcome flow.Outcome
		detail  string
	}{
		"00": {flow.OutcomeAnswered, "completed"},
		"01": {flow.OutcomeMissed, "no_answer"},
		"02": {flow.OutcomeMissed, "busy"},
		"03": {flow.OutcomeFailed, "failed"},
		"04": {flow.OutcomeMissed, "voicemail"},
		"10": {flow.OutcomeAnswered, "call_disconnected"},
		"11": {flow.OutcomeFailed, "canceled"},
		"12": {flow.OutcomeFailed, "balance_low"},
		"16": {flow.OutcomeMissed, "no_answer"},
		"17": {flow.OutcomeAnswered, "completed"},
		"19": {flow.OutcomeFailed, "error"},
	} {
		t.Run(digits, func(t *testing.T) {
			t.Parallel()
			b := setup(t, false)
			id, answer := b.place(t, digits)
			require.Equal(t, provider.Accepted, answer.Class, answer.Reason)
			report := b.ended(t, id)
			require.Equal(t, want.outcome, report.Outcome)
			require.Equal(t, want.detail, report.Detail)
			require.Equal(t, answer.ProviderID, report.ProviderID)
			read, found, err := b.calls.Read(t.Context(), key, answer.ProviderID)
			require.NoError(t, err)
			require.True(t, found)
			require.Equal(t, want.outcome, read.Outcome)
		})
	}
}

func TestAnUnknownCallIsFoundAgain(t *testing.T) {
	t.Parallel()
	for _, trimmed := range []bool{false, true} {
		t.Run(fmt.Sprintf("trimmed %t", trimmed), func(t *testing.T) {
			t.Parallel()
			b := setup(t, trimmed)
			begun := time.Now()
			id, answer := b.place(t, "08")
			require.Equal(t, provider.Unknown, answer.Class)
			report, found, err := b.calls.Find(t.Context(), key, agent, id, begun)
			require.NoError(t, err)
			require.True(t, found)
			require.NotEmpty(t, report.ProviderID)

			id, answer = b.place(t, "09")
			require.Equal(t, provider.Unknown, answer.Class)
			_, found, err = b.calls.Find(t.Context(), key, agent, id, begun)
			require.NoError(t, err)
			require.False(t, found)
		})
	}
}

func TestTheSandboxesOtherCallAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t, false)
	_, answer := b.place(t, "07")
	require.Equal(t, provider.NotTaken, answer.Class)
	require.Equal(t, time.Second, answer.RetryAfter)
	_, answer = b.place(t, "18")
	require.Equal(t, provider.Accepted, answer.Class)
	_, found, err := b.calls.Read(t.Context(), key, answer.ProviderID)
	require.NoError(t, err)
	require.False(t, found)

	_, answer = b.place(t, "15")
	stopped, err := b.calls.Stop(t.Context(), key, answer.ProviderID)
	require.NoError(t, err)
	require.True(t, stopped)
	stopped, err = b.calls.Stop(t.Context(), key, answer.ProviderID)
	require.NoError(t, err)
	require.False(t, stopped)

	numbers, err := b.calls.Numbers(t.Context(), key)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"n1": "+918035739222"}, numbers)
	require.Equal(t, provider.Refused, b.calls.Place(t.Context(), provider.Credentials{Secret: "wrong"}, provider.Call{ID: uuid.New()}).Class)

	for fault, class := range map[string]provider.Class{`{"status":503}`: provider.Unknown, `{"reset":true}`: provider.Unknown, `{"status":429}`: provider.NotTaken} {
		var f map[string]any
		require.NoError(t, json.Unmarshal([]byte(fault), &f))
		f["provider"] = "bolna"
		b.control(t, "faults", f)
		_, answer = b.place(t, "00")
		require.Equal(t, class, answer.Class, fault)
	}
}

func TestMessagesEndAsTheSandboxSays(t *testing.T) {
	t.Parallel()
	cloud := provider.Credentials{Config: json.RawMessage(`{"mode":"cloud"}`), Secret: "EAAG"}
	for digits, want := range map[string]struct {
		class        provider.Class
		status, code string
	}{
		"50": {provider.Accepted, "delivered", ""},
		"20": {provider.Accepted, "failed", "131026"},
		"21": {provider.Accepted, "failed", "131049"},
		"22": {provider.Refused, "", "131026"},
		"23": {provider.Refused, "", "131049"},
		"24": {provider.NotTaken, "", "131056"},
		"25": {provider.NotTaken, "", "130429"},
		"28": {provider.Unknown, "delivered", ""},
		"29": {provider.Unknown, "", ""},
		"30": {provider.Accepted, "failed", "131047"},
	} {
		t.Run(digits, func(t *testing.T) {
			t.Parallel()
			b := setup(t, false)
			id := uuid.New()
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			answer := b.messages.Send(ctx, cloud, provider.Message{
				ID: id, PhoneNumberID: numberID, To: "+9198450123" + digits, Template: "hello", Parameters: map[string]string{"1": "Asha"},
			})
			require.Equal(t, want.class, answer.Class, answer.Reason)
			if want.status == "" {
				if want.code != "" {
					require.Equal(t, want.code, answer.Code)
				}
				return
			}
			over := time.After(10 * time.Second)
			for {
				select {
				case body := <-b.hooks:
					entries, err := whatsapp.ParseWebhook(body)
					require.NoError(t, err)
					for _, e := range entries {
						require.Equal(t, numberID, e.PhoneNumberID)
						if e.Status.Status == want.status {
							require.Equal(t, id, e.Status.OurID)
							require.Equal(t, want.code, e.Status.Code)
							return
						}
					}
				case <-over:
					require.FailNow(t, "no webhook tells the end of the message")
				}
			}
		})
	}
}

func TestMailsEndAsTheSandboxSays(t *testing.T) {
	t.Parallel()
	b := setup(t, false)
	host, port, err := net.SplitHostPort(b.sandbox.SMTPAddr)
	require.NoError(t, err)
	cred := provider.Credentials{Config: json.RawMessage(`{"mode":"smtp","tls":"none","host":"` + host + `","port":` + port + `,"from":"hello@acme.example"}`)}
	for to, class := range map[string]provider.Class{
		"asha@example.com": provider.Accepted, "bounce@example.com": provider.Refused,
		"defer@example.com": provider.NotTaken, "reject@example.com": provider.Refused,
	} {
		got := b.mails.Send(t.Context(), cred, provider.Mail{
			ID: uuid.New(), To: to, Subject: "Your demo", Text: "Hi", HTML: "<p>Hi</p>", Unsubscribe: "http://127.0.0.1/unsubscribe/t",
		})
		require.Equal(t, class, got.Class, "%s: %s", to, got.Reason)
	}
}
