package clock_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/clock"
)

func TestEmptyClockIsRealTime(t *testing.T) {
	c, err := clock.Parse("")
	require.NoError(t, err)
	at := time.Date(2026, 3, 1, 4, 5, 6, 7, time.UTC)
	require.Equal(t, at, c.Virtual(at))
	require.Equal(t, at, c.ToReal(at))
}

func TestScaledClockRunsFromItsEpochAndBack(t *testing.T) {
	c, err := clock.Parse("2026-02-02T10:00:00Z,2026-11-22T07:00:00Z,60")
	require.NoError(t, err)
	anchor := time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)
	virtual := c.Virtual(anchor.Add(30 * time.Second))
	require.Equal(t, time.Date(2026, 2, 2, 10, 30, 0, 0, time.UTC), virtual)
	require.Equal(t, anchor.Add(30*time.Second), c.ToReal(virtual))
}

func TestBadClocksAreRefused(t *testing.T) {
	for _, s := range []string{"now", "a,b,1", "2026-02-02T10:00:00Z,x,1", "2026-02-02T10:00:00Z,2026-02-02T10:00:00Z,0.5", "2026-02-02T10:00:00Z,2026-02-02T10:00:00Z,-1"} {
		_, err := clock.Parse(s)
		require.Error(t, err, s)
	}
}
