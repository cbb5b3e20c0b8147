package rest

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
)

// FlowTest says what a flow would do with a lead. Nothing of it happened.
type FlowTest struct {
	TestMode   bool            `json:"test_mode" enum:"true"`
	FlowID     string          `json:"flow_id" format:"uuid"`
	FlowName   string          `json:"flow_name"`
	Matching   Matching        `json:"matching" doc:"About the trigger conditions alone, as in the flow's entry of a live decision"`
	WouldRun   WouldRun        `json:"would_run" doc:"Adds whether the flow is enabled, flows before it, hours, refusals and the repeat guard"`
	ActionPlan []PlannedAction `json:"action_plan" doc:"By action_order; the steps of a run that starts now, or at the opening of the flow's hours, whether or not it would start"`
	Note       string          `json:"note"`
}

// Matching holds the flow's conditions against the lead.
type Matching struct {
	Matches bool                  `json:"matches"`
	Reason  string                `json:"reason" doc:"All conditions met, or Condition failed: <type> <operator> <value>"`
	Checked []flow.ConditionCheck `json:"conditions_checked"`
}

// WouldRun says whether live matching would start the flow.
type WouldRun struct {
	Result bool   `json:"result"`
	Reason string `json:"reason"`
}

// PlannedAction is one step of the plan.
type PlannedAction struct {
	Order     int               `json:"order"`
	Type      flow.ActionType   `json:"type" enum:"ai_call,whatsapp_message,email,wait"`
	Config    config            `json:"config"`
	Condition *PlannedCondition `json:"condition" nullable:"true"`
	Status    flow.LogStatus    `json:"estimated_status" enum:"success,failed,skipped" doc:"Of its last attempt"`
	At        instant           `json:"at" doc:"When it would begin; of a skipped step when it is passed over"`
	EndsAt    instant           `json:"ends_at" doc:"After a wait, or the last attempt of a call"`
	Attempts  int               `json:"attempts"`
	Outcome   *string           `json:"outcome" doc:"Of a call: answered, missed or failed, as the outcomes given say"`
	Reason    *string           `json:"reason" doc:"Why it is skipped, or would fail"`
	WouldSend map[string]any    `json:"would_send" nullable:"true" doc:"What would be sent, rendered; null for a wait and for what is not sent"`
}

// PlannedCondition is a step's condition and what comes of it.
type PlannedCondition struct {
	Type        flow.StepConditionType `json:"type"`
	Value       *string                `json:"value"`
	WillExecute bool                   `json:"will_execute"`
}

// Schema implements huma.SchemaProvider: huma cannot make a reference nullable.
func (PlannedCondition) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeObject,
		Properties: map[string]*huma.Schema{
			"type":         enum([]string{string(flow.Always), string(flow.CallOutcome), string(flow.PreviousActionStatus)}),
			"value":        {Type: huma.TypeString, Nullable: true},
			"will_execute": {Type: huma.TypeBoolean},
		},
		Required: []string{"type", "value", "will_execute"}, AdditionalProperties: false,
	}
}

func (a *api) registerFlowTests() {
	optional := &huma.RequestBody{}
	register(a, huma.Operation{
		OperationID: "test-flow", Method: http.MethodPost, Path: Base + "/flows/{id}/test",
		Summary: "Say what a flow would do with a lead", Tags: flowsTag, Errors: []int{http.StatusNotFound}, RequestBody: optional,
		Description: "Runs the code of live matching and planning on a virtual clock. Nothing is stored or sent. Works for flows that are not enabled.",
		Metadata:    map[string]any{accessKey: forReaders},
	}, a.testFlow)
	optional.Required = false
	register(a, huma.Operation{
		OperationID: "test-run-flow", Method: http.MethodPost, Path: Base + "/flows/{id}/test-run",
		Summary: "Run a flow for a contact without sending anything", Tags: flowsTag, DefaultStatus: http.StatusAccepted,
		Errors:      []int{http.StatusNotFound},
		Description: "A real execution whose steps are recorded in place of being sent; waits last at most 5 seconds; hours, windows and the repeat guard are left aside, refusals hold.",
	}, a.testRun)
}

// What stands in for the address of a lead that has none, so that its plan
// says more than that there is none. Phone and e-mail are reserved for such use.
const (
	standInName  = "Test Contact"
	standInPhone = "+12025550123"
	standInEmail = "test@example.com"
)

func (a *api) testFlow(ctx context.Context, in *struct {
	FlowPath

	Body body[FlowTestInput]
},
) (*answer[success[FlowTest]], error) {
	input, problems, err := decodeOptional(in.Body)
	if err != nil {
		return nil, err
	}
	tenant, err := a.Tenants.Tenant(ctx, who(ctx).TenantID)
	if err != nil {
		return nil, err
	}
	stored, err := a.Flows.Flow(ctx, tenant.ID, *in.ID.id)
	if err != nil {
		return nil, err
	}
	tested, more := input.draft(stored.Definition)
	problems = withOthers(problems, more)
	outcomes := flow.Outcomes(input.Outcomes.Value)
	problems = withOthers(problems, outcomes.Validate("outcomes", tested.Actions))
	lead, more := input.Data.Value.lead(tenant, tested)
	if problems = append(problems, more...); len(problems) > 0 {
		return nil, invalid(problems)
	}
	now, err := input.at(tenant, a.Clock.Now())
	if err != nil {
		return nil, err
	}
	material, err := a.Trials.Material(ctx, tenant.ID, input.ContactID.Value.id, lead.Contact, now, templatesOf(tested.Actions))
	if err != nil {
		return nil, err
	}
	trial, err := flow.Try(tested, material.Flows, flow.MatchInput{
		Tenant: tenant, Lead: lead, Contact: material.Contact, Suppressions: material.Suppressions, Starts: material.Starts, Now: now,
	})
	if err != nil {
		return nil, err
	}
	plan, note, err := rehearse(tenant, tested, lead, material, trial, outcomes, now)
	if err != nil {
		return nil, err
	}
	return ok(FlowTest{
		TestMode: true, FlowID: stored.ID.String(), FlowName: tested.Name,
		Matching:   Matching{trial.Matches, trial.Reason, trial.Checked},
		WouldRun:   WouldRun{trial.WouldRun, trial.WouldReason},
		ActionPlan: plan, Note: note,
	}), nil
}

