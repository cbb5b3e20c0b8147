package flow

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Compiled is one version of a flow made ready for matching. It is immutable
// and safe for concurrent use; keep it as long as the version is in force.
type Compiled struct {
	Definition Definition
	conditions []condition
	// groups are the numbers in use, ascending.
	groups []int
}

// Compile reads hours and operands once. The error is about the flow's own
// business hours; conditions that cannot be understood compile, and are false
// with a note that says why.
func Compile(d Definition) (*Compiled, error) {
	if d.UseCustomBusinessHours {
		if hours := d.Hours(Tenant{}); hours != nil {
			if _, err := hours.Compile(""); err != nil {
				return nil, fmt.Errorf("flow %s version %d: %w", d.ID, d.Version, err)
			}
		}
	}
	compiled := &Compiled{Definition: d}
	for _, c := range d.Conditions {
		compiled.conditions = append(compiled.conditions, newCondition(c))
		compiled.groups = append(compiled.groups, c.Group)
	}
	slices.Sort(compiled.groups)
	compiled.groups = slices.Compact(compiled.groups)
	return compiled, nil
}

// AllConditionsMet is the reason of a flow whose conditions hold.
const AllConditionsMet = "All conditions met"

// Conditions holds the flow's conditions against a lead and its contact: the
// code that live matching and test mode share. Conditions of one group are
// joined by AND, groups by OR; without conditions everything matches. reason
// is AllConditionsMet, or `Condition failed: <type> <operator> <value>` of the
// first failing condition of the last group (the one with the highest
// number). checked has every condition in the order given.
//
// Days such as 2026-03-01 are read in the zone that now carries; see
// Tenant.Local.
func (c *Compiled) Conditions(lead Lead, contact Contact, now time.Time) (matches bool, reason string, checked []ConditionCheck) {
	return c.match(newSubject(lead, contact, now))
}

func (c *Compiled) match(s *subject) (matches bool, reason string, checked []ConditionCheck) {
	checked = make([]ConditionCheck, len(c.conditions))
	// firstFailed holds, by group, the index of its first failing condition.
	firstFailed := make(map[int]int, len(c.groups))
	for i := range c.conditions {
		checked[i] = c.conditions[i].check(s)
		if _, failed := firstFailed[checked[i].Group]; !checked[i].Result && !failed {
			firstFailed[checked[i].Group] = i
		}
	}
	if len(c.groups) == 0 || len(firstFailed) < len(c.groups) {
		return true, AllConditionsMet, checked
	}
	last := checked[firstFailed[c.groups[len(c.groups)-1]]]
	return false, "Condition failed: " + last.describe(), checked
}

// describe is `<type> <operator> <value>`.
func (c ConditionCheck) describe() string {
	parts := []string{string(c.Type), string(c.Operator)}
	switch {
	case c.Operator == IsSet || c.Operator == IsNotSet:
	case c.Value == nil:
		parts = append(parts, "null")
	default:
		parts = append(parts, *c.Value)
	}
	return strings.Join(parts, " ")
}

// Match decides which flows a lead enters.
func (ix *Index) Match(in MatchInput) Decision {
	decision := Decision{Flows: []FlowDecision{}, Taken: []Taken{}}
	if reason := untouchable(in); reason != "" {
		decision.Outcome, decision.Reason = DecisionSkipped, reason
		return decision
	}
	m := matcher{MatchInput: in, subject: newSubject(in.Lead, in.Contact, in.Tenant.Local(in.Now))}
	next := 0
	for position := range ix.candidates(m.subject) {
		decision.PassedOver += position - next
		next = position + 1
		looked := m.look(ix.flows[position])
		decision.Flows = append(decision.Flows, looked)
		if looked.Verdict != VerdictTaken && looked.Verdict != VerdictDeferred {
			continue
		}
		decision.Taken = append(decision.Taken, m.take(looked))
		if in.Tenant.MatchMode != MatchAll {
			break
		}
	}
	if in.Tenant.MatchMode == MatchAll || len(decision.Taken) == 0 {
		decision.PassedOver += len(ix.flows) - next
	}
	decision.Outcome, decision.Reason = decision.sum()
	return decision
}

// untouchable says why a contact matches nothing, or is empty.
func untouchable(in MatchInput) string {
	if in.Contact.DNC() {
		return "The contact is tagged DNC"
	}
	if s, found := Suppressed(AllChannels, in.Contact, in.Suppressions); found {
		if s.Reason == "" {
			return "The contact is suppressed for every channel"
		}
		return "The contact is suppressed for every channel: " + s.Reason
	}
	return ""
}

