// Package connect connects tenants with their providers: it keeps their
// settings and secrets, shows the addresses that providers report to, asks
// providers whether the settings work, and lists what the tenant has there.
package connect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
)

// Kind is a kind of integration.
type Kind string

// The kinds of integrations. Leads is the webhook by which outside systems
// send leads; it has an address and no settings.
const (
	Bolna    Kind = "bolna"
	WhatsApp Kind = "whatsapp"
	Email    Kind = "email"
	Leads    Kind = "leads"
)

// Kinds are all kinds, in the order in which they are shown.
var Kinds = []Kind{Bolna, WhatsApp, Email, Leads}

// Name is what people call a kind.
func (k Kind) Name() string {
	return map[Kind]string{Bolna: "Bolna", WhatsApp: "WhatsApp", Email: "E-mail", Leads: "The lead webhook"}[k]
}

// Hook names a kind's webhook, in its address and among tokens: that of e-mail
// takes the events of Amazon SES.
func (k Kind) Hook() Kind {
	if k == Email {
		return "ses"
	}
	return k
}

// Service connects tenants. It is safe for use by many goroutines.
type Service struct {
	Store    Store
	Secrets  Secrets
	Calls    provider.CallDirectory
	Messages provider.MessageDirectory
	Mail     provider.MailChecker
	Mailer   provider.Mailer
	Clock    clock.Clock
	// PublicURL is where providers reach the webhooks, without a slash at its end.
	PublicURL string
	// PrivateHosts lets tenants name servers at private addresses; only a local
	// stack does.
	PrivateHosts bool

	listings listings
}

// Secrets encrypts and opens a tenant's secrets; *secret.Box does.
type Secrets interface {
	Seal(ctx context.Context, tenant uuid.UUID, plaintext string) ([]byte, error)
	Open(ctx context.Context, tenant uuid.UUID, ciphertext []byte) (string, error)
}

// Store keeps integrations. Each method sees and changes one tenant's alone.
type Store interface {
	Connections(ctx context.Context, tenant uuid.UUID) (State, error)
	// Connect stores settings with their routes, all or nothing. Its errors are
	// ErrChanged and NumberTakenError.
	Connect(ctx context.Context, tenant uuid.UUID, c Change) error
	// Disconnect takes settings, or the lead webhook's token, away; false when
	// there were none. WhatsApp numbers become free; Bolna's token stays, so
	// that calls under way are still reported, and its address is the same
	// when the tenant connects again.
	Disconnect(ctx context.Context, tenant uuid.UUID, by string, kind Kind) (bool, error)
	// ReplaceToken makes a token the only one of its hook.
	ReplaceToken(ctx context.Context, tenant uuid.UUID, by string, hook Kind, t Token) error
}

// State is all that is stored of a tenant's integrations.
type State struct {
	Settings map[Kind]Stored
	// Tokens are those of webhook addresses by their hook, encrypted.
	Tokens map[Kind][]byte
}

// Stored are the settings of one integration.
type Stored struct {
	Config json.RawMessage
	// Secret is encrypted; nil for none.
	Secret    []byte
	UpdatedAt time.Time
}

// Change is one integration to store.
type Change struct {
	Stored

	Kind Kind
	By   string
	// Seen is when the settings that this replaces were stored; nil: there
	// were none.
	Seen *time.Time
	// Numbers are the ids of the WhatsApp numbers whose webhooks are the tenant's.
	Numbers []string
	// Token is a new token beside those that the tenant has; nil for none.
	Token *Token
}

// Token is the token of a webhook's address.
type Token struct {
	Sealed []byte
	// Hash is its SHA-256, by which the webhook finds the tenant.
	Hash []byte
	At   time.Time
}

// Integration is an integration as it is shown.
type Integration struct {
	Kind      Kind
	Connected bool
	// Config is a JSON object; nil when not connected.
	Config    json.RawMessage
	HasSecret bool
	// WebhookURL is where the provider, or an outside system, sends to; "" when
	// there is none, or when it is not for the reader.
	WebhookURL string
	UpdatedAt  *time.Time
}

