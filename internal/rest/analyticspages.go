package rest

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// Overview compares a stretch of days with as many days before it.
type Overview struct {
	Period   Period `json:"period"`
	Previous Period `json:"previous"`
}

// Period is what happened in a stretch of days.
type Period struct {
	From string `json:"from" format:"date"`
	To   string `json:"to" format:"date" doc:"Itself included"`
	ExecutionTotals
	Actions    []ActionCounts `json:"action_statistics"`
	FirstTouch FirstTouch     `json:"lead_to_first_touch" doc:"Of all flows, whichever is asked for"`
}

// FirstTouch is how long it took from a lead's decision to the first call that
// was answered or missed, or the first message that was sent.
type FirstTouch struct {
	Executions int  `json:"executions" doc:"How many reached their contact"`
	P50        *int `json:"p50_seconds" doc:"Whole seconds up to ten, from there on at most a fifth too high; null when there is none"`
	P90        *int `json:"p90_seconds"`
}

// FlowFunnel is how far a flow's executions came.
type FlowFunnel struct {
	FlowID     uuid.UUID    `json:"flow_id" format:"uuid"`
	FlowName   string       `json:"flow_name"`
	Executions int          `json:"total_executions"`
	Steps      []FunnelStep `json:"steps" doc:"By order; each execution counts once at a step, by its last attempt"`
}

// FunnelStep is one step of a flow.
type FunnelStep struct {
	Order     int             `json:"action_order"`
	Type      flow.ActionType `json:"action_type" enum:"ai_call,whatsapp_message,email,wait"`
	InFlow    bool            `json:"in_flow" doc:"false: only older versions have it"`
	Entered   int             `json:"entered"`
	Succeeded int             `json:"succeeded"`
	Failed    int             `json:"failed"`
	Skipped   int             `json:"skipped"`
	Waiting   int             `json:"waiting"`
	Cancelled int             `json:"cancelled"`
}

// Channel is how a channel's actions went.
type Channel struct {
	ActionCounts

	Waiting   int              `json:"waiting_actions"`
	Cancelled int              `json:"cancelled_actions"`
	Outcomes  []ChannelOutcome `json:"outcomes" doc:"How those that ended did, the most frequent first"`
}

// ChannelOutcome is one way in which actions end.
type ChannelOutcome struct {
	Outcome string `json:"outcome" enum:"answered,missed,no_answer,busy,voicemail,sent,delivered,read,failed,skipped,cancelled"`
	Count   int    `json:"count"`
}

// HeatmapHour is one hour of the week.
type HeatmapHour struct {
	Weekday  int    `json:"weekday" minimum:"1" maximum:"7" doc:"1 Monday to 7 Sunday, in the tenant's time zone"`
	Hour     int    `json:"hour" minimum:"0" maximum:"23"`
	Calls    int    `json:"calls" doc:"Calls started in this hour whose outcome is known"`
	Answered int    `json:"answered"`
	Rate     string `json:"answered_rate" doc:"Answered of calls, per cent with two decimals; 0 without calls" example:"66.67"`
}

// Sparklines are daily counts of executions by flow.
type Sparklines struct {
	Dates []string    `json:"dates" doc:"Every day"`
	Flows []Sparkline `json:"flows" doc:"By priority"`
}

// Sparkline is one flow's.
type Sparkline struct {
	FlowID   uuid.UUID `json:"flow_id" format:"uuid"`
	FlowName string    `json:"flow_name"`
	Counts   []int     `json:"counts" doc:"Executions triggered on each of the dates"`
}

