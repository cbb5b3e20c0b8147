package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/intake"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// IntakeStore keeps what intake decides. It implements intake.Store and
// intake.OutboxStore.
type IntakeStore struct{ Pool *Pool }

// Begin implements intake.Store.
func (s IntakeStore) Begin(ctx context.Context, tenant uuid.UUID) (intake.Tx, intake.Settings, error) {
	pipe := NewPipe()
	pipe.Exec(db.LockTenant, tenant)
	tenants := Rows[db.GetTenantRow](pipe, db.GetTenant, tenant)
	flows := Rows[db.ListEnabledFlowsRow](pipe, db.ListEnabledFlows, tenant)
	tx, err := s.Pool.Begin(ctx, tenant, pipe)
	if err != nil {
		return nil, intake.Settings{}, intakeError(fmt.Errorf("begin intake of tenant %s: %w", tenant, err))
	}
	if len(*tenants) == 0 {
		tx.Rollback(ctx)
		return nil, intake.Settings{}, flow.ErrUnknownTenant
	}
	settings := intake.Settings{Flows: make([]intake.FlowRef, len(*flows))}
	if settings.Tenant, err = tenantOf((*tenants)[0]); err != nil {
		tx.Rollback(ctx)
		return nil, intake.Settings{}, err
	}
	for i, f := range *flows {
		settings.Flows[i] = intake.FlowRef{ID: f.ID, Version: int(f.Version), ReentryMinutes: int(f.ReentryMinutes)}
	}
	return &intakeTx{tx: tx, tenant: tenant}, settings, nil
}

// AddRejects implements intake.Store.
func (s IntakeStore) AddRejects(ctx context.Context, rejects []intake.Reject) error {
	if _, err := s.Pool.Exec(ctx, db.AddLeadRejects, rejectRows(rejects)); err != nil {
		return intakeError(fmt.Errorf("record rejected messages: %w", err))
	}
	return nil
}

// Outgoing implements intake.OutboxStore.
func (s IntakeStore) Outgoing(ctx context.Context, tenant, event uuid.UUID) ([]byte, bool, error) {
	pipe := NewPipe()
	bodies := Scalars[json.RawMessage](pipe, db.GetOutgoingEvent, arguments(db.GetOutgoingEventParams{TenantID: tenant, ID: event})...)
	tx, err := s.Pool.Begin(ctx, tenant, pipe)
	if err != nil {
		return nil, false, intakeError(fmt.Errorf("read lead event %s: %w", event, err))
	}
	tx.Rollback(ctx)
	if len(*bodies) == 0 {
		return nil, false, nil
	}
	return (*bodies)[0], true, nil
}

// Receive implements intake.OutboxStore. An error that passes also has
// `Unavailable() bool`.
func (s IntakeStore) Receive(ctx context.Context, event intake.ReceivedEvent, once *flow.Once[flow.TakenLead]) (flow.TakenLead, error) {
	taken := flow.TakenLead{Source: event.Source, EventID: event.EventName.ID}
	err := Retry(ctx, func() error {
		pipe := NewPipe()
		key := pipeClaim(pipe, event.TenantID, once, time.Now())
		tx, err := s.Pool.Begin(ctx, event.TenantID, pipe)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		if known, err := key.answered(); err != nil || known {
			return err
		}
		pipe = NewPipe()
		pipe.AddReceived(event)
		ids := Scalars[uuid.UUID](pipe, db.FindLeadEvent, event.TenantID, event.Source, event.EventName.ID)
		if err := tx.Send(ctx, pipe); err != nil {
			return err
		}
		if len(*ids) == 0 {
			return fmt.Errorf("lead event %s was not stored", event.ID)
		}
		taken.ID = (*ids)[0]
		pipe = NewPipe()
		if err := key.pipeAnswer(pipe, taken); err != nil {
			return err
		}
		return tx.Commit(ctx, pipe)
	})
	if err != nil {
		return flow.TakenLead{}, storeError("receive a lead event", intakeError(err))
	}
	return taken, nil
}

// AddReceived writes a lead event that was taken in, and its outbox duty, as
// part of the pipe's transaction. An event already known is left as it is.
func (p *Pipe) AddReceived(r intake.ReceivedEvent) {
	p.Exec(db.AddReceivedEvent, arguments(db.AddReceivedEventParams{
		ID: r.ID, TenantID: r.TenantID, Source: r.Source,
		EventID: r.EventName.ID, Body: r.Body, ContactID: optional(r.ContactID), Now: r.At, DueAt: r.DueAt,
	})...)
}

