package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// ExecutionReader reads executions, their logs and leads for the HTTP API,
// always in a transaction of the tenant. It implements rest.Executions and
// rest.Leads; its errors are like those of FlowStore.
type ExecutionReader struct{ Pool *Pool }

// ListExecutions reads a page of executions, newest first.
func (r ExecutionReader) ListExecutions(ctx context.Context, tenant uuid.UUID, f flow.ExecutionFilter, p flow.Page) ([]flow.ExecutionRecord, flow.Total, error) {
	pipe := NewPipe()
	rows, count := pipeExecutions(pipe, tenant, f, p)
	if err := r.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, flow.Total{}, storeError("list executions", err)
	}
	return executionRecords(*rows), total(*count), nil
}

// ListFlowExecutions is ListExecutions of one flow; it tells a flow that is
// not there (flow.ErrFlowNotFound) from one without executions.
func (r ExecutionReader) ListFlowExecutions(ctx context.Context, tenant, id uuid.UUID, f flow.ExecutionFilter, p flow.Page) ([]flow.ExecutionRecord, flow.Total, error) {
	f.FlowID = &id
	pipe := NewPipe()
	flows := Rows[db.AutoEngagementFlow](pipe, db.GetFlow, tenant, id)
	rows, count := pipeExecutions(pipe, tenant, f, p)
	if err := r.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, flow.Total{}, storeError("list executions of a flow", err)
	}
	if len(*flows) == 0 {
		return nil, flow.Total{}, flow.ErrFlowNotFound
	}
	return executionRecords(*rows), total(*count), nil
}

func pipeExecutions(pipe *Pipe, tenant uuid.UUID, f flow.ExecutionFilter, p flow.Page) (*[]db.ListExecutionsRow, *[]int64) {
	rows := pipeExecutionPage(pipe, tenant, f, p)
	status, from, to, most := string(f.Status), f.Triggered.From, f.Triggered.To, int64(flow.MaxCounted+1)
	if pattern := containing(f.Search); pattern != "" {
		return rows, Scalars[int64](pipe, db.CountFoundExecutions, pattern, f.FlowID, f.ContactID, status, f.TestRunsOnly, from, to, most)
	}
	return rows, Scalars[int64](pipe, db.CountExecutions, tenant, f.FlowID, f.ContactID, status, f.TestRunsOnly, from, to, most)
}

// pipeExecutionPage is pipeExecutions without counting.
func pipeExecutionPage(pipe *Pipe, tenant uuid.UUID, f flow.ExecutionFilter, p flow.Page) *[]db.ListExecutionsRow {
	beforeAt, beforeID := cursorParts(p.Before)
	status, from, to := string(f.Status), f.Triggered.From, f.Triggered.To
	if pattern := containing(f.Search); pattern != "" {
		return Rows[db.ListExecutionsRow](pipe, db.SearchExecutions, pattern, f.FlowID, f.ContactID, status,
			f.TestRunsOnly, from, to, beforeAt, beforeID, p.Offset, p.Limit, tenant)
	}
	return Rows[db.ListExecutionsRow](pipe, db.ListExecutions, tenant, f.FlowID, f.ContactID, status,
		f.TestRunsOnly, from, to, beforeAt, beforeID, p.Offset, p.Limit)
}

// Execution reads one execution with its logs, by order and attempt.
func (r ExecutionReader) Execution(ctx context.Context, tenant, id uuid.UUID) (flow.ExecutionRecord, []flow.LogRecord, error) {
	pipe := NewPipe()
	rows := Rows[db.ListExecutionsRow](pipe, db.GetExecution, tenant, id)
	logs := Rows[db.ExecutionLogsRow](pipe, db.ExecutionLogs, tenant, id)
	if err := r.Pool.read(ctx, tenant, pipe); err != nil {
		return flow.ExecutionRecord{}, nil, storeError("read execution", err)
	}
	if len(*rows) == 0 {
		return flow.ExecutionRecord{}, nil, flow.ErrExecutionNotFound
	}
	records := make([]flow.LogRecord, len(*logs))
	for i, l := range *logs {
		step := flow.Step{Type: flow.ActionType(l.ActionType), State: flow.State(l.State), Until: l.Until}
		records[i] = flow.LogRecord{
			ID: l.ID, ActionID: l.ActionID, Type: step.Type, Order: int(l.Step), Attempt: int(l.Attempt),
			Config: l.ActionConfig, Status: step.Status(), PlannedFor: l.Until, StartedAt: l.StartedAt, CompletedAt: l.CompletedAt,
			Result: l.ResultData, ErrorMessage: l.ErrorMessage, SkipReason: l.SkipReason,
		}
	}
	return executionRecords(*rows)[0], records, nil
}