func (a *api) registerAnalyticsPages() {
	register(a, huma.Operation{
		OperationID: "get-analytics-overview", Method: http.MethodGet, Path: Base + "/analytics/overview",
		Summary:     "Compare a stretch of days with the one before",
		Description: "The period before is as long as the one asked for and ends where it begins.",
		Tags:        analyticsTag,
	}, a.readOverview)
	register(a, huma.Operation{
		OperationID: "get-analytics-funnel", Method: http.MethodGet, Path: Base + "/analytics/funnel",
		Summary:     "Count how far a flow's executions came",
		Description: "A step that was retried counts once, by its last attempt. Steps that only older versions of the flow have are listed too.",
		Tags:        analyticsTag, Errors: []int{http.StatusNotFound},
	}, a.readFunnel)
	register(a, huma.Operation{
		OperationID: "get-analytics-channels", Method: http.MethodGet, Path: Base + "/analytics/channels",
		Summary:     "Count how calls, messages and e-mails ended",
		Description: "Every channel is listed, also one without actions.",
		Tags:        analyticsTag,
	}, a.readChannels)
	register(a, huma.Operation{
		OperationID: "get-analytics-heatmap", Method: http.MethodGet, Path: Base + "/analytics/heatmap",
		Summary:     "Count calls and answers by hour of the week",
		Description: "All 168 hours of a week are listed, in the tenant's time zone, by when calls were started.",
		Tags:        analyticsTag,
	}, a.readHeatmap)
	register(a, huma.Operation{
		OperationID: "get-analytics-sparklines", Method: http.MethodGet, Path: Base + "/analytics/sparklines",
		Summary:     "Count each flow's executions by day",
		Description: "One count for each flow and day, also on days without executions.",
		Tags:        analyticsTag,
	}, a.readSparklines)
}

// FlowDayParams is embedded by what is counted of one flow or of all.
type FlowDayParams struct {
	DayParams

	FlowID uuidParam `query:"flow_id" doc:"This flow alone, also one that is gone"`
}

func (a *api) readOverview(ctx context.Context, in *FlowDayParams) (*answer[success[Overview]], error) {
	days, err := a.days(ctx, in.DayParams)
	if err != nil {
		return nil, err
	}
	tenant, both := who(ctx).TenantID, days.WithBefore()
	q := flow.StatQuery{Days: both, Split: days.Count, Facts: []flow.Fact{flow.FactExecution, flow.FactAction, flow.FactTouch}}
	sums, _, err := a.Statistics.Stats(ctx, tenant, q)
	if err != nil {
		return nil, err
	}
	if q.Flow = in.FlowID.id; q.Flow != nil {
		// Touches are counted of all flows together.
		touches := slices.DeleteFunc(sums.Counts, func(c flow.StatCount) bool { return c.Fact != flow.FactTouch })
		q.Facts = []flow.Fact{flow.FactExecution, flow.FactAction}
		if sums, _, err = a.Statistics.Stats(ctx, tenant, q); err != nil {
			return nil, err
		}
		sums.Counts = append(sums.Counts, touches...)
	}
	before := slices.DeleteFunc(slices.Clone(sums.Counts), func(c flow.StatCount) bool { return c.Late })
	late := slices.DeleteFunc(sums.Counts, func(c flow.StatCount) bool { return !c.Late })
	return ok(Overview{
		Period:   periodOf(both.Date(days.Count), both.Date(both.Count-1), late),
		Previous: periodOf(both.Date(0), both.Date(days.Count-1), before),
	}), nil
}

func periodOf(from, to string, counts []flow.StatCount) Period {
	all, _ := flow.TallyExecutions(counts)
	touches := flow.Touches{}
	for _, c := range counts {
		if c.Fact == flow.FactTouch {
			touches[c.Slot] += c.N
		}
	}
	return Period{
		From: from, To: to, ExecutionTotals: executionTotals(all), Actions: actionCounts(counts),
		FirstTouch: FirstTouch{Executions: touches.Count(), P50: touches.Percentile(0.5), P90: touches.Percentile(0.9)},
	}
}

func (a *api) readFunnel(ctx context.Context, in *struct {
	DayParams

	FlowID uuidParam `query:"flow_id" required:"true" doc:"Also of a flow that is gone"`
},
) (*answer[success[FlowFunnel]], error) {
	if in.FlowID.id == nil {
		return nil, invalid([]flow.FieldError{{Field: "flow_id", Message: "flow_id must be a UUID"}})
	}
	days, err := a.days(ctx, in.DayParams)
	if err != nil {
		return nil, err
	}
	sums, now, err := a.Statistics.FlowStats(ctx, who(ctx).TenantID, flow.StatQuery{
		Flow: in.FlowID.id, Days: days, Facts: []flow.Fact{flow.FactExecution, flow.FactAction},
	})
	if err != nil {
		return nil, err
	}
	all, _ := flow.TallyExecutions(sums.Counts)
	out := FlowFunnel{FlowID: *in.FlowID.id, FlowName: now.Name, Executions: all.Total, Steps: []FunnelStep{}}
	for _, s := range flow.Funnel(now, sums.Counts) {
		out.Steps = append(out.Steps, FunnelStep{
			Order: s.Order, Type: s.Type, InFlow: s.InFlow, Entered: s.Total, Succeeded: s.Succeeded, Failed: s.Failed,
			Skipped: s.Skipped, Waiting: s.Waiting(), Cancelled: s.Cancelled,
		})
	}
	return ok(out), nil
}

