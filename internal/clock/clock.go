// Package clock gives the time by which rules are decided. In production it is
// real time. In a local stack it may start at a chosen instant and run faster,
// so that a week of business hours passes in a minute.
package clock

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Clock turns real time into virtual time and back. The zero value is real time.
type Clock struct {
	epoch, anchor time.Time
	scale         float64
}

// Parse reads `epoch,anchor,scale`: at the real instant anchor it is epoch on
// this clock, and from there it runs scale times as fast. Both instants are
// RFC 3339. An empty text is real time.
func Parse(s string) (Clock, error) {
	if s == "" {
		return Clock{}, nil
	}
	parts := strings.Split(s, ",")
	if len(parts) != 3 {
		return Clock{}, fmt.Errorf("clock %q: want epoch,anchor,scale", s)
	}
	epoch, err := time.Parse(time.RFC3339Nano, parts[0])
	if err != nil {
		return Clock{}, fmt.Errorf("clock epoch: %w", err)
	}
	anchor, err := time.Parse(time.RFC3339Nano, parts[1])
	if err != nil {
		return Clock{}, fmt.Errorf("clock anchor: %w", err)
	}
	scale, err := strconv.ParseFloat(parts[2], 64)
	if err != nil || scale < 1 || scale > 100_000 {
		return Clock{}, fmt.Errorf("clock scale %q: want a number from 1 to 100000", parts[2])
	}
	return Clock{epoch: epoch, anchor: anchor, scale: scale}, nil
}

// Real is the real time.
func (c Clock) Real() time.Time { return time.Now().UTC() }

// Now is the virtual time.
func (c Clock) Now() time.Time { return c.Virtual(c.Real()) }

// Virtual gives the virtual instant that corresponds to a real one.
func (c Clock) Virtual(realAt time.Time) time.Time {
	if c.scale == 0 {
		return realAt.UTC()
	}
	return c.epoch.Add(time.Duration(float64(realAt.Sub(c.anchor)) * c.scale)).UTC()
}

// ToReal gives the real instant that corresponds to a virtual one.
func (c Clock) ToReal(virtual time.Time) time.Time {
	if c.scale == 0 {
		return virtual.UTC()
	}
	return c.anchor.Add(time.Duration(float64(virtual.Sub(c.epoch)) / c.scale)).UTC()
}
