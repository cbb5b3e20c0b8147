package rest_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/auth"
	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/intake"
	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/rest"
)

// endpoint is one of the API's, from its own document.
type endpoint struct{ method, path string }

// sample gives a body that each operation that takes one accepts; flowID is
// tenant a's.
var sample = map[string]func(flowID string) any{
	"POST /flows/import":         func(string) any { return object{"flows": []object{{"name": "F"}}} },
	"POST /flows":                func(string) any { return object{"name": "F"} },
	"PATCH /flows/{id}":          func(string) any { return object{"name": "F"} },
	"PATCH /flows/{id}/toggle":   func(string) any { return object{"enabled": true} },
	"PUT /flows/{id}/conditions": func(string) any { return object{"conditions": []object{}} },
	"PUT /flows/{id}/actions":    func(string) any { return object{"actions": []object{}} },
	"POST /leads":                func(string) any { return object{"contact": object{"phone": "+919845012345"}} },
	"POST /flows/priorities/bulk-update": func(id string) any {
		return object{"updates": []object{{"id": id, "priority": 7}}}
	},
	"POST /flows/{id}/test": func(string) any { return object{} },
	"POST /flows/{id}/test-run": func(string) any {
		return object{"contact_id": "018f0000-0000-7000-8000-000000000001"}
	},
	"POST /executions/{id}/cancel": func(string) any { return object{"reason": "wrong list"} },
	"POST /executions/bulk-cancel": func(string) any { return object{"filter": object{}} },
	"POST /api/contacts":           func(string) any { return object{"name": "Dev", "phone": "+919845099999"} },
	"PATCH /api/contacts/{id}":     func(string) any { return object{"city": "Pune"} },
	"POST /api/suppressions":       func(string) any { return object{"kind": "phone", "value": "+919845088888"} },

	"POST /api/email-templates":                func(string) any { return object{"name": "F", "subject": "Hi", "body_text": "Hi"} },
	"PATCH /api/email-templates/{id}":          func(string) any { return object{"name": "F"} },
	"POST /api/email-templates/preview":        func(string) any { return object{"subject": "Hi", "contact_data": object{}} },
	"POST /api/email-templates/{id}/preview":   func(string) any { return object{} },
	"POST /api/email-templates/{id}/test-send": func(string) any { return object{"to": "asha@example.com"} },
	"PUT /api/integrations/bolna":              func(string) any { return object{"secret": "bn-1"} },
	"PUT /api/integrations/whatsapp": func(string) any {
		return object{"config": object{"mode": "chat_agent", "base_url": "https://chat.example.com"}}
	},
	"PUT /api/integrations/email": func(string) any {
		return object{"config": object{"mode": "smtp", "host": "smtp.example.com", "from": "hello@shop.example"}}
	},
	"PATCH /api/settings":        func(string) any { return object{"name": "F"} },
	"POST /api/contacts/imports": func(string) any { return object{"file_name": "leads.csv"} },
	"POST /exports":              func(string) any { return object{"kind": "executions"} },
}

