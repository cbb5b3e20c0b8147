package rest_test

import (
	"context"

	"github.com/auto-engagement/flows/internal/auth"
)

// verifierFunc is an issuer in trouble.
type verifierFunc func() error

func (f verifierFunc) Verify(context.Context, string) (auth.Identity, error) {
	return auth.Identity{}, f()
}
