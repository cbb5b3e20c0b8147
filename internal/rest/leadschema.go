package rest

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// LeadInput is a lead in any of three shapes. The types are documentation:
// bodies are read as lead events are.
type LeadInput struct{}

// TransformSchema implements huma.SchemaTransformer.
func (LeadInput) TransformSchema(r huma.Registry, _ *huma.Schema) *huma.Schema {
	refs := []*huma.Schema{
		r.Schema(reflect.TypeFor[PlainLead](), true, ""), r.Schema(reflect.TypeFor[LeadEvent](), true, ""),
		r.Schema(reflect.TypeFor[OlderLead](), true, ""),
	}
	return &huma.Schema{
		Description: "A lead, a whole CloudEvents event, or the older body of lead forms. Keys that are not named are kept with the event",
		AnyOf:       refs,
	}
}

// PlainLead is what an event has in its data.
type PlainLead struct {
	_ struct{} `additionalProperties:"true"`

	ID         leadID      `json:"id,omitzero" doc:"Names the lead within the source api; default: the Idempotency-Key, else a new one"`
	Contact    LeadContact `json:"contact"`
	LeadSource leadText    `json:"lead_source,omitzero"`
	EntryType  leadText    `json:"entry_type,omitzero" doc:"Default api"`
	Notes      longText    `json:"notes,omitzero"`
}

// TransformSchema implements huma.SchemaTransformer: specversion would make
// it an event.
func (PlainLead) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Not = &huma.Schema{Required: []string{"specversion"}}
	return s
}

// LeadEvent is a lead as a CloudEvents 1.0 event.
type LeadEvent struct {
	_ struct{} `additionalProperties:"true"`

	SpecVersion string     `json:"specversion" enum:"1.0"`
	Source      string     `json:"source" minLength:"1" maxLength:"255" pattern:"[^\\s\\x85]" doc:"With the id it names the event, which counts once"`
	ID          leadID     `json:"id,omitzero" doc:"Default: the Idempotency-Key, else a new one"`
	Type        anyJSON    `json:"type,omitzero" doc:"Usually lead.created"`
	Time        anyJSON    `json:"time,omitzero" doc:"RFC 3339; anything else is left aside"`
	TenantID    leadTenant `json:"tenantid,omitzero" doc:"The token's tenant, which is the default"`
	Data        LeadData   `json:"data"`
}

// LeadData is what a whole event says of a lead.
type LeadData struct {
	_ struct{} `additionalProperties:"true"`

	Contact    LeadContact `json:"contact"`
	LeadSource leadText    `json:"lead_source,omitzero"`
	EntryType  leadText    `json:"entry_type,omitzero"`
	Notes      longText    `json:"notes,omitzero"`
}

// LeadContact is who the lead is; a phone or an e-mail is needed.
type LeadContact struct {
	_ struct{} `additionalProperties:"true"`

	Name         leadText   `json:"name,omitzero"`
	Phone        leadText   `json:"phone,omitzero" doc:"In any usual spelling; without a country code the tenant's region counts"`
	Email        leadText   `json:"email,omitzero"`
	Company      leadText   `json:"company,omitzero"`
	City         leadText   `json:"city,omitzero"`
	Country      leadText   `json:"country,omitzero"`
	Tags         leadTags   `json:"tags,omitzero"`
	ExternalID   leadText   `json:"external_id,omitzero"`
	CustomFields leadFields `json:"custom_fields,omitzero"`
}

// TransformSchema implements huma.SchemaTransformer.
func (LeadContact) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	return reachable(s, "phone", "email")
}

// OlderLead is the body that lead forms sent before there were events.
type OlderLead struct {
	_ struct{} `additionalProperties:"true"`

	ID      leadID   `json:"id,omitzero"`
	AgentID anyJSON  `json:"agent_id,omitzero" doc:"Kept, and without effect"`
	Name    leadText `json:"lead_name,omitzero"`
	Phone   leadText `json:"recipient_phone_number,omitzero"`
	Email   leadText `json:"email,omitzero"`
	Source  leadText `json:"Source,omitzero" doc:"The lead's source"`
	Notes   longText `json:"Notes,omitzero"`
	Company leadText `json:"company,omitzero"`
	City    leadText `json:"city,omitzero"`
	Country leadText `json:"country,omitzero"`
}

// TransformSchema implements huma.SchemaTransformer: specversion or contact
// would make it another shape.
func (OlderLead) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Not = &huma.Schema{AnyOf: []*huma.Schema{{Required: []string{"specversion"}}, {Required: []string{"contact"}}}}
	return reachable(s, "recipient_phone_number", "email")
}

// reachable says that a phone, usable or not, or a usable e-mail is needed.
func reachable(s *huma.Schema, phone, email string) *huma.Schema {
	s.AnyOf = []*huma.Schema{
		{Required: []string{phone}, Properties: map[string]*huma.Schema{phone: {AnyOf: []*huma.Schema{
			{Type: huma.TypeString, Pattern: notBlank, MaxLength: new(255)}, {Type: huma.TypeNumber},
		}}}},
		{Required: []string{email}, Properties: map[string]*huma.Schema{email: {Type: huma.TypeString, Format: "email", MaxLength: new(255)}}},
	}
	return s
}

// leadText is a text of at most 255 characters. Upstream systems also send
// numbers, and null for what they do not know.
type leadText struct{}

// Schema implements huma.SchemaProvider.
func (leadText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{MaxLength: new(255), Extensions: textOrNumber}
}

// leadID is one that is not blank; empty and null are as if it were not there.
type leadID struct{}

// Schema implements huma.SchemaProvider.
func (leadID) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{MaxLength: new(255), Pattern: `^$|\S`, Extensions: textOrNumber}
}

// leadTenant is a tenant's id; empty and null are as if it were not there.
type leadTenant struct{}

// Schema implements huma.SchemaProvider.
func (leadTenant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{
		{Type: huma.TypeString, Nullable: true, Format: "uuid"}, {Type: huma.TypeString, MaxLength: new(0)},
	}}
}

// longText is one without end.
type longText struct{}

// Schema implements huma.SchemaProvider.
func (longText) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Extensions: textOrNumber} }

var textOrNumber = map[string]any{"type": []string{"string", "number", "null"}}

// leadTags are a list of texts, or one text with commas.
type leadTags struct{}

// Schema implements huma.SchemaProvider.
func (leadTags) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{
		{Type: huma.TypeArray, Nullable: true, Items: leadText{}.Schema(r), MaxItems: new(100)},
		{Type: huma.TypeString, Description: "Separated by commas"},
	}}
}

// leadFields are values by name.
type leadFields struct{}

// Schema implements huma.SchemaProvider.
func (leadFields) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeObject, Nullable: true, AdditionalProperties: true, MaxProperties: new(200),
		Extensions: map[string]any{"propertyNames": &huma.Schema{MaxLength: new(255)}},
	}
}
