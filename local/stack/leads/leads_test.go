package leads_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/local/stack/leads"
)

func TestALeadIsACloudEventWithoutEmptyFields(t *testing.T) {
	tenant := uuid.MustParse("0190a1b2-0000-7000-8000-000000000001")
	l := leads.Lead{Event: "e-1", Source: "make-lead", Tenant: tenant, LeadSource: "IndiaMART", Phone: "+919845012300", Tags: []string{"hot"}}
	body, err := l.Body(time.Date(2026, 11, 22, 10, 0, 0, 0, time.FixedZone("IST", 19800)))
	require.NoError(t, err)
	var got map[string]any
	require.NoError(t, json.Unmarshal([]byte(body), &got))
	require.Equal(t, map[string]any{
		"specversion": "1.0", "id": "e-1", "source": "make-lead", "type": "lead.created",
		"time": "2026-11-22T04:30:00Z", "tenantid": tenant.String(),
		"data": map[string]any{
			"contact":     map[string]any{"phone": "+919845012300", "tags": []any{"hot"}},
			"lead_source": "IndiaMART", "entry_type": "webhook",
		},
	}, got)
}

func TestALeadHasEndedWhenNothingMoreCanBecomeOfIt(t *testing.T) {
	running, completed := leads.Execution{Status: "running"}, leads.Execution{Status: "completed"}
	for _, c := range []struct {
		name  string
		p     leads.Progress
		ended bool
	}{
		{"not seen", leads.Progress{}, false},
		{"received", leads.Progress{Outcome: "received"}, false},
		{"no flow", leads.Progress{Outcome: "none"}, true},
		{"rejected", leads.Progress{Outcome: "rejected"}, true},
		{"one still runs", leads.Progress{Outcome: "matched", Executions: []leads.Execution{completed, running}}, false},
		{"all ended", leads.Progress{Outcome: "matched", Executions: []leads.Execution{completed}}, true},
		{"skipped", leads.Progress{Outcome: "skipped", Executions: []leads.Execution{{Status: "skipped"}}}, true},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.ended, c.p.Ended()) })
	}
}

func TestAStepSaysHowItStands(t *testing.T) {
	at := time.Date(2026, 11, 22, 10, 30, 0, 0, time.Local)
	for want, s := range map[string]leads.Step{
		"call: answered":                       {Type: "ai_call", Attempt: 1, State: "done", Outcome: "answered"},
		"call (attempt 2): missed (no answer)": {Type: "ai_call", Attempt: 2, State: "done", Outcome: "missed", Detail: "no_answer"},
		"call: placed":                         {Type: "ai_call", Attempt: 1, State: "sent"},
		"WhatsApp: sent":                       {Type: "whatsapp_message", Attempt: 1, State: "sent"},
		"WhatsApp: failed: not on WhatsApp":    {Type: "whatsapp_message", Attempt: 1, State: "failed", Reason: "not on WhatsApp"},
		"e-mail: delivered":                    {Type: "email", Attempt: 1, State: "done"},
		"wait: waits until 10:30:00":           {Type: "wait", Attempt: 1, State: "planned", Until: &at},
		"wait: over":                           {Type: "wait", Attempt: 1, State: "done"},
	} {
		require.Equal(t, want, s.Name()+": "+s.Says())
	}
}
