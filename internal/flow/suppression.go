package flow

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// SuppressionRecord is a suppression as it is kept.
type SuppressionRecord struct {
	Suppression

	ID        uuid.UUID
	CreatedAt time.Time
	// CreatedBy is the person's id as the token issuer names it; nil when
	// nobody in person added it.
	CreatedBy *string
}

// SuppressionFilter selects suppressions; its zero value selects all.
type SuppressionFilter struct {
	Channel Channel
	// Kind is "phone" or "email".
	Kind string
	// Search is a part of the phone, however written, or of the e-mail.
	Search string
}

// SuppressionChannels are the channels that a suppression can stop.
var SuppressionChannels = []string{string(AllChannels), string(AICall), string(WhatsAppMessage), string(Email)}

// SuppressionKinds are the kinds of addresses that can be suppressed.
var SuppressionKinds = []string{string(KeyPhone), string(KeyEmail)}

// Normalize gives the suppression as it is stored: the phone in E.164, read in
// the tenant's region, or the e-mail folded. problems are all that is wrong.
func (s Suppression) Normalize(t Tenant) (Suppression, []FieldError) {
	var problems []FieldError
	add := func(field, text string) {
		problems = append(problems, FieldError{Field: field, Message: field + " " + text})
	}
	if !slices.Contains(SuppressionChannels, string(s.Channel)) {
		add("channel", "must be one of "+strings.Join(SuppressionChannels, ", "))
	}
	if utf8.RuneCountInString(s.Reason) > maxText {
		add("reason", "must have at most 255 characters")
	}
	tooLong := utf8.RuneCountInString(s.Value) > maxText
	switch KeyKind(s.Kind) {
	case KeyPhone:
		phone, usable := NormalizePhone(oneLine(s.Value), "", t.DefaultRegion)
		if tooLong || !usable {
			add("value", "is not a usable phone number")
		}
		s.Value = phone
		if s.Channel == Channel(Email) {
			add("channel", "email needs an e-mail address, not a phone")
		}
	case KeyEmail:
		address, usable := UsableEmail(oneLine(s.Value))
		if tooLong || !usable {
			add("value", "is not an e-mail address")
		}
		s.Value = EmailKey(address)
		if s.Channel == Channel(AICall) || s.Channel == Channel(WhatsAppMessage) {
			add("channel", string(s.Channel)+" needs a phone, not an e-mail address")
		}
	default:
		add("kind", "must be one of "+strings.Join(SuppressionKinds, ", "))
	}
	s.Reason = oneLine(s.Reason)
	return s, problems
}

// Masked is enough of the address to know it again, and too little to use it:
// the last four digits of a phone, the domain of an e-mail.
func (s Suppression) Masked() string {
	if at := strings.LastIndexByte(s.Value, '@'); at >= 0 {
		return "…" + s.Value[at:]
	}
	return "…" + s.Value[max(0, len(s.Value)-4):]
}
