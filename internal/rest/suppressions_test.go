package rest_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func TestAnAddressIsSuppressedOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.do(http.StatusCreated, "POST", "/api/suppressions", object{"kind": "phone", "value": " 098450 12345 "}).data()
	require.Equal(t, object{
		"id": first["id"], "channel": "all", "kind": "phone", "value": "+919845012345", "reason": "added by a person",
		"created_at": first["created_at"], "created_by": "person-1",
	}, first)
	again := b.do(http.StatusOK, "POST", "/api/suppressions", object{"kind": "phone", "value": "+919845012345", "channel": "all", "reason": "another"}).data()
	require.Equal(t, first, again, "the one that is there stays as it is")
	calls := b.do(http.StatusCreated, "POST", "/api/suppressions", object{"kind": "phone", "value": "+919845012345", "channel": "ai_call", "reason": "asked\nfor it"}).data()
	require.Equal(t, "asked for it", calls["reason"])
	mail := b.do(http.StatusCreated, "POST", "/api/suppressions", object{"kind": "email", "value": "Asha <Asha@Example.com>", "channel": "email"}).data()
	require.Equal(t, "asha@example.com", mail["value"])

	entries := b.do(http.StatusOK, "GET", "/api/audit-log?action=suppression.added", nil)
	require.Equal(t, 3, entries.meta()["total"], "what was there already is not on record again")
	require.Equal(t, object{"channel": "email", "kind": "email", "value": "…@example.com"}, entries.list()[0]["details"])
	require.Equal(t, object{"channel": "all", "kind": "phone", "value": "…2345"}, entries.list()[2]["details"])
	require.Equal(t, first["id"], entries.list()[2]["subject_id"])
	require.Equal(t, "person-1", entries.list()[2]["actor"])
}

func TestAllThatIsWrongWithASuppressionIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	out := b.do(http.StatusBadRequest, "POST", "/api/suppressions", object{"kind": "fax", "channel": "sms", "value": 7, "reason": strings.Repeat("x", 256), "id": 1})
	require.Equal(t, []string{"value", "id", "channel", "reason", "kind"}, out.fields())
	for text, body := range map[string]any{
		"kind must be one of phone, email":                             object{"value": "98450 12345"},
		"value is not a usable phone number":                           object{"kind": "phone", "value": "12"},
		"value is not an e-mail address":                               object{"kind": "email", "value": "asha@"},
		"channel email needs an e-mail address, not a phone":           object{"kind": "phone", "value": "98450 12345", "channel": "email"},
		"channel ai_call needs a phone, not an e-mail address":         object{"kind": "email", "value": "a@example.com", "channel": "ai_call"},
		"channel must be one of all, ai_call, whatsapp_message, email": object{"kind": "email", "value": "a@example.com", "channel": ""},
		"value must not hold NUL characters":                           `{"kind":"email","value":"a\u0000@example.com"}`,
	} {
		b.refused(http.StatusBadRequest, text, "POST", "/api/suppressions", body)
	}
	require.Zero(t, query[int](b, "select count(*)::int from suppressions"))
	b.refused(http.StatusBadRequest, "channel must be one of all, ai_call, whatsapp_message, email", "GET", "/api/suppressions?channel=sms", nil)
}

func TestASuppressionIsLiftedByOwnerAndAdminOnRecord(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.do(http.StatusCreated, "POST", "/api/suppressions", object{"kind": "phone", "value": "+919845012345"}).data()["id"].(string)
	at := "/api/suppressions/" + id
	for role, status := range map[string]int{"manager": http.StatusForbidden, "agent": http.StatusForbidden, "viewer": http.StatusForbidden} {
		member := token(t, map[string]any{"userId": b.a, "isTeamMember": true, "teamMemberRole": role})
		require.Equal(t, status, b.request(member, "DELETE", at, nil).status, role)
		require.Equal(t, status, b.request(member, "GET", "/api/audit-log", nil).status, role)
	}
	require.Equal(t, http.StatusNotFound, b.request(b.other, "DELETE", at, nil).status)
	require.Equal(t, 1, query[int](b, "select count(*)::int from suppressions"))
	admin := token(t, map[string]any{"userId": b.a, "sub": "person-2", "isTeamMember": true, "teamMemberRole": "admin"})
	out := b.request(admin, "DELETE", at, nil)
	require.Equal(t, object{"success": true, "message": "Suppression deleted successfully"}, out.body)
	b.refused(http.StatusNotFound, "Suppression not found", "DELETE", at, nil)
	entries := b.do(http.StatusOK, "GET", "/api/audit-log", nil).list()
	require.Len(t, entries, 2)
	require.Equal(t, "suppression.removed", entries[0]["action"])
	require.Equal(t, "person-2", entries[0]["actor"])
	require.Equal(t, id, entries[0]["subject_id"])
	require.Empty(t, b.request(b.other, "GET", "/api/audit-log", nil).list())
}

func TestSuppressionsAreFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, s := range []object{
		{"kind": "phone", "value": "+919845012345"},
		{"kind": "phone", "value": "+919845099999", "channel": "whatsapp_message"},
		{"kind": "email", "value": "asha_1@example.com", "channel": "email"},
	} {
		b.do(http.StatusCreated, "POST", "/api/suppressions", s)
	}
	for query, want := range map[string][]any{
		"":                           {"asha_1@example.com", "+919845099999", "+919845012345"},
		"kind=phone":                 {"+919845099999", "+919845012345"},
		"channel=all":                {"+919845012345"},
		"search=98450+12":            {"+919845012345"},
		"search=%2B91+98450":         {"+919845099999", "+919845012345"},
		"search=ASHA_1":              {"asha_1@example.com"},
		"search=asha%25":             {},
		"search=as":                  {"asha_1@example.com"},
		"limit=1&offset=1":           {"+919845099999"},
		"kind=email&search=99999":    {},
		"kind=phone&channel=ai_call": {},
	} {
		got := []any{}
		for _, s := range b.do(http.StatusOK, "GET", "/api/suppressions?"+query, nil).list() {
			got = append(got, s["value"])
		}
		require.Equal(t, want, got, query)
	}
}

func TestASuppressionWaitsForAStepThatIsBeingClaimed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.entered(object{"phone": "+919845012345", "email": "asha@example.com"})
	// One whose address is another contact's key is held too.
	b.exec("insert into contacts (id, tenant_id, phone, phone_valid, email, created_at, updated_at) values ($1, $2, '+919845012345', true, 'Asha@Example.com', now(), now())", uuid.Must(uuid.NewV7()), b.a)
	twin := query[string](b, "select id::text from contacts where id::text <> $1", id)
	for i, held := range []string{id, twin} {
		for _, s := range []object{
			{"kind": "phone", "value": "+919845012345", "channel": []string{"all", "ai_call"}[i]},
			{"kind": "email", "value": "asha@example.com", "channel": []string{"all", "email"}[i]},
		} {
			out := b.whileHeld(heldByAClaim, held, func() answer { return b.request(b.owner, "POST", "/api/suppressions", s) })
			require.Equal(t, http.StatusCreated, out.status, b.causes())
		}
	}
}

func TestOneSuppressionOfManySentAtOnceIsAdded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var group sync.WaitGroup
	statuses := make([]int, 8)
	for i := range statuses {
		group.Go(func() {
			statuses[i] = b.request(b.owner, "POST", "/api/suppressions", object{"kind": "phone", "value": "+919845012345"}).status
		})
	}
	group.Wait()
	require.ElementsMatch(t, []int{201, 200, 200, 200, 200, 200, 200, 200}, statuses)
	require.Equal(t, 1, query[int](b, "select count(*)::int from audit_log"))
}

func TestTheAuditLogIsOnlyEverAddedTo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{"name": "Doomed"})
	b.do(http.StatusOK, "DELETE", "/flows/"+id, nil)
	entries := b.do(http.StatusOK, "GET", "/api/audit-log?subject_kind=flow&subject_id="+id, nil).list()
	require.Len(t, entries, 1)
	require.Equal(t, "flow.deleted", entries[0]["action"])
	for _, sql := range []string{"update audit_log set actor = 'nobody'", "delete from audit_log", "truncate audit_log"} {
		_, err := b.db.App.Exec(t.Context(), sql)
		require.ErrorContains(t, err, "permission denied", sql)
	}
	for range 4 {
		b.do(http.StatusOK, "DELETE", "/flows/"+b.flow(object{}), nil)
	}
	page := b.do(http.StatusOK, "GET", "/api/audit-log?limit=3", nil)
	rest := b.do(http.StatusOK, "GET", "/api/audit-log?limit=3&cursor="+page.meta()["next_cursor"].(string), nil)
	require.Equal(t, 5, page.meta()["total"])
	require.Len(t, rest.list(), 2)
	require.Equal(t, entries[0], rest.list()[1])
}
