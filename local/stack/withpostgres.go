package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/auto-engagement/flows/local/stack/services"
)

// withPostgres runs a program with a Postgres of its own, and ends as it ends.
func withPostgres(ctx context.Context, s stack, args []string) (err error) {
	flags := flag.NewFlagSet("with-postgres", flag.ContinueOnError)
	port := flags.Int("port", 0, "port of the Postgres")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *port == 0 || flags.NArg() == 0 {
		return errors.New("name a port and a program: stack with-postgres -port N -- program")
	}
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	keeper := services.Keeper(s.Settings)
	// One that an earlier run could not stop.
	if err := keeper.Stop(ctx, services.Postgres); err != nil {
		return err
	}
	if err := s.removePostgres(); err != nil {
		return err
	}
	password := rand.Text()
	spec, err := services.PostgresSpec(ctx, s.Settings, s.Path("postgres"), *port, password)
	if err != nil {
		return err
	}
	// Lost commits are of no matter: its data end with it.
	spec.Command = append(spec.Command, "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
	if _, err := keeper.Ensure(ctx, spec); err != nil {
		return err
	}
	defer func() {
		end := context.WithoutCancel(ctx)
		err = errors.Join(err, keeper.Stop(end, services.Postgres), s.removePostgres())
	}()
	return passThrough(ctx, flags.Args(), "TEST_DATABASE_URL="+services.DatabaseURL(*port, password, "postgres"))
}

// passThrough runs a program on this one's terminal. When this one is
// interrupted so is the program, which then has time to end in order.
func passThrough(ctx context.Context, command []string, env ...string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	err := cmd.Run()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		return &exitError{max(ended.ExitCode(), 1)}
	}
	return err
}
