package flow_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/auto-engagement/flows/internal/flow"
)

func date(text string) *time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return &t
}

var cutZones = []string{
	"UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Pacific/Chatham",
	"America/Sao_Paulo", "Asia/Beirut", "America/Havana", "Africa/Cairo", "Pacific/Apia", "America/St_Johns",
}

func TestOffsetsCutEveryInstantIntoItsLocalDayAndHour(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone, err := flow.LoadZone(rapid.SampledFrom(cutZones).Draw(t, "zone"))
		require.NoError(t, err)
		instant := rapid.Int64Range(time.Date(1995, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(2060, 1, 1, 0, 0, 0, 0, time.UTC).Unix())
		from, to, at := instant.Draw(t, "from"), instant.Draw(t, "to"), instant.Draw(t, "at")
		from, to = min(from, to), max(from, to)
		at = from + (at-from)%(to-from+1)
		if at < from {
			at += to - from + 1
		}
		starts, offsets := flow.Offsets(time.Unix(from, 0), time.Unix(to, 0), zone)
		require.Len(t, offsets, len(starts))
		last := -1
		for i, s := range starts {
			require.True(t, i == 0 || starts[i-1].Before(s) && offsets[i-1] != offsets[i])
			if s.Unix() <= at {
				last = i
			}
		}
		require.GreaterOrEqual(t, last, 0, "the first start is not after any instant")
		require.Equal(t, time.Unix(at, 0).In(zone).Format(time.DateTime), time.Unix(at+int64(offsets[last]), 0).UTC().Format(time.DateTime))
	})
}

func TestASpanHoldsExactlyTheInstantsOfItsDays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone, err := flow.LoadZone(rapid.SampledFrom(cutZones).Draw(t, "zone"))
		require.NoError(t, err)
		// Later than the years in which Newfoundland changed its clock a minute past midnight.
		first := time.Date(2012, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 10000).Draw(t, "first"))
		last := first.AddDate(0, 0, rapid.IntRange(0, flow.MaxDays-1).Draw(t, "more"))
		days, err := flow.DaysBetween(&first, &last, time.Time{}, zone)
		require.NoError(t, err)
		from, to := days.Span()
		at := first.Add(time.Duration(rapid.Int64Range(-3*86400, int64(days.Count+3)*86400).Draw(t, "at")) * time.Second)
		day := at.In(zone).Format(time.DateOnly)
		inside := day >= days.Date(0) && day <= days.Date(days.Count-1)
		require.Equal(t, inside, !at.Before(from) && at.Before(to))
		require.Equal(t, last.Format(time.DateOnly), days.Date(days.Count-1))
		before := days.WithBefore()
		require.Equal(t, days.Date(0), before.Date(days.Count))
		require.Equal(t, days.Date(days.Count-1), before.Date(before.Count-1))
	})
}

func TestDaysThatAreNotGivenAreTheLastThirty(t *testing.T) {
	t.Parallel()
	zone, err := flow.LoadZone("Asia/Kolkata")
	require.NoError(t, err)
	now := time.Date(2026, 3, 1, 18, 30, 0, 0, time.UTC) // midnight of 2 March in Kolkata
	for _, c := range []struct {
		first, last *time.Time
		want        [2]string
	}{
		{nil, nil, [2]string{"2026-02-01", "2026-03-02"}},
		{nil, date("2026-01-30"), [2]string{"2026-01-01", "2026-01-30"}},
		{date("2026-02-27"), nil, [2]string{"2026-02-27", "2026-03-02"}},
		{date("2026-02-27"), date("2026-02-27"), [2]string{"2026-02-27", "2026-02-27"}},
	} {
		days, err := flow.DaysBetween(c.first, c.last, now, zone)
		require.NoError(t, err)
		require.Equal(t, c.want, [2]string{days.Date(0), days.Date(days.Count - 1)})
	}
	_, err = flow.DaysBetween(date("2026-03-03"), nil, now, zone)
	require.ErrorIs(t, err, flow.ErrDaysReversed)
	_, err = flow.DaysBetween(date("2025-01-01"), date("2026-01-02"), now, zone)
	require.ErrorIs(t, err, flow.ErrDaysTooMany)
	days, err := flow.DaysBetween(date("2025-01-01"), date("2026-01-01"), now, zone)
	require.NoError(t, err)
	require.Equal(t, flow.MaxDays, days.Count)

	days, err = flow.AllDays(nil, nil, now, zone)
	require.NoError(t, err)
	require.Equal(t, [2]string{"1970-01-01", "2026-03-02"}, [2]string{days.Date(0), days.Date(days.Count - 1)})
	_, err = flow.AllDays(date("2026-03-03"), nil, now, zone)
	require.ErrorIs(t, err, flow.ErrDaysReversed)
}
