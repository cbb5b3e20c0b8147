package rest_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/intake"
	"github.com/auto-engagement/flows/internal/postgres"
)

// lead has intake decide a lead of tenant a, and gives the stored decision's
// entry of a flow (nil when it was not looked at) and the flow taken.
func (b *testBundle) lead(event, flowID string) (entry object, taken bool) {
	b.t.Helper()
	in := &intake.Intake{Store: postgres.IntakeStore{Pool: b.db.App}, Machines: idleMachines{}, Clock: clock.Clock{}}
	results := in.Process(context.Background(), []intake.Record{{MessageID: "m", Body: []byte(event)}})
	require.Empty(b.t, results)
	decision := b.do(http.StatusOK, "GET", "/leads?limit=1", nil).list()[0]
	decision = b.do(http.StatusOK, "GET", "/leads/"+decision["id"].(string), nil).data()["decision"].(object)
	for _, f := range decision["flows"].([]any) {
		if f.(object)["flow_id"] == flowID {
			entry = f.(object)
		}
	}
	for _, f := range decision["taken"].([]any) {
		taken = taken || f.(object)["flow_id"] == flowID
	}
	return entry, taken
}

func (b *testBundle) contact(tags ...string) string {
	b.t.Helper()
	id := uuid.Must(uuid.NewV7())
	b.exec(`insert into contacts (id, tenant_id, name, phone, phone_valid, email, company, tags, custom_fields, created_at, updated_at)
		values ($1, $2, 'Asha Rao', '+919845012345', true, 'asha@example.com', 'Rao & Sons', $3, '{"budget": 250000}', now(), now())`, id, b.a, append([]string{}, tags...))
	b.exec("insert into contact_keys (tenant_id, kind, value, contact_id) values ($1, 'phone', '+919845012345', $2), ($1, 'email', 'asha@example.com', $2)", b.a, id)
	return id.String()
}

func (b *testBundle) template() string {
	id := uuid.Must(uuid.NewV7())
	b.exec(`insert into email_templates (id, tenant_id, name, subject, html, body_text, created_at, updated_at)
		values ($1, $2, 'Hello', 'Hi {{ first_name }}', '<p>{{ company }}</p>', 'Budget {{ custom.budget }}', now(), now())`, id, b.a)
	return id.String()
}

var budget = object{"condition_type": "custom_field", "condition_operator": "gt", "custom_field_name": "budget", "condition_value": "100"}

func TestATestSaysWhatAFlowWouldDo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec("update tenants set contact_windows = '{\"ai_call\": {\"start\": \"09:00:00\", \"end\": \"21:00:00\"}}', time_zone = 'Asia/Kolkata' where id = $1", b.a)
	id := b.flow(object{
		"name": "Welcome", "trigger_conditions": []object{fromA, budget},
		"actions": []object{call, whatsapp, wait, with(email, "action_config", object{"email_template_id": b.template()})},
	})
	contact := b.contact()
	out := b.do(http.StatusOK, "POST", "/flows/"+id+"/test", object{
		"contact_id": contact, "contact_data": object{"lead_source": "India Mart", "entry_type": "webhook"},
		"at": "2026-02-05T02:30:00Z", "outcomes": object{"1": "missed"}, // 08:00 in Kolkata
	}).data()
	require.Equal(t, true, out["test_mode"])
	require.Equal(t, id, out["flow_id"])
	require.Equal(t, "Welcome", out["flow_name"])
	matching := out["matching"].(object)
	require.Equal(t, false, matching["matches"])
	require.Equal(t, "Condition failed: lead_source equals IndiaMART", matching["reason"])
	checked := matching["conditions_checked"].([]any)
	require.Equal(t, object{"type": "lead_source", "operator": "equals", "value": "IndiaMART", "contact_value": "India Mart", "result": false, "group": 0}, checked[0])
	require.Equal(t, true, checked[1].(object)["result"])
	require.Equal(t, object{"result": false, "reason": "The flow is not enabled"}, out["would_run"])

	plan := out["action_plan"].([]any)
	require.Len(t, plan, 4)
	placed, message, pause, letter := plan[0].(object), plan[1].(object), plan[2].(object), plan[3].(object)
	require.Equal(t, "2026-02-05T03:30:00.000Z", placed["at"], "the window opens at 09:00")
	require.Equal(t, 3, placed["attempts"])
	require.Equal(t, "missed", placed["outcome"])
	require.Equal(t, "success", placed["estimated_status"])
	require.Nil(t, placed["condition"])
	require.Equal(t, "agent-1", placed["would_send"].(object)["agent_id"])
	require.Equal(t, "+919845012345", placed["would_send"].(object)["to_phone"])
	require.Equal(t, object{"type": "call_outcome", "value": "missed", "will_execute": true}, message["condition"])
	require.Equal(t, object{"1": "Asha Rao"}, message["would_send"].(object)["parameters"])
	require.Equal(t, "2026-02-05T04:30:00.000Z", message["at"], "after two more attempts, half an hour apart")
	require.Equal(t, "2026-02-05T05:30:00.000Z", pause["ends_at"])
	require.Nil(t, pause["would_send"])
	require.Equal(t, "2026-02-05T05:30:00.000Z", letter["at"])
	require.Equal(t, "Hi Asha", letter["would_send"].(object)["subject"])
	require.Equal(t, "<p>Rao &amp; Sons</p>", letter["would_send"].(object)["html"])
	require.Equal(t, "Budget 250000", letter["would_send"].(object)["text"])

	answered := b.do(http.StatusOK, "POST", "/flows/"+id+"/test", object{"contact_id": contact}).data()["action_plan"].([]any)[1].(object)
	require.Equal(t, "skipped", answered["estimated_status"])
	require.Equal(t, object{"type": "call_outcome", "value": "missed", "will_execute": false}, answered["condition"])
	require.Nil(t, answered["would_send"])
	require.Equal(t, 0, query[int](b, "select count(*)::int from flow_executions"))
	require.Equal(t, 0, query[int](b, "select count(*)::int from lead_events"))
}

func TestATestNeedsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{"is_enabled": true, "trigger_conditions": []object{budget}, "actions": []object{with(whatsapp, "condition_type", nil, "condition_value", nil)}})
	out := b.do(http.StatusOK, "POST", "/flows/"+id+"/test", nil).data()
	require.Equal(t, false, out["matching"].(object)["matches"])
	require.Equal(t, "Condition failed: custom_field gt 100", out["would_run"].(object)["reason"])
	require.Equal(t, "success", out["action_plan"].([]any)[0].(object)["estimated_status"], "a made-up address stands in")
	require.Contains(t, out["note"], "made-up address")
	for _, field := range []any{"150", 150, 150.5, object{"budget": 150}} {
		out := b.do(http.StatusOK, "POST", "/flows/"+id+"/test", object{"contact_data": object{"custom_field": field}}).data()
		require.Equal(t, object{"result": true, "reason": "All conditions met"}, out["would_run"], field)
	}
	for text, body := range map[string]object{
		"contact_id must be a UUID":                           {"contact_id": "x"},
		"at must be a date (YYYY-MM-DD) or an RFC 3339 time":  {"at": "noon"},
		"outcomes must be an object of texts by action_order": {"outcomes": object{"x": "missed"}},
		"outcomes.2 must be one of success, failed":           {"outcomes": object{"2": "missed"}},
		"outcomes.7 names no action of the flow":              {"outcomes": object{"7": "missed"}},
		`Unknown field "contact_data.phnoe"`:                  {"contact_data": object{"phnoe": "1"}},
		"contact_data.custom_fields must be an object":        {"contact_data": object{"custom_fields": 5}},
	} {
		b.refused(http.StatusBadRequest, text, "POST", "/flows/"+id+"/test", body)
	}
	b.refused(http.StatusNotFound, "Contact not found", "POST", "/flows/"+id+"/test", object{"contact_id": uuid.NewString()})
}

// The same lead, first tested and then sent: the same matching, the same result.
func TestATestEqualsTheLiveDecision(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec("update tenants set time_zone = 'Asia/Kolkata' where id = $1", b.a)
	first := b.flow(object{"name": "First", "is_enabled": true, "trigger_conditions": []object{fromA, budget}, "reentry_minutes": 60})
	second := b.flow(object{"name": "Second", "is_enabled": true, "trigger_conditions": []object{fromA}})
	_ = b.contact()
	for i, lead := range []struct {
		source, budget string
		prepare        string
	}{
		{"site", "5", ""},
		{"IndiaMART", "5", ""},
		{"IndiaMART", "500", ""},
		{"IndiaMART", "500", ""}, // running already
		{"IndiaMART", "500", "update flow_executions set status = 'completed'"}, // started a moment ago
		{"IndiaMART", "500", "update flow_executions set triggered_at = now() - interval '2 hours'"},
		{"IndiaMART", "500", "update contacts set tags = '{DNC}'"},
	} {
		if lead.prepare != "" {
			b.exec(lead.prepare)
		}
		for _, id := range []string{first, second} {
			tested := b.do(http.StatusOK, "POST", "/flows/"+id+"/test", object{"contact_data": object{
				"lead_source": lead.source, "phone": "98450 12345", "custom_fields": object{"budget": lead.budget},
			}}).data()
			if id == second {
				continue // its entry depends on whether the first took the lead
			}
			event := `{"specversion":"1.0","id":"` + uuid.NewString() + `","source":"s","type":"lead.created","tenantid":"` + b.a.String() + `",
				"data":{"contact":{"phone":"98450 12345","custom_fields":{"budget":"` + lead.budget + `"}},"lead_source":"` + lead.source + `"}}`
			entry, taken := b.lead(event, id)
			require.Equal(t, taken, tested["would_run"].(object)["result"], i)
			if entry == nil {
				require.Equal(t, "The contact is tagged DNC", tested["would_run"].(object)["reason"], i)
				continue
			}
			require.Equal(t, entry["matches"], tested["matching"].(object)["matches"], i)
			require.Equal(t, entry["reason"], tested["matching"].(object)["reason"], i)
			require.Equal(t, entry["conditions_checked"], tested["matching"].(object)["conditions_checked"], i)
			require.Equal(t, entry["verdict_reason"], tested["would_run"].(object)["reason"], i)
		}
	}
}

