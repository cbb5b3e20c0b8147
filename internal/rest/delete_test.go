package rest_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/postgres"
)

// execution puts a row as intake would, with the due work of a running one.
func (b *testBundle) execution(tenant uuid.UUID, flowID any, status string, at time.Time) uuid.UUID {
	b.t.Helper()
	id := uuid.Must(uuid.NewV7())
	b.exec(`insert into flow_executions (id, tenant_id, flow_id, flow_version, flow_name, contact_id, contact_name,
		contact_phone, status, metadata, triggered_at)
		values ($1, $2, $3, 1, 'Flow at the time', $4, 'Asha Rao', '+919845012345', $5, '{"trigger_source": "IndiaMART", "n": 12345678901234567890}', $6)`,
		id, tenant, flowID, uuid.Must(uuid.NewV7()), status, at)
	if status == "running" {
		b.exec("insert into due_work (kind, ref, tenant_id, due_at) values ('run', $1, $2, now())", id.String(), tenant)
	}
	return id
}

func TestDeletingAFlowCancelsWhatRunsAndKeepsHistory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{"actions": []object{call}})
	elsewhere := b.flow(object{})
	actionID := b.do(http.StatusOK, "GET", "/flows/"+id, nil).data()["actions"].([]any)[0].(object)["id"].(string)
	at := time.Date(2026, 2, 5, 10, 0, 0, 0, time.UTC)
	running := []uuid.UUID{b.execution(b.a, id, "running", at), b.execution(b.a, id, "running", at)}
	ended := b.execution(b.a, id, "completed", at)
	other := b.execution(b.a, elsewhere, "running", at)
	foreign := b.execution(b.b, id, "running", at)
	b.exec(`insert into flow_action_logs (id, tenant_id, execution_id, step, action_id, action_type, action_config, state)
		values ($1, $2, $3, 1, $4, 'wait', '{"duration_minutes": 5}', 'done')`, uuid.Must(uuid.NewV7()), b.a, ended, actionID)
	require.Equal(t, actionID, b.do(http.StatusOK, "GET", "/executions/"+ended.String(), nil).data()["action_logs"].([]any)[0].(object)["action_id"])

	out := b.do(http.StatusOK, "DELETE", "/flows/"+id, nil)
	require.Equal(t, object{"success": true, "message": "Flow deleted successfully"}, out.body)

	for _, e := range running {
		got := b.do(http.StatusOK, "GET", "/executions/"+e.String(), nil).data()
		require.Equal(t, "cancelled", got["status"])
		require.NotNil(t, got["completed_at"])
		require.Nil(t, got["flow_id"])
		require.Equal(t, "Flow at the time", got["flow_name"])
		require.Equal(t, "flow deleted", query[string](b, "select cancel_reason from flow_executions where id = $1", e))
		require.Equal(t, "cancel", query[string](b, "select string_agg(kind, ',') from due_work where ref = $1", e.String()))
		require.True(t, query[bool](b, "select due_at <= now() and tenant_id = $2 from due_work where ref = $1", e.String(), b.a))
	}
	history := b.do(http.StatusOK, "GET", "/executions/"+ended.String(), nil).data()
	require.Equal(t, "completed", history["status"])
	require.Nil(t, history["flow_id"])
	require.Equal(t, 1, history["flow_version"])
	require.Nil(t, history["action_logs"].([]any)[0].(object)["action_id"])
	for _, e := range []uuid.UUID{other, foreign} {
		require.Equal(t, "running", query[string](b, "select status from flow_executions where id = $1", e))
		require.Equal(t, "run", query[string](b, "select string_agg(kind, ',') from due_work where ref = $1", e.String()))
	}
	require.Len(t, b.do(http.StatusOK, "GET", "/executions?flow_id="+id, nil).list(), 3, "still found by the flow's id")
	require.Equal(t, 1, query[int](b, "select count(*)::int from flow_versions where flow_id = $1", id))
	require.Equal(t, 0, query[int](b, "select count(*)::int from flow_actions where flow_id = $1", id))

	b.refused(http.StatusNotFound, "Flow not found", "DELETE", "/flows/"+id, nil)
	b.refused(http.StatusNotFound, "Flow not found", "GET", "/flows/"+id, nil)
	b.refused(http.StatusNotFound, "Flow not found", "GET", "/flows/"+id+"/executions", nil)
}

func TestAnIntakeThatHoldsTheFlowIsWaitedForAndItsExecutionCancelled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{})
	ctx := context.Background()
	intake, err := b.db.App.Begin(ctx, b.a, nil)
	require.NoError(t, err)
	defer intake.Rollback(ctx)
	pipe := postgres.NewPipe()
	pipe.Exec("select id from auto_engagement_flows where id = $1 for key share", id)
	execution := uuid.Must(uuid.NewV7())
	pipe.Exec(`insert into flow_executions (id, tenant_id, flow_id, contact_id, status, triggered_at) values ($1, $2, $3, $4, 'running', now())`,
		execution, b.a, id, uuid.Must(uuid.NewV7()))
	require.NoError(t, intake.Send(ctx, pipe))

	deleted := make(chan answer)
	go func() { deleted <- b.request(b.owner, "DELETE", "/flows/"+id, nil) }()
	require.Eventually(t, func() bool {
		return query[bool](b, "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')")
	}, 10*time.Second, 5*time.Millisecond)
	require.NoError(t, intake.Commit(ctx, nil))
	require.Equal(t, http.StatusOK, (<-deleted).status)
	require.Equal(t, "cancelled", query[string](b, "select status from flow_executions where id = $1", execution))
	require.Equal(t, 1, query[int](b, "select count(*)::int from due_work where kind = 'cancel' and ref = $1", execution.String()))
}

func TestDeletingAndChangingAtOnceNeverFails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for round := range 5 {
		id := b.flow(object{"name": fmt.Sprint("Flow ", round)})
		status := make(chan int, 6)
		for i := range 5 {
			go func() {
				status <- b.request(b.owner, "PATCH", "/flows/"+id, object{"name": fmt.Sprint("Name ", i)}).status
			}()
		}
		go func() { status <- b.request(b.owner, "DELETE", "/flows/"+id, nil).status }()
		for range 6 {
			require.Contains(t, []int{http.StatusOK, http.StatusNotFound}, <-status, b.causes())
		}
		b.refused(http.StatusNotFound, "Flow not found", "GET", "/flows/"+id, nil)
	}
}

func TestDeletingAFlowWithThousandsRunningAnswersAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{"actions": []object{call}})
	const running = 5000
	b.exec(`with e as (
			insert into flow_executions (id, tenant_id, flow_id, flow_version, flow_name, contact_id, status, triggered_at)
			select gen_random_uuid(), $1, $2, 1, 'Busy', gen_random_uuid(), 'running', now() from generate_series(1, $3)
			returning id)
		insert into due_work (kind, ref, tenant_id, due_at) select 'run', id, $1, now() from e`, b.a, id, running)

	// The gateway gives up after 30 s; a client much earlier.
	b.patience = 15 * time.Second
	b.do(http.StatusOK, "DELETE", "/flows/"+id, nil)

	require.Equal(t, running, query[int](b, "select count(*)::int from flow_executions where status = 'cancelled'"))
	require.Equal(t, running, query[int](b, "select count(*)::int from due_work where kind = 'cancel'"))
	require.Zero(t, query[int](b, "select count(*)::int from due_work where kind = 'run'"))
}
