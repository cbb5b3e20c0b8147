package flow

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestDatesAreRead(t *testing.T) {
	kolkata, err := LoadZone("Asia/Kolkata")
	require.NoError(t, err)
	for text, want := range map[string][2]string{
		"2026-03-01":                {"2026-02-28T18:30:00Z", "2026-03-01T18:29:59.999999999Z"},
		"2026-03-01T10:00:00Z":      {"2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"},
		"2026-03-01T10:00:00+05:30": {"2026-03-01T04:30:00Z", "2026-03-01T04:30:00Z"},
		"2026-03-01 10:00:00.5Z":    {"2026-03-01T10:00:00.5Z", "2026-03-01T10:00:00.5Z"},
		"2026-03-01t10:00:00z":      {"2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"},
		"2024-02-29":                {"2024-02-28T18:30:00Z", "2024-02-29T18:29:59.999999999Z"},
	} {
		got, ok := parseDate(text, kolkata)
		require.True(t, ok, text)
		require.Equal(t, want, [2]string{got.first.UTC().Format(time.RFC3339Nano), got.last.UTC().Format(time.RFC3339Nano)}, text)
	}
	for _, text := range []string{
		"", "2026", "2026-3-1", "2026-02-29", "2026-13-01", "01.03.2026", "03/01/2026", "2026-03-01T10:00", "2026-03-01T10:00:00",
		"2026-03-01T25:00:00Z", "yesterday", "1767225600", "2026-03-01x10:00:00Z", "2026-03-01Z", "z",
	} {
		_, ok := parseDate(text, kolkata)
		require.False(t, ok, text)
	}
}

func TestADayBeginsWhenItsFirstMomentIsThere(t *testing.T) {
	for _, c := range []struct{ zone, day, begins, ends string }{
		{"America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"},     // no midnight
		{"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},       // two midnights
		{"America/Scoresbysund", "2023-10-29", "2023-10-29T00:00:00Z", "2023-10-30T01:00:00Z"}, // back over midnight
		{"Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"},         // the day before a skipped one
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"},         // a skipped day is empty
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"},         //
		{"Europe/Berlin", "2040-12-31", "2040-12-30T23:00:00Z", "2040-12-31T23:00:00Z"},        // the last day of a leap year
		{"Pacific/Kiritimati", "2026-01-01", "2025-12-31T10:00:00Z", "2026-01-01T10:00:00Z"},   //
		{"Pacific/Pago_Pago", "2026-01-01", "2026-01-01T11:00:00Z", "2026-01-02T11:00:00Z"},    //
	} {
		location, err := LoadZone(c.zone)
		require.NoError(t, err)
		got, ok := parseDate(c.day, location)
		require.True(t, ok)
		require.Equal(t, c.begins, got.first.UTC().Format(time.RFC3339), c)
		require.Equal(t, c.ends, got.last.Add(1).UTC().Format(time.RFC3339), c)
	}
}

func TestDayStartIsTheFirstInstantOfItsDate(t *testing.T) {
	zones := rapid.SampledFrom(everyZone())
	rapid.Check(t, func(t *rapid.T) {
		location, err := LoadZone(zones.Draw(t, "zone"))
		require.NoError(t, err)
		day := rapid.Int64Range(-30000, 60000).Draw(t, "day")
		start := dayStart(day, location)
		local := func(at time.Time) int64 { return floorDiv(at.Unix()+offsetAt(at.Unix(), location), daySeconds) }
		require.GreaterOrEqual(t, local(start), day)
		for back := range 48 {
			before := start.Add(-time.Second - time.Duration(back)*time.Hour)
			require.Less(t, local(before), day)
		}
	})
}

func TestSpansCompare(t *testing.T) {
	read := func(text string) span {
		got, ok := parseDate(text, time.UTC)
		require.True(t, ok)
		return got
	}
	for _, c := range []struct {
		a, b          string
		before, after bool
	}{
		{"2026-03-01", "2026-03-02", true, false},
		{"2026-03-01", "2026-03-01", false, false},
		{"2026-03-02", "2026-03-01", false, true},
		{"2026-03-01T00:00:00Z", "2026-03-01", false, false},
		{"2026-02-28T23:59:59.999999999Z", "2026-03-01", true, false},
		{"2026-03-01T23:59:59Z", "2026-03-01", false, false},
		{"2026-03-02T00:00:00Z", "2026-03-01", false, true},
		{"2026-03-01", "2026-03-02T00:00:00Z", true, false},
		{"2026-03-01", "2026-03-01T23:59:59Z", false, false},
		{"2026-03-01T10:00:00+05:30", "2026-03-01T04:30:00Z", false, false},
		{"2026-03-01T10:00:00+05:30", "2026-03-01T04:30:01Z", true, false},
	} {
		require.Equal(t, c.before, read(c.a).before(read(c.b)), c)
		require.Equal(t, c.after, read(c.a).after(read(c.b)), c)
	}
}

func TestWithinLastDaysCountsCalendarDays(t *testing.T) {
	berlin, err := LoadZone("Europe/Berlin")
	require.NoError(t, err)
	now := time.Date(2026, 3, 30, 12, 0, 0, 0, berlin) // the day after the clocks went forward
	for text, want := range map[string]bool{
		"2026-03-30T12:00:00+02:00": true, "2026-03-30T12:00:01+02:00": false,
		"2026-03-28T12:00:00+01:00": true, "2026-03-28T11:59:59+01:00": false,
		"2026-03-30": true, "2026-03-28": true, "2026-03-27": false, "2026-03-31": false,
	} {
		date, ok := parseDate(text, berlin)
		require.True(t, ok)
		require.Equal(t, want, date.withinLastDays(2, now), text)
	}
}
