package flow

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
)

// Settings are all that a tenant sets of itself.
type Settings struct {
	Tenant

	// CallConcurrency is how many calls of the tenant may be live at once.
	CallConcurrency int
	UpdatedAt       time.Time
}

// maxCallConcurrency bounds a tenant's calls at once; the table checks it too.
const maxCallConcurrency = 1000

// WindowChannels are the channels that may have a contact window.
var WindowChannels = []ActionType{AICall, WhatsAppMessage, Email}

// ValidateSettings finds everything wrong with settings, nil when nothing is,
// and brings times of day into their stored form, HH:MM:SS.
func ValidateSettings(s *Settings) []FieldError {
	var found problems
	switch {
	case strings.TrimSpace(s.Name) == "":
		found.add("name", "name is required")
	case utf8.RuneCountInString(s.Name) > maxValue:
		found.addf("name", "name must be at most %d characters", maxValue)
	}
	if !ValidZone(s.TimeZone) {
		found.add("time_zone", msgZone)
	}
	if _, known := phonenumbers.GetSupportedRegions()[s.DefaultRegion]; !known {
		found.add("default_region", "default_region must be an ISO 3166 code of two letters, such as IN")
	}
	if s.BusinessHours != nil {
		hours := *s.BusinessHours
		found.window("business_hours", &hours)
		s.BusinessHours = &hours
	}
	windows := make(map[ActionType]Hours, len(s.ContactWindows))
	for _, channel := range WindowChannels {
		if hours, has := s.ContactWindows[channel]; has {
			found.window("contact_windows."+string(channel), &hours)
			windows[channel] = hours
		}
	}
	s.ContactWindows = windows
	if s.MatchMode != MatchFirst && s.MatchMode != MatchAll {
		found.add("match_mode", "match_mode must be one of first, all")
	}
	if s.CallConcurrency < 1 || s.CallConcurrency > maxCallConcurrency {
		found.addf("call_concurrency", "call_concurrency must be 1 to %d", maxCallConcurrency)
	}
	return found
}

// window checks hours and normalises them.
func (p *problems) window(path string, h *Hours) {
	start, startOK := parseTimeOfDay(h.Start)
	if !startOK {
		p.add(path+".start", path+".start must be in HH:MM:SS format")
	}
	end, endOK := parseTimeOfDay(h.End)
	if h.End == "24:00" || h.End == "24:00:00" {
		end, endOK = daySeconds, true
	}
	if !endOK {
		p.add(path+".end", path+".end must be in HH:MM:SS format")
	}
	if startOK && endOK && start >= end {
		p.add(path+".start", path+".start must be before its end")
	}
	h.Start, h.End = withSeconds(h.Start), withSeconds(h.End)
	if h.TimeZone != "" && !ValidZone(h.TimeZone) {
		p.add(path+".time_zone", msgZone)
	}
	if h.Days == nil {
		return
	}
	if len(h.Days) == 0 {
		p.add(path+".days", path+".days must name at least one day")
	}
	for i, day := range h.Days {
		switch at := fmt.Sprintf("%s.days[%d]", path, i); {
		case day < 1 || day > 7:
			p.add(at, path+".days must be 1 (Monday) to 7 (Sunday)")
		case slices.Contains(h.Days[:i], day):
			p.add(at, path+".days must be unique")
		}
	}
	h.Days = slices.Sorted(slices.Values(h.Days))
	if len(h.Days) == 7 {
		h.Days = nil // all are the default, and so the same settings
	}
}

func withSeconds(text string) string {
	if len(text) == len("HH:MM") {
		return text + ":00"
	}
	return text
}
