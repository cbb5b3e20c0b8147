package rest_test

import (
	"net/http"
	"time"
)

// tellOfContacts is of a tenant whose zone is Asia/Kolkata, and whose region is IN.
func (s *story) tellOfContacts() {
	made := s.play(http.StatusCreated, "create-contact", "Somebody met at a fair", "", object{
		"name": "Asha Rao", "phone": "098450 12345", "email": "asha@example.com", "company": "Rao Traders", "city": "Pune", "country": "IN",
		"tags": []string{"hot"}, "custom_fields": object{"budget": 250000}, "lead_source": "Trade fair", "notes": "wants a demo",
	}).data()["id"].(string)
	s.play(http.StatusBadRequest, "create-contact", "", "", object{"name": "Asha Rao"})
	s.play(http.StatusConflict, "create-contact", "", "", object{"phone": "+91 98450 12345"})
	s.play(http.StatusOK, "list-contacts", "Part of a phone", "?search=98450", nil)
	s.play(http.StatusBadRequest, "list-contacts", "", "?suppressed=perhaps", nil)
	s.play(http.StatusOK, "change-contact", "Another city, a tag and a field less", made, object{
		"city": "Nashik", "tags": []string{"hot", "newsletter"}, "custom_fields": object{"budget": nil},
	})
	s.play(http.StatusBadRequest, "change-contact", "", made, object{"phone": nil, "email": nil})
	s.play(http.StatusNotFound, "change-contact", "", nothing.String(), object{})

	refused := s.play(http.StatusCreated, "create-suppression", "No calls any more", "", object{
		"channel": "ai_call", "kind": "phone", "value": "98450 12345", "reason": "asked on the phone",
	}).data()["id"].(string)
	s.play(http.StatusOK, "create-suppression", "It was there before", "", object{"channel": "ai_call", "kind": "phone", "value": "+919845012345"})
	s.play(http.StatusBadRequest, "create-suppression", "", "", object{"kind": "phone", "value": "12"})
	s.play(http.StatusOK, "list-suppressions", "Phones", "?kind=phone", nil)
	s.play(http.StatusBadRequest, "list-suppressions", "", "?channel=sms", nil)
	s.play(http.StatusOK, "get-contact", "A contact with what there is about it", made, nil)
	s.play(http.StatusNotFound, "get-contact", "", nothing.String(), nil)
	s.play(http.StatusOK, "delete-suppression", "Lifted", refused, nil)
	s.play(http.StatusNotFound, "delete-suppression", "", refused, nil)
	s.play(http.StatusOK, "delete-contact", "Erased", made, nil)
	s.play(http.StatusNotFound, "delete-contact", "", made, nil)
	s.play(http.StatusOK, "list-audit-log", "Who erased and unsuppressed", "", nil)
	s.play(http.StatusBadRequest, "list-audit-log", "", "?cursor=first", nil)
}

func (s *story) tellOfImports() {
	made := s.play(http.StatusCreated, "create-import", "A file with a mapping", "", object{
		"file_name": "Expo leads.csv", "size": 48213, "lead_source": "Expo 2026", "mapping": object{"Full name": "name", "Mobile": "phone", "Budget": "custom_fields.budget"},
	}).data()["id"].(string)
	s.play(http.StatusBadRequest, "create-import", "", "", object{"file_name": "leads.pdf"})
	s.exec(`update imports set status = 'ready', etag = 'e', rows_total = 412, columns = '{Full name,Mobile,Budget}',
		preview = '[["Asha Rao", "98450 12345", "250000"], ["Dev Mehta", "98450 1", ""]]' where id = $1`, made)
	s.play(http.StatusOK, "get-import", "The file was looked at", made, nil)
	s.play(http.StatusNotFound, "get-import", "", nothing.String(), nil)
	s.play(http.StatusBadRequest, "start-import", "", made, object{"mapping": object{"Tel": "phone"}})
	s.play(http.StatusOK, "start-import", "Without the budget", made, object{"mapping": object{"Full name": "name", "Mobile": "phone"}})
	s.play(http.StatusNotFound, "start-import", "", nothing.String(), nil)
	s.exec("update imports set status = 'completed', rows_read = 412, rows_accepted = 411, rows_rejected = 1, completed_at = now() where id = $1", made)
	s.exec("insert into import_errors values ($1, $2, 3, 'Mobile', 'The phone number is not valid')", s.a, made)
	s.play(http.StatusOK, "list-import-errors", "One row was not good", made, nil)
	s.play(http.StatusNotFound, "list-import-errors", "", nothing.String(), nil)
	s.play(http.StatusOK, "list-imports", "One that has ended", "", nil)
	s.play(http.StatusConflict, "start-import", "", made, nil)
	s.play(http.StatusConflict, "cancel-import", "", made, nil)
	s.play(http.StatusNotFound, "cancel-import", "", nothing.String(), nil)
	second := s.do(http.StatusCreated, "POST", imports, object{"file_name": "Expo leads.xlsx"}).data()["id"].(string)
	s.play(http.StatusOK, "cancel-import", "Before its file was there", second, nil)

	exported := s.play(http.StatusAccepted, "create-export", "What failed in a week", "", object{
		"kind": "executions", "filter": object{"status": "failed", "from": "2026-02-02", "to": "2026-02-08"},
	}).data()["id"].(string)
	s.play(http.StatusAccepted, "create-export", "How flows did in a week", "", object{
		"kind": "analytics", "filter": object{"from": "2026-02-02", "to": "2026-02-08"},
	})
	s.exec("delete from exports where kind = 'analytics'")
	s.play(http.StatusBadRequest, "create-export", "", "", object{"kind": "contacts", "filter": object{"status": "failed"}})
	s.exec("update exports set status = 'completed', rows_written = 37, size = 6120, started_at = now(), completed_at = now() where id = $1", exported)
	s.play(http.StatusOK, "get-export", "Its file is ready", exported, nil)
	s.play(http.StatusNotFound, "get-export", "", nothing.String(), nil)
	s.play(http.StatusOK, "list-exports", "One export", "", nil)
	s.play(http.StatusBadRequest, "list-exports", "", "?offset=-1", nil)
}

