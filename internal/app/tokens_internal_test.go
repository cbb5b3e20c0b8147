package app

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwt"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/auth"
)

func TestIssuersComeFromAllTheirSettings(t *testing.T) {
	t.Parallel()
	single := Config{
		JWTIssuer: "https://one.example", JWKSURL: "https://one.example/keys", JWTAudience: "api",
		JWTTenantClaim: "org", JWTRoleClaim: "roles",
	}
	one := auth.Issuer{Issuer: "https://one.example", JWKSURL: "https://one.example/keys", Audience: "api", TenantClaim: "org", RoleClaim: "roles"}
	all := single
	all.JWTUserPool = `[{"issuer":"https://pool.example","jwks_url":"https://pool.example/keys","audience":"client","audience_claim":"client_id"}]`
	all.JWTIssuers = ` [{"issuer":"https://two.example","jwks_url":"https://two.example/keys","audience":"api",
		"tenant_claim":"account","role_claim":"role","algorithms":["ES256"]}, {"issuer":"https://three.example","jwks_url":"u","audience":"a"}]`
	for name, c := range map[string]struct {
		config Config
		want   []auth.Issuer
	}{
		"none":           {Config{JWTIssuer: "of HS256 tokens"}, nil},
		"the simple one": {single, []auth.Issuer{one}},
		"all": {all, []auth.Issuer{
			one,
			{Issuer: "https://pool.example", JWKSURL: "https://pool.example/keys", Audience: "client", AudienceClaim: "client_id"},
			{
				Issuer: "https://two.example", JWKSURL: "https://two.example/keys", Audience: "api",
				TenantClaim: "account", RoleClaim: "role", Algorithms: []string{"ES256"},
			},
			{Issuer: "https://three.example", JWKSURL: "u", Audience: "a"},
		}},
	} {
		got, err := c.config.issuers()
		require.NoError(t, err, name)
		require.Empty(t, cmp.Diff(c.want, got), name)
	}
}

func TestIssuersThatCannotBeReadStopTheFunction(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{}`, `[{"issuer":"a","jwksUrl":"u"}]`, `[] []`, `[`, `nonsense`} {
		for _, c := range []Config{{JWTIssuers: text}, {JWTUserPool: text}} {
			_, err := c.issuers()
			require.Error(t, err, text)
		}
	}
}

func TestTheSharedSecretIsFollowedWhenItIsReplaced(t *testing.T) {
	t.Parallel()
	secret, away := strings.Repeat("first ", 8), false
	makeVerifier := func(context.Context) (*auth.Verifier, string, error) {
		v, err := auth.New(auth.Config{Secret: auth.SharedSecret{Key: []byte(secret)}})
		return v, secret, err
	}
	v, key, err := makeVerifier(t.Context())
	require.NoError(t, err)
	tokens := &rotatedTokens{
		current: func(context.Context) (string, error) {
			if away {
				return "", errors.New("away")
			}
			return secret, nil
		},
		make: makeVerifier, verifier: v, key: key,
	}
	signed := func(by string) string {
		token, err := jwt.NewBuilder().Claim("userId", uuid.NewString()).Claim("type", "access").Expiration(time.Now().Add(time.Hour)).Build()
		require.NoError(t, err)
		text, err := jwt.Sign(token, jwt.WithKey(jwa.HS256(), []byte(by)))
		require.NoError(t, err)
		return string(text)
	}
	passes := func(by string) bool {
		_, err := tokens.Verify(t.Context(), signed(by))
		return err == nil
	}
	first := secret
	require.True(t, passes(first))
	away = true
	require.True(t, passes(first), "Secrets Manager is away")

	away, secret = false, strings.Repeat("second", 8)
	require.False(t, passes(first))
	require.True(t, passes(secret))

	second := secret
	secret = "too short"
	require.True(t, passes(second), "a value that cannot be used locks nobody out")
	require.False(t, passes(strings.Repeat("third ", 8)))
}