func (a *api) readChannels(ctx context.Context, in *FlowDayParams) (*answer[success[[]Channel]], error) {
	days, err := a.days(ctx, in.DayParams)
	if err != nil {
		return nil, err
	}
	sums, _, err := a.Statistics.Stats(ctx, who(ctx).TenantID, flow.StatQuery{
		Flow: in.FlowID.id, Days: days, Facts: []flow.Fact{flow.FactAction},
	})
	if err != nil {
		return nil, err
	}
	out, tallies := []Channel{}, actionTallies(sums.Counts)
	for _, kind := range actionTypes {
		if kind == flow.Wait {
			continue
		}
		t := flow.ActionTally{}
		if found := tallies[kind]; found != nil {
			t = *found
		}
		out = append(out, Channel{
			ActionCounts: ActionCounts{
				Type: kind, Total: t.Total, Succeeded: t.Succeeded, Failed: t.Failed, Skipped: t.Skipped, SuccessRate: t.SuccessRate(),
			},
			Waiting: t.Waiting(), Cancelled: t.Cancelled, Outcomes: channelOutcomes(t.Outcomes),
		})
	}
	return ok(out), nil
}

func channelOutcomes(counts map[string]int) []ChannelOutcome {
	out := []ChannelOutcome{}
	for outcome, n := range maps.All(counts) {
		if n != 0 {
			out = append(out, ChannelOutcome{outcome, n})
		}
	}
	slices.SortFunc(out, func(a, b ChannelOutcome) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Outcome, b.Outcome))
	})
	return out
}

func (a *api) readHeatmap(ctx context.Context, in *struct {
	DayParams

	Metric metricParam `query:"metric" doc:"What is counted; default answered"`
},
) (*answer[success[[]HeatmapHour]], error) {
	days, err := a.days(ctx, in.DayParams)
	if err != nil {
		return nil, err
	}
	hours, err := a.Statistics.CallHours(ctx, who(ctx).TenantID, days)
	if err != nil {
		return nil, err
	}
	out := make([]HeatmapHour, 7*24)
	for i := range out {
		out[i] = HeatmapHour{Weekday: i/24 + 1, Hour: i % 24, Rate: flow.Rate(0, 0)}
	}
	for _, h := range hours {
		cell := &out[(h.Weekday-1)*24+h.Hour]
		cell.Calls, cell.Answered, cell.Rate = h.Calls, h.Answered, flow.Rate(h.Answered, h.Calls)
	}
	return ok(out), nil
}

type metricParam struct{}

var metrics = []string{"answered"}

// UnmarshalText implements encoding.TextUnmarshaler.
func (*metricParam) UnmarshalText(b []byte) error { return oneOf(string(b), metrics) }

// Schema implements huma.SchemaProvider.
func (metricParam) Schema(huma.Registry) *huma.Schema { return enum(metrics) }

func (a *api) readSparklines(ctx context.Context, in *DayParams) (*answer[success[Sparklines]], error) {
	days, err := a.days(ctx, *in)
	if err != nil {
		return nil, err
	}
	counts, flows, err := a.Statistics.FlowDays(ctx, who(ctx).TenantID, days)
	if err != nil {
		return nil, err
	}
	out := Sparklines{Dates: make([]string, days.Count), Flows: make([]Sparkline, len(flows))}
	for i := range out.Dates {
		out.Dates[i] = days.Date(i)
	}
	at := make(map[uuid.UUID]int, len(flows))
	for i, f := range flows {
		at[f.ID] = i
		out.Flows[i] = Sparkline{FlowID: f.ID, FlowName: f.Name, Counts: make([]int, days.Count)}
	}
	for _, c := range counts {
		if i, has := at[c.FlowID]; has && c.Day >= 0 && c.Day < days.Count {
			out.Flows[i].Counts[c.Day] += c.N
		}
	}
	return ok(out), nil
}