func (s *story) tellOfTemplates() {
	s.connected()
	made := s.play(http.StatusCreated, "create-email-template", "With a default for the name", "", object{
		"name": "Follow-up", "category": "sales", "subject": `Your enquiry, {{ first_name | default: "hello" }}`,
		"html": "<p>We called about {{ company }}.</p>", "body_text": "We called about {{ company }}.",
	}).data()["id"].(string)
	s.play(http.StatusBadRequest, "create-email-template", "", "", object{"name": "F", "subject": "{{ name | shout }}", "body_text": "Hi"})
	s.play(http.StatusOK, "list-email-templates", "Those in use", "?is_active=true", nil)
	s.play(http.StatusBadRequest, "list-email-templates", "", "?is_active=perhaps", nil)
	s.play(http.StatusOK, "get-email-template", "A template with its texts", made, nil)
	s.play(http.StatusNotFound, "get-email-template", "", nothing.String(), nil)
	s.play(http.StatusOK, "change-email-template", "Another subject", made, object{"subject": "Your enquiry"})
	s.play(http.StatusBadRequest, "change-email-template", "", made, object{"subject": " "})
	s.play(http.StatusNotFound, "change-email-template", "", nothing.String(), object{})
	s.play(http.StatusOK, "preview-email-template", "For a contact that is described", made, object{
		"contact_data": object{"name": "Dev Mehta", "company": "Mehta & Sons"},
	})
	s.play(http.StatusBadRequest, "preview-email-template", "", made, object{"html": "{% if %}"})
	s.play(http.StatusNotFound, "preview-email-template", "", nothing.String(), nil)
	s.play(http.StatusOK, "preview-email-draft", "For a made-up contact", "", object{"subject": "Hello {{ first_name }}", "body_text": "See you in {{ hall }}."})
	s.play(http.StatusNotFound, "preview-email-draft", "", "", object{"contact_id": nothing})
	s.play(http.StatusOK, "send-test-email", "To oneself", made, object{"to": "me@acme.example"})
	s.play(http.StatusBadRequest, "send-test-email", "", made, object{"to": "me"})
	s.play(http.StatusNotFound, "send-test-email", "", nothing.String(), object{"to": "me@acme.example"})
	s.do(http.StatusCreated, "POST", "/api/suppressions", object{"kind": "email", "value": "dev@example.com", "reason": "unsubscribed"})
	s.play(http.StatusConflict, "send-test-email", "", made, object{"to": "dev@example.com"})
	needs := s.flow(object{"name": "Website leads", "is_enabled": true, "actions": []object{with(email, "action_config", object{"email_template_id": made})}})
	s.play(http.StatusConflict, "delete-email-template", "", made, nil)
	s.do(http.StatusOK, "DELETE", "/flows/"+needs, nil)
	s.play(http.StatusOK, "delete-email-template", "Deleted", made, nil)
	s.play(http.StatusNotFound, "delete-email-template", "", made, nil)
}

