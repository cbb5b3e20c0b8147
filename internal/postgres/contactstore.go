package postgres

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/intake"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// ContactStore keeps contacts for the HTTP API. It implements rest.Contacts
// and intake.EntryStore. Its errors are like those of FlowStore, and
// flow.ErrContactNotFound and flow.KeysTakenError.
type ContactStore struct {
	Pool  *Pool
	Clock clock.Clock
}

// ListContacts reads a page of contacts, newest first. Below a cursor its id
// alone counts: ids are in the order of creation.
func (s ContactStore) ListContacts(ctx context.Context, tenant uuid.UUID, f flow.ContactFilter, p flow.Page) ([]flow.ContactRecord, flow.Total, error) {
	terms, or := flow.SearchTerms(f.Search)
	wanted := db.ListContactsParams{
		TenantID: tenant, Others: []string{}, Tag: f.Tag, Suppressed: f.Suppressed, First: int64(p.Offset), Most: int64(p.Limit),
	}
	for i, term := range longestFirst(terms) {
		if i == 0 {
			wanted.Pattern, wanted.Alternative = containing(term), containing(term)
		} else {
			wanted.Others = append(wanted.Others, containing(term))
		}
	}
	if or != "" {
		wanted.Alternative = containing(or)
	}
	if p.Before != nil {
		wanted.Below = &p.Before.ID
	}
	pipe := NewPipe()
	rows := Rows[db.ReadContactRow](pipe, db.ListContacts, arguments(wanted)...)
	count := Scalars[int64](pipe, db.CountContacts, arguments(db.CountContactsParams{
		Pattern: wanted.Pattern, Alternative: wanted.Alternative, Others: wanted.Others, Tag: wanted.Tag,
		Suppressed: wanted.Suppressed, Most: flow.MaxCounted + 1,
	})...)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, flow.Total{}, contactError("list contacts", err)
	}
	records := make([]flow.ContactRecord, len(*rows))
	for i, row := range *rows {
		var err error
		if records[i], err = contactRecord(row); err != nil {
			return nil, flow.Total{}, err
		}
	}
	return records, total(*count), nil
}

// Contact reads one contact with its suppressions, newest lead and executions
// by status.
func (s ContactStore) Contact(ctx context.Context, tenant, id uuid.UUID) (flow.ContactDetails, error) {
	var out flow.ContactDetails
	pipe := NewPipe()
	rows := Rows[db.ReadContactRow](pipe, db.ReadContact, tenant, id)
	refusals := Rows[db.FindSuppressionRow](pipe, db.ListContactSuppressions, tenant, id)
	leads := Rows[db.LastLeadRow](pipe, db.LastLead, tenant, id)
	counts := Rows[db.CountContactExecutionsRow](pipe, db.CountContactExecutions, tenant, id)
	err := s.Pool.read(ctx, tenant, pipe)
	if err == nil && len(*rows) == 0 {
		err = flow.ErrContactNotFound
	}
	if err != nil {
		return out, contactError("read contact", err)
	}
	if out.ContactRecord, err = contactRecord((*rows)[0]); err != nil {
		return out, err
	}
	out.Suppressions = suppressionRecords(*refusals)
	for _, l := range *leads {
		out.LastLead = &flow.LastLead{ID: l.ID, LeadSource: l.LeadSource, ReceivedAt: l.ReceivedAt}
	}
	out.Executions = map[flow.ExecutionStatus]int{}
	for _, c := range *counts {
		out.Executions[flow.ExecutionStatus(c.Status)] = int(c.Executions)
	}
	return out, nil
}

// CreateContact implements intake.EntryStore, in two round trips.
func (s ContactStore) CreateContact(ctx context.Context, tenant uuid.UUID, create func(flow.Tenant) (flow.ContactRecord, intake.ReceivedEvent, error),
	once *flow.Once[flow.ContactRecord],
) (flow.ContactRecord, error) {
	var out flow.ContactRecord
	err := Retry(ctx, func() error {
		pipe := NewPipe()
		pipe.Exec(db.LockTenant, tenant)
		tenants := Rows[db.GetTenantRow](pipe, db.GetTenant, tenant)
		key := pipeClaim(pipe, tenant, once, s.Clock.Real())
		tx, err := s.Pool.Begin(ctx, tenant, pipe)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		if known, err := key.answered(); err != nil || known {
			return err
		}
		settings, err := onlyTenant(*tenants)
		if err != nil {
			return err
		}
		var event intake.ReceivedEvent
		if out, event, err = create(settings); err != nil {
			return refusal{err}
		}
		out.CreatedAt, out.UpdatedAt = out.CreatedAt.Truncate(time.Millisecond), out.UpdatedAt.Truncate(time.Millisecond)
		pipe = NewPipe()
		contacts := []flow.Contact{out.Contact}
		pipe.Exec(db.AddContacts, arguments(db.AddContactsParams{TenantID: tenant, Now: out.CreatedAt, Contacts: contactRows(contacts)})...)
		pipeKeys(pipe, tenant, out.ID, flow.Keys(out.Contact))
		pipe.AddReceived(event)
		if err := key.pipeAnswer(pipe, out); err != nil {
			return err
		}
		return s.keysTaken(ctx, tenant, out.Contact, flow.Keys(out.Contact), tx.Commit(ctx, pipe))
	})
	return out, contactError("create contact", err)
}

