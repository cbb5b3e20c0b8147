package engine

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// Waiting keeps what machines wait for: task tokens and call lines.
type Waiting interface {
	// Token reads the task token stored with a ledger row, "" when there is
	// none. It waits for whoever holds the execution's lock.
	Token(ctx context.Context, tenant, step uuid.UUID) (string, error)
	// ClearToken forgets a task token that has been answered, and its duty.
	ClearToken(ctx context.Context, tenant, step uuid.UUID, token string) error
	// AssignLines gives free lines out, at most so many in all, and makes due
	// what must be asked about live ones.
	AssignLines(ctx context.Context, at time.Time, most int) ([]Line, error)
	// DropLine frees the line of a call of which no ledger row is left.
	DropLine(ctx context.Context, tenant, call uuid.UUID) error
}

// Store keeps executions, the ledger of their effects, and due work.
type Store interface {
	Waiting

	// Locked loads an execution and all that decides its next step under the
	// execution's lock, lets decide say what changes, and writes that, in one
	// transaction of two round trips. decide may be called again when the
	// transaction lost a race, so it must have no effect outside. Nil changes
	// write nothing. ErrNotFound when there is no such execution.
	Locked(ctx context.Context, tenant, execution uuid.UUID, decide func(*Snapshot) (*Changes, error)) error
	// ExecutionOf finds the execution that holds an effect, by the provider's
	// id ("" for none) or ours (zero for none).
	ExecutionOf(ctx context.Context, tenant uuid.UUID, t flow.ActionType, providerID string, ourID uuid.UUID) (uuid.UUID, bool, error)
	// ExecutionOfStep finds the execution of a ledger row.
	ExecutionOfStep(ctx context.Context, tenant, step uuid.UUID) (uuid.UUID, bool, error)

	// AddEvents stores provider events, each with its inbox duty.
	AddEvents(ctx context.Context, events []Event) error
	// Event reads a provider event. found is false when there is none.
	Event(ctx context.Context, id uuid.UUID) (event Event, found bool, err error)
	// EndEvent marks an event as applied or ignored, and ends its duty.
	EndEvent(ctx context.Context, id uuid.UUID, result string) error

	DueWork
}

// DueWork keeps duties, and does the one that the database does alone.
type DueWork interface {
	// TakeDuties takes due work and moves it on with back-off.
	TakeDuties(ctx context.Context, now time.Time, most int) ([]Duty, error)
	// FinishDuty deletes a duty unless it was written anew since it was taken.
	FinishDuty(ctx context.Context, duty Duty) error
	// MoveDuty makes a duty due at another instant.
	MoveDuty(ctx context.Context, duty Duty) error

	// Purge deletes some provider events applied before events, and some rejects
	// noted before rejects. gone is how many of the kind of which more went.
	Purge(ctx context.Context, events, rejects time.Time, most int) (gone int, err error)

	// FoldStats folds a part of a tenant's statistics.
	FoldStats(ctx context.Context, tenant uuid.UUID) (Folded, error)
}

// Folded is what one fold of a tenant's statistics did.
type Folded struct {
	// Deltas counts those folded; More says that there are more than one fold takes.
	Deltas int
	More   bool
	// Gone says that there is no such tenant.
	Gone bool
}

// ErrNotFound says that there is no such execution in this tenant.
var ErrNotFound = errors.New("no such execution")

// Execution is an execution as the engine moves it on.
type Execution struct {
	ID, TenantID uuid.UUID
	// FlowID is nil for an execution skipped at matching.
	FlowID      *uuid.UUID
	FlowName    string
	ContactID   uuid.UUID
	Status      flow.ExecutionStatus
	RunNo       int
	NotBefore   *time.Time
	CurrentStep int
	IsTestRun   bool
	// IdleRuns counts the runs, one after another, that settled no step;
	// SettledSteps is how many steps had ended when the run began.
	IdleRuns, SettledSteps int
	Metadata               map[string]any
	Error                  string
	// CancelReason is a person's words, "" when none were given.
	CancelReason                       string
	TriggeredAt                        time.Time
	StartedAt, CompletedAt, CancelDone *time.Time
}

// Snapshot is an execution and all that decides its next step, as it stands
// under the execution's lock.
type Snapshot struct {
	Tenant       flow.Tenant
	Execution    Execution
	Flow         *flow.Definition
	Contact      flow.Contact
	Suppressions []flow.Suppression
	Steps        []flow.Step
	// MessagedUntil is the real end of the latest claim of a WhatsApp message to
	// the contact, of any execution; nil when there was none.
	MessagedUntil *time.Time
	Integrations  map[string]Integration
	Templates     map[string]EmailTemplate
}

// Integration is a tenant's settings for one provider; the secret is still encrypted.
type Integration struct {
	Config json.RawMessage
	Secret []byte
}

// EmailTemplate is a tenant's e-mail template.
type EmailTemplate struct {
	ID                        uuid.UUID
	Name, Subject, HTML, Text string
	IsActive                  bool
}

// Changes are what a transaction writes.
type Changes struct {
	// Steps are ledger rows, new or moved on from the state that Was says.
	Steps []StepChange
	// DropAfter drops planned attempts after this one.
	DropAfter []flow.Step
	// Execution replaces the execution; nil leaves it as it is.
	Execution *Execution
	// Duties are written (Move: replacing a due_at, else the earlier wins), Ended deleted.
	Duties []Duty
	Ended  []Duty
	// Lines are changes of the execution's call lines, at most one for a call.
	Lines []LineChange
	// Assign gives free lines out, last of all; nil when none can have come free
	// and none is wanted.
	Assign *Assign
}

// StepChange is a ledger row to write.
type StepChange struct {
	Step   flow.Step
	Action flow.Action
	// Was is the state in which the row was seen; "" for a new row.
	Was flow.State
}

// DutyKind names a kind of due work.
type DutyKind string

// The kinds of due work.
const (
	DutyOutbox    DutyKind = "outbox"
	DutyRun       DutyKind = "run"
	DutyInbox     DutyKind = "inbox"
	DutyReconcile DutyKind = "reconcile"
	DutyToken     DutyKind = "token"
	DutyCancel    DutyKind = "cancel"
	DutyLines     DutyKind = "lines"
	DutyStats     DutyKind = "stats"
	DutyPurge     DutyKind = "purge"
	DutyImport    DutyKind = "import"
	DutyExport    DutyKind = "export"
)

// Duty is one row of due work. Ref is the id of what it is about: a lead event
// (outbox), an execution (run, cancel), a provider event (inbox), a ledger row
// (reconcile, token), a tenant (stats), a job (import, export); zero for a
// duty that there is once for all tenants (lines, purge).
type Duty struct {
	Kind     DutyKind
	Ref      uuid.UUID
	TenantID uuid.UUID
	// DueAt is real time.
	DueAt time.Time
	Tries int
	// Move replaces an earlier due_at; otherwise the earlier one wins.
	Move bool
}

// Event is one entry of a provider's webhook, as stored.
type Event struct {
	ID uuid.UUID
	// Kind is bolna or whatsapp.
	Kind     string
	TenantID uuid.UUID
	Body     json.RawMessage
	// ReceivedAt is real time.
	ReceivedAt time.Time
	Applied    bool
}
