package rest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/auto-engagement/flows/internal/flow"
)

func (a *api) registerFlows() {
	register(a, huma.Operation{
		OperationID: "list-flows", Method: http.MethodGet, Path: Base + "/flows",
		Summary: "List flows by priority", Tags: flowsTag,
	}, a.listFlows)
	register(a, huma.Operation{
		OperationID: "create-flow", Method: http.MethodPost, Path: Base + "/flows",
		Summary:     "Create a flow",
		Description: "Without a priority it becomes the last. A flow is switched off unless is_enabled says otherwise.",
		Tags:        flowsTag, DefaultStatus: http.StatusCreated,
		Errors: []int{http.StatusConflict},
	}, a.createFlow)
	register(a, huma.Operation{
		OperationID: "get-flow", Method: http.MethodGet, Path: Base + "/flows/{id}",
		Summary: "Read a flow", Tags: flowsTag, Errors: []int{http.StatusNotFound},
	}, a.readFlow)
	register(a, huma.Operation{
		OperationID: "change-flow", Method: http.MethodPatch, Path: Base + "/flows/{id}",
		Summary:     "Change a flow",
		Description: "Only the keys sent change; trigger_conditions and actions replace the whole list. Each change is a version of its own, and what runs goes on as it was begun.",
		Tags:        flowsTag, Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, a.changeFlow)
	register(a, huma.Operation{
		OperationID: "delete-flow", Method: http.MethodDelete, Path: Base + "/flows/{id}",
		Summary: "Delete a flow and cancel what runs of it", Tags: flowsTag,
		Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, a.deleteFlow)
}

func (a *api) listFlows(ctx context.Context, in *struct {
	Paging

	EnabledOnly boolParam `query:"enabled_only"`
	Search      textParam `query:"search" doc:"Part of the name or the description"`
},
) (*answer[list[Flow]], error) {
	tenant := who(ctx).TenantID
	filter := flow.FlowFilter{EnabledOnly: in.EnabledOnly.on, Search: in.Search.text}
	flows, total, err := a.Flows.ListFlows(ctx, tenant, filter, in.page())
	if err != nil {
		return nil, err
	}
	data := make([]Flow, len(flows))
	for i, f := range flows {
		data[i] = flowOf(tenant, f)
	}
	return listOf(data, total, in.Paging), nil
}

func (a *api) createFlow(ctx context.Context, in *struct {
	IdempotencyKey

	Body body[NewFlowInput]
},
) (*createdFlow, error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	d := FlowInput(input).apply(newFlow())
	if problems = withOthers(problems, flow.Validate(&d)); len(problems) > 0 {
		return nil, invalid(problems)
	}
	var priority *int
	if input.Priority.Sent {
		priority = &d.Priority
	}
	return a.create(ctx, in.IdempotencyKey, d, priority, "create-flow", in.Body.raw)
}

// createdFlow answers with a flow that is at its first version.
type createdFlow struct {
	ETag string `header:"ETag"`
	Body shown[success[FlowWithDetails]]
}

// create stores a new flow, once for a request with a key.
func (a *api) create(ctx context.Context, key IdempotencyKey, d flow.Definition, priority *int, operation string, request []byte) (*createdFlow, error) {
	by := who(ctx)
	show := func(s flow.Stored) success[FlowWithDetails] {
		return success[FlowWithDetails]{true, detailsOf(by.TenantID, s)}
	}
	once, err := onceFor(key, show, operation, request)
	if err != nil {
		return nil, err
	}
	stored, err := a.Flows.CreateFlow(ctx, by.TenantID, by.UserID, d, priority, once)
	if err != nil {
		return nil, err
	}
	return &createdFlow{ETag: etag(1), Body: shownOnce(once, stored, show)}, nil
}

// FlowPath is embedded by operations on one flow.
type FlowPath struct {
	ID uuidParam `path:"id"`
}

// IfMatch is embedded by those that change it.
type IfMatch struct {
	IfMatch string `header:"If-Match" doc:"The ETag that was read; a record changed since is a 409"`
}

// check refuses with 409 when the flow is no longer the one that was read.
func (m IfMatch) check(s flow.Stored) error {
	return m.at(s.Version, "The flow")
}

// at refuses with 409 when what is at another version than the one that was read.
func (m IfMatch) at(version int, what string) error {
	if m.IfMatch == "" {
		return nil
	}
	for tag := range strings.SplitSeq(m.IfMatch, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" || tag == etag(version) {
			return nil
		}
	}
	return &failure{status: http.StatusConflict, Message: fmt.Sprintf("%s has changed: it is at version %d", what, version)}
}

func (a *api) readFlow(ctx context.Context, in *FlowPath) (*tagged[FlowWithDetails], error) {
	stored, err := a.Flows.Flow(ctx, who(ctx).TenantID, *in.ID.id)
	if err != nil {
		return nil, err
	}
	return taggedFlow(ctx, stored), nil
}

func (a *api) changeFlow(ctx context.Context, in *struct {
	FlowPath
	IfMatch

	Body body[FlowInput]
},
) (*tagged[FlowWithDetails], error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	stored, err := a.change(ctx, in.FlowPath, in.IfMatch, func(s flow.Stored) (flow.Definition, []flow.FieldError) {
		d := input.apply(s.Definition)
		return d, withOthers(problems, flow.Validate(&d))
	})
	if err != nil {
		return nil, err
	}
	return taggedFlow(ctx, stored), nil
}

// change stores what edit makes of a flow, unless edit finds problems or
// If-Match names another version.
func (a *api) change(ctx context.Context, id FlowPath, match IfMatch, edit func(flow.Stored) (flow.Definition, []flow.FieldError)) (flow.Stored, error) {
	by := who(ctx)
	return a.Flows.ChangeFlow(ctx, by.TenantID, *id.ID.id, by.UserID, func(s flow.Stored) (flow.Definition, error) {
		if err := match.check(s); err != nil {
			return flow.Definition{}, err
		}
		d, problems := edit(s)
		if len(problems) > 0 {
			return flow.Definition{}, invalid(problems)
		}
		return d, nil
	})
}

func (a *api) deleteFlow(ctx context.Context, in *struct {
	FlowPath
	IfMatch
},
) (*answer[done], error) {
	by := who(ctx)
	if err := a.Flows.DeleteFlow(ctx, by.TenantID, *in.ID.id, by.UserID, in.check); err != nil {
		return nil, err
	}
	return &answer[done]{done{true, "Flow deleted successfully"}}, nil
}

func taggedFlow(ctx context.Context, s flow.Stored) *tagged[FlowWithDetails] {
	return &tagged[FlowWithDetails]{
		ETag: etag(s.Version),
		Body: success[FlowWithDetails]{true, detailsOf(who(ctx).TenantID, s)},
	}
}

// withOthers adds what validation found to what decoding found, but for what
// could not be decoded: those values are not the ones that were sent.
func withOthers(decoding, validation []flow.FieldError) []flow.FieldError {
	unread := func(p flow.FieldError) bool {
		return slices.ContainsFunc(decoding, func(d flow.FieldError) bool {
			below, under := strings.CutPrefix(p.Field, d.Field)
			return under && (below == "" || below[0] == '.' || below[0] == '[')
		})
	}
	return append(slices.Clone(decoding), slices.DeleteFunc(slices.Clone(validation), unread)...)
}
