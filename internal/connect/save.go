package connect

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
)

// askFor bounds what a provider is asked while somebody waits.
const askFor = 12 * time.Second

// Secret is what somebody says of an integration's secret.
type Secret struct {
	// Sent is false when the stored one is to be kept.
	Sent bool
	// Value is empty when it is to be taken away.
	Value string
}

// Save stores settings in place of those there were. Errors are InvalidError,
// NumberTakenError, ErrChanged, ErrSecretsAway, and a *provider.QuestionError
// where the provider must confirm the settings and could not be asked.
func (s *Service) Save(ctx context.Context, tenant uuid.UUID, by string, config Config, secret Secret) (Integration, error) {
	kind := config.kind()
	if kind != Email {
		secret.Value = strings.TrimSpace(secret.Value)
	}
	for tries := 0; ; tries++ {
		err := s.save(ctx, tenant, by, config, secret)
		if err == nil {
			return s.Get(ctx, tenant, kind, true)
		}
		if !errors.Is(err, ErrChanged) || tries == 2 {
			return Integration{}, err
		}
	}
}

// save tries once; ErrChanged when another was quicker.
func (s *Service) save(ctx context.Context, tenant uuid.UUID, by string, config Config, secret Secret) error {
	kind := config.kind()
	state, err := s.Store.Connections(ctx, tenant)
	if err != nil {
		return err
	}
	old, was := state.Settings[kind]
	if problems := append(config.problems(s.PrivateHosts), secretProblems(config, old, secret)...); len(problems) > 0 {
		return InvalidError{problems}
	}
	c := Change{Kind: kind, By: by, Stored: Stored{Secret: old.Secret}}
	if was {
		c.Seen = &old.UpdatedAt
	}
	if secret.Sent || !config.takesSecret() {
		if c.Secret, err = s.seal(ctx, tenant, secret.Value); err != nil {
			return err
		}
	}
	if config, c.Numbers, err = s.confirm(ctx, tenant, config, c.Secret); err != nil {
		return err
	}
	if c.Config, err = json.Marshal(config); err != nil {
		return fmt.Errorf("encode settings of %s: %w", kind, err)
	}
	if config.reports() && state.Tokens[kind.Hook()] == nil {
		if c.Token, err = s.newToken(ctx, tenant); err != nil {
			return err
		}
	}
	c.UpdatedAt = s.Clock.Real().Truncate(time.Microsecond)
	return s.Store.Connect(ctx, tenant, c)
}

// secretProblems are what is wrong with the secret, given the settings.
func secretProblems(config Config, old Stored, secret Secret) []flow.FieldError {
	wrong := func(message string) []flow.FieldError {
		return []flow.FieldError{{Field: "secret", Message: message}}
	}
	switch {
	case secret.Sent && secret.Value != "" && !config.takesSecret():
		return wrong("secret is not used by these settings")
	case len(secret.Value) > maxSecret:
		return wrong(fmt.Sprintf("secret must be at most %d bytes", maxSecret))
	case strings.ContainsFunc(secret.Value, unicode.IsControl),
		config.kind() != Email && strings.ContainsFunc(secret.Value, func(r rune) bool { return r <= ' ' || r > unicode.MaxASCII }):
		return wrong("secret holds characters that no key has")
	case config.needsSecret() && (secret.Sent && secret.Value == "" || !secret.Sent && len(old.Secret) == 0):
		return wrong("secret is required")
	case !secret.Sent && len(old.Secret) > 0 && config.takesSecret() && config.leadsElsewhere(old.Config):
		// Who may not read the secret could otherwise have it sent to a server
		// of his own.
		return wrong("secret must be sent again, since it would go to another server or account")
	}
	return nil
}

// maxSecret is what KMS encrypts directly, in bytes.
const maxSecret = 4096

// confirm asks the provider for what must not be believed: that the WhatsApp
// numbers whose webhooks come to the tenant are the tenant's, and that the
// sender address at Amazon SES is.
func (s *Service) confirm(ctx context.Context, tenant uuid.UUID, config Config, sealed []byte) (Config, []string, error) {
	switch c := config.(type) {
	case WhatsAppSettings:
		if c.Mode != modeCloud {
			c.PhoneNumberIDs = nil
			return c, nil, nil
		}
		numbers, err := s.confirmNumbers(ctx, tenant, c, sealed)
		c.PhoneNumberIDs = numbers
		return c, numbers, err
	case EmailSettings:
		if c.Mode == modeSES {
			return c, nil, s.confirmSender(ctx, tenant, c)
		}
	}
	return config, nil, nil
}

func (s *Service) confirmNumbers(ctx context.Context, tenant uuid.UUID, c WhatsAppSettings, sealed []byte) ([]string, error) {
	token, err := s.open(ctx, tenant, sealed)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	raw, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode settings of whatsapp: %w", err)
	}
	found, err := s.Messages.WhatsAppNumbers(ctx, provider.Credentials{Config: raw, Secret: token})
	if reason, refused := provider.Refusal(err); refused {
		return nil, InvalidError{[]flow.FieldError{{Field: "secret", Message: "WhatsApp refuses these settings: " + reason}}}
	}
	if err != nil {
		return nil, asQuestion(err)
	}
	ids := make([]string, len(found))
	for i, n := range found {
		ids[i] = n.ID
	}
	slices.Sort(ids)
	if c.PhoneNumberID != "" && !slices.Contains(ids, c.PhoneNumberID) {
		return nil, InvalidError{[]flow.FieldError{{
			Field: "config.phone_number_id", Message: "config.phone_number_id is none of the business account's numbers",
		}}}
	}
	return slices.Compact(ids), nil
}

// allTenants in an identity's tag lets every tenant send from it.
const allTenants = "all"

func (s *Service) confirmSender(ctx context.Context, tenant uuid.UUID, c EmailSettings) error {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	tenants, err := s.Mail.SenderTenants(ctx, c.From)
	reason, refused := provider.Refusal(err)
	switch {
	case refused:
	case err != nil:
		return err
	case slices.Contains(tenants, tenant.String()), slices.Contains(tenants, allTenants):
		return nil
	default:
		reason = "the operator has not given this sender address to your account"
	}
	return InvalidError{[]flow.FieldError{{Field: "config.from", Message: "config.from cannot be used: " + reason}}}
}

// newToken is an unguessable token of 256 bits.
func (s *Service) newToken(ctx context.Context, tenant uuid.UUID) (*Token, error) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // it never fails
	text := base64.RawURLEncoding.EncodeToString(raw)
	sealed, err := s.seal(ctx, tenant, text)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256([]byte(text))
	return &Token{Sealed: sealed, Hash: hash[:], At: s.Clock.Real().Truncate(time.Microsecond)}, nil
}
