package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// EmailTemplates keeps e-mail templates. Each method sees and changes one
// tenant's alone; a template that is not there, or another tenant's, is
// flow.ErrTemplateNotFound.
type EmailTemplates interface {
	// ListEmailTemplates gives templates by name.
	ListEmailTemplates(ctx context.Context, tenant uuid.UUID, f flow.TemplateFilter, p flow.Page) ([]flow.EmailTemplate, flow.Total, error)
	EmailTemplate(ctx context.Context, tenant, id uuid.UUID) (flow.EmailTemplate, error)
	CreateEmailTemplate(ctx context.Context, tenant uuid.UUID, t flow.EmailTemplate, once *flow.Once[flow.EmailTemplate]) (flow.EmailTemplate, error)
	// ChangeEmailTemplate stores what change makes of the template; what is the
	// same makes no new version. An error of change is returned.
	ChangeEmailTemplate(ctx context.Context, tenant, id uuid.UUID, change func(flow.EmailTemplate) (flow.EmailTemplate, error)) (flow.EmailTemplate, error)
	// DeleteEmailTemplate deletes a template, unless check refuses or a flow
	// needs it: flow.TemplateInUseError.
	DeleteEmailTemplate(ctx context.Context, tenant, id uuid.UUID, check func(flow.EmailTemplate) error) error
	// Receiver reads a contact; flow.ErrContactNotFound.
	Receiver(ctx context.Context, tenant, contact uuid.UUID) (flow.Contact, error)
	// EmailSuppressed says whether, and why, no mail may go to an address.
	EmailSuppressed(ctx context.Context, tenant uuid.UUID, address string) (reason string, is bool, err error)
}

// EmailTemplate is an e-mail template as lists show it, without its texts.
type EmailTemplate struct {
	ID        uuid.UUID `json:"id" format:"uuid"`
	UserID    uuid.UUID `json:"user_id" format:"uuid" doc:"The tenant"`
	Name      string    `json:"name"`
	Category  *string   `json:"category"`
	Subject   string    `json:"subject"`
	IsActive  bool      `json:"is_active" doc:"Steps do not send one that is not"`
	Variables []string  `json:"variables" doc:"The variables that subject, html and body_text read"`
	Warnings  []Warning `json:"warnings"`
	Version   int       `json:"version"`
	CreatedAt instant   `json:"created_at"`
	UpdatedAt instant   `json:"updated_at"`
}

// EmailTemplateWithTexts is an e-mail template whole.
type EmailTemplateWithTexts struct {
	EmailTemplate

	HTML     string `json:"html" doc:"Liquid; values are escaped"`
	BodyText string `json:"body_text" doc:"Liquid"`
}

// EmailTemplateInput is what a user sets of a template. In a PATCH only what
// is sent changes.
type EmailTemplateInput struct {
	Name      Optional[string] `json:"name" required:"false" minLength:"1" maxLength:"255" pattern:"[^\\s\\x85]"`
	Category  Nullable[string] `json:"category" required:"false" maxLength:"255"`
	Subject   Optional[string] `json:"subject" required:"false" minLength:"1" maxLength:"998" pattern:"[^\\s\\x85]" doc:"Liquid"`
	HTML      Nullable[string] `json:"html" required:"false" doc:"Liquid; values are escaped. One of html and body_text is needed"`
	BodyText  Nullable[string] `json:"body_text" required:"false" doc:"Liquid; the text part"`
	IsActive  Optional[bool]   `json:"is_active" required:"false" doc:"Default true"`
	ID        ReadOnly         `json:"id" required:"false"`
	UserID    ReadOnly         `json:"user_id" required:"false"`
	Variables ReadOnly         `json:"variables" required:"false"`
	Warnings  ReadOnly         `json:"warnings" required:"false"`
	Version   ReadOnly         `json:"version" required:"false"`
	CreatedAt ReadOnly         `json:"created_at" required:"false"`
	UpdatedAt ReadOnly         `json:"updated_at" required:"false"`
}

// NewEmailTemplateInput is what a user says of a new template.
type NewEmailTemplateInput EmailTemplateInput

// TransformSchema implements huma.SchemaTransformer.
func (NewEmailTemplateInput) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Required = []string{"name", "subject"}
	return s
}

