package main

import (
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/local/stack/accounts"
	"github.com/auto-engagement/flows/local/stack/seed"
	"github.com/auto-engagement/flows/local/stack/services"
	"github.com/auto-engagement/flows/local/stack/settings"
)

// stackFile is stack.json: what tests, scripts and people need to use the stack.
type stackFile struct {
	// APIURL is the HTTP API's address, without /api.
	APIURL string `json:"api_url"`
	// DashboardURL is the browser application's address.
	DashboardURL    string `json:"dashboard_url"`
	LeadQueueURL    string `json:"lead_queue_url"`
	StateMachineARN string `json:"state_machine_arn"`
	// DatabaseURL is the superuser's, who sees all tenants.
	DatabaseURL    string       `json:"database_url"`
	SandboxURL     string       `json:"sandbox_url"`
	AWSEndpointURL string       `json:"aws_endpoint_url"`
	Tenants        []fileTenant `json:"tenants"`
	Login          fileLogin    `json:"login"`
}

type fileTenant struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	// Tokens are bearer tokens by role: owner and viewer.
	Tokens          map[string]string `json:"tokens"`
	BolnaWebhookURL string            `json:"bolna_webhook_url"`
	// These are what its steps name: the agent and the number of its calls, the
	// number of its messages, its e-mail template.
	AgentID               string    `json:"agent_id"`
	PhoneNumberID         string    `json:"phone_number_id"`
	WhatsAppPhoneNumberID string    `json:"whatsapp_phone_number_id"`
	MailTemplate          uuid.UUID `json:"mail_template"`
}

func describe(s settings.Settings, a accounts.Accounts, outputs map[string]string) (stackFile, error) {
	file := stackFile{
		APIURL: s.GatewayURL(), DashboardURL: s.GatewayURL() + "/dashboard", LeadQueueURL: outputs["LeadQueueUrl"], StateMachineARN: outputs["StateMachineArn"],
		DatabaseURL: services.DatabaseURL(s.PostgresPort(), a.AdminPassword, services.Database),
		SandboxURL:  s.SandboxURL(), AWSEndpointURL: s.EmulatorURL(),
	}
	for _, t := range a.Tenants {
		tenant, err := describeTenant(s, a, t)
		if err != nil {
			return file, err
		}
		file.Tenants = append(file.Tenants, tenant)
	}
	file.Login = login(s, a, outputs)
	return file, nil
}

func describeTenant(s settings.Settings, a accounts.Accounts, t accounts.Tenant) (fileTenant, error) {
	tenant := fileTenant{
		ID: t.ID, Name: t.Name, Tokens: map[string]string{}, BolnaWebhookURL: seed.BolnaWebhook(s, t),
		AgentID: t.AgentID, PhoneNumberID: t.PhoneNumberID, WhatsAppPhoneNumberID: t.WhatsAppPhoneNumberID, MailTemplate: t.MailTemplate,
	}
	for _, role := range []string{"owner", "viewer"} {
		token, err := a.Token(t, role, time.Now())
		if err != nil {
			return tenant, err
		}
		tenant.Tokens[role] = token
	}
	return tenant, nil
}
