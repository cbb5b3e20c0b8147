package rest

import (
	"context"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// Suppressions keeps suppressions of one tenant.
type Suppressions interface {
	// ListSuppressions gives suppressions, newest first.
	ListSuppressions(ctx context.Context, tenant uuid.UUID, f flow.SuppressionFilter, p flow.Page) ([]flow.SuppressionRecord, flow.Total, error)
	// AddSuppression stores what say gives, unless there is one of that address
	// and channel, which is given then. An error of say is returned. Afterwards
	// nothing begins that the suppression stops.
	AddSuppression(ctx context.Context, tenant uuid.UUID, by string, say func(flow.Tenant) (flow.Suppression, error)) (record flow.SuppressionRecord, added bool, err error)
	// RemoveSuppression deletes one; flow.ErrSuppressionNotFound.
	RemoveSuppression(ctx context.Context, tenant, id uuid.UUID, by string) error
}

// Suppression is an address that nothing is sent to.
type Suppression struct {
	ID        uuid.UUID    `json:"id" format:"uuid"`
	Channel   flow.Channel `json:"channel" enum:"all,ai_call,whatsapp_message,email"`
	Kind      string       `json:"kind" enum:"phone,email"`
	Value     string       `json:"value" doc:"The phone in E.164, or the e-mail in lower case"`
	Reason    string       `json:"reason"`
	CreatedAt instant      `json:"created_at"`
	CreatedBy *string      `json:"created_by" doc:"The person's id as the token's issuer names it; null when nobody in person added it"`
}

// SuppressionInput is an address to be suppressed.
type SuppressionInput struct {
	Channel Optional[string] `json:"channel" required:"false" enum:"all,ai_call,whatsapp_message,email" doc:"Default all"`
	Kind    Optional[string] `json:"kind" enum:"phone,email"`
	Value   Optional[string] `json:"value" maxLength:"255" doc:"A phone as people write it, or an e-mail"`
	Reason  Optional[string] `json:"reason" required:"false" maxLength:"255" doc:"Shown where a step is skipped; default: added by a person"`
}

func (a *api) registerSuppressions() {
	register(a, huma.Operation{
		OperationID: "list-suppressions", Method: http.MethodGet, Path: Root + "/suppressions",
		Summary: "List suppressions, newest first", Tags: suppressionsTag,
	}, a.listSuppressions)
	one := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[success[Suppression]](), true, "")
	register(a, huma.Operation{
		OperationID: "create-suppression", Method: http.MethodPost, Path: Root + "/suppressions",
		Summary:     "Suppress an address",
		Description: "One of the address and channel that is there already is answered as it is, with 200.",
		Tags:        suppressionsTag, DefaultStatus: http.StatusCreated,
		Responses: map[string]*huma.Response{strconv.Itoa(http.StatusOK): {
			Description: "It was suppressed before", Content: map[string]*huma.MediaType{"application/json": {Schema: one}},
		}},
	}, a.createSuppression)
	register(a, huma.Operation{
		OperationID: "delete-suppression", Method: http.MethodDelete, Path: Root + "/suppressions/{id}",
		Summary: "Lift a suppression", Tags: suppressionsTag, Errors: []int{http.StatusNotFound},
		Metadata: map[string]any{accessKey: forAdmins},
	}, a.deleteSuppression)
}

func (a *api) listSuppressions(ctx context.Context, in *struct {
	Paging

	Channel channelParam     `query:"channel"`
	Kind    addressKindParam `query:"kind"`
	Search  textParam        `query:"search" doc:"Part of the phone, however written, or of the e-mail"`
},
) (*answer[list[Suppression]], error) {
	filter := flow.SuppressionFilter{Channel: in.Channel.channel, Kind: in.Kind.kind, Search: in.Search.text}
	records, total, err := a.Suppressions.ListSuppressions(ctx, who(ctx).TenantID, filter, in.page())
	if err != nil {
		return nil, err
	}
	data := make([]Suppression, len(records))
	for i, r := range records {
		data[i] = suppressionOf(r)
	}
	return listOf(data, total, in.Paging), nil
}

// addedSuppression is 201, or 200 for one that was there.
type addedSuppression struct {
	Status int
	Body   success[Suppression]
}

func (a *api) createSuppression(ctx context.Context, in *struct {
	Body body[SuppressionInput]
},
) (*addedSuppression, error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	wanted := flow.Suppression{Channel: flow.AllChannels, Kind: input.Kind.Value, Value: input.Value.Value, Reason: "added by a person"}
	if input.Channel.Sent {
		wanted.Channel = flow.Channel(input.Channel.Value)
	}
	set(&wanted.Reason, input.Reason)
	by := who(ctx)
	record, added, err := a.Suppressions.AddSuppression(ctx, by.TenantID, by.UserID, func(t flow.Tenant) (flow.Suppression, error) {
		s, more := wanted.Normalize(t)
		if problems := withOthers(problems, more); len(problems) > 0 {
			return s, invalid(problems)
		}
		return s, nil
	})
	if err != nil {
		return nil, err
	}
	out := &addedSuppression{Status: http.StatusOK, Body: success[Suppression]{true, suppressionOf(record)}}
	if added {
		out.Status = http.StatusCreated
	}
	return out, nil
}

func (a *api) deleteSuppression(ctx context.Context, in *struct {
	ID uuidParam `path:"id"`
},
) (*answer[done], error) {
	by := who(ctx)
	if err := a.Suppressions.RemoveSuppression(ctx, by.TenantID, *in.ID.id, by.UserID); err != nil {
		return nil, err
	}
	return &answer[done]{done{true, "Suppression deleted successfully"}}, nil
}

func suppressionOf(r flow.SuppressionRecord) Suppression {
	return Suppression{
		ID: r.ID, Channel: r.Channel, Kind: r.Kind, Value: r.Value, Reason: r.Reason,
		CreatedAt: instant(r.CreatedAt), CreatedBy: r.CreatedBy,
	}
}

type channelParam struct{ channel flow.Channel }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *channelParam) UnmarshalText(b []byte) error {
	p.channel = flow.Channel(b)
	return oneOf(string(b), flow.SuppressionChannels)
}

// Schema implements huma.SchemaProvider.
func (channelParam) Schema(huma.Registry) *huma.Schema { return enum(flow.SuppressionChannels) }

type addressKindParam struct{ kind string }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *addressKindParam) UnmarshalText(b []byte) error {
	p.kind = string(b)
	return oneOf(p.kind, flow.SuppressionKinds)
}

// Schema implements huma.SchemaProvider.
func (addressKindParam) Schema(huma.Registry) *huma.Schema { return enum(flow.SuppressionKinds) }

// eitherParam is true, false or absent.
type eitherParam struct{ on *bool }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *eitherParam) UnmarshalText(b []byte) error {
	var sent boolParam
	if err := sent.UnmarshalText(b); err != nil {
		return err
	}
	p.on = &sent.on
	return nil
}

// Schema implements huma.SchemaProvider.
func (eitherParam) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeBoolean} }
