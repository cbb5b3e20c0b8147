// Package rest is the HTTP API of flows, executions and leads: operations on
// huma, so that the OpenAPI document comes from the code, with envelopes,
// texts and statuses of its own. It knows its stores only as interfaces.
package rest

import (
	"context"
	"log/slog"
	"net/http"
	"path"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/auth"
	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/rest/reference"
)

// Base is the path that the operations on flows, executions and leads lie
// under, Root that of the resources beside them: contacts, templates, settings.
const (
	Root = "/api"
	Base = Root + "/auto-engagement"
)

// Config is what the API needs.
type Config struct {
	Tenants    Tenants
	Flows      Flows
	History    History
	Executions Executions
	Leads      Leads
	// Cancels cancels one execution, Bulk many.
	Cancels Canceller
	Bulk    BulkCanceller
	// Trials and Machines serve test mode and test runs.
	Trials   Trials
	Machines Machines
	// Clock is the virtual time by which a test's lead comes now.
	Clock  clock.Clock
	Intake Intake
	Seen   Seen
	// Contacts keeps contacts, Entry creates them.
	Contacts     Contacts
	Entry        Entry
	Suppressions Suppressions
	Audit        AuditLog
	// Templates, Connections and Settings serve the resources beside flows.
	Templates   EmailTemplates
	Connections Connections
	Settings    SettingsKeeper
	// TestLink is the address by which the receiver of a test mail of a tenant
	// would want no more, were it a real one.
	TestLink func(tenant, mail uuid.UUID) string
	// Statistics serves statistics and analytics.
	Statistics Statistics
	// DeadLetters and Refused tell of what can never be decided.
	DeadLetters DeadLetters
	Refused     Refused
	// Jobs keeps imports and exports, Files signs the addresses of their files,
	// and Workers works on them.
	Jobs    Jobs
	Files   JobFiles
	Workers Workers
	// Tokens verifies bearer tokens; *auth.Verifier does.
	Tokens Tokens
	// Limits limits each tenant's requests; nil: there is no limit.
	Limits Limits
	// AllowedOrigins are the origins that browsers may call from, like
	// "https://app.example.com"; "*" allows all, none allows none.
	AllowedOrigins []string
	// RequestID gives the id that a gateway gave to the request; nil, or an
	// empty or odd id: one is made.
	RequestID func(*http.Request) string
	// Log gets one line a request; nil means slog.Default().
	Log *slog.Logger
}

// Tokens verifies bearer tokens. Errors are auth.ErrInvalid and auth.ErrUnavailable.
type Tokens interface {
	Verify(ctx context.Context, token string) (auth.Identity, error)
}

// An error of a store that has this method and says true passes when the store
// is back: the answer is 503.
type unavailable interface{ Unavailable() bool }

// Tenants reads tenants.
type Tenants interface {
	// Tenant reads a tenant's settings; flow.ErrUnknownTenant when there is none.
	Tenant(ctx context.Context, tenant uuid.UUID) (flow.Tenant, error)
	// Ping says whether the store answers.
	Ping(ctx context.Context) error
}

// Flows keeps flows. Each method sees and changes one tenant's alone; a flow
// that is not there, or another tenant's, is flow.ErrFlowNotFound.
type Flows interface {
	// ListFlows gives flows by priority, without conditions and actions.
	ListFlows(ctx context.Context, tenant uuid.UUID, f flow.FlowFilter, p flow.Page) ([]flow.Stored, flow.Total, error)
	Flow(ctx context.Context, tenant, id uuid.UUID) (flow.Stored, error)
	// CreateFlow stores version 1; a nil priority is highest + 1. The error is
	// flow.PriorityTakenError when another flow has it.
	CreateFlow(ctx context.Context, tenant uuid.UUID, by string, d flow.Definition, priority *int, once *flow.Once[flow.Stored]) (flow.Stored, error)
	// ChangeFlow stores what change makes of the flow as a new version, and
	// nothing when that is the same. An error of change is returned.
	ChangeFlow(ctx context.Context, tenant, id uuid.UUID, by string, change func(flow.Stored) (flow.Definition, error)) (flow.Stored, error)
	// DeleteFlow deletes a flow and cancels what runs of it, unless check refuses.
	DeleteFlow(ctx context.Context, tenant, id uuid.UUID, by string, check func(flow.Stored) error) error
	// ChangePriorities gives each flow its priority, all or none of them. The
	// error is flow.MissingFlowError or flow.PriorityTakenError.
	ChangePriorities(ctx context.Context, tenant uuid.UUID, by string, changes []flow.PriorityChange) error
}

// History reads versions of flows and takes whole sets of flows. A flow that
// never was, or another tenant's, is flow.ErrFlowNotFound.
type History interface {
	// ListVersions gives versions, newest first.
	ListVersions(ctx context.Context, tenant, id uuid.UUID, p flow.Page) ([]flow.VersionRecord, flow.Total, error)
	// Versions gives the flow as it was at each version, in their order;
	// flow.ErrVersionNotFound.
	Versions(ctx context.Context, tenant, id uuid.UUID, versions ...int) ([]flow.Stored, error)
	// WholeFlows gives all flows by priority, with conditions and actions.
	WholeFlows(ctx context.Context, tenant uuid.UUID) ([]flow.Stored, error)
	// ImportFlows stores what plan makes of all flows, at once; it fills in ids,
	// versions and priorities. An error of plan is returned.
	ImportFlows(ctx context.Context, tenant uuid.UUID, by string, once *flow.Once[[]flow.ImportedFlow], plan func(now []flow.Stored) ([]flow.ImportedFlow, error)) error
}

