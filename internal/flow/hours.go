package flow

import (
	"errors"
	"fmt"
	"time"
)

const daySeconds = 24 * 60 * 60

// openingHorizon bounds the search for an opening. Weekly hours open within
// eight days, unless a clock change swallows them; no zone swallows the same
// weekly hours for a year.
const openingHorizon = 400 * 24 * time.Hour

// ErrNeverOpen says that hours have no opening within 400 days.
var ErrNeverOpen = errors.New("the hours never open")

// CompiledHours are Hours with their texts read and their zone loaded.
type CompiledHours struct {
	location *time.Location
	// start and end are seconds of the local clock, end exclusive.
	start, end int64
	// days is indexed by ISO weekday, 1 Monday to 7 Sunday.
	days [8]bool
}

// Hours are the business hours of the flow for this tenant: its own when it
// uses custom ones, else the tenant's default; nil means always open. Own
// hours without a zone are in the tenant's.
func (d Definition) Hours(t Tenant) *Hours {
	if !d.UseCustomBusinessHours || d.BusinessHoursStart == nil || d.BusinessHoursEnd == nil {
		return t.BusinessHours
	}
	own := Hours{Start: *d.BusinessHoursStart, End: *d.BusinessHoursEnd, Days: d.BusinessHoursDays}
	if d.BusinessHoursTimezone != nil {
		own.TimeZone = *d.BusinessHoursTimezone
	}
	return &own
}

// Compile reads the hours. defaultZone is the IANA name used when the hours
// name none; when it is empty too, they are in UTC. Times are HH:MM or
// HH:MM:SS; as an end, 24:00:00 means midnight.
func (h Hours) Compile(defaultZone string) (CompiledHours, error) {
	start, ok := parseTimeOfDay(h.Start)
	if !ok {
		return CompiledHours{}, fmt.Errorf("hours start %q is not HH:MM:SS", h.Start)
	}
	end, ok := parseTimeOfDay(h.End)
	if h.End == "24:00:00" || h.End == "24:00" {
		end, ok = daySeconds, true
	}
	if !ok {
		return CompiledHours{}, fmt.Errorf("hours end %q is not HH:MM:SS", h.End)
	}
	if start >= end {
		return CompiledHours{}, fmt.Errorf("hours start %s is not before their end %s", h.Start, h.End)
	}
	compiled := CompiledHours{start: start, end: end}
	for _, day := range h.Days {
		if day < 1 || day > 7 {
			return CompiledHours{}, fmt.Errorf("hours name weekday %d, not 1 to 7", day)
		}
		compiled.days[day] = true
	}
	if len(h.Days) == 0 {
		compiled.days = [8]bool{false, true, true, true, true, true, true, true}
	}
	zone := h.TimeZone
	if zone == "" {
		zone = defaultZone
	}
	if zone == "" {
		zone = "UTC"
	}
	location, err := LoadZone(zone)
	if err != nil {
		return CompiledHours{}, err
	}
	compiled.location = location
	return compiled, nil
}

// Open reports whether the hours are open at an instant. See Compile for
// defaultZone and errors.
func (h Hours) Open(at time.Time, defaultZone string) (bool, error) {
	compiled, err := h.Compile(defaultZone)
	if err != nil {
		return false, err
	}
	return compiled.Open(at), nil
}

// NextOpening is the first instant at or after the given one that is open, in
// UTC. See Compile for defaultZone and errors, CompiledHours.Next for the rest.
func (h Hours) NextOpening(at time.Time, defaultZone string) (time.Time, error) {
	compiled, err := h.Compile(defaultZone)
	if err != nil {
		return time.Time{}, err
	}
	return compiled.Next(at)
}

// Location is the zone that the hours are in.
func (c CompiledHours) Location() *time.Location { return c.location }

// Open reports whether the local clock at this instant shows a listed weekday
// and a time from start inclusive to end exclusive. Where clocks go back, both
// passes of a local time are open; local times that a change skips never are.
func (c CompiledHours) Open(at time.Time) bool {
	local := at.Unix() + offsetAt(at.Unix(), c.location)
	day := floorDiv(local, daySeconds)
	second := local - day*daySeconds
	return c.days[isoWeekday(day)] && second >= c.start && second < c.end
}

// Next is the first instant at or after the given one that is open, in UTC.
// When start falls into a gap of the local clock, it is the end of the gap;
// when a change swallows a day's hours whole, it is on another day. The error
// is ErrNeverOpen.
//
// Between two changes of the offset local time runs evenly, so each stretch
// is solved by arithmetic; nothing is guessed about how zones behave.
func (c CompiledHours) Next(at time.Time) (time.Time, error) {
	if c.Open(at) {
		return at.UTC(), nil
	}
	from := at.Unix()
	if at.Nanosecond() > 0 {
		from++
	}
	last := at.Add(openingHorizon).Unix()
	for from <= last {
		offset, until := steady(from, c.location)
		if found, ok := c.firstOpen(from, until, offset); ok {
			return time.Unix(found, 0).UTC(), nil
		}
		from = until
	}
	return time.Time{}, ErrNeverOpen
}

// firstOpen finds the first open second in [from, until), where the offset is
// the same throughout.
func (c CompiledHours) firstOpen(from, until, offset int64) (int64, bool) {
	for day := floorDiv(from+offset, daySeconds); ; day++ {
		opens := day*daySeconds + c.start - offset
		if opens >= until {
			return 0, false
		}
		closes := day*daySeconds + c.end - offset
		if found := max(from, opens); c.days[isoWeekday(day)] && found < closes {
			return found, true
		}
	}
}

// parseTimeOfDay reads HH:MM or HH:MM:SS, two digits each, 00:00:00 to
// 23:59:59, into seconds.
func parseTimeOfDay(text string) (int64, bool) {
	if len(text) == 5 {
		text += ":00"
	}
	if len(text) != 8 || text[2] != ':' || text[5] != ':' {
		return 0, false
	}
	var parts [3]int64
	for i := range parts {
		tens, ones := text[i*3], text[i*3+1]
		if tens < '0' || tens > '9' || ones < '0' || ones > '9' {
			return 0, false
		}
		parts[i] = int64(tens-'0')*10 + int64(ones-'0')
	}
	if parts[0] > 23 || parts[1] > 59 || parts[2] > 59 {
		return 0, false
	}
	return parts[0]*3600 + parts[1]*60 + parts[2], true
}

// isoWeekday is 1 (Monday) to 7 (Sunday) of a day counted from 1970-01-01, a Thursday.
func isoWeekday(day int64) int {
	return int(day+3-floorDiv(day+3, 7)*7) + 1
}

func floorDiv(a, b int64) int64 {
	quotient := a / b
	if a%b < 0 {
		quotient--
	}
	return quotient
}
