package services

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/auto-engagement/flows/local/stack/proc"
	"github.com/auto-engagement/flows/local/stack/settings"
)

// Superuser is the role that owns the database server, Database the database
// of the functions.
const (
	Superuser = "postgres"
	Database  = "aef"
)

// DatabaseURL is the address of a database of the stack's Postgres, as superuser.
func DatabaseURL(port int, password, database string) string {
	u := url.URL{
		Scheme: "postgres", Host: "127.0.0.1:" + strconv.Itoa(port), Path: "/" + database,
		User: url.UserPassword(Superuser, password), RawQuery: "sslmode=disable",
	}
	return u.String()
}

// PostgresSpec is a Postgres whose data lie in dir; they are made when there
// are none. What is returned as its Dir holds all of it.
func PostgresSpec(ctx context.Context, s settings.Settings, dir string, port int, password string) (proc.Spec, error) {
	version, err := tools(s)
	if err != nil {
		return proc.Spec{}, err
	}
	h, err := findHome(s, dir, version)
	if err != nil {
		return proc.Spec{}, err
	}
	data := filepath.Join(h.dir, "data")
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); errors.Is(err, fs.ErrNotExist) {
		if err := initialise(ctx, s, h, data, password); err != nil {
			return proc.Spec{}, err
		}
	}
	return proc.Spec{
		Name: Postgres, Title: "Postgres", Version: version,
		Command: []string{
			filepath.Join(h.programs, "postgres"), "-D", data, "-p", strconv.Itoa(port),
			"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
			// Every warm function holds a connection or two.
			"-c", "max_connections=1000",
			// A killed Postgres loses nothing by it; only a machine that loses
			// power does.
			"-c", "fsync=off",
			"-c", "timezone=UTC", "-c", "log_timezone=UTC",
		},
		Env: bare(s), Dir: h.dir, Log: filepath.Join(h.dir, "postgres.log"),
		Ports: []int{port},
		Ready: DatabaseURL(port, password, "postgres"), Stop: syscall.SIGINT,
		User: h.uid, Group: h.gid,
	}, nil
}

// initialise makes the data beside their place and then moves them there, so
// that half of them is never taken for all.
func initialise(ctx context.Context, s settings.Settings, h home, data, password string) error {
	next := data + ".next"
	if err := os.RemoveAll(next); err != nil {
		return fmt.Errorf("clear Postgres' directory: %w", err)
	}
	secret := filepath.Join(h.dir, "password")
	if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
		return fmt.Errorf("write Postgres' password: %w", err)
	}
	defer func() { _ = os.Remove(secret) }()
	if err := h.own(secret); err != nil {
		return err
	}
	out, err := proc.Run(ctx, h.uid, h.gid, h.dir, bare(s), filepath.Join(h.programs, "initdb"),
		"-D", next, "-U", Superuser, "--pwfile", secret, "--auth=scram-sha-256",
		"--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync")
	if err != nil {
		return fmt.Errorf("make a Postgres database: %w: %s", err, out)
	}
	if err := os.Rename(next, data); err != nil {
		return fmt.Errorf("make a Postgres database: %w", err)
	}
	return nil
}
