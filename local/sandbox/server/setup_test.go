package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/local/sandbox/courier"
	"github.com/auto-engagement/flows/local/sandbox/server"
)

const (
	callDuration = 40 * time.Millisecond
	deadline     = 20 * time.Second

	apiKey     = "bn-first"
	otherKey   = "bn-second"
	agent      = "123e4567-e89b-12d3-a456-426655440000"
	otherAgent = "223e4567-e89b-12d3-a456-426655440000"
	caller     = "+918035739222"
	token      = "EAAG-first"
	numberID   = "106540352242922"
	appSecret  = "app-secret"
)

// testBundle is a sandbox with two Bolna accounts, one WhatsApp number, and a
// receiver that all webhooks go to.
type testBundle struct {
	sandbox  *server.Server
	receiver *receiver
	client   *http.Client
}

func setup(t *testing.T) *testBundle {
	t.Helper()
	return setupWith(t, server.Options{})
}

func setupWith(t *testing.T, o server.Options) *testBundle {
	t.Helper()
	o.HTTP, o.SMTP = "127.0.0.1:0", "127.0.0.1:0"
	if o.CallDuration == 0 {
		o.CallDuration = callDuration
	}
	if o.MessageDuration == 0 {
		o.MessageDuration = callDuration
	}
	if o.Webhooks == (courier.Options{}) {
		o.Webhooks = courier.Options{FirstWait: 5 * time.Millisecond, MaxWait: 20 * time.Millisecond}
	}
	sandbox, err := server.Start(o)
	require.NoError(t, err)
	t.Cleanup(sandbox.Close)
	b := &testBundle{sandbox: sandbox, receiver: newReceiver(t), client: &http.Client{Timeout: deadline}}
	b.configure(t, object{
		"bolna": []object{
			{
				"name": "first", "api_key": apiKey, "webhook_url": b.receiver.URL + "/webhooks/bolna/first",
				"agents":        []object{{"id": agent, "name": "Asha"}},
				"phone_numbers": []object{{"id": "n1", "phone_number": caller}},
			},
			{
				"name": "second", "api_key": otherKey, "webhook_url": b.receiver.URL + "/webhooks/bolna/second",
				"agents": []object{{"id": otherAgent, "name": "Ravi"}},
			},
		},
		"whatsapp":     []object{{"access_token": token, "phone_number_id": numberID}},
		"whatsapp_app": object{"app_secret": appSecret, "webhook_url": b.receiver.URL + "/webhooks/whatsapp"},
	})
	return b
}

type object = map[string]any

// answer is what came back of a request.
type answer struct {
	Status int
	Header http.Header
	Body   object
	Raw    []byte
}

func (b *testBundle) configure(t *testing.T, config object) {
	t.Helper()
	require.Equal(t, http.StatusOK, b.do(t, "POST", "/_sandbox/config", "", config).Status)
}

// do asks with a bearer token (none when empty) and reads a JSON object back.
func (b *testBundle) do(t *testing.T, method, path, bearer string, body any) answer {
	t.Helper()
	a, err := b.try(t.Context(), method, path, bearer, body)
	require.NoError(t, err)
	return a
}

func (b *testBundle) try(ctx context.Context, method, path, bearer string, body any) (answer, error) {
	var reader io.Reader
	if text, ok := body.(string); ok {
		reader = bytes.NewReader([]byte(text))
	} else if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return answer{}, err
		}
		reader = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, b.sandbox.URL()+path, reader)
	if err != nil {
		return answer{}, err
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	res, err := b.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{Status: res.StatusCode, Header: res.Header, Raw: raw}
	_ = json.Unmarshal(raw, &a.Body)
	return a, nil
}

// items gives a list of the control endpoints.
func (b *testBundle) items(t *testing.T, path, key string) []object {
	t.Helper()
	a := b.do(t, "GET", path, "", nil)
	require.Equal(t, http.StatusOK, a.Status, string(a.Raw))
	list := []object{}
	for _, item := range a.Body[key].([]any) {
		list = append(list, item.(object))
	}
	return list
}

// column picks one field of every item.
func column(items []object, field string) []any {
	values := []any{}
	for _, item := range items {
		values = append(values, item[field])
	}
	return values
}

// hook is a webhook as it came.
type hook struct {
	Path   string
	Header http.Header
	Raw    []byte
	Body   object
}

// receiver takes webhooks and answers them as told.
type receiver struct {
	*httptest.Server
	hooks chan hook

	mu     sync.Mutex
	status func(hook) int
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{hooks: make(chan hook, 10_000)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		raw, _ := io.ReadAll(req.Body)
		h := hook{Path: req.URL.Path, Header: req.Header, Raw: raw}
		_ = json.Unmarshal(raw, &h.Body)
		status := http.StatusOK
		r.mu.Lock()
		if r.status != nil {
			status = r.status(h)
		}
		r.mu.Unlock()
		w.WriteHeader(status)
		if status == http.StatusOK {
			r.hooks <- h
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// answerWith lets status decide what webhooks get; those with 200 count as
// received.
func (r *receiver) answerWith(status func(hook) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// next waits for a webhook.
func (r *receiver) next(t *testing.T) hook {
	t.Helper()
	select {
	case h := <-r.hooks:
		return h
	case <-time.After(deadline):
		require.Fail(t, "no webhook came")
		return hook{}
	}
}

// statuses waits for n webhooks of Bolna and gives their statuses.
func (r *receiver) statuses(t *testing.T, n int) []any {
	t.Helper()
	got := []any{}
	for range n {
		got = append(got, r.next(t).Body["status"])
	}
	return got
}

func decode(t *testing.T, a answer, into any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(a.Raw, into), string(a.Raw))
}

func splitAddress(t *testing.T, address string) (host string, port int) {
	t.Helper()
	a, err := net.ResolveTCPAddr("tcp", address)
	require.NoError(t, err)
	return a.IP.String(), a.Port
}