// strange is what tenant b gets for tenant a's sample, where the path names
// nothing of tenant a.
var strange = map[string]func(b *testBundle, out answer){
	"POST /flows": func(b *testBundle, out answer) {
		require.Equal(b.t, http.StatusCreated, out.status)
		require.Equal(b.t, 0, out.data()["priority"], "priorities are each tenant's own")
	},
	"POST /leads": func(b *testBundle, out answer) {
		require.Equal(b.t, http.StatusAccepted, out.status)
		require.Equal(b.t, b.b, query[uuid.UUID](b, "select tenant_id from lead_events where id = $1", out.data()["id"]))
	},
	"POST /api/contacts": func(b *testBundle, out answer) {
		require.Equal(b.t, http.StatusCreated, out.status, "keys are each tenant's own")
		require.Equal(b.t, b.b, query[uuid.UUID](b, "select tenant_id from contacts where id = $1", out.data()["id"]))
	},
	"POST /api/suppressions": func(b *testBundle, out answer) {
		require.Equal(b.t, http.StatusCreated, out.status)
		require.Equal(b.t, b.b, query[uuid.UUID](b, "select tenant_id from suppressions where id = $1", out.data()["id"]))
	},
	"GET /flows/export": func(b *testBundle, out answer) {
		for _, f := range out.data()["flows"].([]any) {
			require.Equal(b.t, "F", f.(object)["name"])
		}
	},
	"POST /flows/import": func(b *testBundle, out answer) {
		require.Equal(b.t, http.StatusOK, out.status)
		require.Equal(b.t, "F", out.data()["flows"].([]any)[0].(object)["name"])
	},
	"POST /api/email-templates": func(b *testBundle, out answer) {
		require.Equal(b.t, http.StatusCreated, out.status)
		require.Equal(b.t, b.b, query[uuid.UUID](b, "select tenant_id from email_templates where id = $1", out.data()["id"]))
	},
	"POST /api/email-templates/preview": func(b *testBundle, out answer) {
		require.Equal(b.t, http.StatusOK, out.status)
	},
	"GET /api/integrations": func(b *testBundle, out answer) {
		for _, i := range out.list() {
			require.Equal(b.t, false, i["connected"])
		}
	},
	"GET /api/integrations/{kind}": func(b *testBundle, out answer) {
		require.Equal(b.t, false, out.data()["connected"])
	},
	"PUT /api/integrations/bolna":    othersOwn,
	"PUT /api/integrations/whatsapp": othersOwn,
	"PUT /api/integrations/email":    othersOwn,
	"DELETE /api/integrations/{kind}": func(b *testBundle, out answer) {
		require.Equal(b.t, http.StatusNotFound, out.status)
	},
	"POST /api/integrations/{kind}/check":          notConnected,
	"GET /api/integrations/bolna/agents":           notConnected,
	"GET /api/integrations/bolna/phone-numbers":    notConnected,
	"GET /api/integrations/whatsapp/phone-numbers": notConnected,
	"GET /api/integrations/whatsapp/templates":     notConnected,
	"POST /api/integrations/{kind}/rotate-token":   othersOwn,
	"GET /api/settings": func(b *testBundle, out answer) {
		require.Equal(b.t, "Tenant "+b.b.String(), out.data()["name"])
	},
	"PATCH /api/settings": func(b *testBundle, out answer) {
		require.Equal(b.t, "F", out.data()["name"])
		require.Equal(b.t, "Tenant "+b.a.String(), query[string](b, "select name from tenants where id = $1", b.a))
	},
	"GET /me": func(b *testBundle, out answer) {
		require.Equal(b.t, b.b.String(), out.data()["tenant"].(object)["id"])
	},
	"POST /executions/bulk-cancel": func(b *testBundle, out answer) {
		require.Equal(b.t, http.StatusOK, out.status)
		require.Equal(b.t, object{"cancelled": 0}, out.data())
	},
	"POST /api/contacts/imports": func(b *testBundle, out answer) {
		require.Equal(b.t, http.StatusCreated, out.status)
		require.Equal(b.t, b.b, query[uuid.UUID](b, "select tenant_id from imports where id = $1", out.data()["id"]))
		require.Contains(b.t, out.data()["upload"].(object)["url"], "/imports/"+b.b.String()+"/")
		b.exec("delete from imports where tenant_id = $1", b.b)
	},
	"POST /exports": func(b *testBundle, out answer) {
		require.Equal(b.t, http.StatusAccepted, out.status)
		require.Equal(b.t, b.b, query[uuid.UUID](b, "select tenant_id from exports where id = $1", out.data()["id"]))
		b.exec("delete from exports where tenant_id = $1", b.b)
	},
	"POST /flows/priorities/bulk-update": func(b *testBundle, out answer) {
		require.Equal(b.t, http.StatusNotFound, out.status)
	},
	"GET /dead-letters": func(b *testBundle, out answer) {
		require.Equal(b.t, http.StatusOK, out.status)
		require.Equal(b.t, object{"total": 0, "total_capped": false, "oldest_at": nil}, out.list()[0]["refused"])
	},
	"GET /analytics": func(b *testBundle, out answer) {
		require.Equal(b.t, 0, out.data()["summary"].(object)["total_executions"])
	},
	"GET /analytics/overview": func(b *testBundle, out answer) {
		require.Equal(b.t, 0, out.data()["period"].(object)["total_executions"])
	},
	"GET /analytics/channels": func(b *testBundle, out answer) {
		require.Equal(b.t, 0, out.list()[0]["total_actions"])
	},
	"GET /analytics/heatmap": func(b *testBundle, out answer) {
		require.Len(b.t, out.list(), 7*24)
	},
	"GET /analytics/sparklines": func(b *testBundle, out answer) {
		require.Equal(b.t, http.StatusOK, out.status)
		require.Len(b.t, out.data()["dates"], 30)
	},
	"GET /analytics/funnel": func(b *testBundle, out answer) {
		require.Equal(b.t, http.StatusNotFound, out.status)
	},
}

