package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// MaxEventBytes is the largest lead event taken: 256 KiB.
const MaxEventBytes = 262144

// maxClaimBytes is up to what size an event is read for the names it claims;
// no queue delivers more.
const maxClaimBytes = 1 << 20

// Event is a lead event as it came: a CloudEvents 1.0 event in JSON, with the
// lead in its data. Texts are as given.
type Event struct {
	TenantID uuid.UUID
	// Source and ID name the event within its tenant.
	Source string
	ID     string
	Type   string
	// Time is when the event says that it happened; nil when it does not, or
	// says it unreadably.
	Time       *time.Time
	LeadSource string
	EntryType  string
	Notes      string
	Contact    EventContact
	// Body is the event as Postgres can store it (jsonb): the same JSON with
	// the last of repeated keys kept, and lone surrogates replaced by U+FFFD.
	Body json.RawMessage
}

// EventContact is what an event says of a person; empty is not said.
type EventContact struct {
	ExternalID   string
	Name         string
	Phone        string
	Email        string
	Company      string
	City         string
	Country      string
	Tags         []string
	CustomFields map[string]any
}

// RejectError says why an event can never become a lead.
type RejectError struct {
	// Reason is one clear sentence, without personal data.
	Reason string
	// Tenant, Source and ID are what the event claims to be, as far as that
	// could be read; else empty. They are short and safe to store, and
	// unproven: Tenant need not be a UUID.
	Tenant string
	Source string
	ID     string
}

func (e *RejectError) Error() string { return e.Reason }

// ParseEvent reads a lead event. Every error is a *RejectError: the same body
// will never be accepted.
//
// Refused are bodies over MaxEventBytes, invalid UTF-8, JSON nested deeper
// than 100 levels, and what Postgres cannot store: the character NUL, numbers
// of absurd size. Of a repeated key the last counts, as in Postgres. Unknown
// attributes and fields are kept in Body and otherwise left aside. A lead
// needs a phone (usable or not) or a usable e-mail.
func ParseEvent(body []byte) (Event, error) {
	if len(body) > MaxEventBytes {
		return Event{}, claimed(body, fmt.Sprintf("The event has %d bytes, more than the %d allowed", len(body), MaxEventBytes))
	}
	root, reason := decodeEvent(body)
	if reason != "" {
		return Event{}, claimed(body, reason)
	}
	reader := fieldReader{}
	event := reader.event(root)
	if reader.reason != "" {
		return Event{}, claimed(body, reader.reason)
	}
	var stored bytes.Buffer
	encoder := json.NewEncoder(&stored)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(root); err != nil {
		return Event{}, claimed(body, "The event cannot be stored as JSON")
	}
	event.Body = bytes.TrimSpace(stored.Bytes())
	return event, nil
}

// claimed makes the refusal of a body, with the names that can be read from it.
func claimed(body []byte, reason string) *RejectError {
	refusal := &RejectError{Reason: reason}
	if len(body) > maxClaimBytes {
		return refusal
	}
	var attributes map[string]json.RawMessage
	if err := json.Unmarshal(body, &attributes); err != nil {
		return refusal
	}
	read := func(name string) string {
		var text string
		if json.Unmarshal(attributes[name], &text) != nil {
			return ""
		}
		if utf8.RuneCountInString(text) > maxText || strings.ContainsAny(text, "\x00\uFFFD") {
			return ""
		}
		return text
	}
	refusal.Tenant, refusal.Source, refusal.ID = read("tenantid"), read("source"), read("id")
	return refusal
}
