package rest_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/rest"
)

// atNoon is the handler with the virtual time noon of 5 February 2026, 17:30 in Kolkata.
func (b *testBundle) atNoon() {
	b.t.Helper()
	c := config(b.t, b.db, b.log)
	virtual, err := clock.Parse(noon.Format(time.RFC3339Nano) + "," + time.Now().UTC().Format(time.RFC3339Nano) + ",1")
	require.NoError(b.t, err)
	c.Clock = virtual
	b.handler = rest.New(c)
}

// logged adds a row of the ledger.
func (b *testBundle) logged(execution uuid.UUID, step, attempt int, kind, state, outcome, detail string, started time.Time) {
	b.t.Helper()
	b.exec(`insert into flow_action_logs (id, tenant_id, execution_id, step, attempt, action_type, action_config, state, outcome, detail, started_at)
		select gen_random_uuid(), tenant_id, id, $2, $3, $4, '{}', $5, $6, $7, $8 from flow_executions where id = $1`,
		execution, step, attempt, kind, state, outcome, detail, started)
}

func TestAnalyticsHaveTheShapesOfTheContract(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.atNoon()
	one := b.flow(object{"name": "One", "is_enabled": true, "actions": []object{call, whatsapp}})
	idle := b.flow(object{"name": "Idle"})
	good := b.execution(b.a, one, "completed", noon)
	b.logged(good, 1, 1, "ai_call", "done", "missed", "busy", noon.Add(7500*time.Millisecond))
	b.logged(good, 1, 2, "ai_call", "done", "answered", "", noon.Add(30*time.Minute))
	b.logged(good, 2, 1, "whatsapp_message", "sent", "", "", noon.Add(31*time.Minute))
	bad := b.execution(b.a, one, "failed", noon.Add(-24*time.Hour))
	b.logged(bad, 1, 1, "ai_call", "failed", "failed", "", noon.Add(-24*time.Hour))
	b.execution(b.a, one, "running", noon)
	b.execution(b.a, nil, "skipped", noon)
	b.exec("update flow_executions set is_test_run = true where id = $1", b.execution(b.a, one, "completed", noon))
	b.execution(b.b, one, "completed", noon)

	actions := []any{
		object{"action_type": "ai_call", "total_actions": 3, "successful_actions": 2, "failed_actions": 1, "skipped_actions": 0, "success_rate": "66.67"},
		object{"action_type": "whatsapp_message", "total_actions": 1, "successful_actions": 1, "failed_actions": 0, "skipped_actions": 0, "success_rate": "100.00"},
	}
	totals := object{
		"total_executions": 4, "completed_executions": 1, "failed_executions": 1, "cancelled_executions": 0, "skipped_executions": 1, "success_rate": "33.33",
	}
	require.Equal(t, object{
		"summary": with(totals, "total_flows", 2, "enabled_flows", 1),
		"flow_statistics": []any{
			object{
				"flow_id": one, "flow_name": "One", "priority": 0, "is_enabled": true, "execution_count": 3, "success_count": 1,
				"failure_count": 1, "success_rate": "50.00", "last_execution": "2026-02-05T12:00:00.123Z",
			},
			object{
				"flow_id": idle, "flow_name": "Idle", "priority": 1, "is_enabled": false, "execution_count": 0, "success_count": 0,
				"failure_count": 0, "success_rate": "0", "last_execution": nil,
			},
		},
		"action_statistics": actions,
		"timeline": []any{
			object{"date": "2026-02-03", "execution_count": 0, "success_count": 0},
			object{"date": "2026-02-04", "execution_count": 1, "success_count": 0},
			object{"date": "2026-02-05", "execution_count": 3, "success_count": 1},
		},
	}, b.do(http.StatusOK, "GET", "/analytics?from=2026-02-03", nil).data())

	timeline := b.do(http.StatusOK, "GET", "/analytics", nil).data()["timeline"].([]any)
	require.Len(t, timeline, 30)
	require.Equal(t, "2026-01-07", timeline[0].(object)["date"])

	require.Equal(t, object{
		"execution_statistics": object{"total_executions": 3, "completed": 1, "failed": 1, "running": 1, "cancelled": 0, "skipped": 0},
		"action_statistics": []any{
			object{"action_type": "ai_call", "total_executions": 3, "successful": 2, "failed": 1, "skipped": 0},
			object{"action_type": "whatsapp_message", "total_executions": 1, "successful": 1, "failed": 0, "skipped": 0},
		},
	}, b.do(http.StatusOK, "GET", "/flows/"+one+"/statistics", nil).data())
	require.Equal(t, object{
		"execution_statistics": object{"total_executions": 0, "completed": 0, "failed": 0, "running": 0, "cancelled": 0, "skipped": 0},
		"action_statistics":    []any{},
	}, b.do(http.StatusOK, "GET", "/flows/"+one+"/statistics?to=2026-02-03", nil).data())

	none := object{"executions": 0, "p50_seconds": nil, "p90_seconds": nil}
	before := object{"total_executions": 0, "completed_executions": 0, "failed_executions": 0, "cancelled_executions": 0, "skipped_executions": 0, "success_rate": "0"}
	require.Equal(t, object{
		"period":   with(totals, "from", "2026-02-04", "to", "2026-02-05", "action_statistics", actions, "lead_to_first_touch", object{"executions": 1, "p50_seconds": 8, "p90_seconds": 8}),
		"previous": with(before, "from", "2026-02-02", "to", "2026-02-03", "action_statistics", []any{}, "lead_to_first_touch", none),
	}, b.do(http.StatusOK, "GET", "/analytics/overview?from=2026-02-04&to=2026-02-05", nil).data())

	require.Equal(t, object{"flow_id": one, "flow_name": "One", "total_executions": 3, "steps": []any{
		object{"action_order": 1, "action_type": "ai_call", "in_flow": true, "entered": 2, "succeeded": 1, "failed": 1, "skipped": 0, "waiting": 0, "cancelled": 0},
		object{"action_order": 2, "action_type": "whatsapp_message", "in_flow": true, "entered": 1, "succeeded": 1, "failed": 0, "skipped": 0, "waiting": 0, "cancelled": 0},
	}}, b.do(http.StatusOK, "GET", "/analytics/funnel?flow_id="+one, nil).data())

	channels := b.do(http.StatusOK, "GET", "/analytics/channels", nil).list()
	require.Equal(t, []any{object{"outcome": "answered", "count": 1}, object{"outcome": "busy", "count": 1}, object{"outcome": "failed", "count": 1}}, channels[0]["outcomes"])
	require.Equal(t, object{
		"action_type": "email", "total_actions": 0, "successful_actions": 0, "failed_actions": 0, "skipped_actions": 0, "success_rate": "0",
		"waiting_actions": 0, "cancelled_actions": 0, "outcomes": []any{},
	}, channels[2])

	hours := b.do(http.StatusOK, "GET", "/analytics/heatmap?metric=answered", nil).list()
	require.Len(t, hours, 7*24)
	require.Equal(t, object{"weekday": 4, "hour": 17, "calls": 1, "answered": 0, "answered_rate": "0.00"}, hours[3*24+17], "Thursday, half past five")
	require.Equal(t, object{"weekday": 4, "hour": 18, "calls": 1, "answered": 1, "answered_rate": "100.00"}, hours[3*24+18])

	lines := b.do(http.StatusOK, "GET", "/analytics/sparklines", nil).data()
	require.Len(t, lines["dates"], 30)
	first := lines["flows"].([]any)[0].(object)
	require.Equal(t, []any{one, "One"}, []any{first["flow_id"], first["flow_name"]})
	require.Equal(t, []any{0, 1, 2}, first["counts"].([]any)[27:])
}

