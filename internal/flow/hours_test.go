package flow

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func instant(t require.TestingT, text string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, text)
	require.NoError(t, err)
	return at
}

func TestHoursAreOpenFromStartInclusiveToEndExclusive(t *testing.T) {
	hours := Hours{Start: "09:00:00", End: "18:00", Days: []int{1, 2, 3, 4, 5}}
	for at, want := range map[string]bool{
		"2026-02-02T03:29:59.999999999Z": false, // Monday in Kolkata
		"2026-02-02T03:30:00Z":           true,
		"2026-02-02T12:29:59.999999999Z": true,
		"2026-02-02T12:30:00Z":           false,
		"2026-02-07T06:00:00Z":           false, // Saturday
		"2026-02-06T18:31:00Z":           false, // Saturday already, Friday in UTC
	} {
		open, err := hours.Open(instant(t, at), "Asia/Kolkata")
		require.NoError(t, err)
		require.Equal(t, want, open, at)
	}
}

func TestNextOpening(t *testing.T) {
	nine := Hours{Start: "09:00:00", End: "18:00:00"}
	weekdays := Hours{Start: "09:00:00", End: "18:00:00", Days: []int{1, 2, 3, 4, 5}}
	cases := []struct {
		name      string
		hours     Hours
		zone      string
		at, opens string
	}{
		{name: "open now is now", hours: nine, zone: "Asia/Kolkata", at: "2026-02-02T05:00:00.5Z", opens: "2026-02-02T05:00:00.5Z"},
		{name: "before the start", hours: nine, zone: "Asia/Kolkata", at: "2026-02-02T00:00:00Z", opens: "2026-02-02T03:30:00Z"},
		{name: "a nanosecond before the start", hours: nine, zone: "UTC", at: "2026-02-02T08:59:59.999999999Z", opens: "2026-02-02T09:00:00Z"},
		{name: "the end is closed", hours: nine, zone: "UTC", at: "2026-02-02T18:00:00Z", opens: "2026-02-03T09:00:00Z"},
		{name: "over the weekend", hours: weekdays, zone: "UTC", at: "2026-02-06T18:00:00Z", opens: "2026-02-09T09:00:00Z"},
		{name: "one day a week, just missed", hours: Hours{Start: "09:00", End: "09:01", Days: []int{3}}, zone: "UTC", at: "2026-02-04T09:01:00Z", opens: "2026-02-11T09:00:00Z"},
		{name: "half an hour beside the hour", hours: nine, zone: "Asia/Kathmandu", at: "2026-02-02T00:00:00Z", opens: "2026-02-02T03:15:00Z"},
		{name: "own zone before the default", hours: Hours{Start: "09:00", End: "10:00", TimeZone: "America/New_York"}, zone: "Asia/Kolkata", at: "2026-02-02T00:00:00Z", opens: "2026-02-02T14:00:00Z"},
		{name: "no zone at all is UTC", hours: nine, at: "2026-02-02T00:00:00Z", opens: "2026-02-02T09:00:00Z"},
		{name: "the weekday is the zone's", hours: Hours{Start: "00:00", End: "01:00", Days: []int{1}}, zone: "Pacific/Auckland", at: "2026-02-01T00:00:00Z", opens: "2026-02-01T11:00:00Z"},
		{name: "after the spring change the same local time", hours: nine, zone: "America/New_York", at: "2026-03-08T05:00:00Z", opens: "2026-03-08T13:00:00Z"},
		{name: "after the autumn change the same local time", hours: nine, zone: "America/New_York", at: "2026-11-01T04:00:00Z", opens: "2026-11-01T14:00:00Z"},
		{name: "a start in the gap opens at its end", hours: Hours{Start: "02:30:00", End: "04:00:00"}, zone: "America/New_York", at: "2026-03-08T05:00:00Z", opens: "2026-03-08T07:00:00Z"},
		{name: "hours within the gap open the day after", hours: Hours{Start: "02:10:00", End: "02:50:00"}, zone: "America/New_York", at: "2026-03-08T05:00:00Z", opens: "2026-03-09T06:10:00Z"},
		{name: "an end at the gap's end leaves nothing", hours: Hours{Start: "02:10:00", End: "03:00:00"}, zone: "America/New_York", at: "2026-03-08T05:00:00Z", opens: "2026-03-09T06:10:00Z"},
		{name: "an overlap opens in its first pass", hours: Hours{Start: "01:30:00", End: "01:45:00"}, zone: "America/New_York", at: "2026-11-01T05:00:00Z", opens: "2026-11-01T05:30:00Z"},
		{name: "an overlap opens again in its second pass", hours: Hours{Start: "01:30:00", End: "01:45:00"}, zone: "America/New_York", at: "2026-11-01T05:45:00Z", opens: "2026-11-01T06:30:00Z"},
		{name: "an overlap thrown back into open hours opens at the change", hours: Hours{Start: "01:10:00", End: "01:50:00"}, zone: "America/New_York", at: "2026-11-01T05:55:00Z", opens: "2026-11-01T06:10:00Z"},
		{name: "an overlap whose hours end at the change", hours: Hours{Start: "00:30:00", End: "02:00:00"}, zone: "America/New_York", at: "2026-11-01T05:59:59Z", opens: "2026-11-01T05:59:59Z"},
		{name: "a gap of half an hour", hours: Hours{Start: "02:15:00", End: "03:00:00"}, zone: "Australia/Lord_Howe", at: "2026-10-03T15:00:00Z", opens: "2026-10-03T15:30:00Z"},
		{name: "no midnight that day", hours: Hours{Start: "00:00:00", End: "08:00:00", Days: []int{7}}, zone: "America/Santiago", at: "2026-09-06T03:00:00Z", opens: "2026-09-06T04:00:00Z"},
		{name: "a day that Samoa skipped", hours: Hours{Start: "09:00:00", End: "17:00:00", Days: []int{5}}, zone: "Pacific/Apia", at: "2011-12-30T09:00:00Z", opens: "2012-01-05T19:00:00Z"},
		{name: "the day after the one that Samoa skipped", hours: nine, zone: "Pacific/Apia", at: "2011-12-30T09:00:00Z", opens: "2011-12-30T19:00:00Z"},
		{name: "a day that Kwajalein skipped", hours: Hours{Start: "09:00:00", End: "17:00:00", Days: []int{6}}, zone: "Pacific/Kwajalein", at: "1993-08-21T06:00:00Z", opens: "1993-08-27T21:00:00Z"},
		{name: "open to midnight", hours: Hours{Start: "23:00:00", End: "24:00:00", Days: []int{1}}, zone: "UTC", at: "2026-02-02T23:59:59.9Z", opens: "2026-02-02T23:59:59.9Z"},
		{name: "in the year 1900, offsets with seconds", hours: nine, zone: "Asia/Kolkata", at: "1900-01-01T00:00:00Z", opens: "1900-01-01T03:38:50Z"},
		{name: "the last day of a leap year", hours: nine, zone: "Europe/Berlin", at: "2028-12-31T18:00:00Z", opens: "2029-01-01T08:00:00Z"},
		{name: "the last day of a leap year, by rule", hours: nine, zone: "Europe/Berlin", at: "2040-12-31T18:00:00Z", opens: "2041-01-01T08:00:00Z"},
		{name: "far in the future", hours: nine, zone: "Europe/Berlin", at: "2500-07-01T00:00:00Z", opens: "2500-07-01T07:00:00Z"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			opens, err := c.hours.NextOpening(instant(t, c.at), c.zone)
			require.NoError(t, err)
			require.Equal(t, instant(t, c.opens).Format(time.RFC3339Nano), opens.Format(time.RFC3339Nano))
			open, err := c.hours.Open(opens, c.zone)
			require.NoError(t, err)
			require.True(t, open)
		})
	}
}

