package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
	"github.com/auto-engagement/flows/internal/template"
)

// PreviewInput says whom a template is rendered for, and what is to stand in
// place of its texts. With no contact it is a made-up one.
type PreviewInput struct {
	ContactID Optional[uuidParam]   `json:"contact_id" required:"false"`
	Data      Optional[ContactData] `json:"contact_data" required:"false" doc:"A contact, or news of the one named"`
	Subject   Optional[string]      `json:"subject" required:"false"`
	HTML      Optional[string]      `json:"html" required:"false"`
	BodyText  Optional[string]      `json:"body_text" required:"false"`
}

// TestSendInput says where a test goes, and whom it is rendered for.
type TestSendInput struct {
	To        Optional[string]      `json:"to" format:"email" maxLength:"255" doc:"An e-mail address"`
	ContactID Optional[uuidParam]   `json:"contact_id" required:"false"`
	Data      Optional[ContactData] `json:"contact_data" required:"false"`
}

// Preview is a rendered template.
type Preview struct {
	Subject string `json:"subject"`
	HTML    string `json:"html" doc:"Values are escaped; what the template itself says is as written: show it in a sandboxed frame"`
	Text    string `json:"text"`
	// Missing stand in the texts as [name].
	Missing   []string  `json:"missing" doc:"Variables without a value and a default: a step would fail for this contact"`
	Variables []string  `json:"variables" doc:"The variables that the texts read"`
	Warnings  []Warning `json:"warnings"`
}

// TestSent is a test mail that was taken.
type TestSent struct {
	To        string   `json:"to"`
	Subject   string   `json:"subject"`
	MessageID string   `json:"message_id"`
	Missing   []string `json:"missing"`
}

func (a *api) previewDraft(ctx context.Context, in *struct {
	Body body[PreviewInput]
},
) (*answer[success[Preview]], error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	return a.preview(ctx, flow.EmailTemplate{}, input, problems)
}

func (a *api) previewTemplate(ctx context.Context, in *struct {
	FlowPath

	Body body[PreviewInput]
},
) (*answer[success[Preview]], error) {
	input, problems, err := decodeOptional(in.Body)
	if err != nil {
		return nil, err
	}
	stored, err := a.Templates.EmailTemplate(ctx, who(ctx).TenantID, *in.ID.id)
	if err != nil {
		return nil, templateFailure(err)
	}
	return a.preview(ctx, stored, input, problems)
}

func (a *api) preview(ctx context.Context, t flow.EmailTemplate, input PreviewInput, problems []flow.FieldError) (*answer[success[Preview]], error) {
	set(&t.Subject, input.Subject)
	set(&t.HTML, input.HTML)
	set(&t.Text, input.BodyText)
	vars, wrong, err := a.receiver(ctx, input.ContactID, input.Data)
	if err != nil {
		return nil, err
	}
	if problems = withOthers(append(problems, wrong...), liquidProblems(t)); len(problems) > 0 {
		return nil, invalid(problems)
	}
	out, err := rendered(t, vars)
	if err != nil {
		return nil, err
	}
	return ok(out), nil
}

// sample is whom a template is rendered for when nobody is named.
var sample = flow.Contact{
	Name: "Asha Rao", Phone: "+919845012345", Email: "asha@example.com", Company: "Rao Traders", City: "Pune", Country: "IN",
	ExternalID: "crm-17", Tags: []string{"hot"},
}

// receiver gives the variables of a contact.
func (a *api) receiver(ctx context.Context, id Optional[uuidParam], data Optional[ContactData]) (map[string]any, []flow.FieldError, error) {
	tenant := who(ctx).TenantID
	contact := sample
	extra := map[string]any{
		"lead_source": "Website", "entry_type": "webhook", "notes": "Wants a demo", "flow_name": "Sample flow", "trigger_source": "website",
	}
	if id.Value.id != nil {
		known, err := a.Templates.Receiver(ctx, tenant, *id.Value.id)
		if err != nil {
			return nil, nil, err
		}
		contact = known
	}
	var problems []flow.FieldError
	if data.Sent {
		settings, err := a.Tenants.Tenant(ctx, tenant)
		if err != nil {
			return nil, nil, err
		}
		var lead flow.Lead
		lead, problems = data.Value.lead(settings, flow.Definition{})
		if id.Value.id == nil {
			contact = flow.Contact{}
		}
		contact = flow.Merge(contact, lead.Contact)
		for name, text := range map[string]string{"lead_source": lead.LeadSource, "entry_type": lead.EntryType, "notes": lead.Notes} {
			extra[name] = text
		}
	}
	extra["contact_name"], extra["contact_phone"] = contact.Name, contact.Phone
	// A real one would unsubscribe the contact for whom this is only shown.
	extra[unsubscribeURL] = "https://example.com/unsubscribe"
	return template.Vars(contact, extra), problems, nil
}

