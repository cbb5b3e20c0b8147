package rest_test

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

// counted are the raw tables of a tenant, from which each answer of statistics
// is counted anew, one row at a time.
type counted struct {
	zone       *time.Location
	executions []rawExecution
	logs       map[uuid.UUID][]rawLog
	flows      []rawFlow
}

type rawExecution struct {
	ID        uuid.UUID
	FlowID    *uuid.UUID
	Status    string
	Triggered time.Time
}

type rawLog struct {
	Execution     uuid.UUID
	Step, Attempt int
	Type, State   string
	Outcome       string
	Detail        string
	ResultStatus  *string
	Started       *time.Time
}

type rawFlow struct {
	ID       uuid.UUID
	Name     string
	Priority int
	Enabled  bool
}

// count reads the tables. Test runs are left out.
func (b *testBundle) count(tenant uuid.UUID) *counted {
	b.t.Helper()
	c := &counted{logs: map[uuid.UUID][]rawLog{}}
	zone, err := time.LoadLocation(query[string](b, "select time_zone from tenants where id = $1", tenant))
	require.NoError(b.t, err)
	c.zone = zone
	ctx := context.Background()
	rows, err := b.db.Admin.Query(ctx, "select id, flow_id, status, triggered_at from flow_executions where tenant_id = $1 and not is_test_run", tenant)
	require.NoError(b.t, err)
	for rows.Next() {
		var e rawExecution
		require.NoError(b.t, rows.Scan(&e.ID, &e.FlowID, &e.Status, &e.Triggered))
		c.executions = append(c.executions, e)
	}
	rows, err = b.db.Admin.Query(ctx, `select execution_id, step, attempt, action_type, state, outcome, detail, result_data ->> 'status', started_at
		from flow_action_logs where tenant_id = $1 order by execution_id, step, attempt`, tenant)
	require.NoError(b.t, err)
	for rows.Next() {
		var l rawLog
		require.NoError(b.t, rows.Scan(&l.Execution, &l.Step, &l.Attempt, &l.Type, &l.State, &l.Outcome, &l.Detail, &l.ResultStatus, &l.Started))
		c.logs[l.Execution] = append(c.logs[l.Execution], l)
	}
	rows, err = b.db.Admin.Query(ctx, "select id, name, priority, is_enabled from auto_engagement_flows where tenant_id = $1 order by priority", tenant)
	require.NoError(b.t, err)
	for rows.Next() {
		var f rawFlow
		require.NoError(b.t, rows.Scan(&f.ID, &f.Name, &f.Priority, &f.Enabled))
		c.flows = append(c.flows, f)
	}
	require.NoError(b.t, rows.Err())
	return c
}

func (l rawLog) status() flow.LogStatus {
	return flow.Step{Type: flow.ActionType(l.Type), State: flow.State(l.State)}.Status()
}

func (c *counted) date(t time.Time) string { return t.In(c.zone).Format(time.DateOnly) }

// of are the executions triggered from one date to another, of one flow or of all.
func (c *counted) of(from, to string, id *uuid.UUID) (out []rawExecution) {
	for _, e := range c.executions {
		if day := c.date(e.Triggered); day >= from && day <= to && (id == nil || e.FlowID != nil && *e.FlowID == *id) {
			out = append(out, e)
		}
	}
	return out
}

func byStatus(executions []rawExecution) map[string]int {
	n := map[string]int{}
	for _, e := range executions {
		n[e.Status]++
	}
	return n
}

func rate(part, whole int) string {
	if whole == 0 {
		return "0"
	}
	return fmt.Sprintf("%.2f", 100*float64(part)/float64(whole))
}

func totals(executions []rawExecution) object {
	n := byStatus(executions)
	return object{
		"total_executions": len(executions), "completed_executions": n["completed"], "failed_executions": n["failed"],
		"cancelled_executions": n["cancelled"], "skipped_executions": n["skipped"],
		"success_rate": rate(n["completed"], len(executions)-n["running"]),
	}
}

type tally struct{ total, success, failed, skipped, waiting, cancelled int }

func (t *tally) add(e rawExecution, l rawLog) {
	t.total++
	switch l.status() {
	case flow.StatusSuccess:
		t.success++
	case flow.StatusFailed:
		t.failed++
	case flow.StatusSkipped:
		t.skipped++
	case flow.StatusPending, flow.StatusRunning:
		if e.Status == "cancelled" {
			t.cancelled++
		} else {
			t.waiting++
		}
	}
}

var kinds = []string{"ai_call", "whatsapp_message", "email", "wait"}

