package flow

import (
	"time"

	"github.com/google/uuid"
)

// Contact is a person as matching and planning see them.
type Contact struct {
	ID         uuid.UUID
	ExternalID string
	Name       string
	// Phone is E.164 when PhoneValid, else the text as it was given.
	Phone      string
	PhoneValid bool
	Email      string
	Company    string
	City       string
	Country    string
	// TimeZone is the IANA zone derived from phone number and country; empty
	// when they do not tell, and then the tenant's zone holds.
	TimeZone string
	Tags     []string
	// CustomFields are the contact's own fields, JSON values by name.
	CustomFields map[string]any
}

// Lead is a lead event after normalisation: who it is about, and where it came from.
type Lead struct {
	// Source and EventID name the event within its tenant (CloudEvents source and id).
	Source  string
	EventID string
	// LeadSource and EntryType are compared folded: case, spaces, "-" and "_"
	// make no difference.
	LeadSource string
	EntryType  string
	Notes      string
	// Contact holds what the event said of the person; ID is zero.
	Contact Contact
}

// Channel is a way to reach a contact. Its values are those of ActionType,
// and AllChannels.
type Channel string

// AllChannels is the channel of a suppression that stops everything.
const AllChannels Channel = "all"

// Suppression is a refusal or an address known to be dead: nothing goes to
// this phone or e-mail on this channel.
type Suppression struct {
	Channel Channel
	// Kind is "phone" or "email".
	Kind   string
	Value  string
	Reason string
}

// Hours are weekly opening hours in one zone.
type Hours struct {
	// Start and End are "HH:MM:SS"; open from Start inclusive to End exclusive.
	Start string `json:"start"`
	End   string `json:"end"`
	// Days lists ISO weekdays, 1 Monday to 7 Sunday; empty means all seven.
	Days []int `json:"days,omitempty"`
	// TimeZone is an IANA name; empty means the zone of whom the hours are
	// for (contact windows: the contact's zone; business hours: the tenant's).
	TimeZone string `json:"time_zone,omitempty"`
}

// MatchMode says how many flows one lead may enter.
type MatchMode string

// How many flows one lead may enter.
const (
	// MatchFirst takes the first flow that passes.
	MatchFirst MatchMode = "first"
	// MatchAll gives every flow that passes its own execution.
	MatchAll MatchMode = "all"
)

// Tenant is a tenant's settings as the rules need them.
type Tenant struct {
	ID   uuid.UUID
	Name string
	// TimeZone is an IANA name.
	TimeZone string
	// DefaultRegion is the ISO 3166 region that phone numbers without a
	// country code are read in.
	DefaultRegion string
	// BusinessHours are the default hours; nil means always open.
	BusinessHours *Hours
	// ContactWindows are the hours in which a channel may be used, by action
	// type. A channel that is absent may be used at any hour; the default for
	// new tenants is ai_call 09:00–21:00.
	ContactWindows         map[ActionType]Hours
	MatchMode              MatchMode
	OneExecutionPerContact bool
}

// Instant is a time of the virtual clock by which rules are decided; in
// production it is real time. It exists to make signatures readable.
type Instant = time.Time
