// Package settings says where one local stack lives and what it was given:
// its directory, ports and clock. They are kept in the directory, so that
// later commands and later starts use the same ones.
package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/auto-engagement/flows/internal/clock"
)

// DefaultPort is the first of the five ports of a stack that was given none.
const DefaultPort = 17400

// StackName is the name of the CloudFormation stack, and the first part of
// the names of all its functions.
const StackName = "aef-local"

// Settings are those of one stack. Dir and Root are absolute.
type Settings struct {
	// Dir holds everything the stack writes.
	Dir string `json:"-"`
	// Root is the repository: template.yaml lies there.
	Root string `json:"-"`
	// Venv is the Python environment that holds the tools.
	Venv string `json:"-"`

	// Port is the gateway's; the emulator, Postgres, the sandbox and its
	// SMTP follow, in this order.
	Port int `json:"port"`
	// Clock is the functions' clock as internal/clock reads it; empty is real time.
	Clock string `json:"clock"`
}

// GatewayPort is the HTTP API's.
func (s Settings) GatewayPort() int { return s.Port }

// EmulatorPort is the AWS emulator's.
func (s Settings) EmulatorPort() int { return s.Port + 1 }

// PostgresPort is the database's.
func (s Settings) PostgresPort() int { return s.Port + 2 }

// SandboxPort is the provider sandbox's, for HTTP.
func (s Settings) SandboxPort() int { return s.Port + 3 }

// SMTPPort is the provider sandbox's, for mail.
func (s Settings) SMTPPort() int { return s.Port + 4 }

// GatewayURL is the HTTP API's address.
func (s Settings) GatewayURL() string { return local(s.GatewayPort()) }

// EmulatorURL is the AWS emulator's address.
func (s Settings) EmulatorURL() string { return local(s.EmulatorPort()) }

// SandboxURL is the provider sandbox's address.
func (s Settings) SandboxURL() string { return local(s.SandboxPort()) }

func local(port int) string { return "http://127.0.0.1:" + strconv.Itoa(port) }

// Path joins names to the stack's directory.
func (s Settings) Path(names ...string) string {
	return filepath.Join(append([]string{s.Dir}, names...)...)
}

// Tool is the path of a program of the Python environment.
func (s Settings) Tool(name string) string { return filepath.Join(s.Venv, "bin", name) }

// Now is the stack's virtual time.
func (s Settings) Now() time.Time {
	c, err := clock.Parse(s.Clock)
	if err != nil {
		return time.Now().UTC()
	}
	return c.Now()
}

// Load reads what the stack in dir was given. A stack that was never started
// has DefaultPort and real time; known tells the two apart.
func Load(dir, root, venv string) (s Settings, known bool, err error) {
	s = Settings{Port: DefaultPort}
	for path, into := range map[string]*string{dir: &s.Dir, root: &s.Root, venv: &s.Venv} {
		if *into, err = filepath.Abs(path); err != nil {
			return s, false, fmt.Errorf("resolve %s: %w", path, err)
		}
	}
	text, err := os.ReadFile(s.Path("settings.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return s, false, nil
	}
	if err != nil {
		return s, false, fmt.Errorf("read the stack's settings: %w", err)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, false, fmt.Errorf("%s is damaged (%w): make clean removes it", s.Path("settings.json"), err)
	}
	return s, true, nil
}

// Keep writes the settings, for the commands to come.
func (s Settings) Keep() error {
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return fmt.Errorf("make the stack's directory: %w", err)
	}
	return WriteJSON(s.Path("settings.json"), s, 0o644)
}

// Scaled is the clock that from now on runs scale times as fast.
func Scaled(scale string, now time.Time) (string, error) {
	at := now.UTC().Format(time.RFC3339)
	text := at + "," + at + "," + scale
	if _, err := clock.Parse(text); err != nil {
		return "", fmt.Errorf("CLOCK_SCALE is %q: it must be a number from 1 to 100000", scale)
	}
	return text, nil
}

// WriteJSON writes a value to a file, whole or not at all.
func WriteJSON(path string, value any, mode os.FileMode) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make the directory of %s: %w", path, err)
	}
	next := path + ".next"
	if err := os.WriteFile(next, append(text, '\n'), mode); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
