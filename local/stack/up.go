package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/local/stack/accounts"
	"github.com/auto-engagement/flows/local/stack/builder"
	"github.com/auto-engagement/flows/local/stack/cloud"
	"github.com/auto-engagement/flows/local/stack/console"
	"github.com/auto-engagement/flows/local/stack/services"
	"github.com/auto-engagement/flows/local/stack/settings"
)

// demoTime bounds the demo: its flows wait for a minute.
const demoTime = 4 * time.Minute

// up brings the stack to what the repository says now, and returns when the
// demo's leads have ended.
func up(ctx context.Context, s stack, args []string) error {
	flags := flag.NewFlagSet("up", flag.ContinueOnError)
	port := flags.Int("port", 0, "first of five ports")
	demo := flags.Bool("demo", true, "make the demo's flows and send its leads")
	clockText := flags.String("clock", "", "the functions' clock: epoch,anchor,scale")
	scale := flags.String("clock-scale", "", "a clock that runs so many times as fast from now on")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := checkTools(s.Settings); err != nil {
		return err
	}
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if s.Settings, err = s.choose(*port, *clockText, *scale); err != nil {
		return err
	}
	a, err := accounts.Load(s.Settings)
	if err != nil {
		return err
	}
	board := console.New(os.Stdout)
	defer board.Close()
	r := rise{stack: s, accounts: a, board: board, build: builder.Builder{Settings: s.Settings}, cloud: cloud.New(s.Settings)}
	if err := r.services(ctx); err != nil {
		return err
	}
	if err := r.deploy(ctx); err != nil {
		return err
	}
	if err := r.fill(ctx, *demo); err != nil {
		return err
	}
	board.Printf("\n  Dashboard  %s/dashboard\n  Sign-in    %s, password %s (also admin, manager, agent, viewer)\n  API        %s\n  Sandbox    %s/_sandbox/requests\n  Details    %s\n",
		s.GatewayURL(), a.People()[0].Email, a.LoginPassword, s.GatewayURL(), s.SandboxURL(), s.Path("stack.json"))
	if *demo {
		return r.demo(ctx)
	}
	return nil
}

func checkTools(s settings.Settings) error {
	for _, tool := range []string{"go", "make"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%s is not installed, or not in PATH", tool)
		}
	}
	for _, tool := range []string{"python", "sam"} {
		if _, err := os.Stat(s.Tool(tool)); err != nil {
			return fmt.Errorf("%s is missing: make venv installs the Python tools", s.Tool(tool))
		}
	}
	if _, err := os.Stat("template.yaml"); err != nil {
		return errors.New("there is no template.yaml here: run this in the repository's root")
	}
	return nil
}

// choose settles port and clock: those asked for, else those of last time.
func (s stack) choose(port int, clockText, scale string) (settings.Settings, error) {
	next := s.Settings
	if port != 0 {
		next.Port = port
	}
	if s.known && next.Port != s.Port {
		if _, pid, _, err := services.Keeper(s.Settings).Find(services.Postgres); err != nil || pid != 0 {
			return next, fmt.Errorf("the stack runs on ports from %d on: make down before it moves to %d", s.Port, next.Port)
		}
	}
	var err error
	if next.Clock, err = s.chooseClock(clockText, scale); err != nil {
		return next, err
	}
	return next, next.Keep()
}

// chooseClock settles the clock. One that data were written by stays.
func (s stack) chooseClock(text, scale string) (string, error) {
	switch {
	case text == "" && scale == "":
		return s.Clock, nil
	case s.known && s.Clock != "" && (text == s.Clock || text == "" && scale == clockScale(s.Clock)):
		return s.Clock, nil
	case s.known:
		return "", errors.New("this stack has its clock already, and data by it: make clean before it gets another")
	case scale != "":
		return settings.Scaled(scale, time.Now())
	}
	if _, err := clock.Parse(text); err != nil {
		return "", fmt.Errorf("read CLOCK: %w", err)
	}
	return text, nil
}
