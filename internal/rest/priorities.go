package rest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// PrioritiesInput gives flows their priorities; they may change places.
type PrioritiesInput struct {
	Updates Optional[[]PriorityInput] `json:"updates" minItems:"1" maxItems:"1000" wrong:"Updates array is required"`
}

// PriorityInput is one flow's new priority.
type PriorityInput struct {
	ID       Optional[string] `json:"id" format:"uuid"`
	Priority Optional[int]    `json:"priority" minimum:"0" maximum:"2147483647" doc:"Lower runs first; unique"`
}

// maxUpdates lets all of a tenant's flows be moved at once.
const maxUpdates = flow.MaxFlows

func (a *api) registerPriorities() {
	register(a, huma.Operation{
		OperationID: "change-priorities", Method: http.MethodPost, Path: Base + "/flows/priorities/bulk-update",
		Summary:     "Give several flows their priorities, all or none",
		Description: "Any permutation, swaps included. Flows that are not named keep theirs.",
		Tags:        flowsTag, Errors: []int{http.StatusNotFound},
	}, a.changePriorities)
}

func (a *api) changePriorities(ctx context.Context, in *struct{ Body body[PrioritiesInput] }) (*answer[done], error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	changes, wrong := priorityChanges(input)
	if problems = withOthers(problems, wrong); len(problems) > 0 {
		return nil, invalid(problems)
	}
	by := who(ctx)
	if err := a.Flows.ChangePriorities(ctx, by.TenantID, by.UserID, changes); err != nil {
		if taken, is := errors.AsType[flow.PriorityTakenError](err); is {
			at := slices.IndexFunc(changes, func(c flow.PriorityChange) bool { return c.Priority == taken.Priority })
			return nil, priorityTaken(join(index("updates", at), "priority"), taken)
		}
		return nil, err
	}
	return &answer[done]{done{true, "Priorities updated successfully"}}, nil
}

func priorityChanges(in PrioritiesInput) ([]flow.PriorityChange, []flow.FieldError) {
	updates := in.Updates.Value
	switch {
	case len(updates) == 0:
		return nil, []flow.FieldError{{Field: "updates", Message: "Updates array is required"}}
	case len(updates) > maxUpdates:
		return nil, []flow.FieldError{{Field: "updates", Message: fmt.Sprintf("updates must have at most %d items", maxUpdates)}}
	}
	var problems []flow.FieldError
	wrong := func(i int, field, message string) {
		problems = append(problems, flow.FieldError{Field: join(index("updates", i), field), Message: message})
	}
	ids, priorities := map[uuid.UUID]bool{}, map[int]bool{}
	changes := make([]flow.PriorityChange, len(updates))
	for i, u := range updates {
		id := uuidParam{}
		switch err := id.UnmarshalText([]byte(u.ID.Value)); {
		case err != nil:
			wrong(i, "id", "id must be a UUID")
		case ids[*id.id]:
			wrong(i, "id", fmt.Sprintf("Flow %s is named twice", *id.id))
		default:
			ids[*id.id] = true
			changes[i].ID = *id.id
		}
		changes[i].Priority = u.Priority.Value
		switch p := u.Priority.Value; {
		case !u.Priority.Sent || p < 0 || p > math.MaxInt32:
			wrong(i, "priority", "priority must be an integer of 0 or more")
		case priorities[p]:
			wrong(i, "priority", "Priority values must be unique")
		default:
			priorities[p] = true
		}
	}
	return changes, problems
}
