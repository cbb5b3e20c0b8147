package rest

import (
	"cmp"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/auto-engagement/flows/internal/flow"
)

// An action_config is one of four objects, by action_type. In the document an
// action is therefore one of four, told apart by its type.
var configSchemas = []struct {
	kind   flow.ActionType
	name   string // of the configuration's schema
	action string // begins the names of the actions' schemas
	make   func() *huma.Schema
}{
	{flow.AICall, "CallConfig", "AICall", func() *huma.Schema {
		return configObject([]string{"agent_id", "phone_number_id"}, map[string]*huma.Schema{
			"agent_id":            filledText("The provider's id of the agent that talks"),
			"phone_number_id":     filledText("The provider's id of the number that calls"),
			"max_retries":         wholeBetween(0, flow.MaxRetries, "How many more attempts follow a missed or failed call; default 0"),
			"retry_delay_minutes": wholeBetween(0, flow.MaxMinutes, "Between two attempts; default 30"),
			"respect_dnc":         {Type: huma.TypeBoolean, Nullable: true, Description: "Accepted, and without effect: who said no is never called"},
		})
	}},
	{flow.WhatsAppMessage, "WhatsAppConfig", "WhatsAppMessage", func() *huma.Schema {
		return configObject([]string{"whatsapp_phone_number_id", "template_id"}, map[string]*huma.Schema{
			"whatsapp_phone_number_id": filledText("The provider's id of the number that writes"),
			"template_id":              filledText("The template's name or id at the provider"),
			"language":                 shortText("The template's language code; default en"),
			"variable_mappings": {
				Type: huma.TypeObject, Nullable: true,
				Description:          "What to put in for each parameter of the template (1, header.1, button.0.1): the name of a value, or a Liquid text",
				AdditionalProperties: &huma.Schema{Type: huma.TypeString, MaxLength: new(1024)},
				Extensions:           map[string]any{"propertyNames": &huma.Schema{Pattern: notBlank, MaxLength: new(255)}},
				Examples:             []any{map[string]any{"1": "name"}},
			},
		})
	}},
	{flow.Email, "EmailConfig", "Email", func() *huma.Schema {
		return configObject([]string{"email_template_id"}, map[string]*huma.Schema{
			"email_template_id": filledText("The id of an e-mail template"),
			"from_name":         shortText("The sender's name; default the template's"),
			"subject_override":  shortText("In place of the template's subject"),
		})
	}},
	{flow.Wait, "WaitConfig", "Wait", func() *huma.Schema {
		minutes := wholeBetween(1, flow.MaxMinutes, "")
		minutes.Nullable = false
		return configObject([]string{"duration_minutes"}, map[string]*huma.Schema{
			"duration_minutes":          minutes,
			"wait_until_business_hours": {Type: huma.TypeBoolean, Nullable: true, Description: "Go on, after the duration, to the next opening; default false"},
		})
	}},
}

// notBlank is a pattern of texts that hold more than white space.
const notBlank = `[^\s\x85]`

func configObject(required []string, properties map[string]*huma.Schema) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Required: required, Properties: properties, AdditionalProperties: false}
}

func filledText(description string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, MinLength: new(1), MaxLength: new(255), Pattern: notBlank, Description: description}
}

func shortText(description string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Nullable: true, MaxLength: new(255), Description: description}
}

func wholeBetween(low, high float64, description string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeInteger, Nullable: true, Minimum: &low, Maximum: &high, Description: description}
}

// component gives a reference to a schema of the document, which build makes
// when it is not there yet.
func component(r huma.Registry, name string, build func() *huma.Schema) *huma.Schema {
	if r.Map()[name] == nil {
		r.Map()[name] = build()
	}
	return &huma.Schema{Ref: schemas + name}
}

// Schema implements huma.SchemaProvider.
func (config) Schema(r huma.Registry) *huma.Schema {
	s := &huma.Schema{}
	for _, c := range configSchemas {
		s.OneOf = append(s.OneOf, component(r, c.name, c.make))
	}
	return s
}

// byActionType makes of the schema of an action the choice of four. suffix
// ends their names; rename gives their keys another spelling.
func byActionType(r huma.Registry, s *huma.Schema, suffix string, rename map[string]string) *huma.Schema {
	kind, config := cmp.Or(rename["action_type"], "action_type"), cmp.Or(rename["action_config"], "action_config")
	out := &huma.Schema{Discriminator: &huma.Discriminator{PropertyName: kind, Mapping: map[string]string{}}}
	for _, c := range configSchemas {
		one := component(r, c.action+suffix, func() *huma.Schema {
			variant := respelled(s, rename)
			variant.Properties[kind] = &huma.Schema{Type: huma.TypeString, Enum: []any{string(c.kind)}}
			variant.Properties[config] = component(r, c.name, c.make)
			return variant
		})
		out.OneOf = append(out.OneOf, one)
		out.Discriminator.Mapping[string(c.kind)] = one.Ref
	}
	return out
}

// camelKeys are the other spellings of the keys of a T.
func camelKeys[T any]() map[string]string {
	out := map[string]string{}
	for field := range reflect.TypeFor[T]().Fields() {
		if camel := field.Tag.Get("camel"); camel != "" {
			out[field.Tag.Get("json")] = camel
		}
	}
	return out
}

// TransformSchema implements huma.SchemaTransformer.
func (ActionInput) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	component(r, "ActionInputCamelCase", func() *huma.Schema {
		return byActionType(r, s, "ActionInputCamelCase", camelKeys[ActionInput]())
	})
	return byActionType(r, s, "ActionInput", nil)
}

// TransformSchema implements huma.SchemaTransformer.
func (Action) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return byActionType(r, s, "Action", nil)
}

// TransformSchema implements huma.SchemaTransformer: items may be spelled in
// two ways.
func (ActionsInput) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Properties["actions"].Items = eitherSpelling("ActionInput")
	return s
}

// TransformSchema implements huma.SchemaTransformer: items may be spelled in
// two ways.
func (ConditionsInput) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Properties["conditions"].Items = eitherSpelling("ConditionInput")
	return s
}

func eitherSpelling(name string) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{{Ref: schemas + name}, {Ref: schemas + name + "CamelCase"}}}
}

// TransformSchema implements huma.SchemaTransformer.
func (ConditionInput) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	component(r, "ConditionInputCamelCase", func() *huma.Schema { return respelled(s, camelKeys[ConditionInput]()) })
	return s
}

// respelled is an object's schema with other keys, where there are any.
func respelled(s *huma.Schema, rename map[string]string) *huma.Schema {
	out := *s
	out.Properties, out.Required = map[string]*huma.Schema{}, slices.Clone(s.Required)
	for key, property := range s.Properties {
		out.Properties[cmp.Or(rename[key], key)] = property
	}
	for i, key := range out.Required {
		out.Required[i] = cmp.Or(rename[key], key)
	}
	return &out
}
