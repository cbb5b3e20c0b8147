package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/auth"
	"github.com/auto-engagement/flows/internal/flow"
)

// authenticate lets a request pass that has a good token of a known tenant
// and, where it changes something, a role that may.
func (a *api) authenticate(ctx huma.Context, next func(huma.Context)) {
	scheme, token, _ := strings.Cut(ctx.Header("Authorization"), " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		a.refuse(ctx, &failure{status: http.StatusUnauthorized, Message: "Authorization token is required"})
		return
	}
	who, err := a.Tokens.Verify(ctx.Context(), token)
	if errors.Is(err, auth.ErrInvalid) {
		a.refuse(ctx, &failure{status: http.StatusUnauthorized, Message: "Invalid or expired token"})
		return
	}
	if err == nil {
		exchangeOf(ctx.Context()).who = who
		err = a.known.check(ctx.Context(), a.Tenants, who.TenantID)
	}
	if err != nil {
		a.refuse(ctx, failureOf(ctx.Context(), err))
		return
	}
	if !allows(ctx.Operation(), who) {
		a.refuse(ctx, &failure{status: http.StatusForbidden, Message: "Your role does not allow this"})
		return
	}
	next(ctx)
}

// Who may use an operation, in its metadata under "access". Without a word,
// GET is for all and everything else for those who write.
const (
	accessKey = "access"
	// forReaders: it changes nothing, though its method is not GET.
	forReaders = "readers"
	// forAdmins: owner and admin alone.
	forAdmins = "admins"
)

func allows(op *huma.Operation, who auth.Identity) bool {
	switch op.Metadata[accessKey] {
	case forReaders:
		return true
	case forAdmins:
		return who.CanAdminister()
	default:
		return op.Method == http.MethodGet || who.CanWrite()
	}
}

// knownFor is how long a tenant that was there is not asked for again. Tenants
// are not deleted while their tokens are in use.
const knownFor = time.Minute

// knownTenants remembers tenants that exist; one that does not is asked for
// each time, since it may be about to be made.
type knownTenants struct {
	mu   sync.Mutex
	till map[uuid.UUID]time.Time
}

func (k *knownTenants) check(ctx context.Context, tenants Tenants, id uuid.UUID) error {
	if id == uuid.Nil {
		return flow.ErrUnknownTenant
	}
	now := time.Now()
	k.mu.Lock()
	known := now.Before(k.till[id])
	k.mu.Unlock()
	if known {
		return nil
	}
	if _, err := tenants.Tenant(ctx, id); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.till == nil || len(k.till) >= 10_000 {
		k.till = map[uuid.UUID]time.Time{}
	}
	k.till[id] = now.Add(knownFor)
	return nil
}

// who is the caller; zero outside of an authenticated operation.
func who(ctx context.Context) auth.Identity { return exchangeOf(ctx).who }