// othersOwn: tenant b changes its own integration, and none of tenant a's.
func othersOwn(b *testBundle, out answer) {
	require.Equal(b.t, http.StatusOK, out.status, string(out.raw))
	require.Equal(b.t, 3, query[int](b, "select count(*)::int from integrations where tenant_id = $1", b.a))
}

func notConnected(b *testBundle, out answer) {
	require.Equal(b.t, http.StatusBadRequest, out.status)
	require.Contains(b.t, out.body["error"], "Connect ")
}

// forReaders are operations that change nothing, though they take a body.
var forReaders = map[string]bool{
	"POST /flows/{id}/test": true, "POST /api/email-templates/preview": true, "POST /api/email-templates/{id}/preview": true,
}

// forAdmins are operations that only owner and admin may use, though they read.
var forAdmins = map[string]bool{"GET /api/audit-log": true, "GET /dead-letters": true}

func (b *testBundle) operations() (out []endpoint) {
	b.t.Helper()
	document := b.request("", "GET", "/openapi.json", nil)
	require.Equal(b.t, http.StatusOK, document.status)
	require.Equal(b.t, "3.1.0", document.body["openapi"])
	for path, methods := range document.body["paths"].(object) {
		for method, operation := range methods.(object) {
			require.NotContains(b.t, operation.(object)["responses"], "422")
			out = append(out, endpoint{strings.ToUpper(method), strings.TrimPrefix(path, rest.Base)})
		}
	}
	slices.SortFunc(out, func(a, b endpoint) int { return cmp.Or(cmp.Compare(a.method, b.method), cmp.Compare(a.path, b.path)) })
	return out
}

// at is the operation's path with an id, and what it needs in the query.
func (o endpoint) at(id string) string {
	query := map[string]string{"GET /analytics/funnel": "?flow_id=" + id, "GET /suggestions": "?field=city", "GET /flows/{id}/versions/{n}/compare": "?with=1"}
	return strings.NewReplacer("{id}", id, "{n}", "1", "{kind}", "bolna").Replace(o.path) + query[o.method+" "+o.path]
}

func (o endpoint) body(flowID string) any {
	if body, has := sample[o.method+" "+o.path]; has {
		return body(flowID)
	}
	return nil
}

