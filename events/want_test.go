package events_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// want is all that must come out of an event. What is left empty must be
// empty: no request to a provider, no machine started, nothing sent.
type want struct {
	// fails is the type of the error that the function ends with.
	fails string
	// answer is the function's answer. Of objects only the keys written here
	// count; lists must have as many items; "…" stands for any value.
	answer string

	// status, headers and body are of HTTP functions: body as answer, or a
	// text that is no JSON object.
	status  int
	headers map[string]string
	body    string

	// rows are values in the database: by a query's text what it gives.
	rows map[string]string
	// asked are the requests that reached providers, "POST /bolna/call 200",
	// in any order.
	asked []string
	// started are the runs given to Step Functions, or a query for them.
	started []string
	// startedBy is a query for the runs given to Step Functions: one text,
	// separated by spaces.
	startedBy string
	// answered are the task tokens answered.
	answered []string
	// queued are the tenants of the leads sent to the queue again.
	queued []string
	// dead are the reasons of the messages sent to the dead-letter queue.
	dead []string
}

func (w want) check(t *testing.T, b *bundle, answer []byte, err error) {
	t.Helper()
	if w.fails != "" {
		var named messages.InvokeResponse_Error
		require.ErrorAs(t, err, &named)
		require.Equal(t, w.fails, named.Type)
	} else {
		require.NoError(t, err)
	}
	if w.status != 0 {
		w.checkHTTP(t, answer)
	}
	if w.answer != "" {
		requireJSON(t, w.answer, answer)
	}
	for query, value := range w.rows {
		require.Equal(t, value, b.text(t, query), query)
	}
	started := w.started
	if w.startedBy != "" {
		started = strings.Fields(b.text(t, w.startedBy))
	}
	requireSame(t, started, b.machines.started, "runs started")
	requireSame(t, w.answered, b.machines.answered, "tokens answered")
	requireSame(t, w.queued, b.queue.sent, "leads queued")
	requireSame(t, w.dead, b.dead.reasons, "dead letters")
	requireSame(t, w.asked, b.asked(t), "requests to providers")
	require.Empty(t, b.machines.stopped, "runs stopped")
}

func (w want) checkHTTP(t *testing.T, answer []byte) {
	t.Helper()
	var response events.APIGatewayV2HTTPResponse
	require.NoError(t, json.Unmarshal(answer, &response))
	require.Equal(t, w.status, response.StatusCode, response.Body)
	require.False(t, response.IsBase64Encoded)
	for name, value := range w.headers {
		require.Equal(t, value, response.Headers[name], name)
	}
	if strings.HasPrefix(w.body, "{") {
		requireJSON(t, w.body, []byte(response.Body))
	} else {
		require.Equal(t, w.body, response.Body)
	}
}

func requireSame(t *testing.T, expected, got []string, what string) {
	t.Helper()
	require.Empty(t, cmp.Diff(slices.Sorted(slices.Values(expected)), slices.Sorted(slices.Values(got))), what)
}

// requireJSON compares what expected names; see want.answer.
func requireJSON(t *testing.T, expected string, got []byte) {
	t.Helper()
	var e, g any
	require.NoError(t, json.Unmarshal([]byte(expected), &e), expected)
	require.NoError(t, json.Unmarshal(got, &g), string(got))
	require.Empty(t, cmp.Diff(e, named(e, g)), string(got))
}

// named is got without the keys that expected does not have, and with "…"
// where expected says that any value will do.
func named(expected, got any) any {
	switch e := expected.(type) {
	case string:
		if e == "…" && got != nil && got != "" {
			return e
		}
	case map[string]any:
		if g, is := got.(map[string]any); is {
			out := map[string]any{}
			for key, value := range e {
				if has, found := g[key]; found {
					out[key] = named(value, has)
				}
			}
			return out
		}
	case []any:
		if g, is := got.([]any); is && len(g) == len(e) {
			out := make([]any, len(e))
			for i := range e {
				out[i] = named(e[i], g[i])
			}
			return out
		}
	}
	return got
}

func TestNamedComparesWhatIsNamedAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		expected, got string
		same          bool
	}{
		{`{"a":1}`, `{"a":1,"b":2}`, true},
		{`{"a":1}`, `{"b":2}`, false},
		{`{"a":null}`, `{}`, false},
		{`{"a":[{"b":1}]}`, `{"a":[{"b":1,"c":2}]}`, true},
		{`{"a":[{"b":1}]}`, `{"a":[{"b":1},{"b":1}]}`, false},
		{`{"a":"…"}`, `{"a":"anything"}`, true},
		{`{"a":"…"}`, `{"a":null}`, false},
		{`{"a":[]}`, `{"a":null}`, false},
	} {
		var e, g any
		require.NoError(t, errors.Join(json.Unmarshal([]byte(c.expected), &e), json.Unmarshal([]byte(c.got), &g)))
		require.Equal(t, c.same, cmp.Equal(e, named(e, g)), "%s against %s", c.expected, c.got)
	}
}

// asked are the requests that reached providers.
func (b *bundle) asked(t *testing.T) []string {
	t.Helper()
	var log struct {
		Requests []struct {
			Method, Path string
			Status       int
		}
	}
	b.control(t, "GET", "/_sandbox/requests", nil, &log)
	asked := make([]string, len(log.Requests))
	for i, r := range log.Requests {
		path := r.Path
		if path == "" {
			path = "mail"
		}
		asked[i] = fmt.Sprintf("%s %s %d", r.Method, path, r.Status)
	}
	return asked
}

// Queries that many entries use. An execution is named by its number in
// seed.sql.

func executionID(n int) string { return fmt.Sprintf("0197a000-0000-7000-8000-000000000e%02d", n) }

// status is the status of an execution.
func status(n int) string {
	return fmt.Sprintf("select status from flow_executions where id = '%s'", executionID(n))
}

// step is the state, outcome and detail of a step.
func step(n, order int) string {
	return fmt.Sprintf("select concat_ws(' ', state, nullif(outcome, ''), nullif(detail, '')) from flow_action_logs where execution_id = '%s' and step = %d",
		executionID(n), order)
}

// stepField is one column of a step.
func stepField(n, order int, field string) string {
	return fmt.Sprintf("select %s from flow_action_logs where execution_id = '%s' and step = %d", field, executionID(n), order)
}

// steps is how many steps an execution has in the ledger.
func steps(n int) string {
	return fmt.Sprintf("select count(*) from flow_action_logs where execution_id = '%s'", executionID(n))
}
