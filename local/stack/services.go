package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/auto-engagement/flows/local/stack/accounts"
	"github.com/auto-engagement/flows/local/stack/console"
	"github.com/auto-engagement/flows/local/stack/proc"
	"github.com/auto-engagement/flows/local/stack/seed"
	"github.com/auto-engagement/flows/local/stack/services"
	"github.com/auto-engagement/flows/local/stack/settings"
)

// lock lets one command at a time change the stack.
func (s stack) lock() (unlock func(), err error) {
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the stack's directory: %w", err)
	}
	file, err := os.OpenFile(s.Path("lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the stack: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("another command is changing the stack in %s; wait for it", s.Dir)
	}
	return func() { _ = file.Close() }, nil
}

// lockWithin is lock, tried again while another command has it.
func (s stack) lockWithin(ctx context.Context, limit time.Duration) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		if unlock, err = s.lock(); err == nil {
			return unlock, nil
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// mustRun is an error unless the stack runs.
func (s stack) mustRun() error {
	keeper := services.Keeper(s.Settings)
	for _, name := range services.All {
		if _, pid, _, err := keeper.Find(name); err != nil || pid == 0 {
			return fmt.Errorf("the stack in %s does not run (%s is down): make up starts it", s.Dir, name)
		}
	}
	return nil
}

// down stops everything.
func down(ctx context.Context, s stack, _ []string) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	return s.stopAll(ctx)
}

func (s stack) stopAll(ctx context.Context) error {
	board := console.New(os.Stdout)
	defer board.Close()
	keeper := services.Keeper(s.Settings)
	stopped := false
	for _, name := range services.All {
		spec, pid, _, err := keeper.Find(name)
		if err != nil {
			return err
		}
		if pid == 0 {
			continue
		}
		stopped = true
		if err := board.Step(name, func() (string, error) { return "stopped", keeper.Stop(ctx, spec.Name) }); err != nil {
			return err
		}
	}
	if !stopped {
		board.Printf("  Nothing runs here.")
	}
	return nil
}

// clean stops everything and removes what the stack wrote.
func clean(ctx context.Context, s stack, _ []string) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := s.stopAll(ctx); err != nil {
		return err
	}
	// Only a directory of a stack is removed, whatever -dir says.
	entries, err := os.ReadDir(s.Dir)
	if err != nil {
		return fmt.Errorf("read the stack's directory: %w", err)
	}
	if len(entries) > 1 && !s.known {
		return fmt.Errorf("%s is no stack's directory, so it stays", s.Dir)
	}
	if err := s.removePostgres(); err != nil {
		return err
	}
	if err := os.RemoveAll(s.Dir); err != nil {
		return fmt.Errorf("remove the stack's directory: %w", err)
	}
	return nil
}

// removePostgres removes the Postgres that was last started, wherever it lives.
func (s stack) removePostgres() error {
	spec, _, known, err := services.Keeper(s.Settings).Find(services.Postgres)
	if err != nil || !known {
		return err
	}
	if err := os.RemoveAll(spec.Dir); err != nil {
		return fmt.Errorf("remove the database: %w", err)
	}
	return nil
}

func service(args []string) (string, error) {
	if len(args) != 1 || !slices.Contains(services.All, args[0]) {
		return "", errors.New("name one service: " + strings.Join(services.All, ", "))
	}
	return args[0], nil
}

func stop(ctx context.Context, s stack, args []string) error {
	name, err := service(args)
	if err != nil {
		return err
	}
	return services.Keeper(s.Settings).Stop(ctx, name)
}

func start(ctx context.Context, s stack, args []string) error {
	name, err := service(args)
	if err != nil {
		return err
	}
	if err := services.Keeper(s.Settings).Start(ctx, name); err != nil || name != services.Sandbox {
		return err
	}
	a, err := accounts.Load(s.Settings)
	if err != nil {
		return err
	}
	return seed.Sandbox(ctx, s.Settings, a)
}

func restart(ctx context.Context, s stack, args []string) error {
	if err := stop(ctx, s, args); err != nil {
		return err
	}
	return start(ctx, s, args)
}

// killFunctions kills function processes as a crash would, in the middle of
// whatever they do. The emulator starts new ones.
func killFunctions(_ context.Context, s stack, args []string) error {
	_, emulator, _, err := services.Keeper(s.Settings).Find(services.Emulator)
	if err != nil {
		return err
	}
	if emulator == 0 {
		return errors.New("the AWS emulator does not run: make up starts it")
	}
	killed := 0
	for _, pid := range proc.Members(emulator) {
		name := strings.TrimPrefix(proc.Variable(pid, "AWS_LAMBDA_FUNCTION_NAME"), settings.StackName+"-")
		if name == "" || len(args) > 0 && !slices.Contains(args, name) {
			continue
		}
		if syscall.Kill(pid, syscall.SIGKILL) == nil {
			killed++
		}
	}
	fmt.Println("killed:", killed)
	return nil
}

// logOf is the log file of a service.
func (s stack) logOf(name string) string { return filepath.Join(s.Dir, "logs", name+".log") }
