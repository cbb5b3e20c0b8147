package connect

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/provider"
)

// Checked is what the check of an integration found.
type Checked struct {
	OK bool
	// Message is a sentence for people: what was found, or why it does not work.
	Message string
}

// Check asks the provider whether the stored settings work. What the provider
// says is no error; NotConnectedError is.
func (s *Service) Check(ctx context.Context, tenant uuid.UUID, kind Kind) (Checked, error) {
	cred, _, err := s.credentials(ctx, tenant, kind)
	if err != nil {
		return Checked{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	found, err := s.probe(ctx, kind, cred)
	if err == nil {
		return Checked{OK: true, Message: found}, nil
	}
	reason := "no answer that could be understood"
	if told, is := errors.AsType[*provider.QuestionError](err); is {
		reason = told.Reason
	}
	return Checked{Message: fmt.Sprintf("%s cannot be used: %s", kind.Name(), provider.Clean(reason, cred.Secret))}, nil
}

func (s *Service) probe(ctx context.Context, kind Kind, cred provider.Credentials) (string, error) {
	switch kind {
	case Bolna:
		agents, err := s.Calls.Agents(ctx, cred)
		return "Bolna accepts the key; the account has " + counted(len(agents), "agent"), err
	case WhatsApp:
		config, _ := readConfig[WhatsAppSettings](cred.Config)
		if config.Mode == modeChatAgent {
			return "A chat-agent server cannot be asked; send a test run to try it", nil
		}
		numbers, err := s.Messages.WhatsAppNumbers(ctx, cred)
		return "WhatsApp accepts the token; it may send from " + counted(len(numbers), "number"), err
	default:
		return s.Mail.CheckMail(ctx, cred)
	}
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// asQuestion makes any failure of a provider a *provider.QuestionError.
func asQuestion(err error) error {
	if _, is := errors.AsType[*provider.QuestionError](err); is {
		return err
	}
	return errors.Join(&provider.QuestionError{Reason: "its answer could not be understood"}, err)
}

// credentials are a tenant's settings with the secret opened, and what names
// this very state of them.
func (s *Service) credentials(ctx context.Context, tenant uuid.UUID, kind Kind) (provider.Credentials, string, error) {
	state, err := s.Store.Connections(ctx, tenant)
	if err != nil {
		return provider.Credentials{}, "", err
	}
	stored, has := state.Settings[kind]
	if !has {
		return provider.Credentials{}, "", NotConnectedError{kind}
	}
	plain, err := s.open(ctx, tenant, stored.Secret)
	if err != nil {
		return provider.Credentials{}, "", err
	}
	sum := sha256.Sum256(append(append([]byte(stored.Config), 0), stored.Secret...))
	return provider.Credentials{Config: stored.Config, Secret: plain}, string(sum[:]), nil
}

// Agents lists the voice agents at Bolna. Lists are kept for a minute, unless
// the settings change; refresh asks anew.
func (s *Service) Agents(ctx context.Context, tenant uuid.UUID, refresh bool) ([]provider.Agent, error) {
	return listed(ctx, s, tenant, Bolna, "agents", refresh, s.Calls.Agents)
}

// PhoneNumbers lists the numbers at Bolna.
func (s *Service) PhoneNumbers(ctx context.Context, tenant uuid.UUID, refresh bool) ([]provider.PhoneNumber, error) {
	return listed(ctx, s, tenant, Bolna, "numbers", refresh, s.Calls.PhoneNumbers)
}

// WhatsAppNumbers lists the numbers at WhatsApp.
func (s *Service) WhatsAppNumbers(ctx context.Context, tenant uuid.UUID, refresh bool) ([]provider.WhatsAppNumber, error) {
	return listed(ctx, s, tenant, WhatsApp, "numbers", refresh, s.Messages.WhatsAppNumbers)
}

// MessageTemplates lists the templates at WhatsApp.
func (s *Service) MessageTemplates(ctx context.Context, tenant uuid.UUID, refresh bool) ([]provider.MessageTemplate, error) {
	return listed(ctx, s, tenant, WhatsApp, "templates", refresh, s.Messages.MessageTemplates)
}

func listed[T any](ctx context.Context, s *Service, tenant uuid.UUID, kind Kind, what string, refresh bool,
	ask func(context.Context, provider.Credentials) ([]T, error),
) ([]T, error) {
	cred, state, err := s.credentials(ctx, tenant, kind)
	if err != nil {
		return nil, err
	}
	key := strings.Join([]string{tenant.String(), string(kind), what, state}, " ")
	if kept, is := s.listings.get(key, refresh).([]T); is {
		return kept, nil
	}
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	list, err := ask(ctx, cred)
	if err != nil {
		return nil, asQuestion(err)
	}
	s.listings.keep(key, list)
	return list, nil
}

// SendTest sends a mail by the tenant's e-mail integration, once; the sender
// is the integration's.
func (s *Service) SendTest(ctx context.Context, tenant uuid.UUID, m provider.Mail) (provider.Answer, error) {
	cred, _, err := s.credentials(ctx, tenant, Email)
	if err != nil {
		return provider.Answer{}, err
	}
	var config EmailSettings
	if err := json.Unmarshal(cred.Config, &config); err != nil {
		return provider.Answer{Class: provider.Refused, Reason: "The e-mail settings cannot be read"}, nil
	}
	if from, err := mail.ParseAddress(config.From); err == nil {
		m.From, m.FromName = from.Address, config.FromName
	}
	m.ReplyTo = config.ReplyTo
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	return s.Mailer.Send(ctx, cred, m), nil
}

// Bounds of what is kept of providers' lists, in memory only.
const (
	listingKept = time.Minute
	// refreshable is how old a list must be to be asked for anew.
	refreshable = 3 * time.Second
	maxListings = 500
)

// listings keeps lists of providers for a while. It is safe for concurrent use.
type listings struct {
	mu   sync.Mutex
	kept map[string]listing
}

type listing struct {
	list  any
	since time.Time
}

// get is nil when nothing is kept, or nothing that is fresh enough.
func (l *listings) get(key string, refresh bool) any {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := l.kept[key]
	age := time.Since(found.since)
	if age > listingKept || refresh && age > refreshable {
		return nil
	}
	return found.list
}

func (l *listings) keep(key string, list any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.kept == nil || len(l.kept) >= maxListings {
		l.kept = map[string]listing{}
	}
	l.kept[key] = listing{list, time.Now()}
}
