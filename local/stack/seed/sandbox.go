package seed

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/auto-engagement/flows/local/stack/accounts"
	"github.com/auto-engagement/flows/local/stack/settings"
)

// BolnaWebhook is the address that Bolna reports a tenant's calls to.
func BolnaWebhook(s settings.Settings, t accounts.Tenant) string {
	return s.GatewayURL() + "/webhooks/bolna/" + t.BolnaToken
}

// businessAccount is the tenant's WhatsApp Business Account.
func businessAccount(t accounts.Tenant) string { return "9" + t.WhatsAppPhoneNumberID }

// Sandbox opens the tenants' accounts at the provider sandbox, which forgets
// them when it ends.
func Sandbox(ctx context.Context, s settings.Settings, a accounts.Accounts) error {
	type object = map[string]any
	var bolna, whatsapp, templates []object
	for _, t := range a.Tenants {
		bolna = append(bolna, object{
			"name": t.Name, "api_key": t.BolnaKey, "webhook_url": BolnaWebhook(s, t),
			"agents":        list{{"id": t.AgentID, "name": t.Name + " agent"}},
			"phone_numbers": list{{"id": t.PhoneNumberID, "phone_number": t.PhoneNumber}},
		})
		whatsapp = append(whatsapp, object{"access_token": t.WhatsAppToken, "phone_number_id": t.WhatsAppPhoneNumberID, "business_account_id": businessAccount(t)})
		templates = append(templates, object{
			"business_account_id": businessAccount(t), "name": "enquiry_follow_up", "language": "en", "category": "MARKETING",
			"components": []object{{"type": "BODY", "text": "Hello {{1}}, thank you for your enquiry. When may we call you?"}},
		})
	}
	app := object{"app_secret": a.AppSecret, "verify_token": a.VerifyToken, "webhook_url": s.GatewayURL() + "/webhooks/whatsapp"}
	body := object{"bolna": bolna, "whatsapp": whatsapp, "whatsapp_templates": templates, "whatsapp_app": app}
	return call(ctx, http.MethodPost, s.SandboxURL()+"/_sandbox/config", "", body, nil)
}

// call sends JSON and reads JSON; a status of 400 or more is an error.
func call(ctx context.Context, method, address, token string, body, into any) error {
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encode a request: %w", err)
		}
		reader = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, address, reader)
	if err != nil {
		return fmt.Errorf("make a request: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, address, err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, address, err)
	}
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s %s answered %s: %s", method, address, response.Status, answer)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("%s %s: read the answer: %w", method, address, err)
	}
	return nil
}
