package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/auth"
	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/intake"
	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/rest"
	"github.com/auto-engagement/flows/internal/testdb"
)

var secret = []byte("the shared secret of tests, 32 bytes and more")

// testBundle is the real handler on a real database, with two tenants.
type testBundle struct {
	t       testing.TB
	db      *testdb.DB
	handler http.Handler
	log     *lockedBuffer
	queue   *leadQueue
	workers *workers
	dead    *morgue
	a, b    uuid.UUID
	// owner is the token of tenant a's owner, viewer of one who reads there,
	// other of tenant b's owner.
	owner, viewer, other string
	// patience is how long a request may take; zero is without end.
	patience time.Duration
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func setup(t testing.TB) *testBundle {
	t.Helper()
	db := testdb.New(t)
	b := &testBundle{t: t, db: db, log: &lockedBuffer{}, queue: &leadQueue{}, workers: &workers{}, dead: &morgue{}, a: db.Tenant(t), b: db.Tenant(t)}
	b.handler = rest.New(b.config())
	b.owner = token(t, map[string]any{"userId": b.a, "sub": "person-1"})
	b.viewer = token(t, map[string]any{"userId": b.a, "isTeamMember": true, "teamMemberRole": "viewer"})
	b.other = token(t, map[string]any{"userId": b.b})
	return b
}

// leadQueue stands for SQS.
type leadQueue struct {
	mu   sync.Mutex
	sent [][]byte
	fail error
}

// SendLead implements intake.Queue.
func (q *leadQueue) SendLead(_ context.Context, _ uuid.UUID, body []byte) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.fail == nil {
		q.sent = append(q.sent, body)
	}
	return q.fail
}

func (b *testBundle) outbox(pool *postgres.Pool) *intake.Outbox {
	return &intake.Outbox{Store: postgres.IntakeStore{Pool: pool}, Queue: b.queue}
}

// config is the handler's configuration, with the bundle's queue and workers.
func (b *testBundle) config() rest.Config {
	b.t.Helper()
	c := config(b.t, b.db, b.log)
	c.Intake = b.outbox(b.db.App)
	c.Entry = intake.Entry{Store: postgres.ContactStore{Pool: b.db.App}, Outbox: b.outbox(b.db.App)}
	c.Workers, c.DeadLetters = b.workers, b.dead
	return c
}

func config(t testing.TB, db *testdb.DB, log io.Writer) rest.Config {
	t.Helper()
	verifier, err := auth.New(auth.Config{Secret: auth.SharedSecret{Key: secret}})
	require.NoError(t, err)
	flows := postgres.FlowStore{Pool: db.App, Clock: clock.Clock{}}
	reader := postgres.ExecutionReader{Pool: db.App}
	runner := &engine.Engine{Store: postgres.NewLedger(db.App), Machines: idleMachines{}}
	return rest.Config{
		Contacts: postgres.ContactStore{Pool: db.App}, Suppressions: postgres.SuppressionStore{Pool: db.App}, Audit: postgres.AuditLog{Pool: db.App},
		Templates: postgres.TemplateStore{Pool: db.App}, Settings: postgres.SettingsStore{Pool: db.App}, Connections: providers(t, db.App),
		TestLink: testLink,
		Cancels:  runner, Bulk: postgres.BulkCanceller{Pool: db.App},
		Trials: postgres.TrialStore{Pool: db.App}, Machines: idleMachines{},
		Jobs: postgres.JobStore{Pool: db.App}, Files: signer{}, Workers: &workers{},
		Tenants: flows, Flows: flows, History: flows, Executions: reader, Leads: reader, Seen: reader, Tokens: verifier,
		Statistics: postgres.StatReader{Pool: db.App}, DeadLetters: &morgue{}, Refused: postgres.RefusedReader{Pool: db.App},
		AllowedOrigins: []string{"https://app.example"}, Log: slog.New(slog.NewJSONHandler(log, nil)),
	}
}

// idleMachines are state machines that run nothing.
type idleMachines struct{ engine.Machines }

func (idleMachines) Start(context.Context, uuid.UUID, uuid.UUID, int) error { return nil }
func (idleMachines) Stop(context.Context, uuid.UUID, int, string) error     { return nil }

// token signs an access token that lasts an hour, unless claims say otherwise.
func token(t testing.TB, claims map[string]any) string {
	t.Helper()
	all := map[string]any{"type": "access", "exp": time.Now().Add(time.Hour).Unix()}
	maps.Copy(all, claims)
	payload, err := json.Marshal(all)
	require.NoError(t, err)
	signed, err := jws.Sign(payload, jws.WithKey(jwa.HS256(), secret))
	require.NoError(t, err)
	return string(signed)
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	raw    []byte
	body   map[string]any
}

// data is the record of a success.
func (a answer) data() map[string]any { d, _ := a.body["data"].(map[string]any); return d }

// list is the records of a success.
func (a answer) list() []map[string]any {
	items, _ := a.body["data"].([]any)
	out := make([]map[string]any, len(items))
	for i := range items {
		out[i], _ = items[i].(map[string]any)
	}
	return out
}