type intakeTx struct {
	tx     *Tx
	tenant uuid.UUID
}

// Rollback implements intake.Tx.
func (t *intakeTx) Rollback(ctx context.Context) { t.tx.Rollback(ctx) }

// Load implements intake.Tx.
func (t *intakeTx) Load(ctx context.Context, wanted intake.Wanted) (intake.Known, error) {
	pipe := NewPipe()
	kinds, values := keyArrays(wanted.Keys)
	addressKinds, addresses := keyArrays(wanted.Addresses)
	sources, eventIDs := make([]string, len(wanted.Events)), make([]string, len(wanted.Events))
	for i, e := range wanted.Events {
		sources[i], eventIDs[i] = e.Source, e.ID
	}
	owners := Rows[db.ListContactKeysRow](pipe, db.ListContactKeys,
		arguments(db.ListContactKeysParams{TenantID: t.tenant, Kinds: kinds, Vals: values})...)
	contacts := Rows[db.ListContactsByKeysRow](pipe, db.ListContactsByKeys,
		arguments(db.ListContactsByKeysParams{TenantID: t.tenant, Kinds: kinds, Vals: values, Sources: sources, EventIds: eventIDs})...)
	suppressions := Rows[db.ListSuppressionsOfRow](pipe, db.ListSuppressionsOf, arguments(db.ListSuppressionsOfParams{
		TenantID: t.tenant, AddressKinds: addressKinds, Addresses: addresses, Kinds: kinds, Vals: values,
		Sources: sources, EventIds: eventIDs,
	})...)
	starts := Rows[db.ListRecentStartsRow](pipe, db.ListRecentStarts,
		arguments(db.ListRecentStartsParams{
			TenantID: t.tenant, Since: wanted.StartedSince, Kinds: kinds, Vals: values, Sources: sources, EventIds: eventIDs,
		})...)
	events := Rows[db.ListLeadEventsRow](pipe, db.ListLeadEvents,
		arguments(db.ListLeadEventsParams{TenantID: t.tenant, Sources: sources, EventIds: eventIDs})...)
	definitions := new([]json.RawMessage)
	if len(wanted.Flows) > 0 {
		ids, versions := flowArrays(wanted.Flows)
		definitions = Scalars[json.RawMessage](pipe, db.ListFlowVersions,
			arguments(db.ListFlowVersionsParams{TenantID: t.tenant, FlowIds: ids, Versions: versions})...)
	}
	if err := t.tx.Send(ctx, pipe); err != nil {
		return intake.Known{}, intakeError(fmt.Errorf("load intake of tenant %s: %w", t.tenant, err))
	}

	known := intake.Known{}
	for _, k := range *owners {
		known.Keys = append(known.Keys, intake.OwnedKey{Key: flow.Key{Kind: flow.KeyKind(k.Kind), Value: k.Value}, ContactID: k.ContactID})
	}
	for _, row := range *contacts {
		c, err := intakeContact(row)
		if err != nil {
			return intake.Known{}, err
		}
		known.Contacts = append(known.Contacts, c)
	}
	for _, s := range *suppressions {
		known.Suppressions = append(known.Suppressions, flow.Suppression{Channel: flow.Channel(s.Channel), Kind: s.Kind, Value: s.Value, Reason: s.Reason})
	}
	for _, s := range *starts {
		known.Starts = append(known.Starts, intake.Start{ContactID: s.ContactID, Start: flow.Start{FlowID: s.FlowID, Running: s.Running, At: s.TriggeredAt}})
	}
	for _, e := range *events {
		known.Events = append(known.Events, intake.KnownEvent{
			ID: e.ID, EventName: intake.EventName{Source: e.Source, ID: e.EventID},
			Outcome: flow.LeadOutcome(e.Outcome), ContactID: e.ContactID, Pending: e.Pending,
		})
	}
	for _, raw := range *definitions {
		var d flow.Definition
		if err := json.Unmarshal(raw, &d); err != nil {
			return intake.Known{}, fmt.Errorf("read a flow's definition: %w", err)
		}
		known.Definitions = append(known.Definitions, d)
	}
	return known, nil
}

