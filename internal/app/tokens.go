package app

import (
	"context"
	"fmt"

	"github.com/auto-engagement/flows/internal/auth"
)

// tokens verifies bearer tokens of all issuers that are configured.
func (a *App) tokens(ctx context.Context) (*auth.Verifier, error) {
	var c auth.Config
	var err error
	if c.Issuers, err = a.Config.issuers(); err != nil {
		return nil, err
	}
	if a.Config.JWTSecret != "" {
		key, err := a.secrets().Get(ctx, a.Config.JWTSecret)
		if err != nil {
			return nil, fmt.Errorf("read the JWT secret: %w", err)
		}
		c.Secret = auth.SharedSecret{Key: []byte(key), TenantClaim: a.Config.JWTTenantClaim}
		if a.Config.JWKSURL == "" {
			c.Secret.Issuer, c.Secret.Audience = a.Config.JWTIssuer, a.Config.JWTAudience
		}
	}
	v, err := auth.New(c)
	if err != nil {
		return nil, fmt.Errorf("set up sign-in (JWT_SECRET_ARN, JWT_ISSUER, JWT_JWKS_URL, JWT_AUDIENCE, JWT_ISSUERS, JWT_USER_POOL): %w", err)
	}
	return v, nil
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
