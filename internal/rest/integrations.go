package rest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/connect"
	"github.com/auto-engagement/flows/internal/provider"
)

// Connections connects tenants with their providers; *connect.Service does.
type Connections interface {
	List(ctx context.Context, tenant uuid.UUID, admin bool) ([]connect.Integration, error)
	Get(ctx context.Context, tenant uuid.UUID, kind connect.Kind, admin bool) (connect.Integration, error)
	Save(ctx context.Context, tenant uuid.UUID, by string, config connect.Config, secret connect.Secret) (connect.Integration, error)
	Disconnect(ctx context.Context, tenant uuid.UUID, by string, kind connect.Kind) error
	RotateToken(ctx context.Context, tenant uuid.UUID, by string, kind connect.Kind) (connect.Integration, error)
	Check(ctx context.Context, tenant uuid.UUID, kind connect.Kind) (connect.Checked, error)
	SendTest(ctx context.Context, tenant uuid.UUID, m provider.Mail) (provider.Answer, error)
	Listings
}

// Listings list what a tenant has at its providers; refresh asks them anew.
type Listings interface {
	Agents(ctx context.Context, tenant uuid.UUID, refresh bool) ([]provider.Agent, error)
	PhoneNumbers(ctx context.Context, tenant uuid.UUID, refresh bool) ([]provider.PhoneNumber, error)
	WhatsAppNumbers(ctx context.Context, tenant uuid.UUID, refresh bool) ([]provider.WhatsAppNumber, error)
	MessageTemplates(ctx context.Context, tenant uuid.UUID, refresh bool) ([]provider.MessageTemplate, error)
}

// Integration is a tenant's connection with a provider. The secret itself is
// in no answer.
type Integration struct {
	Kind      connect.Kind     `json:"kind" enum:"bolna,whatsapp,email,leads"`
	Connected bool             `json:"connected"`
	Config    connectionConfig `json:"config" doc:"By kind; null when not connected, and for leads, which has none"`
	HasSecret bool             `json:"has_secret"`
	// WebhookURL of Bolna and leads holds a token.
	WebhookURL *string  `json:"webhook_url" doc:"Where the provider, or an outside system, sends to. That of bolna and leads is a secret of its own: only owner and admin see it"`
	UpdatedAt  *instant `json:"updated_at" nullable:"true"`
}

// connectionConfig is the config of an integration, by its kind.
type connectionConfig json.RawMessage

// MarshalJSON implements json.Marshaler.
func (c connectionConfig) MarshalJSON() ([]byte, error) { return json.RawMessage(c).MarshalJSON() }

// Schema implements huma.SchemaProvider.
func (connectionConfig) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{
		r.Schema(reflect.TypeFor[connect.BolnaSettings](), true, ""),
		r.Schema(reflect.TypeFor[connect.WhatsAppSettings](), true, ""),
		r.Schema(reflect.TypeFor[connect.EmailSettings](), true, ""),
		{Type: "null"},
	}}
}

// Check is what a provider said of an integration.
type Check struct {
	OK      bool   `json:"ok"`
	Message string `json:"message" doc:"What was found, or why the settings do not work, in a sentence"`
}

func (a *api) registerIntegrations() {
	admins := map[string]any{accessKey: forAdmins}
	register(a, huma.Operation{
		OperationID: "list-integrations", Method: http.MethodGet, Path: Root + "/integrations",
		Summary: "List the integrations, connected or not", Tags: integrationsTag,
	}, a.listIntegrations)
	register(a, huma.Operation{
		OperationID: "get-integration", Method: http.MethodGet, Path: Root + "/integrations/{kind}",
		Summary: "Read an integration", Tags: integrationsTag,
	}, a.readIntegration)
	register(a, huma.Operation{
		OperationID: "disconnect-integration", Method: http.MethodDelete, Path: Root + "/integrations/{kind}",
		Summary: "Disconnect an integration: steps that need it fail from now on", Tags: integrationsTag,
		Metadata: admins, Errors: []int{http.StatusNotFound},
	}, a.disconnect)
	register(a, huma.Operation{
		OperationID: "rotate-webhook-token", Method: http.MethodPost, Path: Root + "/integrations/{kind}/rotate-token",
		Summary:     "Make a new webhook address; the one before stops working",
		Description: "For owner and admin. Give the new address to the provider, or to the outside system, at once.",
		Tags:        integrationsTag, Metadata: admins,
	}, a.rotateToken)
	register(a, huma.Operation{
		OperationID: "check-integration", Method: http.MethodPost, Path: Root + "/integrations/{kind}/check",
		Summary:     "Ask the provider whether the settings work",
		Description: "Changes nothing and sends nothing. That the provider refuses is an answer too: ok is false.",
		Tags:        integrationsTag,
	}, a.checkIntegration)
	register(a, huma.Operation{
		OperationID: "connect-bolna", Method: http.MethodPut, Path: Root + "/integrations/bolna",
		Summary:     "Connect Bolna (AI calls)",
		Description: "The key is kept encrypted and shown to nobody. The first time a webhook address is made, which Bolna is to be given.",
		Tags:        integrationsTag, Metadata: admins, Errors: []int{http.StatusConflict},
	}, a.connectBolna)
	register(a, huma.Operation{
		OperationID: "connect-whatsapp", Method: http.MethodPut, Path: Root + "/integrations/whatsapp",
		Summary:     "Connect WhatsApp; the provider confirms whose the numbers are",
		Description: "With mode cloud WhatsApp is asked for the account's numbers; one that is connected to another tenant is refused with 409.",
		Tags:        integrationsTag,
		Metadata:    admins, Errors: []int{http.StatusConflict},
	}, a.connectWhatsApp)
	register(a, huma.Operation{
		OperationID: "connect-email", Method: http.MethodPut, Path: Root + "/integrations/email",
		Summary:     "Connect e-mail, by SMTP or Amazon SES",
		Description: "With mode smtp the server's name, and a login where it needs one; with mode ses an address that the operator gave the tenant. The password is sent again when it would go to another server.",
		Tags:        integrationsTag, Metadata: admins, Errors: []int{http.StatusConflict},
	}, a.connectEmail)
}