// rehearse runs the flow through for the lead, whether or not it would start.
func rehearse(t flow.Tenant, d flow.Definition, lead flow.Lead, m engine.TrialMaterial, trial flow.Trial, outcomes flow.Outcomes, now time.Time) ([]PlannedAction, string, error) {
	note := "Nothing was stored or sent. Calls are taken as answered and messages as delivered unless outcomes say otherwise."
	contact := m.Contact
	if contact.Phone == "" && contact.Email == "" {
		contact.Phone, contact.PhoneValid, contact.Email = standInPhone, true, standInEmail
		contact.Name = cmp.Or(contact.Name, standInName)
		note += " The lead has no phone and no e-mail: live it would be refused. The plan is for a made-up address."
	}
	in := flow.PlanInput{Tenant: t, Flow: &d, Contact: contact, Suppressions: m.Suppressions, Now: now}
	if trial.Taken != nil {
		in.NotBefore = trial.Taken.NotBefore
	}
	contents := map[int]map[string]any{}
	extra := map[string]any{
		"flow_name": d.Name, "trigger_source": "test", "contact_name": contact.Name, "contact_phone": contact.Phone,
		"lead_source": lead.LeadSource, "entry_type": lead.EntryType, "notes": lead.Notes,
	}
	simulation, err := flow.Simulate(in, outcomes, func(action *flow.Action) error {
		content, err := engine.Content(action, contact, extra, m.Templates)
		contents[action.Order] = content
		return err
	})
	if err != nil {
		return nil, "", badRequest("The flow cannot be planned: " + err.Error())
	}
	return actionPlan(d.Actions, simulation, contents), note, nil
}

// templatesOf are the ids of the e-mail templates that actions name.
func templatesOf(actions []flow.Action) []string {
	ids := []string{}
	for _, action := range actions {
		if id := emailTemplate(action); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// actionPlan shows a simulation by action.
func actionPlan(actions []flow.Action, s flow.Simulation, contents map[int]map[string]any) []PlannedAction {
	plan := make([]PlannedAction, 0, len(actions))
	for _, action := range actions {
		shown := PlannedAction{Order: action.Order, Type: action.Type, Config: config(action.Config), WouldSend: contents[action.Order]}
		var begun time.Time
		var last flow.Step
		for _, row := range s.Steps {
			if row.Order != action.Order {
				continue
			}
			if last = row; shown.Attempts == 0 {
				begun = beganAt(row, s.EndsAt)
			}
			shown.Attempts++
		}
		shown.At, shown.EndsAt, shown.Status = instant(begun), instant(s.EndsAt), last.Status()
		if last.CompletedAt != nil {
			shown.EndsAt = instant(*last.CompletedAt)
		}
		if last.Outcome != flow.OutcomeNone {
			shown.Outcome = new(string(last.Outcome))
		}
		if reason := last.SkipReason + last.Error; reason != "" {
			shown.Reason = &reason
		}
		if action.ConditionType != nil {
			shown.Condition = &PlannedCondition{
				Type: *action.ConditionType, Value: action.ConditionValue,
				WillExecute: last.State != flow.Skipped || last.SkipKind != flow.SkipCondition,
			}
		}
		plan = append(plan, shown)
	}
	return plan
}

func beganAt(row flow.Step, end time.Time) time.Time {
	switch {
	case row.StartedAt != nil:
		return *row.StartedAt
	case row.CompletedAt != nil:
		return *row.CompletedAt
	}
	return end
}

func (a *api) testRun(ctx context.Context, in *struct {
	FlowPath

	Body body[TestRunInput]
},
) (*answer[success[Execution]], error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	tenant := who(ctx).TenantID
	stored, err := a.Flows.Flow(ctx, tenant, *in.ID.id)
	if err != nil {
		return nil, err
	}
	if !input.ContactID.Sent {
		problems = append(problems, flow.FieldError{Field: "contact_id", Message: "contact_id is required"})
	}
	outcomes := flow.Outcomes(input.Outcomes.Value)
	if problems = withOthers(problems, outcomes.Validate("outcomes", stored.Actions)); len(problems) > 0 {
		return nil, invalid(problems)
	}
	id, err := a.Trials.CreateTestRun(ctx, tenant, stored.ID, *input.ContactID.Value.id, outcomes)
	if err != nil {
		return nil, err
	}
	// It stands: if it cannot be started now, due work starts it in a minute.
	if err := a.Machines.Start(ctx, tenant, id, 1); err != nil {
		a.Log.WarnContext(ctx, "a test run could not be started yet", "execution_id", id, "tenant_id", tenant, "error", err)
	}
	record, _, err := a.Executions.Execution(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	e, err := executionOf(tenant, record)
	if err != nil {
		return nil, err
	}
	return ok(e), nil
}

// orders is a map of outcomes as the decoder fills it.
func orders(n node) (map[string]string, bool) {
	out := make(map[string]string, len(n.members))
	for _, m := range n.members {
		order, err := strconv.Atoi(m.key)
		if err != nil || order < 1 || strconv.Itoa(order) != m.key || m.value.kind != jsonString {
			return nil, false
		}
		out[m.key] = m.value.text
	}
	return out, n.kind == jsonObject
}
