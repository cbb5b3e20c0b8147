package bench

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/rest"
	"github.com/auto-engagement/flows/internal/testdb"
	"github.com/auto-engagement/flows/migrations"
)

func handler(db *testdb.DB) http.Handler {
	flows, reader := postgres.FlowStore{Pool: db.App, Clock: clock.Clock{}}, postgres.ExecutionReader{Pool: db.App}
	return rest.New(rest.Config{
		Tenants: flows, Flows: flows, History: flows, Executions: reader, Leads: reader, Seen: reader, Tokens: tenantToken{},
		Statistics: postgres.StatReader{Pool: db.App},
		Log:        slog.New(slog.DiscardHandler),
	})
}

// fill writes a tenant's history straight into the tables: fifty flows, a
// contact and a lead for every ten executions, one log row each. Indexes are
// built afterwards, which is several times as fast.
func fill(b *testing.B, db *testdb.DB, tenant uuid.UUID, executions int) {
	b.Helper()
	ctx := b.Context()
	conn, err := db.Admin.Acquire(ctx)
	require.NoError(b, err)
	defer conn.Release()
	exec := func(sql string, args ...any) {
		b.Helper()
		_, err := conn.Exec(ctx, sql, args...)
		require.NoError(b, err, sql)
	}
	exec("set session_replication_role = replica") // no triggers, no foreign keys
	exec("set maintenance_work_mem = '1GB'")

	exec(`create temp table put_off as
		select indexdef as definition, format('drop index %I', indexname) as removal from pg_indexes i
		where schemaname = 'public' and tablename in ('flow_executions', 'flow_action_logs', 'lead_events', 'contacts')
		  and not exists (select from pg_constraint c where c.conname = i.indexname)`)
	exec("do $$ declare r record; begin for r in select removal from put_off loop execute r.removal; end loop; end $$")

	exec(`insert into auto_engagement_flows (id, tenant_id, name, is_enabled, priority, created_at, updated_at)
		select gen_random_uuid(), $1, 'Flow ' || n, true, n, now(), now() from generate_series(0, 49) n`, tenant)
	exec(`insert into contacts (id, tenant_id, name, phone, phone_valid, created_at, updated_at)
		select md5('contact' || n)::uuid, $1, 'Contact ' || n, '+9198' || lpad(n::text, 8, '0'), true, now(), now()
		from generate_series(1, $2::int) n`, tenant, executions/10)
	exec(`insert into lead_events (id, tenant_id, source, event_id, body, contact_id, contact_name, outcome, received_at, decided_at)
		select md5('lead' || n)::uuid, $1, 'indiamart', 'lead-' || n, '{}', md5('contact' || n)::uuid, 'Contact ' || n,
			case when n % 10 = 0 then 'none' else 'matched' end, at, at
		from (select n, now() - interval '365 days' * n / $2::int as at from generate_series(1, $2::int) n) leads`, tenant, executions/10)
	exec(`insert into flow_executions (id, tenant_id, flow_id, flow_version, flow_name, contact_id, contact_name, contact_phone,
			status, settled_steps, current_action_step, metadata, triggered_at, started_at, completed_at)
		select md5('execution' || n)::uuid, $1, f.id, 1, f.name, md5('contact' || contact)::uuid, 'Contact ' || contact,
			'+9198' || lpad(contact::text, 8, '0'), status, 1, 1, '{"trigger_source": "indiamart"}', at, at,
			case when status <> 'running' then at + interval '2 minutes' end
		from (select n, 1 + n % $3::int as contact, now() - interval '365 days' * n / $2::int as at,
				case when n <= $2::int / 1000 then 'running' when n % 7 = 0 then 'failed' when n % 50 = 0 then 'cancelled' else 'completed' end as status
			from generate_series(1, $2::int) n) e
		join auto_engagement_flows f on f.priority = n % 50`, tenant, executions, executions/10)
	exec(`insert into flow_action_logs (id, tenant_id, execution_id, step, action_type, action_config, state, outcome, started_at, completed_at, result_data)
		select md5('log' || id)::uuid, tenant_id, id, 1, 'ai_call', '{"agent_id": "a", "phone_number_id": "p"}',
			case status when 'failed' then 'failed' else 'done' end, case status when 'failed' then 'failed' else 'answered' end,
			triggered_at, completed_at, '{"call_outcome": "answered", "duration_seconds": 42}'
		from flow_executions where status in ('completed', 'failed')`)

	exec("do $$ declare r record; begin for r in select definition from put_off loop execute r.definition; end loop; end $$")
	exec("set session_replication_role = origin")
	// As the migration counts what was there before it.
	migration, err := migrations.Files.ReadFile("00003_statistics.sql")
	require.NoError(b, err)
	_, count, found := strings.Cut(string(migration), "\ninsert into flow_stats ")
	require.True(b, found)
	count, _, _ = strings.Cut(count, ";\n")
	exec("insert into flow_stats " + count)
	for ledger, more := postgres.NewLedger(db.App), true; more; {
		folded, err := ledger.FoldStats(ctx, tenant)
		require.NoError(b, err)
		more = folded.More
	}
	exec("vacuum (analyze)")
}
