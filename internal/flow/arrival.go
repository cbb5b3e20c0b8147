package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Arrival is how a lead came in by HTTP: what an event is given where the
// body does not say.
type Arrival struct {
	// Source is the source of a body that is no whole event, such as "api".
	Source string
	// EntryType is its entry type.
	EntryType string
	// ID names the event when the body does not.
	ID string
	At time.Time
}

// TakenLead is a lead that was taken in and waits to be decided.
type TakenLead struct {
	// ID is the stored lead's. The same event taken in again has the same.
	ID uuid.UUID
	// Source and EventID name the event within its tenant.
	Source  string
	EventID string
}

// older are the keys of the body that lead forms sent before there were
// events, and what they are called in a lead.
var older = []struct{ key, contact, data string }{
	{key: "lead_name", contact: "name"},
	{key: "recipient_phone_number", contact: "phone"},
	{key: "email", contact: "email"},
	{key: "company", contact: "company"},
	{key: "city", contact: "city"},
	{key: "country", contact: "country"},
	{key: "Source", data: "lead_source"},
	{key: "source", data: "lead_source"},
	{key: "Notes", data: "notes"},
	{key: "notes", data: "notes"},
	{key: "agent_id", data: "agent_id"},
}

// LeadEvent makes a lead event of the tenant from a body in any of three
// shapes: a whole event (it has specversion), what an event has in its data
// (it has contact), or the older {agent_id, lead_name, recipient_phone_number,
// email, Source, Notes, company, city, country}. The last two may name
// themselves by an id. under is the path that stands before the body's own
// fields in what ParseEvent says of the event. The error is a *RejectError.
func LeadEvent(tenant uuid.UUID, body []byte, as Arrival) (event []byte, under string, err error) {
	if len(body) > MaxEventBytes {
		return nil, "", &RejectError{Reason: fmt.Sprintf("The lead has %d bytes, more than the %d allowed", len(body), MaxEventBytes)}
	}
	root, reason := decodeEvent(body)
	if reason != "" {
		return nil, "", &RejectError{Reason: strings.Replace(reason, "The event", "The body", 1)}
	}
	switch {
	case root["specversion"] != nil:
	case root["contact"] == nil && isOlder(root):
		root, under = wrapped(fromOlder(root), root["id"], as), "data.contact."
	default:
		root, under = wrapped(root, root["id"], as), "data."
	}
	if absent(root["tenantid"]) {
		root["tenantid"] = tenant.String()
	}
	if absent(root["id"]) {
		root["id"] = as.ID
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(root); err != nil {
		return nil, "", &RejectError{Reason: "The body cannot be stored as JSON"}
	}
	return bytes.TrimSpace(out.Bytes()), under, nil
}

func wrapped(data map[string]any, id any, as Arrival) map[string]any {
	if absent(data["entry_type"]) {
		data["entry_type"] = as.EntryType
	}
	return map[string]any{
		"specversion": "1.0", "id": id, "source": as.Source, "type": "lead.created",
		"time": as.At.UTC().Format(time.RFC3339Nano), "data": data,
	}
}

func absent(v any) bool { return v == nil || v == "" }

func isOlder(root map[string]any) bool {
	return root["lead_name"] != nil || root["recipient_phone_number"] != nil || root["email"] != nil
}

func fromOlder(root map[string]any) map[string]any {
	contact := map[string]any{}
	data := map[string]any{"contact": contact}
	for _, k := range older {
		value := root[k.key]
		switch {
		case absent(value):
		case k.contact != "":
			contact[k.contact] = value
		case data[k.data] == nil:
			data[k.data] = value
		}
	}
	return data
}
