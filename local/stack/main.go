// Command stack runs the whole system on one machine: Postgres, an AWS
// emulator with the template deployed to it, the provider sandbox, and an HTTP
// gateway. The Makefile's targets call it; `stack help` lists its commands.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/auto-engagement/flows/local/stack/gateway"
	"github.com/auto-engagement/flows/local/stack/settings"
)

const usage = `stack [-dir .local] [-venv .venv] <command>

  up [-port N] [-demo=false] [-clock E,A,S | -clock-scale N]
                     build, start, deploy, migrate, seed, and run the demo
  down               stop everything; data stay
  clean              stop everything and remove the stack's directory
  status             what runs, and where
  logs [-f] [name]   the log of a function (default: all), or of a service
  lead -source S [-phone P] [-name N] [-email E] [-tags a,b]
                     send a lead and follow it
  tenant -name N     add a tenant, and print it as JSON with its people
  stop|start|restart <postgres|emulator|sandbox|gateway>
  kill-functions [name ...]
                     kill running function processes at once (default: all)
  with-postgres [-port N] -- <program> [argument ...]
                     run a program with TEST_DATABASE_URL naming a Postgres of its own
`

// commands are what the first argument can be.
var commands = map[string]func(ctx context.Context, s stack, args []string) error{
	"up":             up,
	"down":           down,
	"clean":          clean,
	"status":         status,
	"logs":           logs,
	"lead":           lead,
	"tenant":         tenant,
	"stop":           stop,
	"start":          start,
	"restart":        restart,
	"kill-functions": killFunctions,
	"with-postgres":  withPostgres,
}

// stack is the stack that a command is about.
type stack struct {
	settings.Settings
	// known is false when it was never started.
	known bool
}

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	interrupted := ctx.Err() != nil
	cancel()
	ended, passedOn := errors.AsType[*exitError](err)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case passedOn:
		os.Exit(ended.code)
	case interrupted:
		fmt.Fprintln(os.Stderr, "\nInterrupted. What was started goes on; make down stops it.")
		os.Exit(130)
	default:
		fmt.Fprintf(os.Stderr, "\n%s\n", sentence(err))
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("stack", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	dir := flags.String("dir", ".local", "the stack's directory")
	venv := flags.String("venv", ".venv", "the Python environment with the tools")
	if err := flags.Parse(args); err != nil {
		return err
	}
	name := flags.Arg(0)
	switch name {
	case "", "help":
		fmt.Print(usage)
		return nil
	case "gateway":
		return serveGateway(ctx, flags.Args()[1:])
	}
	command, ok := commands[name]
	if !ok {
		return fmt.Errorf("there is no command %q; stack help lists them", name)
	}
	s, known, err := settings.Load(*dir, ".", *venv)
	if err != nil {
		return err
	}
	return command(ctx, stack{s, known}, flags.Args()[1:])
}

// serveGateway is the service that services.GatewaySpec starts.
func serveGateway(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("gateway", flag.ContinueOnError)
	listen := flags.String("listen", "", "address to listen on")
	emulator := flags.String("emulator", "", "address of the AWS emulator")
	api := flags.String("api", "", "id of the HTTP API")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return gateway.Serve(ctx, *listen, *emulator, *api)
}

// exitError ends this program as another one ended.
type exitError struct{ code int }

func (e *exitError) Error() string { return fmt.Sprintf("exit status %d", e.code) }

// sentence makes an error one for people: a capital letter, a full stop.
func sentence(err error) string {
	text := []rune(err.Error())
	if len(text) == 0 {
		return "It failed."
	}
	if first := text[0]; first >= 'a' && first <= 'z' {
		text[0] = first - 'a' + 'A'
	}
	if last := text[len(text)-1]; last != '.' && last != '!' {
		text = append(text, '.')
	}
	return string(text)
}