func (a answer) meta() map[string]any { m, _ := a.body["meta"].(map[string]any); return m }

// request sends body: nil for none, a string or bytes as they are, anything
// else as JSON. path without a leading /api lies under the base.
func (b *testBundle) request(token, method, path string, body any, headers ...string) answer {
	b.t.Helper()
	var reader io.Reader
	switch v := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(v)
	case []byte:
		reader = bytes.NewReader(v)
	default:
		raw, err := json.Marshal(v)
		require.NoError(b.t, err)
		reader = bytes.NewReader(raw)
	}
	if !strings.HasPrefix(path, "/api") && path != "/health" && path != "/openapi.json" {
		path = rest.Base + path
	}
	ctx := context.Background()
	if b.patience > 0 {
		limited, cancel := context.WithTimeout(ctx, b.patience)
		defer cancel()
		ctx = limited
	}
	r := httptest.NewRequestWithContext(ctx, method, path, reader)
	if reader != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	out := answer{status: w.Code, header: w.Header(), raw: w.Body.Bytes()}
	if w.Body.Len() > 0 {
		decoder := json.NewDecoder(bytes.NewReader(out.raw))
		decoder.UseNumber()
		require.NoError(b.t, decoder.Decode(&out.body), "%s", out.raw)
		whole(out.body)
	}
	document().conforms(b.t, r, out)
	return out
}

// whole turns the numbers of decoded JSON into ints where they are whole, and
// into floats where one can hold them.
func whole(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = whole(v[k])
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return v
		}
		return whole(f)
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int(v)
		}
	}
	return v
}

// do is a request of the owner that must be answered with this status.
func (b *testBundle) do(status int, method, path string, body any, headers ...string) answer {
	b.t.Helper()
	out := b.request(b.owner, method, path, body, headers...)
	require.Equal(b.t, status, out.status, "%s %s: %s\n%s", method, path, out.raw, b.causes())
	return out
}

// causes are the errors that were logged.
func (b *testBundle) causes() string {
	var lines []string
	for line := range strings.Lines(b.log.String()) {
		if strings.Contains(line, `"error":`) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// refused is a request of the owner that must fail with this text.
func (b *testBundle) refused(status int, text, method, path string, body any, headers ...string) answer {
	b.t.Helper()
	out := b.do(status, method, path, body, headers...)
	b.isFailure(out, text)
	return out
}

func (b *testBundle) isFailure(out answer, text string) {
	b.t.Helper()
	require.Equal(b.t, false, out.body["success"], "%s", out.raw)
	require.Equal(b.t, text, out.body["error"], "%s", out.raw)
	require.NotEmpty(b.t, out.body["request_id"])
	require.Equal(b.t, out.header.Get("X-Request-ID"), out.body["request_id"])
	require.Equal(b.t, "application/json", out.header.Get("Content-Type"))
	if details, has := out.body["details"].([]any); has {
		require.Equal(b.t, text, details[0].(map[string]any)["message"], "error is the first detail")
	}
}

// fields are the paths of a failure's details, in their order.
func (a answer) fields() []string {
	details, _ := a.body["details"].([]any)
	out := make([]string, len(details))
	for i, d := range details {
		out[i] = d.(map[string]any)["field"].(string)
	}
	return out
}

// flow creates a flow of tenant a and gives its id.
func (b *testBundle) flow(body map[string]any) string {
	b.t.Helper()
	if body["name"] == nil {
		body["name"] = "Flow"
	}
	return b.do(http.StatusCreated, "POST", "/flows", body).data()["id"].(string)
}

// query reads one value as superuser.
func query[T any](b *testBundle, sql string, args ...any) T {
	b.t.Helper()
	var v T
	require.NoError(b.t, b.db.Admin.QueryRow(context.Background(), sql, args...).Scan(&v))
	return v
}

func (b *testBundle) exec(sql string, args ...any) {
	b.t.Helper()
	_, err := b.db.Admin.Exec(context.Background(), sql, args...)
	require.NoError(b.t, err)
}

type object = map[string]any

var (
	call     = object{"action_order": 1, "action_type": "ai_call", "action_config": object{"agent_id": "agent-1", "phone_number_id": "pn-1", "max_retries": 2}}
	whatsapp = object{"action_order": 2, "action_type": "whatsapp_message", "action_config": object{"whatsapp_phone_number_id": "wa-1", "template_id": "welcome", "variable_mappings": object{"1": "name"}}, "condition_type": "call_outcome", "condition_value": "missed"}
	wait     = object{"action_order": 3, "action_type": "wait", "action_config": object{"duration_minutes": 60}}
	email    = object{"action_order": 4, "action_type": "email", "action_config": object{"email_template_id": "tpl-1"}}
	fromA    = object{"condition_type": "lead_source", "condition_operator": "equals", "condition_value": "IndiaMART"}
)

// with is base changed by key, value pairs.
func with(base object, pairs ...any) object {
	out := object{}
	maps.Copy(out, base)
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i].(string)] = pairs[i+1]
	}
	return out
}
