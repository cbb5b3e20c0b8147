package engine_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
)

// The heart of a cancel: whenever it comes in the course of a claim and its
// request, no request begins after it was answered.
func TestNoRequestBeginsAfterACancelWasAnswered(t *testing.T) {
	b := setup(t)
	ctx := context.Background()
	var slow time.Duration
	b.providers.leaving = func() { <-time.After(slow) }
	b.providers.place = func(n int) provider.Answer {
		switch n % 4 {
		case 0:
			return provider.Answer{Class: provider.NotTaken, Reason: "slow down", RetryAfter: time.Nanosecond}
		case 1:
			return provider.Answer{Class: provider.Unknown, Reason: "reset"}
		default:
			return provider.Answer{Class: provider.Accepted, ProviderID: uuid.NewString()}
		}
	}
	caught := 0
	for round := range 60 {
		b.exec("delete from contacts")
		in := b.start(message(1), call(2), message(3), call(4), message(5))
		before := b.providers.count()
		slow = time.Duration(rand.IntN(40)) * time.Millisecond
		stop := make(chan struct{})
		var machine sync.WaitGroup
		machine.Go(func() { b.restless(in, stop) })
		<-time.After(time.Duration(rand.IntN(60)) * time.Millisecond)
		err := b.Cancel(ctx, b.tenant, in.ExecutionID, "")
		answered := b.providers.count()
		if errors.Is(err, engine.ErrNotRunning) {
			close(stop)
			machine.Wait()
			continue
		}
		require.NoError(t, err, "round %d", round)
		if answered > before {
			caught++
		}
		// The machine's tasks go on as if nothing had stopped them; each that
		// had begun comes to its end.
		close(stop)
		machine.Wait()
		require.Equal(t, answered, b.providers.count(), "round %d: a request began after the answer", round)
		require.Equal(t, "0", b.text("select count(*) from flow_action_logs where execution_id = $1 and state in ('planned', 'queued', 'claimed')", in.ExecutionID))
		require.Equal(t, "cancelled", b.text("select status from flow_executions where id = $1", in.ExecutionID))
		require.Equal(t, "0", b.text("select count(*) from due_work where ref = $1", in.ExecutionID.String()))
	}
	require.Positive(t, caught, "some cancels came while requests were leaving")
}

// restless runs an execution's tasks one after another, and never gives up.
func (b *bundle) restless(in engine.Input, stop chan struct{}) {
	ctx := context.Background()
	for {
		select {
		case <-stop:
			return
		default:
		}
		for _, kind := range []flow.Kind{flow.DoWhatsApp, flow.DoCall} {
			_, _ = b.Act(ctx, kind, in) // busy, or cancelled meanwhile
		}
		_, _ = b.db.Admin.Exec(ctx, `update flow_action_logs set state = 'done', outcome = 'answered' where execution_id = $1
			and action_type = 'ai_call' and state = 'sent'`, in.ExecutionID)
	}
}

func TestACancelWaitsForTheRequestThatIsLeaving(t *testing.T) {
	b := setup(t)
	in := b.start(message(1), message(2))
	leaving, leave := make(chan struct{}), make(chan struct{})
	b.providers.leaving = sync.OnceFunc(func() { close(leaving); <-leave })
	acted := make(chan error, 1)
	go func() {
		_, err := b.Act(context.Background(), flow.DoWhatsApp, in)
		acted <- err
	}()
	<-leaving
	short, end := context.WithTimeout(context.Background(), 4*time.Second)
	defer end()
	err := b.Cancel(short, b.tenant, in.ExecutionID, "wrong list")
	require.ErrorIs(t, err, engine.ErrCancelPending)
	require.Equal(t, "cancelled", b.text("select status from flow_executions where id = $1", in.ExecutionID), "nothing new begins meanwhile")
	require.Equal(t, "1", b.text("select count(*) from due_work where kind = 'cancel'"), "due work carries it on")
	require.Equal(t, "0", b.text("select count(*) from due_work where kind = 'run'"))
	close(leave)
	require.NoError(t, <-acted)
	require.NoError(t, b.Cancel(context.Background(), b.tenant, in.ExecutionID, "asked again"))
	require.Equal(t, 1, b.providers.count())
	require.Equal(t, "sent", b.text(stateOf, in.ExecutionID, 1), "what left is recorded")
	require.Equal(t, "wrong list", b.text("select cancel_reason from flow_executions where id = $1", in.ExecutionID), "the first reason stays")
	require.Equal(t, []string{in.ExecutionID.String() + "-r1"}, b.machines.stopped)
	require.ErrorIs(t, b.Cancel(context.Background(), b.tenant, in.ExecutionID, ""), engine.ErrNotRunning, "it is done")
}

