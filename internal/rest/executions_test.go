package rest_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 2, 5, 12, 0, 0, 123456000, time.UTC)

func TestExecutionIsReadWithItsLogsByOrderAndAttempt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{"actions": []object{call, whatsapp, wait, email}})
	actions := b.do(http.StatusOK, "GET", "/flows/"+id, nil).data()["actions"].([]any)
	execution := b.execution(b.a, id, "running", noon)
	log := func(step, attempt int, kind, state string, more object) {
		row := with(object{
			"action_id": actions[step-1].(object)["id"], "until": nil, "result_data": nil, "error_message": nil,
			"skip_reason": nil, "started_at": noon, "completed_at": nil,
		}, pairs(more)...)
		b.exec(`insert into flow_action_logs (id, tenant_id, execution_id, step, attempt, action_id, action_type, action_config, state,
			until, result_data, error_message, skip_reason, started_at, completed_at)
			values ($1, $2, $3, $4, $5, $6, $7, '{"duration_minutes": 7}', $8, $9, $10, $11, $12, $13, $14)`,
			uuid.Must(uuid.NewV7()), b.a, execution, step, attempt, row["action_id"], kind, state,
			row["until"], row["result_data"], row["error_message"], row["skip_reason"], row["started_at"], row["completed_at"])
	}
	log(4, 1, "email", "planned", object{"started_at": nil})
	log(3, 1, "wait", "planned", object{"until": noon.Add(time.Hour)})
	log(2, 1, "whatsapp_message", "sent", object{"result_data": `{"whatsapp_sent": true, "n": 1.0}`, "completed_at": noon})
	log(1, 2, "ai_call", "sent", nil)
	log(1, 1, "ai_call", "failed", object{"error_message": "refused by the provider", "completed_at": noon, "action_id": uuid.New()})

	got := b.do(http.StatusOK, "GET", "/executions/"+execution.String(), nil)
	require.Contains(t, string(got.raw), `"n":12345678901234567890`, "numbers keep their digits")
	data := got.data()
	logs := data["action_logs"].([]any)
	type shown struct {
		order, attempt int
		status         string
	}
	order := make([]shown, 0, len(logs))
	for _, l := range logs {
		l := l.(object)
		order = append(order, shown{l["action_order"].(int), l["attempt"].(int), l["status"].(string)})
		require.Equal(t, execution.String(), l["flow_execution_id"])
		require.Equal(t, object{"duration_minutes": 7}, l["action_config"])
	}
	require.Equal(t, []shown{{1, 1, "failed"}, {1, 2, "running"}, {2, 1, "success"}, {3, 1, "running"}, {4, 1, "pending"}}, order)
	failed, sent := logs[0].(object), logs[2].(object)
	require.Nil(t, failed["action_id"], "an action that is gone")
	require.Equal(t, "refused by the provider", failed["error_message"])
	require.Equal(t, "2026-02-05T12:00:00.123Z", failed["completed_at"])
	require.Nil(t, failed["result_data"])
	require.Equal(t, actions[1].(object)["id"], sent["action_id"])
	require.Equal(t, object{"whatsapp_sent": true, "n": 1}, sent["result_data"])
	require.Nil(t, sent["planned_for"])
	require.Equal(t, "2026-02-05T13:00:00.123Z", logs[3].(object)["planned_for"])

	delete(data, "action_logs")
	require.Equal(t, object{
		"id": execution.String(), "flow_id": id, "flow_version": 1, "contact_id": data["contact_id"], "user_id": b.a.String(),
		"triggered_at": "2026-02-05T12:00:00.123Z", "status": "running", "current_action_step": 0, "completed_at": nil,
		"error_message": nil, "is_test_run": false, "lead_id": nil, "flow_name": "Flow at the time", "contact_name": "Asha Rao",
		"contact_phone": "+919845012345", "metadata": object{
			"trigger_source": "IndiaMART", "n": 12345678901234567890.0,
			"flow_name": "Flow at the time", "contact_name": "Asha Rao", "contact_phone": "+919845012345",
		},
	}, data)
	b.refused(http.StatusNotFound, "Execution not found", "GET", "/executions/"+uuid.NewString(), nil)
}

func TestExecutionNamesTheLeadThatStartedIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{})
	execution, lead := b.execution(b.a, id, "running", noon), uuid.Must(uuid.NewV7())
	b.exec(`insert into lead_events (id, tenant_id, source, event_id, body, received_at) values ($1, $2, 's', 'e', '{}', now())`, lead, b.a)
	b.exec("update flow_executions set lead_event_id = $1 where id = $2", lead, execution)
	require.Equal(t, lead.String(), b.do(http.StatusOK, "GET", "/executions/"+execution.String(), nil).data()["lead_id"])
	for _, list := range []string{"/executions", "/executions?search=asha", "/flows/" + id + "/executions"} {
		require.Equal(t, lead.String(), b.do(http.StatusOK, "GET", list, nil).list()[0]["lead_id"], list)
	}
}

func pairs(o object) (out []any) {
	for k, v := range o {
		out = append(out, k, v)
	}
	return out
}

