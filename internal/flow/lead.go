package flow

import (
	"strings"
	"unicode"
)

// Lead normalises the event for a tenant: texts trimmed, the phone in E.164
// (see NormalizePhone) or kept as given and marked, the time zone derived,
// tags without repeats. It never fails: what is unusable was either refused
// by ParseEvent or is kept as given.
func (e Event) Lead(t Tenant) Lead {
	given := e.Contact
	contact := Contact{
		ExternalID:   strings.TrimSpace(given.ExternalID),
		Name:         oneLine(given.Name),
		Company:      oneLine(given.Company),
		City:         oneLine(given.City),
		Country:      oneLine(given.Country),
		Tags:         uniteTags(given.Tags),
		CustomFields: mergeFields(nil, given.CustomFields),
	}
	contact.Email, _ = UsableEmail(oneLine(given.Email))
	if phone := oneLine(given.Phone); phone != "" {
		contact.Phone, contact.PhoneValid = NormalizePhone(phone, contact.Country, t.DefaultRegion)
	}
	contact.TimeZone = zoneOf(contact)
	return Lead{
		Source:     e.Source,
		EventID:    e.ID,
		LeadSource: oneLine(e.LeadSource),
		EntryType:  oneLine(e.EntryType),
		Notes:      strings.TrimSpace(e.Notes),
		Contact:    contact,
	}
}

// oneLine trims a text that belongs on one line, and makes spaces of the line
// breaks and control characters in it.
func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text))
}