// Executions reads executions, newest first.
type Executions interface {
	ListExecutions(ctx context.Context, tenant uuid.UUID, f flow.ExecutionFilter, p flow.Page) ([]flow.ExecutionRecord, flow.Total, error)
	// ListFlowExecutions also tells whether the flow is there (flow.ErrFlowNotFound).
	ListFlowExecutions(ctx context.Context, tenant, id uuid.UUID, f flow.ExecutionFilter, p flow.Page) ([]flow.ExecutionRecord, flow.Total, error)
	// Execution gives the logs by order and attempt; flow.ErrExecutionNotFound.
	Execution(ctx context.Context, tenant, id uuid.UUID) (flow.ExecutionRecord, []flow.LogRecord, error)
}

// Leads reads leads and their decisions, newest first.
type Leads interface {
	ListLeads(ctx context.Context, tenant uuid.UUID, f flow.LeadFilter, p flow.Page) ([]flow.LeadRecord, flow.Total, error)
	// Lead gives one with decision and event; flow.ErrLeadNotFound.
	Lead(ctx context.Context, tenant, id uuid.UUID) (flow.LeadRecord, error)
}

// Canceller cancels executions; *engine.Engine does.
type Canceller interface {
	// Cancel cancels an execution; after nil nothing of it begins any more. Its
	// errors are engine.ErrNotRunning, engine.ErrCancelPending, or the store's.
	Cancel(ctx context.Context, tenant, execution uuid.UUID, reason string) error
}

// BulkCanceller cancels many executions at once.
type BulkCanceller interface {
	// CancelExecutions cancels the running executions that the filter selects
	// among those named (nil: all), and tells how many.
	CancelExecutions(ctx context.Context, tenant uuid.UUID, ids []uuid.UUID, f flow.ExecutionFilter, reason string) (int, error)
}

// Trials serves test mode and test runs.
type Trials interface {
	// Material reads what a lead, with this contact (nil: the one that its keys
	// name, or a new one), is held against at an instant, and the e-mail
	// templates named. flow.ErrContactNotFound when a contact named is not there.
	Material(ctx context.Context, tenant uuid.UUID, contact *uuid.UUID, lead flow.Contact, now time.Time, templates []string) (engine.TrialMaterial, error)
	// CreateTestRun stores a running test run; flow.ErrContactNotFound.
	CreateTestRun(ctx context.Context, tenant, flowID, contact uuid.UUID, outcomes flow.Outcomes) (uuid.UUID, error)
}

// Machines starts runs of executions; engine.Machines do.
type Machines interface {
	Start(ctx context.Context, tenant, execution uuid.UUID, runNo int) error
}

// Intake takes leads in.
type Intake interface {
	// Take stores a lead and puts it on the queue. The error is a
	// *flow.RejectError when the body can never be a lead.
	Take(ctx context.Context, tenant uuid.UUID, body []byte, as flow.Arrival, once *flow.Once[flow.TakenLead]) (flow.TakenLead, error)
}

// Seen tells which values leads and contacts had lately.
type Seen interface {
	// Seen gives a limited number of values that contain search, the most frequent first.
	Seen(ctx context.Context, tenant uuid.UUID, field flow.SeenField, search string, most int) ([]flow.Seen, error)
}

type api struct {
	Config

	huma  huma.API
	known knownTenants
}

// New is the handler of everything that the api function answers.
func New(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	mux := http.NewServeMux()
	a := operations(c, mux)

	mux.HandleFunc("GET /health", a.health)
	mux.HandleFunc("GET /api/health", a.health)
	mux.HandleFunc("GET /openapi.json", serveDocument())
	reference.Register(mux)
	a.refuseOtherMethods(mux)
	return a.observe(a.cors(canonical(mux)))
}

// operations puts every operation on a mux.
func operations(c Config, mux *http.ServeMux) *api {
	setUpHuma()
	a := &api{Config: c, huma: humago.New(mux, humaConfig())}
	a.huma.UseMiddleware(a.authenticate, a.limit, a.requireJSON)
	a.registerFlows()
	a.registerFlowParts()
	a.registerPriorities()
	a.registerVersions()
	a.registerTransfer()
	a.registerExecutions()
	a.registerCancel()
	a.registerFlowTests()
	a.registerLeads()
	a.registerLeadIntake()
	a.registerDeadLetters()
	a.registerSuggestions()
	a.registerAnalytics()
	a.registerMe()
	a.registerContacts()
	a.registerSuppressions()
	a.registerAuditLog()
	a.registerEmailTemplates()
	a.registerIntegrations()
	a.registerPickers()
	a.registerSettings()
	a.registerImports()
	a.registerExports()
	return a
}

// register adds an operation whose errors become the contract's.
func register[I, O any](a *api, op huma.Operation, handle func(context.Context, *I) (*O, error)) {
	op.SkipValidateBody = true
	op.SkipValidateParams = true
	// huma refuses a body of exactly this size.
	op.MaxBodyBytes = maxBodyBytes + 1
	op.Security = []map[string][]string{{bearer: {}}}
	op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden,
		http.StatusTooManyRequests, http.StatusServiceUnavailable)
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err == nil {
			return out, nil
		}
		if f := exchangeOf(ctx).tooMany(); f != nil {
			return nil, f
		}
		return nil, failureOf(ctx, err)
	})
}

// canonical answers paths that net/http would redirect with our 404.
func canonical(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "" || path.Clean(r.URL.Path) != r.URL.Path {
			notFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
