package postgres_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/testdb"
)

func TestATenantSeesItselfAndAnUnsetTenantSeesNothing(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	ctx := context.Background()
	a, b := db.Tenant(t), db.Tenant(t)
	for _, c := range []struct {
		as   uuid.UUID
		want []uuid.UUID
	}{{a, []uuid.UUID{a}}, {b, []uuid.UUID{b}}, {uuid.Nil, []uuid.UUID{}}} {
		pipe := postgres.NewPipe()
		ids := postgres.Scalars[uuid.UUID](pipe, "select id from tenants")
		tx, err := db.App.Begin(ctx, c.as, pipe)
		require.NoError(t, err)
		require.Equal(t, c.want, *ids)
		require.NoError(t, tx.Commit(ctx, nil))
	}
}

func TestAGuardedWriteThatMeetsNoRowCommitsNothing(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	ctx := context.Background()
	a := db.Tenant(t)
	tx, err := db.App.Begin(ctx, a, nil)
	require.NoError(t, err)
	pipe := postgres.NewPipe()
	pipe.Exec("update tenants set name = 'changed' where id = $1", a)
	pipe.Exec("with w as (update tenants set name = 'other' where id = $1 and name = 'nobody' returning 1) select expect(count(*)) from w", a)
	err = tx.Commit(ctx, pipe)
	require.True(t, postgres.Raced(err), "%v", err)
	tx.Rollback(ctx)
	var name string
	require.NoError(t, db.Admin.QueryRow(ctx, "select name from tenants where id = $1", a).Scan(&name))
	require.Equal(t, "Tenant "+a.String(), name)
}

// A release is deployed before its migration runs: its work then comes again.
func TestWhatTheSchemaLacksIsWaitedFor(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	for _, sql := range []string{"select 1 from not_yet", "select not_yet from tenants", "select not_yet()"} {
		_, err := db.App.Exec(context.Background(), sql)
		require.True(t, postgres.Unavailable(err), "%s: %v", sql, err)
	}
	_, err := db.App.Exec(context.Background(), "select 1 / 0")
	require.False(t, postgres.Unavailable(err))
}

func TestMigratingTwiceIsHarmless(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	_, err := postgres.Migrate(context.Background(), db.AdminURL, "app-password-of-tests")
	require.NoError(t, err)
}

// Tables without row-level security, each for the reason that the migration gives.
var open = map[string]bool{"due_work": true, "provider_events": true, "lead_rejects": true, "webhook_routes": true, "goose_db_version": true, "call_lines": true, "call_turns": true}

func TestEveryTenantTableForcesRowLevelSecurity(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	// The policies as Postgres writes them: name, roles, command, condition.
	rows, err := db.Admin.Query(context.Background(), `
select c.relname, c.relrowsecurity and c.relforcerowsecurity, pg_get_userbyid(c.relowner),
    coalesce((select array_agg(concat_ws(' ', p.policyname, p.permissive, p.roles, p.cmd, p.qual, p.with_check) order by p.policyname)
        from pg_policies p where p.schemaname = 'public' and p.tablename = c.relname), '{}')
from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'm', 'f')`)
	require.NoError(t, err)
	seen := 0
	for rows.Next() {
		var name, owner string
		var forced bool
		var policies []string
		require.NoError(t, rows.Scan(&name, &forced, &owner, &policies))
		seen++
		require.NotEqual(t, postgres.AppRole, owner, name)
		if open[name] {
			require.False(t, forced, name)
			continue
		}
		require.True(t, forced, "%s has no forced row-level security", name)
		column := "tenant_id"
		if name == "tenants" {
			column = "id"
		}
		require.Equal(t, []string{
			"migrator PERMISSIVE {aef_migrator} ALL true",
			"tenant PERMISSIVE {aef_app} ALL (" + column + " = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)",
		}, policies, name)
	}
	require.NoError(t, rows.Err())
	require.Greater(t, seen, 10)
}

// Functions that run with their owner's rights, each with what keeps it to one tenant.
var ownersRights = map[string]string{
	"find_contacts":     "it takes the tenant from app.tenant_id, as the policy does",
	"find_suppressions": "as find_contacts",
	"search_executions": "as find_contacts",
}

func TestTheFunctionsRoleCannotPassByRowLevelSecurity(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	var bypasses, member bool
	var definers []string
	require.NoError(t, db.Admin.QueryRow(context.Background(), `
select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication,
    exists (select from pg_auth_members where member = r.oid),
    array(select proname::text from pg_proc where prosecdef and pronamespace = 'public'::regnamespace order by 1)
from pg_roles r where rolname = $1`, postgres.AppRole).Scan(&bypasses, &member, &definers))
	require.False(t, bypasses, "its own rights")
	require.False(t, member, "those of another role")
	for _, name := range definers {
		require.NotEmpty(t, ownersRights[name], "%s runs as its owner, who sees all tenants", name)
	}
	// What a tenant's rows say is shown by nothing but tables.
	var others int
	require.NoError(t, db.Admin.QueryRow(context.Background(),
		"select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'").Scan(&others))
	require.Zero(t, others, "views would run with their owner's rights")
	// Nobody else reads them: no grant is to PUBLIC.
	var public int
	require.NoError(t, db.Admin.QueryRow(context.Background(),
		"select count(*) from information_schema.table_privileges where table_schema = 'public' and grantee = 'PUBLIC'").Scan(&public))
	require.Zero(t, public)
}

func TestARotatedPasswordIsFollowed(t *testing.T) {
	t.Parallel()
	database := testdb.New(t)
	ctx := t.Context()
	role := "rotated_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	exec := func(sql string) {
		t.Helper()
		_, err := database.Admin.Exec(ctx, sql)
		require.NoError(t, err)
	}
	exec("create role " + role + " login password 'first' in role aef_app")
	t.Cleanup(func() { _, _ = database.Admin.Exec(context.Background(), "drop role "+role) })
	address, err := url.Parse(database.AppURL)
	require.NoError(t, err)
	address.User = url.UserPassword(role, "of the address")

	current, newest, renewals := "first", "first", 0
	pool, err := postgres.OpenRotated(address.String(), 2, &postgres.Passwords{
		Current: func(context.Context) (string, error) { return current, nil },
		Renew: func(context.Context) error {
			renewals++
			current = newest
			return nil
		},
	})
	require.NoError(t, err)
	defer pool.Close()
	begin := func() error {
		tx, err := pool.Begin(ctx, uuid.Nil, nil)
		if err == nil {
			tx.Rollback(ctx)
		}
		return err
	}
	if current, newest = "wrong", "wrong"; begin() == nil {
		t.Skip("this Postgres asks for no password; that of `make unit` does")
	}
	current, newest, renewals = "first", "first", 0
	require.NoError(t, begin())
	exec("alter role " + role + " password 'second'")
	require.NoError(t, begin(), "a connection that is open stays so")
	require.Zero(t, renewals)

	pool.Reset()
	newest = "second"
	require.NoError(t, begin(), "the next one asks for the newest")
	require.Equal(t, 1, renewals)

	exec("alter role " + role + " password 'third'")
	pool.Reset()
	require.Error(t, begin(), "nobody knows it")
	require.Equal(t, 2, renewals, "asked once, not for ever")
}
