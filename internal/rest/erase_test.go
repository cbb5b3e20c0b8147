package rest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// holding are the tables of a tenant in which a text stands, in any case.
func (b *testBundle) holding(tenant uuid.UUID, text string) []string {
	b.t.Helper()
	var tables []string
	rows, err := b.db.Admin.Query(b.t.Context(), "select table_name::text from information_schema.columns where table_schema = 'public' and column_name = 'tenant_id'")
	require.NoError(b.t, err)
	for rows.Next() {
		var table string
		require.NoError(b.t, rows.Scan(&table))
		tables = append(tables, table)
	}
	require.NoError(b.t, rows.Err())
	require.Greater(b.t, len(tables), 12)
	found := []string{}
	for _, table := range tables {
		if query[bool](b, "select exists (select from "+table+" t where tenant_id = $1 and strpos(lower(t::text), lower($2)) > 0)", tenant, text) {
			found = append(found, table)
		}
	}
	return found
}

// person is what nothing may tell of after an erasure.
var person = []string{"Asha Rao", "asha.rao@example.com", "9845012345", "98450 12345", "Rao Exports", "Koregaon", "crm-4711", "secret wish", "recording.mp3", "9845077777"}

// lifeOf makes a contact with all that gathers around one.
func (b *testBundle) lifeOf() (id string, execution uuid.UUID) {
	b.t.Helper()
	id = b.do(http.StatusCreated, "POST", "/api/contacts", object{
		"name": "Asha Rao", "phone": "98450 12345", "email": "Asha.Rao@example.com", "company": "Rao Exports", "city": "Koregaon",
		"external_id": "crm-4711", "custom_fields": object{"wish": "secret wish"}, "notes": "secret wish", "tags": []string{"DNC"},
	}, key, "k").data()["id"].(string)
	// An older number is another key of it.
	b.exec("insert into contact_keys (tenant_id, kind, value, contact_id) values ($1, 'phone', '+919845077777', $2)", b.a, id)
	decided := uuid.Must(uuid.NewV7())
	b.exec(`insert into lead_events (id, tenant_id, source, event_id, body, contact_id, contact_name, contact_phone, outcome, reason, decision, received_at, decided_at)
		values ($1, $2, 'indiamart', 'e1', '{"data":{"contact":{"name":"Asha Rao","phone":"98450 12345"}}}', $3, 'Asha Rao', '+919845012345', 'matched',
			'asked by asha.rao@example.com', '{"flows":[{"contact_value":"Koregaon"}]}', now(), now())`, decided, b.a, id)
	flowID := b.flow(object{"actions": []object{call}})
	for _, status := range []string{"completed", "running"} {
		execution = b.execution(b.a, flowID, status, noon)
		b.exec(`update flow_executions set contact_id = $2, lead_event_id = $3, error_message = 'no answer at +91 98450-12345 (Asha Rao)', cancel_reason = 'asked by ASHA RAO',
			metadata = '{"flow_name":"F","contact_name":"Asha Rao","contact_phone":"+919845012345","notes":"secret wish","lead_source":"Fair"}' where id = $1`, execution, id, decided)
		b.exec(`insert into flow_action_logs (id, tenant_id, execution_id, step, action_type, action_config, state, provider_id, result_data, error_message, skip_reason) values
			($1, $4, $5, 1, 'ai_call', '{"agent_id":"a","phone_number_id":"p"}', 'done', 'call-1', '{"call_id":"c1","call_outcome":"answered","duration_seconds":42,"recording_url":"https://x/recording.mp3"}', '+919845012345 hung up', null),
			($2, $4, $5, 2, 'email', '{"email_template_id":"t"}', 'done', '', '{"email_sent":true,"to_email":"Asha.Rao@example.com","subject":"Dear Asha Rao"}', null, 'suppressed: asha.rao@example.com'),
			($3, $4, $5, 3, 'whatsapp_message', '{"whatsapp_phone_number_id":"w","template_id":"t"}', 'sent', 'wamid.1', '{"whatsapp_sent":true,"status":"sent","to_phone":"+919845012345"}', null, null)`,
			uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), b.a, execution)
	}
	event := uuid.Must(uuid.NewV7())
	b.exec(`insert into provider_events (id, kind, tenant_id, body) values ($1, 'whatsapp', $2, '{"recipient_id":"919845012345"}')`, event, b.a)
	b.exec(`insert into due_work (kind, ref, tenant_id, due_at) values ('inbox', $1, $2, now())`, event.String(), b.a)
	for name, preview := range map[string]string{
		"by phone.csv": `[["A. R.", "(98450) 12-345"]]`, "by name.csv": `[["ASHA RAO", ""]]`, "others.csv": `[["Dev Mehta", "98450 88888"]]`,
	} {
		b.exec("update imports set preview = $2 where id = $1", b.do(http.StatusCreated, "POST", imports, object{"file_name": name}).data()["id"], preview)
	}
	b.do(http.StatusAccepted, "POST", "/exports", object{"kind": "contacts", "filter": object{"search": "asha rao"}})
	b.do(http.StatusAccepted, "POST", "/exports", object{"kind": "executions", "filter": object{"search": "98450 12345 Asha Rao"}})
	return id, execution
}

