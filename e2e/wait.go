package e2e

import (
	"strings"
	"testing"
	"time"
)

// How long tests wait. Two cores run the whole stack and all tests at once, so
// the limits are far above what is usual.
const (
	// soon is for what follows at once.
	soon = 60 * time.Second
	// late is for what needs a time-out of the stack, or several.
	late = 150 * time.Second
	// lookEvery lies between two looks.
	lookEvery = 200 * time.Millisecond
)

// wait looks until there is nothing to complain about, and returns what was
// seen. When that does not come in time the test fails with the last
// complaint and with what the explainers tell.
func wait[T any](t *testing.T, within time.Duration, what string, look func() (seen T, complaint string), explain ...func() string) T {
	t.Helper()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	deadline := time.Now().Add(within)
	for {
		seen, complaint := look()
		if complaint == "" {
			return seen
		}
		if time.Now().After(deadline) {
			told := []string{complaint}
			for _, e := range explain {
				told = append(told, e())
			}
			t.Fatalf("waited %s until %s: %s", within, what, strings.Join(told, "\n"))
		}
		<-ticker.C
	}
}

// pass lets real time go by until an instant.
func pass(t *testing.T, until time.Time) {
	t.Helper()
	wait(t, time.Until(until)+time.Second, "time has passed", func() (struct{}, string) {
		if time.Now().Before(until) {
			return struct{}{}, "not yet"
		}
		return struct{}{}, ""
	})
}
