package rest_test

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

func TestCreatedFlowIsAnsweredWholeAndReadTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	created := b.do(http.StatusCreated, "POST", "/flows", object{
		"name": "Warm leads", "description": "For <b>IndiaMART</b> & co", "is_enabled": true, "priority": 7,
		"use_custom_business_hours": true, "business_hours_start": "09:30", "business_hours_end": "18:00:00",
		"business_hours_timezone": "Asia/Kolkata", "business_hours_days": []int{5, 1, 2, 3, 4},
		"outside_hours": "defer", "reentry_minutes": 90,
		"trigger_conditions": []object{fromA, with(fromA, "condition_type", "custom_field", "custom_field_name", "budget",
			"condition_operator", "gte", "condition_value", "1000", "condition_group", 1)},
		"actions": []object{email, call, whatsapp, wait},
	})
	id := created.data()["id"].(string)
	require.Equal(t, `"1"`, created.header.Get("ETag"))
	read := b.do(http.StatusOK, "GET", "/flows/"+id, nil)
	require.JSONEq(t, string(created.raw), string(read.raw))

	// Ids and times differ from run to run; their form must not.
	text := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`).ReplaceAllString(string(read.raw), "<uuid>")
	text = regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ`).ReplaceAllString(text, "<time>")
	var pretty strings.Builder
	encoder := json.NewEncoder(&pretty)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	require.NoError(t, encoder.Encode(json.RawMessage(text)))
	want, err := os.ReadFile("testdata/flow_with_details.json")
	require.NoError(t, err)
	require.Equal(t, string(want), pretty.String())
}

func TestCreateTakesDefaults(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.do(http.StatusCreated, "POST", "/flows", object{"name": "First"}).data()
	require.Equal(t, 0, first["priority"])
	require.Equal(t, false, first["is_enabled"])
	require.Equal(t, []any{1, 2, 3, 4, 5, 6, 7}, first["business_hours_days"])
	require.Equal(t, "next_flow", first["outside_hours"])
	require.Equal(t, 60, first["reentry_minutes"])
	require.Equal(t, 1, first["version"])
	require.Equal(t, b.a.String(), first["user_id"])
	require.Equal(t, "person-1", first["created_by"])
	require.Nil(t, first["description"])
	require.Equal(t, []any{}, first["trigger_conditions"])
	require.Equal(t, []any{}, first["actions"])
	b.flow(object{"priority": 41})
	next := b.do(http.StatusCreated, "POST", "/flows", object{"name": "Next"}).data()
	require.Equal(t, 42, next["priority"], "highest + 1")
}

func TestCreateRefusesWithTheTextsOfTheContract(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(object{"priority": 5})
	hours := object{"name": "F", "use_custom_business_hours": true}
	actions := func(items ...object) object { return object{"name": "F", "actions": items} }
	for _, c := range []struct {
		text string
		body object
		at   string
	}{
		{"Flow name is required", object{}, "name"},
		{"Flow name is required", object{"name": "  "}, "name"},
		{"Both business_hours_start and business_hours_end are required when use_custom_business_hours is true", hours, "business_hours_start"},
		{"Both business_hours_start and business_hours_end are required when use_custom_business_hours is true", with(hours, "business_hours_start", "09:00"), "business_hours_end"},
		{"Business hours must be in HH:MM:SS format", with(hours, "business_hours_start", "9 am", "business_hours_end", "18:00"), "business_hours_start"},
		{"Business hours must be in HH:MM:SS format", with(hours, "business_hours_start", "09:00", "business_hours_end", "25:00"), "business_hours_end"},
		{"business_hours_start must be before business_hours_end", with(hours, "business_hours_start", "18:00", "business_hours_end", "09:00"), "business_hours_start"},
		{"Invalid timezone identifier", with(hours, "business_hours_start", "09:00", "business_hours_end", "18:00", "business_hours_timezone", "Mars/Base"), "business_hours_timezone"},
		{"Action orders must be unique within a flow", actions(call, with(email, "action_order", 1)), "actions[1].action_order"},
		{"Action orders must be positive integers", actions(with(call, "action_order", 0)), "actions[0].action_order"},
		{"AI call action requires agent_id and phone_number_id", actions(with(call, "action_config", object{"agent_id": "a"})), "actions[0].action_config.phone_number_id"},
		{"WhatsApp action requires whatsapp_phone_number_id and template_id", actions(with(whatsapp, "action_config", object{})), "actions[0].action_config.whatsapp_phone_number_id"},
		{"Email action requires email_template_id", actions(with(email, "action_config", object{})), "actions[0].action_config.email_template_id"},
		{"Wait action requires positive duration_minutes", actions(with(wait, "action_config", object{"duration_minutes": 0})), "actions[0].action_config.duration_minutes"},
		{"Priority 5 is already assigned to another flow", object{"name": "F", "priority": 5}, "priority"},
	} {
		out := b.refused(http.StatusBadRequest, c.text, "POST", "/flows", c.body)
		require.Equal(t, c.at, out.fields()[0], c.text)
	}
	require.Equal(t, 1, query[int](b, "select count(*)::int from auto_engagement_flows"))
	require.Equal(t, 1, query[int](b, "select count(*)::int from flow_versions"))
}

