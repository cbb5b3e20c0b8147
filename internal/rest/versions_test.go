package rest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func TestVersionsAreListedReadAndCompared(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{"name": "One", "trigger_conditions": []object{fromA}, "actions": []object{call, wait}})
	path := "/flows/" + id
	first := b.do(http.StatusOK, "GET", path, nil)
	items := first.data()["actions"].([]any)
	changed := with(items[0].(object), "action_config", object{"agent_id": "agent-2", "phone_number_id": "pn-1"})
	b.do(http.StatusOK, "PATCH", path, object{"name": "Two", "actions": []object{changed, email}, "trigger_conditions": []object{}})
	b.do(http.StatusOK, "PATCH", path+"/toggle", object{"enabled": true})

	versions := b.do(http.StatusOK, "GET", path+"/versions", nil)
	require.Equal(t, object{"total": 3, "limit": 50, "offset": 0}, versions.meta())
	require.Equal(t, 3, versions.list()[0]["version"])
	require.Equal(t, true, versions.list()[0]["is_enabled"])
	oldest := versions.list()[2]
	require.Equal(t, object{
		"flow_id": id, "version": 1, "name": "One", "is_enabled": false, "priority": 0, "created_by": "person-1",
		"created_at": first.data()["created_at"],
	}, oldest)
	require.Equal(t, 2, b.do(http.StatusOK, "GET", path+"/versions?limit=1&offset=1", nil).list()[0]["version"])

	read := b.do(http.StatusOK, "GET", path+"/versions/1", nil)
	require.Equal(t, first.data(), read.data(), "as it was")
	require.Equal(t, `"1"`, read.header.Get("ETag"))

	compared := b.do(http.StatusOK, "GET", path+"/versions/1/compare?with=2", nil).data()
	require.Equal(t, 1, compared["version"])
	require.Equal(t, 2, compared["with"])
	var fields []string
	for _, d := range compared["differences"].([]any) {
		fields = append(fields, d.(object)["field"].(string))
	}
	require.Equal(t, []string{
		"name", "trigger_conditions[0]", "actions[0].action_config.agent_id", "actions[0].action_config.max_retries",
		"actions[1]", "actions[1]",
	}, fields)
	require.Equal(t, object{"field": "name", "before": "One", "after": "Two"}, compared["differences"].([]any)[0])
	require.Nil(t, compared["differences"].([]any)[1].(object)["after"], "the condition is gone")
	require.Empty(t, b.do(http.StatusOK, "GET", path+"/versions/2/compare?with=2", nil).data()["differences"])

	b.refused(http.StatusNotFound, "Version not found", "GET", path+"/versions/4", nil)
	b.refused(http.StatusNotFound, "Version not found", "GET", path+"/versions/1/compare?with=4", nil)
	b.refused(http.StatusNotFound, "Flow not found", "GET", "/flows/"+uuid.NewString()+"/versions/1", nil)
	b.refused(http.StatusBadRequest, "with must be the number of a version", "GET", path+"/versions/1/compare", nil)
	for _, n := range []string{"0", "-1", "x", "2147483648"} {
		b.refused(http.StatusBadRequest, "n must be a whole number from 1 to 2147483647", "GET", path+"/versions/"+n, nil)
	}

	b.do(http.StatusOK, "DELETE", path, nil)
	require.Len(t, b.do(http.StatusOK, "GET", path+"/versions", nil).list(), 3, "history outlives the flow")
	b.refused(http.StatusNotFound, "Flow not found", "POST", path+"/versions/1/restore", nil)
}

func TestRestoringIsANewVersionThatKeepsPlaceAndSwitch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{"name": "One", "priority": 1, "trigger_conditions": []object{fromA}, "actions": []object{call}})
	path := "/flows/" + id
	before := b.do(http.StatusOK, "GET", path, nil).data()
	b.do(http.StatusOK, "PATCH", path, object{"name": "Two", "priority": 5, "is_enabled": true, "actions": []object{email}, "trigger_conditions": []object{}})
	b.flow(object{"priority": 1})
	b.refused(http.StatusConflict, "The flow has changed: it is at version 2", "POST", path+"/versions/1/restore", nil, "If-Match", `"1"`)
	restored := b.do(http.StatusOK, "POST", path+"/versions/1/restore", nil, "If-Match", `"2"`)
	want := with(before, "version", 3, "priority", 5, "is_enabled", true, "updated_at", restored.data()["updated_at"])
	require.Equal(t, want, restored.data())
	require.Equal(t, want, b.do(http.StatusOK, "GET", path, nil).data())
	b.versionsAgree()
	b.refused(http.StatusNotFound, "Version not found", "POST", path+"/versions/9/restore", nil)
}

func TestADuplicateIsSwitchedOffAndLast(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{"name": strings.Repeat("é", 255), "is_enabled": true, "trigger_conditions": []object{fromA}, "actions": []object{call, email}})
	b.flow(object{"priority": 7})
	copied := b.do(http.StatusCreated, "POST", "/flows/"+id+"/duplicate", nil).data()
	require.Equal(t, strings.Repeat("é", 248)+" (copy)", copied["name"])
	require.Equal(t, false, copied["is_enabled"])
	require.Equal(t, 8, copied["priority"])
	require.Equal(t, 1, copied["version"])
	original := b.do(http.StatusOK, "GET", "/flows/"+id, nil).data()
	for i, list := range []string{"trigger_conditions", "actions"} {
		require.Len(t, copied[list], i+1)
		require.NotEqual(t, original[list].([]any)[0].(object)["id"], copied[list].([]any)[0].(object)["id"])
	}
	b.refused(http.StatusNotFound, "Flow not found", "POST", "/flows/"+uuid.NewString()+"/duplicate", nil)
	b.versionsAgree()
}
