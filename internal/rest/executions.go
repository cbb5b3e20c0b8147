package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// Execution is one run of a flow for a contact, as the contract shows it.
type Execution struct {
	ID                uuid.UUID                  `json:"id" format:"uuid"`
	FlowID            *uuid.UUID                 `json:"flow_id" format:"uuid" nullable:"true" doc:"null when the flow is gone"`
	FlowVersion       *int                       `json:"flow_version"`
	ContactID         uuid.UUID                  `json:"contact_id" format:"uuid"`
	UserID            uuid.UUID                  `json:"user_id" format:"uuid" doc:"The tenant's id; the name is historical"`
	TriggeredAt       instant                    `json:"triggered_at"`
	Status            flow.ExecutionStatus       `json:"status" enum:"running,completed,failed,cancelled,skipped"`
	CurrentActionStep int                        `json:"current_action_step"`
	CompletedAt       *instant                   `json:"completed_at" nullable:"true"`
	ErrorMessage      *string                    `json:"error_message"`
	Metadata          map[string]json.RawMessage `json:"metadata" doc:"flow_name, contact_name, contact_phone, trigger_source, cancel_reason and more"`
	IsTestRun         bool                       `json:"is_test_run"`
	LeadID            *uuid.UUID                 `json:"lead_id" format:"uuid" nullable:"true" doc:"The lead that started it, whose decision says why; null when none did"`
	FlowName          *string                    `json:"flow_name"`
	ContactName       string                     `json:"contact_name"`
	ContactPhone      string                     `json:"contact_phone"`
}

// ExecutionWithLogs is an execution with its steps, by order and attempt.
type ExecutionWithLogs struct {
	Execution

	Logs []ActionLog `json:"action_logs"`
}

// ActionLog is one attempt at one step, as the contract shows it.
type ActionLog struct {
	ID           uuid.UUID       `json:"id" format:"uuid"`
	ExecutionID  uuid.UUID       `json:"flow_execution_id" format:"uuid"`
	ActionID     *uuid.UUID      `json:"action_id" format:"uuid" nullable:"true" doc:"null when the flow no longer has the action"`
	Type         flow.ActionType `json:"action_type" enum:"ai_call,whatsapp_message,email,wait"`
	Order        int             `json:"action_order"`
	Config       config          `json:"action_config" doc:"As it ran"`
	PlannedFor   *instant        `json:"planned_for" nullable:"true" doc:"Until when it was put off or is to last: the end of a wait, a call's next attempt, the opening of a contact window; null when it waited for nothing"`
	StartedAt    *instant        `json:"started_at" nullable:"true"`
	CompletedAt  *instant        `json:"completed_at" nullable:"true"`
	Status       flow.LogStatus  `json:"status" enum:"pending,running,success,failed,skipped"`
	Attempt      int             `json:"attempt"`
	Result       json.RawMessage `json:"result_data" doc:"What came of it, by action_type; null before there is anything. Of a call: call_initiated, call_id, execution_id, call_outcome, call_detail, duration_seconds, agent_id; of a WhatsApp message: whatsapp_sent, status, template_id, message_id, to_phone; of an e-mail: email_sent, status, email_id, message_id, to_email, subject; of a wait: waited, status, duration_minutes, message; in a test run: simulated and what would have been sent"`
	ErrorMessage *string         `json:"error_message"`
	SkipReason   *string         `json:"skip_reason"`
}

func (a *api) registerExecutions() {
	register(a, huma.Operation{
		OperationID: "list-flow-executions", Method: http.MethodGet, Path: Base + "/flows/{id}/executions",
		Summary: "List a flow's executions, newest first", Tags: executionsTag, Errors: []int{http.StatusNotFound},
	}, a.listFlowExecutions)
	register(a, huma.Operation{
		OperationID: "list-executions", Method: http.MethodGet, Path: Base + "/executions",
		Summary: "List executions, newest first", Tags: executionsTag,
	}, a.listExecutions)
	register(a, huma.Operation{
		OperationID: "get-execution", Method: http.MethodGet, Path: Base + "/executions/{id}",
		Summary: "Read an execution with its steps", Tags: executionsTag, Errors: []int{http.StatusNotFound},
	}, a.readExecution)
}

func (a *api) listFlowExecutions(ctx context.Context, in *struct {
	FlowPath
	FeedPaging

	Status executionStatusParam `query:"status"`
},
) (*answer[feed[Execution]], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	tenant := who(ctx).TenantID
	records, total, err := a.Executions.ListFlowExecutions(ctx, tenant, *in.ID.id, flow.ExecutionFilter{Status: in.Status.status}, page)
	if err != nil {
		return nil, err
	}
	return executionFeed(tenant, records, total, in.FeedPaging)
}

