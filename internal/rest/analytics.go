package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// Statistics counts executions, actions and calls. Test runs are counted
// nowhere. A day is one of the zone of the days asked for.
type Statistics interface {
	// Stats counts what the query selects, and lists the flows that it selects,
	// by priority.
	Stats(ctx context.Context, tenant uuid.UUID, q flow.StatQuery) (flow.StatSums, []flow.FlowStanding, error)
	// FlowStats counts one flow and reads its newest definition, also of a flow
	// that is gone; flow.ErrFlowNotFound when it never was.
	FlowStats(ctx context.Context, tenant uuid.UUID, q flow.StatQuery) (flow.StatSums, flow.Definition, error)
	// FlowDays counts executions by flow and day, and lists the flows by priority.
	FlowDays(ctx context.Context, tenant uuid.UUID, days flow.Days) ([]flow.FlowDay, []flow.FlowStanding, error)
	// CallHours counts calls by the hour of the week; hours without any are left out.
	CallHours(ctx context.Context, tenant uuid.UUID, days flow.Days) ([]flow.CallHour, error)
}

// Analytics is how flows did in a stretch of days.
type Analytics struct {
	Summary  Summary        `json:"summary"`
	Flows    []FlowTally    `json:"flow_statistics" doc:"By priority. Flows that are gone are in the summary alone."`
	Actions  []ActionCounts `json:"action_statistics" doc:"By action type, of those that ran; attempts at a call count each"`
	Timeline []TimelineDay  `json:"timeline" doc:"Every day, also one without executions"`
}

// Summary is all flows taken together.
type Summary struct {
	TotalFlows   int `json:"total_flows" doc:"Flows that there are now"`
	EnabledFlows int `json:"enabled_flows"`
	ExecutionTotals
}

// ExecutionTotals counts executions that are no test runs.
type ExecutionTotals struct {
	Total       int    `json:"total_executions" doc:"Also those still running"`
	Completed   int    `json:"completed_executions"`
	Failed      int    `json:"failed_executions"`
	Cancelled   int    `json:"cancelled_executions"`
	Skipped     int    `json:"skipped_executions"`
	SuccessRate string `json:"success_rate" doc:"Completed of those that ended, per cent with two decimals; 0 when none ended" example:"66.67"`
}

// FlowTally is how one flow did.
type FlowTally struct {
	FlowID        uuid.UUID `json:"flow_id" format:"uuid"`
	FlowName      string    `json:"flow_name"`
	Priority      int       `json:"priority"`
	IsEnabled     bool      `json:"is_enabled"`
	Executions    int       `json:"execution_count"`
	Successes     int       `json:"success_count"`
	Failures      int       `json:"failure_count"`
	SuccessRate   string    `json:"success_rate" example:"66.67"`
	LastExecution *instant  `json:"last_execution" nullable:"true" doc:"When the last one was triggered, at any time"`
}

// ActionCounts is how actions of one type went.
type ActionCounts struct {
	Type        flow.ActionType `json:"action_type" enum:"ai_call,whatsapp_message,email,wait"`
	Total       int             `json:"total_actions" doc:"Also those not yet ended, and those that a cancel left unended"`
	Succeeded   int             `json:"successful_actions"`
	Failed      int             `json:"failed_actions"`
	Skipped     int             `json:"skipped_actions"`
	SuccessRate string          `json:"success_rate" example:"66.67"`
}

// TimelineDay is one day, by when executions were triggered.
type TimelineDay struct {
	Date       string `json:"date" format:"date"`
	Executions int    `json:"execution_count"`
	Successes  int    `json:"success_count"`
}

func (a *api) registerAnalytics() {
	register(a, huma.Operation{
		OperationID: "get-flow-statistics", Method: http.MethodGet, Path: Base + "/flows/{id}/statistics",
		Summary:     "Count a flow's executions and actions",
		Description: "Of all days, unless from or to say otherwise. Attempts at a call count each.",
		Tags:        analyticsTag, Errors: []int{http.StatusNotFound},
	}, a.readFlowStatistics)
	register(a, huma.Operation{
		OperationID: "get-analytics", Method: http.MethodGet, Path: Base + "/analytics",
		Summary:     "Count executions and actions by flow, action type and day",
		Description: "Days are those of the tenant's time zone; an execution counts on the day on which it was triggered. success_rate is completed of those that ended.",
		Tags:        analyticsTag,
	}, a.readAnalytics)
	a.registerAnalyticsPages()
}

// DayParams is embedded by what is counted in a stretch of days.
type DayParams struct {
	From dayParam `query:"from" doc:"First day; default 29 days before the last"`
	To   dayParam `query:"to" doc:"Last day, itself included; default today. At most 366 days."`
}

// days reads the stretch; days are those of the tenant's zone.
func (a *api) days(ctx context.Context, p DayParams) (flow.Days, error) {
	return a.daysBy(ctx, p, flow.DaysBetween)
}

