package rest

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// FlowInput is what a user sets of a flow. In a PATCH only what is sent changes.
type FlowInput struct {
	Name                   Optional[string]            `json:"name" required:"false" minLength:"1" maxLength:"255" pattern:"[^\\s\\x85]"`
	Description            Nullable[string]            `json:"description" required:"false"`
	IsEnabled              Optional[bool]              `json:"is_enabled" required:"false" doc:"Default false"`
	Priority               Optional[int]               `json:"priority" required:"false" minimum:"0" maximum:"2147483647" doc:"Lower runs first; unique. Default: highest + 1"`
	UseCustomBusinessHours Optional[bool]              `json:"use_custom_business_hours" required:"false"`
	BusinessHoursStart     Nullable[string]            `json:"business_hours_start" required:"false" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$" doc:"HH:MM or HH:MM:SS; needed, with the end, when use_custom_business_hours is true"`
	BusinessHoursEnd       Nullable[string]            `json:"business_hours_end" required:"false" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$" doc:"HH:MM or HH:MM:SS, after the start"`
	BusinessHoursTimezone  Nullable[string]            `json:"business_hours_timezone" required:"false" format:"iana-time-zone" doc:"IANA name; default the tenant's"`
	BusinessHoursDays      Optional[[]int]             `json:"business_hours_days" required:"false" minimum:"1" maximum:"7" minItems:"1" maxItems:"7" uniqueItems:"true" doc:"1 Monday to 7 Sunday; default all"`
	OutsideHours           Optional[flow.OutsideHours] `json:"outside_hours" required:"false" enum:"next_flow,defer"`
	ReentryMinutes         Optional[int]               `json:"reentry_minutes" required:"false" minimum:"0" maximum:"525600" doc:"Default 60"`
	Conditions             Optional[[]ConditionInput]  `json:"trigger_conditions" required:"false" maxItems:"100" doc:"Replaces the whole list"`
	Actions                Optional[[]ActionInput]     `json:"actions" required:"false" maxItems:"50" doc:"Replaces the whole list; each action_order once"`
}

// ConditionInput is one trigger condition as a user sends it. Its id, when it
// is one of the flow's, keeps it the same condition.
type ConditionInput struct {
	Type            Optional[flow.ConditionType] `json:"condition_type" camel:"conditionType" enum:"lead_source,entry_type,custom_field,contact_field"`
	Operator        Optional[flow.Operator]      `json:"condition_operator" camel:"conditionOperator" enum:"equals,not_equals,contains,any,starts_with,ends_with,in,not_in,is_set,is_not_set,gt,gte,lt,lte,between,before,after,within_last_days"`
	Value           Nullable[string]             `json:"condition_value" camel:"conditionValue" required:"false" maxLength:"255" doc:"What to compare with. in and not_in take a list, by commas or as JSON array; between two numbers, the lower first; before and after a date or an RFC 3339 time; within_last_days 1 to 36500; gt, gte, lt, lte a number. any, is_set and is_not_set need none"`
	CustomFieldName Nullable[string]             `json:"custom_field_name" camel:"customFieldName" required:"false" maxLength:"255" doc:"Needed for custom_field, and for contact_field: name, company, city, country, email, phone_country"`
	Group           Optional[int]                `json:"condition_group" camel:"conditionGroup" required:"false" minimum:"0" maximum:"2147483647" doc:"Within a group AND, between groups OR; default 0"`
	ID              ReadOnly                     `json:"id" required:"false"`
	FlowID          ReadOnly                     `json:"flow_id" camel:"flowId" required:"false"`
	CreatedAt       ReadOnly                     `json:"created_at" camel:"createdAt" required:"false"`
}

// ActionInput is one step as a user sends it. Its id, when it is one of the
// flow's, keeps it the same step in the eyes of the logs.
type ActionInput struct {
	Order          Optional[int]                    `json:"action_order" camel:"actionOrder" minimum:"1" maximum:"2147483647"`
	Type           Optional[flow.ActionType]        `json:"action_type" camel:"actionType" enum:"ai_call,whatsapp_message,email,wait"`
	Config         Optional[config]                 `json:"action_config" camel:"actionConfig" doc:"By action_type; unknown keys are refused"`
	ConditionType  Nullable[flow.StepConditionType] `json:"condition_type" camel:"conditionType" required:"false" enum:"always,call_outcome,previous_action_status" doc:"null is always"`
	ConditionValue Nullable[string]                 `json:"condition_value" camel:"conditionValue" required:"false" doc:"Of call_outcome: answered, missed, failed, not_answered, voicemail, busy, no_answer; of previous_action_status: success, failed, skipped; otherwise null"`
	ID             ReadOnly                         `json:"id" required:"false"`
	FlowID         ReadOnly                         `json:"flow_id" camel:"flowId" required:"false"`
	CreatedAt      ReadOnly                         `json:"created_at" camel:"createdAt" required:"false"`
}

