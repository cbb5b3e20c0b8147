package postgres_test

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/testdb"
)

// acrossTenants are the queries that work on tables without row-level security
// for whichever tenant they are told, or for all of them.
var acrossTenants = map[string]string{
	"AddDuty":          "due_work: its caller wrote what the duty is for, as that tenant",
	"MoveDuty":         "due_work: as AddDuty",
	"EndDuty":          "due_work: named by what the caller holds",
	"TakeDuties":       "due_work: the sweeper works for all tenants",
	"FinishDuty":       "due_work: the sweeper's",
	"AddLeadRejects":   "lead_rejects: what could be given to no tenant",
	"AddProviderEvent": "provider_events: the webhook's, whose token named the tenant",
	"GetProviderEvent": "provider_events: the sweeper's",
	"EndProviderEvent": "provider_events: the sweeper's",
	"PurgeEvents":      "provider_events: the sweeper's, applied ones of all tenants",
	"PurgeRejects":     "lead_rejects: the sweeper's",
	"FindRoute":        "webhook_routes: a public endpoint finds its tenant here",
	"TakeRoutes":       "webhook_routes: a route that another tenant has is left out, which the caller must see",
	"QueueForLine":     "call_lines: named by the attempt, whose id the program made, and by the tenant, who must be the caller",
	"AssignLines":      "call_lines: gives lines to the calls of all tenants",
	"AskAfterLines":    "call_lines: the sweeper's",
}

// byArgument are queries that touch a table without row-level security for the
// tenant that their argument names. They are tried with the intruder's own.
var byArgument = map[string]string{
	"AddRunDuties":      "due_work: duties of the tenant whose executions were made",
	"EndOutboxDuties":   "due_work: duties of the tenant whose leads were decided",
	"DropContactEvents": "due_work and provider_events: webhooks of the tenant whose contact is erased",
	"ReleaseRoutes":     "webhook_routes: those of the tenant that disconnects",
	"TakeLine":          "call_lines: a call of the tenant whose step is claimed, as all below",
	"ReturnLine":        "call_lines",
	"RenewLine":         "call_lines",
	"FreeLine":          "call_lines",
	"ClaimAtOnce":       "call_lines",
}

// readsNoTable are queries that are the same for everybody.
var readsNoTable = map[string]bool{"CheckConstraintsNow": true, "LockTenant": true, "LockLines": true}

// statement is a query of the project, with its arguments' names in order.
type statement struct {
	name, sql string
	args      []string
}

// statements reads the generated queries: the constants, and from the methods
// beside them what each argument is.
func statements(t *testing.T) []statement {
	t.Helper()
	files, err := filepath.Glob("db/*.sql.go")
	require.NoError(t, err)
	sql, args := map[string]string{}, map[string][]string{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if len(n.Values) == 1 {
					text, err := strconv.Unquote(n.Values[0].(*ast.BasicLit).Value)
					require.NoError(t, err)
					sql[n.Names[0].Name] = text
				}
			case *ast.CallExpr:
				if len(n.Args) < 2 || fmt.Sprint(n.Args[0]) != "ctx" {
					return true
				}
				query := fmt.Sprint(n.Args[1])
				args[query] = []string{}
				for _, arg := range n.Args[2:] {
					name := fmt.Sprint(arg)
					if field, ok := arg.(*ast.SelectorExpr); ok {
						name = field.Sel.Name
					}
					args[query] = append(args[query], strings.ToLower(name))
				}
			}
			return true
		})
	}
	var all []statement
	for _, name := range slices.Sorted(maps.Keys(sql)) {
		require.Contains(t, args, name, "no method runs %s", name)
		all = append(all, statement{name, sql[name], args[name]})
	}
	return all
}

// texts are tried for every text argument in turn; an empty one stands for the id.
var texts = []string{"x", "phone", "bolna", ""}

// known are arguments of which only some texts get anywhere.
var known = map[string]string{
	"pattern": "%", "outcome": "", "status": "running", "wasstatus": "running", "actiontype": "ai_call",
	"body": "{}", "definition": "{}", "response": "{}", "decision": "{}", "resultdata": "{}", "actionconfig": "{}",
	"channel": "all", "onchannel": "all", "ofkind": "phone", "others": "%", "facts": "execution",
	"version": "2", "first": "0", "since": "2020-01-01T00:00:00Z", "fromat": "2020-01-01T00:00:00Z",
}