func executionRecords(rows []db.ListExecutionsRow) []flow.ExecutionRecord {
	records := make([]flow.ExecutionRecord, len(rows))
	for i, e := range rows {
		records[i] = flow.ExecutionRecord{
			ID: e.ID, FlowID: e.FlowID, FlowName: e.FlowName, ContactID: e.ContactID, ContactName: e.ContactName,
			ContactPhone: e.ContactPhone, Status: flow.ExecutionStatus(e.Status), CurrentStep: int(e.CurrentActionStep),
			IsTestRun: e.IsTestRun, Metadata: e.Metadata, ErrorMessage: e.ErrorMessage, CancelReason: e.CancelReason, TriggeredAt: e.TriggeredAt,
			CompletedAt: e.CompletedAt, LeadID: e.LeadEventID,
		}
		if e.FlowVersion != nil {
			version := int(*e.FlowVersion)
			records[i].FlowVersion = &version
		}
	}
	return records
}

// ListLeads reads a page of leads, newest first, without decision and event.
func (r ExecutionReader) ListLeads(ctx context.Context, tenant uuid.UUID, f flow.LeadFilter, p flow.Page) ([]flow.LeadRecord, flow.Total, error) {
	pipe := NewPipe()
	rows := pipeLeadPage(pipe, tenant, f, p)
	count := Scalars[int64](pipe, db.CountLeads, tenant, string(f.Outcome), f.Source, f.ContactID, f.Received.From, f.Received.To,
		flow.MaxCounted+1)
	if err := r.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, flow.Total{}, storeError("list leads", err)
	}
	leads, err := leadRecords(*rows)
	if err != nil {
		return nil, flow.Total{}, err
	}
	return leads, total(*count), nil
}

func pipeLeadPage(pipe *Pipe, tenant uuid.UUID, f flow.LeadFilter, p flow.Page) *[]db.ListLeadsRow {
	beforeAt, beforeID := cursorParts(p.Before)
	return Rows[db.ListLeadsRow](pipe, db.ListLeads, tenant, string(f.Outcome), f.Source, f.ContactID, f.Received.From, f.Received.To,
		beforeAt, beforeID, p.Offset, p.Limit)
}

// Lead reads one lead with its decision.
func (r ExecutionReader) Lead(ctx context.Context, tenant, id uuid.UUID) (flow.LeadRecord, error) {
	pipe := NewPipe()
	rows := Rows[db.GetLeadRow](pipe, db.GetLead, tenant, id)
	if err := r.Pool.read(ctx, tenant, pipe); err != nil {
		return flow.LeadRecord{}, storeError("read lead", err)
	}
	if len(*rows) == 0 {
		return flow.LeadRecord{}, flow.ErrLeadNotFound
	}
	l := (*rows)[0]
	lead, err := leadRecord(db.ListLeadsRow{
		ID: l.ID, Source: l.Source, EventID: l.EventID, LeadSource: l.LeadSource, EntryType: l.EntryType,
		ContactID: l.ContactID, ContactName: l.ContactName, ContactPhone: l.ContactPhone, Outcome: l.Outcome,
		Reason: l.Reason, ReceivedAt: l.ReceivedAt, DecidedAt: l.DecidedAt, Executions: l.Executions,
	})
	lead.Decision, lead.Event = l.Decision, l.Body
	return lead, err
}

func leadRecords(rows []db.ListLeadsRow) ([]flow.LeadRecord, error) {
	leads := make([]flow.LeadRecord, len(rows))
	for i, row := range rows {
		lead, err := leadRecord(row)
		if err != nil {
			return nil, err
		}
		leads[i] = lead
	}
	return leads, nil
}

func leadRecord(row db.ListLeadsRow) (flow.LeadRecord, error) {
	lead := flow.LeadRecord{
		ID: row.ID, Source: row.Source, EventID: row.EventID, LeadSource: row.LeadSource, EntryType: row.EntryType,
		ContactID: row.ContactID, ContactName: row.ContactName, ContactPhone: row.ContactPhone,
		Outcome: flow.LeadOutcome(row.Outcome), Reason: row.Reason, ReceivedAt: row.ReceivedAt, DecidedAt: row.DecidedAt,
	}
	if err := json.Unmarshal(row.Executions, &lead.Executions); err != nil {
		return lead, fmt.Errorf("read executions of lead %s: %w", row.ID, err)
	}
	return lead, nil
}

func cursorParts(c *flow.Cursor) (*time.Time, *uuid.UUID) {
	if c == nil {
		return nil, nil
	}
	return &c.At, &c.ID
}
