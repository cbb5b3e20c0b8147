// Package flow is the pure core of the system: what a flow is, which flow a
// lead enters, which step runs next, and when. It does no I/O and reads no
// clock; time is always a parameter. Live runs, test mode and simulation call
// the same functions.
package flow

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// Definition is one immutable version of a flow: the whole of what an
// execution needs to run it, and what is stored as JSON in flow_versions.
// JSON names are those of the HTTP contract.
type Definition struct {
	ID          uuid.UUID `json:"id"`
	Name        string    `json:"name"`
	Description *string   `json:"description"`
	IsEnabled   bool      `json:"is_enabled"`
	// Priority orders the flows of a tenant; the lowest number is tried first.
	Priority               int  `json:"priority"`
	UseCustomBusinessHours bool `json:"use_custom_business_hours"`
	// BusinessHoursStart and End are "HH:MM:SS"; open from start inclusive to
	// end exclusive. Nil when the flow has no hours of its own.
	BusinessHoursStart    *string `json:"business_hours_start"`
	BusinessHoursEnd      *string `json:"business_hours_end"`
	BusinessHoursTimezone *string `json:"business_hours_timezone"`
	// BusinessHoursDays lists ISO weekdays, 1 Monday to 7 Sunday.
	BusinessHoursDays []int        `json:"business_hours_days"`
	OutsideHours      OutsideHours `json:"outside_hours"`
	// ReentryMinutes is how long after its last start this flow does not
	// start again for the same contact. 0 to 525600.
	ReentryMinutes int         `json:"reentry_minutes"`
	Version        int         `json:"version"`
	Conditions     []Condition `json:"trigger_conditions"`
	Actions        []Action    `json:"actions"`
}

// OutsideHours says what happens to a lead that matches a flow outside its hours.
type OutsideHours string

// What a flow does with a lead outside its business hours.
const (
	// NextFlow passes the lead on to the next flow by priority.
	NextFlow OutsideHours = "next_flow"
	// Defer takes the lead and lets its first step wait for the opening.
	Defer OutsideHours = "defer"
)

// ConditionType names what a trigger condition looks at.
type ConditionType string

// What a trigger condition looks at.
const (
	LeadSource   ConditionType = "lead_source"
	EntryType    ConditionType = "entry_type"
	CustomField  ConditionType = "custom_field"
	ContactField ConditionType = "contact_field"
)

// Operator compares the lead's value with a condition's operand.
type Operator string

// The operators of trigger conditions.
const (
	Equals         Operator = "equals"
	NotEquals      Operator = "not_equals"
	Contains       Operator = "contains"
	Any            Operator = "any"
	StartsWith     Operator = "starts_with"
	EndsWith       Operator = "ends_with"
	In             Operator = "in"
	NotIn          Operator = "not_in"
	IsSet          Operator = "is_set"
	IsNotSet       Operator = "is_not_set"
	GreaterThan    Operator = "gt"
	GreaterOrEqual Operator = "gte"
	LessThan       Operator = "lt"
	LessOrEqual    Operator = "lte"
	Between        Operator = "between"
	Before         Operator = "before"
	After          Operator = "after"
	WithinLastDays Operator = "within_last_days"
)

// Condition is one trigger condition. Conditions of one group are joined by
// AND, groups by OR; a flow without conditions matches every lead.
type Condition struct {
	ID       uuid.UUID     `json:"id"`
	Type     ConditionType `json:"condition_type"`
	Operator Operator      `json:"condition_operator"`
	// Value is the operand as text. Lists (in, not_in, between) are separated
	// by commas, or a JSON array.
	Value *string `json:"condition_value"`
	// CustomFieldName names the custom field (type custom_field), or the
	// contact's field (type contact_field: name, company, city, country,
	// email, phone_country).
	CustomFieldName *string   `json:"custom_field_name"`
	Group           int       `json:"condition_group"`
	CreatedAt       time.Time `json:"created_at"`
}

// ActionType is the kind of a step.
type ActionType string

// The kinds of steps.
const (
	AICall          ActionType = "ai_call"
	WhatsAppMessage ActionType = "whatsapp_message"
	Email           ActionType = "email"
	Wait            ActionType = "wait"
)

// StepConditionType says on what a step's running depends.
type StepConditionType string

// On what a step's running depends.
const (
	Always               StepConditionType = "always"
	CallOutcome          StepConditionType = "call_outcome"
	PreviousActionStatus StepConditionType = "previous_action_status"
)

// Action is one step of a flow.
type Action struct {
	ID    uuid.UUID  `json:"id"`
	Order int        `json:"action_order"`
	Type  ActionType `json:"action_type"`
	// Config is one of CallConfig, WhatsAppConfig, EmailConfig, WaitConfig as
	// JSON, by Type.
	Config         json.RawMessage    `json:"action_config"`
	ConditionType  *StepConditionType `json:"condition_type"`
	ConditionValue *string            `json:"condition_value"`
	CreatedAt      time.Time          `json:"created_at"`
}

// CallConfig configures an ai_call step.
type CallConfig struct {
	AgentID       string `json:"agent_id"`
	PhoneNumberID string `json:"phone_number_id"`
	// MaxRetries is how many more attempts follow a missed or failed call, 0 to 5.
	MaxRetries int `json:"max_retries,omitempty"`
	// RetryDelayMinutes lies between two attempts; nil means DefaultRetryDelay.
	RetryDelayMinutes *int `json:"retry_delay_minutes,omitempty"`
	// RespectDNC is accepted and stored, and has no effect: a contact who said
	// no is never called.
	RespectDNC *bool `json:"respect_dnc,omitempty"`
}

// DefaultRetryDelayMinutes lies between two attempts of a call when the step does not say.
const DefaultRetryDelayMinutes = 30

// WhatsAppConfig configures a whatsapp_message step.
type WhatsAppConfig struct {
	PhoneNumberID string `json:"whatsapp_phone_number_id"`
	// TemplateID holds the template's name at the Cloud API, its id at a chat-agent server.
	TemplateID string `json:"template_id"`
	// Language is the template's language code, for example "en" or "hi"; default "en".
	Language string `json:"language,omitempty"`
	// VariableMappings maps a template parameter (`1`, `header.1`, `button.0.1`)
	// to a bare identifier ("name") or a Liquid text ("{{ name | default: 'there' }}").
	VariableMappings map[string]string `json:"variable_mappings,omitempty"`
}

// EmailConfig configures an email step.
type EmailConfig struct {
	TemplateID      string `json:"email_template_id"`
	FromName        string `json:"from_name,omitempty"`
	SubjectOverride string `json:"subject_override,omitempty"`
}

// WaitConfig configures a wait step.
type WaitConfig struct {
	// DurationMinutes is 1 to 525600, a year.
	DurationMinutes int `json:"duration_minutes"`
	// WaitUntilBusinessHours goes on, after the duration, to the next opening.
	WaitUntilBusinessHours bool `json:"wait_until_business_hours,omitempty"`
}
