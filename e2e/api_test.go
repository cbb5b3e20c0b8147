package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwt"
	"github.com/stretchr/testify/require"
)

func TestWrongRequestsAreAnsweredWithOneClearSentence(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	id := n.flow(t, "Existing", object{"priority": 7}, n.message()).String()
	viewer := s.token(t, n.id, "viewer")
	unknown := s.token(t, uuid.New(), "owner")
	const same = ""
	for _, c := range []struct {
		what, token, method, path string
		body                      any
		status                    int
		// problem is the text of `error`; same: any.
		problem string
	}{
		{"no token", "", "GET", "/flows", nil, 401, "Authorization token is required"},
		{"no token of ours", "a.b.c", "GET", "/flows", nil, 401, "Invalid or expired token"},
		{"a token of another secret", forged(t, n.id), "GET", "/flows", nil, 401, "Invalid or expired token"},
		{"a token of an unknown tenant", unknown, "GET", "/flows", nil, 403, "Unknown tenant"},
		{"a role that only reads", viewer, "POST", "/flows", object{"name": "x"}, 403, same},
		{"a body that is not JSON", n.owner, "POST", "/flows", `{"name": `, 400, same},
		{"a body that is no object", n.owner, "POST", "/flows", `[1]`, 400, same},
		{"an unknown key", n.owner, "POST", "/flows", object{"name": "x", "colour": "red"}, 400, same},
		{"no name", n.owner, "POST", "/flows", object{}, 400, "Flow name is required"},
		{"a wrong enum", n.owner, "POST", "/flows", object{"name": "x", "trigger_conditions": []object{condition("weather", "equals", "x")}}, 400, same},
		{"a wrong action type", n.owner, "POST", "/flows", object{"name": "x", "actions": []object{{"action_order": 1, "action_type": "sms", "action_config": object{}}}}, 400, same},
		{"a call without agent", n.owner, "POST", "/flows", object{"name": "x", "actions": ordered(makeAction("ai_call", object{"phone_number_id": "1"}))}, 400, "AI call action requires agent_id and phone_number_id"},
		{"a message without template", n.owner, "POST", "/flows", object{"name": "x", "actions": ordered(makeAction("whatsapp_message", object{}))}, 400, "WhatsApp action requires whatsapp_phone_number_id and template_id"},
		{"a mail without template", n.owner, "POST", "/flows", object{"name": "x", "actions": ordered(makeAction("email", object{}))}, 400, "Email action requires email_template_id"},
		{"a wait of no time", n.owner, "POST", "/flows", object{"name": "x", "actions": ordered(pause(0))}, 400, "Wait action requires positive duration_minutes"},
		{"one order twice", n.owner, "POST", "/flows", object{"name": "x", "actions": []action{ordered(pause(1))[0], ordered(pause(2))[0]}}, 400, "Action orders must be unique within a flow"},
		{"a taken priority", n.owner, "POST", "/flows", object{"name": "x", "priority": 7}, 400, "Priority 7 is already assigned to another flow"},
		{"hours without an end", n.owner, "POST", "/flows", object{"name": "x", "use_custom_business_hours": true, "business_hours_start": "09:00"}, 400, "Both business_hours_start and business_hours_end are required when use_custom_business_hours is true"},
		{"hours that end before they begin", n.owner, "POST", "/flows", object{"name": "x", "use_custom_business_hours": true, "business_hours_start": "18:00", "business_hours_end": "09:00"}, 400, "business_hours_start must be before business_hours_end"},
		{"a zone that is none", n.owner, "POST", "/flows", object{"name": "x", "use_custom_business_hours": true, "business_hours_start": "09:00", "business_hours_end": "18:00", "business_hours_timezone": "Mars/Base"}, 400, "Invalid timezone identifier"},
		{"a toggle that is no boolean", n.owner, "PATCH", "/flows/" + id + "/toggle", object{"enabled": "yes"}, 400, "enabled field must be a boolean"},
		{"conditions that are no list", n.owner, "PUT", "/flows/" + id + "/conditions", object{"conditions": "all"}, 400, "conditions must be an array"},
		{"actions that are no list", n.owner, "PUT", "/flows/" + id + "/actions", object{"actions": object{}}, 400, "actions must be an array"},
		{"an id that is none", n.owner, "GET", "/flows/17", nil, 400, same},
		{"a flow that is not there", n.owner, "GET", "/flows/" + uuid.NewString(), nil, 404, "Flow not found"},
		{"an execution that is not there", n.owner, "GET", "/executions/" + uuid.NewString(), nil, 404, "Execution not found"},
		{"a page out of range", n.owner, "GET", "/flows?limit=1000", nil, 400, same},
		{"a status that is none", n.owner, "GET", "/executions?status=sleeping", nil, 400, same},
		{"a path that is none", n.owner, "GET", "/nothing", nil, 404, same},
	} {
		t.Run(c.what, func(t *testing.T) {
			answer := s.send(t, c.token, c.method, base+c.path, c.body)
			require.Equal(t, c.status, answer.Status, answer.Text)
			require.Equal(t, false, answer.Body["success"], answer.Text)
			require.NotEmpty(t, answer.problem())
			require.NotEmpty(t, answer.Body["request_id"])
			require.Equal(t, answer.Body["request_id"], answer.Header.Get("X-Request-Id"))
			if c.problem != same {
				require.Equal(t, c.problem, answer.problem())
			}
		})
	}
	require.Equal(t, 1, s.count(t, "select count(*) from auto_engagement_flows where tenant_id = $1", n.id), "none of it left anything")
}