func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	out := b.refused(http.StatusBadRequest, "is_enabled must be true or false", "POST", "/flows", object{
		"is_enabled": "yes", "colour": "red", "reentry_minutes": -1,
		"trigger_conditions": []object{with(fromA, "condition_type", "moon")},
		"actions":            []object{with(call, "action_order", -1, "action_config", object{"agent_id": "a", "phone_number_id": "p", "voice": 1})},
	})
	require.Equal(t, []string{
		"is_enabled", "colour", "name", "reentry_minutes", "trigger_conditions[0].condition_type",
		"actions[0].action_order", "actions[0].action_config.voice",
	}, out.fields())
}

func TestPatchChangesOnlyWhatIsSentAndEachChangeIsAVersion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{"name": "Before", "description": "text", "priority": 3, "trigger_conditions": []object{fromA}, "actions": []object{call, whatsapp}})
	before := b.do(http.StatusOK, "GET", "/flows/"+id, nil).data()

	empty := b.do(http.StatusOK, "PATCH", "/flows/"+id, object{})
	require.Equal(t, before, empty.data(), "an empty PATCH answers the unchanged record")

	changed := b.do(http.StatusOK, "PATCH", "/flows/"+id, object{"name": "After", "description": nil})
	want := with(before, "name", "After", "description", nil, "version", 2, "updated_at", changed.data()["updated_at"])
	require.Equal(t, want, changed.data())
	require.Equal(t, `"2"`, changed.header.Get("ETag"))

	same := b.do(http.StatusOK, "PATCH", "/flows/"+id, object{"name": "After", "actions": []object{call, whatsapp}})
	require.Equal(t, changed.data(), same.data(), "what says the same is no change")

	replaced := b.do(http.StatusOK, "PATCH", "/flows/"+id, object{"actions": []object{with(call, "action_config", object{"agent_id": "agent-2", "phone_number_id": "pn-1"}), email}}).data()
	require.Equal(t, 3, replaced["version"])
	oldCall, newCall := before["actions"].([]any)[0].(object), replaced["actions"].([]any)[0].(object)
	require.Equal(t, oldCall["id"], newCall["id"], "the call at its place is still that step")
	require.Equal(t, "agent-2", newCall["action_config"].(object)["agent_id"])
	require.Len(t, replaced["actions"], 2)
	require.Equal(t, before["trigger_conditions"], replaced["trigger_conditions"])

	require.Equal(t, 3, query[int](b, "select count(*)::int from flow_versions where flow_id = $1", id))
	var stored flow.Definition
	require.NoError(t, json.Unmarshal(query[[]byte](b, "select definition from flow_versions where flow_id = $1 and version = 3", id), &stored))
	require.Equal(t, "After", stored.Name)
	require.Equal(t, 3, stored.Version)
	require.Equal(t, id, stored.ID.String())
	require.Len(t, stored.Actions, 2)
	require.JSONEq(t, string(mustJSON(t, replaced["actions"].([]any)[1].(object)["action_config"])), string(stored.Actions[1].Config))
	require.NoError(t, json.Unmarshal(query[[]byte](b, "select definition from flow_versions where flow_id = $1 and version = 1", id), &stored))
	require.Equal(t, "Before", stored.Name, "a version never changes")
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return raw
}