func TestEveryOperationKeepsItsDoor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	flowID := b.flow(object{"name": "A's own", "actions": []object{call}})
	execution := b.execution(b.a, flowID, "running", noon)
	lead := uuid.Must(uuid.NewV7())
	b.exec(`insert into lead_events (id, tenant_id, source, event_id, body, received_at) values ($1, $2, 's', 'e', '{}', now())`, lead, b.a)
	ids := map[string]string{
		"analytics": flowID, "flows": flowID, "executions": execution.String(), "leads": lead.String(),
		"contacts":     b.do(http.StatusCreated, "POST", "/api/contacts", with(asha, "name", "A's own")).data()["id"].(string),
		"suppressions": b.do(http.StatusCreated, "POST", "/api/suppressions", object{"kind": "email", "value": "x@example.com"}).data()["id"].(string),

		"email-templates":  b.emailTemplate(object{"name": "A's own"}),
		"contacts/imports": b.do(http.StatusCreated, "POST", "/api/contacts/imports", object{"file_name": "A's own.csv"}).data()["id"].(string),
		"exports":          b.do(http.StatusAccepted, "POST", "/exports", object{"kind": "leads"}).data()["id"].(string),
	}
	b.connected()
	nobody := token(t, map[string]any{"userId": uuid.New()})

	operations := b.operations()
	require.GreaterOrEqual(t, len(operations), 28)
	for _, o := range operations {
		name := o.method + " " + o.path
		kind := o.subject()
		path := o.at(ids[kind])
		call := func(token string) answer { return b.request(token, o.method, path, o.body(flowID)) }

		out := call("")
		require.Equal(t, http.StatusUnauthorized, out.status, name)
		b.isFailure(out, "Authorization token is required")
		require.Equal(t, "Bearer", out.header.Get("WWW-Authenticate"))
		out = call("no.good.token")
		require.Equal(t, http.StatusUnauthorized, out.status, name)
		b.isFailure(out, "Invalid or expired token")
		out = call(nobody)
		require.Equal(t, http.StatusForbidden, out.status, name)
		b.isFailure(out, "Unknown tenant")

		out = call(b.viewer)
		if (o.method == "GET" || forReaders[name]) && !forAdmins[name] {
			require.Equal(t, http.StatusOK, out.status, name)
		} else {
			require.Equal(t, http.StatusForbidden, out.status, name)
			b.isFailure(out, "Your role does not allow this")
		}

		// Tenant B: A's records are not there, and its lists are empty.
		out = call(b.other)
		switch {
		case strings.Contains(o.path, "{id}"):
			require.Equal(t, http.StatusNotFound, out.status, name)
			require.NotContains(t, string(out.raw), "A's own")
		case strange[name] != nil:
			strange[name](b, out)
			require.NotContains(t, string(out.raw), "A's own", name)
		default:
			require.Equal(t, http.StatusOK, out.status, name)
			require.Empty(t, out.list(), name)
			require.Equal(t, 0, out.meta()["total"], name)
		}

		if strings.Contains(o.path, "{id}") {
			for _, id := range []string{"17", "not-a-uuid", "{" + ids[kind] + "}", "urn:uuid:" + ids[kind], strings.ReplaceAll(ids[kind], "-", ""), "%00", ids[kind] + "%20"} {
				out := b.request(b.owner, o.method, o.at(id), o.body(flowID))
				require.Equal(t, http.StatusBadRequest, out.status, "%s with %s", name, id)
				b.isFailure(out, "id must be a UUID")
			}
		}
	}
	// A's filters find nothing of A for B.
	for _, query := range []string{"flow_id=" + flowID, "contact_id=" + query[uuid.UUID](b, "select contact_id from flow_executions where id = $1", execution).String(), "search=Asha"} {
		require.Empty(t, b.request(b.other, "GET", "/executions?"+query, nil).list())
	}
	require.Equal(t, "running", query[string](b, "select status from flow_executions where id = $1", execution))
	require.Equal(t, "A's own", b.do(http.StatusOK, "GET", "/flows/"+flowID, nil).data()["name"])
}

func TestRolesWriteOrRead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for role, status := range map[string]int{"owner": 201, "admin": 201, "manager": 201, "agent": 403, "viewer": 403, "intern": 403, "": 403} {
		member := token(t, map[string]any{"userId": b.a, "isTeamMember": true, "teamMemberRole": role})
		require.Equal(t, status, b.request(member, "POST", "/flows", object{"name": "F"}).status, role)
		require.Equal(t, http.StatusOK, b.request(member, "GET", "/flows", nil).status, role)
	}
}

