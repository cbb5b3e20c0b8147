package postgres

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// AddAudit puts what a person did on record, as part of the pipe's
// transaction. The entry's id is made here; nil details are {}.
func (p *Pipe) AddAudit(tenant uuid.UUID, e flow.AuditEntry) {
	if e.Details == nil {
		e.Details = json.RawMessage("{}")
	}
	p.Exec(db.AddAuditEntry, arguments(db.AddAuditEntryParams{
		TenantID: tenant, ID: uuid.Must(uuid.NewV7()), At: e.At, Actor: orNil(e.Actor), Action: string(e.Action),
		SubjectKind: e.SubjectKind, SubjectID: e.SubjectID, Details: e.Details,
	})...)
}

// AuditLog reads what is on record. It implements rest.AuditLog.
type AuditLog struct{ Pool *Pool }

// ListAudit reads a page of entries, newest first.
func (l AuditLog) ListAudit(ctx context.Context, tenant uuid.UUID, f flow.AuditFilter, p flow.Page) ([]flow.AuditEntry, flow.Total, error) {
	beforeAt, beforeID := cursorParts(p.Before)
	pipe := NewPipe()
	rows := Rows[db.ListAuditEntriesRow](pipe, db.ListAuditEntries, tenant, string(f.Action), f.SubjectKind, f.SubjectID,
		beforeAt, beforeID, p.Offset, p.Limit)
	count := Scalars[int64](pipe, db.CountAuditEntries, tenant, string(f.Action), f.SubjectKind, f.SubjectID, flow.MaxCounted+1)
	if err := l.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, flow.Total{}, storeError("list the audit log", err)
	}
	entries := make([]flow.AuditEntry, len(*rows))
	for i, r := range *rows {
		entries[i] = flow.AuditEntry{
			ID: r.ID, At: r.At, Actor: orEmpty(r.Actor), Action: flow.AuditAction(r.Action),
			SubjectKind: r.SubjectKind, SubjectID: r.SubjectID, Details: r.Details,
		}
	}
	return entries, total(*count), nil
}