func (a *api) listIntegrations(ctx context.Context, in *Paging) (*answer[list[Integration]], error) {
	me := who(ctx)
	all, err := a.Connections.List(ctx, me.TenantID, me.CanAdminister())
	if err != nil {
		return nil, connectionFailure(ctx, err)
	}
	return pageOf(all, *in, integrationOf), nil
}

func (a *api) readIntegration(ctx context.Context, in *struct {
	Kind kindParam `path:"kind"`
},
) (*answer[success[Integration]], error) {
	me := who(ctx)
	found, err := a.Connections.Get(ctx, me.TenantID, in.Kind.kind, me.CanAdminister())
	return shownIntegration(ctx, found, err)
}

func (a *api) disconnect(ctx context.Context, in *struct {
	Kind kindParam `path:"kind"`
},
) (*answer[done], error) {
	me := who(ctx)
	err := a.Connections.Disconnect(ctx, me.TenantID, me.UserID, in.Kind.kind)
	if missing, is := errors.AsType[connect.NotConnectedError](err); is {
		return nil, &failure{status: http.StatusNotFound, Message: missing.Error()}
	}
	if err != nil {
		return nil, connectionFailure(ctx, err)
	}
	return &answer[done]{done{true, "Integration disconnected successfully"}}, nil
}

func (a *api) rotateToken(ctx context.Context, in *struct {
	Kind tokenKindParam `path:"kind"`
},
) (*answer[success[Integration]], error) {
	me := who(ctx)
	rotated, err := a.Connections.RotateToken(ctx, me.TenantID, me.UserID, in.Kind.kind)
	return shownIntegration(ctx, rotated, err)
}

func (a *api) checkIntegration(ctx context.Context, in *struct {
	Kind providerKindParam `path:"kind"`
},
) (*answer[success[Check]], error) {
	checked, err := a.Connections.Check(ctx, who(ctx).TenantID, in.Kind.kind)
	if err != nil {
		return nil, connectionFailure(ctx, err)
	}
	return ok(Check(checked)), nil
}

func shownIntegration(ctx context.Context, i connect.Integration, err error) (*answer[success[Integration]], error) {
	if err != nil {
		return nil, connectionFailure(ctx, err)
	}
	return ok(integrationOf(i)), nil
}

func integrationOf(i connect.Integration) Integration {
	out := Integration{
		Kind: i.Kind, Connected: i.Connected, Config: connectionConfig(i.Config), HasSecret: i.HasSecret,
		UpdatedAt: instantOrNil(i.UpdatedAt),
	}
	if i.WebhookURL != "" {
		out.WebhookURL = &i.WebhookURL
	}
	return out
}

// connectionFailure says what an error of Connections is to the client.
func connectionFailure(ctx context.Context, err error) error {
	var invalidSettings connect.InvalidError
	var missing connect.NotConnectedError
	var taken connect.NumberTakenError
	var told *provider.QuestionError
	switch {
	case errors.As(err, &invalidSettings):
		return invalid(invalidSettings.Fields)
	case errors.As(err, &missing):
		return badRequest("Connect " + missing.Kind.Name() + " first")
	case errors.As(err, &taken):
		return &failure{status: http.StatusConflict, Message: "The WhatsApp number " + taken.Number + " is connected to another account"}
	case errors.Is(err, connect.ErrChanged):
		return &failure{status: http.StatusConflict, Message: "The integration was changed meanwhile, please try again"}
	case errors.Is(err, connect.ErrSecretsAway):
		exchangeOf(ctx).err = err
		return &failure{status: http.StatusServiceUnavailable, retryAfter: 5, Message: "Secrets cannot be used right now, please try again"}
	case errors.As(err, &told) && !told.Passing():
		return badRequest("The provider refuses: " + told.Reason)
	case errors.As(err, &told):
		return &failure{
			status: http.StatusServiceUnavailable, retryAfter: max(5, int(told.RetryAfter.Seconds())),
			Message: "The provider cannot be asked right now: " + told.Reason,
		}
	}
	return err
}
