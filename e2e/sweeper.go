package e2e

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// sweepEvery lies between two sweeps while a test needs them.
const sweepEvery = time.Second

// broom sweeps for all tests that need it at once.
var broom struct {
	mu    sync.Mutex
	users int
	// asked counts its invocations.
	asked atomic.Int64
	stop  context.CancelFunc
	done  chan struct{}
}

// keepSweeping has the sweeper run every second until the test ends, in place
// of every minute: what it does is due long before.
func (s *stack) keepSweeping(t *testing.T) {
	t.Helper()
	broom.mu.Lock()
	defer broom.mu.Unlock()
	if broom.users++; broom.users == 1 {
		ctx, cancel := context.WithCancel(context.Background())
		broom.stop, broom.done = cancel, make(chan struct{})
		go s.sweepOn(ctx, broom.done)
	}
	t.Cleanup(func() {
		broom.mu.Lock()
		defer broom.mu.Unlock()
		if broom.users--; broom.users == 0 {
			broom.stop()
			<-broom.done
		}
	})
}

func (s *stack) sweepOn(ctx context.Context, done chan<- struct{}) {
	defer close(done)
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		// A sweep that fails is the next one's work; what it did not do shows
		// in the test that waits for it.
		broom.asked.Add(1)
		_, _ = s.cloud.Invoke(ctx, s.name()+"-sweeper", []byte("{}"))
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
