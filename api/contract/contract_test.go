// Package contract_test holds the API against its OpenAPI document with
// schemathesis: in this process on a real Postgres, and as it is deployed.
package contract_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/uuid"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/auth"
	"github.com/auto-engagement/flows/internal/bucket"
	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/intake"
	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/rest"
	"github.com/auto-engagement/flows/internal/testdb"
)

// Without a seed every run is the same, as `make test` needs it; `make fuzz`
// gives a new one ("random"), or one that was found before.
var (
	examples = setting("CONTRACT_EXAMPLES", "10")
	seed     = os.Getenv("CONTRACT_SEED")
)

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func TestTheAPIKeepsItsDocument(t *testing.T) {
	db := testdb.New(t)
	tenant := db.Tenant(t)
	server := httptest.NewServer(rest.New(config(t, db)))
	t.Cleanup(server.Close)
	contact := history(t, db, tenant)
	schemathesis(t, server.URL, token(t, tenant), contact, "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", examples)
}

// stack is what a deployed stack tells of itself.
type stack struct {
	APIURL  string `json:"api_url"`
	Tenants []struct {
		Tokens map[string]string `json:"tokens"`
	} `json:"tenants"`
}

func deployed(t *testing.T) (s stack) {
	t.Helper()
	path := os.Getenv("AEF_STACK_JSON")
	if path == "" {
		t.Skip("AEF_STACK_JSON names no stack")
	}
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &s))
	return s
}

func TestTheDeployedAPIServesItsReferencePage(t *testing.T) {
	stack := deployed(t)
	get := func(path, encoding string) (http.Header, []byte) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, stack.APIURL+path, nil)
		require.NoError(t, err)
		request.Header.Set("Accept-Encoding", encoding)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, response.StatusCode, "%s: %.200s", path, body)
		return response.Header, body
	}
	_, page := get("/docs", "identity")
	parts := regexp.MustCompile(`(?:src|href)="(docs/[^"]+)"`).FindAllSubmatch(page, -1)
	require.Len(t, parts, 4, "%s", page)
	for _, part := range parts {
		path := "/" + string(part[1])
		_, plain := get(path, "identity")
		header, packed := get(path, "gzip")
		if header.Get("Content-Encoding") == "gzip" {
			unpacked, err := gzip.NewReader(bytes.NewReader(packed))
			require.NoError(t, err, path)
			packed, err = io.ReadAll(unpacked)
			require.NoError(t, err, path)
		}
		require.True(t, bytes.Equal(plain, packed), "%s is another thing packed", path)
	}
	header, _ := get("/docs/swagger-ui-bundle.js", "gzip")
	require.Equal(t, "gzip", header.Get("Content-Encoding"), "the gateway hands compressed bytes on")
	var document map[string]any
	_, raw := get("/openapi.json", "identity")
	require.NoError(t, json.Unmarshal(raw, &document))
	require.Equal(t, "3.1.0", document["openapi"])
}

func TestTheDeployedAPIKeepsItsDocument(t *testing.T) {
	stack := deployed(t)
	schemathesis(t, stack.APIURL, stack.Tenants[0].Tokens["owner"], uuid.Must(uuid.NewV7()), "--phases", "examples,stateful", "--max-examples", "2")
}

