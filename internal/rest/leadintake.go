package rest

import (
	"context"
	"errors"
	"net/http"
	"regexp"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

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
		Summary:     "Put a lead on the queue",
		Description: "The lead waits on the queue; read it by its id for the decision. The same source and id count once.",
		Tags:        leadsTag, DefaultStatus: http.StatusAccepted,
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
