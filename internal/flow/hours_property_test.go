package flow

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sort"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// modelOpen says the same as Hours.Open by the words of the clock on the wall.
func modelOpen(h Hours, at time.Time, location *time.Location) bool {
	local := at.In(location)
	weekday := int(local.Weekday())
	if weekday == 0 {
		weekday = 7
	}
	clock := local.Format("15:04:05")
	listed := len(h.Days) == 0 || slices.Contains(h.Days, weekday)
	return listed && h.Start <= clock && clock < h.End
}

// modelNext tries one step after another.
func modelNext(h Hours, at time.Time, location *time.Location, step, limit time.Duration) (time.Time, bool) {
	for tried := at; tried.Sub(at) <= limit; tried = tried.Add(step) {
		if modelOpen(h, tried, location) {
			return tried, true
		}
	}
	return time.Time{}, false
}

// changes are the instants from 1975 to 2040 at which a zone's offset changes.
// Since 1975 all offsets are whole minutes.
func changes(location *time.Location) []time.Time {
	var found []time.Time
	at := time.Date(1975, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	end := time.Date(2041, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	offset := offsetAt(at, location)
	for ; at < end; at += daySeconds {
		if next := offsetAt(at+daySeconds, location); next != offset {
			minute := sort.Search(24*60, func(n int) bool { return offsetAt(at+int64(n)*60, location) == next })
			found = append(found, time.Unix(at+int64(minute)*60, 0))
			offset = next
		}
	}
	return found
}

// drawHours are hours that begin and end on a minute, often short, and often
// around the hours at which clocks change.
func drawHours(t *rapid.T, minute bool) Hours {
	unit := 1
	if minute {
		unit = 60
	}
	limit := daySeconds / unit
	start := rapid.OneOf(rapid.IntRange(0, limit-2), rapid.IntRange(0, 4*3600/unit)).Draw(t, "start")
	length := rapid.OneOf(rapid.IntRange(1, 90*60/unit), rapid.IntRange(1, limit)).Draw(t, "length")
	end := min(start+length, limit-1)
	clock := func(n int) string {
		seconds := n * unit
		return fmt.Sprintf("%02d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	}
	days := rapid.SliceOfNDistinct(rapid.IntRange(1, 7), 0, 7, rapid.ID[int]).Draw(t, "days")
	return Hours{Start: clock(start), End: clock(end), Days: days}
}

// TestNextOpeningEqualsTryingEveryMinuteInEveryZone holds the arithmetic
// against a model that only asks what the clock shows, near clock changes and
// anywhere else, in every zone of the database.
func TestNextOpeningEqualsTryingEveryMinuteInEveryZone(t *testing.T) {
	for _, zone := range everyZone() {
		location, err := LoadZone(zone)
		require.NoError(t, err)
		near := changes(location)
		check := func(t *rapid.T) {
			at := time.Unix(60*rapid.Int64Range(157766400/60, 2208988800/60).Draw(t, "at"), 0)
			if len(near) > 0 && rapid.Bool().Draw(t, "near a change") {
				change := near[rapid.IntRange(0, len(near)-1).Draw(t, "change")]
				at = change.Add(time.Duration(rapid.IntRange(-36*60, 24*60).Draw(t, "minutes")) * time.Minute)
			}
			hours := drawHours(t, true)
			compiled, err := hours.Compile(zone)
			require.NoError(t, err)
			require.Equal(t, modelOpen(hours, at, location), compiled.Open(at))
			opens, err := compiled.Next(at)
			require.NoError(t, err)
			want, found := modelNext(hours, at, location, time.Minute, 16*24*time.Hour)
			require.True(t, found, "the model found nothing in %s after %s, %s is after", zone, at, opens)
			require.True(t, want.Equal(opens), "%s: want %s, got %s", zone, want.In(location), opens.In(location))
		}
		for seed := range 16 {
			checkOnce(t, zone, seed, check)
		}
	}
}

// checkOnce runs a property once, with values that follow from the name and
// the seed: rapid.Check would run each of 600 zones a hundred times.
func checkOnce(t *testing.T, zone string, seed int, check func(*rapid.T)) {
	t.Helper()
	seeds := rapid.Custom(func(t *rapid.T) bool {
		check(t)
		return true
	})
	hash := seed
	for _, c := range zone {
		hash = hash*31 + int(c)
	}
	require.True(t, seeds.Example(hash), zone)
}

// TestNextOpeningEqualsTryingEverySecond takes seconds into account, and the
// odd offsets of long ago.
func TestNextOpeningEqualsTryingEverySecond(t *testing.T) {
	zones := rapid.SampledFrom([]string{
		"Asia/Kolkata", "America/New_York", "Europe/Dublin", "Africa/Monrovia", "Africa/Casablanca", "Pacific/Apia",
		"Pacific/Kwajalein", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago", "Antarctica/Troll", "UTC",
	})
	rapid.Check(t, func(t *rapid.T) {
		zone := zones.Draw(t, "zone")
		location, err := LoadZone(zone)
		require.NoError(t, err)
		at := time.Unix(rapid.Int64Range(-3786912000, 2208988800).Draw(t, "at"), 0)
		if _, change := at.In(location).ZoneBounds(); !change.IsZero() {
			at = change.Add(time.Duration(rapid.IntRange(-7200, 7200).Draw(t, "seconds")) * time.Second)
		}
		hours := drawHours(t, false)
		hours.Days = nil
		opens, err := hours.NextOpening(at, zone)
		require.NoError(t, err)
		want, found := modelNext(hours, at, location, time.Second, 3*24*time.Hour)
		require.True(t, found)
		require.True(t, want.Equal(opens), "%s: want %s, got %s", zone, want.In(location), opens.In(location))
	})
}

// TestNextOpeningIsTheFirst says it without a model of time: what is found is
// open, and the moment before it is closed or was asked about.
func TestNextOpeningIsTheFirst(t *testing.T) {
	zones := rapid.SampledFrom(everyZone())
	rapid.Check(t, func(t *rapid.T) {
		hours := drawHours(t, false)
		compiled, err := hours.Compile(zones.Draw(t, "zone"))
		require.NoError(t, err)
		at := time.Unix(rapid.Int64Range(-5e9, 1e10).Draw(t, "at"), rapid.Int64Range(0, 999999999).Draw(t, "nanoseconds"))
		opens, err := compiled.Next(at)
		require.NoError(t, err)
		require.False(t, opens.Before(at))
		require.True(t, compiled.Open(opens))
		if !opens.Equal(at) {
			require.False(t, compiled.Open(at))
			require.False(t, compiled.Open(opens.Add(-1)))
		}
		again, err := compiled.Next(opens)
		require.NoError(t, err)
		require.True(t, again.Equal(opens))
	})
}

// newYearZone changes its clock at two on the first of January, by rule alone.
func newYearZone(t *testing.T) *time.Location {
	t.Helper()
	block := func(version byte) []byte {
		data := append([]byte("TZif"), version)
		data = append(data, make([]byte, 15)...)
		for _, count := range []uint32{0, 0, 0, 0, 1, 4} { // one type, no changes
			data = binary.BigEndian.AppendUint32(data, count)
		}
		data = append(data, 0, 0, 0, 0, 0, 0)
		return append(data, "XXX\x00"...)
	}
	data := slices.Concat(block('2'), block('2'), []byte("\nXXX0YYY,J1/2,J100\n"))
	location, err := time.LoadLocationFromTZData("New_Year", data)
	require.NoError(t, err)
	return location
}

// TestAChangeBesideTheLastDayOfALeapYear: there the bounds that the time
// package gives are of no use, see steady.
func TestAChangeBesideTheLastDayOfALeapYear(t *testing.T) {
	location := newYearZone(t)
	eve := time.Date(2040, 12, 31, 12, 0, 0, 0, time.UTC)
	_, end := eve.In(location).ZoneBounds()
	t.Logf("on %s the zone's offset is said to last until %s", eve, end)
	require.NotEqual(t, offsetAt(eve.Unix(), location), offsetAt(eve.Unix()+daySeconds, location))
	rapid.Check(t, func(t *rapid.T) {
		hours := drawHours(t, true)
		compiled, err := hours.Compile("UTC")
		require.NoError(t, err)
		compiled.location = location
		at := eve.Add(time.Duration(rapid.IntRange(-36*60, 24*60).Draw(t, "minutes")) * time.Minute)
		opens, err := compiled.Next(at)
		require.NoError(t, err)
		want, found := modelNext(hours, at, location, time.Minute, 16*24*time.Hour)
		require.True(t, found)
		require.True(t, want.Equal(opens), "want %s, got %s", want.In(location), opens.In(location))
	})
}