func TestAuthorizationHeaders(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for header, text := range map[string]string{
		"":                                   "Authorization token is required",
		"Bearer":                             "Authorization token is required",
		"Bearer ":                            "Authorization token is required",
		"Basic dXNlcjpwYXNz":                 "Authorization token is required",
		b.owner:                              "Authorization token is required",
		"Bearer x":                           "Invalid or expired token",
		"Bearer " + b.owner + " x":           "Invalid or expired token",
		"Bearer " + strings.ToUpper(b.owner): "Invalid or expired token",
		"Bearer " + token(t, map[string]any{"userId": b.a, "exp": time.Now().Add(-time.Second).Unix()}): "Invalid or expired token",
		"Bearer " + token(t, map[string]any{"userId": b.a, "type": "refresh"}):                          "Invalid or expired token",
	} {
		out := b.request("", "GET", "/flows", nil, "Authorization", header)
		require.Equal(t, http.StatusUnauthorized, out.status, header)
		b.isFailure(out, text)
	}
	require.Equal(t, http.StatusOK, b.request("", "GET", "/flows", nil, "Authorization", "bearer  "+b.owner).status)
	out := b.request(token(t, map[string]any{"userId": "17"}), "GET", "/flows", nil)
	require.Equal(t, http.StatusForbidden, out.status)
	b.isFailure(out, "Unknown tenant")
}

func TestATenantMadeAfterARefusalIsSeenAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := uuid.Must(uuid.NewV7())
	early := token(t, map[string]any{"userId": id})
	require.Equal(t, http.StatusForbidden, b.request(early, "GET", "/flows", nil).status)
	b.exec("insert into tenants (id, name) values ($1, 'late')", id)
	require.Equal(t, http.StatusOK, b.request(early, "GET", "/flows", nil).status)
}

func TestEverythingElseIsOur404(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, c := range []endpoint{
		{"GET", "/"},
		{"GET", "/nope"},
		{"GET", "/flows/"},
		{"GET", "/flows//executions"},
		{"GET", "/flows/../flows"},
		{"GET", "/api"},
		{"GET", "/api/contact"},
		{"GET", "/flows/a/b/c"},
	} {
		for _, token := range []string{"", b.owner} {
			out := b.request(token, c.method, c.path, nil)
			require.Equal(t, http.StatusNotFound, out.status, c)
			b.isFailure(out, "Not found")
		}
	}
}

func TestOtherMethodsOfAPathAre405(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, c := range []struct{ method, path, allow string }{
		{"DELETE", "/flows", "GET, HEAD, POST"},
		{"TRACE", "/flows", "GET, HEAD, POST"},
		{"OPTIONS", "/flows", "GET, HEAD, POST"},
		{"POST", "/flows/" + uuid.NewString(), "GET, HEAD, PATCH, DELETE"},
		{"GET", "/flows/" + uuid.NewString() + "/toggle", "PATCH"},
		{"POST", "/health", "GET, HEAD"},
		{"PATCH", "/flows/export", "GET, HEAD"},
		{"GET", "/executions/bulk-cancel", "POST"},
		{"QUERY", "/flows/import", "POST"},
		{"PATCH", "/api/integrations/bolna", "GET, HEAD, PUT, DELETE"},
		{"PUT", "/api/integrations/leads", "GET, HEAD, DELETE"},
		{"DELETE", "/api/contacts/imports", "GET, HEAD, POST"},
	} {
		for _, token := range []string{"", b.owner} {
			out := b.request(token, c.method, c.path, nil)
			require.Equal(t, http.StatusMethodNotAllowed, out.status, c)
			b.isFailure(out, "Method not allowed")
			require.Equal(t, c.allow, out.header.Get("Allow"), c)
		}
	}
}

func TestHealthNeedsNoToken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, path := range []string{"/health", "/api/health"} {
		out := b.request("", "GET", path, nil)
		require.Equal(t, http.StatusOK, out.status)
		require.Equal(t, object{"success": true, "data": object{"status": "ok"}}, out.body)
	}
}

