package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// foldAtOnce is how many deltas one transaction folds at most.
const foldAtOnce = 20_000

// foldSpan is StatsToFold's row; its instants are null where there is nothing.
type foldSpan struct {
	TimeZone                                   string
	FirstDelta, LastDelta, FirstStat, LastStat *time.Time
}

// FoldStats implements engine.Store. It takes two round trips. Folds of one
// tenant wait for each other; writers and readers wait for none.
func (l *Ledger) FoldStats(ctx context.Context, tenant uuid.UUID) (folded engine.Folded, err error) {
	err = Retry(ctx, func() error {
		folded, err = l.foldStats(ctx, tenant)
		return err
	})
	return folded, transient(err)
}

func (l *Ledger) foldStats(ctx context.Context, tenant uuid.UUID) (engine.Folded, error) {
	var folded engine.Folded
	pipe := NewPipe()
	held := Scalars[string](pipe, db.HoldStats, tenant)
	spans := Rows[foldSpan](pipe, db.StatsToFold, tenant)
	tx, err := l.pool.Begin(ctx, tenant, pipe)
	if err != nil {
		return folded, fmt.Errorf("look for statistics to fold: %w", err)
	}
	defer tx.Rollback(ctx)
	if len(*held) == 0 || len(*spans) == 0 {
		return engine.Folded{Gone: true}, nil
	}
	span := (*spans)[0]
	sameZone := span.TimeZone == (*held)[0]
	zone, err := flow.LoadZone(span.TimeZone)
	if err != nil {
		return folded, fmt.Errorf("zone of tenant %s: %w", tenant, err)
	}
	pipe = NewPipe()
	var count *[]int64
	if span.FirstDelta != nil {
		starts, offsets := flow.Offsets(*span.FirstDelta, *span.LastDelta, zone)
		count = Scalars[int64](pipe, db.FoldStats, arguments(db.FoldStatsParams{
			TenantID: tenant, FromAt: *span.FirstDelta, ToAt: *span.LastDelta, Most: foldAtOnce,
			ZoneStarts: starts, ZoneOffsets: offsets, ByDay: sameZone,
		})...)
	}
	if !sameZone {
		pipe.Exec(db.DropStatDays, tenant)
		if first, last := earlier(span.FirstDelta, span.FirstStat), later(span.LastDelta, span.LastStat); first != nil {
			starts, offsets := flow.Offsets(*first, *last, zone)
			pipe.Exec(db.MakeStatDays, arguments(db.MakeStatDaysParams{TenantID: tenant, ZoneStarts: starts, ZoneOffsets: offsets})...)
		}
		pipe.Exec(db.SetStatZone, arguments(db.SetStatZoneParams{TenantID: tenant, TimeZone: span.TimeZone})...)
	}
	if pipe.Len() == 0 {
		return folded, nil
	}
	if err := tx.Commit(ctx, pipe); err != nil {
		return folded, fmt.Errorf("fold statistics: %w", err)
	}
	if count != nil {
		folded.Deltas = int((*count)[0])
		folded.More = folded.Deltas == foldAtOnce
	}
	return folded, nil
}

func earlier(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.Before(*a) {
		return b
	}
	return a
}

func later(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.After(*a) {
		return b
	}
	return a
}
