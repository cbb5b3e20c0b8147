package flow

import (
	"encoding/json"
	"slices"
	"time"
)

// Evidence says by which rule a step was skipped or put off, as result_data
// holds it under "evidence". What a rule has no use for is left out.
type Evidence struct {
	// Rule is dnc, suppression, unusable_address or contact_window.
	Rule string `json:"rule"`
	// CheckedAt is the virtual instant at which the rule was looked at.
	CheckedAt time.Time `json:"checked_at"`
	// Channel is the channel the rule was looked at for.
	Channel Channel `json:"channel"`
	// Tag is the contact's tag (dnc).
	Tag string `json:"tag,omitempty"`
	// Kind, Value, Covers and Reason are the suppression's; of an unusable
	// address Kind and Value are the contact's.
	Kind   string  `json:"kind,omitempty"`
	Value  string  `json:"value,omitempty"`
	Covers Channel `json:"covers,omitempty"`
	Reason string  `json:"reason,omitempty"`
	// Window is the contact window, TimeZone the zone it was read in, ZoneFrom
	// whose that is (window, contact or tenant), LocalTime what the clock showed
	// there, OpensAt when it opens.
	Window    *Hours     `json:"window,omitempty"`
	TimeZone  string     `json:"time_zone,omitempty"`
	ZoneFrom  string     `json:"zone_from,omitempty"`
	LocalTime string     `json:"local_time,omitempty"`
	OpensAt   *time.Time `json:"opens_at,omitempty"`
}

// evidenceKey is where result_data holds the evidence.
const evidenceKey = "evidence"

// WithEvidence is a result with the evidence that an earlier one holds: what a
// step waited for stays on record when it has been performed.
func WithEvidence(result map[string]any, earlier json.RawMessage) map[string]any {
	var kept struct {
		Evidence any `json:"evidence"`
	}
	if len(earlier) > 0 && json.Unmarshal(earlier, &kept) == nil && kept.Evidence != nil {
		result[evidenceKey] = kept.Evidence
	}
	return result
}

// recorded is the row with the evidence in its result.
func (e Evidence) recorded(row Step) Step {
	result := map[string]any{}
	if len(row.Result) > 0 {
		_ = json.Unmarshal(row.Result, &result) // written by the engine
	}
	result[evidenceKey] = e
	// Strings, numbers and times: it cannot fail.
	row.Result, _ = json.Marshal(result)
	return row
}

// refused is the evidence of a refusal.
func (p *planner) refused(kind SkipKind, t ActionType) Evidence {
	e := Evidence{Rule: string(kind), CheckedAt: p.Now, Channel: Channel(t)}
	switch kind {
	case SkipDNC:
		if i := slices.IndexFunc(p.Contact.Tags, isDNC); i >= 0 {
			e.Tag = p.Contact.Tags[i]
		}
	case SkipSuppressed:
		e.Rule = "suppression"
		if s, found := Suppressed(Channel(t), p.Contact, p.Suppressions); found {
			e.Kind, e.Value, e.Covers, e.Reason = s.Kind, s.Value, s.Channel, s.Reason
		}
	default:
		e.Kind, e.Value = string(KeyPhone), p.Contact.Phone
		if t == Email {
			e.Kind, e.Value = string(KeyEmail), p.Contact.Email
		}
	}
	return e
}

// closed is the evidence of a contact window that is closed until opens.
func (p *planner) closed(t ActionType, opens time.Time) Evidence {
	window := p.Tenant.ContactWindows[t]
	e := Evidence{Rule: "contact_window", CheckedAt: p.Now, Channel: Channel(t), Window: &window, OpensAt: &opens}
	switch {
	case window.TimeZone != "":
		e.TimeZone, e.ZoneFrom = window.TimeZone, "window"
	case p.Contact.TimeZone != "":
		e.TimeZone, e.ZoneFrom = p.Contact.TimeZone, "contact"
	default:
		e.TimeZone, e.ZoneFrom = p.Tenant.TimeZone, "tenant"
	}
	if zone, err := LoadZone(e.TimeZone); err == nil {
		e.LocalTime = p.Now.In(zone).Format(time.DateTime)
	}
	return e
}
