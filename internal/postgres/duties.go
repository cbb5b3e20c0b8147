package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// Due work and the webhook inbox belong to no tenant's transaction: their
// tables have no row-level security.

// ofAll is the ref of a duty that there is once for all tenants.
const ofAll = "all"

func refOf(d engine.Duty) string {
	if d.Kind == engine.DutyLines || d.Kind == engine.DutyPurge {
		return ofAll
	}
	return d.Ref.String()
}

// TakeDuties implements engine.Store.
func (l *Ledger) TakeDuties(ctx context.Context, now time.Time, most int) ([]engine.Duty, error) {
	rows, err := db.New(l.pool).TakeDuties(ctx, db.TakeDutiesParams{Now: now, Most: int32(most)})
	if err != nil {
		return nil, transient(fmt.Errorf("take due work: %w", err))
	}
	duties := make([]engine.Duty, 0, len(rows))
	for _, r := range rows {
		d := engine.Duty{Kind: engine.DutyKind(r.Kind), DueAt: r.DueAt, Tries: int(r.Tries)}
		if r.TenantID != nil {
			d.TenantID = *r.TenantID
		}
		if r.Ref == ofAll {
			duties = append(duties, d)
			continue
		}
		if d.Ref, err = uuid.Parse(r.Ref); err != nil {
			return nil, fmt.Errorf("due work %s %q: %w", r.Kind, r.Ref, err)
		}
		duties = append(duties, d)
	}
	return duties, nil
}

// FinishDuty implements engine.Store.
func (l *Ledger) FinishDuty(ctx context.Context, d engine.Duty) error {
	err := db.New(l.pool).FinishDuty(ctx, db.FinishDutyParams{Kind: string(d.Kind), Ref: refOf(d), Tries: int32(d.Tries), DueAt: d.DueAt})
	if err != nil {
		return transient(fmt.Errorf("finish due work: %w", err))
	}
	return nil
}

// MoveDuty implements engine.Store.
func (l *Ledger) MoveDuty(ctx context.Context, d engine.Duty) error {
	err := db.New(l.pool).MoveDuty(ctx, db.MoveDutyParams{Kind: string(d.Kind), Ref: refOf(d), TenantID: &d.TenantID, DueAt: d.DueAt})
	if err != nil {
		return transient(fmt.Errorf("move due work: %w", err))
	}
	return nil
}

// AddEvents implements engine.Store.
func (l *Ledger) AddEvents(ctx context.Context, events []engine.Event) error {
	tx, err := l.pool.Begin(ctx, uuid.Nil, nil)
	if err != nil {
		return transient(fmt.Errorf("store events: %w", err))
	}
	defer tx.Rollback(ctx)
	pipe := NewPipe()
	for _, e := range events {
		pipe.Exec(db.AddProviderEvent, e.ID, e.Kind, e.TenantID, e.Body, e.ReceivedAt)
		pipe.Exec(db.AddDuty, string(engine.DutyInbox), e.ID.String(), e.TenantID, e.ReceivedAt.Add(time.Minute))
	}
	if err := tx.Commit(ctx, pipe); err != nil {
		return transient(fmt.Errorf("store events: %w", err))
	}
	return nil
}

// Event implements engine.Store.
func (l *Ledger) Event(ctx context.Context, id uuid.UUID) (engine.Event, bool, error) {
	rows, err := db.New(l.pool).GetProviderEvent(ctx, id)
	if err != nil {
		return engine.Event{}, false, transient(fmt.Errorf("read event %s: %w", id, err))
	}
	if len(rows) == 0 {
		return engine.Event{}, false, nil
	}
	r := rows[0]
	event := engine.Event{ID: r.ID, Kind: r.Kind, Body: r.Body, ReceivedAt: r.ReceivedAt, Applied: r.AppliedAt != nil}
	if r.TenantID != nil {
		event.TenantID = *r.TenantID
	}
	return event, true, nil
}

// EndEvent implements engine.Store.
func (l *Ledger) EndEvent(ctx context.Context, id uuid.UUID, result string) error {
	tx, err := l.pool.Begin(ctx, uuid.Nil, nil)
	if err != nil {
		return transient(fmt.Errorf("end event %s: %w", id, err))
	}
	defer tx.Rollback(ctx)
	pipe := NewPipe()
	pipe.Exec(db.EndProviderEvent, time.Now().UTC(), result, id)
	pipe.Exec(db.EndDuty, string(engine.DutyInbox), id.String())
	if err := tx.Commit(ctx, pipe); err != nil {
		return transient(fmt.Errorf("end event %s: %w", id, err))
	}
	return nil
}

// Route finds the tenant of a public endpoint by the SHA-256 of its token.
func (l *Ledger) Route(ctx context.Context, kind string, hash []byte) (tenant uuid.UUID, found bool, err error) {
	rows, err := db.New(l.pool).FindRoute(ctx, db.FindRouteParams{Kind: kind, Hash: hash})
	if err != nil {
		return uuid.Nil, false, transient(fmt.Errorf("find a webhook's tenant: %w", err))
	}
	if len(rows) == 0 {
		return uuid.Nil, false, nil
	}
	return rows[0], true, nil
}

// Purge implements engine.Store.
func (l *Ledger) Purge(ctx context.Context, events, rejects time.Time, most int) (gone int, err error) {
	queries := db.New(l.pool)
	a, err := queries.PurgeEvents(ctx, db.PurgeEventsParams{Before: &events, Most: int32(most)})
	if err != nil {
		return 0, transient(fmt.Errorf("purge provider events: %w", err))
	}
	b, err := queries.PurgeRejects(ctx, db.PurgeRejectsParams{Before: rejects, Most: int32(most)})
	if err != nil {
		return 0, transient(fmt.Errorf("purge lead rejects: %w", err))
	}
	return max(len(a), len(b)), nil
}