func TestATestRunIsARealExecution(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{"name": "Welcome", "actions": []object{call, whatsapp}})
	contact := b.contact()
	out := b.do(http.StatusAccepted, "POST", "/flows/"+id+"/test-run", object{"contact_id": contact, "outcomes": object{"1": "missed"}}).data()
	require.Equal(t, true, out["is_test_run"])
	require.Equal(t, "running", out["status"])
	require.Equal(t, id, out["flow_id"])
	require.Equal(t, contact, out["contact_id"])
	require.Equal(t, object{"1": "missed"}, out["metadata"].(object)["outcomes"])
	require.Equal(t, "test_run", out["metadata"].(object)["trigger_source"])
	require.Equal(t, "Asha Rao", out["contact_name"])
	require.Equal(t, "run", query[string](b, "select kind from due_work where ref = $1", out["id"]))
	require.Len(t, b.do(http.StatusOK, "GET", "/executions?test_runs_only=true", nil).list(), 1)
	// Any number may run at once, and next to a live one.
	b.do(http.StatusAccepted, "POST", "/flows/"+id+"/test-run", object{"contact_id": contact})

	b.refused(http.StatusBadRequest, "contact_id is required", "POST", "/flows/"+id+"/test-run", object{})
	b.refused(http.StatusBadRequest, "outcomes.1 must be one of answered, missed, failed, no_answer, busy, voicemail", "POST", "/flows/"+id+"/test-run", object{"contact_id": contact, "outcomes": object{"1": "success"}})
	b.refused(http.StatusNotFound, "Contact not found", "POST", "/flows/"+id+"/test-run", object{"contact_id": uuid.NewString()})
	b.refused(http.StatusNotFound, "Flow not found", "POST", "/flows/"+uuid.NewString()+"/test-run", object{"contact_id": contact})
}

func TestAClosedFlowIsPlannedFromItsOpening(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{
		"is_enabled": true, "use_custom_business_hours": true, "business_hours_start": "10:00", "business_hours_end": "18:00",
		"business_hours_timezone": "Asia/Kolkata", "outside_hours": "defer",
		"actions": []object{with(whatsapp, "condition_type", nil, "condition_value", nil)},
	})
	at := time.Date(2026, 2, 5, 20, 0, 0, 0, time.UTC)
	out := b.do(http.StatusOK, "POST", "/flows/"+id+"/test", object{"at": at.Format(time.RFC3339)}).data()
	require.Equal(t, true, out["would_run"].(object)["result"])
	require.Equal(t, "2026-02-06T04:30:00.000Z", out["action_plan"].([]any)[0].(object)["at"])
}

func TestATestTakesChangesThatAreNotSaved(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{"name": "Welcome", "is_enabled": true, "trigger_conditions": []object{fromA}, "actions": []object{wait}})
	draft := object{"name": "Draft", "trigger_conditions": []object{}, "actions": []object{call, whatsapp}}
	out := b.do(http.StatusOK, "POST", "/flows/"+id+"/test", object{
		"contact_data": object{"phone": "+919845012345"}, "outcomes": object{"1": "missed"}, "flow": draft,
	}).data()
	require.Equal(t, id, out["flow_id"])
	require.Equal(t, "Draft", out["flow_name"])
	require.Equal(t, true, out["matching"].(object)["matches"])
	require.Equal(t, true, out["would_run"].(object)["result"])
	require.Len(t, out["action_plan"], 2)
	stored := b.do(http.StatusOK, "GET", "/flows/"+id, nil).data()
	require.Equal(t, "Welcome", stored["name"])
	require.Equal(t, 1, stored["version"])

	refused := b.do(http.StatusBadRequest, "POST", "/flows/"+id+"/test", object{"flow": object{"name": " ", "actions": []object{{"action_order": 1, "action_type": "wait", "action_config": object{}}}}})
	require.Equal(t, []any{
		object{"field": "flow.name", "message": "Flow name is required"},
		object{"field": "flow.actions[0].action_config.duration_minutes", "message": "Wait action requires positive duration_minutes"},
	}, refused.body["details"])
}
