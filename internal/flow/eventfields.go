package flow

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Limits of what an event may say, in characters and counts. Source and id
// must also fit an index entry of Postgres together.
const (
	maxText         = 255
	maxTags         = 100
	maxCustomFields = 200
	// maxPhoneDigits is how long a phone sent as a JSON number is written out.
	maxPhoneDigits = 30
)

// fieldReader takes an event apart. The first thing wrong becomes the reason;
// after it reading goes on without effect.
type fieldReader struct{ reason string }

func (r *fieldReader) refusef(format string, args ...any) {
	if r.reason == "" {
		r.reason = fmt.Sprintf(format, args...)
	}
}

func (r *fieldReader) event(root map[string]any) Event {
	var e Event
	if version := root["specversion"]; version != "1.0" {
		r.refusef(`specversion must be "1.0"`)
	}
	e.TenantID = r.tenant(root["tenantid"])
	e.Source = r.required("source", root["source"])
	e.ID = r.required("id", root["id"])
	e.Type, _ = root["type"].(string)
	if text, ok := root["time"].(string); ok {
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			e.Time = &at
		}
	}
	data := r.object("data", root["data"])
	contact := r.object("data.contact", data["contact"])
	e.LeadSource = r.text("data.lead_source", data["lead_source"], maxText)
	e.EntryType = r.text("data.entry_type", data["entry_type"], maxText)
	// Notes may be as long as the event.
	e.Notes = r.text("data.notes", data["notes"], MaxEventBytes)
	e.Contact = r.contact(contact)
	return e
}

func (r *fieldReader) contact(fields map[string]any) EventContact {
	text := func(name string) string { return r.text("data.contact."+name, fields[name], maxText) }
	c := EventContact{
		ExternalID: text("external_id"), Name: text("name"), Phone: text("phone"), Email: text("email"),
		Company: text("company"), City: text("city"), Country: text("country"),
	}
	c.Tags = r.tags(fields["tags"])
	c.CustomFields = r.customFields(fields["custom_fields"])
	if oneLine(c.Phone) == "" {
		_, usable := UsableEmail(oneLine(c.Email))
		switch {
		case oneLine(c.Email) == "":
			r.refusef("The lead has neither a phone nor an e-mail")
		case !usable:
			r.refusef("The lead has no phone, and its e-mail is not an address")
		}
	}
	return c
}

func (r *fieldReader) tenant(raw any) uuid.UUID {
	text, isText := raw.(string)
	if raw == nil || isText && text == "" {
		r.refusef("tenantid is missing")
		return uuid.Nil
	}
	id, err := uuid.Parse(text)
	// Other notations that the parser takes are not what a tenant id is.
	if err != nil || len(text) != 36 {
		r.refusef("tenantid is not a UUID")
		return uuid.Nil
	}
	return id
}

func (r *fieldReader) required(path string, raw any) string {
	text := r.text(path, raw, maxText)
	if strings.TrimSpace(text) == "" {
		r.refusef("%s is missing", path)
	}
	return text
}

func (r *fieldReader) object(path string, raw any) map[string]any {
	fields, ok := raw.(map[string]any)
	switch {
	case raw == nil:
		r.refusef("%s is missing", path)
	case !ok:
		r.refusef("%s must be a JSON object", path)
	}
	return fields
}

// text takes a text, or a number as text: upstream systems send phones and
// ids as numbers.
func (r *fieldReader) text(path string, raw any, limit int) string {
	var text string
	switch raw := raw.(type) {
	case nil:
		return ""
	case string:
		text = raw
	case json.Number:
		text = numberText(raw)
	default:
		r.refusef("%s must be text", path)
		return ""
	}
	if utf8.RuneCountInString(text) > limit {
		r.refusef("%s is longer than %d characters", path, limit)
	}
	return text
}

// numberText undoes what spreadsheets do to phone numbers: 9.198450e+11, 5.0.
func numberText(number json.Number) string {
	if read, ok := parseJSONNumber(number.String()); ok {
		if text, whole := read.plain(maxPhoneDigits); whole {
			return text
		}
	}
	return number.String()
}

// tags are a list of texts, or one text with commas.
func (r *fieldReader) tags(raw any) []string {
	var items []any
	switch raw := raw.(type) {
	case nil:
		return nil
	case string:
		for item := range strings.SplitSeq(raw, ",") {
			items = append(items, item)
		}
	case []any:
		items = raw
	default:
		r.refusef("data.contact.tags must be a list of texts")
		return nil
	}
	if len(items) > maxTags {
		r.refusef("data.contact.tags has more than %d tags", maxTags)
		return nil
	}
	var tags []string
	for i, item := range items {
		if tag := r.text(fmt.Sprintf("data.contact.tags[%d]", i), item, maxText); tag != "" {
			tags = append(tags, oneLine(tag))
		}
	}
	return tags
}

func (r *fieldReader) customFields(raw any) map[string]any {
	if raw == nil {
		return nil
	}
	fields, ok := raw.(map[string]any)
	switch {
	case !ok:
		r.refusef("data.contact.custom_fields must be a JSON object")
	case len(fields) > maxCustomFields:
		r.refusef("data.contact.custom_fields has more than %d fields", maxCustomFields)
	}
	for name := range fields {
		if utf8.RuneCountInString(name) > maxText {
			r.refusef("data.contact.custom_fields has a name longer than %d characters", maxText)
		}
	}
	return fields
}
