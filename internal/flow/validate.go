package flow

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// FieldError is one thing wrong with a flow that a user sent.
type FieldError struct {
	// Field is its path, such as `actions[1].action_config.agent_id`.
	Field string `json:"field"`
	// Message is for people. The HTTP contract fixes some of the texts.
	Message string `json:"message"`
}

// Limits of a flow.
const (
	MaxActions       = 50
	MaxConditions    = 100
	MaxMinutes       = 525600
	MaxRetries       = 5
	maxValue         = 255
	maxDatabaseInt   = math.MaxInt32
	maxTemplateValue = 1024
)

// The error texts that the HTTP contract fixes.
const (
	msgName          = "Flow name is required"
	msgHoursBoth     = "Both business_hours_start and business_hours_end are required when use_custom_business_hours is true"
	msgHoursFormat   = "Business hours must be in HH:MM:SS format"
	msgHoursOrder    = "business_hours_start must be before business_hours_end"
	msgZone          = "Invalid timezone identifier"
	msgOrderUnique   = "Action orders must be unique within a flow"
	msgOrderPositive = "Action orders must be positive integers"
	msgCall          = "AI call action requires agent_id and phone_number_id"
	msgWhatsApp      = "WhatsApp action requires whatsapp_phone_number_id and template_id"
	msgEmail         = "Email action requires email_template_id"
	msgWait          = "Wait action requires positive duration_minutes"
)

// problems collects what is wrong, in the order found.
type problems []FieldError

func (p *problems) add(field, message string) {
	*p = append(*p, FieldError{Field: field, Message: message})
}

func (p *problems) addf(field, format string, args ...any) {
	p.add(field, fmt.Sprintf(format, args...))
}

// Validate finds everything wrong with a flow, nil when nothing is; the first
// is the one that the HTTP answer shows as its error. What only the database
// can know (a priority that is taken) is not looked at.
//
// It also brings the flow into its stored form: times of day as HH:MM:SS,
// weekdays sorted, and all seven where the list is nil, outside_hours
// next_flow where it is empty, a blank condition_value of a step that always
// runs null.
func Validate(d *Definition) []FieldError {
	var found problems
	found.flow(d)
	return slices.Concat(found, ValidateConditions("trigger_conditions", d.Conditions), ValidateActions("actions", d.Actions))
}

func (p *problems) flow(d *Definition) {
	switch {
	case strings.TrimSpace(d.Name) == "":
		p.add("name", msgName)
	case utf8.RuneCountInString(d.Name) > maxValue:
		p.addf("name", "Flow name must be at most %d characters", maxValue)
	}
	if d.Priority < 0 || d.Priority > maxDatabaseInt {
		p.add("priority", "priority must be an integer of 0 or more")
	}
	p.hours(d)
	switch d.OutsideHours {
	case "":
		d.OutsideHours = NextFlow
	case NextFlow, Defer:
	default:
		p.add("outside_hours", "outside_hours must be one of next_flow, defer")
	}
	if d.ReentryMinutes < 0 || d.ReentryMinutes > MaxMinutes {
		p.addf("reentry_minutes", "reentry_minutes must be 0 to %d", MaxMinutes)
	}
}

// hours are checked whenever they are given, used or not: they are stored.
func (p *problems) hours(d *Definition) {
	if d.UseCustomBusinessHours && (d.BusinessHoursStart == nil || d.BusinessHoursEnd == nil) {
		field := "business_hours_start"
		if d.BusinessHoursStart != nil {
			field = "business_hours_end"
		}
		p.add(field, msgHoursBoth)
	}
	start, startOK := p.timeOfDay("business_hours_start", d.BusinessHoursStart)
	end, endOK := p.timeOfDay("business_hours_end", d.BusinessHoursEnd)
	if startOK && endOK && start >= end {
		p.add("business_hours_start", msgHoursOrder)
	}
	if zone := d.BusinessHoursTimezone; zone != nil && !ValidZone(*zone) {
		p.add("business_hours_timezone", msgZone)
	}
	p.days(d)
}

// timeOfDay checks a time and writes it as HH:MM:SS; ok is false when there
// is none.
func (p *problems) timeOfDay(field string, text *string) (seconds int64, ok bool) {
	if text == nil {
		return 0, false
	}
	seconds, ok = parseTimeOfDay(*text)
	if !ok {
		p.add(field, msgHoursFormat)
		return 0, false
	}
	if len(*text) == len("HH:MM") {
		*text += ":00"
	}
	return seconds, true
}

func (p *problems) days(d *Definition) {
	if d.BusinessHoursDays == nil {
		d.BusinessHoursDays = []int{1, 2, 3, 4, 5, 6, 7}
		return
	}
	const field = "business_hours_days"
	if len(d.BusinessHoursDays) == 0 {
		p.add(field, "business_hours_days must name at least one day")
	}
	seen := make(map[int]bool)
	for i, day := range d.BusinessHoursDays {
		switch at := fmt.Sprintf("%s[%d]", field, i); {
		case day < 1 || day > 7:
			p.add(at, "business_hours_days must be 1 (Monday) to 7 (Sunday)")
		case seen[day]:
			p.add(at, "business_hours_days must be unique")
		}
		seen[day] = true
	}
	d.BusinessHoursDays = slices.Sorted(slices.Values(d.BusinessHoursDays))
}

// oneOf is "a, b, c" for messages.
func oneOf[T ~string](values []T) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = string(value)
	}
	return strings.Join(texts, ", ")
}