// rendered renders a template whose Liquid is right. What has no value stands
// there as its name in brackets.
func rendered(t flow.EmailTemplate, vars map[string]any) (Preview, error) {
	variables, warnings := findings(t)
	out := Preview{Missing: []string{}, Variables: variables, Warnings: warnings}
	for _, p := range []struct {
		part

		render func(string, map[string]any) (string, error)
		to     *string
	}{
		{part{"subject", t.Subject}, template.Render, &out.Subject},
		{part{"html", t.HTML}, template.RenderHTML, &out.HTML},
		{part{"body_text", t.Text}, template.Render, &out.Text},
	} {
		for {
			text, err := p.render(p.source, vars)
			var missing *template.MissingVariableError
			if err == nil {
				*p.to = text
				break
			}
			if !errors.As(err, &missing) || !stand(vars, missing.Name) {
				return out, invalid([]flow.FieldError{{Field: p.field, Message: p.field + ": " + err.Error()}})
			}
			out.Missing = append(out.Missing, missing.Name)
		}
	}
	return out, nil
}

// stand lets a variable that has no value stand for itself; false when its
// path cannot be filled.
func stand(vars map[string]any, path string) bool {
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		inner, is := vars[name].(map[string]any)
		if !is {
			if vars[name] != nil {
				return false
			}
			inner = map[string]any{}
			vars[name] = inner
		}
		vars = inner
	}
	last := names[len(names)-1]
	if vars[last] != nil || strings.ContainsAny(path, "[]") {
		return false
	}
	vars[last] = "[" + path + "]"
	return true
}

func (a *api) testSend(ctx context.Context, in *struct {
	FlowPath

	Body body[TestSendInput]
},
) (*answer[success[TestSent]], error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	tenant := who(ctx).TenantID
	stored, err := a.Templates.EmailTemplate(ctx, tenant, *in.ID.id)
	if err != nil {
		return nil, templateFailure(err)
	}
	to, usable := flow.UsableEmail(input.To.Value)
	if !usable {
		problems = withOthers(problems, []flow.FieldError{{Field: "to", Message: "to must be an e-mail address"}})
	}
	vars, wrong, err := a.receiver(ctx, input.ContactID, input.Data)
	if err != nil {
		return nil, err
	}
	if problems = withOthers(append(problems, wrong...), liquidProblems(stored)); len(problems) > 0 {
		return nil, invalid(problems)
	}
	reason, suppressed, err := a.Templates.EmailSuppressed(ctx, tenant, to)
	if err != nil {
		return nil, err
	}
	if suppressed {
		return nil, &failure{status: http.StatusConflict, Message: "No mail may go to this address: " + provider.Clean(reason)}
	}
	// As a real mail has it, in the headers and in the texts.
	mail := provider.Mail{ID: uuid.Must(uuid.NewV7()), To: to}
	mail.Unsubscribe = a.TestLink(tenant, mail.ID)
	vars[unsubscribeURL] = mail.Unsubscribe
	texts, err := rendered(stored, vars)
	if err != nil {
		return nil, err
	}
	mail.Subject = "[Test] " + texts.Subject
	mail.Text, mail.HTML = engine.WithLink(texts.Text, texts.HTML, mail.Unsubscribe)
	taken, err := a.Connections.SendTest(ctx, tenant, mail)
	if err != nil {
		return nil, connectionFailure(ctx, err)
	}
	if err := notTaken(taken); err != nil {
		return nil, err
	}
	return ok(TestSent{To: to, Subject: mail.Subject, MessageID: taken.ProviderID, Missing: texts.Missing}), nil
}

// notTaken says why a mail was not taken; nil when it was.
func notTaken(a provider.Answer) error {
	switch a.Class {
	case provider.Accepted:
		return nil
	case provider.Refused:
		return badRequest("The mail was refused: " + a.Reason)
	case provider.NotTaken:
		return &failure{
			status: http.StatusServiceUnavailable, retryAfter: max(5, int(a.RetryAfter.Seconds())),
			Message: "The mail could not be sent right now: " + a.Reason,
		}
	}
	return &failure{
		status: http.StatusServiceUnavailable, retryAfter: 60,
		Message: "The mail may have been sent; the provider did not say: " + a.Reason,
	}
}
