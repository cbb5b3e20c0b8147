package rest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

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