func (a *api) daysBy(ctx context.Context, p DayParams, between func(first, last *time.Time, now time.Time, zone *time.Location) (flow.Days, error)) (flow.Days, error) {
	tenant, err := a.Tenants.Tenant(ctx, who(ctx).TenantID)
	if err != nil {
		return flow.Days{}, err
	}
	zone, err := flow.LoadZone(tenant.TimeZone)
	if err != nil {
		return flow.Days{}, fmt.Errorf("zone of tenant %s: %w", tenant.ID, err)
	}
	days, err := between(p.From.day, p.To.day, a.Clock.Now(), zone)
	if errors.Is(err, flow.ErrDaysReversed) || errors.Is(err, flow.ErrDaysTooMany) {
		return days, invalid([]flow.FieldError{{Field: "from", Message: err.Error()}})
	}
	return days, err
}

func (a *api) readAnalytics(ctx context.Context, in *FlowDayParams) (*answer[success[Analytics]], error) {
	days, err := a.days(ctx, in.DayParams)
	if err != nil {
		return nil, err
	}
	sums, flows, err := a.Statistics.Stats(ctx, who(ctx).TenantID, flow.StatQuery{
		Flow: in.FlowID.id, Days: days, Facts: []flow.Fact{flow.FactExecution, flow.FactAction},
	})
	if err != nil {
		return nil, err
	}
	all, byFlow := flow.TallyExecutions(sums.Counts)
	out := Analytics{
		Summary:  Summary{TotalFlows: len(flows), ExecutionTotals: executionTotals(all)},
		Flows:    make([]FlowTally, len(flows)),
		Actions:  actionCounts(sums.Counts),
		Timeline: timeline(days, sums.Days),
	}
	for i, f := range flows {
		if f.IsEnabled {
			out.Summary.EnabledFlows++
		}
		tally := byFlow[f.ID]
		out.Flows[i] = FlowTally{
			FlowID: f.ID, FlowName: f.Name, Priority: f.Priority, IsEnabled: f.IsEnabled, Executions: tally.Total,
			Successes: tally.Completed, Failures: tally.Failed, SuccessRate: tally.SuccessRate(),
			LastExecution: instantOrNil(f.LastExecution),
		}
	}
	return ok(out), nil
}

func executionTotals(t flow.ExecutionTally) ExecutionTotals {
	return ExecutionTotals{
		Total: t.Total, Completed: t.Completed, Failed: t.Failed, Cancelled: t.Cancelled, Skipped: t.Skipped,
		SuccessRate: t.SuccessRate(),
	}
}

var actionTypes = []flow.ActionType{flow.AICall, flow.WhatsAppMessage, flow.Email, flow.Wait}

func actionTallies(counts []flow.StatCount) map[flow.ActionType]*flow.ActionTally {
	tallies := map[flow.ActionType]*flow.ActionTally{}
	for _, c := range counts {
		if c.Fact == flow.FactAction {
			if tallies[c.Type] == nil {
				tallies[c.Type] = &flow.ActionTally{}
			}
			tallies[c.Type].Add(c.Outcome, c.N)
		}
	}
	return tallies
}

func actionCounts(counts []flow.StatCount) []ActionCounts {
	out, tallies := []ActionCounts{}, actionTallies(counts)
	for _, kind := range actionTypes {
		if t := tallies[kind]; t != nil {
			out = append(out, ActionCounts{
				Type: kind, Total: t.Total, Succeeded: t.Succeeded, Failed: t.Failed, Skipped: t.Skipped, SuccessRate: t.SuccessRate(),
			})
		}
	}
	return out
}

func timeline(days flow.Days, counts []flow.StatDay) []TimelineDay {
	out := make([]TimelineDay, days.Count)
	for i := range out {
		out[i].Date = days.Date(i)
	}
	for _, c := range counts {
		switch {
		case c.Fact != flow.FactExecution || c.Day < 0 || c.Day >= len(out):
		case c.Outcome == flow.OutcomeStarted:
			out[c.Day].Executions += c.N
		case c.Outcome == string(flow.ExecutionCompleted):
			out[c.Day].Successes += c.N
		}
	}
	return out
}

// dayParam is a day of the tenant's zone.
type dayParam struct{ day *time.Time }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *dayParam) UnmarshalText(b []byte) error {
	day, err := time.Parse(time.DateOnly, string(b))
	if err != nil || day.Year() < 1970 {
		return errors.New("must be a date (YYYY-MM-DD)")
	}
	p.day = &day
	return nil
}

// Schema implements huma.SchemaProvider.
func (dayParam) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date", Pattern: "^(19[7-9][0-9]|[2-9][0-9]{3})-", Description: "A day of the tenant's time zone", Examples: []any{"2026-02-05"}}
}
