package engine

import (
	"context"
	"fmt"
	"time"
)

// How long after a fold the next is due: when there was something to fold, and
// when there was nothing. What is not folded yet is counted all the same; it
// only makes reading slower.
const (
	foldAgain = time.Minute
	foldIdle  = 5 * time.Minute
)

// foldStats folds a tenant's statistics. Its duty stands as long as the tenant.
func (e *Engine) foldStats(ctx context.Context, duty Duty) (next *time.Time, err error) {
	after := foldIdle
	for more := true; more; {
		folded, err := e.Store.FoldStats(ctx, duty.TenantID)
		if err != nil {
			return nil, fmt.Errorf("tenant %s: %w", duty.TenantID, err)
		}
		if folded.Gone {
			return nil, nil
		}
		if folded.Deltas > 0 {
			after = foldAgain
		}
		deadline, set := ctx.Deadline()
		more = folded.More && (!set || time.Until(deadline) > 10*time.Second)
	}
	at := e.Clock.Real().Add(after)
	return &at, nil
}
