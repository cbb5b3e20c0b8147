package rest

import (
	"context"

	"github.com/auto-engagement/flows/internal/flow"
)

// FlowStatistics is how one flow did.
type FlowStatistics struct {
	Executions FlowExecutionCounts `json:"execution_statistics"`
	Actions    []FlowActionCounts  `json:"action_statistics" doc:"By action type, of those that ran; attempts at a call count each"`
}

// FlowExecutionCounts counts a flow's executions that are no test runs.
type FlowExecutionCounts struct {
	Total     int `json:"total_executions"`
	Completed int `json:"completed"`
	Failed    int `json:"failed"`
	Running   int `json:"running"`
	Cancelled int `json:"cancelled"`
	Skipped   int `json:"skipped"`
}

// FlowActionCounts is how a flow's actions of one type went.
type FlowActionCounts struct {
	Type      flow.ActionType `json:"action_type" enum:"ai_call,whatsapp_message,email,wait"`
	Total     int             `json:"total_executions" doc:"Also those not yet ended, and those that a cancel left unended"`
	Succeeded int             `json:"successful"`
	Failed    int             `json:"failed"`
	Skipped   int             `json:"skipped"`
}

func (a *api) readFlowStatistics(ctx context.Context, in *struct {
	FlowPath

	From dayParam `query:"from" doc:"First day; default the first there is"`
	To   dayParam `query:"to" doc:"Last day, itself included; default today"`
},
) (*answer[success[FlowStatistics]], error) {
	days, err := a.daysBy(ctx, DayParams{From: in.From, To: in.To}, flow.AllDays)
	if err != nil {
		return nil, err
	}
	sums, flows, err := a.Statistics.Stats(ctx, who(ctx).TenantID, flow.StatQuery{
		Flow: in.ID.id, Days: days, Facts: []flow.Fact{flow.FactExecution, flow.FactAction},
	})
	if err != nil {
		return nil, err
	}
	if len(flows) == 0 {
		return nil, flow.ErrFlowNotFound
	}
	t, _ := flow.TallyExecutions(sums.Counts)
	out := FlowStatistics{
		Executions: FlowExecutionCounts{
			Total: t.Total, Completed: t.Completed, Failed: t.Failed, Running: t.Running(), Cancelled: t.Cancelled, Skipped: t.Skipped,
		},
		Actions: []FlowActionCounts{},
	}
	for _, c := range actionCounts(sums.Counts) {
		out.Actions = append(out.Actions, FlowActionCounts{c.Type, c.Total, c.Succeeded, c.Failed, c.Skipped})
	}
	return ok(out), nil
}
