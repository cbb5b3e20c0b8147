package accounts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/auth"
	"github.com/auto-engagement/flows/local/stack/accounts"
	"github.com/auto-engagement/flows/local/stack/settings"
)

func TestAccountsAreMadeOnceAndKept(t *testing.T) {
	s := settings.Settings{Dir: t.TempDir()}
	first, err := accounts.Load(s)
	require.NoError(t, err)
	require.Len(t, first.Tenants, 2)
	require.NotEqual(t, first.Tenants[0].BolnaKey, first.Tenants[1].BolnaKey)
	second, err := accounts.Load(s)
	require.NoError(t, err)
	require.Equal(t, first, second)
}

func TestTokensAreWhatTheAPITakes(t *testing.T) {
	a, err := accounts.Load(settings.Settings{Dir: t.TempDir()})
	require.NoError(t, err)
	verifier, err := auth.New(auth.Config{Secret: auth.SharedSecret{Key: []byte(a.JWTSecret)}})
	require.NoError(t, err)
	for _, role := range []string{"owner", "viewer"} {
		token, err := a.Token(a.Tenants[1], role, time.Now())
		require.NoError(t, err)
		identity, err := verifier.Verify(t.Context(), token)
		require.NoError(t, err)
		require.Equal(t, a.Tenants[1].ID, identity.TenantID)
		require.Equal(t, auth.Role(role), identity.Role)
	}
}