// Why something cannot be done.
var (
	// ErrChanged says that the integration was changed by another meanwhile.
	ErrChanged = errors.New("the integration was changed meanwhile")
	// ErrSecretsAway says that secrets cannot be encrypted or opened right now.
	ErrSecretsAway = errors.New("secrets are away")
)

// NotConnectedError says that the tenant has no such integration.
type NotConnectedError struct{ Kind Kind }

func (e NotConnectedError) Error() string { return e.Kind.Name() + " is not connected" }

// NumberTakenError refuses a WhatsApp number that another tenant has.
type NumberTakenError struct{ Number string }

func (e NumberTakenError) Error() string {
	return fmt.Sprintf("the WhatsApp number %s is connected to another account", e.Number)
}

// InvalidError refuses settings; there is at least one field.
type InvalidError struct{ Fields []flow.FieldError }

func (e InvalidError) Error() string { return e.Fields[0].Message }

// List shows all kinds. The addresses that hold a token are for those who
// administer.
func (s *Service) List(ctx context.Context, tenant uuid.UUID, admin bool) ([]Integration, error) {
	state, err := s.Store.Connections(ctx, tenant)
	if err != nil {
		return nil, err
	}
	out := make([]Integration, len(Kinds))
	for i, kind := range Kinds {
		if out[i], err = s.show(ctx, tenant, state, kind, admin); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Get shows one kind; one that is not connected too.
func (s *Service) Get(ctx context.Context, tenant uuid.UUID, kind Kind, admin bool) (Integration, error) {
	state, err := s.Store.Connections(ctx, tenant)
	if err != nil {
		return Integration{}, err
	}
	return s.show(ctx, tenant, state, kind, admin)
}

func (s *Service) show(ctx context.Context, tenant uuid.UUID, state State, kind Kind, admin bool) (Integration, error) {
	out := Integration{Kind: kind}
	if stored, has := state.Settings[kind]; has {
		out.Connected, out.Config, out.HasSecret, out.UpdatedAt = true, shown(kind, stored.Config), len(stored.Secret) > 0, &stored.UpdatedAt
	}
	sealed, has := state.Tokens[kind.Hook()]
	switch {
	case kind == WhatsApp:
		// Meta's app is the deployment's, and so is its webhook.
		out.WebhookURL = s.PublicURL + "/webhooks/whatsapp"
	case has && admin:
		token, err := s.open(ctx, tenant, sealed)
		if err != nil {
			return out, err
		}
		out.WebhookURL = s.PublicURL + "/webhooks/" + string(kind.Hook()) + "/" + token
	}
	if kind == Leads {
		out.Connected = has
	}
	return out, nil
}

// Disconnect takes an integration away; NotConnectedError when there is none.
func (s *Service) Disconnect(ctx context.Context, tenant uuid.UUID, by string, kind Kind) error {
	was, err := s.Store.Disconnect(ctx, tenant, by, kind)
	if err == nil && !was {
		err = NotConnectedError{kind}
	}
	return err
}

// RotateToken gives the tenant a new address of a webhook: Bolna's, that of
// leads, or that of events about mails; older ones no longer work.
func (s *Service) RotateToken(ctx context.Context, tenant uuid.UUID, by string, kind Kind) (Integration, error) {
	token, err := s.newToken(ctx, tenant)
	if err != nil {
		return Integration{}, err
	}
	if err := s.Store.ReplaceToken(ctx, tenant, by, kind.Hook(), *token); err != nil {
		return Integration{}, err
	}
	return s.Get(ctx, tenant, kind, true)
}

func (s *Service) open(ctx context.Context, tenant uuid.UUID, sealed []byte) (string, error) {
	plain, err := s.Secrets.Open(ctx, tenant, sealed)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrSecretsAway, err)
	}
	return plain, nil
}

func (s *Service) seal(ctx context.Context, tenant uuid.UUID, plain string) ([]byte, error) {
	sealed, err := s.Secrets.Seal(ctx, tenant, plain)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSecretsAway, err)
	}
	return sealed, nil
}
