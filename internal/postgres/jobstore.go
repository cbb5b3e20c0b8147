package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// JobStore keeps imports and exports for the HTTP API. It implements rest.Jobs.
type JobStore struct {
	Pool  *Pool
	Clock clock.Clock
}

// startAfter is when the sweeper starts a job whose function was not reached.
const startAfter = 30 * time.Second

// CreateImport stores an import that waits for its file.
func (s JobStore) CreateImport(ctx context.Context, r flow.ImportRecord, once *flow.Once[flow.ImportRecord]) (flow.ImportRecord, error) {
	r.Status, r.CreatedAt, r.Columns, r.Preview = flow.ImportAwaitingUpload, s.now(), []string{}, [][]string{}
	mapping, err := encodeMapping(r.Mapping)
	if err != nil {
		return r, err
	}
	err = createOnce(ctx, s.Pool, r.TenantID, r, once, func(pipe *Pipe) {
		pipe.Exec(db.AddImport, arguments(db.AddImportParams{
			ID: r.ID, TenantID: r.TenantID, FileName: r.FileName, Format: string(r.Format), LeadSource: r.LeadSource,
			EntryType: r.EntryType, Mapping: mapping, StartWanted: r.StartWanted, UploadUntil: r.UploadUntil, Size: r.Size,
			CreatedAt: r.CreatedAt, CreatedBy: r.CreatedBy,
		})...)
		// A lost notification of the upload is made up for.
		pipeImportDuty(pipe, r.TenantID, r.ID, nil, r.UploadUntil)
	})
	return r, storeError("create an import", err)
}

// CreateExport stores an export that is to be made at once.
func (s JobStore) CreateExport(ctx context.Context, r flow.ExportRecord, once *flow.Once[flow.ExportRecord]) (flow.ExportRecord, error) {
	r.Status, r.CreatedAt = flow.ExportQueued, s.now()
	filter, err := json.Marshal(r.Filter)
	if err != nil {
		return r, fmt.Errorf("encode the filter of an export: %w", err)
	}
	err = createOnce(ctx, s.Pool, r.TenantID, r, once, func(pipe *Pipe) {
		pipe.Exec(db.AddExport, arguments(db.AddExportParams{
			ID: r.ID, TenantID: r.TenantID, Kind: string(r.Kind), Filter: filter, CreatedAt: r.CreatedAt, CreatedBy: r.CreatedBy,
		})...)
		pipeExportDuty(pipe, r.TenantID, r.ID, nil, s.Clock.Real().Add(startAfter))
	})
	return r, storeError("create an export", err)
}

// leased writes what holds only while a worker has its job's lease; lost says
// that it has it no more.
func leased(ctx context.Context, pool *Pool, tenant uuid.UUID, pipe *Pipe, lost error, doing string) error {
	tx, err := pool.Begin(ctx, tenant, nil)
	if err == nil {
		err = tx.Commit(ctx, pipe)
	}
	if Code(err) == "40001" {
		return lost
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// Import reads one import; flow.ErrImportNotFound.
func (s JobStore) Import(ctx context.Context, tenant, id uuid.UUID) (flow.ImportRecord, error) {
	pipe := NewPipe()
	rows := Rows[db.Import](pipe, db.GetImport, tenant, id)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return flow.ImportRecord{}, storeError("read import", err)
	}
	if len(*rows) == 0 {
		return flow.ImportRecord{}, flow.ErrImportNotFound
	}
	return importRecord((*rows)[0])
}

// ListImports reads a page of imports, newest first.
func (s JobStore) ListImports(ctx context.Context, tenant uuid.UUID, p flow.Page) ([]flow.ImportRecord, flow.Total, error) {
	pipe := NewPipe()
	rows := Rows[db.Import](pipe, db.ListImports, tenant, p.Offset, p.Limit)
	count := Scalars[int64](pipe, db.CountImports, tenant, flow.MaxCounted+1)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, flow.Total{}, storeError("list imports", err)
	}
	return collected(*rows, *count, importRecord)
}

// ImportErrors reads a page of an import's row errors by row; flow.ErrImportNotFound.
func (s JobStore) ImportErrors(ctx context.Context, tenant, id uuid.UUID, p flow.Page) ([]flow.RowError, flow.Total, error) {
	pipe := NewPipe()
	imports := Rows[db.Import](pipe, db.GetImport, tenant, id)
	rows := Rows[db.ListImportErrorsRow](pipe, db.ListImportErrors, tenant, id, p.Offset, p.Limit)
	count := Scalars[int64](pipe, db.CountImportErrors, tenant, id)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, flow.Total{}, storeError("list row errors of an import", err)
	}
	if len(*imports) == 0 {
		return nil, flow.Total{}, flow.ErrImportNotFound
	}
	return rowErrors(*rows), total(*count), nil
}

