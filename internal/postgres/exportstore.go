package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/exporter"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// ExportStore keeps exports for the function that works on them, and reads
// what they hold. It implements exporter.Store.
type ExportStore struct{ Pool *Pool }

// Claim implements exporter.Store.
func (s ExportStore) Claim(ctx context.Context, tenant, id, lease uuid.UUID, now, until time.Time) (*exporter.Job, bool, error) {
	pipe := NewPipe()
	claimed := Rows[db.Export](pipe, db.ClaimExport, arguments(db.ClaimExportParams{Lease: lease, Until: until, Now: now, TenantID: tenant, ID: id})...)
	pipeExportDuty(pipe, tenant, id, &lease, until.Add(leaseGrace))
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, false, fmt.Errorf("claim export %s: %w", id, err)
	}
	if len(*claimed) == 0 {
		return nil, false, nil
	}
	row := (*claimed)[0]
	record, err := exportRecord(row)
	if err != nil {
		return nil, false, err
	}
	job := &exporter.Job{ExportRecord: record, Lease: lease}
	if len(row.Progress) > 0 {
		if err := json.Unmarshal(row.Progress, &job.Progress); err != nil {
			return nil, false, fmt.Errorf("read progress of export %s: %w", id, err)
		}
	}
	return job, true, nil
}

// Advance implements exporter.Store.
func (s ExportStore) Advance(ctx context.Context, job *exporter.Job, until time.Time) error {
	progress, err := json.Marshal(job.Progress)
	if err != nil {
		return fmt.Errorf("encode progress of export %s: %w", job.ID, err)
	}
	pipe := NewPipe()
	pipe.Exec(db.AdvanceExport, arguments(db.AdvanceExportParams{
		Progress: progress, RowsWritten: int32(job.Rows), Until: until, TenantID: job.TenantID, ID: job.ID, Lease: job.Lease,
	})...)
	pipeExportDuty(pipe, job.TenantID, job.ID, &job.Lease, until.Add(leaseGrace))
	return s.guarded(ctx, job, pipe, "store progress of")
}

// Release implements exporter.Store.
func (s ExportStore) Release(ctx context.Context, job *exporter.Job, due time.Time) error {
	pipe := NewPipe()
	pipe.Exec(db.ReleaseExport, arguments(db.ReleaseExportParams{TenantID: job.TenantID, ID: job.ID, Lease: job.Lease})...)
	pipeExportDuty(pipe, job.TenantID, job.ID, &job.Lease, due)
	return s.guarded(ctx, job, pipe, "release")
}

// End implements exporter.Store.
func (s ExportStore) End(ctx context.Context, job *exporter.Job, problem string, now time.Time) error {
	status := flow.ExportCompleted
	if problem != "" {
		status = flow.ExportFailed
	}
	pipe := NewPipe()
	pipe.Exec(db.EndExport, arguments(db.EndExportParams{
		Status: string(status), Problem: orNil(problem), Now: now, RowsWritten: int32(job.Rows), Size: job.Size,
		TenantID: job.TenantID, ID: job.ID, Lease: job.Lease,
	})...)
	pipeExportDuty(pipe, job.TenantID, job.ID, &job.Lease, job.CreatedAt.Add(flow.JobsKept))
	if err := s.guarded(ctx, job, pipe, "end"); err != nil {
		return err
	}
	job.Status = status
	return nil
}

// Forget implements exporter.Store.
func (s ExportStore) Forget(ctx context.Context, job *exporter.Job) error {
	pipe := NewPipe()
	pipe.Exec(db.ForgetExport, job.TenantID, job.ID, job.Lease)
	pipe.Exec(db.EndDuty, "export", job.ID.String())
	return s.guarded(ctx, job, pipe, "delete")
}

func (s ExportStore) guarded(ctx context.Context, job *exporter.Job, pipe *Pipe, doing string) error {
	return leased(ctx, s.Pool, job.TenantID, pipe, exporter.ErrLost, doing+" export "+job.ID.String())
}

