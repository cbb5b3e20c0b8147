package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/auto-engagement/flows/internal/flow"
)

// ToggleInput switches a flow on or off.
type ToggleInput struct {
	Enabled   Optional[bool] `json:"enabled" required:"false" wrong:"enabled field must be a boolean"`
	IsEnabled Optional[bool] `json:"is_enabled" required:"false" wrong:"enabled field must be a boolean" doc:"The same as enabled; one of both is sent"`
}

// TransformSchema implements huma.SchemaTransformer.
func (ToggleInput) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	return oneRequired(s, "enabled", "is_enabled")
}

// oneRequired says that exactly one of these is sent.
func oneRequired(s *huma.Schema, names ...string) *huma.Schema {
	for _, name := range names {
		s.OneOf = append(s.OneOf, &huma.Schema{Required: []string{name}})
	}
	return s
}

// ConditionsInput replaces a flow's trigger conditions. Keys of an item may be
// written in snake_case or camelCase.
type ConditionsInput struct {
	Conditions Optional[[]ConditionInput] `json:"conditions" maxItems:"100" wrong:"conditions must be an array"`
}

// ActionsInput replaces a flow's actions. Keys of an item may be written in
// snake_case or camelCase; those inside action_config are snake_case.
type ActionsInput struct {
	Actions Optional[[]ActionInput] `json:"actions" maxItems:"50" wrong:"actions must be an array"`
}

func (a *api) registerFlowParts() {
	errors := []int{http.StatusNotFound, http.StatusConflict}
	register(a, huma.Operation{
		OperationID: "toggle-flow", Method: http.MethodPatch, Path: Base + "/flows/{id}/toggle",
		Summary:     "Switch a flow on or off",
		Description: "A flow that is switched off takes no new leads; what runs of it goes on.",
		Tags:        flowsTag, Errors: errors,
	}, a.toggleFlow)
	register(a, huma.Operation{
		OperationID: "replace-conditions", Method: http.MethodPut, Path: Base + "/flows/{id}/conditions",
		Summary:     "Replace a flow's trigger conditions",
		Description: "Items are in camelCase or snake_case. An empty list matches every lead.",
		Tags:        flowsTag, Errors: errors,
	}, a.replaceConditions)
	register(a, huma.Operation{
		OperationID: "replace-actions", Method: http.MethodPut, Path: Base + "/flows/{id}/actions",
		Summary:     "Replace a flow's actions",
		Description: "Items are in camelCase or snake_case; the keys of action_config are always snake_case.",
		Tags:        flowsTag, Errors: errors,
	}, a.replaceActions)
}

func (a *api) toggleFlow(ctx context.Context, in *struct {
	FlowPath
	IfMatch

	Body body[ToggleInput]
},
) (*tagged[Flow], error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	if input.Enabled.Sent == input.IsEnabled.Sent {
		problems = append([]flow.FieldError{{Field: "enabled", Message: "enabled field must be a boolean"}}, problems...)
	}
	stored, err := a.change(ctx, in.FlowPath, in.IfMatch, func(s flow.Stored) (flow.Definition, []flow.FieldError) {
		d := s.Definition
		d.IsEnabled = input.Enabled.Value || input.IsEnabled.Value
		return d, problems
	})
	if err != nil {
		return nil, err
	}
	return &tagged[Flow]{ETag: etag(stored.Version), Body: success[Flow]{true, flowOf(who(ctx).TenantID, stored)}}, nil
}

func (a *api) replaceConditions(ctx context.Context, in *struct {
	FlowPath
	IfMatch

	Body body[ConditionsInput]
},
) (*tagged[[]Condition], error) {
	input, problems, err := decode(in.Body, true)
	if err != nil {
		return nil, err
	}
	if !input.Conditions.Sent {
		problems = append([]flow.FieldError{{Field: "conditions", Message: "conditions must be an array"}}, problems...)
	}
	stored, err := a.change(ctx, in.FlowPath, in.IfMatch, func(s flow.Stored) (flow.Definition, []flow.FieldError) {
		d := s.Definition
		d.Conditions = conditions(input.Conditions.Value, d.Conditions)
		return d, withOthers(problems, flow.ValidateConditions("conditions", d.Conditions))
	})
	if err != nil {
		return nil, err
	}
	return &tagged[[]Condition]{ETag: etag(stored.Version), Body: success[[]Condition]{true, conditionsOf(stored)}}, nil
}

func (a *api) replaceActions(ctx context.Context, in *struct {
	FlowPath
	IfMatch

	Body body[ActionsInput]
},
) (*tagged[[]Action], error) {
	input, problems, err := decode(in.Body, true)
	if err != nil {
		return nil, err
	}
	if !input.Actions.Sent {
		problems = append([]flow.FieldError{{Field: "actions", Message: "actions must be an array"}}, problems...)
	}
	stored, err := a.change(ctx, in.FlowPath, in.IfMatch, func(s flow.Stored) (flow.Definition, []flow.FieldError) {
		d := s.Definition
		d.Actions = actions(input.Actions.Value, d.Actions)
		return d, withOthers(problems, flow.ValidateActions("actions", d.Actions))
	})
	if err != nil {
		return nil, err
	}
	return &tagged[[]Action]{ETag: etag(stored.Version), Body: success[[]Action]{true, actionsOf(stored)}}, nil
}
