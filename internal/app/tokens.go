package app

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/auto-engagement/flows/internal/auth"
	"github.com/auto-engagement/flows/internal/rest"
)

// tokens verifies bearer tokens of all issuers that are configured. It follows
// the shared secret when that is replaced.
func (a *App) tokens(ctx context.Context) (rest.Tokens, error) {
	v, key, err := a.verifier(ctx)
	if err != nil {
		return nil, err
	}
	if a.Config.JWTSecret == "" {
		return v, nil
	}
	return &rotatedTokens{
		current: func(ctx context.Context) (string, error) { return a.secrets().Get(ctx, a.Config.JWTSecret) },
		make:    a.verifier, verifier: v, key: key,
	}, nil
}

// rotatedTokens is a verifier that is made anew when its secret has changed.
type rotatedTokens struct {
	// current gives the secret's value, from a cache of some minutes.
	current func(context.Context) (string, error)
	make    func(context.Context) (*auth.Verifier, string, error)

	mu       sync.Mutex
	verifier *auth.Verifier
	key      string
}

// Verify implements rest.Tokens.
func (t *rotatedTokens) Verify(ctx context.Context, token string) (auth.Identity, error) {
	return t.now(ctx).Verify(ctx, token)
}

func (t *rotatedTokens) now(ctx context.Context) *auth.Verifier {
	key, err := t.current(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil || key == t.key {
		return t.verifier // what was right until now is better than nobody signed in
	}
	v, made, err := t.make(ctx)
	if err != nil {
		slog.ErrorContext(ctx, "the new JWT secret cannot be used; the last one is", "error", err)
		t.key = key
		return t.verifier
	}
	t.verifier, t.key = v, made
	return v
}

// verifier makes a verifier of the configuration, and tells its secret.
func (a *App) verifier(ctx context.Context) (*auth.Verifier, string, error) {
	var c auth.Config
	var err error
	if c.Issuers, err = a.Config.issuers(); err != nil {
		return nil, "", err
	}
	if a.Config.JWTSecret != "" {
		key, err := a.secrets().Get(ctx, a.Config.JWTSecret)
		if err != nil {
			return nil, "", fmt.Errorf("read the JWT secret: %w", err)
		}
		c.Secret = auth.SharedSecret{Key: []byte(key), TenantClaim: a.Config.JWTTenantClaim}
		if a.Config.JWKSURL == "" {
			c.Secret.Issuer, c.Secret.Audience = a.Config.JWTIssuer, a.Config.JWTAudience
		}
	}
	v, err := auth.New(c)
	if err != nil {
		return nil, "", fmt.Errorf("set up sign-in (JWT_SECRET_ARN, JWT_ISSUER, JWT_JWKS_URL, JWT_AUDIENCE, JWT_ISSUERS, JWT_USER_POOL): %w", err)
	}
	return v, string(c.Secret.Key), nil
}

// issuers are those who publish their keys.
func (c Config) issuers() (all []auth.Issuer, err error) {
	if c.JWKSURL != "" {
		all = append(all, auth.Issuer{
			Issuer: c.JWTIssuer, JWKSURL: c.JWKSURL, Audience: c.JWTAudience,
			TenantClaim: c.JWTTenantClaim, RoleClaim: c.JWTRoleClaim,
		})
	}
	for _, list := range []struct{ name, text string }{{"JWT_USER_POOL", c.JWTUserPool}, {"JWT_ISSUERS", c.JWTIssuers}} {
		more, err := auth.ParseIssuers(list.text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", list.name, err)
		}
		all = append(all, more...)
	}
	return all, nil
}
