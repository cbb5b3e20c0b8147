package postgres

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/intake"
)

// Rows of a batch go to Postgres as one JSON document per table, so that the
// number of statements does not grow with the batch; jsonb_to_recordset names
// the fields below.

func encodeRows[In, Row any](in []In, row func(In) Row) json.RawMessage {
	rows := make([]Row, len(in))
	for i := range in {
		rows[i] = row(in[i])
	}
	encoded, err := json.Marshal(rows)
	if err != nil {
		panic(err) // texts, numbers and JSON that was decoded or encoded before
	}
	return encoded
}

// arguments are the parameters of a generated query by number: sqlc numbers
// them in the order of the fields of the query's Params.
func arguments(params any) []any {
	v := reflect.ValueOf(params)
	list := make([]any, v.NumField())
	for i := range list {
		list[i] = v.Field(i).Interface()
	}
	return list
}

type contactRow struct {
	ID           uuid.UUID      `json:"id"`
	ExternalID   string         `json:"external_id"`
	Name         string         `json:"name"`
	Phone        string         `json:"phone"`
	PhoneValid   bool           `json:"phone_valid"`
	Email        string         `json:"email"`
	Company      string         `json:"company"`
	City         string         `json:"city"`
	Country      string         `json:"country"`
	TimeZone     string         `json:"time_zone"`
	Tags         []string       `json:"tags"`
	CustomFields map[string]any `json:"custom_fields"`
}

func contactRows(contacts []flow.Contact) json.RawMessage {
	return encodeRows(contacts, func(c flow.Contact) contactRow {
		row := contactRow{
			ID: c.ID, ExternalID: c.ExternalID, Name: c.Name, Phone: c.Phone, PhoneValid: c.PhoneValid,
			Email: c.Email, Company: c.Company, City: c.City, Country: c.Country, TimeZone: c.TimeZone,
			Tags: c.Tags, CustomFields: c.CustomFields,
		}
		if row.Tags == nil {
			row.Tags = []string{}
		}
		if row.CustomFields == nil {
			row.CustomFields = map[string]any{}
		}
		return row
	})
}

type keyRow struct {
	Kind      string    `json:"kind"`
	Value     string    `json:"value"`
	ContactID uuid.UUID `json:"contact_id"`
}

func keyRows(keys []intake.OwnedKey) json.RawMessage {
	return encodeRows(keys, func(k intake.OwnedKey) keyRow {
		return keyRow{Kind: string(k.Kind), Value: k.Value, ContactID: k.ContactID}
	})
}

type eventRow struct {
	ID           uuid.UUID       `json:"id"`
	Source       string          `json:"source"`
	EventID      string          `json:"event_id"`
	Body         json.RawMessage `json:"body"`
	LeadSource   string          `json:"lead_source"`
	EntryType    string          `json:"entry_type"`
	ContactID    *uuid.UUID      `json:"contact_id"`
	ContactName  string          `json:"contact_name"`
	ContactPhone string          `json:"contact_phone"`
	Outcome      string          `json:"outcome"`
	Reason       string          `json:"reason"`
	Decision     json.RawMessage `json:"decision"`
}

func eventRows(events []intake.Event) json.RawMessage {
	return encodeRows(events, func(e intake.Event) eventRow {
		return eventRow{
			ID: e.ID, Source: e.Source, EventID: e.EventName.ID, Body: e.Body, LeadSource: e.LeadSource,
			EntryType: e.EntryType, ContactID: optional(e.ContactID), ContactName: e.ContactName,
			ContactPhone: e.ContactPhone, Outcome: string(e.Outcome), Reason: e.Reason, Decision: e.Decision,
		}
	})
}

type executionRow struct {
	ID           uuid.UUID       `json:"id"`
	FlowID       *uuid.UUID      `json:"flow_id"`
	FlowVersion  *int            `json:"flow_version"`
	FlowName     *string         `json:"flow_name"`
	ContactID    uuid.UUID       `json:"contact_id"`
	ContactName  string          `json:"contact_name"`
	ContactPhone string          `json:"contact_phone"`
	LeadEventID  uuid.UUID       `json:"lead_event_id"`
	Status       string          `json:"status"`
	NotBefore    *time.Time      `json:"not_before"`
	Metadata     json.RawMessage `json:"metadata"`
	ErrorMessage *string         `json:"error_message"`
}

func executionRows(executions []intake.Execution) json.RawMessage {
	return encodeRows(executions, func(e intake.Execution) executionRow {
		row := executionRow{
			ID: e.ID, ContactID: e.ContactID, ContactName: e.ContactName, ContactPhone: e.ContactPhone,
			LeadEventID: e.LeadEventID, Status: "running", NotBefore: e.NotBefore, Metadata: e.Metadata,
		}
		if e.Skipped != "" {
			row.Status, row.ErrorMessage = "skipped", &e.Skipped
			return row
		}
		row.FlowID, row.FlowVersion, row.FlowName = &e.FlowID, &e.FlowVersion, &e.FlowName
		return row
	})
}

type rejectRow struct {
	ID            uuid.UUID `json:"id"`
	MessageID     string    `json:"message_id"`
	ClaimedTenant string    `json:"claimed_tenant"`
	Reason        string    `json:"reason"`
}

func rejectRows(rejects []intake.Reject) json.RawMessage {
	return encodeRows(rejects, func(r intake.Reject) rejectRow {
		return rejectRow{ID: uuid.Must(uuid.NewV7()), MessageID: r.MessageID, ClaimedTenant: r.ClaimedTenant, Reason: r.Reason}
	})
}

func optional(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}