func TestAFlowCanBeSentBackAsItWasRead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{"trigger_conditions": []object{fromA, fromA}, "actions": []object{call, email}})
	read := b.do(http.StatusOK, "GET", "/flows/"+id, nil).data()
	out := b.do(http.StatusOK, "PATCH", "/flows/"+id, object{"trigger_conditions": read["trigger_conditions"], "actions": read["actions"]})
	require.Equal(t, read, out.data())
	// Steps that change places keep their ids.
	items := read["actions"].([]any)
	swapped := []object{with(items[0].(object), "action_order", 4), with(items[1].(object), "action_order", 1)}
	out = b.do(http.StatusOK, "PUT", "/flows/"+id+"/actions", object{"actions": swapped})
	require.Equal(t, items[1].(object)["id"], out.list()[0]["id"])
	require.Equal(t, items[0].(object)["id"], out.list()[1]["id"])
	// Another flow's ids mean nothing here.
	elsewhere := b.flow(object{})
	out = b.do(http.StatusOK, "PUT", "/flows/"+elsewhere+"/actions", object{"actions": read["actions"]})
	require.NotEqual(t, items[0].(object)["id"], out.list()[0]["id"])
	require.Equal(t, elsewhere, out.list()[0]["flow_id"])
}

func TestPatchRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{"priority": 1})
	b.flow(object{"priority": 2})
	path := "/flows/" + id
	b.refused(http.StatusBadRequest, `Unknown field "colour"`, "PATCH", path, object{"colour": "red"})
	b.refused(http.StatusBadRequest, `Unknown field "version"`, "PATCH", path, object{"version": 9})
	b.refused(http.StatusBadRequest, `Unknown field "actions[0].delay"`, "PATCH", path, object{"actions": []object{with(call, "delay", 1)}})
	b.refused(http.StatusBadRequest, `Unknown field "actions[0].actionOrder"`, "PATCH", path, object{"actions": []object{with(call, "actionOrder", 1)}})
	b.refused(http.StatusBadRequest, "Flow name is required", "PATCH", path, object{"name": ""})
	b.refused(http.StatusBadRequest, "name must be a string", "PATCH", path, object{"name": nil})
	b.refused(http.StatusBadRequest, "priority must be an integer", "PATCH", path, `{"priority":1e400}`)
	b.refused(http.StatusBadRequest, "priority must be an integer", "PATCH", path, `{"priority":1.5}`)
	b.refused(http.StatusBadRequest, "priority must be an integer of 0 or more", "PATCH", path, object{"priority": 1 << 31})
	b.refused(http.StatusBadRequest, "outside_hours must be one of next_flow, defer", "PATCH", path, object{"outside_hours": "later"})
	b.refused(http.StatusBadRequest, "Both business_hours_start and business_hours_end are required when use_custom_business_hours is true", "PATCH", path, object{"use_custom_business_hours": true})
	b.refused(http.StatusBadRequest, "Priority 2 is already assigned to another flow", "PATCH", path, object{"priority": 2, "name": "x"})
	b.refused(http.StatusNotFound, "Flow not found", "PATCH", "/flows/"+uuid.NewString(), object{"name": "x"})
	require.Equal(t, 1, b.do(http.StatusOK, "GET", path, nil).data()["version"])
	require.Equal(t, 3, b.do(http.StatusOK, "PATCH", path, `{"priority":3.0}`).data()["priority"], "3.0 is an integer in JSON")
}