func TestExecutionsAreWalkedByCursorAndByOffset(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{})
	const n = 23
	for i := range n {
		// Every three share an instant: the id decides among them.
		b.execution(b.a, id, "completed", noon.Add(time.Duration(i/3)*time.Minute))
	}
	for _, path := range []string{"/executions", "/flows/" + id + "/executions"} {
		var all []string
		next := ""
		for pages := 0; ; pages++ {
			page := b.do(http.StatusOK, "GET", path+"?limit=5&cursor="+next, nil)
			require.Equal(t, n, page.meta()["total"])
			for _, e := range page.list() {
				all = append(all, e["id"].(string))
			}
			if page.meta()["next_cursor"] == nil {
				require.Equal(t, 4, pages)
				require.Len(t, page.list(), 3)
				break
			}
			require.Len(t, page.list(), 5)
			next = page.meta()["next_cursor"].(string)
			if pages == 0 {
				// A new one on top moves offsets, but no cursor.
				b.execution(b.a, id, "completed", noon.Add(24*time.Hour))
				b.exec("delete from flow_executions where triggered_at = $1", noon.Add(24*time.Hour))
			}
		}
		require.Len(t, all, n)
		var byOffset []string
		for offset := 0; offset < n; offset += 5 {
			page := b.do(http.StatusOK, "GET", path+"?limit=5&offset="+strconv.Itoa(offset), nil)
			require.Equal(t, offset, page.meta()["offset"])
			for _, e := range page.list() {
				byOffset = append(byOffset, e["id"].(string))
			}
		}
		require.Equal(t, byOffset, all)
		exact := b.do(http.StatusOK, "GET", path+"?limit="+strconv.Itoa(n), nil)
		require.Nil(t, exact.meta()["next_cursor"], "a page that holds all has no next")
		require.Contains(t, exact.meta(), "next_cursor")
		b.refused(http.StatusBadRequest, "cursor and offset cannot be used together", "GET", path+"?offset=1&cursor="+next, nil)
		for _, bad := range []string{"x", "AAAA", strings.Repeat("A", 33), strings.Repeat("_", 32), "%00"} {
			b.refused(http.StatusBadRequest, "cursor must be a next_cursor of this list", "GET", path+"?cursor="+bad, nil)
		}
	}
}

func TestExecutionsAreFiltered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one, two := b.flow(object{}), b.flow(object{})
	b.exec("update tenants set time_zone = 'Asia/Kolkata' where id = $1", b.a)
	// 18:30 UTC is midnight in Kolkata.
	late := b.execution(b.a, one, "completed", time.Date(2026, 2, 5, 18, 30, 0, 0, time.UTC))
	early := b.execution(b.a, one, "failed", time.Date(2026, 2, 5, 18, 29, 59, 999000000, time.UTC))
	test := b.execution(b.a, two, "running", noon)
	b.exec("update flow_executions set is_test_run = true, contact_name = 'Zoë 50%', contact_phone = '+4915112345678' where id = $1", test)
	contact := query[uuid.UUID](b, "select contact_id from flow_executions where id = $1", early)
	for filter, want := range map[string][]uuid.UUID{
		"":                                    {late, early, test},
		"status=failed":                       {early},
		"status=skipped":                      {},
		"flow_id=" + one:                      {late, early},
		"flowId=" + two:                       {test},
		"flow_id=" + uuid.NewString():         {},
		"contact_id=" + contact.String():      {early},
		"test_runs_only=true":                 {test},
		"test_runs_only=false":                {late, early, test},
		"search=rao":                          {late, early},
		"search=9845":                         {late, early},
		"search=%2B4915":                      {test},
		"search=ZOË":                          {test},
		"search=50%25":                        {test},
		"search=_":                            {},
		"search=at+the+time&status=running":   {test},
		"from=2026-02-06":                     {late},
		"to=2026-02-05":                       {early, test},
		"from=2026-02-05&to=2026-02-05":       {early, test},
		"from=2026-02-05T18:30:00Z":           {late},
		"to=2026-02-05T18:30:00Z":             {early, test},
		"to=2026-02-06T00:00:00%2B05:30":      {early, test},
		"from=2026-02-07&to=2026-02-08":       {},
		"limit=200&offset=0&status=completed": {late},
	} {
		page := b.do(http.StatusOK, "GET", "/executions?"+filter, nil)
		got := make([]uuid.UUID, 0, len(page.list()))
		for _, e := range page.list() {
			got = append(got, uuid.MustParse(e["id"].(string)))
		}
		require.Equal(t, want, got, filter)
		require.Equal(t, len(want), page.meta()["total"], filter)
	}
	require.Len(t, b.do(http.StatusOK, "GET", "/flows/"+one+"/executions?status=failed", nil).list(), 1)
	for query, text := range map[string]string{
		"status=ended": "status must be one of running, completed, failed, cancelled, skipped",
		"flow_id=7":    "flow_id must be a UUID",
		"contact_id=" + url.QueryEscape("{"+uuid.NewString()+"}"): "contact_id must be a UUID",
		"from=yesterday":                "from must be a date (YYYY-MM-DD) or an RFC 3339 time",
		"to=2026-02-30":                 "to must be a date (YYYY-MM-DD) or an RFC 3339 time",
		"from=2026-02-06&to=2026-02-04": "from must not be after to",
	} {
		b.refused(http.StatusBadRequest, text, "GET", "/executions?"+query, nil)
	}
}

