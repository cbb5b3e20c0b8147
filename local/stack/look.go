package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/auto-engagement/flows/local/stack/cloud"
	"github.com/auto-engagement/flows/local/stack/console"
	"github.com/auto-engagement/flows/local/stack/services"
	"github.com/auto-engagement/flows/local/stack/settings"
)

// status shows what runs.
func status(ctx context.Context, s stack, _ []string) error {
	if !s.known {
		fmt.Printf("  There is no stack in %s: make up starts one.\n", s.Dir)
		return nil
	}
	rows := [][]string{{"Service", "State", "Ports", "Log"}}
	keeper := services.Keeper(s.Settings)
	running := true
	for _, name := range slices.Backward(services.All) {
		spec, pid, known, err := keeper.Find(name)
		if err != nil {
			return err
		}
		if !known {
			running = false
			rows = append(rows, []string{name, "never started"})
			continue
		}
		state := "process " + strconv.Itoa(pid)
		if pid == 0 {
			state, running = "down", false
		}
		rows = append(rows, []string{name, state, strings.Trim(fmt.Sprint(spec.Ports), "[]"), spec.Log})
	}
	fmt.Print(console.Table(rows))
	if !running {
		fmt.Println("\n  make up starts what is down.")
		return nil
	}
	c := cloud.New(s.Settings)
	outputs, err := c.Outputs(ctx, settings.StackName)
	if err != nil || len(outputs) == 0 {
		return err
	}
	details := [][2]string{{"API", s.GatewayURL()}, {"Clock", clockWords(s.Settings)}}
	for _, queue := range [][2]string{{"Leads", "LeadQueueUrl"}, {"Dead letters", "LeadDeadLetterQueueUrl"}} {
		depth, err := c.Depth(ctx, outputs[queue[1]])
		if err != nil {
			return err
		}
		details = append(details, [2]string{queue[0], depth})
	}
	fmt.Println()
	for _, d := range append(details, [2]string{"Details", s.Path("stack.json")}) {
		fmt.Printf("  %-13s %s\n", d[0], d[1])
	}
	return nil
}

func clockWords(s settings.Settings) string {
	if s.Clock == "" {
		return "real time"
	}
	return s.Now().Format(time.RFC3339) + ", " + clockScale(s.Clock) + " times as fast"
}

// clockScale is the last part of epoch,anchor,scale.
func clockScale(text string) string { return text[strings.LastIndexByte(text, ',')+1:] }

// logs prints what functions logged in the last ten minutes, or the end of a
// service's log; with -f it goes on.
func logs(ctx context.Context, s stack, args []string) error {
	flags := flag.NewFlagSet("logs", flag.ContinueOnError)
	follow := flags.Bool("f", false, "go on with what is logged from now on")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if name := flags.Arg(0); slices.Contains(services.All, name) {
		return tail(ctx, s.logOf(name), *follow)
	}
	if err := s.mustRun(); err != nil {
		return err
	}
	c, seen, since := cloud.New(s.Settings), map[string]bool{}, time.Now().Add(-10*time.Minute)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		lines, err := c.Logs(ctx, settings.StackName, flags.Arg(0), since, seen)
		if err != nil {
			return err
		}
		for _, line := range lines {
			fmt.Printf("%s %-9s %s\n", line.At.Local().Format("15:04:05.000"), line.Function, line.Text)
		}
		if !*follow {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func tail(ctx context.Context, path string, follow bool) error {
	args := []string{"-n", "200", path}
	if follow {
		args = append([]string{"-f"}, args...)
	}
	cmd := exec.CommandContext(ctx, "tail", args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}
