package flow

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// ErrSuppressionNotFound means that there is no such suppression in this tenant.
var ErrSuppressionNotFound = errors.New("suppression not found")

// TakenKey is a key that belongs to another contact.
type TakenKey struct {
	Kind KeyKind
	// ContactID is whose it is.
	ContactID uuid.UUID
}

// KeysTakenError refuses a contact some of whose keys are other contacts'.
type KeysTakenError struct{ Taken []TakenKey }

func (e KeysTakenError) Error() string {
	kinds := make([]string, len(e.Taken))
	for i, t := range e.Taken {
		kinds[i] = fmt.Sprintf("%s of contact %s", t.Kind, t.ContactID)
	}
	return "keys belong to other contacts: " + strings.Join(kinds, ", ")
}

// ContactRecord is a contact as it is kept.
type ContactRecord struct {
	Contact

	CreatedAt time.Time
	UpdatedAt time.Time
}

// ContactDetails are a contact and what there is about it.
type ContactDetails struct {
	ContactRecord

	// Suppressions are those that stop a channel for the contact, newest first.
	Suppressions []SuppressionRecord
	// LastLead is its newest lead; nil when it has none.
	LastLead *LastLead
	// Executions counts its executions by status, test runs aside.
	Executions map[ExecutionStatus]int
}

// LastLead is the newest lead of a contact.
type LastLead struct {
	ID         uuid.UUID
	LeadSource string
	ReceivedAt time.Time
}

// ContactFilter selects contacts; its zero value selects all.
type ContactFilter struct {
	// Search is looked for in name, company, e-mail, external id and phone, in
	// any case; see SearchTerms.
	Search string
	// Tag is one that the contact has, in any case.
	Tag string
	// Suppressed selects contacts with, or without, a suppression; nil: all.
	Suppressed *bool
}

// SearchTerms are what a contact's fields must all hold to be found. Of a
// phone number, however it is written, its digits count, without the zeros
// that stand for a country or trunk prefix; or is then the text itself, which
// may be an external id. A term of one or two characters is looked for at
// beginnings of words only, with a space before it, as a search for so little
// would find everybody.
func SearchTerms(search string) (terms []string, or string) {
	terms = strings.Fields(search)
	if number := strings.TrimLeft(dialledDigits(search), "0"); len(number) >= minSearched {
		return []string{number}, strings.Join(terms, " ")
	}
	for i, term := range terms {
		if len([]rune(term)) < minSearched {
			terms[i] = " " + term
		}
	}
	return terms, ""
}

// minSearched is the length from which a trigram index helps.
const minSearched = 3

// dialledDigits are the digits of a text that is a phone number or a part of
// one; empty for any other text.
func dialledDigits(text string) string {
	text = strings.Map(dialable, text)
	if strings.Trim(text, "+0123456789 -().") != "" {
		return ""
	}
	return phoneDigits(text)
}

// NewContact is a contact that a person enters, and how it came: creating it
// is a lead.
type NewContact struct {
	Contact    EventContact
	LeadSource string
	EntryType  string
	Notes      string
}