// ExportExecutions implements exporter.Store.
func (s ExportStore) ExportExecutions(ctx context.Context, tenant uuid.UUID, f flow.ExecutionFilter, before *flow.Cursor, most int) ([]flow.ExecutionRecord, error) {
	pipe := NewPipe()
	rows := pipeExecutionPage(pipe, tenant, f, flow.Page{Limit: most, Before: before})
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, fmt.Errorf("read executions for an export: %w", err)
	}
	return executionRecords(*rows), nil
}

// ExportLeads implements exporter.Store.
func (s ExportStore) ExportLeads(ctx context.Context, tenant uuid.UUID, f flow.LeadFilter, before *flow.Cursor, most int) ([]flow.LeadRecord, error) {
	pipe := NewPipe()
	rows := pipeLeadPage(pipe, tenant, f, flow.Page{Limit: most, Before: before})
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, fmt.Errorf("read leads for an export: %w", err)
	}
	return leadRecords(*rows)
}

// ExportContacts implements exporter.Store.
func (s ExportStore) ExportContacts(ctx context.Context, tenant uuid.UUID, f flow.ContactSearch, before *flow.Cursor, most int) ([]flow.ExportedContact, error) {
	_, beforeID := cursorParts(before)
	pipe := NewPipe()
	rows := Rows[db.ListContactsByIDRow](pipe, db.ListContactsByID, arguments(db.ListContactsByIDParams{
		TenantID: tenant, Pattern: containing(f.Search), BeforeID: beforeID, Most: int32(most),
	})...)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, fmt.Errorf("read contacts for an export: %w", err)
	}
	out := make([]flow.ExportedContact, len(*rows))
	for i, r := range *rows {
		out[i] = flow.ExportedContact{
			Contact: flow.Contact{
				ID: r.ID, ExternalID: r.ExternalID, Name: r.Name, Phone: r.Phone, Email: r.Email, Company: r.Company,
				City: r.City, Country: r.Country, TimeZone: r.TimeZone, Tags: r.Tags,
			}, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
		}
		if err := readCustomFields(&out[i].Contact, r.CustomFields); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ExportAnalytics implements exporter.Store.
func (s ExportStore) ExportAnalytics(ctx context.Context, tenant uuid.UUID, f flow.FlowSelection) ([]flow.FlowResult, error) {
	days, err := f.Days()
	if err != nil {
		return nil, fmt.Errorf("read the days of an export: %w", err)
	}
	sums, flows, err := StatReader(s).Stats(ctx, tenant, flow.StatQuery{Flow: f.FlowID, Days: days, Facts: []flow.Fact{flow.FactExecution}})
	if err != nil {
		return nil, err
	}
	_, byFlow := flow.TallyExecutions(sums.Counts)
	out := make([]flow.FlowResult, len(flows))
	for i, one := range flows {
		out[i] = flow.FlowResult{FlowStanding: one, Tally: byFlow[one.ID]}
	}
	return out, nil
}

func pipeExportDuty(pipe *Pipe, tenant, id uuid.UUID, lease *uuid.UUID, due time.Time) {
	pipe.Exec(db.MoveExportDuty, arguments(db.MoveExportDutyParams{DueAt: due, TenantID: tenant, ID: id, Lease: lease})...)
}

func exportRecord(r db.Export) (flow.ExportRecord, error) {
	out := flow.ExportRecord{
		ID: r.ID, TenantID: r.TenantID, Kind: flow.ExportKind(r.Kind), Status: flow.ExportStatus(r.Status), Rows: int(r.RowsWritten),
		Size: r.Size, Attempts: int(r.Attempts), CreatedAt: r.CreatedAt, CreatedBy: r.CreatedBy,
		StartedAt: r.StartedAt, CompletedAt: r.CompletedAt,
	}
	if r.Problem != nil {
		out.Problem = *r.Problem
	}
	if err := json.Unmarshal(r.Filter, &out.Filter); err != nil {
		return out, fmt.Errorf("read export %s: %w", r.ID, err)
	}
	return out, nil
}
