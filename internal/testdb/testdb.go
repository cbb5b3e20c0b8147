// Package testdb gives each test a database of its own, with the newest
// schema, on the real Postgres that TEST_DATABASE_URL names (a superuser's
// address; `make test` starts one).
package testdb

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/postgres"
)

// DB is one test's database.
type DB struct {
	// App is connected as the functions are, under row-level security.
	App *postgres.Pool
	// Admin is connected as superuser, and sees everything.
	Admin *postgres.Pool
	// AppURL and AdminURL are their addresses.
	AppURL, AdminURL string
}

const appPassword = "app-password-of-tests"

var template struct {
	once sync.Once
	name string
	err  error
}

// New makes a database from a migrated template, and drops it with the test.
func New(tb testing.TB) *DB {
	tb.Helper()
	base := os.Getenv("TEST_DATABASE_URL")
	if base == "" {
		tb.Fatal("TEST_DATABASE_URL is not set: `make test` starts a Postgres and sets it")
	}
	ctx := tb.Context()
	admin, err := pgx.Connect(ctx, base)
	require.NoError(tb, err)
	defer func() { _ = admin.Close(context.WithoutCancel(ctx)) }()

	template.once.Do(func() { template.name, template.err = makeTemplate(ctx, admin, base) })
	require.NoError(tb, template.err)

	name := "t_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	_, err = admin.Exec(ctx, fmt.Sprintf("create database %s template %s strategy file_copy", name, template.name))
	require.NoError(tb, err)
	db := &DB{AdminURL: with(base, name, "", ""), AppURL: with(base, name, postgres.AppRole, appPassword)}
	db.App, err = postgres.Open(db.AppURL, 8)
	require.NoError(tb, err)
	db.Admin, err = postgres.Open(db.AdminURL, 4)
	require.NoError(tb, err)
	tb.Cleanup(func() {
		db.App.Close()
		db.Admin.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if conn, err := pgx.Connect(ctx, base); err == nil {
			_, _ = conn.Exec(ctx, "drop database "+name+" with (force)")
			_ = conn.Close(ctx)
		}
	})
	return db
}

// makeTemplate migrates one database per schema; test binaries that run at
// once, and later ones, share it.
func makeTemplate(ctx context.Context, admin *pgx.Conn, base string) (string, error) {
	name := "template_" + schemaHash()
	if _, err := admin.Exec(ctx, "select pg_advisory_lock(7252)"); err != nil {
		return "", err
	}
	defer func() { _, _ = admin.Exec(ctx, "select pg_advisory_unlock(7252)") }()
	var ready bool
	err := admin.QueryRow(ctx, "select exists (select from pg_database where datname = $1 and datallowconn = false)", name).Scan(&ready)
	if err != nil || ready {
		return name, err
	}
	for _, sql := range []string{"drop database if exists " + name + " with (force)", "create database " + name} {
		if _, err := admin.Exec(ctx, sql); err != nil {
			return "", err
		}
	}
	if _, err := postgres.Migrate(ctx, with(base, name, "", ""), appPassword); err != nil {
		return "", err
	}
	_, err = admin.Exec(ctx, "alter database "+name+" allow_connections false")
	return name, err
}

// Tenant makes a tenant with default settings.
func (db *DB) Tenant(tb testing.TB) uuid.UUID {
	tb.Helper()
	id := uuid.Must(uuid.NewV7())
	_, err := db.Admin.Exec(tb.Context(), "insert into tenants (id, name) values ($1, $2)", id, "Tenant "+id.String())
	require.NoError(tb, err)
	return id
}

func with(base, database, user, password string) string {
	u, err := url.Parse(base)
	if err != nil {
		panic(err) // TEST_DATABASE_URL was parsed by pgx before
	}
	u.Path = "/" + database
	if user != "" {
		u.User = url.UserPassword(user, password)
	}
	return u.String()
}
