package flow

import "time"

// span is a stretch of time from first to last, both included: an instant, or
// a whole day of one zone.
type span struct{ first, last time.Time }

// parseDate reads an RFC 3339 time (an instant), or YYYY-MM-DD (that day in
// the zone given). A space may stand for the T, as RFC 3339 5.6 allows.
func parseDate(text string, location *time.Location) (span, bool) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		number := floorDiv(day.Unix(), daySeconds)
		return span{
			first: dayStart(number, location),
			last:  dayStart(number+1, location).Add(-time.Nanosecond),
		}, true
	}
	if len(text) > 10 && (text[10] == ' ' || text[10] == 't') {
		text = text[:10] + "T" + text[11:]
	}
	if last := len(text) - 1; last > 0 && text[last] == 'z' {
		text = text[:last] + "Z"
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	return span{first: at, last: at}, err == nil
}

// dayStart is the first instant of a day (counted from 1970-01-01) in a zone:
// not midnight where a clock change skips midnight, and the start of the next
// day where a change skips the whole day.
func dayStart(day int64, location *time.Location) time.Time {
	target := day * daySeconds
	// No zone is ever two days from UTC.
	from := target - 2*daySeconds
	for {
		offset, until := steady(from, location)
		if start := max(from, target-offset); start < until {
			return time.Unix(start, 0).In(location)
		}
		from = until
	}
}

// before and after leave no instant of one span within the other: a day is
// neither before nor after an instant of that day.
func (s span) before(other span) bool { return s.last.Before(other.first) }

func (s span) after(other span) bool { return s.first.After(other.last) }

// withinLastDays reports whether the span touches the time from days calendar
// days before now, at the same local time, until now; now carries the zone.
func (s span) withinLastDays(days int, now time.Time) bool {
	return !s.first.After(now) && !s.last.Before(now.AddDate(0, 0, -days))
}
