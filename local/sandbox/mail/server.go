// Package mail plays an SMTP server which delivers nothing and remembers
// everything. What becomes of a mail is decided by how the local part of its
// receiver begins: bounce, defer, reject; anything else is accepted.
package mail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/auto-engagement/flows/local/sandbox/accounts"
	"github.com/auto-engagement/flows/local/sandbox/digits"
	"github.com/auto-engagement/flows/local/sandbox/faults"
	"github.com/auto-engagement/flows/local/sandbox/gate"
	"github.com/auto-engagement/flows/local/sandbox/journal"
)

// Server is the SMTP server.
type Server struct {
	accounts *accounts.Store
	journal  *journal.Journal
	faults   *faults.Queue
	turns    digits.Turns
	smtp     *smtp.Server
	done     sync.WaitGroup
	ctx      context.Context //nolint:containedctx // its end is the server's own
	cancel   context.CancelFunc
}

const (
	maxMessage    = 10 << 20
	maxRecipients = 100
)

// Serve makes a server and lets it serve l until Close.
func Serve(l net.Listener, store *accounts.Store, j *journal.Journal, q *faults.Queue) *Server {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{accounts: store, journal: j, faults: q, ctx: ctx, cancel: cancel}
	s.smtp = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{server: s, conn: c.Conn()}, nil
	}))
	s.smtp.Domain = "sandbox.invalid"
	s.smtp.MaxMessageBytes = maxMessage
	s.smtp.MaxRecipients = maxRecipients
	s.smtp.AllowInsecureAuth = true
	s.smtp.EnableSMTPUTF8 = true
	s.smtp.ReadTimeout = 5 * time.Minute
	s.smtp.WriteTimeout = time.Minute
	s.smtp.ErrorLog = log.New(io.Discard, "", 0)
	s.done.Go(func() {
		_ = s.smtp.Serve(l) // ends with Close
	})
	return s
}

// Close hangs up on everybody.
func (s *Server) Close() {
	s.cancel()
	_ = s.smtp.Close()
	s.done.Wait()
}

// session is one connection, and one mail after the other on it.
type session struct {
	server *Server
	conn   net.Conn
	authed bool
	letter Letter
}

var _ smtp.AuthSession = (*session)(nil)

// Reset forgets the mail under way.
func (s *session) Reset() { s.letter = Letter{} }

// Logout has nothing to free.
func (s *session) Logout() error { return nil }

// AuthMechanisms are the ones that the sandbox knows.
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain, sasl.Login} }

// Auth starts one of them.
func (s *session) Auth(mechanism string) (sasl.Server, error) {
	switch mechanism {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, username, password string) error { return s.check(username, password) }), nil
	case sasl.Login:
		return &login{check: s.check}, nil
	default:
		return nil, smtp.ErrAuthUnknownMechanism
	}
}

func (s *session) check(username, password string) error {
	if s.server.accounts.SMTPRequired() && !s.server.accounts.SMTP(username, password) {
		s.record("AUTH", smtp.ErrAuthFailed.Code, false, "")
		return smtp.ErrAuthFailed
	}
	s.authed = true
	return nil
}

// Mail begins a mail.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.letter = Letter{From: from, To: []string{}}
	if s.server.accounts.SMTPRequired() && !s.authed {
		return s.refuse("MAIL", 530, smtp.EnhancedCode{5, 7, 0}, "Authentication required", "")
	}
	fault, struck := s.server.faults.Take(journal.Email, func(f faults.Fault) bool { return f.Kind() == "status" })
	if struck {
		class := fault.Status / 100
		return s.refuse("MAIL", fault.Status, smtp.EnhancedCode{class, 0, 0}, "Injected fault", "status")
	}
	return nil
}

// Rcpt takes or refuses a receiver.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	local := strings.ToLower(to)
	all := s.letter.To
	s.letter.To = []string{to}
	switch {
	case strings.HasPrefix(local, "bounce"):
		return s.refuse("RCPT", 550, smtp.EnhancedCode{5, 1, 1}, "User unknown", "")
	case strings.HasPrefix(local, "defer") && s.server.turns.First(local):
		return s.refuse("RCPT", 451, smtp.EnhancedCode{4, 7, 1}, "Greylisted, try again later", "")
	}
	s.letter.To = slices.Concat(all, []string{to})
	return nil
}

// Data takes the mail.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("read mail: %w", err)
	}
	s.letter.read(raw)
	fault, struck := s.server.faults.Take(journal.Email, func(f faults.Fault) bool { return f.Kind() != "status" })
	if struck {
		return s.lose(fault)
	}
	for _, to := range s.letter.To {
		if strings.HasPrefix(strings.ToLower(to), "reject") {
			return s.refuse("DATA", 554, smtp.EnhancedCode{5, 7, 1}, "Message refused as spam", "")
		}
	}
	s.record("DATA", 250, true, "")
	return nil
}

// lose ends the connection without an answer to the mail.
func (s *session) lose(fault faults.Fault) error {
	s.record("DATA", 0, fault.Taken, fault.Kind())
	if fault.Reset {
		gate.ResetConn(s.conn)
		return errors.New("connection reset on purpose")
	}
	timer := time.NewTimer(fault.HangFor())
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.server.ctx.Done():
	}
	_ = s.conn.Close()
	return errors.New("connection closed on purpose")
}

func (s *session) refuse(command string, code int, enhanced smtp.EnhancedCode, text, fault string) error {
	s.record(command, code, false, fault)
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}

func (s *session) record(command string, status int, taken bool, fault string) {
	letter := s.letter
	s.server.journal.Requests.Add(letter.Size, func(id int64) journal.Request {
		return journal.Request{
			ID: id, Provider: journal.Email, Method: command, At: time.Now().UTC(),
			Body: letter, Status: status, Taken: taken, Fault: fault,
		}
	})
}
