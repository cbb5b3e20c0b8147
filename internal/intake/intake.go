// Package intake turns lead events from the queue into contacts, decisions and
// executions. Any event may come any number of times, in any batch, and has
// the effect of one; what can never succeed goes to the dead-letter queue and
// harms no other event; everything else is tried until it does.
package intake

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/flow"
)

// Intake decides lead events. Store, Machines and DeadLetters must be set. It
// is safe for concurrent use, and best kept: it holds compiled flows.
type Intake struct {
	Store       Store
	Machines    Starter
	DeadLetters DeadLetters
	Clock       clock.Clock
	// Tenants is how many tenants of a batch are worked on at once, each on a
	// database connection of its own. Default 2.
	Tenants int
	// Log defaults to slog.Default. It gets ids and counts, never what a lead says.
	Log *slog.Logger

	flows flowCache
}

// Record is one message of the queue.
type Record struct {
	MessageID string
	Body      []byte
	// ReceiveCount counts from 1.
	ReceiveCount int
	// Attributes are the message's attributes that are texts.
	Attributes map[string]string
}

// Starter starts the state machine of an execution. An execution that has been
// started already is no error.
type Starter interface {
	Start(ctx context.Context, tenant, execution uuid.UUID, runNo int) error
}

// DeadLetters takes what can never succeed.
type DeadLetters interface {
	// Send sends a message's body with the reason and the message's id as
	// attributes.
	Send(ctx context.Context, body []byte, reason, messageID string) error
}

// A message received this often has probably harmed a batch before, and goes
// last and alone.
const suspectFrom = 3

// Process decides a batch and returns the ids of the messages that must come
// again; all others are done with. The context's deadline bounds all of it.
func (in *Intake) Process(ctx context.Context, records []Record) (failed []string) {
	begun := time.Now()
	ctx, cancel := withReserve(ctx)
	defer cancel()

	items := make([]*item, len(records))
	for i, r := range records {
		items[i] = in.read(ctx, r)
	}
	slices.SortStableFunc(items, func(a, b *item) int { return cmp.Compare(a.ReceiveCount, b.ReceiveCount) })
	suspects := len(items)
	if i := slices.IndexFunc(items, func(it *item) bool { return it.ReceiveCount >= suspectFrom }); i >= 0 {
		suspects = i
	}

	in.together(ctx, items[:suspects])
	for i, it := range items[suspects:] {
		in.alone(ctx, it, len(items)-suspects-i)
	}

	for _, it := range items {
		if it.err != nil {
			failed = append(failed, it.MessageID)
		}
	}
	in.summarise(ctx, items, begun)
	return failed
}

// together decides records grouped by tenant. It leaves half of the time for
// delivering what was decided, and for suspects: a tenant whose lock is held
// for long must not take it.
func (in *Intake) together(ctx context.Context, items []*item) {
	if len(items) == 0 {
		return
	}
	decideCtx, cancel := slice(ctx, 2)
	defer cancel()
	groups := make(map[uuid.UUID][]*item)
	var order []uuid.UUID
	for _, it := range items {
		if it.err != nil { // could not even be read
			continue
		}
		if _, is := groups[it.tenant]; !is {
			order = append(order, it.tenant)
		}
		groups[it.tenant] = append(groups[it.tenant], it)
	}
	var work errgroup.Group
	work.SetLimit(max(1, cmp.Or(in.Tenants, 2)))
	for _, tenant := range order {
		work.Go(func() error {
			in.decide(decideCtx, tenant, groups[tenant])
			return nil
		})
	}
	_ = work.Wait()
	in.deliver(ctx, items)
}

// alone decides one suspect with its share of the time that is left.
func (in *Intake) alone(ctx context.Context, it *item, left int) {
	ctx, cancel := slice(ctx, left)
	defer cancel()
	if it.err == nil {
		in.decide(ctx, it.tenant, []*item{it})
	}
	in.deliver(ctx, []*item{it})
}

// decide decides the records of one tenant (zero: of none) and leaves in each
// what came of it. What fails and is not likely to pass by itself is repeated
// at once, each record alone, so that one cannot hold up others.
func (in *Intake) decide(ctx context.Context, tenant uuid.UUID, items []*item) {
	err := in.attempt(ctx, tenant, items)
	if err == nil {
		return
	}
	if errors.Is(err, ErrUnavailable) || errors.Is(err, ErrRaced) || ctx.Err() != nil {
		in.logger().WarnContext(ctx, "leads go back to the queue", "tenant_id", tenant, "records", len(items), "error", err)
		for _, it := range items {
			it.err = err
		}
		return
	}
	if len(items) > 1 {
		in.logger().WarnContext(ctx, "leads are decided one by one", "tenant_id", tenant, "records", len(items), "error", err)
	}
	for _, it := range items {
		if len(items) > 1 {
			err = in.attempt(ctx, tenant, []*item{it})
		}
		if errors.Is(err, ErrUnstorable) {
			it.reject = "The event contains a value that cannot be stored"
			err = in.attempt(ctx, tenant, []*item{it})
		}
		if err != nil {
			in.logger().ErrorContext(ctx, "lead goes back to the queue", "tenant_id", tenant, "message_id", it.MessageID, "error", err)
			it.err = err
		}
	}
}

func (in *Intake) logger() *slog.Logger {
	if in.Log != nil {
		return in.Log
	}
	return slog.Default()
}

func (in *Intake) summarise(ctx context.Context, items []*item, begun time.Time) {
	counts := make(map[flow.LeadOutcome]int)
	tenants := make(map[uuid.UUID]bool)
	repeated, started, failed := 0, 0, 0
	for _, it := range items {
		tenants[it.tenant] = true
		switch {
		case it.err != nil:
			failed++
			continue
		case it.repeated:
			repeated++
		default:
			counts[it.outcome]++
		}
		started += len(it.starts)
	}
	in.logger().InfoContext(ctx, "leads decided", "records", len(items), "tenants", len(tenants),
		"matched", counts[flow.LeadMatched], "none", counts[flow.LeadNone], "skipped", counts[flow.LeadSkipped], "rejected", counts[flow.LeadRejected],
		"repeated", repeated, "started", started, "failed", failed, "duration_ms", time.Since(begun).Milliseconds())
}

// withReserve keeps back a second of the time given, or a tenth when that is
// less, for telling the queue what is done.
func withReserve(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, is := ctx.Deadline()
	if !is {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-min(time.Second, time.Until(deadline)/10)))
}

// slice gives one of n pieces of work its share of the time that is left, and
// never more than sliceAtMost.
func slice(ctx context.Context, n int) (context.Context, context.CancelFunc) {
	share := sliceAtMost
	if deadline, is := ctx.Deadline(); is {
		share = min(share, time.Until(deadline)/time.Duration(n))
	}
	return context.WithTimeout(ctx, share)
}

const sliceAtMost = 10 * time.Second
