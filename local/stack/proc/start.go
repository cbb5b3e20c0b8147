package proc

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// startTime bounds the wait for a service to be ready.
const startTime = 60 * time.Second

// Ensure has the service running as spec says: it is started when it does not
// run, started anew when it runs differently, and otherwise left alone.
// started is false in the last case.
func (k Keeper) Ensure(ctx context.Context, spec Spec) (started bool, err error) {
	r, err := k.read(spec.Name)
	if err != nil {
		return false, err
	}
	if r.running() {
		if same(r.Spec, spec) {
			return false, nil
		}
		if err := k.Stop(ctx, spec.Name); err != nil {
			return false, err
		}
	}
	return true, k.start(ctx, spec)
}

func same(a, b Spec) bool {
	return a.Version == b.Version && slices.Equal(a.Command, b.Command) && slices.Equal(a.Env, b.Env)
}

// Start starts a service as it was last started; a running one is left alone.
func (k Keeper) Start(ctx context.Context, name string) error {
	r, err := k.read(name)
	if err != nil {
		return err
	}
	if r.Name == "" {
		return fmt.Errorf("%s was never started here: make up starts it", name)
	}
	if r.running() {
		return nil
	}
	return k.start(ctx, r.Spec)
}

func (k Keeper) start(ctx context.Context, spec Spec) error {
	for _, port := range spec.Ports {
		if err := free(ctx, port); err != nil {
			return fmt.Errorf("port %d, needed by %s, is taken by another program; "+
				"PORT=18400 make up uses ports from 18400 on", port, spec.Title)
		}
	}
	if err := os.MkdirAll(filepath.Dir(spec.Log), 0o755); err != nil {
		return fmt.Errorf("make the log's directory: %w", err)
	}
	log, err := os.OpenFile(spec.Log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("open the log of %s: %w", spec.Title, err)
	}
	defer func() { _ = log.Close() }()
	from, err := log.Seek(0, 2)
	if err != nil {
		return fmt.Errorf("open the log of %s: %w", spec.Title, err)
	}

	cmd, err := launch(spec, log)
	if err != nil {
		return fmt.Errorf("start %s: %w", spec.Title, err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended stands in its log
		close(ended)
	}()
	// Written before it is known to be ready, so that an interrupted start
	// can still be stopped.
	if err := k.write(record{Spec: spec, PID: cmd.Process.Pid, Identity: identity(cmd.Process.Pid)}); err != nil {
		return err
	}
	return awaitReady(ctx, spec, ended, from)
}

func launch(spec Spec, log *os.File) (*exec.Cmd, error) {
	cmd := exec.Command(spec.Command[0], spec.Command[1:]...) //nolint:noctx // It outlives the command that starts it.
	cmd.Env, cmd.Dir = spec.Env, spec.Dir
	cmd.Stdout, cmd.Stderr = log, log
	// A session of its own: neither Ctrl-C nor a closed terminal reaches it,
	// and all its children can be found by its group.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: as(spec.User, spec.Group)}
	return cmd, cmd.Start()
}

// Run runs a program in a directory to its end as a user, 0 for this one, and
// returns what it printed.
func Run(ctx context.Context, user, group uint32, dir string, env []string, command ...string) (string, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env, cmd.Dir = env, dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as(user, group)}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func as(user, group uint32) *syscall.Credential {
	if user == 0 {
		return nil
	}
	return &syscall.Credential{Uid: user, Gid: group}
}

func awaitReady(parent context.Context, spec Spec, ended <-chan struct{}, from int64) error {
	ctx, cancel := context.WithTimeout(parent, startTime)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if ready(ctx, spec.Ready) {
			return nil
		}
		select {
		case <-ended:
			return fmt.Errorf("%s did not start (%s): %s", spec.Title, spec.Log, lastLine(spec.Log, from))
		case <-ctx.Done():
			if err := parent.Err(); err != nil {
				return fmt.Errorf("start %s: %w", spec.Title, err)
			}
			return fmt.Errorf("%s was not ready within %s (%s): %s", spec.Title, startTime, spec.Log, lastLine(spec.Log, from))
		case <-tick.C:
		}
	}
}

func free(ctx context.Context, port int) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return err
	}
	return listener.Close()
}

// lastLine is the last line that a log got since from.
func lastLine(path string, from int64) string {
	text, err := os.ReadFile(path)
	if err != nil || int64(len(text)) <= from {
		return "it printed nothing"
	}
	lines := strings.Split(strings.TrimSpace(string(text[from:])), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
