package flow

import (
	"cmp"
	"slices"
)

// FunnelStep is how far executions came at one step of a flow. Of each
// execution the step's last attempt counts.
type FunnelStep struct {
	Order int
	Type  ActionType
	// InFlow is false for a step that the flow has no longer.
	InFlow bool
	ActionTally
}

// Funnel orders what was counted by the steps of a flow, each action of the
// flow as it is now, and what ran as older versions had it.
func Funnel(now Definition, counts []StatCount) []FunnelStep {
	type key struct {
		order int
		kind  ActionType
	}
	steps := map[key]*FunnelStep{}
	for _, a := range now.Actions {
		steps[key{a.Order, a.Type}] = &FunnelStep{Order: a.Order, Type: a.Type, InFlow: true}
	}
	for _, c := range counts {
		if c.Fact != FactAction || c.Retried {
			continue
		}
		k := key{c.Order, c.Type}
		if steps[k] == nil {
			steps[k] = &FunnelStep{Order: c.Order, Type: c.Type}
		}
		steps[k].Add(c.Outcome, c.N)
	}
	out := make([]FunnelStep, 0, len(steps))
	for _, s := range steps {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b FunnelStep) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Type, b.Type))
	})
	return out
}
