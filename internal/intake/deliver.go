package intake

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/auto-engagement/flows/internal/flow"
)

// Starts and dead letters of a batch go out this many at a time.
const deliverAtOnce = 10

// deliver does what follows the commit: rejected messages go to the
// dead-letter queue, new executions to the state machine. Where that fails the
// record comes back, is found as a repeat, and is delivered then.
func (in *Intake) deliver(ctx context.Context, items []*item) {
	var work errgroup.Group
	work.SetLimit(deliverAtOnce)
	var mu sync.Mutex
	failed := make(map[uuid.UUID]error)
	seen := make(map[uuid.UUID]bool)
	for _, it := range items {
		if it.err != nil {
			continue
		}
		if it.outcome == flow.LeadRejected {
			work.Go(func() error {
				it.err = in.bury(ctx, it)
				return nil
			})
		}
		for _, execution := range it.starts {
			if seen[execution] {
				continue
			}
			seen[execution] = true
			work.Go(func() error {
				if err := in.Machines.Start(ctx, it.tenant, execution, 1); err != nil {
					in.logger().WarnContext(ctx, "execution not started yet", "tenant_id", it.tenant, "execution_id", execution, "error", err)
					mu.Lock()
					defer mu.Unlock()
					failed[execution] = err
				}
				return nil
			})
		}
	}
	_ = work.Wait()
	for _, it := range items {
		for _, execution := range it.starts {
			if err := failed[execution]; err != nil && it.err == nil {
				it.err = fmt.Errorf("start execution %s: %w", execution, err)
			}
		}
	}
}

// Above this many bytes a message that the dead-letter queue did not take is
// tried once more compressed: with its attributes it may be too large for it.
const compressAbove = 200 << 10

// bury sends a rejected message to the dead-letter queue. Should that fail it
// goes back, and in the end the lead queue's own redrive moves it.
func (in *Intake) bury(ctx context.Context, it *item) error {
	err := in.DeadLetters.Send(ctx, it.Body, it.reject, it.MessageID)
	if err != nil && len(it.Body) > compressAbove {
		err = in.DeadLetters.Send(ctx, compressed(it.Body), it.reject+" (body compressed)", it.MessageID)
	}
	if err != nil {
		in.logger().WarnContext(ctx, "message not in the dead-letter queue yet", "tenant_id", it.tenant, "message_id", it.MessageID, "error", err)
		return fmt.Errorf("send message %s to the dead-letter queue: %w", it.MessageID, err)
	}
	in.logger().WarnContext(ctx, "message rejected", "tenant_id", it.tenant, "message_id", it.MessageID, "reason", it.reject)
	return nil
}

// compressed is {"encoding":"gzip","body":"<base64>"}.
func compressed(body []byte) []byte {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write(body) // a buffer takes everything
	_ = w.Close()
	envelope, _ := json.Marshal(struct { // a text and bytes
		Encoding string `json:"encoding"`
		Body     []byte `json:"body"`
	}{"gzip", packed.Bytes()})
	return envelope
}
