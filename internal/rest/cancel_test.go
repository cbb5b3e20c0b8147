package rest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func TestAnExecutionIsCancelledOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	flowID := b.flow(object{})
	for body, reason := range map[string]any{"": nil, "{}": nil, `{"reason": null}`: nil, `{"reason": "Zoë's list 📋"}`: "Zoë's list 📋"} {
		id := b.execution(b.a, flowID, "running", noon).String()
		var sent any
		if body != "" {
			sent = body
		}
		out := b.do(http.StatusOK, "POST", "/executions/"+id+"/cancel", sent)
		require.Equal(t, "cancelled", out.data()["status"])
		require.NotNil(t, out.data()["completed_at"])
		require.Equal(t, reason, out.data()["metadata"].(object)["cancel_reason"])
		require.Equal(t, "Asha Rao", out.data()["contact_name"])
		require.NotContains(t, out.data(), "action_logs")
		require.Equal(t, 0, query[int](b, "select count(*)::int from due_work where ref = $1", id))
		b.refused(http.StatusNotFound, "Execution not found or not running", "POST", "/executions/"+id+"/cancel", sent)
	}
	for _, status := range []string{"completed", "failed", "skipped"} {
		id := b.execution(b.a, flowID, status, noon).String()
		b.refused(http.StatusNotFound, "Execution not found or not running", "POST", "/executions/"+id+"/cancel", nil)
	}
	b.refused(http.StatusNotFound, "Execution not found or not running", "POST", "/executions/"+uuid.NewString()+"/cancel", nil)
	foreign := b.execution(b.b, nil, "running", noon)
	b.refused(http.StatusNotFound, "Execution not found or not running", "POST", "/executions/"+foreign.String()+"/cancel", nil)
	require.Equal(t, "running", query[string](b, "select status from flow_executions where id = $1", foreign))
}

func TestACancelThatCannotBeReadCancelsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.execution(b.a, nil, "running", noon).String()
	for body, text := range map[string]string{
		`{"reason": 5}`: "reason must be a string",
		`{"why": "x"}`:  `Unknown field "why"`,
		`[]`:            "The body must be a JSON object",
		`{"reason": "` + strings.Repeat("x", 501) + `"}`: "reason must have at most 500 characters",
	} {
		b.refused(http.StatusBadRequest, text, "POST", "/executions/"+id+"/cancel", body)
	}
	require.Equal(t, http.StatusBadRequest, b.request(b.owner, "POST", "/executions/"+id+"/cancel", `{"reason": "a\u0000b"}`).status)
	require.Equal(t, "running", query[string](b, "select status from flow_executions where id = $1", id))
}

func TestACancelSaysWhenSomethingIsJustLeaving(t *testing.T) {
	t.Parallel()
	b := setup(t)
	flowID := b.flow(object{"actions": []object{with(whatsapp, "condition_type", nil, "condition_value", nil)}})
	id := b.execution(b.a, flowID, "running", noon)
	b.exec(`insert into flow_action_logs (id, tenant_id, execution_id, step, action_type, action_config, state, claim_id, claim_until)
		values ($1, $2, $3, 2, 'whatsapp_message', '{"whatsapp_phone_number_id": "wa-1", "template_id": "welcome"}', 'claimed', $1, now() + interval '1 hour')`, uuid.Must(uuid.NewV7()), b.a, id)
	b.patience = 3 * time.Second
	out := b.refused(http.StatusServiceUnavailable, "The execution is cancelled, and a request of it is just leaving: please ask again",
		"POST", "/executions/"+id.String()+"/cancel", nil)
	require.NotEmpty(t, out.header.Get("Retry-After"))
	require.Equal(t, "cancelled", b.do(http.StatusOK, "GET", "/executions/"+id.String(), nil).data()["status"])
	b.exec("update flow_action_logs set state = 'sent' where execution_id = $1", id)
	b.do(http.StatusOK, "POST", "/executions/"+id.String()+"/cancel", nil)
}

