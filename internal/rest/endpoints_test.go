package rest_test

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/rest"
)

// endpoint is one of the API's, from its own document.
type endpoint struct{ method, path string }

// sample gives a body that each operation that takes one accepts; flowID is
// tenant a's.
var sample = map[string]func(flowID string) any{
	"POST /flows/import":         func(string) any { return object{"flows": []object{{"name": "F"}}} },
	"POST /flows":                func(string) any { return object{"name": "F"} },
	"PATCH /flows/{id}":          func(string) any { return object{"name": "F"} },
	"PATCH /flows/{id}/toggle":   func(string) any { return object{"enabled": true} },
	"PUT /flows/{id}/conditions": func(string) any { return object{"conditions": []object{}} },
	"PUT /flows/{id}/actions":    func(string) any { return object{"actions": []object{}} },
	"POST /leads":                func(string) any { return object{"contact": object{"phone": "+919845012345"}} },
	"POST /flows/priorities/bulk-update": func(id string) any {
		return object{"updates": []object{{"id": id, "priority": 7}}}
	},
	"POST /flows/{id}/test": func(string) any { return object{} },
	"POST /flows/{id}/test-run": func(string) any {
		return object{"contact_id": "018f0000-0000-7000-8000-000000000001"}
	},
	"POST /executions/{id}/cancel": func(string) any { return object{"reason": "wrong list"} },
	"POST /executions/bulk-cancel": func(string) any { return object{"filter": object{}} },
	"POST /api/contacts":           func(string) any { return object{"name": "Dev", "phone": "+919845099999"} },
	"PATCH /api/contacts/{id}":     func(string) any { return object{"city": "Pune"} },
	"POST /api/suppressions":       func(string) any { return object{"kind": "phone", "value": "+919845088888"} },

	"POST /api/email-templates":                func(string) any { return object{"name": "F", "subject": "Hi", "body_text": "Hi"} },
	"PATCH /api/email-templates/{id}":          func(string) any { return object{"name": "F"} },
	"POST /api/email-templates/preview":        func(string) any { return object{"subject": "Hi", "contact_data": object{}} },
	"POST /api/email-templates/{id}/preview":   func(string) any { return object{} },
	"POST /api/email-templates/{id}/test-send": func(string) any { return object{"to": "asha@example.com"} },
	"PUT /api/integrations/bolna":              func(string) any { return object{"secret": "bn-1"} },
	"PUT /api/integrations/whatsapp": func(string) any {
		return object{"config": object{"mode": "chat_agent", "base_url": "https://chat.example.com"}}
	},
	"PUT /api/integrations/email": func(string) any {
		return object{"config": object{"mode": "smtp", "host": "smtp.example.com", "from": "hello@shop.example"}}
	},
	"PATCH /api/settings":        func(string) any { return object{"name": "F"} },
	"POST /api/contacts/imports": func(string) any { return object{"file_name": "leads.csv"} },
	"POST /exports":              func(string) any { return object{"kind": "executions"} },
}

func (b *testBundle) operations() (out []endpoint) {
	b.t.Helper()
	document := b.request("", "GET", "/openapi.json", nil)
	require.Equal(b.t, http.StatusOK, document.status)
	require.Equal(b.t, "3.1.0", document.body["openapi"])
	for path, methods := range document.body["paths"].(object) {
		for method, operation := range methods.(object) {
			require.NotContains(b.t, operation.(object)["responses"], "422")
			out = append(out, endpoint{strings.ToUpper(method), strings.TrimPrefix(path, rest.Base)})
		}
	}
	slices.SortFunc(out, func(a, b endpoint) int { return cmp.Or(cmp.Compare(a.method, b.method), cmp.Compare(a.path, b.path)) })
	return out
}

// at is the operation's path with an id, and what it needs in the query.
func (o endpoint) at(id string) string {
	query := map[string]string{"GET /analytics/funnel": "?flow_id=" + id, "GET /suggestions": "?field=city", "GET /flows/{id}/versions/{n}/compare": "?with=1"}
	return strings.NewReplacer("{id}", id, "{n}", "1", "{kind}", "bolna").Replace(o.path) + query[o.method+" "+o.path]
}

func (o endpoint) body(flowID string) any {
	if body, has := sample[o.method+" "+o.path]; has {
		return body(flowID)
	}
	return nil
}
