package rest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnExportImportsIntoAnotherTenantAsItWas(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(object{
		"name": "Second", "priority": 9, "is_enabled": true, "use_custom_business_hours": true, "business_hours_start": "09:00",
		"business_hours_end": "18:00", "business_hours_timezone": "Asia/Kolkata", "business_hours_days": []int{1, 2}, "outside_hours": "defer",
		"trigger_conditions": []object{fromA}, "actions": []object{call, whatsapp, wait, email},
	})
	b.flow(object{"name": "First", "priority": 3, "description": "<b>"})
	exported := b.do(http.StatusOK, "GET", "/flows/export", nil).data()
	require.Equal(t, "First", exported["flows"].([]any)[0].(object)["name"])

	dry := b.request(b.other, "POST", "/flows/import", with(exported, "dry_run", true))
	require.Equal(t, http.StatusOK, dry.status, "%s", dry.raw)
	require.Equal(t, object{"dry_run": true, "created": 2, "updated": 0, "unchanged": 0, "flows": []any{
		object{"name": "First", "change": "create", "id": nil, "differences": []any{}},
		object{"name": "Second", "change": "create", "id": nil, "differences": []any{}},
	}}, dry.data())
	require.Empty(t, b.request(b.other, "GET", "/flows", nil).list(), "a dry run changes nothing")

	done := b.request(b.other, "POST", "/flows/import", exported).data()
	require.Equal(t, 2, done["created"])
	require.NotNil(t, done["flows"].([]any)[0].(object)["id"])
	theirs := b.request(b.other, "GET", "/flows/export", nil).data()["flows"].([]any)
	for i, f := range exported["flows"].([]any) {
		require.Equal(t, with(f.(object), "priority", i), theirs[i], "after the last priority, in the order given")
	}
	b.versionsAgree()

	again := b.request(b.other, "POST", "/flows/import", exported).data()
	require.Equal(t, 2, again["unchanged"])
	require.Equal(t, 2, query[int](b, "select count(*)::int from flow_versions where tenant_id = $1", b.b))
}

func TestImportChangesTheFlowsOfThatName(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{"name": "Warm", "description": "old", "priority": 4, "trigger_conditions": []object{fromA}, "actions": []object{call}})
	twin := b.flow(object{"name": "Warm", "priority": 6})
	before := b.do(http.StatusOK, "GET", "/flows/"+id, nil).data()
	body := object{"flows": []object{
		{"name": "Warm", "description": "new", "trigger_conditions": []object{fromA}, "actions": []object{call, email}, "priority": 0},
		{"name": "Cold"},
		{"name": "Warm", "is_enabled": true},
	}}
	dry := b.do(http.StatusOK, "POST", "/flows/import", with(body, "dry_run", true)).data()["flows"].([]any)
	require.Equal(t, id, dry[0].(object)["id"])
	differences := dry[0].(object)["differences"].([]any)
	require.Equal(t, object{"field": "description", "before": "old", "after": "new"}, differences[0])
	require.Equal(t, "actions[1]", differences[1].(object)["field"])
	require.Len(t, differences, 2)
	require.Equal(t, before, b.do(http.StatusOK, "GET", "/flows/"+id, nil).data())

	done := b.do(http.StatusOK, "POST", "/flows/import", body).data()
	require.Equal(t, 1, done["created"])
	require.Equal(t, 2, done["updated"])
	after := b.do(http.StatusOK, "GET", "/flows/"+id, nil).data()
	require.Equal(t, "new", after["description"])
	require.Equal(t, 4, after["priority"], "its place is its own")
	require.Equal(t, 2, after["version"])
	require.Equal(t, before["actions"].([]any)[0], after["actions"].([]any)[0], "the call is still that step")
	require.Equal(t, true, b.do(http.StatusOK, "GET", "/flows/"+twin, nil).data()["is_enabled"])
	require.Equal(t, 7, b.do(http.StatusOK, "GET", "/flows/"+done["flows"].([]any)[1].(object)["id"].(string), nil).data()["priority"])
	b.versionsAgree()
}

func TestAnImportIsAllOrNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	many := make([]object, 1001)
	for i := range many {
		many[i] = object{"name": "F"}
	}
	for text, body := range map[string]any{
		"flows must be an array":             object{},
		"flows must name at least one flow":  object{"flows": []object{}},
		"flows[0] must be an object":         object{"flows": []any{1}},
		"Flow name is required":              object{"flows": []object{{"name": "F"}, {"description": "x"}}},
		`Unknown field "flows[0].colour"`:    object{"flows": []object{{"name": "F", "colour": "red"}}},
		"dry_run must be true or false":      object{"flows": []object{{"name": "F"}}, "dry_run": "yes"},
		"flows must have at most 1000 items": object{"flows": many},
		"Email action requires email_template_id": object{"flows": []object{{"name": "F"}, {
			"name": "G", "actions": []object{with(email, "action_config", object{})},
		}}},
	} {
		b.refused(http.StatusBadRequest, text, "POST", "/flows/import", body)
	}
	out := b.refused(http.StatusBadRequest, "Flow name is required", "POST", "/flows/import", object{"flows": []object{{"name": "F"}, {"description": "x"}}})
	require.Equal(t, []string{"flows[1].name"}, out.fields())
	b.flow(object{"priority": 1<<31 - 1})
	b.refused(http.StatusBadRequest, "Priority 2147483647 is already assigned to another flow", "POST", "/flows/import", object{"flows": []object{{"name": "F"}}})
	b.refused(http.StatusBadRequest, "A tenant can have at most 1000 flows", "POST", "/flows/import", object{"flows": many[1:]})
	require.Equal(t, 1, query[int](b, "select count(*)::int from auto_engagement_flows"))
}
