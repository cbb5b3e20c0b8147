package flow

import (
	"errors"
	"fmt"
	"time"
)

// MaxDays is the longest stretch of days that statistics are asked for.
const MaxDays = 366

// Days is a stretch of calendar days of one zone.
type Days struct {
	// First is a date: midnight UTC, of which only year, month and day count.
	First time.Time
	// Count is at least 1.
	Count int
	Zone  *time.Location
}

// Why a stretch of days is refused.
var (
	ErrDaysReversed = errors.New("from must not be after to")
	ErrDaysTooMany  = fmt.Errorf("from and to must span at most %d days", MaxDays)
)

// DaysBetween is the stretch of both dates and all between. Without a last
// date it ends today, without a first it has 30 days. The error is
// ErrDaysReversed or ErrDaysTooMany.
func DaysBetween(first, last *time.Time, now time.Time, zone *time.Location) (Days, error) {
	const usual = 30
	end := dateOf(now.In(zone))
	if last != nil {
		end = dateOf(*last)
	}
	begin := end.AddDate(0, 0, 1-usual)
	if first != nil {
		begin = dateOf(*first)
	}
	d := Days{First: begin, Count: daysApart(begin, end) + 1, Zone: zone}
	switch {
	case d.Count < 1:
		return Days{}, ErrDaysReversed
	case d.Count > MaxDays:
		return Days{}, ErrDaysTooMany
	}
	return d, nil
}

// AllDays is like DaysBetween, but without bound, and without a first date it
// begins in 1970, before anything was counted.
func AllDays(first, last *time.Time, now time.Time, zone *time.Location) (Days, error) {
	end := dateOf(now.In(zone))
	if last != nil {
		end = dateOf(*last)
	}
	begin := time.Unix(0, 0).UTC()
	if first != nil {
		begin = dateOf(*first)
	}
	if begin.After(end) {
		return Days{}, ErrDaysReversed
	}
	return Days{First: begin, Count: daysApart(begin, end) + 1, Zone: zone}, nil
}

func daysApart(from, to time.Time) int { return int(floorDiv(to.Unix()-from.Unix(), daySeconds)) }

func dateOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Date writes one day, counted from 0, as YYYY-MM-DD.
func (d Days) Date(n int) string { return d.First.AddDate(0, 0, n).Format(time.DateOnly) }

// Span is from the first instant of the first day to that of the day after the last.
func (d Days) Span() (from, to time.Time) {
	return StartOfDay(d.First, 0, d.Zone).UTC(), StartOfDay(d.First, d.Count, d.Zone).UTC()
}

// WithBefore is the stretch together with as many days before it.
func (d Days) WithBefore() Days {
	return Days{First: d.First.AddDate(0, 0, -d.Count), Count: 2 * d.Count, Zone: d.Zone}
}

// Offsets are the offsets from UTC, in seconds, that a zone has between two
// instants, both included: the n-th offset counts from the n-th start on. The
// first start is from itself, rounded down to the second.
func Offsets(from, to time.Time, zone *time.Location) (starts []time.Time, offsets []int32) {
	for at := from.Unix(); at <= to.Unix(); {
		offset, until := steady(at, zone)
		if n := len(offsets); n == 0 || offsets[n-1] != int32(offset) {
			starts, offsets = append(starts, time.Unix(at, 0).UTC()), append(offsets, int32(offset))
		}
		at = until
	}
	return starts, offsets
}
