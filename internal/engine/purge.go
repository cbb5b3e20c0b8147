package engine

import (
	"context"
	"time"
)

// How long is kept what only an operator looks at: applied events of
// providers, whose bodies went when they were applied, and notes of messages
// that belonged to no tenant.
const (
	keepEvents  = 30 * 24 * time.Hour
	keepRejects = 90 * 24 * time.Hour

	purgeEvery = time.Hour
	purgeBatch = 1000
)

// purge deletes what is of no more use. Its duty is never done with.
func (e *Engine) purge(ctx context.Context) (next *time.Time, err error) {
	now := e.Clock.Real()
	for more := true; more; {
		gone, err := e.Store.Purge(ctx, now.Add(-keepEvents), now.Add(-keepRejects), purgeBatch)
		if err != nil {
			return nil, err
		}
		deadline, set := ctx.Deadline()
		more = gone == purgeBatch && (!set || time.Until(deadline) > 10*time.Second)
	}
	at := now.Add(purgeEvery)
	return &at, nil
}
