package events_test

// What becomes of what providers tell.
var webhookEvents = map[string]want{
	"webhook/bolna-answered": {
		status: 200, body: `{"success": true}`, answered: []string{"sample-token-16"},
		rows: map[string]string{
			step(16, 1): "done answered completed", stepField(16, 1, "token"): "null",
			stepField(16, 1, "result_data ->> 'duration_seconds'"): "42", status(16): "running",
			applied: "1", undecided: "1",
		},
	},
	"webhook/bolna-no-answer": {
		status: 200, body: `{"success": true}`, answered: []string{"sample-token-17"},
		rows: map[string]string{step(17, 1): "done missed no_answer", applied: "1", undecided: "1"},
	},
	// It is quicker than the commit of the call that it tells of.
	"webhook/bolna-call-not-known-yet": {
		status: 200, body: `{"success": true}`, rows: map[string]string{applied: "0", undecided: "2"},
	},
	"webhook/bolna-unknown-token": {
		status: 404, body: `{"success": false, "error": "No such webhook"}`,
		rows: map[string]string{step(16, 1): "sent", applied: "0", undecided: "1"},
	},
	"webhook/bolna-not-json": {
		status: 400, body: `{"success": false, "error": "The body must be a JSON object"}`, rows: map[string]string{undecided: "1"},
	},

	"webhook/lead": {
		status: 202, body: `{"success": true, "data": {"id": "…", "event_id": "form-2026-118"}}`, queued: []string{tenant},
		rows: map[string]string{outcome("form-2026-118"): "received"},
	},
	"webhook/lead-older-body": {
		status: 202, body: `{"success": true, "data": {"id": "…", "event_id": "…"}}`, queued: []string{tenant},
		rows: map[string]string{
			"select concat_ws('|', body -> 'data' ->> 'lead_source', body -> 'data' ->> 'entry_type', body -> 'data' -> 'contact' ->> 'company') from lead_events where source = 'webhook'": "Website|webhook|Iyer & Sons",
		},
	},
	"webhook/lead-unknown-token": {status: 404, body: `{"success": false, "error": "No such webhook"}`},

	"webhook/whatsapp-delivered": {
		status: 200, body: `{"success": true}`,
		rows: map[string]string{step(18, 2): "done", stepField(18, 2, "result_data ->> 'status'"): "delivered", applied: "1", undecided: "1"},
	},
	"webhook/whatsapp-failed": {
		status: 200, body: `{"success": true}`,
		rows: map[string]string{
			step(19, 2): "failed", stepField(19, 2, "result_data ->> 'error_code'"): "131026",
			stepField(19, 2, "error_message <> ''"): "true", applied: "1",
		},
	},
	"webhook/whatsapp-wrong-signature": {
		status: 401, body: `{"success": false, "error": "The signature does not match"}`,
		rows: map[string]string{step(18, 2): "sent", applied: "0", undecided: "1"},
	},
	"webhook/whatsapp-number-of-nobody": {
		status: 200, body: `{"success": true}`, rows: map[string]string{step(18, 2): "sent", applied: "0", undecided: "1"},
	},
	"webhook/whatsapp-handshake":             {status: 200, body: "1158201444"},
	"webhook/whatsapp-handshake-wrong-token": {status: 403, body: `{"success": false, "error": "The verify token does not match"}`},
	"webhook/unknown-path":                   {status: 404, body: `{"success": false, "error": "Not found"}`},
}

// applied are the stored entries that had their effect, undecided those that
// due work will apply; seed.sql has one of these.
const (
	applied   = "select count(*) from provider_events where result = 'applied'"
	undecided = "select count(*) from provider_events e join due_work w on w.kind = 'inbox' and w.ref = e.id::text where e.applied_at is null"
)