func TestWhileTheDatabaseIsAwayTheAnswerIs503(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{})
	operations := b.operations()
	away, err := postgres.Open("postgres://aef_app@127.0.0.1:1/none?sslmode=disable", 1)
	require.NoError(t, err)
	t.Cleanup(away.Close)
	// The tenant is known from before, so that each operation itself is tried.
	c := b.config()
	known := &knownOnce{Tenants: postgres.FlowStore{Pool: away}, known: c.Tenants}
	c.Flows, c.History, c.Intake = postgres.FlowStore{Pool: away}, postgres.FlowStore{Pool: away}, b.outbox(away)
	c.Executions, c.Leads, c.Seen = postgres.ExecutionReader{Pool: away}, postgres.ExecutionReader{Pool: away}, postgres.ExecutionReader{Pool: away}
	c.Cancels, c.Bulk = &engine.Engine{Store: postgres.NewLedger(away), Machines: idleMachines{}}, postgres.BulkCanceller{Pool: away}
	c.Contacts, c.Entry = postgres.ContactStore{Pool: away}, intake.Entry{Store: postgres.ContactStore{Pool: away}, Outbox: b.outbox(away)}
	c.Suppressions, c.Audit = postgres.SuppressionStore{Pool: away}, postgres.AuditLog{Pool: away}
	c.Templates, c.Settings, c.Connections = postgres.TemplateStore{Pool: away}, postgres.SettingsStore{Pool: away}, providers(t, away)
	c.Statistics, c.Refused = postgres.StatReader{Pool: away}, postgres.RefusedReader{Pool: away}
	c.Trials, c.Jobs = postgres.TrialStore{Pool: away}, postgres.JobStore{Pool: away}
	for _, tenants := range []rest.Tenants{known, postgres.FlowStore{Pool: away}} {
		c.Tenants = tenants
		b.handler = rest.New(c)
		for _, o := range operations {
			out := b.request(b.owner, o.method, o.at(id), o.body(id))
			require.Equal(t, http.StatusServiceUnavailable, out.status, "%s: %s", o, b.causes())
			b.isFailure(out, "The database is away, please try again")
			require.Equal(t, "5", out.header.Get("Retry-After"))
		}
	}
	require.Equal(t, http.StatusServiceUnavailable, b.request("", "GET", "/health", nil).status)
	require.Contains(t, b.causes(), "connection refused")
}

// knownOnce is a store that goes away after it was asked for a tenant.
type knownOnce struct {
	rest.Tenants

	known rest.Tenants
	asked atomic.Bool
}

func (k *knownOnce) Tenant(ctx context.Context, id uuid.UUID) (flow.Tenant, error) {
	if k.asked.CompareAndSwap(false, true) {
		return k.known.Tenant(ctx, id)
	}
	return k.Tenants.Tenant(ctx, id)
}

func TestAfterConnectionsWereCutTheApiServesAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{})
	for range 3 {
		b.exec("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'aef_app'")
		require.Eventually(t, func() bool {
			out := b.request(b.owner, "PATCH", "/flows/"+id, object{"is_enabled": true})
			require.Contains(t, []int{http.StatusOK, http.StatusServiceUnavailable}, out.status, b.causes())
			return out.status == http.StatusOK
		}, 10*time.Second, time.Millisecond)
	}
	require.Equal(t, 2, b.do(http.StatusOK, "GET", "/flows/"+id, nil).data()["version"])
}

func TestTokensThatCannotBeVerifiedNowAre503(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for err, want := range map[error]int{auth.ErrUnavailable: http.StatusServiceUnavailable, io.ErrUnexpectedEOF: http.StatusInternalServerError} {
		c := b.config()
		c.Tokens = verifierFunc(func() error { return fmt.Errorf("x: %w", err) })
		b.handler = rest.New(c)
		out := b.request(b.owner, "GET", "/flows", nil)
		require.Equal(t, want, out.status)
		require.NotContains(t, string(out.raw), "EOF")
		if want == http.StatusServiceUnavailable {
			require.NotEmpty(t, out.header.Get("Retry-After"))
		}
	}
}

