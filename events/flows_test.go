package events_test

// What the api function answers to those who change flows.
var flowEvents = map[string]want{
	"api/create-lead": {
		status: 202, body: `{"success": true, "data": {"id": "…", "source": "api", "event_id": "crm-4411", "outcome": "received"}}`,
		queued: []string{tenant},
		rows:   map[string]string{outcome("crm-4411"): "received"},
	},
	"api/create-contact": {
		status: 201, body: `{"success": true, "data": {"id": "…", "name": "Lakshmi Iyer", "phone": "+919845077777", "phone_valid": true, "time_zone": "Asia/Kolkata"}}`,
		queued: []string{tenant},
		rows: map[string]string{
			"select e.outcome from lead_events e join contacts c on c.id = e.contact_id where c.phone = '+919845077777'": "received",
		},
	},
	"api/create-lead-without-address": {
		status: 400, body: `{"success": false, "error": "The lead has neither a phone nor an e-mail", "request_id": "n4vWOFJF5aKQ1lB="}`,
	},
	"api/create-flow": {
		status: 201, headers: map[string]string{"Etag": `"1"`, "Content-Type": "application/json"},
		body: `{"success": true, "data": {
			"id": "…", "user_id": "0197a000-0000-7000-8000-000000000001", "name": "Diwali offer", "description": "Calls first, then writes",
			"is_enabled": false, "priority": 2, "business_hours_start": "09:30:00", "business_hours_end": "18:00:00",
			"business_hours_timezone": "Asia/Kolkata", "business_hours_days": [1, 2, 3, 4, 5], "outside_hours": "defer",
			"reentry_minutes": 60, "version": 1, "created_by": "0197a000-0000-7000-8000-000000000001",
			"trigger_conditions": [
				{"condition_type": "lead_source", "condition_operator": "equals", "condition_value": "JustDial", "condition_group": 0},
				{"condition_type": "custom_field", "condition_operator": "gte", "condition_value": "100000", "custom_field_name": "budget"}],
			"actions": [
				{"action_order": 1, "action_type": "ai_call", "action_config": {"phone_number_id": "n1", "max_retries": 1}, "condition_type": null},
				{"action_order": 2, "action_type": "wait", "action_config": {"duration_minutes": 30}},
				{"action_order": 3, "action_type": "email", "condition_type": "call_outcome", "condition_value": "not_answered"}]}}`,
		rows: map[string]string{
			"select count(*) from flow_actions a join auto_engagement_flows f on f.id = a.flow_id where f.name = 'Diwali offer'":  "3",
			"select count(*) from flow_versions v join auto_engagement_flows f on f.id = v.flow_id where f.name = 'Diwali offer'": "1",
		},
	},
	"api/create-flow-base64-body": {
		status: 201, body: `{"success": true, "data": {"name": "Grüße aus München ☎", "priority": 2, "trigger_conditions": [], "actions": []}}`,
	},
	"api/create-flow-with-errors": {
		status: 400,
		body: `{"success": false, "error": "Unknown field \"colour\"", "request_id": "…", "details": [
			{"field": "colour", "message": "Unknown field \"colour\""},
			{"field": "name", "message": "Flow name is required"},
			{"field": "business_hours_end", "message": "Both business_hours_start and business_hours_end are required when use_custom_business_hours is true"},
			{"field": "business_hours_start", "message": "Business hours must be in HH:MM:SS format"},
			{"field": "business_hours_timezone", "message": "Invalid timezone identifier"},
			{"field": "trigger_conditions[0].condition_type", "message": "condition_type must be one of lead_source, entry_type, custom_field, contact_field"},
			{"field": "actions[0].action_config.phone_number_id", "message": "AI call action requires agent_id and phone_number_id"},
			{"field": "actions[1].action_order", "message": "Action orders must be unique within a flow"},
			{"field": "actions[1].action_config.duration_minutes", "message": "Wait action requires positive duration_minutes"}]}`,
		rows: flowsUnchanged,
	},
	"api/create-flow-not-json": {
		status: 400, body: `{"success": false, "error": "…", "request_id": "…"}`, rows: flowsUnchanged,
	},
	"api/create-flow-wrong-content-type": {
		status: 415, body: `{"success": false, "error": "Content-Type must be application/json", "request_id": "…"}`, rows: flowsUnchanged,
	},
	"api/create-flow-as-viewer": {
		status: 403, body: `{"success": false, "error": "Your role does not allow this", "request_id": "…"}`, rows: flowsUnchanged,
	},

	"api/change-flow": {
		status: 200, headers: map[string]string{"Etag": `"2"`},
		body: `{"success": true, "data": {"name": "IndiaMART, first touch", "description": null, "reentry_minutes": 1440, "version": 2,
			"is_enabled": true, "priority": 0, "trigger_conditions": [{"id": "0197a000-0000-7000-8000-0000000000b1"}],
			"actions": [{"action_order": 1}, {"action_order": 2}, {"action_order": 3}, {"action_order": 4}]}}`,
		rows: map[string]string{
			"select count(*) from flow_versions where flow_id = '0197a000-0000-7000-8000-0000000000f1'": "2",
		},
	},
	"api/change-flow-stale": {
		status: 409, body: `{"success": false, "error": "The flow has changed: it is at version 1", "request_id": "…"}`, rows: flowsUnchanged,
	},
	"api/toggle-flow": {
		status: 200, body: `{"success": true, "data": {"id": "0197a000-0000-7000-8000-0000000000f1", "is_enabled": false, "version": 2}}`,
		rows: map[string]string{
			"select is_enabled from auto_engagement_flows where id = '0197a000-0000-7000-8000-0000000000f1'": "false",
		},
	},
	"api/toggle-flow-not-boolean": {
		status: 400, body: `{"success": false, "error": "enabled field must be a boolean", "request_id": "…"}`, rows: flowsUnchanged,
	},
	"api/replace-conditions": {
		status: 200,
		body: `{"success": true, "data": [
			{"condition_type": "lead_source", "condition_operator": "in", "condition_value": "IndiaMART, TradeIndia", "condition_group": 0},
			{"condition_type": "contact_field", "condition_operator": "equals", "condition_value": "Pune", "custom_field_name": "city", "condition_group": 1}]}`,
		rows: map[string]string{
			"select count(*) from flow_trigger_conditions where flow_id = '0197a000-0000-7000-8000-0000000000f1'": "2",
		},
	},
	"api/replace-actions": {
		status: 200,
		body: `{"success": true, "data": [
			{"action_order": 1, "action_type": "whatsapp_message", "action_config": {"whatsapp_phone_number_id": "106540352242922", "template_id": "follow_up", "variable_mappings": {"1": "name"}}},
			{"action_order": 2, "action_type": "wait", "action_config": {"duration_minutes": 1440, "wait_until_business_hours": true}}]}`,
		rows: map[string]string{
			"select count(*) from flow_actions where flow_id = '0197a000-0000-7000-8000-0000000000f1'": "2",
		},
	},
	"api/delete-flow": {
		status: 200, body: `{"success": true, "message": "Flow deleted successfully"}`,
		rows: map[string]string{
			"select count(*) from auto_engagement_flows where id = '0197a000-0000-7000-8000-0000000000f1'":                         "0",
			"select count(*) from flow_executions where status = 'running'":                                                        "0",
			"select count(*) from flow_executions where status = 'cancelled' and flow_id = '0197a000-0000-7000-8000-0000000000f1'": "22",
			"select count(*) from due_work where kind = 'cancel'":                                                                  "22",
			"select count(*) from due_work where kind = 'run'":                                                                     "0",
			status(5): "completed",
		},
	},
}

// flowsUnchanged are the flows as seed.sql leaves them.
var flowsUnchanged = map[string]string{
	"select count(*) from auto_engagement_flows where version = 1": "3",
	"select count(*) from flow_versions":                           "3",
}