func TestAnErasureLeavesNothingPersonal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id, running := b.lifeOf()
	other := b.entered(object{"name": "Dev Mehta", "phone": "+919845088888", "notes": "stays"})
	for _, text := range person {
		require.NotEmpty(t, b.holding(b.a, text), text)
	}
	require.Equal(t, http.StatusForbidden, b.request(b.viewer, "DELETE", "/api/contacts/"+id, nil).status)
	out := b.do(http.StatusOK, "DELETE", "/api/contacts/"+id, nil)
	require.Equal(t, object{"success": true, "message": "Contact deleted successfully"}, out.body)

	for _, text := range person {
		want := []string{}
		if strings.HasPrefix(text, "98450") && !strings.Contains(text, " ") || strings.Contains(text, "@") {
			want = []string{"suppressions"} // they carry the refusal of the tag
		}
		require.Equal(t, want, b.holding(b.a, text), text)
	}
	b.refused(http.StatusNotFound, "Contact not found", "GET", "/api/contacts/"+id, nil)
	b.refused(http.StatusNotFound, "Contact not found", "DELETE", "/api/contacts/"+id, nil)
	require.Equal(t, "all +919845012345, all +919845077777, all asha.rao@example.com",
		query[string](b, "select string_agg(channel || ' ' || value, ', ' order by value) from suppressions"))

	// What flows did stays, under the contact's id.
	history := b.do(http.StatusOK, "GET", "/executions?contact_id="+id, nil).list()
	require.Len(t, history, 2)
	got := b.do(http.StatusOK, "GET", "/executions/"+running.String(), nil).data()
	require.Equal(t, "cancelled", got["status"])
	require.Equal(t, object{"flow_name": "Flow at the time", "lead_source": "Fair", "contact_name": "", "contact_phone": "", "cancel_reason": "contact erased"}, got["metadata"])
	require.Equal(t, "no answer at [erased] ([erased])", got["error_message"])
	logs := got["action_logs"].([]any)
	require.Equal(t, object{"call_id": "c1", "call_outcome": "answered", "duration_seconds": 42}, logs[0].(object)["result_data"])
	require.Equal(t, "[erased] hung up", logs[0].(object)["error_message"])
	require.Equal(t, "suppressed: [erased]", logs[1].(object)["skip_reason"])
	require.Equal(t, "cancel", query[string](b, "select string_agg(kind, ',') from due_work where ref = $1", running.String()))
	leads := b.do(http.StatusOK, "GET", "/leads", nil).list()
	require.Len(t, leads, 3)
	for _, l := range leads {
		if l["contact_id"] == id && l["source"] == "contacts" {
			require.Equal(t, "none", l["outcome"])
			require.Equal(t, "The contact was erased", l["reason"])
			require.Zero(t, query[int](b, "select count(*)::int from due_work where kind = 'outbox' and ref = $1", l["id"]))
		}
	}
	entry := b.do(http.StatusOK, "GET", "/api/audit-log?action=contact.erased", nil).list()
	require.Len(t, entry, 1)
	require.Equal(t, id, entry[0]["subject_id"])

	// The other contact is as it was.
	require.Equal(t, "Dev Mehta", b.do(http.StatusOK, "GET", "/api/contacts/"+other, nil).data()["name"])
	require.Equal(t, []string{"lead_events"}, b.holding(b.a, "stays"))
	require.Equal(t, []string{"contacts", "imports", "lead_events"}, slices.Sorted(slices.Values(b.holding(b.a, "Dev Mehta"))))
	require.Equal(t, 2, query[int](b, "select count(*)::int from imports where preview = '[]'"))
	require.Equal(t, 2, query[int](b, "select count(*)::int from exports where '[erased]' in (filter -> 'contacts' ->> 'search', filter -> 'executions' ->> 'search')"))
}

func TestAnErasureWaitsForAStepThatIsBeingClaimedAndForATestRun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, lock := range []string{heldByAClaim, "select id from flow_executions where contact_id = $1 for no key update"} {
		id := b.entered(object{"phone": "+919845012345"})
		e := b.execution(b.a, b.flow(object{}), "running", noon)
		b.exec("update flow_executions set contact_id = $2 where id = $1", e, id)
		out := b.whileHeld(lock, id, func() answer { return b.request(b.owner, "DELETE", "/api/contacts/"+id, nil) })
		require.Equal(t, http.StatusOK, out.status, b.causes())
	}
	id, flowID := b.entered(object{"phone": "+919845012345"}), b.flow(object{})
	out := b.whileHeld("delete from contacts where id = $1", id, func() answer {
		return b.request(b.owner, "POST", "/flows/"+flowID+"/test-run", object{"contact_id": id})
	})
	require.Equal(t, http.StatusNotFound, out.status, "a test run waits for an erasure, and finds nobody")
	require.Zero(t, query[int](b, "select count(*)::int from flow_executions where is_test_run"))
}

func TestAfterAnErasureTheAddressesAreFree(t *testing.T) {
	t.Parallel()
	b := setup(t)
	body := object{"phone": "+919845012345", "email": "asha@example.com", "external_id": "crm-1"}
	first := b.entered(body)
	b.do(http.StatusOK, "DELETE", "/api/contacts/"+first, nil)
	require.NotEqual(t, first, b.entered(body))
	require.Zero(t, query[int](b, "select count(*)::int from suppressions"), "without a do-not-contact tag there is no refusal to keep")
}
