package rest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"regexp"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// LeadInput is a lead: a whole CloudEvents event (specversion, source and
// data), or what such an event has in its data (contact and so on). The types
// are documentation: bodies are read as lead events are.
type LeadInput struct {
	ID         string      `json:"id,omitempty" maxLength:"255" doc:"Names the lead within its source; default: the Idempotency-Key, else a new one"`
	Contact    LeadContact `json:"contact,omitzero" doc:"Needed but in a whole event"`
	LeadSource string      `json:"lead_source,omitempty" maxLength:"255"`
	EntryType  string      `json:"entry_type,omitempty" maxLength:"255" doc:"Default api"`
	Notes      string      `json:"notes,omitempty"`

	SpecVersion string     `json:"specversion,omitempty" enum:"1.0" doc:"Only in a whole event"`
	Source      string     `json:"source,omitempty" maxLength:"255" doc:"Only in a whole event; otherwise api"`
	Type        string     `json:"type,omitempty" doc:"Only in a whole event"`
	Time        *time.Time `json:"time,omitempty" doc:"Only in a whole event"`
	TenantID    *uuid.UUID `json:"tenantid,omitempty" format:"uuid" doc:"Only in a whole event; the token's tenant"`
	Data        *LeadData  `json:"data,omitempty" doc:"Only in a whole event"`
}

// LeadData is what a whole event says of a lead.
type LeadData struct {
	Contact    LeadContact `json:"contact"`
	LeadSource string      `json:"lead_source,omitempty"`
	EntryType  string      `json:"entry_type,omitempty"`
	Notes      string      `json:"notes,omitempty"`
}

// LeadContact is who the lead is; a phone or an e-mail is needed.
type LeadContact struct {
	Name         string                     `json:"name,omitempty" maxLength:"255"`
	Phone        string                     `json:"phone,omitempty" maxLength:"255"`
	Email        string                     `json:"email,omitempty" maxLength:"255"`
	Company      string                     `json:"company,omitempty" maxLength:"255"`
	City         string                     `json:"city,omitempty" maxLength:"255"`
	Country      string                     `json:"country,omitempty" maxLength:"255"`
	Tags         []string                   `json:"tags,omitempty" maxItems:"100"`
	ExternalID   string                     `json:"external_id,omitempty" maxLength:"255"`
	CustomFields map[string]json.RawMessage `json:"custom_fields,omitempty"`
}

// TransformSchema implements huma.SchemaTransformer: keys that are not named
// are kept with the event.
func (LeadInput) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	s.AdditionalProperties = true
	for _, part := range []reflect.Type{reflect.TypeFor[LeadData](), reflect.TypeFor[LeadContact]()} {
		r.SchemaFromRef(r.Schema(part, true, "").Ref).AdditionalProperties = true
	}
	return s
}

// AcceptedLead is a lead that waits to be decided.
type AcceptedLead struct {
	ID      uuid.UUID        `json:"id" format:"uuid" doc:"Reads the lead and its decision"`
	Source  string           `json:"source"`
	EventID string           `json:"event_id"`
	Outcome flow.LeadOutcome `json:"outcome" enum:"received"`
}

func (a *api) registerLeadIntake() {
	register(a, huma.Operation{
		OperationID: "create-lead", Method: http.MethodPost, Path: Base + "/leads",
		Summary: "Put a lead on the queue", Tags: leadsTag, DefaultStatus: http.StatusAccepted,
		Errors: []int{http.StatusConflict},
	}, a.createLead)
}

func (a *api) createLead(ctx context.Context, in *struct {
	IdempotencyKey

	Body body[LeadInput]
},
) (*answer[shown[success[AcceptedLead]]], error) {
	show := func(l flow.TakenLead) success[AcceptedLead] {
		return success[AcceptedLead]{true, AcceptedLead{ID: l.ID, Source: l.Source, EventID: l.EventID, Outcome: flow.LeadReceived}}
	}
	once, err := onceFor(in.IdempotencyKey, show, "create-lead", in.Body.raw)
	if err != nil {
		return nil, err
	}
	n, err := parseJSON(in.Body.raw)
	if err != nil {
		return nil, err
	}
	if n.kind != jsonObject {
		return nil, badRequest("The body must be a JSON object")
	}
	taken, err := a.Intake.Take(ctx, who(ctx).TenantID, in.Body.raw, flow.Arrival{Source: "api", EntryType: "api", ID: in.Key}, once)
	if refused, is := errors.AsType[*flow.RejectError](err); is {
		return nil, refusedLead(refused.Reason)
	}
	if err != nil {
		return nil, err
	}
	return &answer[shown[success[AcceptedLead]]]{shownOnce(once, taken, show)}, nil
}

// fieldFirst finds the field that a reason begins with.
var fieldFirst = regexp.MustCompile(`^[a-z][a-z_]*(?:\.[a-z_]+|\[\d+\])* `)

func refusedLead(reason string) *failure {
	if field := fieldFirst.FindString(reason); field != "" {
		return invalid([]flow.FieldError{{Field: field[:len(field)-1], Message: reason}})
	}
	return badRequest(reason)
}