// newFlow is what a flow is before anything is said of it.
func newFlow() flow.Definition {
	return flow.Definition{OutsideHours: flow.NextFlow, ReentryMinutes: 60}
}

// apply changes what was sent. d's lists are replaced, never written to.
func (in FlowInput) apply(d flow.Definition) flow.Definition {
	set(&d.Name, in.Name)
	setNullable(&d.Description, in.Description)
	set(&d.IsEnabled, in.IsEnabled)
	set(&d.Priority, in.Priority)
	set(&d.UseCustomBusinessHours, in.UseCustomBusinessHours)
	setNullable(&d.BusinessHoursStart, in.BusinessHoursStart)
	setNullable(&d.BusinessHoursEnd, in.BusinessHoursEnd)
	setNullable(&d.BusinessHoursTimezone, in.BusinessHoursTimezone)
	set(&d.BusinessHoursDays, in.BusinessHoursDays)
	set(&d.OutsideHours, in.OutsideHours)
	set(&d.ReentryMinutes, in.ReentryMinutes)
	if in.Conditions.Sent {
		d.Conditions = conditions(in.Conditions.Value, d.Conditions)
	}
	if in.Actions.Sent {
		d.Actions = actions(in.Actions.Value, d.Actions)
	}
	return d
}

func set[T any](to *T, from Optional[T]) {
	if from.Sent {
		*to = from.Value
	}
}

func setNullable[T any](to **T, from Nullable[T]) {
	if from.Sent {
		*to = from.Value
	}
}

// conditions are those of the input, in its order. One that names an id of
// the old list, or says the same as one there, stays that condition.
func conditions(in []ConditionInput, old []flow.Condition) []flow.Condition {
	out := make([]flow.Condition, len(in))
	for i, c := range in {
		out[i] = flow.Condition{
			Type: c.Type.Value, Operator: c.Operator.Value, Value: c.Value.Value,
			CustomFieldName: c.CustomFieldName.Value, Group: c.Group.Value,
		}
	}
	left := map[uuid.UUID]flow.Condition{}
	for _, o := range old {
		left[o.ID] = o
	}
	keep := func(i int, o flow.Condition) {
		out[i].ID, out[i].CreatedAt = o.ID, o.CreatedAt
		delete(left, o.ID)
	}
	for i, c := range in {
		if o, found := left[named(c.ID)]; found {
			keep(i, o)
		}
	}
	for i := range out {
		for _, o := range old {
			if _, free := left[o.ID]; free && out[i].ID == uuid.Nil && sayTheSame(out[i], o) {
				keep(i, o)
			}
		}
	}
	return out
}

func sayTheSame(a, b flow.Condition) bool {
	return a.Type == b.Type && a.Operator == b.Operator && a.Group == b.Group &&
		equal(a.Value, b.Value) && equal(a.CustomFieldName, b.CustomFieldName)
}

func equal(a, b *string) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

// actions are those of the input. One that names an id of the old list, or
// has the place and the type of one there, stays that step: logs refer to it.
func actions(in []ActionInput, old []flow.Action) []flow.Action {
	out := make([]flow.Action, len(in))
	for i, a := range in {
		out[i] = flow.Action{
			Order: a.Order.Value, Type: a.Type.Value, Config: json.RawMessage(a.Config.Value),
			ConditionType: a.ConditionType.Value, ConditionValue: a.ConditionValue.Value,
		}
		if out[i].Config == nil {
			out[i].Config = json.RawMessage("{}")
		}
	}
	left := map[uuid.UUID]flow.Action{}
	for _, o := range old {
		left[o.ID] = o
	}
	keep := func(i int, o flow.Action) {
		out[i].ID, out[i].CreatedAt = o.ID, o.CreatedAt
		delete(left, o.ID)
	}
	for i, a := range in {
		if o, found := left[named(a.ID)]; found {
			keep(i, o)
		}
	}
	for i := range out {
		for _, o := range old {
			if _, free := left[o.ID]; free && out[i].ID == uuid.Nil && out[i].Order == o.Order && out[i].Type == o.Type {
				keep(i, o)
			}
		}
	}
	return out
}

// named is the id that a client sent back; zero when it is none.
func named(id ReadOnly) uuid.UUID {
	parsed, err := uuid.Parse(id.Text)
	if err != nil || len(id.Text) != 36 {
		return uuid.Nil
	}
	return parsed
}

// NewFlowInput is what a user says of a new flow.
type NewFlowInput FlowInput

// TransformSchema implements huma.SchemaTransformer.
func (NewFlowInput) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Required = []string{"name"}
	return s
}

// config is an action_config: one of four objects, by action_type.
type config json.RawMessage

// MarshalJSON implements json.Marshaler.
func (c config) MarshalJSON() ([]byte, error) { return json.RawMessage(c).MarshalJSON() }
