package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// TrialStore serves test mode and test runs. It implements rest.Trials; its
// errors are like those of FlowStore, and flow.ErrContactNotFound.
type TrialStore struct {
	Pool  *Pool
	Clock clock.Clock
}

// testRunDueAfter is when due work starts a test run whose maker did not.
const testRunDueAfter = time.Minute

// Material implements rest.Trials. Without a contact's id the contact is
// looked for by the lead's keys, as intake does.
func (s TrialStore) Material(ctx context.Context, tenant uuid.UUID, contact *uuid.UUID, lead flow.Contact, now time.Time, templates []string) (engine.TrialMaterial, error) {
	m := engine.TrialMaterial{Contact: lead, Templates: map[string]engine.EmailTemplate{}}
	err := s.material(ctx, tenant, contact, lead, now, templates, &m)
	if errors.Is(err, flow.ErrContactNotFound) {
		return m, flow.ErrContactNotFound
	}
	return m, storeError("read what a test needs", err)
}

func (s TrialStore) material(ctx context.Context, tenant uuid.UUID, contact *uuid.UUID, lead flow.Contact, now time.Time, templates []string, m *engine.TrialMaterial) error {
	keys := flow.Keys(lead)
	kinds, values := keyArrays(keys)
	pipe := NewPipe()
	definitions := Scalars[json.RawMessage](pipe, db.ListEnabledDefinitions, tenant)
	owners := Rows[db.ListContactKeysRow](pipe, db.ListContactKeys,
		arguments(db.ListContactKeysParams{TenantID: tenant, Kinds: kinds, Vals: values})...)
	stored := Rows[db.ListTemplatesNamedRow](pipe, db.ListTemplatesNamed,
		arguments(db.ListTemplatesNamedParams{TenantID: tenant, Ids: templates})...)
	tx, err := s.Pool.Begin(ctx, tenant, pipe)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)
	longest := 0
	for _, raw := range *definitions {
		var d flow.Definition
		if err := json.Unmarshal(raw, &d); err != nil {
			return fmt.Errorf("read a flow's definition: %w", err)
		}
		m.Flows = append(m.Flows, d)
		longest = max(longest, d.ReentryMinutes)
	}
	for _, t := range *stored {
		m.Templates[t.ID.String()] = engine.EmailTemplate{ID: t.ID, Name: t.Name, Subject: t.Subject, HTML: t.Html, Text: t.BodyText, IsActive: t.IsActive}
	}
	id := ownerOf(keys, *owners)
	if contact != nil {
		id = *contact
	}
	pipe = NewPipe()
	contacts := Rows[db.ListContactsByKeysRow](pipe, db.GetContact, tenant, id)
	starts := Rows[db.ListStartsOfRow](pipe, db.ListStartsOf, arguments(db.ListStartsOfParams{
		TenantID: tenant, ContactID: id, Since: now.Add(-time.Duration(longest) * time.Minute),
	})...)
	if err := tx.Send(ctx, pipe); err != nil {
		return err
	}
	for _, x := range *starts {
		m.Starts = append(m.Starts, flow.Start{FlowID: x.FlowID, Running: x.Running, At: x.TriggeredAt})
	}
	switch {
	case len(*contacts) > 0:
		known, err := intakeContact((*contacts)[0])
		if err != nil {
			return err
		}
		m.Contact = flow.Merge(known, lead)
	case contact != nil:
		return flow.ErrContactNotFound
	}
	return s.suppressions(ctx, tx, tenant, m)
}

// ownerOf is the contact of the first key that is known; zero when none is.
func ownerOf(keys []flow.Key, owners []db.ListContactKeysRow) uuid.UUID {
	for _, k := range keys {
		for _, o := range owners {
			if o.Kind == string(k.Kind) && o.Value == k.Value {
				return o.ContactID
			}
		}
	}
	return uuid.Nil
}

func (s TrialStore) suppressions(ctx context.Context, tx *Tx, tenant uuid.UUID, m *engine.TrialMaterial) error {
	kinds, values := keyArrays(flow.Keys(m.Contact))
	addresses := []flow.Key{{Kind: flow.KeyPhone, Value: m.Contact.Phone}, {Kind: flow.KeyEmail, Value: flow.EmailKey(m.Contact.Email)}}
	addressKinds, addressValues := keyArrays(addresses)
	pipe := NewPipe()
	rows := Rows[db.ListSuppressionsOfRow](pipe, db.ListSuppressionsOf, arguments(db.ListSuppressionsOfParams{
		TenantID: tenant, AddressKinds: addressKinds, Addresses: addressValues, Kinds: kinds, Vals: values,
	})...)
	if err := tx.Commit(ctx, pipe); err != nil {
		return err
	}
	for _, r := range *rows {
		m.Suppressions = append(m.Suppressions, flow.Suppression{Channel: flow.Channel(r.Channel), Kind: r.Kind, Value: r.Value, Reason: r.Reason})
	}
	return nil
}

// CreateTestRun implements rest.Trials: a running execution of the flow's
// newest version for a contact, with the due work that starts it should the
// caller not come to it.
func (s TrialStore) CreateTestRun(ctx context.Context, tenant, flowID, contact uuid.UUID, outcomes flow.Outcomes) (uuid.UUID, error) {
	id := uuid.Must(uuid.NewV7())
	metadata := map[string]any{"trigger_source": "test_run"}
	if len(outcomes) > 0 {
		metadata[engine.OutcomesKey] = outcomes
	}
	raw, err := json.Marshal(metadata)
	if err != nil {
		return id, fmt.Errorf("write metadata of test run %s: %w", id, err)
	}
	var made []uuid.UUID
	err = s.Pool.In(ctx, tenant, func(tx *Tx) error {
		var err error
		made, err = tx.CreateTestRun(ctx, db.CreateTestRunParams{
			TenantID: tenant, FlowID: flowID, ContactID: contact, ID: id, Metadata: raw,
			Now: s.Clock.Now().Truncate(time.Millisecond), DueAt: s.Clock.Real().Add(testRunDueAfter),
		})
		return err
	})
	if err == nil && len(made) == 0 {
		return id, flow.ErrContactNotFound
	}
	return id, storeError("create a test run", err)
}