func (d *Decision) sum() (DecisionOutcome, string) {
	switch len(d.Taken) {
	case 0:
	case 1:
		return DecisionMatched, "Matched flow " + d.Taken[0].FlowName
	default:
		return DecisionMatched, fmt.Sprintf("Matched %d flows", len(d.Taken))
	}
	if len(d.Flows)+d.PassedOver == 0 {
		return DecisionNone, "No flow is enabled"
	}
	// The flow of the highest priority whose conditions hold says most.
	for _, looked := range d.Flows {
		if looked.Matches {
			return DecisionNone, fmt.Sprintf("No flow took the lead. %s: %s", looked.FlowName, looked.VerdictReason)
		}
	}
	return DecisionNone, "No flow's conditions hold"
}

// matcher decides one lead.
type matcher struct {
	MatchInput

	subject *subject
	// taken is true once a flow of this decision took the contact.
	taken bool
}

func (m *matcher) take(looked FlowDecision) Taken {
	m.taken = true
	taken := Taken{FlowID: looked.FlowID, Version: looked.Version, FlowName: looked.FlowName}
	if looked.Verdict == VerdictDeferred {
		taken.NotBefore = looked.Hours.OpensAt
	}
	return taken
}

// look holds one flow against the lead: conditions, then hours, then the
// repeat guard.
func (m *matcher) look(c *Compiled) FlowDecision {
	d := &c.Definition
	looked := FlowDecision{FlowID: d.ID, FlowName: d.Name, Version: d.Version, Priority: d.Priority}
	looked.Matches, looked.Reason, looked.ConditionsChecked = c.match(m.subject)
	if !looked.Matches {
		looked.Verdict, looked.VerdictReason = VerdictConditions, looked.Reason
		return looked
	}
	looked.Hours = m.hours(d)
	closed := looked.Hours != nil && !looked.Hours.Open
	if closed && (d.OutsideHours != Defer || looked.Hours.OpensAt == nil) {
		looked.Verdict, looked.VerdictReason = VerdictClosed, "Outside its business hours"
		if looked.Hours.Note != "" {
			looked.VerdictReason += ": " + looked.Hours.Note
		}
		return looked
	}
	looked.Repeat = m.repeat(d)
	switch {
	case looked.Repeat.Blocked:
		looked.Verdict, looked.VerdictReason = VerdictRepeat, looked.Repeat.Reason
	case closed:
		looked.Verdict, looked.VerdictReason = VerdictDeferred, "Taken outside its business hours; the first step waits for the opening"
	default:
		looked.Verdict, looked.VerdictReason = VerdictTaken, looked.Reason
	}
	return looked
}

func (m *matcher) hours(d *Definition) *HoursCheck {
	hours := d.Hours(m.Tenant)
	if hours == nil {
		return nil
	}
	compiled, err := hours.Compile(m.Tenant.TimeZone)
	if err != nil {
		return &HoursCheck{TimeZone: hours.TimeZone, LocalTime: m.Now.UTC().Format(time.RFC3339), Note: err.Error()}
	}
	check := &HoursCheck{
		Open:      compiled.Open(m.Now),
		TimeZone:  compiled.Location().String(),
		LocalTime: m.Now.In(compiled.Location()).Format(time.RFC3339),
	}
	if check.Open {
		return check
	}
	opens, err := compiled.Next(m.Now)
	if err != nil {
		check.Note = err.Error()
		return check
	}
	check.OpensAt = &opens
	return check
}

// repeat is the repeat guard: a contact is in one flow at most once at a time
// (or in at most one of all flows), and a flow does not start again for it
// within its reentry minutes of the last start.
func (m *matcher) repeat(d *Definition) *RepeatCheck {
	check := &RepeatCheck{}
	var running, elsewhere bool
	for _, start := range m.Starts {
		elsewhere = elsewhere || start.Running
		if start.FlowID != d.ID {
			continue
		}
		running = running || start.Running
		if check.LastStart == nil || start.At.After(*check.LastStart) {
			check.LastStart = &start.At
		}
	}
	switch {
	case running:
		check.Reason = "The contact is in this flow already"
	case m.Tenant.OneExecutionPerContact && (elsewhere || m.taken):
		check.Reason = "The contact is in another flow"
	case check.LastStart != nil:
		free := check.LastStart.Add(time.Duration(d.ReentryMinutes) * time.Minute)
		if m.Now.Before(free) {
			check.FreeAt = &free
			check.Reason = fmt.Sprintf("This flow started for the contact less than %s ago", minutes(d.ReentryMinutes))
		}
	}
	check.Blocked = check.Reason != ""
	return check
}

func minutes(n int) string {
	if n == 1 {
		return "1 minute"
	}
	return fmt.Sprintf("%d minutes", n)
}
