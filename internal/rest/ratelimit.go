package rest

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// Limits limits the requests of each tenant.
type Limits interface {
	// Limit makes the request of this context count as one of the tenant's. One
	// too many fails as soon as it comes to a store, and quota then says so.
	Limit(ctx context.Context, tenant uuid.UUID) (limited context.Context, quota func() flow.Quota)
}

// limit counts a request that was let in; it refuses at once what is known to
// be too much.
func (a *api) limit(ctx huma.Context, next func(huma.Context)) {
	if a.Limits == nil {
		next(ctx)
		return
	}
	e := exchangeOf(ctx.Context())
	var limited context.Context
	limited, e.quota = a.Limits.Limit(ctx.Context(), e.who.TenantID)
	if f := e.tooMany(); f != nil {
		a.refuse(ctx, f)
		return
	}
	next(huma.WithContext(ctx, limited))
}

const tooManyRequests = "Too many requests, please slow down"

// tooMany is the 429 of a request that was refused for the tenant's limit.
func (e *exchange) tooMany() *failure {
	if e.quota == nil {
		return nil
	}
	q := e.quota()
	if !q.Refused {
		return nil
	}
	return &failure{status: http.StatusTooManyRequests, retryAfter: q.RetryAfter, Message: tooManyRequests}
}

// tell sets the headers that every answer to an authenticated request has.
func (e *exchange) tell(h http.Header) {
	if e.quota == nil {
		return
	}
	q := e.quota()
	h.Set("RateLimit-Limit", strconv.Itoa(q.Limit))
	h.Set("RateLimit-Remaining", strconv.Itoa(q.Remaining))
	h.Set("RateLimit-Reset", strconv.Itoa(q.Reset))
}