func TestCountingStopsAtTenThousand(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec(`insert into flow_executions (id, tenant_id, contact_id, status, triggered_at)
		select gen_random_uuid(), $1, gen_random_uuid(), 'completed', now() - n * interval '1 second' from generate_series(1, 10000) n`, b.a)
	meta := b.do(http.StatusOK, "GET", "/executions?limit=1", nil).meta()
	require.Equal(t, 10000, meta["total"])
	require.NotContains(t, meta, "total_capped")
	b.execution(b.a, nil, "skipped", noon)
	meta = b.do(http.StatusOK, "GET", "/executions?limit=1", nil).meta()
	require.Equal(t, 10000, meta["total"])
	require.Equal(t, true, meta["total_capped"])
}

func TestAnExecutionSkippedAtMatchingHasNoFlow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.execution(b.a, nil, "skipped", noon)
	b.exec("update flow_executions set flow_version = null, flow_name = null, error_message = 'contact said no' where id = $1", id)
	got := b.do(http.StatusOK, "GET", "/executions/"+id.String(), nil).data()
	require.Nil(t, got["flow_id"])
	require.Nil(t, got["flow_version"])
	require.Nil(t, got["flow_name"])
	require.Nil(t, got["metadata"].(object)["flow_name"])
	require.Equal(t, []any{}, got["action_logs"])
}

func TestLeadsAreListedAndReadWithTheirDecision(t *testing.T) {
	t.Parallel()
	b := setup(t)
	flowID := b.flow(object{})
	lead := func(tenant uuid.UUID, outcome, source string, at time.Time) uuid.UUID {
		id := uuid.Must(uuid.NewV7())
		b.exec(`insert into lead_events (id, tenant_id, source, event_id, body, lead_source, entry_type, contact_name, outcome, reason, decision, received_at, decided_at)
			values ($1, $2, $3, $4, '{"id": "x"}', 'IndiaMART', 'webhook', 'Asha', $5, 'because', '{"flows": []}', $6, $6)`, id, tenant, source, id.String(), outcome, at)
		return id
	}
	matched := lead(b.a, "matched", "indiamart", noon.Add(time.Minute))
	none := lead(b.a, "none", "site", noon)
	foreign := lead(b.b, "none", "site", noon)
	execution := b.execution(b.a, flowID, "completed", noon)
	b.exec("update flow_executions set lead_event_id = $1 where id = $2", matched, execution)
	b.exec("update lead_events l set contact_id = x.contact_id from flow_executions x where l.id = $1 and x.id = $2", matched, execution)

	page := b.do(http.StatusOK, "GET", "/leads", nil)
	require.Len(t, page.list(), 2)
	require.Equal(t, object{"total": 2, "limit": 50, "offset": 0, "next_cursor": nil}, page.meta())
	first := page.list()[0]
	require.Equal(t, matched.String(), first["id"])
	require.Equal(t, []any{object{"id": execution.String(), "flow_id": flowID, "flow_name": "Flow at the time", "status": "completed"}}, first["executions"])
	require.NotContains(t, first, "decision")
	require.Equal(t, []any{}, page.list()[1]["executions"])
	for filter, want := range map[string]int{"outcome=none": 1, "outcome=rejected": 0, "source=site": 1, "from=2026-02-05T12:00:30Z": 1, "to=2026-02-05T12:00:30Z": 1, "limit=1": 1} {
		require.Len(t, b.do(http.StatusOK, "GET", "/leads?"+filter, nil).list(), want, filter)
	}
	of := b.do(http.StatusOK, "GET", "/leads?contact_id="+first["contact_id"].(string), nil)
	require.Equal(t, []any{first}, []any{of.list()[0]})
	require.Equal(t, object{"total": 1, "limit": 50, "offset": 0, "next_cursor": nil}, of.meta())
	require.Empty(t, b.do(http.StatusOK, "GET", "/leads?contact_id="+matched.String(), nil).list())
	next := b.do(http.StatusOK, "GET", "/leads?limit=1", nil).meta()["next_cursor"].(string)
	require.Equal(t, none.String(), b.do(http.StatusOK, "GET", "/leads?limit=1&cursor="+next, nil).list()[0]["id"])
	one := b.do(http.StatusOK, "GET", "/leads/"+matched.String(), nil).data()
	require.Equal(t, object{"flows": []any{}}, one["decision"])
	require.Equal(t, object{"id": "x"}, one["event"])
	require.Equal(t, "2026-02-05T12:01:00.123Z", one["received_at"])
	b.refused(http.StatusNotFound, "Lead not found", "GET", "/leads/"+foreign.String(), nil)
	b.refused(http.StatusBadRequest, "outcome must be one of received, matched, none, skipped, rejected", "GET", "/leads?outcome=lost", nil)
}
