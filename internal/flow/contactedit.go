package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// Given is the contact as an event would tell of it.
func (c Contact) Given() EventContact {
	return EventContact{
		ExternalID: c.ExternalID, Name: c.Name, Phone: c.Phone, Email: c.Email, Company: c.Company,
		City: c.City, Country: c.Country, Tags: c.Tags, CustomFields: c.CustomFields,
	}
}

// Edited is the contact with what a person says of it, normalised as a lead's
// is. Unlike news of a lead, empty values count, and tags and custom fields are
// those given. The time zone follows phone and country; while both stay, so
// does a zone that they do not tell.
func (c Contact) Edited(given EventContact, t Tenant) Contact {
	edited := Event{Contact: given}.Lead(t).Contact
	edited.ID = c.ID
	if edited.TimeZone == "" && edited.Phone == c.Phone && edited.Country == c.Country {
		edited.TimeZone = c.TimeZone
	}
	return edited
}

// Problems are all that keeps a person's contact from being stored.
func (c EventContact) Problems() []FieldError {
	var out []FieldError
	add := func(field, format string, args ...any) {
		out = append(out, FieldError{Field: field, Message: field + " " + fmt.Sprintf(format, args...)})
	}
	for _, text := range []struct{ field, value string }{
		{"external_id", c.ExternalID},
		{"name", c.Name},
		{"phone", c.Phone},
		{"email", c.Email},
		{"company", c.Company},
		{"city", c.City},
		{"country", c.Country},
	} {
		if utf8.RuneCountInString(text.value) > maxText {
			add(text.field, "must have at most %d characters", maxText)
		}
	}
	_, usable := UsableEmail(oneLine(c.Email))
	switch {
	case oneLine(c.Phone) != "" || usable:
	case oneLine(c.Email) == "":
		out = append(out, FieldError{Field: "phone", Message: "A contact needs a phone or an e-mail"})
	default:
		add("email", "is not an e-mail address, and there is no phone")
	}
	if len(c.Tags) > maxTags {
		add("tags", "must have at most %d tags", maxTags)
	}
	for i, tag := range c.Tags[:min(len(c.Tags), maxTags)] {
		if utf8.RuneCountInString(tag) > maxText {
			add(fmt.Sprintf("tags[%d]", i), "must have at most %d characters", maxText)
		}
	}
	return append(out, fieldProblems(c.CustomFields)...)
}

func fieldProblems(fields map[string]any) []FieldError {
	problem := func(format string, args ...any) []FieldError {
		return []FieldError{{Field: "custom_fields", Message: "custom_fields " + fmt.Sprintf(format, args...)}}
	}
	for name := range fields {
		if utf8.RuneCountInString(name) > maxText {
			return problem("has a name longer than %d characters", maxText)
		}
	}
	var check storeCheck
	check.walk(fields)
	encoded, err := json.Marshal(fields)
	switch {
	case len(fields) > maxCustomFields:
		return problem("must have at most %d fields", maxCustomFields)
	case err != nil || check.absurd || check.digits > MaxEventBytes:
		return problem("has a number too large to be stored")
	case len(encoded) > maxFieldBytes:
		return problem("must have at most %d bytes", maxFieldBytes)
	}
	return nil
}

// maxFieldBytes leaves room for the rest of a lead event.
const maxFieldBytes = MaxEventBytes / 2

// ReadFields reads a JSON object of custom fields; numbers stay as they are
// written. It is nil for other JSON.
func ReadFields(raw []byte) map[string]any {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var fields map[string]any
	if err := decoder.Decode(&fields); err != nil {
		return nil
	}
	return fields
}

// ChangedFields are custom fields after a change by name, in which null
// removes a field. Neither argument is changed.
func ChangedFields(old, change map[string]any) map[string]any {
	out := maps.Clone(old)
	if out == nil {
		out = map[string]any{}
	}
	for name, value := range change {
		if value == nil {
			delete(out, name)
		} else {
			out[name] = value
		}
	}
	return out
}

// LiftsRefusal says that a contact which was not to be contacted is, after a
// change, no longer so.
func LiftsRefusal(before, after Contact) bool { return before.DNC() && !after.DNC() }

// KeysChanged are the keys that a change gives a contact, and those it takes.
func KeysChanged(before, after Contact) (added, removed []Key) {
	old, now := Keys(before), Keys(after)
	for _, k := range now {
		if !slices.Contains(old, k) {
			added = append(added, k)
		}
	}
	for _, k := range old {
		if !slices.Contains(now, k) {
			removed = append(removed, k)
		}
	}
	return added, removed
}