// forged is a token signed with a secret that is not the stack's.
func forged(t *testing.T, tenant uuid.UUID) string {
	t.Helper()
	token, err := jwt.NewBuilder().Expiration(time.Now().Add(time.Hour)).Claim("type", "access").Claim("userId", tenant.String()).Build()
	require.NoError(t, err)
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.HS256(), []byte(strings.Repeat("wrong", 10))))
	require.NoError(t, err)
	return string(signed)
}

func TestBodyOverOneMebibyteIsRefused(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	answer := n.api(t, http.MethodPost, "/flows", object{"name": "x", "description": strings.Repeat("long ", 250_000)})
	require.Equal(t, http.StatusRequestEntityTooLarge, answer.Status, answer.Text)
}

func TestFlowIsReadAsItWasWritten(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	id := n.flow(t, "Everything", object{
		"description": "all of it", "trigger_conditions": []object{condition("lead_source", "in", "a,b"), condition("entry_type", "any", "")},
		"use_custom_business_hours": true, "business_hours_start": "09:00", "business_hours_end": "18:30:00",
		"business_hours_timezone": "Asia/Kolkata", "business_hours_days": []int{1, 2, 3, 4, 5}, "outside_hours": "defer", "reentry_minutes": 5,
	}, n.call(), pause(3), n.message().when("call_outcome", "not_answered"), n.mail().when("previous_action_status", "failed")).String()

	read := n.api(t, http.MethodGet, "/flows/"+id, nil)
	require.Equal(t, http.StatusOK, read.Status, read.Text)
	got := read.data()
	require.Equal(t, "Everything", got["name"])
	require.Equal(t, n.id.String(), got["user_id"])
	require.Equal(t, "09:00:00", got["business_hours_start"])
	require.Equal(t, "18:30:00", got["business_hours_end"])
	require.EqualValues(t, 1, got["version"])
	require.Len(t, got["trigger_conditions"], 2)
	require.Len(t, got["actions"], 4)
	require.NotEmpty(t, read.Header.Get("ETag"))

	stale := s.send(t, n.owner, http.MethodPatch, base+"/flows/"+id, object{"name": "Other"}, "If-Match", `"99"`)
	require.Equal(t, http.StatusConflict, stale.Status, stale.Text)
	nothing := n.api(t, http.MethodPatch, "/flows/"+id, object{})
	require.Equal(t, http.StatusOK, nothing.Status, nothing.Text)
	require.EqualValues(t, 1, nothing.data()["version"], "an empty change is none")
	camel := n.api(t, http.MethodPut, "/flows/"+id+"/conditions", object{"conditions": []object{
		{"conditionType": "contact_field", "conditionOperator": "is_set", "customFieldName": "email", "conditionGroup": 1},
	}})
	require.Equal(t, http.StatusOK, camel.Status, camel.Text)
	require.Len(t, camel.Body["data"], 1)
}

func TestTokensOfTheStackItselfWork(t *testing.T) {
	s := quietly(t)
	require.Len(t, s.address.Tenants, 2)
	for _, tenant := range s.address.Tenants {
		require.Equal(t, http.StatusOK, s.send(t, tenant.Tokens["owner"], http.MethodGet, base+"/flows", nil).Status, tenant.Name)
		require.Equal(t, http.StatusOK, s.send(t, tenant.Tokens["viewer"], http.MethodGet, base+"/flows", nil).Status, tenant.Name)
		require.Equal(t, http.StatusForbidden, s.send(t, tenant.Tokens["viewer"], http.MethodPost, base+"/flows", object{"name": "x"}).Status, tenant.Name)
	}
	require.Equal(t, http.StatusOK, s.send(t, "", http.MethodGet, "/health", nil).Status)
}