func TestIfMatchRefusesAFlowThatHasChanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{})
	path := "/flows/" + id
	b.do(http.StatusOK, "PATCH", path, object{"name": "Two"}, "If-Match", `"1"`)
	for _, c := range []struct{ method, path string }{{"PATCH", path}, {"DELETE", path}, {"PUT", path + "/actions"}, {"PUT", path + "/conditions"}, {"PATCH", path + "/toggle"}} {
		var body object
		switch c.path {
		case path:
			body = object{}
		case path + "/actions":
			body = object{"actions": []object{}}
		case path + "/conditions":
			body = object{"conditions": []object{}}
		default:
			body = object{"enabled": true}
		}
		b.refused(http.StatusConflict, "The flow has changed: it is at version 2", c.method, c.path, body, "If-Match", `"1"`)
	}
	b.do(http.StatusOK, "PATCH", path, object{"name": "Three"}, "If-Match", `"7", W/"2"`)
	b.do(http.StatusOK, "PATCH", path, object{"name": "Four"}, "If-Match", "*")
}

func TestToggle(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{"actions": []object{call}})
	path := "/flows/" + id + "/toggle"
	on := b.do(http.StatusOK, "PATCH", path, object{"enabled": true})
	require.Equal(t, true, on.data()["is_enabled"])
	require.Equal(t, 2, on.data()["version"])
	require.NotContains(t, on.data(), "actions", "a Flow, without details")
	require.Equal(t, false, b.do(http.StatusOK, "PATCH", path, object{"is_enabled": false}).data()["is_enabled"])
	for _, body := range []any{object{}, object{"enabled": "true"}, object{"enabled": nil}, object{"is_enabled": 1}} {
		b.refused(http.StatusBadRequest, "enabled field must be a boolean", "PATCH", path, body)
	}
	b.refused(http.StatusBadRequest, "enabled field must be a boolean", "PATCH", path, object{"enabled": true, "is_enabled": false})
	b.refused(http.StatusNotFound, "Flow not found", "PATCH", "/flows/"+uuid.NewString()+"/toggle", object{"enabled": true})
}

func TestConditionsAreReplacedInEitherSpelling(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{"trigger_conditions": []object{fromA}})
	path := "/flows/" + id + "/conditions"
	out := b.do(http.StatusOK, "PUT", path, object{"conditions": []object{
		{"conditionType": "custom_field", "conditionOperator": "in", "conditionValue": "a,b", "customFieldName": "city", "conditionGroup": 2},
		{"condition_type": "entry_type", "condition_operator": "any"},
	}}).list()
	require.Len(t, out, 2)
	require.Equal(t, "custom_field", out[0]["condition_type"])
	require.Equal(t, "city", out[0]["custom_field_name"])
	require.Equal(t, 2, out[0]["condition_group"])
	require.Equal(t, id, out[0]["flow_id"])
	require.Equal(t, "any", out[1]["condition_operator"])
	require.Nil(t, out[1]["condition_value"])
	require.Equal(t, 2, b.do(http.StatusOK, "GET", "/flows/"+id, nil).data()["version"])
	require.Empty(t, b.do(http.StatusOK, "PUT", path, object{"conditions": []object{}}).list())
	for _, body := range []any{object{}, object{"conditions": nil}, object{"conditions": object{}}, object{"conditions": "x"}} {
		b.refused(http.StatusBadRequest, "conditions must be an array", "PUT", path, body)
	}
	b.refused(http.StatusBadRequest, "conditions[0] must be an object", "PUT", path, object{"conditions": []any{1}})
	b.refused(http.StatusBadRequest, "condition_operator must be one of equals, not_equals, contains, any, starts_with, ends_with, in, not_in, is_set, is_not_set, gt, gte, lt, lte, between, before, after, within_last_days",
		"PUT", path, object{"conditions": []object{with(fromA, "condition_operator", "like")}})
	out2 := b.refused(http.StatusBadRequest, "condition_value must be at most 255 characters", "PUT", path, object{"conditions": []object{with(fromA, "condition_value", strings.Repeat("é", 256))}})
	require.Equal(t, []string{"conditions[0].condition_value"}, out2.fields())
	b.refused(http.StatusNotFound, "Flow not found", "PUT", "/flows/"+uuid.NewString()+"/conditions", object{"conditions": []object{}})
}

