package rest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSettingsAreReadAndChanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	out := b.do(http.StatusOK, "GET", "/api/settings", nil)
	window := object{"start": "09:00:00", "end": "21:00:00", "days": []any{1, 2, 3, 4, 5, 6, 7}, "time_zone": nil}
	delete(out.data(), "updated_at")
	require.Equal(t, object{
		"name": "Tenant " + b.a.String(), "time_zone": "Asia/Kolkata", "default_region": "IN", "business_hours": nil,
		"contact_windows": object{"ai_call": window, "whatsapp_message": nil, "email": nil},
		"match_mode":      "first", "one_execution_per_contact": false, "call_concurrency": 2,
	}, out.data())

	out = b.do(http.StatusOK, "PATCH", "/api/settings", object{
		"name": "Acme", "time_zone": "America/St_Johns", "default_region": "US", "match_mode": "all", "one_execution_per_contact": true,
		"call_concurrency": 7, "business_hours": object{"start": "10:00", "end": "18:30:15", "days": []int{5, 1}, "time_zone": "Europe/Paris"},
		"contact_windows": object{"email": object{"start": "08:00", "end": "24:00"}},
	})
	require.Equal(t, object{"start": "10:00:00", "end": "18:30:15", "days": []any{1, 5}, "time_zone": "Europe/Paris"}, out.data()["business_hours"])
	windows := out.data()["contact_windows"].(object)
	require.Equal(t, window, windows["ai_call"], "a channel that is not sent stays")
	require.Equal(t, "24:00:00", windows["email"].(object)["end"])
	require.Equal(t, out.data(), b.do(http.StatusOK, "GET", "/api/settings", nil).data())
	require.Equal(t, "America/St_Johns", b.do(http.StatusOK, "GET", "/me", nil).data()["time_zone"], "it counts at once")

	// What was read can be sent back whole, and nothing changes.
	require.Equal(t, out.data(), b.do(http.StatusOK, "PATCH", "/api/settings", out.data()).data())

	out = b.do(http.StatusOK, "PATCH", "/api/settings", object{"business_hours": nil, "contact_windows": object{"ai_call": nil}})
	require.Nil(t, out.data()["business_hours"])
	require.Nil(t, out.data()["contact_windows"].(object)["ai_call"])
	require.Equal(t, "Acme", b.do(http.StatusOK, "PATCH", "/api/settings", object{}).data()["name"])
}

func TestAllThatIsWrongWithATenantsSettingsIsSaid(t *testing.T) {
	t.Parallel()
	b := setup(t)
	out := b.do(http.StatusBadRequest, "PATCH", "/api/settings", object{
		"name": " ", "time_zone": "IST", "default_region": "India", "match_mode": "some", "call_concurrency": 0,
		"business_hours": object{"start": "18:00", "end": "9am", "days": []int{0, 2, 2}, "time_zone": "Mars/Base"},
		"contact_windows": object{
			"ai_call": object{"start": "21:00", "end": "09:00"}, "email": object{"start": "09:00", "end": "09:00", "days": []int{}}, "sms": nil,
		},
		"colour": 1,
	})
	require.ElementsMatch(t, []string{
		"colour", "contact_windows.sms", "name", "time_zone", "default_region", "match_mode", "call_concurrency",
		"business_hours.end", "business_hours.days[0]", "business_hours.days[2]", "business_hours.time_zone",
		"contact_windows.ai_call.start", "contact_windows.email.start", "contact_windows.email.days",
	}, out.fields())
	b.refused(http.StatusBadRequest, "contact_windows.ai_call.start must be before its end", "PATCH", "/api/settings",
		object{"contact_windows": object{"ai_call": object{"start": "21:00", "end": "09:00"}}})
	b.refused(http.StatusBadRequest, "call_concurrency must be 1 to 1000", "PATCH", "/api/settings", object{"call_concurrency": 1001})
	require.Equal(t, 2, query[int](b, "select call_concurrency from tenants where id = $1", b.a))
}

func TestManagersChangeSettingsAndAgentsReadThem(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for role, status := range map[string]int{"owner": 200, "admin": 200, "manager": 200, "agent": 403, "viewer": 403} {
		require.Equal(t, status, b.request(b.as(role), "PATCH", "/api/settings", object{"match_mode": "all"}).status, role)
		require.Equal(t, http.StatusOK, b.request(b.as(role), "GET", "/api/settings", nil).status, role)
	}
}

func TestChangedSettingsAreOnRecordByTheirNames(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do(http.StatusOK, "PATCH", "/api/settings", object{
		"name": "Acme of Pune", "time_zone": "Asia/Kolkata", "call_concurrency": 7, "contact_windows": object{"email": object{"start": "08:00", "end": "20:00"}},
	})
	b.do(http.StatusOK, "PATCH", "/api/settings", object{"call_concurrency": 7})
	b.do(http.StatusOK, "PATCH", "/api/settings", object{})
	b.do(http.StatusBadRequest, "PATCH", "/api/settings", object{"call_concurrency": 0})
	entries := b.do(http.StatusOK, "GET", "/api/audit-log", nil)
	require.Len(t, entries.list(), 1, "what changes nothing is not on record")
	entry := entries.list()[0]
	require.Equal(t, []any{"settings.changed", "person-1", "settings", b.a.String()}, []any{entry["action"], entry["actor"], entry["subject_kind"], entry["subject_id"]})
	require.Equal(t, object{"fields": []any{"name", "contact_windows", "call_concurrency"}}, entry["details"])
	require.NotContains(t, string(entries.raw), "Acme")
}
