package seed

import (
	"context"
	"maps"
	"net/http"

	"github.com/auto-engagement/flows/local/stack/accounts"
	"github.com/auto-engagement/flows/local/stack/settings"
)

type (
	object = map[string]any
	list   = []map[string]any
)

// Flows creates the demo's flows through the HTTP API, where the tenant has
// none yet.
func Flows(ctx context.Context, s settings.Settings, t accounts.Tenant, token string) error {
	address := s.GatewayURL() + "/api/auto-engagement/flows"
	var existing struct {
		Meta struct {
			Total int `json:"total"`
		} `json:"meta"`
	}
	if err := call(ctx, http.MethodGet, address+"?limit=1", token, nil, &existing); err != nil {
		return err
	}
	if existing.Meta.Total > 0 {
		return nil
	}
	for _, flow := range demo(t) {
		if err := call(ctx, http.MethodPost, address, token, flow, nil); err != nil {
			return err
		}
	}
	return nil
}

// demo are three flows, one per first touch. They start again for the same
// contact at once, so that a number can be tried twice in a row.
func demo(t accounts.Tenant) list {
	call := object{
		"action_type":   "ai_call",
		"action_config": object{"agent_id": t.AgentID, "phone_number_id": t.PhoneNumberID},
	}
	message := object{
		"action_type": "whatsapp_message",
		"action_config": object{
			"whatsapp_phone_number_id": t.WhatsAppPhoneNumberID, "template_id": "enquiry_follow_up", "language": "en",
			"variable_mappings": object{"1": `{{ name | default: "there" }}`},
		},
	}
	wait := object{"action_type": "wait", "action_config": object{"duration_minutes": 1}}
	mail := object{"action_type": "email", "action_config": object{"email_template_id": t.MailTemplate}}
	return list{
		{
			"name": "Call first", "description": "Calls the lead; who is not reached gets a message, and a minute later a mail.",
			"is_enabled": true, "priority": 0, "reentry_minutes": 0,
			"trigger_conditions": list{source("IndiaMART")},
			"actions": list{
				step(1, call),
				step(2, message, "call_outcome", "not_answered"),
				step(3, wait, "call_outcome", "not_answered"),
				step(4, mail, "call_outcome", "not_answered"),
			},
		},
		{
			"name": "WhatsApp first", "description": "Writes to the lead, and calls where writing fails.",
			"is_enabled": true, "priority": 1, "reentry_minutes": 0,
			"trigger_conditions": list{source("Website")},
			"actions":            list{step(1, message), step(2, call, "previous_action_status", "failed")},
		},
		{
			"name": "Mail only", "description": "For leads who left no number.",
			"is_enabled": true, "priority": 2, "reentry_minutes": 0,
			"trigger_conditions": list{source("Newsletter")},
			"actions":            list{step(1, mail)},
		},
	}
}

func source(name string) object {
	return object{"condition_type": "lead_source", "condition_operator": "equals", "condition_value": name}
}

// step is an action at its place, with a condition where one is given: its
// type and value.
func step(order int, action object, condition ...string) object {
	placed := object{"action_order": order}
	maps.Copy(placed, action)
	if len(condition) == 2 {
		placed["condition_type"], placed["condition_value"] = condition[0], condition[1]
	}
	return placed
}
