package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// StatReader reads statistics for the HTTP API: what was folded and what was
// not yet, in one statement and so in one snapshot. It implements
// rest.Statistics; its errors are like those of FlowStore.
type StatReader struct{ Pool *Pool }

// Stats counts what the query selects, and lists the flows that it selects, by
// priority.
func (r StatReader) Stats(ctx context.Context, tenant uuid.UUID, q flow.StatQuery) (flow.StatSums, []flow.FlowStanding, error) {
	pipe := NewPipe()
	sums, standings := pipeStats(pipe, tenant, q), pipeStandings(pipe, tenant, q.Flow)
	if err := r.Pool.read(ctx, tenant, pipe); err != nil {
		return flow.StatSums{}, nil, storeError("read statistics", err)
	}
	return statSums(*sums), flowStandings(*standings), nil
}

// FlowStats counts like Stats for one flow, and reads the flow's newest
// definition, also of one that is gone; flow.ErrFlowNotFound when it never was.
func (r StatReader) FlowStats(ctx context.Context, tenant uuid.UUID, q flow.StatQuery) (flow.StatSums, flow.Definition, error) {
	pipe := NewPipe()
	sums := pipeStats(pipe, tenant, q)
	definitions := Rows[struct{ Definition []byte }](pipe, db.LastDefinition, tenant, q.Flow)
	if err := r.Pool.read(ctx, tenant, pipe); err != nil {
		return flow.StatSums{}, flow.Definition{}, storeError("read a flow's statistics", err)
	}
	if len(*definitions) == 0 {
		return flow.StatSums{}, flow.Definition{}, flow.ErrFlowNotFound
	}
	d, err := definition((*definitions)[0].Definition)
	return statSums(*sums), d, err
}

// FlowDays counts the executions triggered on each of the days, by flow, and
// lists the flows by priority.
func (r StatReader) FlowDays(ctx context.Context, tenant uuid.UUID, days flow.Days) ([]flow.FlowDay, []flow.FlowStanding, error) {
	pipe := NewPipe()
	cut := cutOf(days)
	rows := Rows[db.ReadFlowDaysRow](pipe, db.ReadFlowDays, arguments(db.ReadFlowDaysParams{
		TenantID: tenant, TimeZone: days.Zone.String(), FirstDay: dateArgument(days.First), Days: int32(days.Count),
		FromAt: cut.from, ToAt: cut.to, ZoneStarts: cut.starts, ZoneOffsets: cut.offsets,
	})...)
	standings := pipeStandings(pipe, tenant, nil)
	if err := r.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, nil, storeError("read days of flows", err)
	}
	out := make([]flow.FlowDay, len(*rows))
	for i, row := range *rows {
		out[i] = flow.FlowDay{FlowID: row.FlowID, Day: int(row.DayNo), N: int(row.N)}
	}
	return out, flowStandings(*standings), nil
}

// CallHours counts calls by the hour of the week in which they were started;
// hours without any are left out.
func (r StatReader) CallHours(ctx context.Context, tenant uuid.UUID, days flow.Days) ([]flow.CallHour, error) {
	pipe := NewPipe()
	cut := cutOf(days)
	rows := Rows[db.ReadCallHoursRow](pipe, db.ReadCallHours, arguments(db.ReadCallHoursParams{
		TenantID: tenant, FromAt: cut.from, ToAt: cut.to, ZoneStarts: cut.starts, ZoneOffsets: cut.offsets,
	})...)
	if err := r.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, storeError("read hours of calls", err)
	}
	out := make([]flow.CallHour, len(*rows))
	for i, row := range *rows {
		out[i] = flow.CallHour{Weekday: int(row.Weekday), Hour: int(row.Hour), Calls: int(row.Calls), Answered: int(row.Answered)}
	}
	return out, nil
}

// cut is how days are cut out of buckets.
type cut struct {
	from, to time.Time
	starts   []time.Time
	offsets  []int32
}

func cutOf(d flow.Days) (c cut) {
	c.from, c.to = d.Span()
	c.starts, c.offsets = flow.Offsets(c.from, c.to, d.Zone)
	return c
}

func dateArgument(day time.Time) pgtype.Date { return pgtype.Date{Time: day, Valid: true} }

func pipeStats(pipe *Pipe, tenant uuid.UUID, q flow.StatQuery) *[]db.ReadStatsRow {
	cut := cutOf(q.Days)
	facts := make([]string, len(q.Facts))
	for i, f := range q.Facts {
		facts[i] = string(f)
	}
	return Rows[db.ReadStatsRow](pipe, db.ReadStats, arguments(db.ReadStatsParams{
		TenantID: tenant, TimeZone: q.Days.Zone.String(), Facts: facts, FlowID: q.Flow,
		FirstDay: dateArgument(q.Days.First), Days: int32(q.Days.Count), Split: int32(q.Split),
		FromAt: cut.from, ToAt: cut.to, ZoneStarts: cut.starts, ZoneOffsets: cut.offsets,
	})...)
}

func statSums(rows []db.ReadStatsRow) (out flow.StatSums) {
	for _, r := range rows {
		if r.Daily {
			out.Days = append(out.Days, flow.StatDay{Fact: flow.Fact(r.Fact), Day: int(r.DayNo), Outcome: r.Outcome, N: int(r.N)})
			continue
		}
		out.Counts = append(out.Counts, flow.StatCount{
			Fact: flow.Fact(r.Fact), Late: r.Late, FlowID: r.FlowID, Type: flow.ActionType(r.ActionType), Order: int(r.ActionOrder),
			Retried: r.Retried, Outcome: r.Outcome, Slot: int(r.Slot), N: int(r.N),
		})
	}
	return out
}

// standingRow is ListFlowStandings' row; its last instant may be null.
type standingRow struct {
	ID            uuid.UUID
	Name          string
	Priority      int32
	IsEnabled     bool
	LastExecution *time.Time
}

func pipeStandings(pipe *Pipe, tenant uuid.UUID, id *uuid.UUID) *[]standingRow {
	return Rows[standingRow](pipe, db.ListFlowStandings, tenant, id)
}

func flowStandings(rows []standingRow) []flow.FlowStanding {
	out := make([]flow.FlowStanding, len(rows))
	for i, r := range rows {
		out[i] = flow.FlowStanding{ID: r.ID, Name: r.Name, Priority: int(r.Priority), IsEnabled: r.IsEnabled, LastExecution: r.LastExecution}
	}
	return out
}