// Commit writes in the order of locks: contacts, events, executions, due work.
func (t *intakeTx) Commit(ctx context.Context, c intake.Changes) error {
	pipe := NewPipe()
	if len(c.Taken) > 0 {
		ids, versions := flowArrays(c.Taken)
		pipe.Exec(db.HoldFlows, arguments(db.HoldFlowsParams{TenantID: t.tenant, FlowIds: ids, Versions: versions})...)
	}
	if len(c.NewContacts) > 0 {
		pipe.Exec(db.AddContacts, arguments(db.AddContactsParams{TenantID: t.tenant, Now: c.At, Contacts: contactRows(c.NewContacts)})...)
	}
	if len(c.ChangedContacts) > 0 {
		ids := make([]uuid.UUID, len(c.ChangedContacts))
		for i, contact := range c.ChangedContacts {
			ids[i] = contact.ID
		}
		pipe.Exec(db.ChangeContacts, arguments(db.ChangeContactsParams{
			TenantID: t.tenant, Now: c.At, Ids: ids,
			Contacts: contactRows(c.ChangedContacts),
		})...)
	}
	if len(c.NewKeys) > 0 {
		pipe.Exec(db.AddContactKeys, arguments(db.AddContactKeysParams{TenantID: t.tenant, Keys: keyRows(c.NewKeys)})...)
	}
	if len(c.NewEvents) > 0 {
		pipe.Exec(db.AddDecidedEvents, arguments(db.AddDecidedEventsParams{TenantID: t.tenant, Now: c.At, Events: eventRows(c.NewEvents)})...)
	}
	if len(c.DecidedEvents) > 0 {
		pipe.Exec(db.DecideEvents, arguments(db.DecideEventsParams{TenantID: t.tenant, Now: &c.At, Events: eventRows(c.DecidedEvents)})...)
	}
	if len(c.Executions) > 0 {
		pipe.Exec(db.AddExecutions, arguments(db.AddExecutionsParams{TenantID: t.tenant, Now: c.At, Executions: executionRows(c.Executions)})...)
	}
	if running := runningIDs(c.Executions); len(running) > 0 {
		pipe.Exec(db.AddRunDuties, arguments(db.AddRunDutiesParams{TenantID: t.tenant, Executions: running, DueAt: c.DueAt})...)
	}
	if len(c.DecidedEvents) > 0 {
		ids := make([]uuid.UUID, len(c.DecidedEvents))
		for i, e := range c.DecidedEvents {
			ids[i] = e.ID
		}
		pipe.Exec(db.EndOutboxDuties, arguments(db.EndOutboxDutiesParams{TenantID: t.tenant, Events: ids})...)
	}
	if len(c.Rejects) > 0 {
		pipe.Exec(db.AddLeadRejects, rejectRows(c.Rejects))
	}
	if err := t.tx.Commit(ctx, pipe); err != nil {
		return intakeError(fmt.Errorf("commit intake of tenant %s: %w", t.tenant, err))
	}
	return nil
}

// intakeError tells intake, which knows nothing of SQLSTATEs, what may be done
// about an error.
func intakeError(err error) error {
	code := Code(err)
	switch {
	case Raced(err):
		return fmt.Errorf("%w: %w", intake.ErrRaced, err)
	case Unavailable(err):
		return fmt.Errorf("%w: %w", intake.ErrUnavailable, err)
	case len(code) == 5 && (code[:2] == "22" || code[:2] == "54"): // data exception, program limit exceeded
		return fmt.Errorf("%w: %w", intake.ErrUnstorable, err)
	}
	return err
}

func keyArrays(keys []flow.Key) (kinds, values []string) {
	kinds, values = make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		kinds[i], values[i] = string(k.Kind), k.Value
	}
	return kinds, values
}

func flowArrays(refs []intake.FlowRef) (ids []uuid.UUID, versions []int32) {
	for _, f := range refs {
		ids = append(ids, f.ID)
		versions = append(versions, int32(f.Version))
	}
	return ids, versions
}

func runningIDs(executions []intake.Execution) []uuid.UUID {
	var ids []uuid.UUID
	for _, e := range executions {
		if e.Skipped == "" {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

func intakeContact(row db.ListContactsByKeysRow) (flow.Contact, error) {
	c := flow.Contact{
		ID: row.ID, ExternalID: row.ExternalID, Name: row.Name, Phone: row.Phone, PhoneValid: row.PhoneValid,
		Email: row.Email, Company: row.Company, City: row.City, Country: row.Country, TimeZone: row.TimeZone, Tags: row.Tags,
	}
	err := readCustomFields(&c, row.CustomFields)
	return c, err
}

// readCustomFields fills in a contact's custom fields. A number is kept to its
// last digit, as matching sees it.
func readCustomFields(c *flow.Contact, raw []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&c.CustomFields); err != nil {
		return fmt.Errorf("read custom fields of contact %s: %w", c.ID, err)
	}
	return nil
}
