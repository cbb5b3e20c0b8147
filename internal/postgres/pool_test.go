package postgres_test

import (
	"context"
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
	rows, err := db.Admin.Query(context.Background(), `
select c.relname, c.relrowsecurity and c.relforcerowsecurity,
    exists (select from pg_policies p where p.tablename = c.relname and p.roles = '{aef_app}')
from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'`)
	require.NoError(t, err)
	seen := 0
	for rows.Next() {
		var name string
		var forced, policy bool
		require.NoError(t, rows.Scan(&name, &forced, &policy))
		seen++
		if open[name] {
			require.False(t, forced, name)
			continue
		}
		require.True(t, forced && policy, "%s has no forced row-level security", name)
	}
	require.NoError(t, rows.Err())
	require.Greater(t, seen, 10)
}