// records is a JSON list of one record, of everything at once.
const records = `[{"id": ":id", "contact_id": ":id", "flow_id": ":id", "lead_event_id": ":id", "kind": "phone", "value": "x",
	"source": "x", "event_id": "x", "outcome": "none", "status": "skipped", "flow_version": 1, "body": {}, "reason": "",
	"lead_source": "", "entry_type": "", "contact_name": "", "contact_phone": "", "metadata": {}, "tags": [], "custom_fields": {},
	"external_id": "", "name": "", "phone": "", "phone_valid": false, "email": "", "company": "", "city": "", "country": "",
	"time_zone": "", "condition_type": "lead_source", "condition_operator": "any", "condition_group": 0, "action_order": 7,
	"action_type": "wait", "action_config": {}, "created_at": "2026-01-01T00:00:00Z"}]`

// argument is the text form of an argument of this type.
func argument(oid uint32, name, text string, tenant, id uuid.UUID) []byte {
	value, fixed := known[name]
	plain := func(otherwise string) string {
		if fixed {
			return value
		}
		return otherwise
	}
	switch oid {
	case pgtype.UUIDOID:
		if name == "tenantid" {
			return []byte(tenant.String())
		}
		return []byte(id.String())
	case pgtype.UUIDArrayOID:
		return []byte("{" + id.String() + "}")
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID:
		return []byte(plain("1"))
	case pgtype.Int4ArrayOID:
		return []byte("{1}")
	case pgtype.BoolOID:
		return []byte("false")
	case pgtype.TimestamptzOID:
		return []byte(plain("2026-06-01T00:00:00Z"))
	case pgtype.TimestamptzArrayOID:
		return []byte("{2000-01-01T00:00:00Z}")
	case pgtype.DateOID:
		return []byte("2026-01-01")
	case pgtype.ByteaArrayOID:
		return []byte("{x}")
	case pgtype.TimeOID:
		return []byte("10:00:00")
	case pgtype.ByteaOID:
		return []byte("x")
	case pgtype.JSONOID, pgtype.JSONBOID:
		return []byte(plain(strings.ReplaceAll(records, ":id", id.String())))
	}
	if text == "" {
		text = id.String()
	}
	if oid == pgtype.TextArrayOID {
		return []byte("{" + plain(text) + "}")
	}
	return []byte(plain(text))
}

// prober runs statements as a tenant and takes everything back.
type prober struct {
	t    *testing.T
	conn *pgx.Conn
	// victim is a tenant, and the id of everything that it has.
	victim, intruder uuid.UUID
	tables           []string
	// whole sums up all rows of the victim as they are.
	whole string
}

// seen is what a statement showed its caller: rows, how many it changed, or
// the SQLSTATE of its error.
type seen struct{ rows, changed, failed string }

// run runs a statement as a tenant, with a tenant's id as its tenant argument
// and the victim's ids as all others. touched tells whether any row of the
// victim is another afterwards.
func (p *prober) run(s statement, as, tenant uuid.UUID, text string) (out seen, touched bool) {
	p.t.Helper()
	ctx := context.Background()
	pg := p.conn.PgConn()
	p.exec(fmt.Sprintf("begin; set local role aef_app; select set_config('app.tenant_id', '%s', true)", as))
	defer p.exec("rollback")
	description, err := p.conn.Prepare(ctx, "", s.sql)
	require.NoError(p.t, err, s.name)
	require.Len(p.t, s.args, len(description.ParamOIDs), s.name)
	values := make([][]byte, len(s.args))
	for i, oid := range description.ParamOIDs {
		values[i] = argument(oid, s.args[i], text, tenant, p.victim)
	}
	result := pg.ExecParams(ctx, s.sql, values, description.ParamOIDs, nil, nil).Read()
	if result.Err != nil {
		var problem *pgconn.PgError
		require.ErrorAs(p.t, result.Err, &problem, s.name)
		return seen{failed: problem.Code + " " + problem.ConstraintName}, false
	}
	return seen{rows: fmt.Sprintf("%q", result.Rows), changed: result.CommandTag.String()}, p.digest() != p.whole
}

func (p *prober) exec(sql string) {
	p.t.Helper()
	_, err := p.conn.PgConn().Exec(context.Background(), sql).ReadAll()
	require.NoError(p.t, err, sql)
}

// digest sums up all rows of the victim, by the eyes of the superuser.
func (p *prober) digest() string {
	p.t.Helper()
	results, err := p.conn.PgConn().Exec(context.Background(), "reset role; select md5(concat("+strings.Join(p.tables, ", ")+"))").ReadAll()
	require.NoError(p.t, err)
	return string(results[1].Rows[0][0])
}