func (a *api) registerEmailTemplates() {
	const path = Root + "/email-templates"
	register(a, huma.Operation{
		OperationID: "list-email-templates", Method: http.MethodGet, Path: path,
		Summary: "List e-mail templates by name, without their texts", Tags: templatesTag,
	}, a.listEmailTemplates)
	register(a, huma.Operation{
		OperationID: "create-email-template", Method: http.MethodPost, Path: path,
		Summary:     "Create an e-mail template",
		Description: "Texts are Liquid. The answer lists the variables that they read, and warns of those without a default.",
		Tags:        templatesTag, DefaultStatus: http.StatusCreated,
		Errors: []int{http.StatusConflict},
	}, a.createEmailTemplate)
	register(a, huma.Operation{
		OperationID: "get-email-template", Method: http.MethodGet, Path: path + "/{id}",
		Summary: "Read an e-mail template", Tags: templatesTag, Errors: []int{http.StatusNotFound},
	}, a.readEmailTemplate)
	register(a, huma.Operation{
		OperationID: "change-email-template", Method: http.MethodPatch, Path: path + "/{id}",
		Summary:     "Change an e-mail template; steps that are still to come send the new one",
		Description: "Only the keys sent change. Each change is a version of its own.",
		Tags:        templatesTag,
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
	}, a.changeEmailTemplate)
	register(a, huma.Operation{
		OperationID: "delete-email-template", Method: http.MethodDelete, Path: path + "/{id}",
		Summary: "Delete an e-mail template that no enabled flow and no running execution needs", Tags: templatesTag,
		Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, a.deleteEmailTemplate)
	readers := map[string]any{accessKey: forReaders}
	register(a, huma.Operation{
		OperationID: "preview-email-draft", Method: http.MethodPost, Path: path + "/preview",
		Summary:     "Render texts that are not stored",
		Description: "For a contact, one described, or a made-up one. What has no value stands there as its name in brackets.",
		Tags:        templatesTag, Metadata: readers, Errors: []int{http.StatusNotFound},
	}, a.previewDraft)
	preview := huma.Operation{
		OperationID: "preview-email-template", Method: http.MethodPost, Path: path + "/{id}/preview",
		Summary:     "Render an e-mail template for a contact, with drafts in place of its texts",
		Description: "For a contact, one described, or a made-up one. What has no value stands there as its name in brackets.",
		Tags:        templatesTag,
		Metadata:    readers, Errors: []int{http.StatusNotFound}, RequestBody: &huma.RequestBody{},
	}
	register(a, preview, a.previewTemplate)
	// A body is required of every operation whose input has one; here it is not.
	preview.RequestBody.Required = false
	register(a, huma.Operation{
		OperationID: "send-test-email", Method: http.MethodPost, Path: path + "/{id}/test-send",
		Summary:     "Send an e-mail template to an address, marked as a test",
		Description: "The subject begins with [Test]. Headers and texts have a link to unsubscribe like those of a real mail; its page says that it was a test, and nobody is unsubscribed. An address that is suppressed is refused with 409; a mail server that is away is 503.",
		Tags:        templatesTag,
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
	}, a.testSend)
}

func (a *api) listEmailTemplates(ctx context.Context, in *struct {
	Paging

	Category textParam    `query:"category" doc:"Exactly this category"`
	IsActive optionalBool `query:"is_active"`
	Search   textParam    `query:"search" doc:"Part of the name or the subject"`
},
) (*answer[list[EmailTemplate]], error) {
	tenant := who(ctx).TenantID
	filter := flow.TemplateFilter{Category: textOrNull(in.Category.text), IsActive: in.IsActive.on, Search: in.Search.text}
	templates, total, err := a.Templates.ListEmailTemplates(ctx, tenant, filter, in.page())
	if err != nil {
		return nil, err
	}
	data := make([]EmailTemplate, len(templates))
	for i, t := range templates {
		data[i] = templateOf(tenant, t).EmailTemplate
	}
	return listOf(data, total, in.Paging), nil
}

func (a *api) readEmailTemplate(ctx context.Context, in *FlowPath) (*tagged[EmailTemplateWithTexts], error) {
	t, err := a.Templates.EmailTemplate(ctx, who(ctx).TenantID, *in.ID.id)
	return taggedTemplate(ctx, t, err)
}

func (a *api) createEmailTemplate(ctx context.Context, in *struct {
	IdempotencyKey

	Body body[NewEmailTemplateInput]
},
) (*createdTemplate, error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	t := EmailTemplateInput(input).apply(flow.EmailTemplate{IsActive: true})
	if problems = withOthers(problems, templateProblems(&t)); len(problems) > 0 {
		return nil, invalid(problems)
	}
	tenant := who(ctx).TenantID
	show := func(t flow.EmailTemplate) success[EmailTemplateWithTexts] {
		return success[EmailTemplateWithTexts]{true, templateOf(tenant, t)}
	}
	once, err := onceFor(in.IdempotencyKey, show, "create-email-template", in.Body.raw)
	if err != nil {
		return nil, err
	}
	created, err := a.Templates.CreateEmailTemplate(ctx, tenant, t, once)
	if err != nil {
		return nil, err
	}
	return &createdTemplate{ETag: etag(1), Body: shownOnce(once, created, show)}, nil
}

// createdTemplate answers with a template that is at its first version.
type createdTemplate struct {
	ETag string `header:"ETag"`
	Body shown[success[EmailTemplateWithTexts]]
}

func (a *api) changeEmailTemplate(ctx context.Context, in *struct {
	FlowPath
	IfMatch

	Body body[EmailTemplateInput]
},
) (*tagged[EmailTemplateWithTexts], error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	changed, err := a.Templates.ChangeEmailTemplate(ctx, who(ctx).TenantID, *in.ID.id, func(t flow.EmailTemplate) (flow.EmailTemplate, error) {
		if err := in.at(t.Version, "The e-mail template"); err != nil {
			return t, err
		}
		t = input.apply(t)
		if all := withOthers(problems, templateProblems(&t)); len(all) > 0 {
			return t, invalid(all)
		}
		return t, nil
	})
	return taggedTemplate(ctx, changed, err)
}

func (a *api) deleteEmailTemplate(ctx context.Context, in *struct {
	FlowPath
	IfMatch
},
) (*answer[done], error) {
	err := a.Templates.DeleteEmailTemplate(ctx, who(ctx).TenantID, *in.ID.id, func(t flow.EmailTemplate) error {
		return in.at(t.Version, "The e-mail template")
	})
	if err != nil {
		return nil, templateFailure(err)
	}
	return &answer[done]{done{true, "E-mail template deleted successfully"}}, nil
}

func (in EmailTemplateInput) apply(t flow.EmailTemplate) flow.EmailTemplate {
	set(&t.Name, in.Name)
	setNullable(&t.Category, in.Category)
	set(&t.Subject, in.Subject)
	if in.HTML.Sent {
		t.HTML = said(in.HTML)
	}
	if in.BodyText.Sent {
		t.Text = said(in.BodyText)
	}
	set(&t.IsActive, in.IsActive)
	return t
}

func templateOf(tenant uuid.UUID, t flow.EmailTemplate) EmailTemplateWithTexts {
	variables, warnings := findings(t)
	return EmailTemplateWithTexts{
		EmailTemplate: EmailTemplate{
			ID: t.ID, UserID: tenant, Name: t.Name, Category: t.Category, Subject: t.Subject, IsActive: t.IsActive,
			Variables: variables, Warnings: warnings, Version: t.Version, CreatedAt: instant(t.CreatedAt), UpdatedAt: instant(t.UpdatedAt),
		},
		HTML: t.HTML, BodyText: t.Text,
	}
}

func taggedTemplate(ctx context.Context, t flow.EmailTemplate, err error) (*tagged[EmailTemplateWithTexts], error) {
	if err != nil {
		return nil, templateFailure(err)
	}
	return &tagged[EmailTemplateWithTexts]{
		ETag: etag(t.Version), Body: success[EmailTemplateWithTexts]{true, templateOf(who(ctx).TenantID, t)},
	}, nil
}

// templateFailure says what an error of EmailTemplates is to the client.
func templateFailure(err error) error {
	var used flow.TemplateInUseError
	switch {
	case errors.Is(err, flow.ErrTemplateNotFound):
		return &failure{status: http.StatusNotFound, Message: "E-mail template not found"}
	case errors.As(err, &used):
		return &failure{status: http.StatusConflict, Message: fmt.Sprintf(
			"The e-mail template is used by %s: disable what uses it, or let it use another, first", strings.Join(used.Flows, ", "))}
	}
	return err
}

// optionalBool is a filter that may be left out.
type optionalBool struct{ on *bool }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *optionalBool) UnmarshalText(b []byte) error {
	var given boolParam
	err := given.UnmarshalText(b)
	p.on = &given.on
	return err
}

// Schema implements huma.SchemaProvider.
func (optionalBool) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeBoolean} }