func TestActionsAreReplacedInEitherSpelling(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{"actions": []object{call}})
	path := "/flows/" + id + "/actions"
	out := b.do(http.StatusOK, "PUT", path, object{"actions": []object{
		{"actionOrder": 9, "actionType": "wait", "actionConfig": object{"duration_minutes": 5}, "conditionType": "previous_action_status", "conditionValue": "failed"},
		email,
	}}).list()
	require.Len(t, out, 2)
	require.Equal(t, "email", out[0]["action_type"], "by action_order")
	require.Equal(t, 9, out[1]["action_order"])
	require.Equal(t, "previous_action_status", out[1]["condition_type"])
	for _, body := range []any{object{}, object{"actions": nil}, object{"actions": object{}}} {
		b.refused(http.StatusBadRequest, "actions must be an array", "PUT", path, body)
	}
	b.refused(http.StatusBadRequest, `Unknown key "durationMinutes" in action_config of wait`, "PUT", path,
		object{"actions": []object{with(wait, "action_config", object{"durationMinutes": 5})}})
	b.refused(http.StatusBadRequest, "actions[0].action_config must be an object", "PUT", path, object{"actions": []object{with(wait, "action_config", "x")}})
	b.refused(http.StatusBadRequest, "Action orders must be unique within a flow", "PUT", path, object{"actions": []object{call, call}})
	b.refused(http.StatusBadRequest, "actions[0].actionType is the same field as another", "PUT", path, `{"actions":[{"action_type":"wait","actionType":"email","action_order":1}]}`)
	require.Equal(t, 2, b.do(http.StatusOK, "GET", "/flows/"+id, nil).data()["version"])
}

func TestListIsByPriorityWithFilters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(object{"name": "Third", "priority": 30, "is_enabled": true, "description": "100% off_er"})
	b.flow(object{"name": "First", "priority": 1})
	b.flow(object{"name": "Second", "priority": 20, "is_enabled": true})
	names := func(path string) (out []string) {
		for _, f := range b.do(http.StatusOK, "GET", path, nil).list() {
			require.NotContains(t, f, "actions")
			out = append(out, f["name"].(string))
		}
		return out
	}
	require.Equal(t, []string{"First", "Second", "Third"}, names("/flows"))
	require.Equal(t, []string{"Second", "Third"}, names("/flows?enabled_only=true"))
	require.Equal(t, []string{"First", "Second", "Third"}, names("/flows?enabled_only=false"))
	require.Equal(t, []string{"First", "Third"}, names("/flows?search=IR"))
	require.Equal(t, []string{"Third"}, names("/flows?search=0%25%20off_"), "as text, not as a pattern")
	require.Empty(t, names("/flows?search=0%25%25off"))
	require.Equal(t, []string{"Second"}, names("/flows?limit=1&offset=1"))
	page := b.do(http.StatusOK, "GET", "/flows?limit=1&offset=1", nil)
	require.Equal(t, object{"total": 3, "limit": 1, "offset": 1}, page.meta())
	require.Equal(t, object{"total": 0, "limit": 50, "offset": 0}, b.do(http.StatusOK, "GET", "/flows?search=zzz", nil).meta())
	require.Contains(t, string(b.do(http.StatusOK, "GET", "/flows?search=zzz", nil).raw), `{"success":true,"data":[],`)
	for query, text := range map[string]string{
		"limit=0": "limit must be a whole number from 1 to 200", "limit=201": "limit must be a whole number from 1 to 200",
		"limit=x": "limit must be a whole number from 1 to 200", "offset=-1": "offset must be a whole number from 0 to 2147483647",
		"offset=1.5": "offset must be a whole number from 0 to 2147483647", "enabled_only=yes": "enabled_only must be true or false",
		"search=%00": "search must be text in UTF-8 without NUL", "search=%ff": "search must be text in UTF-8 without NUL",
		"search=" + strings.Repeat("x", 256): "search must have at most 255 characters",
	} {
		b.refused(http.StatusBadRequest, text, "GET", "/flows?"+query, nil)
	}
}
