package events_test

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/auth"
	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/connect"
	"github.com/auto-engagement/flows/internal/dashboard"
	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/intake"
	"github.com/auto-engagement/flows/internal/lambdaio"
	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/provider"
	"github.com/auto-engagement/flows/internal/provider/bolna"
	"github.com/auto-engagement/flows/internal/provider/email"
	"github.com/auto-engagement/flows/internal/provider/whatsapp"
	"github.com/auto-engagement/flows/internal/rest"
	"github.com/auto-engagement/flows/internal/testdb"
	"github.com/auto-engagement/flows/internal/webhook"
	"github.com/auto-engagement/flows/local/sandbox/server"
)

// The samples that the events are signed with; README.md tells of them.
const (
	signingSecret = "sample-signing-secret-that-no-deployment-has"
	appSecret     = "sample-app-secret-that-no-deployment-has"
	verifyToken   = "sample-verify-token"
)

// What the tenant of the events has at its providers.
const (
	tenant      = "0197a000-0000-7000-8000-000000000001"
	agent       = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
	callerID    = "n1"
	caller      = "+918035739222"
	numberID    = "106540352242922"
	bolnaKey    = "bn-sample"
	accessToken = "EAAG-sample"
)

//go:embed seed.sql
var seed string

// bundle is the whole deployment but for AWS: each function's handler on one
// database, asking one sandbox.
type bundle struct {
	db       *testdb.DB
	sandbox  *server.Server
	machines *machines
	queue    *queue
	dead     *deadLetters
	handlers map[string]any
}

func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{db: testdb.New(t)}
	var err error
	b.sandbox, err = server.Start(server.Options{HTTP: "127.0.0.1:0", SMTP: "127.0.0.1:0", CallDuration: time.Hour, MessageDuration: time.Hour})
	require.NoError(t, err)
	t.Cleanup(b.sandbox.Close)
	b.openAccounts(t)
	b.reset(t)
	return b
}

// reset brings everything back to where the events find it. Making a database
// for each event would take longer than all else.
func (b *bundle) reset(t *testing.T) {
	t.Helper()
	b.machines, b.queue, b.dead = &machines{}, &queue{}, &deadLetters{}
	b.control(t, http.MethodDelete, "/_sandbox/requests", nil, nil)
	b.exec(t, seed)
	b.exec(t, "delete from lead_rejects")
	b.integrate(t)
	b.build(t)
}

// openAccounts makes the tenant a customer of the providers. They send no
// webhooks: those are events.
func (b *bundle) openAccounts(t *testing.T) {
	t.Helper()
	type object = map[string]any
	b.control(t, http.MethodPost, "/_sandbox/config", object{
		"bolna": []object{{
			"api_key": bolnaKey, "agents": []object{{"id": agent, "name": "Asha"}},
			"phone_numbers": []object{{"id": callerID, "phone_number": caller}},
		}},
		"whatsapp": []object{{"access_token": accessToken, "phone_number_id": numberID}},
	}, nil)
}

// control asks the sandbox's control endpoints.
func (b *bundle) control(t *testing.T, method, path string, body, into any) {
	t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), method, b.sandbox.URL()+path, bytes.NewReader(raw))
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	require.Equal(t, http.StatusOK, response.StatusCode)
	if into != nil {
		require.NoError(t, json.NewDecoder(response.Body).Decode(into))
	}
}

// integrate sets the tenant's providers up: they are the sandbox, wherever it listens.
func (b *bundle) integrate(t *testing.T) {
	t.Helper()
	host, port, err := net.SplitHostPort(b.sandbox.SMTPAddr)
	require.NoError(t, err)
	for kind, settings := range map[string][2]string{
		"bolna":    {`{}`, bolnaKey},
		"whatsapp": {`{"mode":"cloud"}`, accessToken},
		"email":    {fmt.Sprintf(`{"mode":"smtp","host":%q,"port":%s,"tls":"none","from":"hello@demo.example"}`, host, port), ""},
	} {
		b.exec(t, "insert into integrations (tenant_id, kind, config, secret) values ($1, $2, $3, nullif($4, '')::bytea)",
			tenant, kind, settings[0], settings[1])
	}
}

