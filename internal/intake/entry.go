package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// Entry takes contacts in that a person enters: the contact, a lead event about
// it and the duty to send that are stored in one transaction.
type Entry struct {
	Store  EntryStore
	Outbox *Outbox
}

// EntryStore keeps contacts that are entered.
type EntryStore interface {
	// CreateContact stores what create says for the tenant, the contact with all
	// its keys and the event, unless once knows the request. The error is a
	// flow.KeysTakenError when other contacts have keys of it; an error of create
	// is returned.
	CreateContact(ctx context.Context, tenant uuid.UUID, create func(flow.Tenant) (flow.ContactRecord, ReceivedEvent, error), once *flow.Once[flow.ContactRecord]) (flow.ContactRecord, error)
}

// What the lead of an entered contact says of where it comes from.
const (
	entrySource = "contacts"
	entryType   = "manual"
)

// CreateContact stores a contact that has no Problems, and sends the lead that
// it is; should sending fail, the sweeper does it. Without an entry type it is
// "manual". The error is a flow.KeysTakenError when other contacts have keys of
// it, or a *flow.RejectError.
func (e Entry) CreateContact(ctx context.Context, tenant uuid.UUID, n flow.NewContact, once *flow.Once[flow.ContactRecord]) (flow.ContactRecord, error) {
	var event ReceivedEvent
	record, err := e.Store.CreateContact(ctx, tenant, func(t flow.Tenant) (flow.ContactRecord, ReceivedEvent, error) {
		contact := flow.Contact{ID: uuid.Must(uuid.NewV7())}.Edited(n.Contact, t)
		body, err := e.event(tenant, contact.ID, n)
		if err != nil {
			return flow.ContactRecord{}, ReceivedEvent{}, err
		}
		var received caught
		if _, err := e.Outbox.Accept(&received, tenant, body); err != nil {
			return flow.ContactRecord{}, ReceivedEvent{}, err
		}
		event = received.event
		event.ContactID = contact.ID
		return flow.ContactRecord{Contact: contact, CreatedAt: event.At, UpdatedAt: event.At}, event, nil
	}, once)
	if err != nil || once != nil && once.Given != nil {
		return record, err
	}
	if err := e.Outbox.Queue.SendLead(ctx, tenant, event.Body); err != nil {
		slog.WarnContext(ctx, "a lead is sent to the queue later", "tenant_id", tenant, "lead_id", event.ID, "error", err)
	}
	return record, nil
}

// event is the lead event of a contact, named by the contact's id.
func (e Entry) event(tenant, id uuid.UUID, n flow.NewContact) ([]byte, error) {
	given := n.Contact
	data := map[string]any{
		"contact": map[string]any{
			"external_id": given.ExternalID, "name": given.Name, "phone": given.Phone, "email": given.Email,
			"company": given.Company, "city": given.City, "country": given.Country, "tags": given.Tags,
			"custom_fields": given.CustomFields,
		},
		"lead_source": n.LeadSource, "entry_type": n.EntryType, "notes": n.Notes,
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(data); err != nil {
		return nil, fmt.Errorf("encode the lead of contact %s: %w", id, err)
	}
	event, _, err := flow.LeadEvent(tenant, body.Bytes(), flow.Arrival{
		Source: entrySource, EntryType: entryType, ID: id.String(), At: e.Outbox.Clock.Now(),
	})
	return event, err
}
