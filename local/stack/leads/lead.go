// Package leads puts leads on the stack's queue and follows what becomes of
// them in its database.
package leads

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Lead is a lead as an upstream system would send it.
type Lead struct {
	// Event names the event within Source; the same event again has no effect.
	Event  string
	Source string
	Tenant uuid.UUID
	// LeadSource is what flows match on, for example IndiaMART.
	LeadSource string
	Name       string
	Phone      string
	Email      string
	Tags       []string
}

// Body is the lead's CloudEvents message.
func (l Lead) Body(now time.Time) (string, error) {
	contact := map[string]any{}
	for key, value := range map[string]string{"name": l.Name, "phone": l.Phone, "email": l.Email} {
		if value != "" {
			contact[key] = value
		}
	}
	if len(l.Tags) > 0 {
		contact["tags"] = l.Tags
	}
	text, err := json.Marshal(map[string]any{
		"specversion": "1.0", "id": l.Event, "source": l.Source, "type": "lead.created",
		"time": now.UTC().Format(time.RFC3339), "tenantid": l.Tenant,
		"data": map[string]any{"contact": contact, "lead_source": l.LeadSource, "entry_type": "webhook"},
	})
	if err != nil {
		return "", fmt.Errorf("encode a lead: %w", err)
	}
	return string(text), nil
}

// Demo are three leads of a tenant: one who answers the call, one who does
// not, and one without a number.
func Demo(tenant uuid.UUID) []Lead {
	return []Lead{
		{Event: "demo-answers", Source: "demo", Tenant: tenant, LeadSource: "IndiaMART", Name: "Asha Rao", Phone: "+919845012300", Email: "asha@example.com"},
		{Event: "demo-misses", Source: "demo", Tenant: tenant, LeadSource: "IndiaMART", Name: "Vikram Shah", Phone: "+919845012301", Email: "vikram@example.com"},
		{Event: "demo-mail", Source: "demo", Tenant: tenant, LeadSource: "Newsletter", Name: "Meera Iyer", Email: "meera@example.com"},
	}
}