// build makes the handlers as the functions' main packages do.
func (b *bundle) build(t *testing.T) {
	t.Helper()
	c, err := clock.Parse("")
	require.NoError(t, err)
	client := provider.NewHTTPClient(nil)
	e := &engine.Engine{
		Store: postgres.NewLedger(b.db.App), Machines: b.machines, Clock: c, Secrets: unencrypted{},
		Calls:    bolna.New(b.sandbox.URL()+"/bolna", client),
		Messages: whatsapp.New(b.sandbox.URL()+"/whatsapp", "v23.0", client),
		Mails:    email.New(nil, client, nil),
		Resend:   b.outbox(c).Resend, Timeouts: engine.DefaultTimeouts,
	}
	act := func(name string, kind flow.Kind) any {
		return lambdaio.Task(name, func(ctx context.Context, in engine.Input) (flow.Directive, error) { return e.Act(ctx, kind, in) })
	}
	b.handlers = map[string]any{
		"api":      lambdaio.HTTP(rest.New(b.api(t, c))),
		"matcher":  lambdaio.SQS((&intake.Intake{Store: postgres.IntakeStore{Pool: b.db.App}, Machines: b.machines, DeadLetters: b.dead, Clock: c}).Process),
		"plan":     lambdaio.Task("plan", e.Plan),
		"call":     act("call", flow.DoCall),
		"whatsapp": act("whatsapp", flow.DoWhatsApp),
		"email":    act("email", flow.DoEmail),
		"await": lambdaio.Task("await", func(ctx context.Context, in engine.Input) (struct{}, error) {
			return struct{}{}, e.Await(ctx, in)
		}),
		"webhook": lambdaio.HTTP((&webhook.Handler{
			Receive: e.Receive, Route: postgres.NewLedger(b.db.App).Route,
			WhatsAppApp: func(context.Context) (string, string, error) { return appSecret, verifyToken, nil },
			Verify:      whatsapp.Verify, Split: whatsapp.Split, TakeLead: b.outbox(c).Take,
		}).Routes()),
		"pretoken":  lambdaio.PreToken,
		"dashboard": application(t),
		"sweeper":   e.Sweep,
		"migrate":   b.migrate,
	}
	maps.Copy(b.handlers, b.jobs(c))
}

// application serves a build of one page.
func application(t *testing.T) any {
	t.Helper()
	handler, err := dashboard.New(dashboard.Config{
		Files: fstest.MapFS{"index.html": {Data: []byte("<title>Flows</title>")}},
		OIDC:  dashboard.OIDC{Authority: "https://id.example.com", ClientID: "c1", Scope: "openid"},
	})
	require.NoError(t, err)
	return lambdaio.HTTP(handler)
}

func (b *bundle) outbox(c clock.Clock) *intake.Outbox {
	return &intake.Outbox{Store: postgres.IntakeStore{Pool: b.db.App}, Queue: b.queue, Clock: c}
}

func (b *bundle) api(t *testing.T, c clock.Clock) rest.Config {
	t.Helper()
	tokens, err := auth.New(auth.Config{Secret: auth.SharedSecret{Key: []byte(signingSecret)}})
	require.NoError(t, err)
	flows, reader := postgres.FlowStore{Pool: b.db.App, Clock: c}, postgres.ExecutionReader{Pool: b.db.App}
	contacts, client := postgres.ContactStore{Pool: b.db.App, Clock: c}, provider.NewHTTPClient(nil)
	return rest.Config{
		Contacts: contacts, Entry: intake.Entry{Store: contacts, Outbox: b.outbox(c)},
		Suppressions: postgres.SuppressionStore{Pool: b.db.App, Clock: c}, Audit: postgres.AuditLog{Pool: b.db.App},
		Connections: &connect.Service{
			Store: postgres.IntegrationStore{Pool: b.db.App}, Secrets: unencrypted{}, Clock: c, PublicURL: "https://api.example.com",
			Calls: bolna.New(b.sandbox.URL()+"/bolna", client),
		},
		Tenants: flows, Flows: flows, History: flows, Executions: reader, Leads: reader, Intake: b.outbox(c), Seen: reader, Tokens: tokens,
		DeadLetters: b.dead, Refused: postgres.RefusedReader{Pool: b.db.App, Clock: c},
		AllowedOrigins: []string{"https://app.example.com"}, RequestID: lambdaio.RequestID,
	}
}

// migrated is what the migrate function answers.
type migrated struct {
	Version int64 `json:"version"`
}

// migrate migrates, as after every deploy, a database that may be at the
// newest version already.
func (b *bundle) migrate(ctx context.Context) (migrated, error) {
	address, err := url.Parse(b.db.AppURL)
	if err != nil {
		return migrated{}, err
	}
	password, _ := address.User.Password()
	version, err := postgres.Migrate(ctx, b.db.AdminURL, password)
	return migrated{version}, err
}

// functionTimeout is less than any function's in template.yaml.
const functionTimeout = 25 * time.Second

// invoke calls a function as Lambda does: JSON in, JSON or a named error out.
func (b *bundle) invoke(t *testing.T, function string, event []byte) ([]byte, error) {
	t.Helper()
	handler, found := b.handlers[function]
	require.True(t, found, "there is no function %s", function)
	ctx, cancel := context.WithTimeout(t.Context(), functionTimeout)
	defer cancel()
	return lambda.NewHandler(handler).Invoke(ctx, event)
}

func (b *bundle) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	_, err := b.db.Admin.Exec(t.Context(), sql, args...)
	require.NoError(t, err)
}

// text reads one value of one row as text; "null" for null.
func (b *bundle) text(t *testing.T, sql string) string {
	t.Helper()
	var out *string
	require.NoError(t, b.db.Admin.QueryRow(t.Context(), "select ("+sql+")::text").Scan(&out), sql)
	if out == nil {
		return "null"
	}
	return *out
}
