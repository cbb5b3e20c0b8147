package accounts

import (
	"fmt"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

// tokenLife is long: a local stack's tokens stand in scripts and shells.
const tokenLife = 10 * 365 * 24 * time.Hour

// Token signs an access token of a tenant's owner, or of a team member with
// another role.
func (a Accounts) Token(t Tenant, role string, now time.Time) (string, error) {
	build := jwt.NewBuilder().
		Subject(role+"@"+t.Name).
		IssuedAt(now.Add(-time.Minute)).
		Expiration(now.Add(tokenLife)).
		Claim("type", "access").
		Claim("userId", t.ID.String())
	if role != "owner" {
		build = build.Claim("isTeamMember", true).Claim("teamMemberRole", role)
	}
	token, err := build.Build()
	if err != nil {
		return "", fmt.Errorf("build a token: %w", err)
	}
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.HS256(), []byte(a.JWTSecret)))
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return string(signed), nil
}
