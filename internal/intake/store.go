package intake

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// Store keeps contacts, events and executions.
type Store interface {
	// Begin opens a transaction as the tenant, takes the tenant's lock and
	// reads its settings and enabled flows, in one round trip. It returns
	// flow.ErrUnknownTenant when there is no such tenant.
	Begin(ctx context.Context, tenant uuid.UUID) (Tx, Settings, error)
	// AddRejects records what could not be given to a tenant, once per message id.
	AddRejects(ctx context.Context, rejects []Reject) error
}

// Tx is a tenant's transaction. It must be ended by Commit or Rollback;
// Rollback after Commit does nothing.
type Tx interface {
	// Load reads what bears on the leads of a batch, in one round trip.
	Load(ctx context.Context, wanted Wanted) (Known, error)
	// Commit writes the changes and commits, in one round trip. An error may
	// mean that only its answer was lost.
	Commit(ctx context.Context, changes Changes) error
	Rollback(ctx context.Context)
}

// Errors of a Store, by what may be done about them. Any other error will most
// likely come again with the same records.
var (
	// ErrRaced: the transaction lost a race; it may be run again at once.
	ErrRaced = errors.New("lost a race")
	// ErrUnavailable: connection, lock or time; it may be run again later.
	ErrUnavailable = errors.New("database unavailable")
	// ErrUnstorable: a value that Postgres can never hold.
	ErrUnstorable = errors.New("value cannot be stored")
)

// Settings are a tenant's settings and what flows it has enabled.
type Settings struct {
	Tenant flow.Tenant
	// Flows are in the order of their priorities.
	Flows []FlowRef
}

// FlowRef names one version of a flow.
type FlowRef struct {
	ID             uuid.UUID
	Version        int
	ReentryMinutes int
}

// EventName names an event within its tenant: CloudEvents source and id.
type EventName struct{ Source, ID string }

// Wanted is what bears on the leads of a batch.
type Wanted struct {
	// Keys name the contacts that the leads may be about.
	Keys []flow.Key
	// Addresses are the phones and e-mails that the leads give, also those too
	// unusable to be keys, for suppressions.
	Addresses []flow.Key
	Events    []EventName
	// Flows are the versions whose definitions are not in memory.
	Flows []FlowRef
	// StartedSince is the instant before which an ended execution is of no
	// consequence to any repeat guard.
	StartedSince time.Time
}

// Known is what the database knows of what was wanted.
type Known struct {
	Keys     []OwnedKey
	Contacts []flow.Contact
	// Suppressions are those of the wanted addresses and of the contacts' own.
	Suppressions []flow.Suppression
	Starts       []Start
	Events       []KnownEvent
	Definitions  []flow.Definition
}

// OwnedKey is a key and the contact that it names.
type OwnedKey struct {
	flow.Key

	ContactID uuid.UUID
}

// Start is an execution of a contact, for the repeat guard.
type Start struct {
	ContactID uuid.UUID
	flow.Start
}

// KnownEvent is an event that was seen before.
type KnownEvent struct {
	ID uuid.UUID
	EventName
	Outcome flow.LeadOutcome
	// ContactID is the contact that an undecided event was made with; zero when
	// the event's own words say who it is about.
	ContactID uuid.UUID
	// Pending are its executions that may never have been given to the state machine.
	Pending []uuid.UUID
}

// open says that the event has had no effect yet: it waits in the outbox, or
// was rejected and now comes again, repaired.
func (e KnownEvent) open() bool {
	return e.Outcome == flow.LeadReceived || e.Outcome == flow.LeadRejected
}

// Changes are what one transaction writes.
type Changes struct {
	// At is virtual time, DueAt the real instant at which the state machine of
	// a new execution is looked after.
	At, DueAt time.Time
	// Taken are the flows that got executions; Commit fails with ErrRaced when
	// one of them has changed or gone since Begin.
	Taken           []FlowRef
	NewContacts     []flow.Contact
	ChangedContacts []flow.Contact
	NewKeys         []OwnedKey
	NewEvents       []Event
	// DecidedEvents were known and open; their outbox duties end.
	DecidedEvents []Event
	Executions    []Execution
	Rejects       []Reject
}

// Event is a lead event with its decision.
type Event struct {
	ID uuid.UUID
	EventName
	Body                  json.RawMessage
	LeadSource, EntryType string
	// Contact is zero for a rejected event.
	ContactID                 uuid.UUID
	ContactName, ContactPhone string
	Outcome                   flow.LeadOutcome
	Reason                    string
	// Decision is nil for a rejected event.
	Decision json.RawMessage
}

// Execution is a new execution. FlowID is zero for one that was skipped at matching.
type Execution struct {
	ID                        uuid.UUID
	FlowID                    uuid.UUID
	FlowVersion               int
	FlowName                  string
	ContactID                 uuid.UUID
	ContactName, ContactPhone string
	LeadEventID               uuid.UUID
	// Skipped is why nothing runs; empty for a running execution.
	Skipped string
	// NotBefore is virtual; nil when the first step need not wait.
	NotBefore *time.Time
	Metadata  json.RawMessage
}

// Reject is a message that could not be given to a tenant. It holds nothing personal.
type Reject struct {
	MessageID     string
	ClaimedTenant string
	Reason        string
}
