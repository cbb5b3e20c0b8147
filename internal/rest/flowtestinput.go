package rest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/auto-engagement/flows/internal/flow"
)

// FlowTestInput is a lead to hold a flow against: that of a known contact, of
// one described, or of a known one with news.
type FlowTestInput struct {
	Data      Optional[ContactData]   `json:"contact_data" required:"false"`
	ContactID Optional[uuidParam]     `json:"contact_id" required:"false"`
	At        Optional[momentParam]   `json:"at" required:"false" doc:"When the lead comes; default now"`
	Outcomes  Optional[outcomesInput] `json:"outcomes" required:"false"`
	Flow      Optional[FlowInput]     `json:"flow" required:"false" doc:"Changes that are not saved: the flow is tested as a PATCH with them would leave it"`
}

// TestRunInput starts a test run.
type TestRunInput struct {
	ContactID Optional[uuidParam]     `json:"contact_id"`
	Outcomes  Optional[outcomesInput] `json:"outcomes" required:"false"`
}

// ContactData is what a lead says of itself and its contact.
type ContactData struct {
	LeadSource   Nullable[string]   `json:"lead_source" required:"false"`
	EntryType    Nullable[string]   `json:"entry_type" required:"false"`
	Notes        Nullable[string]   `json:"notes" required:"false"`
	ExternalID   Nullable[string]   `json:"external_id" required:"false"`
	Name         Nullable[string]   `json:"name" required:"false"`
	Phone        Nullable[string]   `json:"phone" required:"false"`
	Email        Nullable[string]   `json:"email" required:"false"`
	Company      Nullable[string]   `json:"company" required:"false"`
	City         Nullable[string]   `json:"city" required:"false"`
	Country      Nullable[string]   `json:"country" required:"false"`
	Tags         Nullable[[]string] `json:"tags" required:"false"`
	CustomFields Nullable[anyJSON]  `json:"custom_fields" required:"false" doc:"An object of values by name"`
	CustomField  Nullable[anyJSON]  `json:"custom_field" required:"false" doc:"The same; a single value is that of each custom field that the flow's conditions name"`
}

// TransformSchema implements huma.SchemaTransformer.
func (ContactData) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	fields := s.Properties["custom_fields"]
	fields.Type, fields.Nullable, fields.AdditionalProperties = huma.TypeObject, true, true
	return s
}

// lead is the data as intake would normalise it.
func (d ContactData) lead(t flow.Tenant, f flow.Definition) (lead flow.Lead, problems []flow.FieldError) {
	fields := map[string]any{}
	for _, part := range []struct {
		name string
		sent *anyJSON
	}{{"custom_fields", d.CustomFields.Value}, {"custom_field", d.CustomField.Value}} {
		if part.sent == nil {
			continue
		}
		decoder := json.NewDecoder(bytes.NewReader(part.sent.raw))
		decoder.UseNumber() // as live leads are read
		var value any
		_ = decoder.Decode(&value) // it was parsed as JSON before
		switch value := value.(type) {
		case map[string]any:
			maps.Copy(fields, value)
		case nil:
		default:
			if part.name == "custom_fields" {
				problems = append(problems, flow.FieldError{Field: "contact_data.custom_fields", Message: "contact_data.custom_fields must be an object"})
				continue
			}
			for _, c := range f.Conditions {
				if c.Type == flow.CustomField && c.CustomFieldName != nil {
					fields[*c.CustomFieldName] = value
				}
			}
		}
	}
	event := flow.Event{
		TenantID: t.ID, LeadSource: said(d.LeadSource), EntryType: said(d.EntryType), Notes: said(d.Notes),
		Contact: flow.EventContact{
			ExternalID: said(d.ExternalID), Name: said(d.Name), Phone: said(d.Phone), Email: said(d.Email),
			Company: said(d.Company), City: said(d.City), Country: said(d.Country), CustomFields: fields,
		},
	}
	if d.Tags.Value != nil {
		event.Contact.Tags = *d.Tags.Value
	}
	return event.Lead(t), problems
}

func said(v Nullable[string]) string {
	if v.Value == nil {
		return ""
	}
	return *v.Value
}

// draft is the flow as the changes given with the test would leave it; their
// problems are named as fields of the test.
func (in FlowTestInput) draft(stored flow.Definition) (flow.Definition, []flow.FieldError) {
	if !in.Flow.Sent {
		return stored, nil
	}
	d := in.Flow.Value.apply(stored)
	problems := flow.Validate(&d)
	slices.SortStableFunc(d.Actions, func(a, b flow.Action) int { return cmp.Compare(a.Order, b.Order) }) // as the store gives them
	for i := range problems {
		problems[i].Field = join("flow", problems[i].Field)
	}
	return d, problems
}

// at is when the lead comes; a day means its start in the tenant's zone.
func (in FlowTestInput) at(t flow.Tenant, now time.Time) (time.Time, error) {
	switch {
	case in.At.Value.at != nil:
		return in.At.Value.at.UTC(), nil
	case in.At.Value.day != nil:
		zone, err := flow.LoadZone(t.TimeZone)
		if err != nil {
			return now, fmt.Errorf("zone of tenant %s: %w", t.ID, err)
		}
		return flow.StartOfDay(*in.At.Value.day, 0, zone), nil
	}
	return now, nil
}

// emailTemplate is the id of the template that an action names, if any.
func emailTemplate(action flow.Action) string {
	var c flow.EmailConfig
	if action.Type != flow.Email || json.Unmarshal(action.Config, &c) != nil {
		return ""
	}
	return c.TemplateID
}

// anyJSON is any value, as it came.
type anyJSON struct{ raw []byte }

// Schema implements huma.SchemaProvider.
func (anyJSON) Schema(huma.Registry) *huma.Schema { return &huma.Schema{} }

// outcomesInput are outcomes by action_order.
type outcomesInput map[string]string

// Schema implements huma.SchemaProvider.
func (outcomesInput) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type:                 huma.TypeObject,
		Description:          "How steps end, by action_order. Of a call (each attempt): answered (default), missed, failed, no_answer, busy, voicemail; of a message: success (default), failed",
		AdditionalProperties: &huma.Schema{Type: huma.TypeString, Enum: []any{"answered", "missed", "failed", "no_answer", "busy", "voicemail", "success"}},
		Extensions:           map[string]any{"propertyNames": &huma.Schema{Pattern: "^[1-9][0-9]{0,9}$"}},
		Examples:             []any{map[string]any{"1": "missed"}},
	}
}
