package events_test

// What the api function answers to those who read, and to those who may not.
var readEvents = map[string]want{
	"api/list-flows": {
		status: 200, headers: map[string]string{"Access-Control-Allow-Origin": "https://app.example.com", "Vary": "Origin"},
		body: `{"success": true, "data": [{"id": "0197a000-0000-7000-8000-0000000000f1", "name": "IndiaMART follow-up", "priority": 0, "is_enabled": true}],
			"meta": {"total": 1, "limit": 10, "offset": 0}}`,
	},
	"api/list-agents": {
		status: 200, body: `{"success": true, "data": [{"id": "3c90c3cc-0d44-4b50-8888-8dd25736052a", "name": "Asha"}], "meta": {"total": 1}}`,
		asked: []string{"GET /bolna/v2/agent/all 200"},
	},
	"api/read-flow": {
		status: 200, headers: map[string]string{"Etag": `"1"`, "X-Request-Id": "v7YrIJhlqr146XY="},
		body: `{"success": true, "data": {"id": "0197a000-0000-7000-8000-0000000000f1", "created_at": "2026-11-01T00:00:00.000Z",
			"trigger_conditions": [{"condition_type": "lead_source", "condition_value": "IndiaMART"}],
			"actions": [{"action_type": "ai_call"}, {"action_type": "whatsapp_message"}, {"action_type": "wait"}, {"action_type": "email"}]}}`,
	},
	"api/read-flow-of-another-tenant": {status: 404, body: `{"success": false, "error": "Flow not found", "request_id": "…"}`},
	"api/read-flow-bad-id": {
		status: 400, body: `{"success": false, "error": "id must be a UUID", "request_id": "…", "details": [{"field": "id", "message": "id must be a UUID"}]}`,
	},

	"api/list-executions": {
		status: 200,
		body: `{"success": true, "data": [
			{"id": "0197a000-0000-7000-8000-000000000e25", "status": "running", "flow_name": "IndiaMART follow-up", "contact_name": "Yash Kapoor",
			 "triggered_at": "2026-11-23T04:25:00.000Z", "completed_at": null, "metadata": {"trigger_source": "indiamart", "contact_phone": "+919845025000"}},
			{"id": "0197a000-0000-7000-8000-000000000e23"}],
			"meta": {"total": 22, "limit": 2, "offset": 0, "next_cursor": "…"}}`,
	},
	"api/list-executions-bad-status": {
		status: 400, body: `{"success": false, "error": "status must be one of running, completed, failed, cancelled, skipped", "request_id": "…"}`,
	},
	"api/list-flow-executions": {
		status: 200,
		body: `{"success": true, "data": [{"id": "0197a000-0000-7000-8000-000000000e05", "status": "completed", "completed_at": "2026-11-23T05:30:00.000Z"}],
			"meta": {"total": 1, "limit": 50, "offset": 0, "next_cursor": null}}`,
	},
	"api/read-execution": {
		status: 200,
		body: `{"success": true, "data": {
			"id": "0197a000-0000-7000-8000-000000000e05", "flow_id": "0197a000-0000-7000-8000-0000000000f1", "flow_version": 1,
			"user_id": "0197a000-0000-7000-8000-000000000001", "contact_name": "Ela Thomas", "current_action_step": 4, "is_test_run": false,
			"action_logs": [
				{"action_order": 1, "attempt": 1, "status": "success", "action_id": "0197a000-0000-7000-8000-0000000000a1",
				 "result_data": {"call_initiated": true, "execution_id": "bolna-5", "call_outcome": "missed", "call_detail": "busy"}},
				{"action_order": 2, "status": "success", "result_data": {"whatsapp_sent": true, "status": "delivered"}},
				{"action_order": 3, "status": "success", "result_data": {"waited": true, "message": "Waited for 60 minutes"}},
				{"action_order": 4, "status": "success", "result_data": {"email_sent": true, "to_email": "contact5@example.com"}}]}}`,
	},
	"api/read-execution-unknown": {status: 404, body: `{"success": false, "error": "Execution not found", "request_id": "…"}`},
	"api/list-leads": {
		status: 200,
		body: `{"success": true, "data": [{"id": "0197a000-0000-7000-8000-000000001e01", "source": "website", "event_id": "lead-outbox",
			"outcome": "received", "decided_at": null, "executions": []}], "meta": {"total": 1, "next_cursor": null}}`,
	},
	"api/list-dead-letters": {
		status: 200,
		body:   `{"success": true, "data": [{"name": "leads", "messages": 5, "problem": null, "refused": {"total": 0, "total_capped": false, "oldest_at": null}}]}`,
	},

	"api/no-token":       {status: 401, body: `{"success": false, "error": "Authorization token is required", "request_id": "…"}`},
	"api/expired-token":  {status: 401, body: `{"success": false, "error": "Invalid or expired token", "request_id": "…"}`},
	"api/unknown-tenant": {status: 403, body: `{"success": false, "error": "Unknown tenant", "request_id": "…"}`},
	"api/unknown-path":   {status: 404, body: `{"success": false, "error": "Not found", "request_id": "…"}`},
	"api/health":         {status: 200, body: `{"success": true, "data": {"status": "ok"}}`},
}
