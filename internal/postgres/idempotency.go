package postgres

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// keysKept is how long an idempotency key is remembered.
const keysKept = 24 * time.Hour

// claim is an idempotency key in the transaction that creates.
type claim[T any] struct {
	tenant  uuid.UUID
	once    *flow.Once[T]
	claimed *[]bool
	kept    *[]db.GetIdempotencyKeyRow
}

// pipeClaim queues the claiming of once's key; without one nothing is queued.
// now is real.
func pipeClaim[T any](pipe *Pipe, tenant uuid.UUID, once *flow.Once[T], now time.Time) claim[T] {
	c := claim[T]{tenant: tenant, once: once}
	if once == nil {
		return c
	}
	since := now.Add(-keysKept)
	pipe.Exec(db.ForgetIdempotencyKeys, arguments(db.ForgetIdempotencyKeysParams{TenantID: tenant, KeptSince: since})...)
	c.claimed = Scalars[bool](pipe, db.ClaimIdempotencyKey, arguments(db.ClaimIdempotencyKeyParams{
		TenantID: tenant, Key: once.Key, Request: once.Request, Now: now, KeptSince: since,
	})...)
	c.kept = Rows[db.GetIdempotencyKeyRow](pipe, db.GetIdempotencyKey, tenant, once.Key)
	return c
}

// answered says whether the request was answered before, and then sets
// once.Given. The error is flow.ErrKeyReused when it was another request.
func (c claim[T]) answered() (bool, error) {
	if c.once == nil || len(*c.claimed) > 0 {
		return false, nil
	}
	if len(*c.kept) == 0 { // a key that is claimed or kept by nobody cannot be
		return false, fmt.Errorf("idempotency key of tenant %s has gone", c.tenant)
	}
	row := (*c.kept)[0]
	if !bytes.Equal(row.Request, c.once.Request) {
		return false, flow.ErrKeyReused
	}
	c.once.Given = row.Response
	return true, nil
}

// pipeAnswer queues the keeping of what the request is answered with.
func (c claim[T]) pipeAnswer(pipe *Pipe, created T) error {
	if c.once == nil {
		return nil
	}
	answer, err := c.once.Answer(created)
	if err != nil {
		return fmt.Errorf("answer a request that created: %w", err)
	}
	pipe.Exec(db.AnswerIdempotencyKey, c.tenant, c.once.Key, answer)
	return nil
}

// createOnce adds a record, unless its key was used already: then nothing is
// added, and once tells the answer of that time.
func createOnce[T any](ctx context.Context, pool *Pool, tenant uuid.UUID, record T, once *flow.Once[T], add func(*Pipe)) error {
	return Retry(ctx, func() error {
		pipe := NewPipe()
		key := pipeClaim(pipe, tenant, once, time.Now())
		tx, err := pool.Begin(ctx, tenant, pipe)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		if known, err := key.answered(); err != nil || known {
			return err
		}
		pipe = NewPipe()
		add(pipe)
		if err := key.pipeAnswer(pipe, record); err != nil {
			return err
		}
		return tx.Commit(ctx, pipe)
	})
}
