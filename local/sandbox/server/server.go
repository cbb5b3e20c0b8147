// Package server is the whole sandbox: Bolna, the WhatsApp Cloud API, the
// chat-agent server and the control endpoints on one HTTP address, SMTP on
// another. Tests can start it in their own process.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/auto-engagement/flows/local/sandbox/accounts"
	"github.com/auto-engagement/flows/local/sandbox/bolna"
	"github.com/auto-engagement/flows/local/sandbox/control"
	"github.com/auto-engagement/flows/local/sandbox/courier"
	"github.com/auto-engagement/flows/local/sandbox/faults"
	"github.com/auto-engagement/flows/local/sandbox/gate"
	"github.com/auto-engagement/flows/local/sandbox/journal"
	"github.com/auto-engagement/flows/local/sandbox/mail"
	"github.com/auto-engagement/flows/local/sandbox/whatsapp"
)

// Options are the settings of a sandbox.
type Options struct {
	// HTTP and SMTP are the addresses to listen on; port 0 takes a free one.
	HTTP, SMTP string
	// CallDuration is from a call's acceptance to completed; default 1 s.
	CallDuration time.Duration
	// MessageDuration is from a message's acceptance to its last status;
	// default 300 ms.
	MessageDuration time.Duration
	// Speed divides both durations; default 1.
	Speed float64
	// Webhooks says how often and how long webhooks are tried.
	Webhooks courier.Options
}

// Server is a running sandbox.
type Server struct {
	// HTTPAddr and SMTPAddr are the addresses listened on.
	HTTPAddr, SMTPAddr string

	http     *http.Server
	mail     *mail.Server
	bolna    *bolna.Service
	whatsapp *whatsapp.Service
	courier  *courier.Courier
	cancel   context.CancelFunc
	done     sync.WaitGroup
}

// Start listens on both addresses and serves until Close.
func Start(o Options) (*Server, error) {
	if o.Speed < 0 || o.CallDuration < 0 || o.MessageDuration < 0 {
		return nil, errors.New("speed and durations must not be negative")
	}
	var listen net.ListenConfig
	httpListener, err := listen.Listen(context.Background(), "tcp", o.HTTP)
	if err != nil {
		return nil, fmt.Errorf("listen for HTTP: %w", err)
	}
	smtpListener, err := listen.Listen(context.Background(), "tcp", o.SMTP)
	if err != nil {
		_ = httpListener.Close()
		return nil, fmt.Errorf("listen for SMTP: %w", err)
	}

	store, j, queue := &accounts.Store{}, journal.New(), &faults.Queue{}
	couriers := courier.New(j, o.Webhooks)
	calls := bolna.New(store, couriers, scaled(o.CallDuration, time.Second, o.Speed))
	messages := whatsapp.New(store, couriers, scaled(o.MessageDuration, 300*time.Millisecond, o.Speed))

	g := &gate.Gate{Journal: j, Faults: queue}
	mux := http.NewServeMux()
	mux.Handle("/bolna/", g.Wrap(journal.Bolna, "/bolna", bolna.ErrorBody, calls.Handler()))
	mux.Handle("/whatsapp/", g.Wrap(journal.WhatsApp, "/whatsapp", whatsapp.ErrorBody, messages.Handler()))
	mux.Handle("/chat-agent/", g.Wrap(journal.WhatsApp, "/chat-agent", whatsapp.ChatAgentErrorBody, messages.ChatAgent()))
	ctl := &control.Control{Accounts: store, Journal: j, Faults: queue, Bolna: calls, WhatsApp: messages}
	mux.Handle("/_sandbox/", ctl.Handler())

	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		HTTPAddr: httpListener.Addr().String(), SMTPAddr: smtpListener.Addr().String(),
		bolna: calls, whatsapp: messages, courier: couriers, cancel: cancel,
		http: &http.Server{
			Handler: mux, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0),
			BaseContext: func(net.Listener) context.Context { return ctx },
		},
		mail: mail.Serve(smtpListener, store, j, queue),
	}
	s.done.Go(func() {
		_ = s.http.Serve(httpListener) // ends with Close
	})
	return s, nil
}

// URL is the address of the HTTP side, without a path.
func (s *Server) URL() string { return "http://" + s.HTTPAddr }

// Close stops everything: hanging requests end without an answer, calls stay
// where they are, webhooks still on their way are dropped.
func (s *Server) Close() {
	s.cancel()
	s.bolna.Close()
	s.whatsapp.Close()
	s.courier.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		_ = s.http.Close()
	}
	s.mail.Close()
	s.done.Wait()
}

func scaled(d, fallback time.Duration, speed float64) time.Duration {
	if d == 0 {
		d = fallback
	}
	if speed == 0 {
		speed = 1
	}
	return time.Duration(float64(d) / speed)
}
