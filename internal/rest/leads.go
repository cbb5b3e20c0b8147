package rest

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// Lead is a lead received, and what became of it.
type Lead struct {
	ID           uuid.UUID        `json:"id" format:"uuid"`
	Source       string           `json:"source" doc:"The event's source; with event_id it names the event"`
	EventID      string           `json:"event_id"`
	LeadSource   string           `json:"lead_source"`
	EntryType    string           `json:"entry_type"`
	ContactID    *uuid.UUID       `json:"contact_id" format:"uuid" nullable:"true"`
	ContactName  string           `json:"contact_name"`
	ContactPhone string           `json:"contact_phone"`
	Outcome      flow.LeadOutcome `json:"outcome" enum:"received,matched,none,skipped,rejected"`
	Reason       string           `json:"reason" doc:"Why no flow was taken; empty when one was"`
	ReceivedAt   instant          `json:"received_at"`
	DecidedAt    *instant         `json:"decided_at" nullable:"true"`
	Executions   []LeadExecution  `json:"executions" doc:"What it started"`
}

// LeadExecution is an execution that a lead started.
type LeadExecution struct {
	ID       uuid.UUID            `json:"id" format:"uuid"`
	FlowID   *uuid.UUID           `json:"flow_id" format:"uuid" nullable:"true"`
	FlowName *string              `json:"flow_name"`
	Status   flow.ExecutionStatus `json:"status" enum:"running,completed,failed,cancelled,skipped"`
}

// LeadWithDecision is a lead with the event as it came, and for each flow
// looked at what was compared with what.
type LeadWithDecision struct {
	Lead

	Decision json.RawMessage `json:"decision"`
	Event    json.RawMessage `json:"event"`
}

func (a *api) registerLeads() {
	register(a, huma.Operation{
		OperationID: "list-leads", Method: http.MethodGet, Path: Base + "/leads",
		Summary: "List leads, newest first", Tags: leadsTag,
	}, a.listLeads)
	register(a, huma.Operation{
		OperationID: "get-lead", Method: http.MethodGet, Path: Base + "/leads/{id}",
		Summary: "Read a lead with its decision", Tags: leadsTag, Errors: []int{http.StatusNotFound},
	}, a.readLead)
}

func (a *api) listLeads(ctx context.Context, in *struct {
	FeedPaging
	SpanParams

	Outcome   leadOutcomeParam `query:"outcome"`
	Source    textParam        `query:"source"`
	ContactID uuidParam        `query:"contact_id"`
},
) (*answer[feed[Lead]], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	span, err := a.span(ctx, in.SpanParams)
	if err != nil {
		return nil, err
	}
	filter := flow.LeadFilter{Outcome: in.Outcome.outcome, Source: in.Source.text, ContactID: in.ContactID.id, Received: span}
	records, total, err := a.Leads.ListLeads(ctx, who(ctx).TenantID, filter, page)
	if err != nil {
		return nil, err
	}
	place := func(l flow.LeadRecord) flow.Cursor { return flow.Cursor{At: l.ReceivedAt, ID: l.ID} }
	show := func(l flow.LeadRecord) (Lead, error) { return leadOf(l), nil }
	return feedOf(records, total, in.Paging, place, show)
}

func (a *api) readLead(ctx context.Context, in *struct {
	ID uuidParam `path:"id"`
},
) (*answer[success[LeadWithDecision]], error) {
	r, err := a.Leads.Lead(ctx, who(ctx).TenantID, *in.ID.id)
	if err != nil {
		return nil, err
	}
	return ok(LeadWithDecision{Lead: leadOf(r), Decision: r.Decision, Event: r.Event}), nil
}

func leadOf(r flow.LeadRecord) Lead {
	executions := make([]LeadExecution, len(r.Executions))
	for i, e := range r.Executions {
		executions[i] = LeadExecution(e)
	}
	return Lead{
		ID: r.ID, Source: r.Source, EventID: r.EventID, LeadSource: r.LeadSource, EntryType: r.EntryType,
		ContactID: r.ContactID, ContactName: r.ContactName, ContactPhone: r.ContactPhone, Outcome: r.Outcome,
		Reason: r.Reason, ReceivedAt: instant(r.ReceivedAt), DecidedAt: instantOrNil(r.DecidedAt), Executions: executions,
	}
}
