package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// base is the path of the HTTP contract.
const base = "/api/auto-engagement"

// object is a JSON object.
type object = map[string]any

// reply is an answer of the HTTP API.
type reply struct {
	Status int
	Header http.Header
	// Body is the answer read as an object; nil when it is none.
	Body object
	Text string
}

// problem is the envelope's `error`.
func (r reply) problem() string {
	text, _ := r.Body["error"].(string)
	return text
}

// data is the envelope's `data` where that is an object.
func (r reply) data() object {
	data, _ := r.Body["data"].(object)
	return data
}

// send sends a request to the stack; a string body goes as it is, anything
// else as JSON.
func (s *stack) send(t *testing.T, token, method, path string, body any, headers ...string) reply {
	t.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = bytes.NewBufferString(body)
	default:
		encoded, err := json.Marshal(body)
		require.NoError(t, err)
		reader = bytes.NewReader(encoded)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, s.address.API+path, reader)
	require.NoError(t, err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	out := reply{Status: answer.StatusCode, Header: answer.Header, Text: string(text)}
	_ = json.Unmarshal(text, &out.Body) // what is no object stays text
	return out
}
