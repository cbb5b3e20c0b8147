package e2e

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPeopleSignInAtTheHostedPage(t *testing.T) {
	s := quietly(t)
	l := s.address.Login
	require.Len(t, l.Users, 10, "one of each role in each tenant")
	for _, user := range l.Users {
		verifier, hash := challenge()
		code, state := l.code(t, user.Email, user.Password, hash, "state of "+user.Email)
		require.Equal(t, "state of "+user.Email, state)
		got := l.exchange(t, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {l.Redirect}, "code_verifier": {verifier}})
		require.Empty(t, got.Error)

		refreshed := l.exchange(t, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {got.Refresh}})
		require.Empty(t, refreshed.Error)
		for name, token := range map[string]string{"first": got.Access, "refreshed": refreshed.Access} {
			me := s.send(t, token, "GET", base+"/me", nil)
			require.Equal(t, http.StatusOK, me.Status, "%s %s: %s", user.Email, name, me.Text)
			require.Equal(t, user.Tenant.String(), me.data()["tenant"].(object)["id"], "%s %s", user.Email, name)
			require.Equal(t, user.Role, me.data()["role"], "%s %s", user.Email, name)
		}
		// The other tokens are for other purposes.
		for _, token := range []string{got.ID, got.Refresh, refreshed.ID} {
			require.Equal(t, http.StatusUnauthorized, s.send(t, token, "GET", base+"/me", nil).Status)
		}
	}
}

func TestSigningInNeedsPasswordAndVerifier(t *testing.T) {
	s := quietly(t)
	l := s.address.Login
	user := l.Users[0]
	verifier, hash := challenge()
	code, _ := l.code(t, user.Email, "not "+user.Password, hash, "s")
	require.Empty(t, code)
	code, _ = l.code(t, user.Email, user.Password, hash, "s")
	other, _ := challenge()
	grant := func(verifier string) tokens {
		return l.exchange(t, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {l.Redirect}, "code_verifier": {verifier}})
	}
	require.Equal(t, "invalid_grant", grant(other).Error)
	require.Equal(t, "invalid_grant", grant("").Error)
	require.NotEmpty(t, grant(verifier).Access)
	require.Equal(t, "invalid_grant", grant(verifier).Error, "a code is good once")
}

func TestARoleOfTheUserPoolWritesOrReads(t *testing.T) {
	s := quietly(t)
	l := s.address.Login
	for _, user := range l.Users[:5] {
		verifier, hash := challenge()
		code, _ := l.code(t, user.Email, user.Password, hash, "s")
		got := l.exchange(t, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {l.Redirect}, "code_verifier": {verifier}})
		want := http.StatusForbidden
		if user.Role == "owner" || user.Role == "admin" || user.Role == "manager" {
			want = http.StatusBadRequest // it may, but not without a name
		}
		require.Equal(t, want, s.send(t, got.Access, "POST", base+"/flows", object{}).Status, user.Role)
	}
}
