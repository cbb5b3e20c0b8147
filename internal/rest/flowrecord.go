package rest

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// Flow is a flow as the contract shows it.
type Flow struct {
	ID                     uuid.UUID         `json:"id" format:"uuid"`
	UserID                 uuid.UUID         `json:"user_id" format:"uuid" doc:"The tenant's id; the name is historical"`
	Name                   string            `json:"name"`
	Description            *string           `json:"description"`
	IsEnabled              bool              `json:"is_enabled"`
	Priority               int               `json:"priority"`
	UseCustomBusinessHours bool              `json:"use_custom_business_hours"`
	BusinessHoursStart     *string           `json:"business_hours_start" doc:"HH:MM:SS"`
	BusinessHoursEnd       *string           `json:"business_hours_end" doc:"HH:MM:SS"`
	BusinessHoursTimezone  *string           `json:"business_hours_timezone"`
	BusinessHoursDays      []int             `json:"business_hours_days" doc:"1 Monday to 7 Sunday"`
	OutsideHours           flow.OutsideHours `json:"outside_hours" enum:"next_flow,defer"`
	ReentryMinutes         int               `json:"reentry_minutes"`
	CreatedAt              instant           `json:"created_at"`
	UpdatedAt              instant           `json:"updated_at"`
	CreatedBy              *string           `json:"created_by"`
	Version                int               `json:"version"`
}

// FlowWithDetails is a flow with its conditions and actions.
type FlowWithDetails struct {
	Flow

	Conditions []Condition `json:"trigger_conditions"`
	Actions    []Action    `json:"actions"`
}

// Condition is a trigger condition as the contract shows it.
type Condition struct {
	ID              uuid.UUID          `json:"id" format:"uuid"`
	FlowID          uuid.UUID          `json:"flow_id" format:"uuid"`
	Type            flow.ConditionType `json:"condition_type" enum:"lead_source,entry_type,custom_field,contact_field"`
	Operator        flow.Operator      `json:"condition_operator" enum:"equals,not_equals,contains,any,starts_with,ends_with,in,not_in,is_set,is_not_set,gt,gte,lt,lte,between,before,after,within_last_days"`
	Value           *string            `json:"condition_value"`
	CustomFieldName *string            `json:"custom_field_name"`
	Group           int                `json:"condition_group"`
	CreatedAt       instant            `json:"created_at"`
}

// Action is a step as the contract shows it.
type Action struct {
	ID             uuid.UUID               `json:"id" format:"uuid"`
	FlowID         uuid.UUID               `json:"flow_id" format:"uuid"`
	Order          int                     `json:"action_order"`
	Type           flow.ActionType         `json:"action_type" enum:"ai_call,whatsapp_message,email,wait"`
	Config         config                  `json:"action_config"`
	ConditionType  *flow.StepConditionType `json:"condition_type" enum:"always,call_outcome,previous_action_status"`
	ConditionValue *string                 `json:"condition_value"`
	CreatedAt      instant                 `json:"created_at"`
}

func flowOf(tenant uuid.UUID, s flow.Stored) Flow {
	return Flow{
		ID: s.ID, UserID: tenant, Name: s.Name, Description: s.Description, IsEnabled: s.IsEnabled,
		Priority: s.Priority, UseCustomBusinessHours: s.UseCustomBusinessHours,
		BusinessHoursStart: s.BusinessHoursStart, BusinessHoursEnd: s.BusinessHoursEnd,
		BusinessHoursTimezone: s.BusinessHoursTimezone, BusinessHoursDays: s.BusinessHoursDays,
		OutsideHours: s.OutsideHours, ReentryMinutes: s.ReentryMinutes, CreatedAt: instant(s.CreatedAt),
		UpdatedAt: instant(s.UpdatedAt), CreatedBy: s.CreatedBy, Version: s.Version,
	}
}

func detailsOf(tenant uuid.UUID, s flow.Stored) FlowWithDetails {
	return FlowWithDetails{Flow: flowOf(tenant, s), Conditions: conditionsOf(s), Actions: actionsOf(s)}
}

func conditionsOf(s flow.Stored) []Condition {
	out := make([]Condition, len(s.Conditions))
	for i, c := range s.Conditions {
		out[i] = Condition{
			ID: c.ID, FlowID: s.ID, Type: c.Type, Operator: c.Operator, Value: c.Value,
			CustomFieldName: c.CustomFieldName, Group: c.Group, CreatedAt: instant(c.CreatedAt),
		}
	}
	return out
}

func actionsOf(s flow.Stored) []Action {
	out := make([]Action, len(s.Actions))
	for i, a := range s.Actions {
		out[i] = Action{
			ID: a.ID, FlowID: s.ID, Order: a.Order, Type: a.Type, Config: config(a.Config),
			ConditionType: a.ConditionType, ConditionValue: a.ConditionValue, CreatedAt: instant(a.CreatedAt),
		}
	}
	return out
}

// etag is strong: a version is never changed.
func etag(version int) string { return fmt.Sprintf(`"%d"`, version) }
