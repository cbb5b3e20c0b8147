package flow

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Why a store refuses. What is another tenant's is not found.
var (
	ErrFlowNotFound      = errors.New("flow not found")
	ErrExecutionNotFound = errors.New("execution not found")
	ErrLeadNotFound      = errors.New("lead not found")
	ErrContactNotFound   = errors.New("contact not found")
	ErrUnknownTenant     = errors.New("unknown tenant")
)

// PriorityTakenError refuses a priority that another flow of the tenant has.
type PriorityTakenError struct{ Priority int }

func (e PriorityTakenError) Error() string {
	return fmt.Sprintf("priority %d is already assigned to another flow", e.Priority)
}

// MissingFlowError says which of several flows is not there.
type MissingFlowError struct{ ID uuid.UUID }

func (e MissingFlowError) Error() string { return fmt.Sprintf("flow %s not found", e.ID) }

// PriorityChange gives a flow a priority.
type PriorityChange struct {
	ID       uuid.UUID
	Priority int
}

// Stored is a flow as it is kept: its newest definition, and what only the
// store knows of it.
type Stored struct {
	Definition

	CreatedAt time.Time
	UpdatedAt time.Time
	// CreatedBy is the person's id as the token issuer names it; nil when unknown.
	CreatedBy *string
}

// ExecutionStatus is the status of an execution.
type ExecutionStatus string

// The statuses of an execution. One recorded but not yet started is running.
const (
	ExecutionRunning   ExecutionStatus = "running"
	ExecutionCompleted ExecutionStatus = "completed"
	ExecutionFailed    ExecutionStatus = "failed"
	ExecutionCancelled ExecutionStatus = "cancelled"
	ExecutionSkipped   ExecutionStatus = "skipped"
)

// ExecutionRecord is an execution as it is shown. Names outlive what they name.
type ExecutionRecord struct {
	ID uuid.UUID
	// FlowID is nil when the flow is gone, or there was none.
	FlowID       *uuid.UUID
	FlowVersion  *int
	FlowName     *string
	ContactID    uuid.UUID
	ContactName  string
	ContactPhone string
	Status       ExecutionStatus
	// CurrentStep is the order of the step it is at; 0 before the first.
	CurrentStep int
	IsTestRun   bool
	// Metadata is a JSON object.
	Metadata     json.RawMessage
	ErrorMessage *string
	// CancelReason says why it was cancelled; nil when nobody said.
	CancelReason *string
	// LeadID is the lead that started it; nil when none did.
	LeadID      *uuid.UUID
	TriggeredAt time.Time
	CompletedAt *time.Time
}

// LogRecord is one row of the ledger as it is shown.
type LogRecord struct {
	ID uuid.UUID
	// ActionID is nil when the flow no longer has the action.
	ActionID *uuid.UUID
	Type     ActionType
	Order    int
	Attempt  int
	// Config is the action's as it ran.
	Config json.RawMessage
	Status LogStatus
	// PlannedFor is the virtual instant that the step was to wait for, if for any.
	PlannedFor   *time.Time
	StartedAt    *time.Time
	CompletedAt  *time.Time
	Result       json.RawMessage
	ErrorMessage *string
	SkipReason   *string
}

// LeadOutcome is what became of a lead.
type LeadOutcome string

// What became of a lead.
const (
	// LeadReceived is taken in and not yet decided.
	LeadReceived LeadOutcome = "received"
	LeadMatched  LeadOutcome = "matched"
	LeadNone     LeadOutcome = "none"
	LeadSkipped  LeadOutcome = "skipped"
	LeadRejected LeadOutcome = "rejected"
)

// LeadRecord is a lead received, with what became of it.
type LeadRecord struct {
	ID           uuid.UUID
	Source       string
	EventID      string
	LeadSource   string
	EntryType    string
	ContactID    *uuid.UUID
	ContactName  string
	ContactPhone string
	Outcome      LeadOutcome
	// Reason says why no flow was taken; empty when one was.
	Reason     string
	ReceivedAt time.Time
	DecidedAt  *time.Time
	// Executions are those it started.
	Executions []LeadExecution
	// Decision and Event (the lead event as it came) are JSON, read only for
	// one lead; Decision is nil while there is none.
	Decision json.RawMessage
	Event    json.RawMessage
}

// LeadExecution is an execution that a lead started.
type LeadExecution struct {
	ID uuid.UUID `json:"id"`
	// FlowID is nil when the flow is gone, or there was none.
	FlowID   *uuid.UUID      `json:"flow_id"`
	FlowName *string         `json:"flow_name"`
	Status   ExecutionStatus `json:"status"`
}

// MaxCounted is where counting for a list's total stops.
const MaxCounted = 10_000

// Total is how many records a list has in all.
type Total struct {
	// Count is at most MaxCounted.
	Count int
	// Capped is true when there are more than Count.
	Capped bool
}

// Page is a part of a list.
type Page struct {
	Limit  int
	Offset int
	// Before continues below the last record of an earlier page; nil: from the top.
	Before *Cursor
}

// Cursor names a place in a list that is ordered by time and id, newest first.
type Cursor struct {
	At time.Time `json:"at"`
	ID uuid.UUID `json:"id"`
}

// FlowFilter selects flows; its zero value selects all.
type FlowFilter struct {
	EnabledOnly bool
	// Search is looked for in name and description, in any case.
	Search string
}

// Span is a part of time, from From inclusive to To exclusive; nil: without end.
type Span struct {
	From *time.Time `json:"from"`
	To   *time.Time `json:"to"`
}

// StartOfDay is the first instant of a date in a zone, later days on. Only
// year, month and day of date are looked at.
func StartOfDay(date time.Time, later int, zone *time.Location) time.Time {
	y, m, d := date.Date()
	return dayStart(floorDiv(time.Date(y, m, d+later, 0, 0, 0, 0, time.UTC).Unix(), daySeconds), zone)
}

// ExecutionFilter selects executions; its zero value selects all.
type ExecutionFilter struct {
	FlowID       *uuid.UUID      `json:"flow_id"`
	ContactID    *uuid.UUID      `json:"contact_id"`
	Status       ExecutionStatus `json:"status"`
	TestRunsOnly bool            `json:"test_runs_only"`
	// Triggered is compared with the virtual instant of the start.
	Triggered Span `json:"triggered"`
	// Search is looked for in the names of flow and contact and in the phone
	// number, in any case.
	Search string `json:"search"`
}

// LeadFilter selects leads; its zero value selects all.
type LeadFilter struct {
	Outcome   LeadOutcome `json:"outcome"`
	Source    string      `json:"source"`
	ContactID *uuid.UUID  `json:"contact_id"`
	Received  Span        `json:"received"`
}
