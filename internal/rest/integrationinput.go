package rest

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/auto-engagement/flows/internal/connect"
	"github.com/auto-engagement/flows/internal/flow"
)

// BolnaInput connects Bolna.
type BolnaInput struct {
	Config Optional[NoSettingsInput] `json:"config" required:"false"`
	Secret Nullable[string]          `json:"secret" required:"false" maxLength:"4096" pattern:"^\\s*[!-~]*\\s*$" doc:"The API key; left out: the stored one is kept"`
}

// NoSettingsInput are settings of which there are none.
type NoSettingsInput struct{}

// WhatsAppInput connects WhatsApp.
type WhatsAppInput struct {
	Config Optional[WhatsAppSettingsInput] `json:"config"`
	Secret Nullable[string]                `json:"secret" required:"false" maxLength:"4096" pattern:"^\\s*[!-~]*\\s*$" doc:"The access token; left out: the stored one is kept"`
}

// WhatsAppSettingsInput are the settings of WhatsApp.
type WhatsAppSettingsInput struct {
	Mode              Optional[string] `json:"mode" required:"false" enum:"cloud,chat_agent" doc:"Meta's Cloud API (default) or the older chat-agent server"`
	PhoneNumberID     Nullable[string] `json:"phone_number_id" required:"false" maxLength:"255" doc:"Sends what names no number"`
	BusinessAccountID Nullable[string] `json:"business_account_id" required:"false" pattern:"^[0-9]{0,32}$" doc:"The WhatsApp Business Account; needed for the list of templates"`
	BaseURL           Nullable[string] `json:"base_url" required:"false" maxLength:"510" doc:"The chat-agent server's https address; for mode chat_agent"`
	PhoneNumberIDs    ReadOnly         `json:"phone_number_ids" required:"false"`
}

// EmailInput connects e-mail.
type EmailInput struct {
	Config Optional[EmailSettingsInput] `json:"config"`
	Secret Nullable[string]             `json:"secret" required:"false" maxLength:"4096" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]*$" doc:"The SMTP password; left out: the stored one is kept"`
}

// EmailSettingsInput are the settings of e-mail.
type EmailSettingsInput struct {
	Mode             Optional[string]  `json:"mode" enum:"smtp,ses"`
	Host             Nullable[string]  `json:"host" required:"false" maxLength:"253" doc:"The mail server's name; for mode smtp"`
	Port             Nullable[int]     `json:"port" required:"false" minimum:"0" maximum:"65535" doc:"Default 587; 465 with tls"`
	TLS              Nullable[mailTLS] `json:"tls" required:"false" doc:"starttls (default), tls from the first byte, or none"`
	Username         Nullable[string]  `json:"username" required:"false" maxLength:"255" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]*$" doc:"Left out: no login"`
	From             Optional[string]  `json:"from" format:"email" maxLength:"255" doc:"The sender's e-mail address"`
	FromName         Nullable[string]  `json:"from_name" required:"false" maxLength:"255" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]*$"`
	ReplyTo          Nullable[string]  `json:"reply_to" required:"false" maxLength:"255" doc:"An e-mail address"`
	ConfigurationSet Nullable[string]  `json:"configuration_set" required:"false" pattern:"^[A-Za-z0-9_-]{0,64}$" doc:"Of Amazon SES: where its events are published"`
}

// mailTLS is how the connection to a mail server is encrypted; empty is the
// default.
type mailTLS string

// Schema implements huma.SchemaProvider.
func (mailTLS) Schema(huma.Registry) *huma.Schema {
	return enum([]string{"", "starttls", "tls", "none"})
}

func (a *api) connectBolna(ctx context.Context, in *struct {
	Body body[BolnaInput]
},
) (*answer[success[Integration]], error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	return a.connect(ctx, connect.BolnaSettings{}, input.Secret, problems)
}

func (a *api) connectWhatsApp(ctx context.Context, in *struct {
	Body body[WhatsAppInput]
},
) (*answer[success[Integration]], error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	c := input.Config.Value
	settings := connect.WhatsAppSettings{
		Mode: "cloud", PhoneNumberID: said(c.PhoneNumberID), BusinessAccountID: said(c.BusinessAccountID), BaseURL: said(c.BaseURL),
	}
	set(&settings.Mode, c.Mode)
	return a.connect(ctx, settings, input.Secret, problems)
}

func (a *api) connectEmail(ctx context.Context, in *struct {
	Body body[EmailInput]
},
) (*answer[success[Integration]], error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	c := input.Config.Value
	settings := connect.EmailSettings{
		Mode: c.Mode.Value, Host: said(c.Host), Username: said(c.Username), From: c.From.Value,
		FromName: said(c.FromName), ReplyTo: said(c.ReplyTo), ConfigurationSet: said(c.ConfigurationSet),
	}
	if c.TLS.Value != nil {
		settings.TLS = string(*c.TLS.Value)
	}
	if c.Port.Value != nil {
		settings.Port = *c.Port.Value
	}
	return a.connect(ctx, settings, input.Secret, problems)
}

func (a *api) connect(ctx context.Context, config connect.Config, secret Nullable[string], problems []flow.FieldError) (*answer[success[Integration]], error) {
	if len(problems) > 0 {
		return nil, invalid(problems)
	}
	me := who(ctx)
	saved, err := a.Connections.Save(ctx, me.TenantID, me.UserID, config, connect.Secret{Sent: secret.Sent, Value: said(secret)})
	return shownIntegration(ctx, saved, err)
}

// The kinds that an operation takes in its path.

type kindParam struct{ kind connect.Kind }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *kindParam) UnmarshalText(b []byte) error { return readKind(&p.kind, b, connect.Kinds) }

// Schema implements huma.SchemaProvider.
func (kindParam) Schema(huma.Registry) *huma.Schema { return enum(kindNames(connect.Kinds)) }

// providerKindParam is a kind that has a provider.
type providerKindParam struct{ kind connect.Kind }

var providerKinds = []connect.Kind{connect.Bolna, connect.WhatsApp, connect.Email}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *providerKindParam) UnmarshalText(b []byte) error { return readKind(&p.kind, b, providerKinds) }

// Schema implements huma.SchemaProvider.
func (providerKindParam) Schema(huma.Registry) *huma.Schema { return enum(kindNames(providerKinds)) }

// tokenKindParam is a kind whose webhook has a token.
type tokenKindParam struct{ kind connect.Kind }

var tokenKinds = []connect.Kind{connect.Bolna, connect.Email, connect.Leads}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *tokenKindParam) UnmarshalText(b []byte) error { return readKind(&p.kind, b, tokenKinds) }

// Schema implements huma.SchemaProvider.
func (tokenKindParam) Schema(huma.Registry) *huma.Schema { return enum(kindNames(tokenKinds)) }

func readKind(to *connect.Kind, b []byte, kinds []connect.Kind) error {
	*to = connect.Kind(b)
	return oneOf(string(b), kindNames(kinds))
}

func kindNames(kinds []connect.Kind) []string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = string(k)
	}
	return out
}