func (s *story) tellOfIntegrations() {
	for _, ask := range []string{"list-bolna-agents", "list-bolna-phone-numbers", "list-whatsapp-phone-numbers", "list-whatsapp-templates"} {
		s.play(http.StatusBadRequest, ask, "", "", nil)
	}
	s.play(http.StatusBadRequest, "check-integration", "", "bolna", nil)
	a := s.open()
	s.instead = map[string]string{
		a.bolnaKey: "bn-0123456789", a.token: "EAAG0123456789", a.numberID: "106540352242922", a.wabaID: "102290129340398",
		a.agent: "a1b2c3d4",
	}
	s.play(http.StatusOK, "connect-bolna", "With its API key", "", a.bolnaBody)
	s.play(http.StatusBadRequest, "connect-bolna", "", "", object{"secret": ""})
	s.play(http.StatusOK, "connect-whatsapp", "Meta's Cloud API", "", a.whatsAppBody)
	s.play(http.StatusOK, "check-integration", "The key is good", "bolna", nil)
	s.play(http.StatusOK, "list-bolna-agents", "Two agents", "", nil)
	s.play(http.StatusOK, "list-bolna-phone-numbers", "One number", "", nil)
	s.play(http.StatusOK, "list-whatsapp-phone-numbers", "One number", "", nil)
	s.play(http.StatusOK, "list-whatsapp-templates", "A template with variables", "?search=follow", nil)
	s.play(http.StatusBadRequest, "connect-whatsapp", "", "", object{"config": object{"mode": "chat_agent", "base_url": "ftp://chat.acme.example"}})
	s.play(http.StatusOK, "connect-email", "By SMTP", "", object{
		"config": object{
			"mode": "smtp", "host": "smtp.acme.example", "port": 587, "tls": "starttls", "username": "flows",
			"from": "hello@acme.example", "from_name": "Acme", "reply_to": "sales@acme.example",
		},
		"secret": "a password",
	})
	s.play(http.StatusBadRequest, "connect-email", "", "", object{"config": object{"mode": "smtp", "host": "smtp acme", "from": "hello@acme.example"}})
	s.play(http.StatusOK, "rotate-webhook-token", "The lead webhook's first address", "leads", nil)
	s.play(http.StatusBadRequest, "rotate-webhook-token", "", "whatsapp", nil)
	s.play(http.StatusOK, "get-integration", "WhatsApp", "whatsapp", nil)
	s.play(http.StatusBadRequest, "get-integration", "", "fax", nil)
	s.play(http.StatusOK, "list-integrations", "All are connected", "", nil)
	s.play(http.StatusOK, "disconnect-integration", "Disconnected", "bolna", nil)
	s.play(http.StatusNotFound, "disconnect-integration", "", "bolna", nil)

	s.play(http.StatusOK, "get-settings", "As they are at first", "", nil)
	s.play(http.StatusOK, "change-settings", "Hours, and when calls may be made", "", object{
		"business_hours":   object{"start": "10:00", "end": "18:30", "days": []int{1, 2, 3, 4, 5, 6}},
		"contact_windows":  object{"ai_call": object{"start": "10:00", "end": "19:00"}, "email": nil},
		"call_concurrency": 5,
	})
	s.play(http.StatusBadRequest, "change-settings", "", "", object{"time_zone": "IST"})
}

func (s *story) tellOfAnalytics() {
	s.atNoon()
	one := s.flow(object{"name": "Website leads", "is_enabled": true, "actions": []object{call, whatsapp}})
	good := s.execution(s.a, one, "completed", noon)
	s.logged(good, 1, 1, "ai_call", "done", "missed", "busy", noon.Add(7500*time.Millisecond))
	s.logged(good, 2, 1, "whatsapp_message", "sent", "", "", noon.Add(31*time.Minute))
	bad := s.execution(s.a, one, "failed", noon.Add(-24*time.Hour))
	s.logged(bad, 1, 1, "ai_call", "failed", "failed", "", noon.Add(-24*time.Hour))
	s.execution(s.a, one, "running", noon)
	const days = "?from=2026-02-04&to=2026-02-05"
	s.play(http.StatusOK, "get-analytics", "Two days", days, nil)
	s.play(http.StatusOK, "get-analytics-overview", "Two days and the two before", days, nil)
	s.play(http.StatusOK, "get-analytics-funnel", "A flow of two steps", days+"&flow_id="+one, nil)
	s.play(http.StatusNotFound, "get-analytics-funnel", "", "?flow_id="+nothing.String(), nil)
	s.play(http.StatusOK, "get-analytics-channels", "Two days", days, nil)
	s.play(http.StatusOK, "get-analytics-sparklines", "Two days", days, nil)
	s.play(http.StatusOK, "get-flow-statistics", "Two days", one+days, nil)
	s.play(http.StatusNotFound, "get-flow-statistics", "", nothing.String(), nil)
	for _, operation := range []string{"get-analytics", "get-analytics-overview", "get-analytics-channels", "get-analytics-heatmap", "get-analytics-sparklines"} {
		s.play(http.StatusBadRequest, operation, "", "?from=2026-02-05&to=2026-02-04", nil)
	}
	hours := s.play(http.StatusOK, "get-analytics-heatmap", "Two days; the other hours are left out here", days, nil)
	shown := []any{}
	for _, hour := range hours.list() {
		if hour["calls"] != 0 {
			shown = append(shown, s.still(roundTrip(s.t, hour)))
		}
	}
	s.examples["get-analytics-heatmap"].Responses["200"]["Two days; the other hours are left out here"].(object)["data"] = shown
}
