package rest

import (
	"fmt"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/auto-engagement/flows/internal/flow"
)

// ContactInput is what a person sets of a contact. In a PATCH only what is sent
// changes; null empties a text.
type ContactInput struct {
	ExternalID   Nullable[string]     `json:"external_id" required:"false" maxLength:"255" doc:"Its id in an outside system; unique"`
	Name         Nullable[string]     `json:"name" required:"false" maxLength:"255"`
	Phone        Nullable[string]     `json:"phone" required:"false" maxLength:"255" doc:"As people write it; unique. A contact needs a phone or an e-mail"`
	Email        Nullable[string]     `json:"email" required:"false" maxLength:"255" doc:"Unique"`
	Company      Nullable[string]     `json:"company" required:"false" maxLength:"255"`
	City         Nullable[string]     `json:"city" required:"false" maxLength:"255"`
	Country      Nullable[string]     `json:"country" required:"false" maxLength:"255" doc:"A code or an English name"`
	Tags         Optional[[]string]   `json:"tags" required:"false" maxItems:"100" doc:"Replaces the list"`
	CustomFields Optional[objectJSON] `json:"custom_fields" required:"false" doc:"Merged by name; null removes a field"`
}

// NewContactInput is what a person says of a new contact, and of how it came.
type NewContactInput struct {
	ExternalID   Nullable[string]     `json:"external_id" required:"false" maxLength:"255" doc:"Its id in an outside system; unique"`
	Name         Nullable[string]     `json:"name" required:"false" maxLength:"255"`
	Phone        Nullable[string]     `json:"phone" required:"false" maxLength:"255" doc:"As people write it; unique. A contact needs a phone or an e-mail"`
	Email        Nullable[string]     `json:"email" required:"false" maxLength:"255" doc:"Unique"`
	Company      Nullable[string]     `json:"company" required:"false" maxLength:"255"`
	City         Nullable[string]     `json:"city" required:"false" maxLength:"255"`
	Country      Nullable[string]     `json:"country" required:"false" maxLength:"255" doc:"A code or an English name"`
	Tags         Optional[[]string]   `json:"tags" required:"false" maxItems:"100"`
	CustomFields Optional[objectJSON] `json:"custom_fields" required:"false" doc:"Values by name"`
	LeadSource   Nullable[string]     `json:"lead_source" required:"false" maxLength:"255" doc:"What flows see as the lead's source"`
	EntryType    Nullable[string]     `json:"entry_type" required:"false" maxLength:"255" doc:"What flows see as its entry type; default manual"`
	Notes        Nullable[string]     `json:"notes" required:"false" maxLength:"10000"`
}

const (
	maxContactText = 255
	maxNotes       = 10_000
)

func (in NewContactInput) contact() ContactInput {
	return ContactInput{
		ExternalID: in.ExternalID, Name: in.Name, Phone: in.Phone, Email: in.Email, Company: in.Company,
		City: in.City, Country: in.Country, Tags: in.Tags, CustomFields: in.CustomFields,
	}
}

// problems are what is wrong with what is said of the lead.
func (in NewContactInput) problems() (out []flow.FieldError) {
	for _, text := range []struct {
		field string
		value Nullable[string]
		most  int
	}{{"lead_source", in.LeadSource, maxContactText}, {"entry_type", in.EntryType, maxContactText}, {"notes", in.Notes, maxNotes}} {
		if utf8.RuneCountInString(said(text.value)) > text.most {
			out = append(out, flow.FieldError{Field: text.field, Message: fmt.Sprintf("%s must have at most %d characters", text.field, text.most)})
		}
	}
	return out
}

// apply changes what was sent. c's lists and maps are replaced, never written to.
func (in ContactInput) apply(c flow.EventContact) flow.EventContact {
	for _, text := range []struct {
		to   *string
		from Nullable[string]
	}{
		{&c.ExternalID, in.ExternalID},
		{&c.Name, in.Name},
		{&c.Phone, in.Phone},
		{&c.Email, in.Email},
		{&c.Company, in.Company},
		{&c.City, in.City},
		{&c.Country, in.Country},
	} {
		if text.from.Sent {
			*text.to = said(text.from)
		}
	}
	set(&c.Tags, in.Tags)
	if in.CustomFields.Sent {
		c.CustomFields = flow.ChangedFields(c.CustomFields, flow.ReadFields(in.CustomFields.Value))
	}
	return c
}

// objectJSON is a JSON object, as it came.
type objectJSON []byte

// Schema implements huma.SchemaProvider.
func (objectJSON) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
}
