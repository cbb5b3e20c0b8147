package rest

import (
	"context"
	"fmt"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// FlowExport is all flows of a tenant, as POST /flows/import takes them.
type FlowExport struct {
	Flows []ExportedFlow `json:"flows" doc:"By priority"`
}

// ExportedFlow is a flow without what is the tenant's alone: ids, version and
// instants.
type ExportedFlow struct {
	Name                   string              `json:"name"`
	Description            *string             `json:"description"`
	IsEnabled              bool                `json:"is_enabled"`
	Priority               int                 `json:"priority"`
	UseCustomBusinessHours bool                `json:"use_custom_business_hours"`
	BusinessHoursStart     *string             `json:"business_hours_start"`
	BusinessHoursEnd       *string             `json:"business_hours_end"`
	BusinessHoursTimezone  *string             `json:"business_hours_timezone"`
	BusinessHoursDays      []int               `json:"business_hours_days" doc:"1 Monday to 7 Sunday"`
	OutsideHours           flow.OutsideHours   `json:"outside_hours" enum:"next_flow,defer"`
	ReentryMinutes         int                 `json:"reentry_minutes"`
	Conditions             []ExportedCondition `json:"trigger_conditions"`
	Actions                []ExportedAction    `json:"actions"`
}

// ExportedCondition is a trigger condition in an export.
type ExportedCondition struct {
	Type            flow.ConditionType `json:"condition_type" enum:"lead_source,entry_type,custom_field,contact_field"`
	Operator        flow.Operator      `json:"condition_operator" enum:"equals,not_equals,contains,any,starts_with,ends_with,in,not_in,is_set,is_not_set,gt,gte,lt,lte,between,before,after,within_last_days"`
	Value           *string            `json:"condition_value"`
	CustomFieldName *string            `json:"custom_field_name"`
	Group           int                `json:"condition_group"`
}

// ExportedAction is a step in an export.
type ExportedAction struct {
	Order          int                     `json:"action_order"`
	Type           flow.ActionType         `json:"action_type" enum:"ai_call,whatsapp_message,email,wait"`
	Config         config                  `json:"action_config"`
	ConditionType  *flow.StepConditionType `json:"condition_type" enum:"always,call_outcome,previous_action_status"`
	ConditionValue *string                 `json:"condition_value"`
}

// ImportInput is flows to be created or changed.
type ImportInput struct {
	Flows  Optional[[]FlowInput] `json:"flows" minItems:"1" maxItems:"1000" wrong:"flows must be an array"`
	DryRun Optional[bool]        `json:"dry_run" required:"false" doc:"Say what would change, and change nothing; default false"`
}

// TransformSchema implements huma.SchemaTransformer: each flow is a whole one.
func (ImportInput) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	s.Properties["flows"].Items = r.Schema(reflect.TypeFor[NewFlowInput](), true, "")
	return s
}

// ImportResult is what an import did, or what it would do.
type ImportResult struct {
	DryRun    bool         `json:"dry_run"`
	Created   int          `json:"created"`
	Updated   int          `json:"updated"`
	Unchanged int          `json:"unchanged"`
	Flows     []ImportFlow `json:"flows" doc:"In the order of the input"`
}

// ImportFlow is what an import did with one flow.
type ImportFlow struct {
	Name        string       `json:"name"`
	Change      string       `json:"change" enum:"create,update,unchanged"`
	ID          *uuid.UUID   `json:"id" format:"uuid" nullable:"true" doc:"null for one that a dry run would create"`
	Differences []Difference `json:"differences" doc:"What changes of a flow that was there"`
}

