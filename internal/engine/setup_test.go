package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/provider"
	"github.com/auto-engagement/flows/internal/provider/email"
	"github.com/auto-engagement/flows/internal/provider/whatsapp"
	"github.com/auto-engagement/flows/internal/testdb"
)

// bundle is an engine on a real Postgres, with providers and machines that the
// test scripts.
type bundle struct {
	*engine.Engine

	t         *testing.T
	db        *testdb.DB
	tenant    uuid.UUID
	providers *providers
	machines  *machines
}

func setup(t *testing.T) *bundle {
	t.Helper()
	t.Parallel()
	db := testdb.New(t)
	b := &bundle{t: t, db: db, tenant: db.Tenant(t), providers: &providers{}, machines: &machines{state: engine.MachineRunning}}
	c, err := clock.Parse("")
	require.NoError(t, err)
	b.Engine = &engine.Engine{
		Store: postgres.NewLedger(db.App), Machines: b.machines, Clock: c, Secrets: plain{},
		Calls: b.providers, Messages: b.providers.messenger(), Mails: b.providers.mailer(), Timeouts: engine.DefaultTimeouts,
		Suppress:    postgres.SuppressionStore{Pool: db.App, Clock: c}.Suppress,
		Unsubscribe: func(_, mail uuid.UUID) string { return "https://flows.example/unsubscribe/" + mail.String() },
	}
	b.exec("update tenants set contact_windows = '{}' where id = $1", b.tenant)
	for _, kind := range []string{"bolna", "whatsapp", "email"} {
		b.exec("insert into integrations (tenant_id, kind, config) values ($1, $2, $3)", b.tenant, kind,
			`{"mode":"smtp","from":"hello@demo.example"}`)
	}
	return b
}

func (b *bundle) exec(sql string, args ...any) {
	b.t.Helper()
	_, err := b.db.Admin.Exec(context.Background(), sql, args...)
	require.NoError(b.t, err)
}

// text reads one value of one row as text.
func (b *bundle) text(sql string, args ...any) string {
	b.t.Helper()
	var out *string
	require.NoError(b.t, b.db.Admin.QueryRow(context.Background(), "select ("+sql+")::text", args...).Scan(&out))
	if out == nil {
		return "null"
	}
	return *out
}

// start makes a running execution of a flow with these actions, and its input.
func (b *bundle) start(actions ...flow.Action) engine.Input {
	b.t.Helper()
	definition := flow.Definition{ID: uuid.New(), Name: "Test", Version: 1, Actions: actions}
	raw, err := json.Marshal(definition)
	require.NoError(b.t, err)
	execution, contact := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	b.exec(`insert into contacts (id, tenant_id, name, phone, phone_valid, email, created_at, updated_at)
		values ($1, $2, 'Asha', '+919845012300', true, 'asha@example.com', now(), now())`, contact, b.tenant)
	b.exec("insert into flow_versions (tenant_id, flow_id, version, definition, created_at) values ($1, $2, 1, $3, now())", b.tenant, definition.ID, raw)
	b.exec(`insert into flow_executions (id, tenant_id, flow_id, flow_version, flow_name, contact_id, status, triggered_at)
		values ($1, $2, $3, 1, 'Test', $4, 'running', now())`, execution, b.tenant, definition.ID, contact)
	b.exec("insert into due_work (kind, ref, tenant_id, due_at) values ('run', $1, $2, now() + interval '1 minute')", execution.String(), b.tenant)
	return engine.Input{ExecutionID: execution, TenantID: b.tenant, RunNo: 1}
}

func action(order int, t flow.ActionType, config any, condition ...string) flow.Action {
	raw, err := json.Marshal(config)
	if err != nil {
		panic(err)
	}
	a := flow.Action{ID: uuid.New(), Order: order, Type: t, Config: raw}
	if len(condition) == 2 {
		kind := flow.StepConditionType(condition[0])
		a.ConditionType, a.ConditionValue = &kind, &condition[1]
	}
	return a
}

func call(order int) flow.Action {
	return action(order, flow.AICall, flow.CallConfig{AgentID: "agent", PhoneNumberID: "+918000000000"})
}

func message(order int, condition ...string) flow.Action {
	return action(order, flow.WhatsAppMessage, flow.WhatsAppConfig{PhoneNumberID: "1", TemplateID: "hello"}, condition...)
}

