// Package auth tells from a bearer token who asks: the tenant, the person and
// the role. It verifies signatures by a shared secret or by an issuer's
// published keys, and trusts nothing else that a request carries.
package auth

import (
	"errors"

	"github.com/google/uuid"
)

// ErrInvalid refuses a token: malformed, wrongly signed, expired, not yet
// valid, of another issuer or audience, or not an access token. Why exactly is
// told to no client.
var ErrInvalid = errors.New("invalid or expired token")

// ErrUnavailable means that the issuer's keys could not be had, so that the
// token could be neither accepted nor refused. Asking again later can help.
var ErrUnavailable = errors.New("the token issuer's keys are unavailable")

// Role is what a person may do in a tenant.
type Role string

// The roles. Any other value is that of an unknown role, which reads.
const (
	Owner   Role = "owner"
	Admin   Role = "admin"
	Manager Role = "manager"
	Agent   Role = "agent"
	Viewer  Role = "viewer"
)

// rank orders roles, so that of several the highest counts.
var rank = map[Role]int{Viewer: 1, Agent: 2, Manager: 3, Admin: 4, Owner: 5}

// Identity is who asks.
type Identity struct {
	// TenantID is zero when a valid token names no tenant that could exist.
	TenantID uuid.UUID
	// UserID names the person as the issuer does: the token's subject, else
	// its userId. At most 255 bytes; empty when the token has neither.
	UserID string
	Role   Role
}

// CanWrite says whether the role changes things: owner, admin and manager do.
func (i Identity) CanWrite() bool { return rank[i.Role] >= rank[Manager] }

// CanAdminister says whether the role handles secrets and lifts refusals:
// owner and admin do.
func (i Identity) CanAdminister() bool { return rank[i.Role] >= rank[Admin] }
