package flow

import (
	"time"

	"github.com/google/uuid"
)

// DecisionOutcome is what a decision came to.
type DecisionOutcome string

// What a decision came to.
const (
	// DecisionMatched: at least one flow took the lead.
	DecisionMatched DecisionOutcome = "matched"
	// DecisionNone: no flow took it; each looked at says why.
	DecisionNone DecisionOutcome = "none"
	// DecisionSkipped: the contact is not to be contacted, no flow was looked at.
	DecisionSkipped DecisionOutcome = "skipped"
)

// Decision answers "why this flow?" and "why none?" for one lead. It is
// stored with the lead and shown as it is; it holds no phone number or e-mail
// but where a condition looks at one. Lists are never null.
type Decision struct {
	Outcome DecisionOutcome `json:"outcome"`
	// Reason is one sentence.
	Reason string `json:"reason"`
	// Flows are the flows looked at, by priority. With match mode "first"
	// those after the one taken are not.
	Flows []FlowDecision `json:"flows"`
	// PassedOver counts the flows left aside because an equality condition of
	// each of their groups cannot hold; see NewIndex.
	PassedOver int `json:"passed_over"`
	// Taken are the executions to start, in order.
	Taken []Taken `json:"taken"`
}

// Verdict is what was decided of one flow.
type Verdict string

// What was decided of one flow.
const (
	// VerdictTaken starts now, VerdictDeferred at the opening of the flow's hours.
	VerdictTaken    Verdict = "taken"
	VerdictDeferred Verdict = "deferred"
	// VerdictConditions: its conditions do not hold.
	VerdictConditions Verdict = "conditions"
	// VerdictClosed: outside its hours, and it passes leads on.
	VerdictClosed Verdict = "closed"
	// VerdictRepeat: the repeat guard stopped it.
	VerdictRepeat Verdict = "repeat"
)

// FlowDecision is one flow held against one lead.
type FlowDecision struct {
	FlowID   uuid.UUID `json:"flow_id"`
	FlowName string    `json:"flow_name"`
	Version  int       `json:"version"`
	Priority int       `json:"priority"`
	// Matches, Reason and ConditionsChecked are about the conditions alone,
	// as Compiled.Conditions gives them.
	Matches           bool             `json:"matches"`
	Reason            string           `json:"reason"`
	ConditionsChecked []ConditionCheck `json:"conditions_checked"`
	// Hours is nil when the conditions do not hold, and when the flow is
	// always open.
	Hours *HoursCheck `json:"hours"`
	// Repeat is nil when the flow was ruled out before.
	Repeat        *RepeatCheck `json:"repeat"`
	Verdict       Verdict      `json:"verdict"`
	VerdictReason string       `json:"verdict_reason"`
}

// HoursCheck says whether a flow's hours were open for a lead.
type HoursCheck struct {
	Open     bool   `json:"open"`
	TimeZone string `json:"time_zone"`
	// LocalTime is the time decided for, in that zone.
	LocalTime string `json:"local_time"`
	// OpensAt is the next opening when closed.
	OpensAt *time.Time `json:"opens_at"`
	// Note says what is wrong with hours that cannot be read; they count as closed.
	Note string `json:"note,omitempty"`
}

// RepeatCheck says what the repeat guard found.
type RepeatCheck struct {
	Blocked bool   `json:"blocked"`
	Reason  string `json:"reason,omitempty"`
	// LastStart is the last start of this flow for the contact, if any is known.
	LastStart *time.Time `json:"last_start"`
	// FreeAt is when a guard by time ends.
	FreeAt *time.Time `json:"free_at"`
}

// Taken is an execution to start.
type Taken struct {
	FlowID   uuid.UUID `json:"flow_id"`
	Version  int       `json:"version"`
	FlowName string    `json:"flow_name"`
	// NotBefore is the opening that the first step waits for, when the lead
	// was taken outside the flow's hours.
	NotBefore *time.Time `json:"not_before"`
}

// Start is a running or recent execution of this contact. Test runs are left out.
type Start struct {
	FlowID  uuid.UUID
	Running bool
	// At is when it was triggered.
	At time.Time
}

// MatchInput is what a decision depends on.
type MatchInput struct {
	Tenant Tenant
	Lead   Lead
	// Contact is the contact as it stands after the lead was merged into it.
	Contact      Contact
	Suppressions []Suppression
	Starts       []Start
	Now          time.Time
}