// everything gives the victim a row in each table, all by one id.
const everything = `
insert into tenants (id, name) values (:id, 'x');
insert into contacts (id, tenant_id, external_id, name, phone, phone_valid, email, city, tags, custom_fields, created_at, updated_at)
    values (:id, :id, 'x', 'x', 'x', true, 'x', 'x', '{x}', '{"x":"x"}', :at, :at);
insert into contact_keys (tenant_id, kind, value, contact_id)
    values (:id, 'phone', 'x', :id), (:id, 'phone', 'phone', :id), (:id, 'email', 'x', :id), (:id, 'external_id', 'x', :id);
insert into contacts (id, tenant_id, name, phone, tags, created_at, updated_at) values ('00000000-0000-7000-8000-000000000001', :id, 'x', 'y', '{x}', :at, :at);
insert into suppressions (id, tenant_id, channel, kind, value, reason) values
    (:id, :id, 'all', 'phone', 'x', 'x'), (gen_random_uuid(), :id, 'all', 'phone', 'phone', 'x'), (gen_random_uuid(), :id, 'all', 'email', 'x', 'x');
insert into auto_engagement_flows (id, tenant_id, name, is_enabled, priority, created_at, updated_at) values (:id, :id, 'x', true, 0, :at, :at);
insert into flow_trigger_conditions (id, tenant_id, flow_id, position, condition_type, condition_operator, condition_value, custom_field_name, created_at)
    values (:id, :id, :id, 1, 'lead_source', 'equals', 'x', 'x', :at);
insert into flow_actions (id, tenant_id, flow_id, action_order, action_type, action_config, created_at)
    values (:id, :id, :id, 1, 'wait', '{}', :at);
insert into auto_engagement_flows (id, tenant_id, name, priority, created_at, updated_at) values (gen_random_uuid(), :id, 'x', 1, :at, :at);
insert into flow_versions (tenant_id, flow_id, version, definition, created_at)
    select :id, :id, n, jsonb_build_object('actions', jsonb_build_array(jsonb_build_object('action_type', 'email', 'action_config', jsonb_build_object('email_template_id', :id)))), :at
    from generate_series(1, 2) n;
insert into lead_events (id, tenant_id, source, event_id, body, lead_source, entry_type, contact_id, contact_name, contact_phone, received_at)
    values (:id, :id, 'x', 'x', '{}', 'x', 'x', :id, 'x', 'x', :at);
insert into flow_executions (id, tenant_id, flow_id, flow_version, flow_name, contact_id, contact_name, contact_phone, lead_event_id, status, metadata, triggered_at)
    values (:id, :id, :id, 1, 'x', :id, 'x', 'x', :id, 'running', '{"x":"x"}', :at);
insert into flow_action_logs (id, tenant_id, execution_id, step, attempt, action_type, action_config, state, claim_id, provider_id, token, result_data)
    values (:id, :id, :id, 1, 1, 'ai_call', '{}', 'claimed', :id, 'x', 'x', '{"x":1}');
insert into flow_action_logs (id, tenant_id, execution_id, step, attempt, action_type, action_config, state)
    values (gen_random_uuid(), :id, :id, 1, 2, 'ai_call', '{}', 'planned');
insert into flow_action_logs (id, tenant_id, execution_id, step, attempt, action_type, action_config, state, claim_until)
    values (gen_random_uuid(), :id, :id, 2, 1, 'whatsapp_message', '{}', 'sent', :at);
insert into email_templates (id, tenant_id, name, category, subject, is_active, created_at, updated_at) values (:id, :id, 'x', 'x', 'x', false, :at, :at);
insert into integrations (tenant_id, kind, config) values (:id, 'bolna', '{"x":"x"}');
insert into idempotency_keys (tenant_id, key, request, response, created_at) values (:id, 'x', 'x', jsonb_build_object('data', jsonb_build_object('id', :id)), :at);
insert into due_work (kind, ref, tenant_id, due_at) values ('outbox', :id, :id, :at), ('inbox', :id, :id, :at), ('run', 'x', :id, :at);
insert into provider_events (id, kind, tenant_id, body) values (:id, 'bolna', :id, '{"x":1}');
insert into webhook_routes (kind, hash, tenant_id) values ('bolna', 'x', :id), ('bolna', 'y', :id);
insert into webhook_tokens (tenant_id, kind, token, created_at) values (:id, 'bolna', 'x', :at);
insert into rate_limits (tenant_id, tokens, refilled_at) values (:id, 0, :at);
insert into audit_log (tenant_id, id, at, action, subject_kind, subject_id) values (:id, :id, :at, 'x', 'x', 'x');
insert into imports (id, tenant_id, status, file_name, format, entry_type, upload_until, preview, lease, lease_until, created_at)
    values (:id, :id, 'running', 'x', 'csv', 'x', :at, '[["x"]]', :id, :at, :at);
insert into import_errors (tenant_id, import_id, row_number, column_name, message) values (:id, :id, 2, 'x', 'x');
insert into exports (id, tenant_id, kind, filter, status, lease, lease_until, created_at)
    values (:id, :id, 'contacts', '{"contacts":{"search":"x"}}', 'running', :id, :at, :at);
insert into flow_stats (tenant_id, fact, bucket, flow_id, action_type, action_order, retried, outcome, slot, n)
    select :id, f, :at, :id, '', 0, false, 'started', 0, 5 from unnest('{execution,call}'::text[]) f;
insert into flow_stat_days (tenant_id, fact, day, flow_id, action_type, action_order, retried, outcome, slot, n)
    values (:id, 'execution', '2026-01-01', :id, '', 0, false, 'started', 0, 5);
insert into flow_stat_zones (tenant_id, time_zone) values (:id, 'x');
insert into call_turns (tenant_id, turn) values (:id, 1);
insert into call_lines (call, execution_id, tenant_id, tenant_limit, state, queued_at, entered_at, not_before, lease_until)
    values (:id, :id, :id, 2, 'assigned', :at, :at, :at, :at);
`

