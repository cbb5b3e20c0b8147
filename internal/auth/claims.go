package auth

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

// access is what an access token calls itself, in either kind's own claim.
const access = "access"

// identity reads the claims of an HS256 token. Older tokens carry userId and
// type "access"; those of team members also isTeamMember and teamMemberRole.
func (s SharedSecret) identity(claims jwt.Token) (Identity, error) {
	kind := text(claims, "type")
	tenant := text(claims, s.TenantClaim)
	if tenant == "" {
		// The secret may sign other things for the same userId, such as links
		// in mails: only what calls itself an access token is one.
		if kind != access {
			return Identity{}, fmt.Errorf("%w: not an access token", ErrInvalid)
		}
		tenant = text(claims, "userId")
	}
	if claims.Has("type") && kind != access {
		return Identity{}, fmt.Errorf("%w: not an access token", ErrInvalid)
	}
	return identity(claims, tenant, s.role(claims))
}

func (s SharedSecret) role(claims jwt.Token) Role {
	if s.RoleClaim != "" && claims.Has(s.RoleClaim) {
		return highest(claims, s.RoleClaim)
	}
	if isMember(claims) || claims.Has("teamMemberRole") {
		return highest(claims, "teamMemberRole")
	}
	return Owner
}

// isMember reads isTeamMember; whatever is not plainly "no" counts as yes,
// because no means owner.
func isMember(claims jwt.Token) bool {
	var value any
	if claims.Get("isTeamMember", &value) != nil {
		return false
	}
	return value != nil && value != false
}

// identity reads the claims of a token signed with a published key.
func (i *issuer) identity(claims jwt.Token) (Identity, error) {
	// Cognito says by token_use what a token is for.
	if claims.Has("token_use") && text(claims, "token_use") != access {
		return Identity{}, fmt.Errorf("%w: not an access token", ErrInvalid)
	}
	return identity(claims, text(claims, i.TenantClaim), highest(claims, i.RoleClaim))
}

func identity(claims jwt.Token, tenant string, role Role) (Identity, error) {
	user, _ := claims.Subject()
	if user == "" {
		user = text(claims, "userId")
	}
	if len(user) > 255 || strings.ContainsRune(user, 0) {
		return Identity{}, fmt.Errorf("%w: subject", ErrInvalid)
	}
	id := uuid.Nil
	if len(tenant) == 36 {
		// What is no UUID names no tenant that could exist.
		id, _ = uuid.Parse(tenant)
	}
	return Identity{TenantID: id, UserID: user, Role: role}, nil
}

// meantFor looks for the audience in aud, or in client_id where the token has
// no aud; claim ("aud" or "client_id") names the one to look at.
func meantFor(claims jwt.Token, claim, audience string) bool {
	aud, has := claims.Audience()
	if claim == "client_id" || claim == "" && !has {
		return text(claims, "client_id") == audience
	}
	return slices.Contains(aud, audience)
}

// highest reads a claim that holds one role or a list of roles.
func highest(claims jwt.Token, claim string) Role {
	var value any
	if claims.Get(claim, &value) != nil {
		return ""
	}
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	best := Role("")
	for _, item := range list {
		name, _ := item.(string)
		if role := Role(strings.ToLower(name)); rank[role] > rank[best] {
			best = role
		}
	}
	return best
}

// text reads a string claim; "" when it is missing or no string.
func text(claims jwt.Token, claim string) string {
	var value any
	if claims.Get(claim, &value) != nil {
		return ""
	}
	s, _ := value.(string)
	return s
}
