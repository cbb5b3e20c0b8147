package exporter_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

// flows adds n flows of a tenant, by priority from 0 on, and gives their ids.
func (b *testBundle) flows(tenant uuid.UUID, n int) []uuid.UUID {
	b.t.Helper()
	ids := make([]uuid.UUID, n)
	for i := range ids {
		ids[i] = uuid.Must(uuid.NewV7())
	}
	b.exec(`insert into auto_engagement_flows (id, tenant_id, name, is_enabled, priority, created_at, updated_at)
		select id, $1, case i when 1 then '=1+1' else 'Flow ' || i end, i = 1, i - 1, now(), now() from unnest($2::uuid[]) with ordinality as f (id, i)`, tenant, ids)
	return ids
}

// ran adds an execution of a flow.
func (b *testBundle) ran(tenant, of uuid.UUID, status, triggered string, test bool) {
	b.t.Helper()
	b.exec(`insert into flow_executions (id, tenant_id, flow_id, flow_name, contact_id, contact_name, contact_phone, status, is_test_run, triggered_at)
		values (gen_random_uuid(), $1, $2, 'x', gen_random_uuid(), 'Asha', '+919845012345', $3, $4, $5)`, tenant, of, status, test, triggered)
}

func TestHowFlowsDidIsExportedByPriorityOverTheDaysOfAZone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids, other := b.flows(b.tenant, 2), b.db.Tenant(t)
	// Days of Kolkata begin at 18:30 UTC.
	for _, status := range []string{"completed", "completed", "failed", "running", "cancelled", "skipped"} {
		b.ran(b.tenant, ids[0], status, "2026-02-03T18:30:00Z", false)
	}
	b.ran(b.tenant, ids[0], "completed", "2026-02-03T18:29:59Z", false)
	b.ran(b.tenant, ids[0], "completed", "2026-02-05T18:30:00Z", false)
	b.ran(b.tenant, ids[0], "completed", "2026-02-04T12:00:00Z", true)
	b.ran(other, b.flows(other, 1)[0], "completed", "2026-02-04T12:00:00Z", false)
	days := flow.FlowSelection{From: "2026-02-04", To: "2026-02-05", Zone: "Asia/Kolkata"}
	r := b.create(flow.ExportAnalytics, flow.ExportFilter{Analytics: days})
	require.NoError(t, b.run(r.ID))
	first, second := map[string]string{
		"flow_id": ids[0].String(), "flow_name": "'=1+1", "priority": "0", "is_enabled": "true", "executions": "6", "completed": "2", "failed": "1",
		"cancelled": "1", "skipped": "1", "success_rate": "40.00", "last_execution": "2026-02-05T18:30:00.000Z",
	}, map[string]string{
		"flow_id": ids[1].String(), "flow_name": "Flow 2", "priority": "1", "is_enabled": "false", "executions": "0", "completed": "0", "failed": "0",
		"cancelled": "0", "skipped": "0", "success_rate": "0", "last_execution": "",
	}
	require.Equal(t, []map[string]string{first, second}, b.file(b.read(r.ID)))

	days.FlowID = &ids[1]
	r = b.create(flow.ExportAnalytics, flow.ExportFilter{Analytics: days})
	require.NoError(t, b.run(r.ID))
	require.Equal(t, []map[string]string{second}, b.file(b.read(r.ID)))
	require.Regexp(t, `^analytics-\d{8}-\d{6}\.csv$`, b.read(r.ID).FileName())
}

func TestAsManyFlowsAsThereMayBeAreExportedOnceEach(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := b.flows(b.tenant, flow.MaxFlows)
	r := b.create(flow.ExportAnalytics, flow.ExportFilter{Analytics: flow.FlowSelection{From: "2026-02-04", To: "2026-02-05", Zone: "UTC"}})
	require.NoError(t, b.run(r.ID))
	rows := b.file(b.read(r.ID))
	require.Len(t, rows, len(ids))
	for i, id := range ids {
		require.Equal(t, id.String(), rows[i]["flow_id"])
	}
}
