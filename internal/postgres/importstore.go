package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/importer"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// leaseGrace lies between the end of a lease and the duty to look after its job.
const leaseGrace = 5 * time.Second

// ImportStore keeps imports for the function that works on them. It implements
// importer.Store.
type ImportStore struct{ Pool *Pool }

// Claim implements importer.Store.
func (s ImportStore) Claim(ctx context.Context, tenant, id, lease uuid.UUID, now, until time.Time) (*importer.Job, bool, error) {
	pipe := NewPipe()
	claimed := Rows[db.Import](pipe, db.ClaimImport, arguments(db.ClaimImportParams{Lease: lease, Until: until, TenantID: tenant, ID: id, Now: now})...)
	pipeImportDuty(pipe, tenant, id, &lease, until.Add(leaseGrace))
	tenants := Rows[db.GetTenantRow](pipe, db.GetTenant, tenant)
	tx, err := s.Pool.Begin(ctx, tenant, pipe)
	if err != nil {
		return nil, false, fmt.Errorf("claim import %s: %w", id, err)
	}
	if err := tx.Commit(ctx, nil); err != nil {
		return nil, false, fmt.Errorf("claim import %s: %w", id, err)
	}
	if len(*claimed) == 0 || len(*tenants) == 0 {
		return nil, false, nil
	}
	record, err := importRecord((*claimed)[0])
	if err != nil {
		return nil, false, err
	}
	return &importer.Job{ImportRecord: record, Lease: lease, Region: (*tenants)[0].DefaultRegion}, true, nil
}

// Preview implements importer.Store.
func (s ImportStore) Preview(ctx context.Context, job *importer.Job, p importer.Preview, now, until time.Time) (flow.ImportRecord, error) {
	preview, err := json.Marshal(p.Rows)
	if err != nil {
		return flow.ImportRecord{}, fmt.Errorf("encode a preview: %w", err)
	}
	mapping, err := json.Marshal(p.Mapping)
	if err != nil {
		return flow.ImportRecord{}, fmt.Errorf("encode a mapping: %w", err)
	}
	pipe := NewPipe()
	rows := Rows[db.Import](pipe, db.PreviewImport, arguments(db.PreviewImportParams{
		Now: now, Until: until, Etag: p.ETag, Size: p.Size, Columns: p.Columns, Preview: preview, Mapping: mapping,
		RowsTotal: int32(p.Total), TenantID: job.TenantID, ID: job.ID, Lease: job.Lease,
	})...)
	tx, err := s.Pool.Begin(ctx, job.TenantID, pipe)
	if err != nil {
		return flow.ImportRecord{}, fmt.Errorf("store the preview of import %s: %w", job.ID, err)
	}
	defer tx.Rollback(ctx)
	if len(*rows) == 0 {
		return flow.ImportRecord{}, importer.ErrLost
	}
	record, err := importRecord((*rows)[0])
	if err != nil {
		return record, err
	}
	due := until.Add(leaseGrace)
	if record.Status == flow.ImportReady {
		due = record.CreatedAt.Add(flow.JobsKept)
	}
	pipe = NewPipe()
	pipeImportDuty(pipe, job.TenantID, job.ID, &job.Lease, due)
	if err := tx.Commit(ctx, pipe); err != nil {
		return record, fmt.Errorf("store the preview of import %s: %w", job.ID, err)
	}
	return record, nil
}

type importedEventRow struct {
	ID      uuid.UUID       `json:"id"`
	Source  string          `json:"source"`
	EventID string          `json:"event_id"`
	Body    json.RawMessage `json:"body"`
}

type rowErrorRow struct {
	Row     int    `json:"row_number"`
	Column  string `json:"column_name"`
	Message string `json:"message"`
}

// Advance implements importer.Store. The guard goes first, so that a worker
// that has lost the import writes nothing.
func (s ImportStore) Advance(ctx context.Context, job *importer.Job, b importer.Batch, until time.Time) error {
	pipe := NewPipe()
	pipe.Exec(db.AdvanceImport, arguments(db.AdvanceImportParams{
		Accepted: int32(b.Accepted), Rejected: int32(b.Rejected), Until: until, TenantID: job.TenantID, ID: job.ID, Lease: job.Lease,
	})...)
	if len(b.Events) > 0 {
		rows := make([]importedEventRow, len(b.Events))
		for i, e := range b.Events {
			rows[i] = importedEventRow{e.ID, e.Source, e.EventName.ID, e.Body}
		}
		events, err := json.Marshal(rows)
		if err != nil {
			return fmt.Errorf("encode a batch of import %s: %w", job.ID, err)
		}
		pipe.Exec(db.AddImportedEvents, arguments(db.AddImportedEventsParams{
			DueAt: b.Events[0].DueAt, TenantID: job.TenantID, Now: b.Events[0].At, Events: events,
		})...)
	}
	if len(b.Errors) > 0 {
		rows := make([]rowErrorRow, len(b.Errors))
		for i, e := range b.Errors {
			rows[i] = rowErrorRow(e)
		}
		encoded, err := json.Marshal(rows)
		if err != nil {
			return fmt.Errorf("encode row errors of import %s: %w", job.ID, err)
		}
		pipe.Exec(db.AddImportErrors, arguments(db.AddImportErrorsParams{TenantID: job.TenantID, ImportID: job.ID, Errors: encoded})...)
	}
	pipeImportDuty(pipe, job.TenantID, job.ID, &job.Lease, until.Add(leaseGrace))
	return s.guarded(ctx, job, pipe, "store a batch of")
}