func TestADeletedFlowKeepsItsStatistics(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.atNoon()
	id := b.flow(object{"name": "Gone", "actions": []object{call}})
	e := b.execution(b.a, id, "running", noon)
	b.logged(e, 1, 1, "ai_call", "planned", "", "", noon)
	b.do(http.StatusOK, "DELETE", "/flows/"+id, nil)
	b.refused(http.StatusNotFound, "Flow not found", "GET", "/flows/"+id+"/statistics", nil)
	all := b.do(http.StatusOK, "GET", "/analytics?flow_id="+id, nil).data()
	require.Equal(t, 1, all["summary"].(object)["cancelled_executions"])
	require.Equal(t, []any{}, all["flow_statistics"])
	funnel := b.do(http.StatusOK, "GET", "/analytics/funnel?flow_id="+id, nil).data()
	require.Equal(t, "Gone", funnel["flow_name"])
	require.Equal(t, 1, funnel["steps"].([]any)[0].(object)["cancelled"])
	b.refused(http.StatusNotFound, "Flow not found", "GET", "/analytics/funnel?flow_id="+uuid.NewString(), nil)

	// What is archived with its execution, in one statement, stays counted.
	b.exec(`with logs as (delete from flow_action_logs where execution_id = $1) delete from flow_executions where id = $1`, e)
	require.Equal(t, all, b.do(http.StatusOK, "GET", "/analytics?flow_id="+id, nil).data())
}

func TestDaysThatCannotBeCountedAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.atNoon()
	id := b.flow(object{})
	for query, text := range map[string]string{
		"from=2026-02-05&to=2026-02-04": "from must not be after to",
		"from=2026-02-06":               "from must not be after to",
		"from=2025-01-01&to=2026-01-02": "from and to must span at most 366 days",
		"from=yesterday":                "from must be a date (YYYY-MM-DD)",
		"to=2026-02-30":                 "to must be a date (YYYY-MM-DD)",
		"from=2026-02-05T00:00:00Z":     "from must be a date (YYYY-MM-DD)",
		"to=1969-12-31":                 "to must be a date (YYYY-MM-DD)",
		"from=1970-01-01&to=9999-12-31": "from and to must span at most 366 days",
	} {
		for _, path := range []string{"/analytics?", "/analytics/overview?", "/analytics/funnel?flow_id=" + id + "&", "/analytics/channels?", "/analytics/heatmap?", "/analytics/sparklines?"} {
			out := b.refused(http.StatusBadRequest, text, "GET", path+query, nil)
			require.Len(t, out.fields(), 1)
		}
	}
	b.refused(http.StatusBadRequest, "from must not be after to", "GET", "/flows/"+id+"/statistics?from=2026-02-05&to=2026-02-04", nil)
	b.refused(http.StatusBadRequest, "metric must be one of answered", "GET", "/analytics/heatmap?metric=luck", nil)
	b.refused(http.StatusBadRequest, "flow_id must be a UUID", "GET", "/analytics?flow_id=7", nil)
	b.refused(http.StatusBadRequest, "flow_id must be a UUID", "GET", "/analytics/funnel?flow_id=", nil)
	out := b.do(http.StatusBadRequest, "GET", "/analytics/funnel", nil)
	require.Equal(t, []string{"flow_id"}, out.fields())
	b.do(http.StatusOK, "GET", "/analytics?to=9999-12-31", nil)
	b.do(http.StatusOK, "GET", "/analytics/overview?from=1970-01-01&to=1970-01-01", nil)
}

