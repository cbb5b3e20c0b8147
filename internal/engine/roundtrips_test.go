package engine_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres"
)

// counted is a way to the test's database that counts round trips: how often
// something was sent after something had been answered.
func (b *bundle) counted() *atomic.Int64 {
	b.t.Helper()
	target, err := url.Parse(b.db.AppURL)
	require.NoError(b.t, err)
	server := target.Host
	listener, err := new(net.ListenConfig).Listen(b.t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(b.t, err)
	var trips atomic.Int64
	var open sync.WaitGroup
	open.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := new(net.Dialer).DialContext(context.Background(), "tcp", server)
			if err != nil {
				_ = near.Close()
				return
			}
			var answered atomic.Bool
			open.Go(func() { copyOn(far, near, func() { trips.Add(map[bool]int64{true: 1}[answered.Swap(false)]) }) })
			open.Go(func() { copyOn(near, far, func() { answered.Store(true) }) })
		}
	})
	target.Host = listener.Addr().String()
	pool, err := postgres.Open(target.String(), 1)
	require.NoError(b.t, err)
	b.t.Cleanup(func() {
		pool.Close()
		_ = listener.Close()
		open.Wait()
	})
	b.Store = postgres.NewLedger(pool)
	return &trips
}

// copyOn passes on what comes, and notes each piece before it is passed on.
func copyOn(to io.WriteCloser, from io.Reader, note func()) {
	defer func() { _ = to.Close() }()
	piece := make([]byte, 1<<16)
	for {
		n, err := from.Read(piece)
		if n > 0 {
			note()
			if _, err := to.Write(piece[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// A line that is free costs a call no round trip to the database; one that is
// waited for costs a queueing, and the telling of it.
func TestACallCostsFewRoundTrips(t *testing.T) {
	b := setup(t)
	trips := b.counted()
	b.oneLine()
	cost := func(do func()) int64 {
		before := trips.Load()
		do()
		return trips.Load() - before
	}
	// Statements are described once; that is no cost of a call.
	for range 3 {
		first, second := b.start(call(1)), b.start(call(1))
		b.called(first)
		b.called(second)
		b.ends(b.providers.count()-1, flow.OutcomeAnswered)
		b.called(second)
		b.ends(b.providers.count()-1, flow.OutcomeAnswered)
	}
	first, second := b.start(call(1)), b.start(call(1))
	require.EqualValues(t, 2, cost(func() { b.planned(first) }))
	require.EqualValues(t, 6, cost(func() { b.called(first) }), "claim, settling, token: two each")
	require.EqualValues(t, 4, cost(func() { b.called(second) }), "queueing, token: two each")
	require.EqualValues(t, 10, cost(func() { b.ends(b.providers.count()-1, flow.OutcomeAnswered) }),
		"found, applied, its token cleared, the next's token read and cleared: two each")
	require.EqualValues(t, 6, cost(func() { b.called(second) }))
	require.EqualValues(t, 6, cost(func() { b.ends(b.providers.count()-1, flow.OutcomeAnswered) }))
}
