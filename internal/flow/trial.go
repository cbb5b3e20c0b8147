package flow

import "fmt"

// Trial says what live matching makes of one flow for one lead.
type Trial struct {
	// Matches, Reason and Checked are about the flow's conditions alone, as in
	// its entry of a live decision.
	Matches bool
	Reason  string
	Checked []ConditionCheck
	// WouldRun adds all else that live matching looks at: whether the flow is
	// enabled, flows before it, hours, refusals, the repeat guard. WouldReason
	// is one sentence.
	WouldRun    bool
	WouldReason string
	// Taken is set when it would run.
	Taken *Taken
}

// Try holds one flow against a lead, enabled or not, next to the tenant's
// other flows.
func Try(d Definition, others []Definition, in MatchInput) (Trial, error) {
	flows := make([]*Compiled, 0, len(others)+1)
	for _, other := range others {
		if other.ID == d.ID || !other.IsEnabled {
			continue
		}
		compiled, err := Compile(other)
		if err != nil {
			return Trial{}, err
		}
		flows = append(flows, compiled)
	}
	own, err := Compile(d)
	if err != nil {
		return Trial{}, err
	}
	var out Trial
	out.Matches, out.Reason, out.Checked = own.Conditions(in.Lead, in.Contact, in.Tenant.Local(in.Now))
	if !d.IsEnabled {
		out.WouldReason = "The flow is not enabled"
		return out, nil
	}
	decision := NewIndex(append(flows, own)).Match(in)
	for i := range decision.Taken {
		if decision.Taken[i].FlowID == d.ID {
			out.WouldRun, out.Taken = true, &decision.Taken[i]
		}
	}
	out.WouldReason = decision.about(d, out)
	return out, nil
}

// about says what the decision came to for one flow.
func (d *Decision) about(f Definition, trial Trial) string {
	if d.Outcome == DecisionSkipped {
		return d.Reason
	}
	for _, looked := range d.Flows {
		if looked.FlowID == f.ID {
			return looked.VerdictReason
		}
	}
	// Not looked at: the index ruled it out, or a flow before it took the lead.
	if !trial.Matches || len(d.Taken) == 0 {
		return trial.Reason
	}
	return fmt.Sprintf("Flow %s comes before it and takes the lead", d.Taken[0].FlowName)
}