func TestCORS(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		out := b.request("", "OPTIONS", "/flows", nil, "Origin", "https://app.example", "Access-Control-Request-Method", method)
		require.Equal(t, http.StatusNoContent, out.status)
		require.Equal(t, "https://app.example", out.header.Get("Access-Control-Allow-Origin"))
		require.Contains(t, out.header.Get("Access-Control-Allow-Methods"), method)
		for _, name := range []string{"Authorization", "Content-Type", "Idempotency-Key", "If-Match", "X-Requested-With", "X-Agent-ID"} {
			require.Contains(t, out.header.Get("Access-Control-Allow-Headers"), name)
		}
	}
	out := b.do(http.StatusOK, "GET", "/flows", nil, "Origin", "https://app.example")
	require.Equal(t, "https://app.example", out.header.Get("Access-Control-Allow-Origin"))
	require.Contains(t, out.header.Get("Access-Control-Expose-Headers"), "ETag, X-Request-Id")
	require.Contains(t, out.header.Values("Vary"), "Origin")
	refused := b.request("", "GET", "/flows", nil, "Origin", "https://app.example")
	require.Equal(t, "https://app.example", refused.header.Get("Access-Control-Allow-Origin"), "a page can read a failure too")
	for _, origin := range []string{"https://evil.example", "https://app.example.evil.example", "http://app.example", "null"} {
		for _, method := range []string{"OPTIONS", "GET"} {
			out := b.request(b.owner, method, "/flows", nil, "Origin", origin, "Access-Control-Request-Method", "GET")
			require.Empty(t, out.header.Get("Access-Control-Allow-Origin"), origin)
		}
	}
	require.Equal(t, http.StatusMethodNotAllowed, b.request("", "OPTIONS", "/flows", nil).status, "OPTIONS that is no preflight")
}

func TestOneLogLineARequestWithoutPersonalThings(t *testing.T) {
	t.Parallel()
	b := setup(t)
	log := &lockedBuffer{}
	c := config(t, b.db, log)
	c.RequestID = func(r *http.Request) string { return r.Header.Get("X-Test-Id") }
	b.handler = rest.New(c)
	id := query[uuid.UUID](b, "select gen_random_uuid()")
	out := b.request(b.owner, "GET", "/flows/"+id.String()+"?search=Asha", nil, "X-Test-Id", "gateway-1=")
	require.Equal(t, "gateway-1=", out.header.Get("X-Request-ID"))
	var line map[string]any
	require.NoError(t, json.Unmarshal([]byte(log.String()), &line))
	whole(line)
	require.Equal(t, "gateway-1=", line["request_id"])
	require.Equal(t, "GET", line["method"])
	require.Equal(t, rest.Base+"/flows/{id}", line["route"])
	require.Equal(t, 404, line["status"])
	require.Equal(t, b.a.String(), line["tenant_id"])
	require.Contains(t, line, "duration_ms")
	require.NotContains(t, log.String(), "Asha")
	require.NotContains(t, log.String(), b.owner)

	odd := b.request(b.owner, "GET", "/flows", nil, "X-Test-Id", "two words\n")
	require.NoError(t, uuid.Validate(odd.header.Get("X-Request-ID")), "an odd id is replaced")
	require.Equal(t, 2, strings.Count(log.String(), "\n"))
}

func TestAPanicIsA500WithoutItsText(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.config()
	c.Tokens = verifierFunc(func() error { panic("secret text") })
	b.handler = rest.New(c)
	out := b.request(b.owner, "GET", "/flows", nil)
	require.Equal(t, http.StatusInternalServerError, out.status)
	b.isFailure(out, "Internal server error")
	require.NotContains(t, string(out.raw), "secret text")
	require.Contains(t, b.causes(), "secret text")
}

func TestAnswersAreNeverCachedAndSayTheirType(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, accept := range []string{"", "text/html", "application/xml", "*/*", "application/json;q=0.1"} {
		out := b.do(http.StatusOK, "GET", "/flows", nil, "Accept", accept)
		require.Equal(t, "application/json", out.header.Get("Content-Type"), accept)
		require.Equal(t, "no-store", out.header.Get("Cache-Control"))
	}
	head := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodHead, rest.Base+"/flows", nil)
	r.Header.Set("Authorization", "Bearer "+b.owner)
	b.handler.ServeHTTP(head, r)
	require.Equal(t, http.StatusOK, head.Code)
}
