package events_test

// What the matcher makes of batches of the lead queue.
var leadEvents = map[string]want{
	"matcher/one-lead": {
		answer: noFailures, startedBy: newRuns,
		rows: map[string]string{
			outcome("lead-8f2c"): "matched",
			"select concat_ws('|', name, phone, email, city, array_to_string(tags, ','), external_id, custom_fields ->> 'budget', time_zone) from contacts where phone = '+919845012345'": "Asha Rao|+919845012345|asha@example.com|Pune|hot|crm-17|250000|Asia/Kolkata",
			"select concat_ws('|', flow_name, status, metadata ->> 'notes') from flow_executions where lead_event_id is not null":                                                         "IndiaMART follow-up|running|wants a demo",
		},
	},
	"matcher/redelivered": {
		answer: noFailures, startedBy: newRuns,
		rows: map[string]string{outcome("lead-9a01"): "matched", newExecutions: "1"},
	},
	"matcher/duplicate-event": {
		answer: noFailures, startedBy: newRuns,
		rows: map[string]string{
			outcome("lead-77aa"): "matched", newExecutions: "1",
			"select count(*) from contacts where phone = '+919845034567'": "1",
		},
	},
	"matcher/dnc-tag": {
		answer: noFailures,
		rows: map[string]string{
			outcome("lead-dnc1"): "skipped",
			"select concat_ws('|', status, flow_id, completed_at is not null) from flow_executions where lead_event_id is not null": "skipped|t",
		},
	},
	"matcher/no-flow-matches": {
		answer: noFailures,
		rows: map[string]string{
			outcome("lead-fb01"): "none", newExecutions: "0",
			"select count(*) from contacts where email = 'fatima@example.com'": "1",
		},
	},
	"matcher/returning-lead": {
		answer: noFailures, startedBy: newRuns,
		rows: map[string]string{
			outcome("lead-back"): "matched",
			"select concat_ws('|', id, name, city, array_to_string(tags, ',')) from contacts where phone = '+919845012424'": "0197a000-0000-7000-8000-000000000c24|Xavier Pinto|Mysuru|hot,festive offer",
		},
	},
	"matcher/not-json": {
		answer: noFailures, dead: []string{"The event is not valid JSON"},
		rows: map[string]string{"select concat_ws('|', claimed_tenant, reason) from lead_rejects": "|The event is not valid JSON"},
	},
	"matcher/no-phone-no-email": {
		answer: noFailures, dead: []string{"The lead has neither a phone nor an e-mail"},
		rows: map[string]string{outcome("lead-none"): "rejected", newExecutions: "0"},
	},
	"matcher/unknown-tenant": {
		answer: noFailures, dead: []string{"Unknown tenant"},
		rows: map[string]string{"select claimed_tenant from lead_rejects": "0197a000-0000-7000-8000-00000000ffff"},
	},
	"matcher/batch-of-ten-with-poison": {
		answer: noFailures, startedBy: newRuns, dead: []string{"data.contact.phone must be text"},
		rows: map[string]string{
			outcome("lead-b4"): "rejected",
			"select count(*) from lead_events where event_id like 'lead-b_' and outcome = 'matched'": "9",
			newExecutions: "9",
		},
	},
}

// noFailures deletes the whole batch from the queue.
const noFailures = `{"batchItemFailures": []}`

const (
	newExecutions = "select count(*) from flow_executions where lead_event_id is not null and status = 'running'"
	newRuns       = "select string_agg(id || '-r1', ' ') from flow_executions where lead_event_id is not null and status = 'running'"
)

// outcome is what became of a lead event.
func outcome(event string) string {
	return "select outcome from lead_events where event_id = '" + event + "'"
}
