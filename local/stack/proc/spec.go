// Package proc runs the stack's services as processes of their own, which go
// on when the command that started them has ended. What was started, and how,
// is kept in a file, so that any later command can stop it or start it again.
package proc

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/auto-engagement/flows/local/stack/settings"
)

// Spec says how a service is started, known to be ready, and stopped.
type Spec struct {
	// Name is unique in a stack.
	Name string `json:"name"`
	// Title is the name for people.
	Title string `json:"title"`
	// Command is the program, by absolute path, and its arguments.
	Command []string `json:"command"`
	// Env is the whole environment, KEY=value.
	Env []string `json:"env"`
	// Dir is the working directory.
	Dir string `json:"dir"`
	// Log is the file that takes the output.
	Log string `json:"log"`
	// Ports are those it listens on, at 127.0.0.1.
	Ports []int `json:"ports"`
	// Ready is asked until it answers: an http:// or postgres:// address.
	Ready string `json:"ready"`
	// Stop is the signal that ends it in order.
	Stop syscall.Signal `json:"stop"`
	// User and Group, where User is not 0, are whom it runs as.
	User  uint32 `json:"user,omitempty"`
	Group uint32 `json:"group,omitempty"`
	// Version changes when the program or what it reads at its start has
	// changed: a running service of another version is started anew.
	Version string `json:"version"`
}

// record is the file of a service: how it was started, and as which process.
type record struct {
	Spec
	PID int `json:"pid"`
	// Identity tells the process from a later one with the same id.
	Identity string `json:"identity"`
}

// Keeper keeps the services of one stack.
type Keeper struct {
	// Dir holds a file per service.
	Dir string
}

func (k Keeper) path(name string) string { return filepath.Join(k.Dir, name+".json") }

func (k Keeper) read(name string) (record, error) {
	var r record
	text, err := os.ReadFile(k.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return r, fmt.Errorf("read what was started as %s: %w", name, err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("read what was started as %s: %w", name, err)
	}
	return r, nil
}

func (k Keeper) write(r record) error {
	return settings.WriteJSON(k.path(r.Name), r, 0o600)
}

// running tells whether the recorded process is there.
func (r record) running() bool {
	return r.PID > 0 && r.Identity != "" && identity(r.PID) == r.Identity
}

// Find returns how a service was last started and its process id, 0 when it
// does not run. ok is false when it was never started.
func (k Keeper) Find(name string) (spec Spec, pid int, ok bool, err error) {
	r, err := k.read(name)
	if err != nil || r.Name == "" {
		return Spec{}, 0, false, err
	}
	if r.running() {
		pid = r.PID
	}
	return r.Spec, pid, true, nil
}
