// Package whatsapp plays Meta's WhatsApp Cloud API, as far as sending messages
// goes, and the older chat-agent server that stands before it. Written after
// Meta's pages "Messages", "Status messages webhook reference", "messages
// webhook reference", "Error codes" and "Graph API: Handling errors".
package whatsapp

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/auto-engagement/flows/local/sandbox/accounts"
	"github.com/auto-engagement/flows/local/sandbox/courier"
	"github.com/auto-engagement/flows/local/sandbox/digits"
)

// Service accepts messages and reports on them.
type Service struct {
	accounts *accounts.Store
	courier  *courier.Courier
	duration time.Duration
	turns    digits.Turns
	done     sync.WaitGroup
	ctx      context.Context //nolint:containedctx // its end is the service's own
	cancel   context.CancelFunc
}

// New makes a service whose messages take duration from accepted to their last
// status.
func New(store *accounts.Store, c *courier.Courier, duration time.Duration) *Service {
	ctx, cancel := context.WithCancel(context.Background())
	return &Service{accounts: store, courier: c, duration: duration, ctx: ctx, cancel: cancel}
}

// Close stops reporting and waits for it.
func (s *Service) Close() {
	s.cancel()
	s.done.Wait()
}

// message is one message that was accepted.
type message struct {
	id, waID, callbackData, conversation string
	number                               accounts.WhatsAppNumber
}

// accept takes a message and reports on it in the background.
func (s *Service) accept(number accounts.WhatsAppNumber, to, callbackData string, b behaviour) message {
	m := message{
		id: newID(), waID: waID(to), callbackData: callbackData, conversation: random(16), number: number,
	}
	s.done.Add(1)
	go s.report(m, b)
	return m
}

func (s *Service) report(m message, b behaviour) {
	defer s.done.Done()
	for _, status := range b.statuses {
		timer := time.NewTimer(s.duration / time.Duration(len(b.statuses)))
		select {
		case <-timer.C:
		case <-s.ctx.Done():
			timer.Stop()
			return
		}
		s.send(m.number, m.id, status, statusChange(m, status, b.failure))
	}
}

// refusal is the error that a try to send to this number gets at once.
func (s *Service) refusal(number accounts.WhatsAppNumber, to string, b behaviour) *graphError {
	if b.refusal == nil {
		return nil
	}
	if b.firstOnly && !s.turns.First(number.PhoneNumberID+" "+waID(to)) {
		return nil
	}
	return b.refusal
}

// Receive sends the webhook for a text written by a person, a STOP for
// instance, and gives the message's id.
func (s *Service) Receive(phoneNumberID, from, name, text string) (id string, err error) {
	number, found := s.accounts.WhatsAppNumber(phoneNumberID)
	if !found {
		return "", fmt.Errorf("no phone_number_id %q is configured", phoneNumberID)
	}
	if s.accounts.WhatsAppApp().WebhookURL == "" {
		return "", errors.New("no whatsapp_app.webhook_url is configured")
	}
	id = newID()
	s.send(number, id, "message", inboundChange(number, id, waID(from), name, text))
	return id, nil
}

// Verify does the handshake by which Meta makes sure of a webhook's receiver:
// GET with hub.mode, hub.challenge and hub.verify_token, which must answer 200
// with the challenge.
func (s *Service) Verify(ctx context.Context) error {
	app := s.accounts.WhatsAppApp()
	if app.WebhookURL == "" || app.VerifyToken == "" {
		return errors.New("whatsapp_app needs webhook_url and verify_token")
	}
	challenge := random(8)
	u, err := url.Parse(app.WebhookURL)
	if err != nil {
		return fmt.Errorf("read webhook_url: %w", err)
	}
	q := u.Query()
	q.Set("hub.mode", "subscribe")
	q.Set("hub.challenge", challenge)
	q.Set("hub.verify_token", app.VerifyToken)
	u.RawQuery = q.Encode()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return fmt.Errorf("ask the webhook: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask the webhook: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 4096))
	if err != nil {
		return fmt.Errorf("read the webhook's answer: %w", err)
	}
	if res.StatusCode != http.StatusOK || string(answer) != challenge {
		return fmt.Errorf("the webhook answered %d and not the challenge", res.StatusCode)
	}
	return nil
}

// newID makes an id as Meta's look.
func newID() string {
	raw := make([]byte, 30)
	_, _ = rand.Read(raw)
	return "wamid." + base64.StdEncoding.EncodeToString(raw)
}

func random(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw)
	return hex.EncodeToString(raw)
}

// waID is a phone number as WhatsApp writes it: digits only.
func waID(phone string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
}
