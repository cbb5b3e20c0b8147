package engine

import (
	"context"
	"encoding/json"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
	"github.com/auto-engagement/flows/internal/template"
)

// The integrations that steps use, as the integrations table names them.
const (
	integrationBolna    = "bolna"
	integrationWhatsApp = "whatsapp"
	integrationEmail    = "email"
)

// prepare makes the request of a step. Its error is an *unprepared when a
// lookup is missing or the step can never be sent.
func (t *turn) prepare(next flow.Next, id uuid.UUID) (effect, error) {
	switch next.Kind {
	case flow.DoCall:
		return t.prepareCall(next.Action, id)
	case flow.DoWhatsApp:
		return t.prepareMessage(next.Action, id)
	default:
		return t.prepareMail(next.Action, id)
	}
}

func (t *turn) prepareCall(a *flow.Action, id uuid.UUID) (effect, error) {
	var config flow.CallConfig
	if err := json.Unmarshal(a.Config, &config); err != nil {
		return effect{}, errSettings
	}
	cred, err := t.credentials(integrationBolna, "AI calls")
	if err != nil {
		return effect{}, err
	}
	from, err := t.callerNumber(cred, config.PhoneNumberID)
	if err != nil {
		return effect{}, err
	}
	contact := t.s.Contact
	call := provider.Call{
		ID: id, AgentID: config.AgentID, To: contact.Phone, From: from,
		Data: template.Vars(contact, t.s.Execution.Metadata),
	}
	return effect{
		send: func(ctx context.Context) provider.Answer { return t.e.Calls.Place(ctx, cred, call) },
		result: map[string]any{
			"call_initiated": true, "call_id": id.String(), "execution_id": nil,
			"call_outcome": "initiated", "call_detail": nil, "duration_seconds": nil, "agent_id": config.AgentID,
		},
		accept: func(result map[string]any, id string) { result["execution_id"] = id },
	}, nil
}

// callerNumber resolves the provider's id of a phone number; a number written
// out is taken as it is.
func (t *turn) callerNumber(cred provider.Credentials, id string) (string, error) {
	if strings.HasPrefix(id, "+") {
		return id, nil
	}
	tenant := t.s.Tenant.ID
	key := "numbers:" + tenant.String() + ":" + fingerprint([]byte(cred.Secret))
	numbers, known := recall[map[string]string](&t.e.memo, key)
	if !known {
		return "", &unprepared{lookup: func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
			defer cancel()
			numbers, err := t.e.Calls.Numbers(ctx, cred)
			if err == nil {
				t.e.memo.keep(key, numbers)
			}
			return err
		}}
	}
	number, found := numbers[id]
	if !found {
		return "", refuse("the provider has no phone number %q: choose another caller number in this step", id)
	}
	return number, nil
}

func (t *turn) prepareMessage(a *flow.Action, id uuid.UUID) (effect, error) {
	var config flow.WhatsAppConfig
	if err := json.Unmarshal(a.Config, &config); err != nil {
		return effect{}, errSettings
	}
	cred, err := t.credentials(integrationWhatsApp, "WhatsApp")
	if err != nil {
		return effect{}, err
	}
	contact := t.s.Contact
	parameters, err := renderParameters(config, template.Vars(contact, t.s.Execution.Metadata))
	if err != nil {
		return effect{}, err
	}
	message := provider.Message{
		ID: id, PhoneNumberID: config.PhoneNumberID, To: contact.Phone,
		Template: config.TemplateID, Language: first(config.Language, defaultLanguage), Parameters: parameters,
		Contact: provider.MessageContact{Name: contact.Name, Email: contact.Email, Company: contact.Company},
	}
	return effect{
		send: func(ctx context.Context) provider.Answer { return t.e.Messages.Send(ctx, cred, message) },
		result: map[string]any{
			"whatsapp_sent": false, "status": nil, "template_id": config.TemplateID, "message_id": nil, "to_phone": contact.Phone,
		},
		accept: func(result map[string]any, id string) {
			result["whatsapp_sent"], result["status"], result["message_id"] = true, "sent", id
		},
	}, nil
}

// mailSettings are what the engine itself reads of the e-mail integration.
type mailSettings struct {
	Mode     string `json:"mode"`
	From     string `json:"from"`
	FromName string `json:"from_name"`
	ReplyTo  string `json:"reply_to"`
}

func (t *turn) prepareMail(a *flow.Action, id uuid.UUID) (effect, error) {
	var config flow.EmailConfig
	if err := json.Unmarshal(a.Config, &config); err != nil {
		return effect{}, errSettings
	}
	cred, err := t.credentials(integrationEmail, "E-mail")
	if err != nil {
		return effect{}, err
	}
	var settings mailSettings
	if err := json.Unmarshal(cred.Config, &settings); err != nil {
		return effect{}, refuse("the e-mail settings cannot be read")
	}
	from, err := mail.ParseAddress(settings.From)
	if err != nil {
		return effect{}, refuse("the e-mail settings have no usable sender address")
	}
	contact := t.s.Contact
	vars, unsubscribe := template.Vars(contact, t.s.Execution.Metadata), ""
	if t.e.Unsubscribe != nil {
		unsubscribe = t.e.Unsubscribe(t.s.Tenant.ID, id)
		vars["unsubscribe_url"] = unsubscribe
	}
	texts, err := renderMail(config, t.s.Templates, vars)
	if err != nil {
		return effect{}, err
	}
	texts.text, texts.html = WithLink(texts.text, texts.html, unsubscribe)
	letter := provider.Mail{
		ID: id, From: from.Address, FromName: first(config.FromName, settings.FromName, from.Name), ReplyTo: settings.ReplyTo,
		To: contact.Email, ToName: contact.Name,
		MessageID: id.String() + "@" + domainOf(from.Address),
		Subject:   texts.subject, Text: texts.text, HTML: texts.html, Unsubscribe: unsubscribe,
	}
	return effect{
		send: func(ctx context.Context) provider.Answer { return t.e.Mails.Send(ctx, cred, letter) },
		result: map[string]any{
			"email_sent": false, "status": nil, "email_id": id.String(), "message_id": letter.MessageID,
			"to_email": contact.Email, "subject": letter.Subject,
		},
		accept: func(result map[string]any, id string) {
			result["email_sent"], result["status"] = true, "sent"
			if id != "" {
				result["message_id"] = id
			}
		},
	}, nil
}

// unreported says that the tenant's e-mail goes out by plain SMTP, which never
// reports on what it took.
func (t *turn) unreported() bool {
	var settings mailSettings
	_ = json.Unmarshal(t.s.Integrations[integrationEmail].Config, &settings)
	return settings.Mode != "ses"
}

// credentials are the tenant's settings for a provider, with the secret opened.
func (t *turn) credentials(kind, name string) (provider.Credentials, error) {
	settings, found := t.s.Integrations[kind]
	if !found {
		return provider.Credentials{}, refuse("%s is not set up: add the integration in the settings", name)
	}
	cred := provider.Credentials{Config: settings.Config}
	if len(settings.Secret) == 0 {
		return cred, nil
	}
	tenant := t.s.Tenant.ID
	key := "secret:" + tenant.String() + ":" + fingerprint(settings.Secret)
	secret, known := recall[string](&t.e.memo, key)
	if !known {
		return cred, &unprepared{lookup: func(ctx context.Context) error {
			secret, err := t.e.Secrets.Open(ctx, tenant, settings.Secret)
			if err == nil {
				t.e.memo.keep(key, secret)
			}
			return err
		}}
	}
	cred.Secret = secret
	return cred, nil
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
