package engine

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/template"
)

// Content is what a step would send to a contact, rendered as a live step
// renders it: of a call agent_id, phone_number_id, to_phone, variables; of a
// WhatsApp message template_id, language, whatsapp_phone_number_id, to_phone,
// parameters; of an e-mail email_template_id, to_email, from_name, subject,
// text, html; of a wait nothing. extra are the execution's metadata. The error
// is the sentence by which the live step would fail.
func Content(a *flow.Action, contact flow.Contact, extra map[string]any, templates map[string]EmailTemplate) (map[string]any, error) {
	vars := template.Vars(contact, extra)
	switch a.Type {
	case flow.AICall:
		var config flow.CallConfig
		if err := json.Unmarshal(a.Config, &config); err != nil {
			return nil, errSettings
		}
		return map[string]any{
			"agent_id": config.AgentID, "phone_number_id": config.PhoneNumberID, "to_phone": contact.Phone, "variables": vars,
		}, nil
	case flow.WhatsAppMessage:
		var config flow.WhatsAppConfig
		if err := json.Unmarshal(a.Config, &config); err != nil {
			return nil, errSettings
		}
		parameters, err := renderParameters(config, vars)
		if err != nil {
			return nil, err
		}
		return map[string]any{
			"template_id": config.TemplateID, "language": first(config.Language, defaultLanguage),
			"whatsapp_phone_number_id": config.PhoneNumberID, "to_phone": contact.Phone, "parameters": parameters,
		}, nil
	case flow.Email:
		var config flow.EmailConfig
		if err := json.Unmarshal(a.Config, &config); err != nil {
			return nil, errSettings
		}
		texts, err := renderMail(config, templates, vars)
		if err != nil {
			return nil, err
		}
		return map[string]any{
			"email_template_id": config.TemplateID, "to_email": contact.Email, "from_name": config.FromName,
			"subject": texts.subject, "text": texts.text, "html": texts.html,
		}, nil
	case flow.Wait:
	}
	return map[string]any{}, nil
}

var errSettings = refuse("the step's settings cannot be read")

// defaultLanguage is a message template's language when the step names none.
const defaultLanguage = "en"

func renderParameters(config flow.WhatsAppConfig, vars map[string]any) (map[string]string, error) {
	parameters := make(map[string]string, len(config.VariableMappings))
	for key, text := range config.VariableMappings {
		value, err := template.Render(template.Mapping(text), vars)
		if err != nil {
			return nil, refuse("variable %s of template %s: %v", key, config.TemplateID, err)
		}
		parameters[key] = value
	}
	return parameters, nil
}

// mailTexts are an e-mail's rendered texts.
type mailTexts struct{ subject, text, html string }

func renderMail(config flow.EmailConfig, templates map[string]EmailTemplate, vars map[string]any) (out mailTexts, err error) {
	stored, found := templates[config.TemplateID]
	if !found {
		return out, refuse("the e-mail template %s no longer exists", config.TemplateID)
	}
	if !stored.IsActive {
		return out, refuse("the e-mail template %q is not active", stored.Name)
	}
	for _, part := range []struct {
		name   string
		text   string
		render func(string, map[string]any) (string, error)
		to     *string
	}{
		{"subject", first(config.SubjectOverride, stored.Subject), template.Render, &out.subject},
		{"text", stored.Text, template.Render, &out.text},
		{"html", stored.HTML, template.RenderHTML, &out.html},
	} {
		if *part.to, err = part.render(part.text, vars); err != nil {
			return out, refuse("the %s of e-mail template %q: %v", part.name, stored.Name, err)
		}
	}
	return out, nil
}

// endOfBody is where a page's text ends, with or without its last tag.
var endOfBody = regexp.MustCompile(`(?i)</body>(\s*</html>)?|</html>`)

// WithLink puts a link to unsubscribe below a mail's texts that do not show it
// themselves (as {{ unsubscribe_url }}). A text that is empty stays so; without
// a link nothing changes.
func WithLink(text, page, link string) (string, string) {
	if link == "" {
		return text, page
	}
	if text != "" && !strings.Contains(text, link) {
		text = strings.TrimRight(text, "\n") + "\n\n-- \nUnsubscribe: " + link + "\n"
	}
	if page != "" && !strings.Contains(page, link) {
		footer := `<p style="margin-top:2em;font-size:12px;color:#666"><a href="` + html.EscapeString(link) + `" style="color:#666">Unsubscribe</a></p>`
		at := len(page)
		if ends := endOfBody.FindAllStringIndex(page, -1); ends != nil {
			at = ends[len(ends)-1][0]
		}
		page = page[:at] + footer + page[at:]
	}
	return text, page
}
