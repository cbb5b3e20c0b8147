package flow

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func TestTheOlderBodyOfLeadFormsIsALead(t *testing.T) {
	tenant := uuid.New()
	at := time.Date(2026, 2, 5, 10, 0, 0, 0, time.UTC)
	body := `{"agent_id":"agent-1","lead_name":"Asha Rao","recipient_phone_number":919845012345,"email":"asha@example.com",
		"Source":"Website","Notes":"wants a demo","company":"Acme","city":"Pune","country":"IN"}`
	raw, under, err := LeadEvent(tenant, []byte(body), Arrival{Source: "webhook", EntryType: "webhook", ID: "key", At: at})
	require.NoError(t, err)
	require.Equal(t, "data.contact.", under)
	event, err := ParseEvent(raw)
	require.NoError(t, err)
	event.Body = nil
	require.Equal(t, Event{
		TenantID: tenant, Source: "webhook", ID: "key", Type: "lead.created", Time: &at, LeadSource: "Website",
		EntryType: "webhook", Notes: "wants a demo",
		Contact: EventContact{Name: "Asha Rao", Phone: "919845012345", Email: "asha@example.com", Company: "Acme", City: "Pune", Country: "IN"},
	}, event)
	var stored struct {
		Data map[string]any `json:"data"`
	}
	require.NoError(t, json.Unmarshal(raw, &stored))
	require.Equal(t, "agent-1", stored.Data["agent_id"], "kept, and of no effect")
}

func TestWhatABodySaysComesBeforeHowItArrived(t *testing.T) {
	as := Arrival{Source: "webhook", EntryType: "webhook", ID: "key"}
	tenant, other := uuid.New(), uuid.New()
	for body, want := range map[string]Event{
		`{"contact":{"phone":"1"}}`:                                                                                 {TenantID: tenant, Source: "webhook", ID: "key", EntryType: "webhook"},
		`{"id":"own","entry_type":"form","contact":{"phone":"1"}}`:                                                  {TenantID: tenant, Source: "webhook", ID: "own", EntryType: "form"},
		`{"specversion":"1.0","source":"crm","id":"7","data":{"contact":{"phone":"1"}}}`:                            {TenantID: tenant, Source: "crm", ID: "7"},
		`{"specversion":"1.0","source":"crm","data":{"entry_type":"x","contact":{"phone":"1"}}}`:                    {TenantID: tenant, Source: "crm", ID: "key", EntryType: "x"},
		`{"specversion":"1.0","source":"crm","tenantid":"` + other.String() + `","data":{"contact":{"phone":"1"}}}`: {TenantID: other, Source: "crm", ID: "key"},
	} {
		raw, _, err := LeadEvent(tenant, []byte(body), as)
		require.NoError(t, err, body)
		event, err := ParseEvent(raw)
		require.NoError(t, err, body)
		require.Equal(t, want, Event{TenantID: event.TenantID, Source: event.Source, ID: event.ID, EntryType: event.EntryType}, body)
	}
}
