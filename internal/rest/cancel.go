package rest

import (
	"context"
	"fmt"
	"net/http"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

const (
	maxReason   = 500
	maxBulkIDs  = 1000
	reasonLimit = "reason must have at most 500 characters"
)

// CancelInput says why an execution is cancelled.
type CancelInput struct {
	Reason Nullable[string] `json:"reason" required:"false" maxLength:"500" doc:"Shown with the execution as metadata.cancel_reason"`
}

// BulkCancelInput selects running executions, by id or by filter.
type BulkCancelInput struct {
	IDs    Optional[[]uuidParam]      `json:"ids" required:"false" minItems:"1" maxItems:"1000" doc:"Those that are not there or not running are left aside"`
	Filter Optional[BulkCancelFilter] `json:"filter" required:"false" doc:"Instead of ids; an empty object selects all that run"`
	Reason Nullable[string]           `json:"reason" required:"false" maxLength:"500"`
}

// TransformSchema implements huma.SchemaTransformer.
func (BulkCancelInput) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	return oneRequired(s, "ids", "filter")
}

// BulkCancelFilter selects executions as the list of executions does.
type BulkCancelFilter struct {
	FlowID       Optional[uuidParam]   `json:"flow_id" required:"false" doc:"Also of a flow that is gone"`
	ContactID    Optional[uuidParam]   `json:"contact_id" required:"false"`
	TestRunsOnly Optional[bool]        `json:"test_runs_only" required:"false"`
	From         Optional[momentParam] `json:"from" required:"false"`
	To           Optional[momentParam] `json:"to" required:"false"`
	Search       Optional[textParam]   `json:"search" required:"false"`
}

// BulkCancelled says what a bulk cancel did.
type BulkCancelled struct {
	Cancelled int `json:"cancelled" doc:"How many executions were running and are cancelled now. Nothing new begins for them; calls that still wait at the provider are stopped within minutes"`
}

func (a *api) registerCancel() {
	optional := &huma.RequestBody{}
	register(a, huma.Operation{
		OperationID: "cancel-execution", Method: http.MethodPost, Path: Base + "/executions/{id}/cancel",
		Summary: "Cancel an execution", Tags: executionsTag, Errors: []int{http.StatusNotFound}, RequestBody: optional,
		Description: "After the 200 nothing more is sent to the contact by this execution. A call that talks already is let finish. 503: a request is just leaving, ask again.",
	}, a.cancelExecution)
	// A body is required of every operation whose input has one; here it is not.
	optional.Required = false
	register(a, huma.Operation{
		OperationID: "bulk-cancel-executions", Method: http.MethodPost, Path: Base + "/executions/bulk-cancel",
		Summary:     "Cancel many executions",
		Description: "Those named by ids or selected by filter, of which those that run are cancelled; the answer counts them. As with one, nothing of them begins afterwards; what is on its way is stopped as far as the provider lets.",
		Tags:        executionsTag,
	}, a.bulkCancel)
}

func (a *api) cancelExecution(ctx context.Context, in *struct {
	ID uuidParam `path:"id"`

	Body body[CancelInput]
},
) (*answer[success[Execution]], error) {
	input, problems, err := decodeOptional(in.Body)
	if err != nil {
		return nil, err
	}
	reason, problems := reasonOf(input.Reason, problems)
	if len(problems) > 0 {
		return nil, invalid(problems)
	}
	tenant := who(ctx).TenantID
	if err := a.Cancels.Cancel(ctx, tenant, *in.ID.id, reason); err != nil {
		return nil, err
	}
	record, _, err := a.Executions.Execution(ctx, tenant, *in.ID.id)
	if err != nil {
		return nil, err
	}
	e, err := executionOf(tenant, record)
	if err != nil {
		return nil, err
	}
	return ok(e), nil
}

func reasonOf(given Nullable[string], problems []flow.FieldError) (string, []flow.FieldError) {
	if given.Value == nil {
		return "", problems
	}
	if utf8.RuneCountInString(*given.Value) > maxReason {
		problems = append(problems, flow.FieldError{Field: "reason", Message: reasonLimit})
	}
	return *given.Value, problems
}

func (a *api) bulkCancel(ctx context.Context, in *struct{ Body body[BulkCancelInput] }) (*answer[success[BulkCancelled]], error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	reason, problems := reasonOf(input.Reason, problems)
	switch {
	case input.IDs.Sent == input.Filter.Sent:
		problems = append(problems, flow.FieldError{Field: "ids", Message: "Either ids or filter is required"})
	case input.IDs.Sent && (len(input.IDs.Value) == 0 || len(input.IDs.Value) > maxBulkIDs):
		problems = append(problems, flow.FieldError{Field: "ids", Message: fmt.Sprintf("ids must name 1 to %d executions", maxBulkIDs)})
	}
	if len(problems) > 0 {
		return nil, invalid(problems)
	}
	var ids []uuid.UUID
	for _, p := range input.IDs.Value {
		ids = append(ids, *p.id)
	}
	f := input.Filter.Value
	span, err := a.span(ctx, SpanParams{From: f.From.Value, To: f.To.Value})
	if err != nil {
		return nil, err
	}
	cancelled, err := a.Bulk.CancelExecutions(ctx, who(ctx).TenantID, ids, flow.ExecutionFilter{
		FlowID: f.FlowID.Value.id, ContactID: f.ContactID.Value.id, TestRunsOnly: f.TestRunsOnly.Value,
		Triggered: span, Search: f.Search.Value.text,
	}, reason)
	if err != nil {
		return nil, err
	}
	return ok(BulkCancelled{cancelled}), nil
}
