package flow

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"time"
)

// zoneNames are the names of the IANA database that Go embeds, one per line.
// The list is kept so that what counts as a zone does not depend on the files
// of the machine (which may know "localtime", "posixrules", "right/…").
//
//go:embed zones.txt
var zoneNames string

var knownZones = sync.OnceValue(func() map[string]bool {
	known := make(map[string]bool)
	for name := range strings.Lines(zoneNames) {
		known[strings.TrimSpace(name)] = true
	}
	return known
})

// ValidZone reports whether name is a name of the IANA time zone database,
// links included, spelled as there. "" and "Local" are not.
func ValidZone(name string) bool { return knownZones()[name] }

// locations keeps what LoadZone has loaded; it can only grow to the number of
// IANA names.
var locations sync.Map

// LoadZone gives the location of an IANA name. Loading parses a file, so the
// result is kept. Any other name, "" and "Local" included, is an error.
func LoadZone(name string) (*time.Location, error) {
	if found, ok := locations.Load(name); ok {
		if location, isLocation := found.(*time.Location); isLocation {
			return location, nil
		}
	}
	if !ValidZone(name) {
		return nil, fmt.Errorf("unknown time zone %q", name)
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("load time zone %q: %w", name, err)
	}
	locations.Store(name, location)
	return location, nil
}

// Local is now in the tenant's zone, UTC when the tenant has no usable one.
// Conditions reads days (2026-03-01) in the zone of the time it is given.
func (t Tenant) Local(now time.Time) time.Time {
	location, err := LoadZone(t.TimeZone)
	if err != nil {
		return now.UTC()
	}
	return now.In(location)
}

// steady gives the offset from UTC, in seconds, that a zone has at an instant
// (Unix seconds), and a later instant before which it does not change; not
// necessarily the last such.
func steady(from int64, location *time.Location) (offset, until int64) {
	moment := time.Unix(from, 0).In(location)
	offset = offsetAt(from, location)
	_, change := moment.ZoneBounds()
	switch {
	case change.IsZero():
		return offset, from + int64(openingHorizon/time.Second)
	case change.Unix() > from:
		return offset, change.Unix()
	}
	// On the last day of a leap year, ZoneBounds may give an end that has
	// passed (golang/go#81583). Its offsets are right.
	step := int64(daySeconds)
	for step > 1 && offsetAt(from+step-1, location) != offset {
		step /= 2
	}
	return offset, from + step
}

func offsetAt(unix int64, location *time.Location) int64 {
	_, offset := time.Unix(unix, 0).In(location).Zone()
	return int64(offset)
}