// otherwise is what the victim's rows are like for queries that do nothing to
// rows as `everything` makes them.
const otherwise = `
update imports set status = 'ready' where id = :id;
update lead_events set outcome = 'rejected' where id = :id;
update call_lines set state = 'live' where call = :id;
`

// later takes away what is in the way of the rest.
const later = `
delete from call_lines where call = :id;
`

func TestNoQueryShowsOrChangesAnotherTenantsRows(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	database := testdb.New(t)
	conn, err := pgx.Connect(ctx, database.AdminURL)
	require.NoError(t, err)
	defer func() { _ = conn.Close(ctx) }()
	p := &prober{t: t, conn: conn, victim: uuid.Must(uuid.NewV7()), intruder: database.Tenant(t)}
	names, err := database.Admin.Query(ctx, `select table_name::text from information_schema.columns
		where table_schema = 'public' and column_name = 'tenant_id' order by 1`)
	require.NoError(t, err)
	tables, err := pgx.CollectRows(names, pgx.RowTo[string])
	require.NoError(t, err)
	for _, table := range append(tables, "tenants") {
		column := "tenant_id"
		if table == "tenants" {
			column = "id"
		}
		p.tables = append(p.tables, fmt.Sprintf("(select string_agg(r::text, '|' order by r::text) from %s r where %s = '%s')", table, column, p.victim))
	}
	all := statements(t)
	require.Greater(t, len(all), 80)

	p.whole = p.digest()
	// What the intruder sees while there is no victim is all that it may ever see.
	type probe struct {
		statement
		tenant uuid.UUID
		text   string
	}
	var probes []probe
	alone := map[string]seen{}
	key := func(q probe) string { return q.name + " " + q.tenant.String() + " " + q.text }
	for _, s := range all {
		if acrossTenants[s.name] != "" {
			continue
		}
		for _, tenant := range []uuid.UUID{p.victim, p.intruder} {
			if tenant == p.victim && byArgument[s.name] != "" {
				continue
			}
			for _, text := range texts {
				q := probe{s, tenant, text}
				probes = append(probes, q)
				alone[key(q)], _ = p.run(s, p.intruder, tenant, text)
			}
		}
	}
	of := strings.NewReplacer(":id", "'"+p.victim.String()+"'", ":at", "'2026-01-01T00:00:00Z'")
	p.exec(of.Replace(everything))
	for _, table := range tables {
		var has bool
		require.NoError(t, database.Admin.QueryRow(ctx, "select exists (select from "+table+" where tenant_id = $1)", p.victim).Scan(&has))
		require.True(t, has, "the victim has no row in %s: add one to `everything`", table)
	}

	speaks := map[string]bool{}
	try := func(q probe) {
		got, touched := p.run(q.statement, p.intruder, q.tenant, q.text)
		taken := got.failed == "40001 " || strings.HasPrefix(got.failed, "23505 ") && strings.HasSuffix(got.failed, "_pkey")
		if taken && strings.Contains(q.sql, "insert into") {
			return // ids are made by the program: one that is taken is refused, whosesoever it is
		}
		require.Equal(t, alone[key(q)], got, "%s shows another tenant's rows", key(q))
		require.False(t, touched, "%s changes another tenant's rows", key(q))
		if q.tenant == p.victim || byArgument[q.name] != "" {
			own, changed := p.run(q.statement, p.victim, p.victim, q.text)
			speaks[q.name] = speaks[q.name] || changed || own != got
		}
	}
	for _, change := range []string{"", otherwise, later} {
		p.exec(of.Replace(change))
		p.whole = p.digest()
		silent := slices.DeleteFunc(slices.Clone(probes), func(q probe) bool { return speaks[q.name] })
		for _, q := range silent {
			try(q)
		}
	}
	for _, s := range all {
		if acrossTenants[s.name] == "" && !readsNoTable[s.name] {
			require.True(t, speaks[s.name], "%s does the same for the owner of the rows, so that nothing is proven: give the victim what it looks for", s.name)
		}
	}
}