// schemathesis runs it on an API with all checks; what it finds is the test's
// output. Where a contact is asked for, it is this one.
func schemathesis(t *testing.T, address, token string, contact uuid.UUID, args ...string) {
	t.Helper()
	program, err := filepath.Abs("../../.venv/bin/schemathesis")
	require.NoError(t, err)
	require.FileExists(t, program, "`make venv` installs it")
	args = append([]string{
		"--config-file", "schemathesis.toml", "run", address + "/openapi.json", "--url", address,
		"--no-color",
	}, args...)
	switch seed {
	case "":
		args = append(args, "--generation-deterministic")
	case "random": // schemathesis tells which one it took
	default:
		args = append(args, "--seed", seed)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = append(os.Environ(), "CONTRACT_TOKEN="+token, "CONTRACT_CONTACT="+contact.String(), "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Logf("%s", out)
}

var secret = []byte("the shared secret of tests, 32 bytes and more")

func token(t *testing.T, tenant uuid.UUID) string {
	t.Helper()
	claims, err := json.Marshal(map[string]any{"userId": tenant, "sub": "person-1", "type": "access", "exp": time.Now().Add(24 * time.Hour).Unix()})
	require.NoError(t, err)
	signed, err := jws.Sign(claims, jws.WithKey(jwa.HS256(), secret))
	require.NoError(t, err)
	return string(signed)
}

// config is the API on real stores; state machines, the lead queue and those
// who work on jobs do nothing.
func config(t *testing.T, db *testdb.DB) rest.Config {
	t.Helper()
	verifier, err := auth.New(auth.Config{Secret: auth.SharedSecret{Key: secret}})
	require.NoError(t, err)
	flows, reader, contacts := postgres.FlowStore{Pool: db.App}, postgres.ExecutionReader{Pool: db.App}, postgres.ContactStore{Pool: db.App}
	leads := &intake.Outbox{Store: postgres.IntakeStore{Pool: db.App}, Queue: idle{}}
	// Signing an address asks nobody.
	files := bucket.New(aws.Config{Region: "ap-south-1", Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", "")}, "files")
	return rest.Config{
		Tenants: flows, Flows: flows, History: flows, Executions: reader, Leads: reader, Seen: reader, Tokens: verifier,
		Cancels: &engine.Engine{Store: postgres.NewLedger(db.App), Machines: idle{}}, Bulk: postgres.BulkCanceller{Pool: db.App},
		Trials: postgres.TrialStore{Pool: db.App}, Machines: idle{},
		Intake: leads, Contacts: contacts, Entry: intake.Entry{Store: contacts, Outbox: leads},
		Suppressions: postgres.SuppressionStore{Pool: db.App}, Audit: postgres.AuditLog{Pool: db.App},
		Templates: postgres.TemplateStore{Pool: db.App}, Settings: postgres.SettingsStore{Pool: db.App}, Connections: connections(t, db),
		TestLink:   func(uuid.UUID, uuid.UUID) string { return "https://api.example.com/unsubscribe/test" },
		Statistics: postgres.StatReader{Pool: db.App}, DeadLetters: idle{}, Refused: postgres.RefusedReader{Pool: db.App},
		Jobs: postgres.JobStore{Pool: db.App}, Files: files, Workers: idle{},
		Log: slog.New(slog.NewJSONHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})),
	}
}

type idle struct{ engine.Machines }

func (idle) Start(context.Context, uuid.UUID, uuid.UUID, int) error { return nil }
func (idle) Stop(context.Context, uuid.UUID, int, string) error     { return nil }

// Import implements rest.Workers.
func (idle) Import(context.Context, uuid.UUID, uuid.UUID) error { return nil }

// Export implements rest.Workers.
func (idle) Export(context.Context, uuid.UUID, uuid.UUID) error { return nil }

// DeadLetters implements rest.DeadLetters.
func (idle) DeadLetters(context.Context) []flow.DeadLetterQueue {
	return []flow.DeadLetterQueue{{Name: flow.LeadDeadLetters}}
}

// SendLead implements intake.Queue.
func (idle) SendLead(context.Context, uuid.UUID, []byte) error { return nil }

// history gives a tenant what lists can show: executions that run and that
// have ended, leads, and a contact.
func history(t *testing.T, db *testdb.DB, tenant uuid.UUID) (contact uuid.UUID) {
	t.Helper()
	exec := func(sql string, args ...any) {
		_, err := db.Admin.Exec(t.Context(), sql, args...)
		require.NoError(t, err)
	}
	contact = uuid.Must(uuid.NewV7())
	exec(`insert into contacts (id, tenant_id, name, phone, phone_valid, email, created_at, updated_at)
		values ($1, $2, 'Asha Rao', '+919845012345', true, 'asha@example.com', now(), now())`, contact, tenant)
	for _, status := range []string{"running", "completed", "failed", "cancelled"} {
		id := uuid.Must(uuid.NewV7())
		exec(`insert into flow_executions (id, tenant_id, flow_id, flow_version, flow_name, contact_id, contact_name, contact_phone, status, metadata, triggered_at)
			values ($1, $2, $3, 1, 'Welcome', $4, 'Asha Rao', '+919845012345', $5, '{"trigger_source": "IndiaMART"}', now())`,
			id, tenant, uuid.Must(uuid.NewV7()), contact, status)
		exec(`insert into flow_action_logs (id, tenant_id, execution_id, step, action_id, action_type, action_config, state)
			values ($1, $2, $3, 1, $4, 'wait', '{"duration_minutes": 5}', 'done')`, uuid.Must(uuid.NewV7()), tenant, id, uuid.Must(uuid.NewV7()))
		exec(`insert into lead_events (id, tenant_id, source, event_id, body, received_at) values ($1, $2, 'api', $3, '{}', now())`,
			uuid.Must(uuid.NewV7()), tenant, status)
	}
	return contact
}