// drive runs the execution as its state machine would, with waits passed and
// reconciliations made at once, until it is done.
func (b *bundle) drive(in engine.Input) {
	b.t.Helper()
	ctx := context.Background()
	d, err := b.Plan(ctx, in)
	for range 100 {
		switch {
		case errors.Is(err, engine.ErrTransient), errors.Is(err, errKilled):
			b.expireClaims(in)
			d, err = b.Plan(ctx, in)
			continue
		case err != nil:
			require.NoError(b.t, err)
		}
		switch d.Kind {
		case flow.DoDone:
			return
		case flow.DoWait, flow.DoAwait:
			b.exec(`update flow_action_logs set until = until - interval '1 year', retry_at = retry_at - interval '1 year'
				where execution_id = $1 and state in ('planned', 'unknown')`, in.ExecutionID)
			b.exec("update flow_action_logs set claim_until = claim_until - interval '1 minute' where execution_id = $1 and state in ('sent', 'done')", in.ExecutionID)
			b.exec("update due_work set due_at = now() - interval '1 second' where kind <> 'run'")
			_, err = b.Sweep(ctx)
			require.NoError(b.t, err)
			d, err = b.Plan(ctx, in)
		default:
			in.Directive = &d
			d, err = b.Act(ctx, d.Kind, in)
		}
	}
	b.t.Fatal("the execution does not end")
}

func (b *bundle) expireClaims(in engine.Input) {
	b.exec("update flow_action_logs set claim_until = claim_until - interval '1 minute' where execution_id = $1 and state = 'claimed'", in.ExecutionID)
}

// plain opens secrets that are none.
type plain struct{}

func (plain) Open(context.Context, uuid.UUID, []byte) (string, error) { return "secret", nil }

// providers answers as scripted, and knows the calls that it accepted.
type providers struct {
	mu       sync.Mutex
	requests []uuid.UUID
	// place answers a request; nil accepts.
	place func(n int) provider.Answer
	// known are the calls that the provider's list tells of.
	known map[uuid.UUID]provider.CallReport
	// looks counts the questions asked.
	looks int
	// unreachable fails every question.
	unreachable bool
	stopped     []string
	// mails are those that were asked to be sent.
	mails []provider.Mail
	// leaving is called by each request before it is counted as begun; nil does nothing.
	leaving func()
	// notStopped fails that many stops.
	notStopped int
}

func (p *providers) take(id uuid.UUID) provider.Answer {
	if p.leaving != nil {
		p.leaving()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = append(p.requests, id)
	if p.place != nil {
		return p.place(len(p.requests))
	}
	return provider.Answer{Class: provider.Accepted, ProviderID: "p-" + id.String()}
}

func (p *providers) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.requests)
}

func (p *providers) Place(_ context.Context, _ provider.Credentials, c provider.Call) provider.Answer {
	return p.take(c.ID)
}

func (p *providers) Read(_ context.Context, _ provider.Credentials, id string) (provider.CallReport, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.known {
		if r.ProviderID == id {
			return r, true, nil
		}
	}
	return provider.CallReport{ProviderID: id, Ended: true, Outcome: flow.OutcomeAnswered}, true, nil
}

func (p *providers) Find(_ context.Context, _ provider.Credentials, _ string, id uuid.UUID, _ time.Time) (provider.CallReport, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looks++
	if p.unreachable {
		return provider.CallReport{}, false, errors.New("unreachable")
	}
	r, found := p.known[id]
	return r, found, nil
}

func (p *providers) Stop(_ context.Context, _ provider.Credentials, id string) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.notStopped > 0 {
		p.notStopped--
		return false, errors.New("the provider is away")
	}
	p.stopped = append(p.stopped, id)
	return true, nil
}

func (p *providers) Numbers(context.Context, provider.Credentials) (map[string]string, error) {
	return map[string]string{}, nil
}

func (p *providers) Report([]byte) (provider.CallReport, error) {
	return provider.CallReport{}, errors.New("not used")
}

func (p *providers) messenger() engine.Messenger { return messenger{p, whatsapp.New("", "", nil)} }
func (p *providers) mailer() engine.Mailer       { return mailer{p, email.New(nil, nil, nil)} }

// messenger and mailer read events as the real clients do.
type messenger struct {
	p *providers
	*whatsapp.Client
}

func (m messenger) Send(_ context.Context, _ provider.Credentials, msg provider.Message) provider.Answer {
	return m.p.take(msg.ID)
}

type mailer struct {
	p *providers
	*email.Mailer
}

func (m mailer) Send(_ context.Context, _ provider.Credentials, mail provider.Mail) provider.Answer {
	m.p.mu.Lock()
	m.p.mails = append(m.p.mails, mail)
	m.p.mu.Unlock()
	return m.p.take(mail.ID)
}

// machines notes what is asked of Step Functions.
type machines struct {
	mu       sync.Mutex
	state    engine.MachineState
	started  []string
	stopped  []string
	answered []string
}

func (m *machines) Start(_ context.Context, _, execution uuid.UUID, runNo int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.started = append(m.started, fmt.Sprintf("%s-r%d", execution, runNo))
	return nil
}

func (m *machines) State(context.Context, uuid.UUID, int) (engine.MachineState, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state, nil
}

func (m *machines) Stop(_ context.Context, execution uuid.UUID, runNo int, _ string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stopped = append(m.stopped, fmt.Sprintf("%s-r%d", execution, runNo))
	return nil
}

func (m *machines) Succeed(_ context.Context, token string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answered = append(m.answered, token)
	return nil
}
