package rest_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

var asha = object{"name": "Asha Rao", "phone": "+91 98450 12345", "custom_fields": object{"budget": 250000}}

// event is the only lead that was sent to the queue, as the matcher reads it.
func (b *testBundle) event() flow.Event {
	b.t.Helper()
	require.Len(b.t, b.queue.sent, 1)
	event, err := flow.ParseEvent(b.queue.sent[0])
	require.NoError(b.t, err)
	return event
}

func TestALeadIsStoredAndSent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	out := b.do(http.StatusAccepted, "POST", "/leads", object{"contact": asha, "lead_source": "IndiaMART", "notes": "wants a demo"})
	id := out.data()["id"].(string)
	event := b.event()
	require.Equal(t, object{"id": id, "source": "api", "event_id": event.ID, "outcome": "received"}, out.data())
	require.Equal(t, b.a, event.TenantID)
	require.Equal(t, "api", event.Source)
	require.Equal(t, "api", event.EntryType)
	require.Equal(t, "IndiaMART", event.LeadSource)
	require.Equal(t, "Asha Rao", event.Contact.Name)
	require.Equal(t, json.Number("250000"), event.Contact.CustomFields["budget"])
	require.NotNil(t, event.Time)

	read := b.do(http.StatusOK, "GET", "/leads/"+id, nil).data()
	require.Equal(t, "received", read["outcome"])
	require.Equal(t, "wants a demo", read["event"].(object)["data"].(object)["notes"])
	require.Equal(t, "outbox", query[string](b, "select kind from due_work where ref = $1 and tenant_id = $2 and due_at > now()", id, b.a))
}

func TestALeadMayBeAWholeEvent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	whole := object{
		"specversion": "1.0", "id": "lead-8f2c", "source": "indiamart", "type": "lead.created", "tenantid": b.a,
		"data": object{"contact": asha, "entry_type": "csv_import"}, "traceparent": "kept",
	}
	first := b.do(http.StatusAccepted, "POST", "/leads", whole, "Idempotency-Key", "another").data()
	require.Equal(t, "lead-8f2c", first["event_id"])
	require.Equal(t, "indiamart", first["source"])
	require.Equal(t, "csv_import", b.event().EntryType)
	again := b.do(http.StatusAccepted, "POST", "/leads", whole).data()
	require.Equal(t, first, again, "the same event is the same lead")
	require.Equal(t, 1, query[int](b, "select count(*)::int from lead_events"))
	require.Equal(t, 1, query[int](b, "select count(*)::int from due_work where kind not in ('lines', 'stats', 'purge')"))

	// Without tenant and id it gets the token's and the key's.
	delete(whole, "tenantid")
	delete(whole, "id")
	require.Equal(t, "key-1", b.do(http.StatusAccepted, "POST", "/leads", whole, "Idempotency-Key", "key-1").data()["event_id"])
	require.NoError(t, uuid.Validate(b.do(http.StatusAccepted, "POST", "/leads", whole).data()["event_id"].(string)))
	require.Equal(t, "mine", b.do(http.StatusAccepted, "POST", "/leads", object{"id": "mine", "contact": asha}, "Idempotency-Key", "key-2").data()["event_id"])
}

func TestLeadsThatCanNeverSucceedAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	event := func(pairs ...any) object {
		return with(object{"specversion": "1.0", "id": "1", "source": "s", "data": object{"contact": asha}}, pairs...)
	}
	for text, body := range map[string]any{
		"contact is missing":                                      object{"lead_source": "x"},
		"contact must be a JSON object":                           object{"contact": "Asha"},
		"The lead has neither a phone nor an e-mail":              object{"contact": object{"name": "Asha"}},
		"The lead has no phone, and its e-mail is not an address": object{"contact": object{"email": "asha"}},
		"contact.phone must be text":                              object{"contact": object{"phone": []int{1}}},
		"contact.tags[1] must be text":                            object{"contact": with(asha, "tags", []any{"a", 2 > 1})},
		"lead_source is longer than 255 characters":               object{"contact": asha, "lead_source": strings.Repeat("x", 256)},
		"id must be text":                                         object{"contact": asha, "id": []int{1}},
		"source is missing":                                       event("source", ""),
		`specversion must be "1.0"`:                               event("specversion", "0.3"),
		"data is missing":                                         event("data", nil),
		"data.contact is missing":                                 event("data", object{}),
		"tenantid is another tenant's":                            event("tenantid", b.b),
		"tenantid is not a UUID":                                  event("tenantid", "acme"),
		"The body must be a JSON object":                          []object{},
		"Malformed JSON at byte 1 of the body":                    "x",
		"contact.name must not hold NUL characters":               object{"contact": object{"name": "a\x00"}},
		"contact is given twice":                                  `{"contact":{},"contact":{}}`,
	} {
		b.refused(http.StatusBadRequest, text, "POST", "/leads", body)
	}
	out := b.refused(http.StatusBadRequest, "contact.phone must be text", "POST", "/leads", object{"contact": object{"phone": []int{1}}})
	require.Equal(t, []string{"contact.phone"}, out.fields())
	large := b.do(http.StatusBadRequest, "POST", "/leads", object{"contact": asha, "notes": strings.Repeat("x", flow.MaxEventBytes)})
	require.Contains(t, large.body["error"], "more than the 262144 allowed")
	b.refused(http.StatusBadRequest, "Idempotency-Key must be at most 255 characters of ASCII", "POST", "/leads", object{"contact": asha}, "Idempotency-Key", strings.Repeat("x", 256))
	require.Zero(t, query[int](b, "select count(*)::int from lead_events"))
	require.Empty(t, b.queue.sent)
}

func TestALeadIsTakenInWhileTheQueueIsAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.queue.fail = errors.New("no such host")
	id := b.do(http.StatusAccepted, "POST", "/leads", object{"contact": asha}).data()["id"].(string)
	b.queue.fail = nil
	require.NoError(t, b.outbox(b.db.App).Resend(t.Context(), b.a, uuid.MustParse(id)))
	require.Equal(t, "Asha Rao", b.event().Contact.Name)
}