func TestACancelDoesNotWaitForADeadProcess(t *testing.T) {
	b := setup(t)
	in := b.start(message(1))
	b.providers.leaving = func() { panic("killed") }
	require.Panics(t, func() { _, _ = b.Act(context.Background(), flow.DoWhatsApp, in) })
	require.Equal(t, "claimed", b.text(stateOf, in.ExecutionID, 1))
	b.expireClaims(in)
	require.NoError(t, b.Cancel(context.Background(), b.tenant, in.ExecutionID, ""))
	require.Equal(t, "unknown", b.text(stateOf, in.ExecutionID, 1), "what may have been sent is looked into")
	require.Equal(t, "1", b.text("select count(*) from due_work where kind = 'reconcile'"))
}

func TestACancelIsDoneOnceTheProviderHasStoppedTheCall(t *testing.T) {
	b := setup(t)
	in := b.start(call(1), message(2))
	_, err := b.Act(context.Background(), flow.DoCall, in)
	require.NoError(t, err)
	b.providers.notStopped = 1000
	short, end := context.WithTimeout(context.Background(), 3*time.Second)
	defer end()
	require.ErrorIs(t, b.Cancel(short, b.tenant, in.ExecutionID, ""), engine.ErrCancelPending)
	require.Empty(t, b.machines.stopped)
	b.providers.notStopped = 2
	require.NoError(t, b.Cancel(context.Background(), b.tenant, in.ExecutionID, ""))
	require.Equal(t, []string{"p-" + b.providers.requests[0].String()}, b.providers.stopped)
	// The call's end is recorded when it comes, and changes nothing else.
	_, err = b.ApplyCall(context.Background(), b.tenant, provider.CallReport{ProviderID: b.providers.stopped[0], Ended: true, Outcome: flow.OutcomeFailed, Detail: "stopped"})
	require.NoError(t, err)
	require.Equal(t, "failed", b.text(stateOf, in.ExecutionID, 1))
	require.Equal(t, "cancelled", b.text("select status from flow_executions where id = $1", in.ExecutionID))
}

func TestDueWorkCarriesACancelOn(t *testing.T) {
	b := setup(t)
	in := b.start(call(1))
	_, err := b.Act(context.Background(), flow.DoCall, in)
	require.NoError(t, err)
	b.providers.notStopped = 1
	gone, end := context.WithTimeout(context.Background(), 2*time.Second)
	defer end()
	require.ErrorIs(t, b.Cancel(gone, b.tenant, in.ExecutionID, ""), engine.ErrCancelPending)
	b.exec("update due_work set due_at = now() where kind = 'cancel'")
	_, err = b.Sweep(context.Background())
	require.NoError(t, err)
	require.Len(t, b.providers.stopped, 1)
	require.NotEqual(t, "null", b.text("select cancel_done_at from flow_executions where id = $1", in.ExecutionID))
	require.Equal(t, "0", b.text("select count(*) from due_work where kind = 'cancel'"))
}

func TestOnlyWhatRunsCanBeCancelled(t *testing.T) {
	b := setup(t)
	in := b.start(message(1))
	other := b.db.Tenant(t)
	require.ErrorIs(t, b.Cancel(context.Background(), other, in.ExecutionID, ""), engine.ErrNotRunning, "another tenant's is not there")
	require.ErrorIs(t, b.Cancel(context.Background(), b.tenant, uuid.New(), ""), engine.ErrNotRunning)
	b.drive(in)
	require.ErrorIs(t, b.Cancel(context.Background(), b.tenant, in.ExecutionID, ""), engine.ErrNotRunning)
	require.Equal(t, "completed", b.text("select status from flow_executions where id = $1", in.ExecutionID))
	require.Empty(t, b.machines.stopped)
}
