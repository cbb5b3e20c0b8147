package proc

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"
)

// stopTime bounds the wait for a service to end in order; then it is killed.
const stopTime = 20 * time.Second

// Stop ends a service and all that it started, and waits until they are gone.
// One that does not run is no error.
func (k Keeper) Stop(ctx context.Context, name string) error {
	r, err := k.read(name)
	if err != nil || !r.running() {
		return err
	}
	if err := syscall.Kill(r.PID, r.Stop); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("stop %s: %w", r.Title, err)
	}
	if !until(ctx, stopTime, func() bool { return !r.running() }) {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("stop %s: %w", r.Title, err)
		}
		_ = syscall.Kill(r.PID, syscall.SIGKILL)
		if !until(ctx, stopTime, func() bool { return !r.running() }) {
			return fmt.Errorf("%s (process %d) does not end", r.Title, r.PID)
		}
	}
	// It led its process group; what it left behind is still in it.
	if len(Members(r.PID)) > 0 {
		_ = syscall.Kill(-r.PID, syscall.SIGTERM)
		if !until(ctx, 2*time.Second, func() bool { return len(Members(r.PID)) == 0 }) {
			_ = syscall.Kill(-r.PID, syscall.SIGKILL)
		}
	}
	r.PID, r.Identity = 0, ""
	return k.write(r)
}

func until(ctx context.Context, limit time.Duration, done func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			return done()
		case <-tick.C:
		}
	}
	return true
}
