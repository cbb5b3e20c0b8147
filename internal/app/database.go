package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/url"

	"github.com/auto-engagement/flows/internal/postgres"
)

// databaseSecret is a secret in the shape that RDS makes, and that its
// rotation keeps.
type databaseSecret struct {
	Host     string      `json:"host"`
	Port     json.Number `json:"port"`
	Username string      `json:"username"`
	Password string      `json:"password"`
	Database string      `json:"dbname"`
	SSLMode  string      `json:"sslmode"`
}

func (s databaseSecret) url() string {
	port, mode := s.Port.String(), s.SSLMode
	if port == "" {
		port = "5432"
	}
	if mode == "" {
		mode = "require"
	}
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(s.Username, s.Password),
		Host: net.JoinHostPort(s.Host, port), Path: "/" + s.Database,
		RawQuery: url.Values{"sslmode": {mode}}.Encode(),
	}
	return u.String()
}

// databaseURL reads a database secret.
func (a *App) databaseURL(ctx context.Context, name, arn string) (string, databaseSecret, error) {
	var s databaseSecret
	if err := need(name, arn); err != nil {
		return "", s, err
	}
	text, err := a.secrets().Get(ctx, arn)
	if err != nil {
		return "", s, fmt.Errorf("read the database secret: %w", err)
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return "", s, fmt.Errorf("the secret that %s names is not JSON {host,port,username,password,dbname,sslmode}", name)
	}
	return s.url(), s, nil
}

// Pool is the database as the functions' role sees it. An instance works on
// one request at a time, so a few connections do.
func (a *App) Pool(ctx context.Context) (*postgres.Pool, error) {
	if a.pool != nil {
		return a.pool, nil
	}
	address, _, err := a.databaseURL(ctx, "DATABASE_SECRET_ARN", a.Config.DatabaseSecret)
	if err != nil {
		return nil, err
	}
	a.pool, err = postgres.OpenRotated(address, 2, &postgres.Passwords{
		Current: func(ctx context.Context) (string, error) {
			_, s, err := a.databaseURL(ctx, "DATABASE_SECRET_ARN", a.Config.DatabaseSecret)
			return s.Password, err
		},
		Renew: func(ctx context.Context) error {
			_, err := a.secrets().Refresh(ctx, a.Config.DatabaseSecret)
			return err
		},
	})
	return a.pool, err
}

// Migrated is what the migrate function answers.
type Migrated struct {
	// Version is the number of the newest migration that is applied.
	Version int64 `json:"version"`
}

// Migrate brings the database to the newest schema.
func (a *App) Migrate(ctx context.Context) (Migrated, error) {
	admin, _, err := a.databaseURL(ctx, "DATABASE_ADMIN_SECRET_ARN", a.Config.DatabaseAdminSecret)
	if err != nil {
		return Migrated{}, err
	}
	_, functions, err := a.databaseURL(ctx, "DATABASE_SECRET_ARN", a.Config.DatabaseSecret)
	if err != nil {
		return Migrated{}, err
	}
	if functions.Username != postgres.AppRole {
		return Migrated{}, fmt.Errorf("the secret that DATABASE_SECRET_ARN names must have username %q", postgres.AppRole)
	}
	version, err := postgres.Migrate(ctx, admin, functions.Password)
	return Migrated{Version: version}, err
}