func TestHoursThatCannotBeReadAreErrors(t *testing.T) {
	for want, hours := range map[string]Hours{
		`hours start "9:00" is not HH:MM:SS`:                    {Start: "9:00", End: "10:00"},
		`hours end "25:00:00" is not HH:MM:SS`:                  {Start: "09:00", End: "25:00:00"},
		`hours start "24:00:00" is not HH:MM:SS`:                {Start: "24:00:00", End: "24:00:00"},
		`hours end "" is not HH:MM:SS`:                          {Start: "09:00"},
		`hours start 10:00:00 is not before their end 09:00:00`: {Start: "10:00:00", End: "09:00:00"},
		`hours start 10:00:00 is not before their end 10:00:00`: {Start: "10:00:00", End: "10:00:00"},
		`hours name weekday 0, not 1 to 7`:                      {Start: "09:00", End: "10:00", Days: []int{0}},
		`hours name weekday 8, not 1 to 7`:                      {Start: "09:00", End: "10:00", Days: []int{1, 8}},
		`unknown time zone "Local"`:                             {Start: "09:00", End: "10:00", TimeZone: "Local"},
		`hours start "09:00:00.5" is not HH:MM:SS`:              {Start: "09:00:00.5", End: "10:00"},
		`hours start "09:60" is not HH:MM:SS`:                   {Start: "09:60", End: "10:00"},
		`hours start "09:00:60" is not HH:MM:SS`:                {Start: "09:00:60", End: "10:00"},
		"hours start \"0\u0669:00\" is not HH:MM:SS":            {Start: "0\u0669:00", End: "10:00"},
		`hours start "09-00-00" is not HH:MM:SS`:                {Start: "09-00-00", End: "10:00"},
		`hours start "-9:00" is not HH:MM:SS`:                   {Start: "-9:00", End: "10:00"},
		`hours start " 09:00" is not HH:MM:SS`:                  {Start: " 09:00", End: "10:00"},
		`hours end "24:00:01" is not HH:MM:SS`:                  {Start: "09:00", End: "24:00:01"},
		`hours start 09:00:00 is not before their end 09:00`:    {Start: "09:00:00", End: "09:00"},
		`hours start 09:00:01 is not before their end 09:00:00`: {Start: "09:00:01", End: "09:00:00"},
		`hours end "18:00:00Z" is not HH:MM:SS`:                 {Start: "09:00:00", End: "18:00:00Z"},
		`hours start "aa:bb" is not HH:MM:SS`:                   {Start: "aa:bb", End: "10:00"},
	} {
		_, err := hours.Open(time.Time{}, "UTC")
		require.ErrorContains(t, err, want)
		_, err = hours.NextOpening(time.Time{}, "UTC")
		require.ErrorContains(t, err, want)
	}
	_, err := Hours{Start: "09:00", End: "10:00"}.Open(time.Time{}, "Nowhere")
	require.ErrorContains(t, err, `unknown time zone "Nowhere"`)
}

func TestHoursOfAFlow(t *testing.T) {
	start, end, zone := "09:00:00", "17:00:00", "Europe/Berlin"
	byTenant := &Hours{Start: "10:00:00", End: "11:00:00"}
	flow := Definition{BusinessHoursStart: &start, BusinessHoursEnd: &end, BusinessHoursDays: []int{1}}

	require.Nil(t, flow.Hours(Tenant{}), "always open")
	require.Equal(t, byTenant, flow.Hours(Tenant{BusinessHours: byTenant}), "own hours that are not used do not count")
	flow.UseCustomBusinessHours = true
	require.Equal(t, &Hours{Start: start, End: end, Days: []int{1}}, flow.Hours(Tenant{BusinessHours: byTenant}))
	flow.BusinessHoursTimezone = &zone
	require.Equal(t, &Hours{Start: start, End: end, Days: []int{1}, TimeZone: zone}, flow.Hours(Tenant{}))
}
