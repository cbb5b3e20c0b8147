package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// errRateLimited ends a request whose tenant has no token left.
var errRateLimited = errors.New("the tenant's requests are too many")

// RateLimiter limits the requests of each tenant by a token bucket in the
// database, which all function instances share. A token costs no round trip:
// it is taken in the same one in which the request's first transaction begins,
// in a transaction of its own before it. Where there is no token the database
// leaves out everything after it.
type RateLimiter struct {
	rate, burst int

	mu sync.Mutex
	// known is what this instance saw of the buckets last.
	known map[uuid.UUID]bucket
}

// NewRateLimiter lets tenants send rate requests a second for good, and burst
// at once. A tenant's own rate_limit and rate_burst count before them.
func NewRateLimiter(rate, burst int) *RateLimiter {
	return &RateLimiter{rate: rate, burst: burst, known: map[uuid.UUID]bucket{}}
}

// bucket is a bucket as it was at an instant.
type bucket struct {
	tokens, rate, burst float64
	at                  time.Time
	// shut is until when this instance refuses without asking, after the
	// database did: a flood must not become one of failing statements.
	shut time.Time
}

// maxShut bounds how long that is.
const maxShut = 100 * time.Millisecond

// request is one that has to take a token, in its context.
type request struct {
	limiter *RateLimiter
	tenant  uuid.UUID

	mu sync.Mutex
	// asked: some transaction of the request has taken the token, or is about to.
	asked, refused bool
}

type requestKey struct{}

// Limit makes the tenant's request of this context take a token when it first
// comes to the database. quota tells at any time how the tenant stands; for a
// request that never came there, as far as this instance knows.
func (l *RateLimiter) Limit(ctx context.Context, tenant uuid.UUID) (limited context.Context, quota func() flow.Quota) {
	r := &request{limiter: l, tenant: tenant}
	if b := l.bucket(tenant); time.Now().Before(b.shut) {
		r.asked, r.refused = true, true
	}
	return context.WithValue(ctx, requestKey{}, r), r.quota
}

// take queues the taking of the request's token as transactions of their own,
// where that was not done before. settle reads what came of it from the
// pipeline's error.
func take(ctx context.Context, pipe *Pipe) (settle func(error) error, err error) {
	settle = func(err error) error { return err }
	r, limited := ctx.Value(requestKey{}).(*request)
	if !limited {
		return settle, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refused {
		return nil, errRateLimited
	}
	if r.asked {
		return settle, nil
	}
	r.asked = true
	pipe.begin(r.tenant)
	left := Rows[db.TakeTokenRow](pipe, db.TakeToken, r.limiter.rate, r.limiter.burst, r.tenant)
	pipe.batch.Queue("commit")
	return func(err error) error {
		switch {
		case Constraint(err) == "rate_limits_tokens":
			r.mu.Lock()
			r.refused = true
			r.mu.Unlock()
			r.limiter.empty(r.tenant)
			return fmt.Errorf("%w: %w", errRateLimited, err)
		case len(*left) > 0:
			row := (*left)[0]
			r.limiter.keep(r.tenant, bucket{tokens: row.Tokens, rate: row.Rate, burst: row.Burst, at: time.Now()})
		}
		return err
	}, nil
}

func (r *request) quota() flow.Quota {
	b := r.limiter.bucket(r.tenant)
	tokens := min(b.burst, b.tokens+b.rate*time.Since(b.at).Seconds())
	r.mu.Lock()
	defer r.mu.Unlock()
	q := flow.Quota{Limit: int(b.burst), Remaining: int(tokens), Reset: int(math.Ceil((b.burst - tokens) / b.rate)), Refused: r.refused}
	if r.refused {
		q.Remaining, q.RetryAfter = 0, int(math.Ceil(1/b.rate))
	}
	return q
}

// bucket is what is known of a tenant's; a full one when that is nothing.
func (l *RateLimiter) bucket(tenant uuid.UUID) bucket {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b, has := l.known[tenant]; has {
		return b
	}
	return bucket{tokens: float64(l.burst), rate: float64(l.rate), burst: float64(l.burst), at: time.Now()}
}

// empty remembers that a tenant's has no token.
func (l *RateLimiter) empty(tenant uuid.UUID) {
	b, now := l.bucket(tenant), time.Now()
	b.tokens, b.at = 0, now
	b.shut = now.Add(min(maxShut, time.Duration(float64(time.Second)/b.rate)))
	l.keep(tenant, b)
}

func (l *RateLimiter) keep(tenant uuid.UUID, b bucket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.known) >= 10_000 {
		clear(l.known)
	}
	l.known[tenant] = b
}
