package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// request is one request that the provider sandbox received.
type request struct {
	ID       int64           `json:"id"`
	Provider string          `json:"provider"`
	Method   string          `json:"method"`
	Path     string          `json:"path"`
	At       time.Time       `json:"at"`
	Body     json.RawMessage `json:"body"`
	Status   int             `json:"status"`
	// Taken: it had its effect, whatever was answered.
	Taken bool   `json:"taken"`
	Fault string `json:"fault"`
}

// field reads a field of the body as text.
func (r request) field(name string) string {
	var body map[string]any
	_ = json.Unmarshal(r.Body, &body) // some bodies are no objects
	text, _ := body[name].(string)
	return text
}

// read reads the body.
func (r request) read(t *testing.T, into any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(r.Body, into))
}

// sandbox asks the provider sandbox's control interface.
func (s *stack) sandbox(t *testing.T, method, path string, body, into any) {
	t.Helper()
	var reader io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		require.NoError(t, err)
		reader = bytes.NewReader(encoded)
	}
	// Also asked when a test cleans up behind itself.
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, s.address.Sandbox+"/_sandbox"+path, reader)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode, "%s %s: %s", method, path, text)
	if into != nil {
		require.NoError(t, json.Unmarshal(text, into))
	}
}

// requests are those that a provider received, narrowed by keep.
func (s *stack) requests(t *testing.T, provider string, keep func(request) bool) []request {
	t.Helper()
	var all struct {
		Requests []request `json:"requests"`
	}
	s.sandbox(t, http.MethodGet, "/requests?provider="+provider+"&since="+s.opened.UTC().Format(time.RFC3339), nil, &all)
	kept := []request{}
	for _, r := range all.Requests {
		if keep(r) {
			kept = append(kept, r)
		}
	}
	return kept
}

// calls are the requests to call a number.
func (s *stack) calls(t *testing.T, phone string) []request {
	t.Helper()
	return s.requests(t, "bolna", func(r request) bool {
		return r.Method == http.MethodPost && r.Path == "/bolna/call" && r.field("recipient_phone_number") == phone
	})
}

// messages are the WhatsApp requests to a number.
func (s *stack) messages(t *testing.T, phone string) []request {
	t.Helper()
	return s.requests(t, "whatsapp", func(r request) bool {
		return strings.TrimPrefix(r.field("to"), "+") == strings.TrimPrefix(phone, "+")
	})
}

// mails are the tries to send mail to an address.
func (s *stack) mails(t *testing.T, address string) []request {
	t.Helper()
	return s.requests(t, "email", func(r request) bool {
		var body struct {
			To []string `json:"to"`
		}
		_ = json.Unmarshal(r.Body, &body) // an object by its making
		return len(body.To) == 1 && body.To[0] == address
	})
}

// taken counts the requests that had their effect.
func taken(list []request) int {
	n := 0
	for _, r := range list {
		if r.Taken {
			n++
		}
	}
	return n
}

// reached counts the effects that reached a lead's contact.
type reached struct{ Calls, Messages, Mails int }

func (s *stack) reached(t *testing.T, l lead) reached {
	t.Helper()
	return reached{taken(s.calls(t, l.Phone)), taken(s.messages(t, l.Phone)), taken(s.mails(t, l.Email))}
}

// hook is a webhook that the sandbox sent.
type hook struct {
	Subject string `json:"subject"`
	Event   string `json:"event"`
	State   string `json:"state"`
	Status  int    `json:"status"`
}

// hooks are the webhooks about one call or message.
func (s *stack) hooks(t *testing.T, subject string) []hook {
	t.Helper()
	var all struct {
		Webhooks []hook `json:"webhooks"`
	}
	s.sandbox(t, http.MethodGet, "/webhooks", nil, &all)
	kept := []hook{}
	for _, h := range all.Webhooks {
		if h.Subject == subject {
			kept = append(kept, h)
		}
	}
	return kept
}