// StartImport starts an import, or notes that it is to start when its file is
// there. mapping (nil: as it is) replaces the import's; check sees the import
// before and may refuse. One that runs already is left as it is.
func (s JobStore) StartImport(ctx context.Context, tenant, id uuid.UUID, mapping flow.Mapping, check func(flow.ImportRecord) error) (flow.ImportRecord, error) {
	encoded, err := encodeMapping(mapping)
	if err != nil {
		return flow.ImportRecord{}, err
	}
	return s.changeImport(ctx, tenant, id, "start import", func(before flow.ImportRecord) (string, []any, time.Time, error) {
		if before.Status == flow.ImportRunning {
			return "", nil, time.Time{}, nil
		}
		if before.Status.Ended() {
			return "", nil, time.Time{}, refusal{flow.ErrJobEnded}
		}
		if err := check(before); err != nil {
			return "", nil, time.Time{}, refusal{err}
		}
		now := s.Clock.Real()
		return db.StartImport, arguments(db.StartImportParams{Mapping: encoded, Now: now, TenantID: tenant, ID: id}), now.Add(startAfter), nil
	})
}

// CancelImport cancels an import; rows accepted before stay. One that was
// cancelled before is left as it is; flow.ErrJobEnded when it ended otherwise.
func (s JobStore) CancelImport(ctx context.Context, tenant, id uuid.UUID) (flow.ImportRecord, error) {
	return s.changeImport(ctx, tenant, id, "cancel import", func(before flow.ImportRecord) (string, []any, time.Time, error) {
		if before.Status == flow.ImportCancelled {
			return "", nil, time.Time{}, nil
		}
		if before.Status.Ended() {
			return "", nil, time.Time{}, refusal{flow.ErrJobEnded}
		}
		return db.CancelImport, arguments(db.CancelImportParams{Now: s.now(), TenantID: tenant, ID: id}), before.CreatedAt.Add(flow.JobsKept), nil
	})
}

// changeImport runs the guarded write that decide gives ("": none) and moves
// the import's duty. A write that meets no row lost a race, and is decided anew.
func (s JobStore) changeImport(ctx context.Context, tenant, id uuid.UUID, doing string,
	decide func(before flow.ImportRecord) (sql string, args []any, due time.Time, err error),
) (out flow.ImportRecord, err error) {
	for range 3 {
		out, err = s.Import(ctx, tenant, id)
		if err != nil {
			return out, err
		}
		sql, args, due, err := decide(out)
		if err != nil || sql == "" {
			return out, storeError(doing, err)
		}
		pipe := NewPipe()
		rows := Rows[db.Import](pipe, sql, args...)
		tx, err := s.Pool.Begin(ctx, tenant, pipe)
		if err != nil {
			return out, storeError(doing, err)
		}
		if len(*rows) == 0 {
			tx.Rollback(ctx)
			continue
		}
		pipe = NewPipe()
		pipeImportDuty(pipe, tenant, id, nil, due)
		if err := tx.Commit(ctx, pipe); err != nil {
			return out, storeError(doing, err)
		}
		return importRecord((*rows)[0])
	}
	return out, fmt.Errorf("%s %s: it changes all the time", doing, id)
}

// Export reads one export; flow.ErrExportNotFound.
func (s JobStore) Export(ctx context.Context, tenant, id uuid.UUID) (flow.ExportRecord, error) {
	pipe := NewPipe()
	rows := Rows[db.Export](pipe, db.GetExport, tenant, id)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return flow.ExportRecord{}, storeError("read export", err)
	}
	if len(*rows) == 0 {
		return flow.ExportRecord{}, flow.ErrExportNotFound
	}
	return exportRecord((*rows)[0])
}

// ListExports reads a page of exports, newest first.
func (s JobStore) ListExports(ctx context.Context, tenant uuid.UUID, p flow.Page) ([]flow.ExportRecord, flow.Total, error) {
	pipe := NewPipe()
	rows := Rows[db.Export](pipe, db.ListExports, tenant, p.Offset, p.Limit)
	count := Scalars[int64](pipe, db.CountExports, tenant, flow.MaxCounted+1)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, flow.Total{}, storeError("list exports", err)
	}
	return collected(*rows, *count, exportRecord)
}

func collected[R, T any](rows []R, count []int64, record func(R) (T, error)) ([]T, flow.Total, error) {
	out := make([]T, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = record(r); err != nil {
			return nil, flow.Total{}, err
		}
	}
	return out, total(count), nil
}

func encodeMapping(m flow.Mapping) (json.RawMessage, error) {
	if m == nil {
		return nil, nil
	}
	encoded, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode a mapping: %w", err)
	}
	return encoded, nil
}

// now is the real time, as exact as the contract shows it.
func (s JobStore) now() time.Time { return s.Clock.Real().Truncate(time.Millisecond) }