func (a *api) registerTransfer() {
	register(a, huma.Operation{
		OperationID: "duplicate-flow", Method: http.MethodPost, Path: Base + "/flows/{id}/duplicate",
		Summary:     "Copy a flow, switched off and last in priority",
		Description: "Conditions and actions are copied; the name says that it is a copy.",
		Tags:        flowsTag, DefaultStatus: http.StatusCreated,
		Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, a.duplicateFlow)
	register(a, huma.Operation{
		OperationID: "export-flows", Method: http.MethodGet, Path: Base + "/flows/export",
		Summary: "Read all flows in the form that import takes", Tags: flowsTag,
	}, a.exportFlows)
	register(a, huma.Operation{
		OperationID: "import-flows", Method: http.MethodPost, Path: Base + "/flows/import",
		Summary: "Create or change flows, all or none of them", Tags: flowsTag, Errors: []int{http.StatusConflict},
		Description: "A flow whose name is there already is changed and keeps its priority; of several with one name the first " +
			"in the list goes with the first by priority, and so on. All others are created, after the last priority, in the order given.",
	}, a.importFlows)
}

func (a *api) duplicateFlow(ctx context.Context, in *struct {
	FlowPath
	IdempotencyKey
},
) (*createdFlow, error) {
	original, err := a.Flows.Flow(ctx, who(ctx).TenantID, *in.ID.id)
	if err != nil {
		return nil, err
	}
	return a.create(ctx, in.IdempotencyKey, flow.Copied(original.Definition), nil, "duplicate-flow", []byte(in.ID.id.String()))
}

func (a *api) exportFlows(ctx context.Context, _ *struct{}) (*answer[success[FlowExport]], error) {
	flows, err := a.History.WholeFlows(ctx, who(ctx).TenantID)
	if err != nil {
		return nil, err
	}
	out := FlowExport{Flows: make([]ExportedFlow, len(flows))}
	for i, f := range flows {
		out.Flows[i] = exported(f.Definition)
	}
	return ok(out), nil
}

func exported(d flow.Definition) ExportedFlow {
	out := ExportedFlow{
		Name: d.Name, Description: d.Description, IsEnabled: d.IsEnabled, Priority: d.Priority,
		UseCustomBusinessHours: d.UseCustomBusinessHours, BusinessHoursStart: d.BusinessHoursStart,
		BusinessHoursEnd: d.BusinessHoursEnd, BusinessHoursTimezone: d.BusinessHoursTimezone,
		BusinessHoursDays: d.BusinessHoursDays, OutsideHours: d.OutsideHours, ReentryMinutes: d.ReentryMinutes,
		Conditions: make([]ExportedCondition, len(d.Conditions)), Actions: make([]ExportedAction, len(d.Actions)),
	}
	for i, c := range d.Conditions {
		out.Conditions[i] = ExportedCondition{c.Type, c.Operator, c.Value, c.CustomFieldName, c.Group}
	}
	for i, a := range d.Actions {
		out.Actions[i] = ExportedAction{a.Order, a.Type, config(a.Config), a.ConditionType, a.ConditionValue}
	}
	return out
}

func (a *api) importFlows(ctx context.Context, in *struct {
	IdempotencyKey

	Body body[ImportInput]
},
) (*answer[shown[success[ImportResult]]], error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	if problems = withOthers(problems, checkImport(input)); len(problems) > 0 {
		return nil, invalid(problems)
	}
	show := func(planned []flow.ImportedFlow) success[ImportResult] {
		return success[ImportResult]{true, importResult(planned, input.DryRun.Value)}
	}
	once, err := onceFor(in.IdempotencyKey, show, "import-flows", in.Body.raw)
	if err != nil {
		return nil, err
	}
	if input.DryRun.Value {
		once = nil // it creates nothing
	}
	by := who(ctx)
	var planned []flow.ImportedFlow
	err = a.History.ImportFlows(ctx, by.TenantID, by.UserID, once, func(now []flow.Stored) ([]flow.ImportedFlow, error) {
		planned = planImport(input.Flows.Value, now)
		if n := created(planned); n > 0 && n+len(now) > flow.MaxFlows {
			return nil, tooManyFlows()
		}
		if input.DryRun.Value {
			return nil, nil
		}
		return planned, nil
	})
	if err != nil {
		return nil, err
	}
	return &answer[shown[success[ImportResult]]]{shownOnce(once, planned, show)}, nil
}

func checkImport(in ImportInput) []flow.FieldError {
	switch n := len(in.Flows.Value); {
	case !in.Flows.Sent:
		return []flow.FieldError{{Field: "flows", Message: "flows must be an array"}}
	case n == 0:
		return []flow.FieldError{{Field: "flows", Message: "flows must name at least one flow"}}
	case n > maxUpdates:
		return []flow.FieldError{{Field: "flows", Message: fmt.Sprintf("flows must have at most %d items", maxUpdates)}}
	}
	var problems []flow.FieldError
	for i, f := range in.Flows.Value {
		d := f.apply(newFlow())
		for _, p := range flow.Validate(&d) {
			problems = append(problems, flow.FieldError{Field: join(index("flows", i), p.Field), Message: p.Message})
		}
	}
	return problems
}

// planImport finds for each flow of the input, which was checked, the one that
// it changes.
func planImport(in []FlowInput, now []flow.Stored) []flow.ImportedFlow {
	named := map[string][]flow.Stored{}
	for _, s := range now {
		named[s.Name] = append(named[s.Name], s)
	}
	out := make([]flow.ImportedFlow, len(in))
	for i, f := range in {
		base := newFlow()
		if left := named[f.Name.Value]; len(left) > 0 {
			out[i].Before, named[f.Name.Value] = &left[0], left[1:]
			base.Conditions, base.Actions = left[0].Conditions, left[0].Actions
		}
		// What the input does not say is the default, also of the lists.
		f.Conditions.Sent, f.Actions.Sent = true, true
		d := f.apply(base)
		_ = flow.Validate(&d) // into its stored form
		if before := out[i].Before; before != nil {
			d.ID, d.Version, d.Priority = before.ID, before.Version, before.Priority
		}
		out[i].After = d
	}
	return out
}

func created(planned []flow.ImportedFlow) (n int) {
	for _, p := range planned {
		if p.Before == nil {
			n++
		}
	}
	return n
}

func importResult(planned []flow.ImportedFlow, dry bool) ImportResult {
	out := ImportResult{DryRun: dry, Flows: make([]ImportFlow, len(planned))}
	for i, p := range planned {
		f := ImportFlow{Name: p.After.Name, Change: "create", Differences: []Difference{}}
		if !dry || p.Before != nil {
			f.ID = &p.After.ID
		}
		if p.Before == nil {
			out.Created++
		} else if f.Differences = differencesOf(flow.Differences(p.Before.Definition, p.After)); len(f.Differences) > 0 {
			out.Updated++
			f.Change = "update"
		} else {
			out.Unchanged++
			f.Change = "unchanged"
		}
		out.Flows[i] = f
	}
	return out
}