// ChangeContact replaces a contact by what change makes of it. When that is the
// same nothing is written. An error of change leaves the contact as it was and
// is returned; change must have no effects, for it may run again. Keys follow
// phone, e-mail and external id; taking a do-not-contact tag away is on record
// as done by by.
func (s ContactStore) ChangeContact(ctx context.Context, tenant, id uuid.UUID, by string,
	change func(flow.Tenant, flow.Contact) (flow.Contact, error),
) (flow.ContactRecord, error) {
	var out flow.ContactRecord
	err := Retry(ctx, func() error {
		pipe := NewPipe()
		pipe.Exec(db.LockTenant, tenant)
		tenants := Rows[db.GetTenantRow](pipe, db.GetTenant, tenant)
		rows := Rows[db.ReadContactRow](pipe, db.ReadContactForUpdate, tenant, id)
		tx, err := s.Pool.Begin(ctx, tenant, pipe)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		settings, err := onlyTenant(*tenants)
		if err != nil {
			return err
		}
		if len(*rows) == 0 {
			return flow.ErrContactNotFound
		}
		if out, err = contactRecord((*rows)[0]); err != nil {
			return err
		}
		before := out.Contact
		if out.Contact, err = change(settings, before); err != nil {
			return refusal{err}
		}
		if bytes.Equal(contactRows([]flow.Contact{before}), contactRows([]flow.Contact{out.Contact})) {
			return nil
		}
		out.UpdatedAt = s.now()
		pipe = NewPipe()
		contacts := []flow.Contact{out.Contact}
		pipe.Exec(db.ChangeContacts, arguments(db.ChangeContactsParams{
			TenantID: tenant, Now: out.UpdatedAt, Ids: []uuid.UUID{id}, Contacts: contactRows(contacts),
		})...)
		added, removed := flow.KeysChanged(before, out.Contact)
		kinds, values := keyArrays(removed)
		pipe.Exec(db.DeleteContactKeys, arguments(db.DeleteContactKeysParams{TenantID: tenant, ContactID: id, Kinds: kinds, Vals: values})...)
		pipeKeys(pipe, tenant, id, added)
		if flow.LiftsRefusal(before, out.Contact) {
			pipe.AddAudit(tenant, flow.AuditEntry{
				At: out.UpdatedAt, Actor: by, Action: flow.AuditDNCRemoved, SubjectKind: flow.AuditContact, SubjectID: id.String(),
			})
		}
		return s.keysTaken(ctx, tenant, out.Contact, added, tx.Commit(ctx, pipe))
	})
	return out, contactError("change contact", err)
}

func pipeKeys(pipe *Pipe, tenant, contact uuid.UUID, keys []flow.Key) {
	kinds, values := keyArrays(keys)
	pipe.Exec(db.AddContactKeysOrFail, arguments(db.AddContactKeysOrFailParams{
		TenantID: tenant, Kinds: kinds, Vals: values, ContactID: contact,
	})...)
}

// keysTaken says whose the keys are that a transaction could not add. When
// they are nobody's any more, the transaction is to be run again.
func (s ContactStore) keysTaken(ctx context.Context, tenant uuid.UUID, contact flow.Contact, keys []flow.Key, err error) error {
	if Constraint(err) != "contact_keys_pkey" {
		return err
	}
	kinds, values := keyArrays(keys)
	pipe := NewPipe()
	owners := Rows[db.ListContactKeysRow](pipe, db.ListContactKeys,
		arguments(db.ListContactKeysParams{TenantID: tenant, Kinds: kinds, Vals: values})...)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return err
	}
	var taken flow.KeysTakenError
	for _, k := range keys {
		for _, o := range *owners {
			if o.Kind == string(k.Kind) && o.Value == k.Value && o.ContactID != contact.ID {
				taken.Taken = append(taken.Taken, flow.TakenKey{Kind: k.Kind, ContactID: o.ContactID})
			}
		}
	}
	if len(taken.Taken) == 0 {
		return err
	}
	return taken
}

// now is the virtual time, as exact as the contract shows it.
func (s ContactStore) now() time.Time { return s.Clock.Now().Truncate(time.Millisecond) }

func onlyTenant(rows []db.GetTenantRow) (flow.Tenant, error) {
	if len(rows) == 0 {
		return flow.Tenant{}, flow.ErrUnknownTenant
	}
	return tenantOf(rows[0])
}

func contactRecord(row db.ReadContactRow) (flow.ContactRecord, error) {
	contact, err := intakeContact(db.ListContactsByKeysRow{
		ID: row.ID, ExternalID: row.ExternalID, Name: row.Name, Phone: row.Phone, PhoneValid: row.PhoneValid,
		Email: row.Email, Company: row.Company, City: row.City, Country: row.Country, TimeZone: row.TimeZone,
		Tags: row.Tags, CustomFields: row.CustomFields,
	})
	return flow.ContactRecord{Contact: contact, CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt}, err
}

// contactError lets pass what package flow says of contacts and suppressions.
func contactError(doing string, err error) error {
	var taken flow.KeysTakenError
	if errors.As(err, &taken) || errors.Is(err, flow.ErrContactNotFound) || errors.Is(err, flow.ErrSuppressionNotFound) {
		return err
	}
	return storeError(doing, err)
}

// longestFirst puts the term that tells most first: it is the one that an index
// is asked for.
func longestFirst(terms []string) []string {
	return slices.SortedStableFunc(slices.Values(terms), func(a, b string) int { return len(b) - len(a) })
}
