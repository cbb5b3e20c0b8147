package postgres

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/auto-engagement/flows/migrations"
)

// AppRole is the role of the functions: it owns nothing and cannot bypass
// row-level security. MigratorRole owns the tables.
const (
	AppRole      = "aef_app"
	MigratorRole = "aef_migrator"
)

// Migrate brings the database at adminURL to the newest schema: it makes the
// two roles when they are missing, sets the password of AppRole, and applies
// the migrations as MigratorRole. It can be run at any time, any number of
// times, also by two at once. The admin may create roles; it need not be a
// superuser. It returns the schema's version.
func Migrate(ctx context.Context, adminURL, appPassword string) (int64, error) {
	config, err := pgx.ParseConfig(adminURL)
	if err != nil {
		return 0, fmt.Errorf("read admin database address: %w", err)
	}
	admin, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return 0, fmt.Errorf("connect as admin: %w", err)
	}
	defer func() { _ = admin.Close(ctx) }()
	if _, err := admin.Exec(ctx, "select pg_advisory_lock(7251)"); err != nil {
		return 0, fmt.Errorf("lock for migration: %w", err)
	}
	if err := ensureRoles(ctx, admin, config.Database, appPassword); err != nil {
		return 0, err
	}
	// The database's owner lends its rights to the migrator for this session only.
	config.RuntimeParams["role"] = MigratorRole
	pool := stdlib.OpenDB(*config)
	defer func() { _ = pool.Close() }()
	return up(ctx, pool)
}

func up(ctx context.Context, pool *sql.DB) (int64, error) {
	provider, err := goose.NewProvider(goose.DialectPostgres, pool, migrations.Files)
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	version, err := provider.GetDBVersion(ctx)
	if err != nil {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	return version, nil
}

func ensureRoles(ctx context.Context, admin *pgx.Conn, database, appPassword string) error {
	// Names and literals are quoted by Postgres itself: DDL takes no parameters.
	const roles = `
select format('do $do$ begin
    if not exists (select from pg_roles where rolname = %1$L) then create role %1$I login; end if;
    if not exists (select from pg_roles where rolname = %2$L) then create role %2$I; end if;
    -- Only a superuser may say nobypassrls, which is what a new role is.
    if (select rolbypassrls or rolsuper from pg_roles where rolname = %1$L) then
        raise exception ''role %% may bypass row-level security: take that from it'', %1$L;
    end if;
    alter role %1$I login password %3$L;
    grant %2$I to current_user;
    grant connect on database %4$I to %1$I;
    grant create on database %4$I to %2$I;
    grant usage, create on schema public to %2$I;
end $do$', $1::text, $2::text, $3::text, $4::text)`
	var ddl string
	if err := admin.QueryRow(ctx, roles, AppRole, MigratorRole, appPassword, database).Scan(&ddl); err != nil {
		return fmt.Errorf("prepare roles: %w", err)
	}
	if _, err := admin.Exec(ctx, ddl); err != nil {
		return fmt.Errorf("make roles: %w", err)
	}
	return nil
}
