// The sandbox plays the providers that the system talks to: Bolna, the
// WhatsApp Cloud API, the chat-agent server and SMTP. README.md says how.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/auto-engagement/flows/local/sandbox/server"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Getenv, os.Stdout); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "sandbox:", err)
		}
		os.Exit(1)
	}
}

// run serves until the context ends or SIGTERM or SIGINT comes. It prints one
// line to out once it listens.
func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	options, err := parse(args, getenv)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	s, err := server.Start(options)
	if err != nil {
		return err
	}
	defer s.Close()
	_, _ = fmt.Fprintf(out, "sandbox listening: http %s smtp %s\n", s.URL(), s.SMTPAddr)
	<-ctx.Done()
	return nil
}

// parse reads flags; each has an environment variable as its default:
// SANDBOX_HTTP, SANDBOX_CALL_DURATION and so on.
func parse(args []string, getenv func(string) string) (server.Options, error) {
	var o server.Options
	flags := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	flags.StringVar(&o.HTTP, "http", "127.0.0.1:8085", "address for HTTP (SANDBOX_HTTP)")
	flags.StringVar(&o.SMTP, "smtp", "127.0.0.1:2525", "address for SMTP (SANDBOX_SMTP)")
	flags.DurationVar(&o.CallDuration, "call-duration", 0, "from a call's acceptance to completed (SANDBOX_CALL_DURATION; default 1s)")
	flags.DurationVar(&o.MessageDuration, "message-duration", 0, "from a message's acceptance to its last status (SANDBOX_MESSAGE_DURATION; default 300ms)")
	flags.Float64Var(&o.Speed, "speed", 1, "divides both durations (SANDBOX_SPEED)")
	flags.IntVar(&o.Webhooks.Tries, "webhook-tries", 0, "how often a webhook is sent at most (SANDBOX_WEBHOOK_TRIES; default 20)")
	for name, variable := range map[string]string{
		"http": "SANDBOX_HTTP", "smtp": "SANDBOX_SMTP", "call-duration": "SANDBOX_CALL_DURATION",
		"message-duration": "SANDBOX_MESSAGE_DURATION", "speed": "SANDBOX_SPEED", "webhook-tries": "SANDBOX_WEBHOOK_TRIES",
	} {
		if value := getenv(variable); value != "" {
			if err := flags.Set(name, value); err != nil {
				return o, fmt.Errorf("%s: %w", variable, err)
			}
		}
	}
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if o.Speed <= 0 {
		return o, errors.New("speed must be above 0")
	}
	return o, nil
}