// Release implements importer.Store.
func (s ImportStore) Release(ctx context.Context, job *importer.Job, due time.Time) error {
	pipe := NewPipe()
	pipe.Exec(db.ReleaseImport, arguments(db.ReleaseImportParams{TenantID: job.TenantID, ID: job.ID, Lease: job.Lease})...)
	pipeImportDuty(pipe, job.TenantID, job.ID, &job.Lease, due)
	return s.guarded(ctx, job, pipe, "release")
}

// End implements importer.Store.
func (s ImportStore) End(ctx context.Context, job *importer.Job, problem string, now time.Time) error {
	status := flow.ImportCompleted
	if problem != "" {
		status = flow.ImportFailed
	}
	pipe := NewPipe()
	pipe.Exec(db.EndImport, arguments(db.EndImportParams{
		Status: string(status), Problem: orNil(problem), Now: now, TenantID: job.TenantID, ID: job.ID, Lease: job.Lease,
	})...)
	pipeImportDuty(pipe, job.TenantID, job.ID, &job.Lease, job.CreatedAt.Add(flow.JobsKept))
	if err := s.guarded(ctx, job, pipe, "end"); err != nil {
		return err
	}
	job.Status = status
	return nil
}

// Forget implements importer.Store.
func (s ImportStore) Forget(ctx context.Context, job *importer.Job) error {
	pipe := NewPipe()
	pipe.Exec(db.ForgetImport, job.TenantID, job.ID, job.Lease)
	pipe.Exec(db.EndDuty, "import", job.ID.String())
	return s.guarded(ctx, job, pipe, "delete")
}

func (s ImportStore) guarded(ctx context.Context, job *importer.Job, pipe *Pipe, doing string) error {
	return leased(ctx, s.Pool, job.TenantID, pipe, importer.ErrLost, doing+" import "+job.ID.String())
}

// RowErrors implements importer.Store.
func (s ImportStore) RowErrors(ctx context.Context, tenant, id uuid.UUID) ([]flow.RowError, error) {
	pipe := NewPipe()
	rows := Rows[db.ListImportErrorsRow](pipe, db.ListImportErrors, arguments(db.ListImportErrorsParams{
		TenantID: tenant, ImportID: id, Most: importer.DefaultErrorsKept,
	})...)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, fmt.Errorf("read row errors of import %s: %w", id, err)
	}
	return rowErrors(*rows), nil
}

func rowErrors(rows []db.ListImportErrorsRow) []flow.RowError {
	out := make([]flow.RowError, len(rows))
	for i, r := range rows {
		out[i] = flow.RowError{Row: int(r.RowNumber), Column: r.ColumnName, Message: r.Message}
	}
	return out
}

func pipeImportDuty(pipe *Pipe, tenant, id uuid.UUID, lease *uuid.UUID, due time.Time) {
	pipe.Exec(db.MoveImportDuty, arguments(db.MoveImportDutyParams{DueAt: due, TenantID: tenant, ID: id, Lease: lease})...)
}

func importRecord(r db.Import) (flow.ImportRecord, error) {
	out := flow.ImportRecord{
		ID: r.ID, TenantID: r.TenantID, Status: flow.ImportStatus(r.Status), FileName: r.FileName, Format: flow.FileFormat(r.Format),
		LeadSource: r.LeadSource, EntryType: r.EntryType, StartWanted: r.StartWanted, UploadUntil: r.UploadUntil,
		ETag: r.Etag, Size: r.Size, Columns: r.Columns, Read: int(r.RowsRead), Accepted: int(r.RowsAccepted),
		Rejected: int(r.RowsRejected), Attempts: int(r.Attempts), CreatedAt: r.CreatedAt, CreatedBy: r.CreatedBy,
		StartedAt: r.StartedAt, CompletedAt: r.CompletedAt,
	}
	if r.RowsTotal != nil {
		out.Total = new(int(*r.RowsTotal))
	}
	if r.Problem != nil {
		out.Problem = *r.Problem
	}
	err := json.Unmarshal(r.Preview, &out.Preview)
	if len(r.Mapping) > 0 {
		err = errors.Join(err, json.Unmarshal(r.Mapping, &out.Mapping))
	}
	if err != nil {
		return out, fmt.Errorf("read import %s: %w", r.ID, err)
	}
	return out, nil
}