func TestManyAreCancelledByIDOrFilter(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec("update tenants set time_zone = 'Asia/Kolkata' where id = $1", b.a)
	one, two := b.flow(object{}), b.flow(object{})
	run := func(flowID string, at time.Time) string { return b.execution(b.a, flowID, "running", at).String() }
	cancel := func(want int, body object) {
		t.Helper()
		require.Equal(t, object{"cancelled": want}, b.do(http.StatusOK, "POST", "/executions/bulk-cancel", body).data())
	}
	status := func(id string) string {
		return query[string](b, "select status from flow_executions where id = $1", id)
	}
	first, second, third := run(one, noon), run(one, noon), run(two, noon)
	ended := b.execution(b.a, one, "completed", noon).String()
	foreign := b.execution(b.b, one, "running", noon).String()

	cancel(1, object{"ids": []string{first, first, ended, foreign, uuid.NewString()}, "reason": "wrong list"})
	require.Equal(t, "cancelled", status(first))
	require.Equal(t, "completed", status(ended))
	require.Equal(t, "running", status(foreign))
	require.Equal(t, "wrong list", query[string](b, "select cancel_reason from flow_executions where id = $1", first))
	require.Equal(t, "cancel", query[string](b, "select string_agg(kind, ',') from due_work where ref = $1", first))
	b.do(http.StatusOK, "POST", "/executions/"+first+"/cancel", nil) // it is not done yet: this carries it on
	cancel(0, object{"ids": []string{first}})

	cancel(0, object{"filter": object{"flow_id": one, "from": "2026-02-06"}})
	cancel(0, object{"filter": object{"flow_id": one, "test_runs_only": true}})
	cancel(0, object{"filter": object{"search": "nobody"}})
	cancel(0, object{"filter": object{"contact_id": uuid.NewString()}})
	cancel(1, object{"filter": object{"flow_id": one, "from": "2026-02-05", "to": "2026-02-05", "search": "asha"}})
	require.Equal(t, "cancelled", status(second))
	require.Equal(t, "running", status(third))
	cancel(1, object{"filter": object{}})
	require.Equal(t, "cancelled", status(third))
	require.Equal(t, "running", status(foreign))

	for text, body := range map[string]object{
		"Either ids or filter is required":                            {},
		"ids must name 1 to 1000 executions":                          {"ids": []string{}},
		"ids[1] must be a UUID":                                       {"ids": []string{first, "x"}},
		"ids must be an array":                                        {"ids": first},
		"filter.from must be a date (YYYY-MM-DD) or an RFC 3339 time": {"filter": object{"from": "yesterday"}},
		`Unknown field "filter.status"`:                               {"filter": object{"status": "running"}},
		"from must not be after to":                                   {"filter": object{"from": "2026-02-06", "to": "2026-02-04"}},
		"filter.flow_id must be a string":                             {"filter": object{"flow_id": 5}},
	} {
		b.refused(http.StatusBadRequest, text, "POST", "/executions/bulk-cancel", body)
	}
}

func TestFiveThousandAreCancelledInOneGo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec(`with e as (insert into flow_executions (id, tenant_id, contact_id, status, triggered_at)
			select gen_random_uuid(), $1, gen_random_uuid(), 'running', now() from generate_series(1, 5000) returning id)
		insert into due_work (kind, ref, tenant_id, due_at) select 'run', id::text, $1, now() from e`, b.a)
	out := b.do(http.StatusOK, "POST", "/executions/bulk-cancel", object{"filter": object{}})
	require.Equal(t, object{"cancelled": 5000}, out.data())
	require.Equal(t, 5000, query[int](b, "select count(*)::int from due_work where kind = 'cancel'"))
	require.Equal(t, 0, query[int](b, "select count(*)::int from due_work where kind = 'run'"))
}
