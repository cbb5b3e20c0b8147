package rest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func (b *testBundle) seenLead(tenant uuid.UUID, source, entryType string) {
	b.t.Helper()
	b.exec(`insert into lead_events (id, tenant_id, source, event_id, body, lead_source, entry_type, received_at)
		values ($1, $2, 's', $1::uuid::text, '{}', $3, $4, now())`, uuid.Must(uuid.NewV7()), tenant, source, entryType)
}

func (b *testBundle) seenContact(tenant uuid.UUID, city, fields string) {
	b.t.Helper()
	b.exec(`insert into contacts (id, tenant_id, city, custom_fields, created_at, updated_at)
		values ($1, $2, $3, $4::jsonb, now(), now())`, uuid.Must(uuid.NewV7()), tenant, city, fields)
}

func TestSuggestionsAreTheValuesSeenMostFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, source := range []string{"Facebook", "indiamart", "IndiaMART", "IndiaMART", "", "100%"} {
		b.seenLead(b.a, source, "csv_import")
	}
	b.seenLead(b.a, "Facebook", "CSV Import")
	b.seenContact(b.a, "Pune", `{"budget": 1, "size": null}`)
	b.seenContact(b.a, "pune", `{"budget": "2"}`)
	b.seenContact(b.a, "Delhi", `{}`)
	b.seenLead(b.b, "Theirs", "theirs")
	b.seenContact(b.b, "Their city", `{"their_field": 1}`)
	seen := func(query string) []object {
		return b.do(http.StatusOK, "GET", "/suggestions?field="+query, nil).list()
	}
	value := func(value string, count int) object { return object{"value": value, "count": count} }

	require.Equal(t, []object{value("IndiaMART", 3), value("Facebook", 2), value("100%", 1)}, seen("lead_source"))
	require.Equal(t, []object{value("csv_import", 7)}, seen("entry_type"))
	require.Equal(t, []object{value("budget", 2), value("size", 1)}, seen("custom_field"))
	require.Len(t, seen("city"), 2)
	require.Equal(t, 2, seen("city")[0]["count"])
	require.Equal(t, []object{value("Facebook", 2)}, seen("lead_source&search=book"))
	require.Equal(t, []object{value("100%", 1)}, seen("lead_source&search=%25"), "as text, not as a pattern")
	require.Equal(t, []object{value("IndiaMART", 3)}, seen("lead_source&limit=1"))
	require.Empty(t, seen("city&search=zzz"))

	const fields = "field must be one of lead_source, entry_type, custom_field, city"
	for _, query := range []string{"", "?field=", "?field=phone", "?field=notes%00"} {
		b.refused(http.StatusBadRequest, fields, "GET", "/suggestions"+query, nil)
	}
	b.refused(http.StatusBadRequest, "limit must be a whole number from 1 to 200", "GET", "/suggestions?field=city&limit=0", nil)
}

func TestSuggestionsCostTheSameHoweverMuchThereIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec(`insert into lead_events (id, tenant_id, source, event_id, body, lead_source, received_at)
		select gen_random_uuid(), $1, 's', n::text, '{}', 'old', $2 from generate_series(1, 5000) n`, b.a, time.Now().Add(-time.Hour))
	b.exec(`insert into lead_events (id, tenant_id, source, event_id, body, lead_source, received_at)
		select gen_random_uuid(), $1, 's', 'new ' || n, '{}', 'new', $2 from generate_series(1, 10) n`, b.a, time.Now())
	require.Equal(t, []object{{"value": "old", "count": 1990}, {"value": "new", "count": 10}},
		b.do(http.StatusOK, "GET", "/suggestions?field=lead_source", nil).list())
}

func TestMeSaysWhoAsks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec("update tenants set name = 'Acme', time_zone = 'Asia/Kathmandu' where id = $1", b.a)
	tenant := object{"id": b.a.String(), "name": "Acme"}
	require.Equal(t, object{"tenant": tenant, "user_id": "person-1", "role": "owner", "can_write": true, "time_zone": "Asia/Kathmandu"},
		b.do(http.StatusOK, "GET", "/me", nil).data())
	viewer := b.request(b.viewer, "GET", "/me", nil).data()
	require.Equal(t, "viewer", viewer["role"])
	require.Equal(t, false, viewer["can_write"])
}