func (a *api) listExecutions(ctx context.Context, in *struct {
	FeedPaging
	SpanParams

	Status       executionStatusParam `query:"status"`
	FlowID       uuidParam            `query:"flow_id" doc:"Also of a flow that is gone"`
	FlowIDCamel  uuidParam            `query:"flowId" doc:"The same as flow_id"`
	ContactID    uuidParam            `query:"contact_id"`
	TestRunsOnly boolParam            `query:"test_runs_only"`
	Search       textParam            `query:"search" doc:"Part of the name of flow or contact, or of the phone number"`
},
) (*answer[feed[Execution]], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	span, err := a.span(ctx, in.SpanParams)
	if err != nil {
		return nil, err
	}
	filter := flow.ExecutionFilter{
		FlowID: in.FlowID.id, ContactID: in.ContactID.id, Status: in.Status.status,
		TestRunsOnly: in.TestRunsOnly.on, Triggered: span, Search: in.Search.text,
	}
	if filter.FlowID == nil {
		filter.FlowID = in.FlowIDCamel.id
	}
	tenant := who(ctx).TenantID
	records, total, err := a.Executions.ListExecutions(ctx, tenant, filter, page)
	if err != nil {
		return nil, err
	}
	return executionFeed(tenant, records, total, in.FeedPaging)
}

func executionFeed(tenant uuid.UUID, records []flow.ExecutionRecord, total flow.Total, p FeedPaging) (*answer[feed[Execution]], error) {
	place := func(e flow.ExecutionRecord) flow.Cursor { return flow.Cursor{At: e.TriggeredAt, ID: e.ID} }
	show := func(e flow.ExecutionRecord) (Execution, error) { return executionOf(tenant, e) }
	return feedOf(records, total, p.Paging, place, show)
}

func (a *api) readExecution(ctx context.Context, in *struct {
	ID uuidParam `path:"id"`
},
) (*answer[success[ExecutionWithLogs]], error) {
	tenant := who(ctx).TenantID
	record, logs, err := a.Executions.Execution(ctx, tenant, *in.ID.id)
	if err != nil {
		return nil, err
	}
	e, err := executionOf(tenant, record)
	if err != nil {
		return nil, err
	}
	out := ExecutionWithLogs{Execution: e, Logs: make([]ActionLog, len(logs))}
	for i, l := range logs {
		out.Logs[i] = ActionLog{
			ID: l.ID, ExecutionID: e.ID, ActionID: l.ActionID, Type: l.Type, Order: l.Order, Config: config(l.Config),
			PlannedFor: instantOrNil(l.PlannedFor), StartedAt: instantOrNil(l.StartedAt), CompletedAt: instantOrNil(l.CompletedAt), Status: l.Status,
			Attempt: l.Attempt, Result: l.Result, ErrorMessage: l.ErrorMessage, SkipReason: l.SkipReason,
		}
	}
	return ok(out), nil
}

// executionOf puts the names, which outlive what they name, also into metadata.
func executionOf(tenant uuid.UUID, r flow.ExecutionRecord) (Execution, error) {
	metadata := map[string]json.RawMessage{}
	if err := json.Unmarshal(r.Metadata, &metadata); err != nil {
		return Execution{}, fmt.Errorf("read metadata of execution %s: %w", r.ID, err)
	}
	if metadata == nil { // JSON null
		metadata = map[string]json.RawMessage{}
	}
	for name, value := range map[string]any{"flow_name": r.FlowName, "contact_name": r.ContactName, "contact_phone": r.ContactPhone} {
		raw, err := json.Marshal(value)
		if err != nil {
			return Execution{}, fmt.Errorf("show %s of execution %s: %w", name, r.ID, err)
		}
		metadata[name] = raw
	}
	if r.CancelReason != nil {
		raw, err := json.Marshal(r.CancelReason)
		if err != nil {
			return Execution{}, fmt.Errorf("show the cancel reason of execution %s: %w", r.ID, err)
		}
		metadata["cancel_reason"] = raw
	}
	return Execution{
		ID: r.ID, FlowID: r.FlowID, FlowVersion: r.FlowVersion, ContactID: r.ContactID, UserID: tenant,
		TriggeredAt: instant(r.TriggeredAt), Status: r.Status, CurrentActionStep: r.CurrentStep,
		CompletedAt: instantOrNil(r.CompletedAt), ErrorMessage: r.ErrorMessage, Metadata: metadata,
		IsTestRun: r.IsTestRun, LeadID: r.LeadID, FlowName: r.FlowName, ContactName: r.ContactName, ContactPhone: r.ContactPhone,
	}, nil
}