func (c *counted) tallies(executions []rawExecution) map[string]tally {
	out := map[string]tally{}
	for _, e := range executions {
		for _, l := range c.logs[e.ID] {
			t := out[l.Type]
			t.add(e, l)
			out[l.Type] = t
		}
	}
	return out
}

func actionObject(kind string, t tally) object {
	return object{
		"action_type": kind, "total_actions": t.total, "successful_actions": t.success, "failed_actions": t.failed,
		"skipped_actions": t.skipped, "success_rate": rate(t.success, t.success+t.failed+t.skipped),
	}
}

func (c *counted) actions(executions []rawExecution) []any {
	out, tallies := []any{}, c.tallies(executions)
	for _, kind := range kinds {
		if t, has := tallies[kind]; has {
			out = append(out, actionObject(kind, t))
		}
	}
	return out
}

func (c *counted) statistics(id uuid.UUID, from, to string) object {
	executions := c.of(from, to, &id)
	n, actions, tallies := byStatus(executions), []any{}, c.tallies(executions)
	for _, kind := range kinds {
		if t, has := tallies[kind]; has {
			actions = append(actions, object{"action_type": kind, "total_executions": t.total, "successful": t.success, "failed": t.failed, "skipped": t.skipped})
		}
	}
	return object{
		"execution_statistics": object{
			"total_executions": len(executions), "completed": n["completed"], "failed": n["failed"],
			"running": n["running"], "cancelled": n["cancelled"], "skipped": n["skipped"],
		},
		"action_statistics": actions,
	}
}

func days(from, to string) (out []string) {
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		panic(err)
	}
	for d := first; d.Format(time.DateOnly) <= to; d = d.AddDate(0, 0, 1) {
		out = append(out, d.Format(time.DateOnly))
	}
	return out
}

func (c *counted) analytics(from, to string, id *uuid.UUID) object {
	executions := c.of(from, to, id)
	flows, timeline, enabled := []any{}, []any{}, 0
	for _, f := range c.flows {
		if id != nil && f.ID != *id {
			continue
		}
		if f.Enabled {
			enabled++
		}
		var last any
		latest := time.Time{}
		for _, e := range c.executions {
			if e.FlowID != nil && *e.FlowID == f.ID && e.Triggered.After(latest) {
				latest = e.Triggered
				last = latest.UTC().Format("2006-01-02T15:04:05.000Z")
			}
		}
		mine := c.of(from, to, &f.ID)
		n := byStatus(mine)
		flows = append(flows, object{
			"flow_id": f.ID.String(), "flow_name": f.Name, "priority": f.Priority, "is_enabled": f.Enabled,
			"execution_count": len(mine), "success_count": n["completed"], "failure_count": n["failed"],
			"success_rate": rate(n["completed"], len(mine)-n["running"]), "last_execution": last,
		})
	}
	for _, day := range days(from, to) {
		today := c.of(day, day, id)
		timeline = append(timeline, object{"date": day, "execution_count": len(today), "success_count": byStatus(today)["completed"]})
	}
	return object{
		"summary":         with(totals(executions), "total_flows", len(flows), "enabled_flows", enabled),
		"flow_statistics": flows, "action_statistics": c.actions(executions), "timeline": timeline,
	}
}

func (c *counted) period(from, to string, id *uuid.UUID) object {
	executions := c.of(from, to, id)
	var seconds []float64
	for _, e := range c.of(from, to, nil) {
		first := time.Time{}
		for _, l := range c.logs[e.ID] {
			if l.Type != "wait" && l.status() == flow.StatusSuccess && l.Started != nil && (first.IsZero() || l.Started.Before(first)) {
				first = *l.Started
			}
		}
		if !first.IsZero() {
			seconds = append(seconds, first.Sub(e.Triggered).Seconds())
		}
	}
	slices.Sort(seconds)
	percentile := func(share float64) any {
		if len(seconds) == 0 {
			return nil
		}
		at := seconds[max(0, int(math.Ceil(share*float64(len(seconds))))-1)]
		for _, bound := range flow.TouchSeconds {
			if at < float64(bound) {
				return bound
			}
		}
		return flow.TouchSeconds[len(flow.TouchSeconds)-1]
	}
	return with(totals(executions), "from", from, "to", to, "action_statistics", c.actions(executions), "lead_to_first_touch",
		object{"executions": len(seconds), "p50_seconds": percentile(0.5), "p90_seconds": percentile(0.9)})
}

