// Package seed fills a fresh stack: tenants with their provider accounts, the
// same accounts at the sandbox, and the demo's flows. All of it can be done
// again without effect.
package seed

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/auto-engagement/flows/local/stack/accounts"
	"github.com/auto-engagement/flows/local/stack/cloud"
	"github.com/auto-engagement/flows/local/stack/settings"
)

// Tenants writes the tenants with their integrations, webhook routes and
// e-mail template. Their contact windows are open at all hours, so that a demo
// works at night. The key is the KMS key of the deployed stack: a new one
// finds its tenants' secrets encrypted anew.
func Tenants(ctx context.Context, db *pgx.Conn, c *cloud.Cloud, key string, a accounts.Accounts, s settings.Settings) error {
	for _, t := range a.Tenants {
		batch := &pgx.Batch{}
		batch.Queue(`insert into tenants (id, name, contact_windows) values ($1, $2, '{}') on conflict (id) do nothing`, t.ID, t.Name)
		if err := queueIntegrations(ctx, batch, c, key, t, s); err != nil {
			return err
		}
		for kind, name := range map[string]string{"bolna": t.BolnaToken, "whatsapp": t.WhatsAppPhoneNumberID} {
			hash := sha256.Sum256([]byte(name))
			batch.Queue(`insert into webhook_routes (kind, hash, tenant_id) values ($1, $2, $3) on conflict do nothing`, kind, hash[:], t.ID)
		}
		token, err := c.Encrypt(ctx, key, t.ID.String(), t.BolnaToken)
		if err != nil {
			return err
		}
		batch.Queue(`insert into webhook_tokens (tenant_id, kind, token, created_at) values ($1, 'bolna', $2, now())
			on conflict (tenant_id, kind) do update set token = excluded.token`, t.ID, token)
		batch.Queue(`insert into email_templates (id, tenant_id, name, category, subject, html, body_text, created_at, updated_at)
			values ($1, $2, 'Follow-up', 'follow-up', $3, $4, $5, now(), now()) on conflict (id) do nothing`,
			t.MailTemplate, t.ID, mailSubject, mailHTML, mailText)
		if err := db.SendBatch(ctx, batch).Close(); err != nil {
			return fmt.Errorf("write tenant %s: %w", t.Name, err)
		}
	}
	return nil
}

func queueIntegrations(ctx context.Context, batch *pgx.Batch, c *cloud.Cloud, key string, t accounts.Tenant, s settings.Settings) error {
	for _, integration := range []struct {
		kind   string
		config map[string]any
		secret string
	}{
		{"bolna", map[string]any{}, t.BolnaKey},
		{"whatsapp", map[string]any{
			"mode": "cloud", "phone_number_id": t.WhatsAppPhoneNumberID, "business_account_id": businessAccount(t),
			"phone_number_ids": []string{t.WhatsAppPhoneNumberID},
		}, t.WhatsAppToken},
		{"email", map[string]any{
			"mode": "smtp", "host": "127.0.0.1", "port": s.SMTPPort(), "tls": "none",
			"from": t.MailFrom, "from_name": t.Name,
		}, ""},
	} {
		config, err := json.Marshal(integration.config)
		if err != nil {
			return fmt.Errorf("encode a tenant's settings: %w", err)
		}
		var secret []byte
		if integration.secret != "" {
			if secret, err = c.Encrypt(ctx, key, t.ID.String(), integration.secret); err != nil {
				return err
			}
		}
		batch.Queue(`insert into integrations (tenant_id, kind, config, secret) values ($1, $2, $3, $4)
			on conflict (tenant_id, kind) do update set config = excluded.config, secret = excluded.secret, updated_at = now()`,
			t.ID, integration.kind, config, secret)
	}
	return nil
}

const (
	mailSubject = `{{ name | default: "Hello" }}, about your enquiry`
	mailText    = `Hello {{ name | default: "there" }},

thank you for your enquiry. We could not reach you by phone; when would be a good time to call?
`
	mailHTML = `<p>Hello {{ name | default: "there" }},</p>
<p>thank you for your enquiry. We could not reach you by phone; when would be a good time to call?</p>
`
)
