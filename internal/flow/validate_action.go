package flow

import (
	"fmt"
	"slices"
)

var actionTypes = []ActionType{AICall, WhatsAppMessage, Email, Wait}

var stepConditionTypes = []StepConditionType{Always, CallOutcome, PreviousActionStatus}

// stepConditionValues are what a step's condition can be compared with.
var stepConditionValues = map[StepConditionType][]string{
	CallOutcome:          {"answered", "missed", "failed", "not_answered", "voicemail", "busy", "no_answer"},
	PreviousActionStatus: {"success", "failed", "skipped"},
}

// ValidateActions finds everything wrong with the steps of a flow. list is the
// path of the list in the request, such as "actions". A blank condition_value
// of a step that always runs becomes null.
func ValidateActions(list string, actions []Action) []FieldError {
	var found problems
	if len(actions) > MaxActions {
		found.addf(list, "A flow can have at most %d actions", MaxActions)
	}
	orders := make(map[int]bool)
	for i := range actions {
		path := fmt.Sprintf("%s[%d]", list, i)
		order := actions[i].Order
		switch {
		case order <= 0 || order > maxDatabaseInt:
			found.add(path+".action_order", msgOrderPositive)
		case orders[order]:
			found.add(path+".action_order", msgOrderUnique)
		}
		orders[order] = true
		found.action(path, &actions[i])
	}
	return found
}

func (p *problems) action(path string, a *Action) {
	if slices.Contains(actionTypes, a.Type) {
		p.config(path+".action_config", a)
	} else {
		p.addf(path+".action_type", "action_type must be one of %s", oneOf(actionTypes))
	}
	p.stepCondition(path, a)
}

func (p *problems) stepCondition(path string, a *Action) {
	if a.ConditionType == nil || *a.ConditionType == Always {
		if a.ConditionValue != nil && *a.ConditionValue == "" {
			a.ConditionValue = nil
		}
		if a.ConditionValue != nil {
			p.add(path+".condition_value", "condition_value must be null for a step that always runs")
		}
		return
	}
	kind := *a.ConditionType
	values, known := stepConditionValues[kind]
	switch {
	case !known:
		p.addf(path+".condition_type", "condition_type must be one of %s", oneOf(stepConditionTypes))
	case a.ConditionValue == nil || !slices.Contains(values, *a.ConditionValue):
		p.addf(path+".condition_value", "condition_value must be one of %s for %s", oneOf(values), kind)
	}
}
