package flow

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// State is the state of one row of the ledger (flow_action_logs).
type State string

// The states of a ledger row, in the order they are usually passed.
const (
	// Planned is not begun; with Until set it waits for that instant.
	Planned State = "planned"
	// Queued is a call that waits for a line.
	Queued State = "queued"
	// Claimed means a process is about to ask the provider, or is asking.
	Claimed State = "claimed"
	// Sent means the provider accepted. A message's step has ended with it, a
	// call's has not.
	Sent State = "sent"
	// Unknown means the provider was asked and its answer was lost.
	Unknown State = "unknown"
	// Done means it succeeded: a call answered or missed, a message delivered, a wait over.
	Done State = "done"
	// Failed means it ended without success.
	Failed State = "failed"
	// Skipped means it was never to run: a condition, a refusal, an unusable address.
	Skipped State = "skipped"
)

// Outcome is how a call ended, as step conditions see it.
type Outcome string

// The outcomes of a call. They only ever rise: failed < missed < answered.
const (
	OutcomeNone     Outcome = ""
	OutcomeFailed   Outcome = "failed"
	OutcomeMissed   Outcome = "missed"
	OutcomeAnswered Outcome = "answered"
)

// SkipKind says why a step was skipped, for the result of the execution.
type SkipKind string

// Why a step was skipped.
const (
	SkipCondition  SkipKind = "condition"
	SkipDNC        SkipKind = "dnc"
	SkipSuppressed SkipKind = "suppressed"
	SkipAddress    SkipKind = "unusable_address"
)

// LineState is how a call stands with call lines.
type LineState string

// How a call stands with call lines.
const (
	// LineNone: it has asked for none, or gave it back.
	LineNone LineState = ""
	// LineWaiting: it is in the queue.
	LineWaiting LineState = "waiting"
	// LineAssigned: it was given one, and must use it within a minute.
	LineAssigned LineState = "assigned"
	// LineLive: it is being placed, or out, on its line.
	LineLive LineState = "live"
)

// LineWaitLimit is how long, in real time, a call waits for a line before it fails.
const LineWaitLimit = 24 * time.Hour

// NoLine is the error of a call that waited for a line in vain.
const NoLine = "no call line was free within 24 hours"

// Step is one row of the ledger: one attempt at one step of one execution.
type Step struct {
	ID uuid.UUID
	// Order is the action's order in the flow; Attempt counts from 1.
	Order   int
	Attempt int
	Type    ActionType
	State   State
	// Until is the virtual instant that a planned row waits for.
	Until *time.Time
	// RetryAt is the real instant before which the provider is not asked
	// (again), or at which an unknown effect is looked into.
	RetryAt *time.Time
	// FirstTriedAt is the real instant of the first request of this attempt.
	FirstTriedAt *time.Time
	ClaimID      *uuid.UUID
	ClaimUntil   *time.Time
	// Tries counts the requests made for this attempt that were refused for now.
	Tries      int
	ProviderID string
	// Outcome and Detail are of calls: Detail is no_answer, busy, voicemail, …
	Outcome Outcome
	Detail  string
	// Reported is true when the provider itself reported the outcome; only
	// then may a retry attempt follow.
	Reported bool
	SkipKind SkipKind
	// Looks counts the reconciliations that the provider answered without
	// knowing the effect.
	Looks int
	// GoneSince is the real instant since which the provider says that it
	// knows no such call.
	GoneSince *time.Time
	// Line is how a call stands with call lines, LineSince the real instant since
	// which it wants one; nil for LineNone.
	Line      LineState
	LineSince *time.Time
	// Token is the task token of a machine that waits for this call's outcome.
	Token       string
	StartedAt   *time.Time
	CompletedAt *time.Time
	Result      json.RawMessage
	Error       string
	SkipReason  string
}

// Kind is what a directive tells the state machine to do next.
type Kind string

// The kinds of directives. Kinds are only ever added.
const (
	DoCall     Kind = "ai_call"
	DoWhatsApp Kind = "whatsapp_message"
	DoEmail    Kind = "email"
	// DoWait is a native Wait until Directive.Until, then Plan.
	DoWait Kind = "wait"
	// DoAwait waits for a call's outcome by task token.
	DoAwait Kind = "await"
	// DoDone ends the machine.
	DoDone Kind = "done"
)

// DirectiveVersion is the version of the directive's shape.
const DirectiveVersion = 1

// Directive is what every task returns to the state machine: what comes next.
type Directive struct {
	V     int  `json:"v"`
	RunNo int  `json:"run_no"`
	Kind  Kind `json:"kind"`
	// Step and Attempt name the ledger row the directive is about; 0 for done.
	Step    int `json:"step"`
	Attempt int `json:"attempt"`
	// Until is the real instant at which a wait ends; nil otherwise.
	Until *time.Time `json:"until,omitempty"`
}