func TestFoldsThatRaceWithWritersAndEachOtherLoseAndDoubleNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.atNoon()
	id := b.flow(object{"actions": []object{call}})
	const writers, each = 4, 40
	done := make(chan struct{})
	var working, folding sync.WaitGroup
	for w := range writers {
		working.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(w)))
			for range each {
				execution := uuid.Must(uuid.NewV7())
				at := noon.Add(-time.Duration(random.Int64N(int64(72 * time.Hour))))
				err := b.db.App.In(context.Background(), b.a, func(tx *postgres.Tx) error {
					pipe := postgres.NewPipe()
					pipe.Exec("insert into flow_executions (id, tenant_id, flow_id, contact_id, status, triggered_at) values ($1, $2, $3, $1, 'running', $4)", execution, b.a, id, at)
					pipe.Exec("insert into flow_action_logs (id, tenant_id, execution_id, step, action_type, action_config, state, started_at) values ($1, $2, $1, 1, 'ai_call', '{}', 'claimed', $3)", execution, b.a, at)
					return tx.Send(context.Background(), pipe)
				})
				if err != nil {
					t.Error(err)
				}
				b.exec("update flow_action_logs set state = 'done', outcome = 'answered' where id = $1", execution)
				b.exec("update flow_executions set status = $2 where id = $1", execution, []string{"completed", "failed"}[random.IntN(2)])
			}
		})
	}
	for range 2 {
		folding.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if _, err := postgres.NewLedger(b.db.App).FoldStats(context.Background(), b.a); err != nil {
					t.Error(err)
				}
			}
		})
	}
	folding.Go(func() {
		seen := 0
		for {
			select {
			case <-done:
				return
			default:
			}
			now := b.do(http.StatusOK, "GET", "/analytics", nil).data()["summary"].(object)["total_executions"].(int)
			if now < seen || now > writers*each {
				t.Errorf("%d executions were counted after %d", now, seen)
			}
			seen = now
		}
	})
	working.Wait()
	close(done)
	folding.Wait()
	raw := b.count(b.a)
	for range 2 {
		require.Equal(t, raw.analytics("2026-01-07", "2026-02-05", nil), b.do(http.StatusOK, "GET", "/analytics", nil).data())
		require.Equal(t, raw.heatmap("2026-01-07", "2026-02-05"), b.do(http.StatusOK, "GET", "/analytics/heatmap", nil).body["data"])
		_, err := postgres.NewLedger(b.db.App).FoldStats(context.Background(), b.a)
		require.NoError(t, err)
	}
}

func TestTheSweeperFoldsAndItsDutyStands(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.execution(b.a, nil, "skipped", noon)
	deltas := func() int { return query[int](b, "select count(*)::int from flow_stat_deltas") }
	require.Positive(t, deltas())
	runner := &engine.Engine{Store: postgres.NewLedger(b.db.App), Machines: idleMachines{}}
	for _, after := range []string{"1 minute", "5 minutes"} {
		b.exec("update due_work set due_at = now() - interval '1 second' where kind = 'stats' and tenant_id = $1", b.a)
		_, err := runner.Sweep(t.Context())
		require.NoError(t, err)
		require.Zero(t, deltas())
		require.True(t, query[bool](b, "select abs(extract(epoch from due_at - now() - $2::interval)) < 30 from due_work where kind = 'stats' and ref = $1::uuid::text", b.a, after), after)
	}
	require.Equal(t, 2, query[int](b, "select sum(n)::int from flow_stats"))
	require.Equal(t, 2, query[int](b, "select count(*)::int from due_work where kind = 'stats'"), "one for each tenant, made with it")

	gone := uuid.New()
	b.exec("insert into due_work (kind, ref, tenant_id, due_at) values ('stats', $1::uuid::text, $1, now() - interval '1 second')", gone)
	_, err := runner.Sweep(t.Context())
	require.NoError(t, err)
	require.Zero(t, query[int](b, "select count(*)::int from due_work where ref = $1::uuid::text", gone))
}

func TestTheSchemaAndTheProgramHaveTheSameBounds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i, bound := range flow.TouchSeconds {
		require.Equal(t, [2]int{i, i + 1}, [2]int{
			query[int](b, "select flow_stat_slot($1::float8 - 0.001)::int", bound), query[int](b, "select flow_stat_slot($1::float8)::int", bound),
		})
	}
	require.Equal(t, len(flow.TouchSeconds), query[int](b, "select flow_stat_slot(1e12)::int"))
}