func (c *counted) overview(from, to string, id *uuid.UUID) object {
	length := len(days(from, to))
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		panic(err)
	}
	return object{
		"period":   c.period(from, to, id),
		"previous": c.period(first.AddDate(0, 0, -length).Format(time.DateOnly), first.AddDate(0, 0, -1).Format(time.DateOnly), id),
	}
}

// steps are the funnel's, without those that nobody entered.
func (c *counted) steps(from, to string, id uuid.UUID) []any {
	type step struct {
		order int
		kind  string
	}
	tallies := map[step]tally{}
	for _, e := range c.of(from, to, &id) {
		logs := c.logs[e.ID]
		for i, l := range logs {
			if i+1 < len(logs) && logs[i+1].Step == l.Step {
				continue // not the step's last attempt
			}
			t := tallies[step{l.Step, l.Type}]
			t.add(e, l)
			tallies[step{l.Step, l.Type}] = t
		}
	}
	keys := make([]step, 0, len(tallies))
	for k := range tallies {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b step) int { return cmp.Compare(a.order, b.order) })
	out := []any{}
	for _, k := range keys {
		t := tallies[k]
		out = append(out, object{
			"action_order": k.order, "action_type": k.kind, "entered": t.total, "succeeded": t.success, "failed": t.failed,
			"skipped": t.skipped, "waiting": t.waiting, "cancelled": t.cancelled, "in_flow": true,
		})
	}
	return out
}

func (l rawLog) outcome(e rawExecution) string {
	switch l.status() {
	case flow.StatusPending, flow.StatusRunning:
		if e.Status == "cancelled" {
			return "cancelled"
		}
		return ""
	case flow.StatusFailed, flow.StatusSkipped:
		return string(l.status())
	case flow.StatusSuccess:
	}
	switch {
	case l.Type == "ai_call" && l.Outcome == "answered":
		return "answered"
	case l.Type == "ai_call" && slices.Contains([]string{"no_answer", "busy", "voicemail"}, l.Detail):
		return l.Detail
	case l.Type == "ai_call":
		return "missed"
	case l.State == "sent":
		return "sent"
	case l.ResultStatus != nil && *l.ResultStatus == "read":
		return "read"
	}
	return "delivered"
}

func (c *counted) channels(from, to string, id *uuid.UUID) []any {
	out := []any{}
	executions := c.of(from, to, id)
	tallies := c.tallies(executions)
	for _, kind := range kinds[:3] {
		ways := map[string]int{}
		for _, e := range executions {
			for _, l := range c.logs[e.ID] {
				if way := l.outcome(e); l.Type == kind && way != "" {
					ways[way]++
				}
			}
		}
		outcomes := []any{}
		for way, n := range ways {
			outcomes = append(outcomes, object{"outcome": way, "count": n})
		}
		slices.SortFunc(outcomes, func(a, b any) int {
			x, y := a.(object), b.(object)
			return cmp.Or(cmp.Compare(y["count"].(int), x["count"].(int)), cmp.Compare(x["outcome"].(string), y["outcome"].(string)))
		})
		t := tallies[kind]
		out = append(out, with(actionObject(kind, t), "waiting_actions", t.waiting, "cancelled_actions", t.cancelled, "outcomes", outcomes))
	}
	return out
}

func (c *counted) heatmap(from, to string) []any {
	var calls, answered [7][24]int
	for _, e := range c.executions {
		for _, l := range c.logs[e.ID] {
			way := l.outcome(e)
			if l.Type != "ai_call" || l.Started == nil || way == "" || way == "skipped" || way == "cancelled" {
				continue
			}
			at := l.Started.In(c.zone)
			if day := at.Format(time.DateOnly); day < from || day > to {
				continue
			}
			weekday := (int(at.Weekday()) + 6) % 7
			calls[weekday][at.Hour()]++
			if way == "answered" {
				answered[weekday][at.Hour()]++
			}
		}
	}
	out := []any{}
	for d := range calls {
		for h := range calls[d] {
			out = append(out, object{
				"weekday": d + 1, "hour": h, "calls": calls[d][h], "answered": answered[d][h], "answered_rate": rate(answered[d][h], calls[d][h]),
			})
		}
	}
	return out
}

func (c *counted) sparklines(from, to string) object {
	dates, lines := []any{}, []any{}
	for _, day := range days(from, to) {
		dates = append(dates, day)
	}
	for _, f := range c.flows {
		counts := []any{}
		for _, day := range days(from, to) {
			counts = append(counts, len(c.of(day, day, &f.ID)))
		}
		lines = append(lines, object{"flow_id": f.ID.String(), "flow_name": f.Name, "counts": counts})
	}
	return object{"dates": dates, "flows": lines}
}
