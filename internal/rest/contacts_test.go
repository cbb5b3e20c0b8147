package rest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/postgres"
)

// entered creates a contact of tenant a and gives its id.
func (b *testBundle) entered(body object) string {
	b.t.Helper()
	return b.do(http.StatusCreated, "POST", "/api/contacts", body).data()["id"].(string)
}

// names are those of the contacts in a list, in its order.
func (b *testBundle) names(query string) []string {
	b.t.Helper()
	names := []string{}
	for _, c := range b.do(http.StatusOK, "GET", "/api/contacts?"+query, nil).list() {
		names = append(names, c["name"].(string))
	}
	return names
}

// whileHeld runs a request while another transaction holds a row, waits until
// the request waits for it, lets go, and gives the answer.
func (b *testBundle) whileHeld(lock string, arg any, request func() answer) answer {
	b.t.Helper()
	ctx := context.Background()
	pipe := postgres.NewPipe()
	pipe.Exec(lock, arg)
	holder, err := b.db.App.Begin(ctx, b.a, pipe)
	require.NoError(b.t, err)
	defer holder.Rollback(ctx)
	got := make(chan answer)
	go func() { got <- request() }()
	require.Eventually(b.t, func() bool {
		return query[bool](b, "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')")
	}, 10*time.Second, 5*time.Millisecond)
	require.NoError(b.t, holder.Commit(ctx, nil))
	return <-got
}

const heldByAClaim = "select id from contacts where id = $1 for key share"

func TestAContactIsCreatedAndIsALead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	out := b.do(http.StatusCreated, "POST", "/api/contacts", object{
		"name": " Asha  Rao ", "phone": "098450 12345", "email": "Asha Rao <Asha@Example.com>", "company": "Rao & Sons", "city": "Pune",
		"country": "IN", "external_id": "crm-17", "tags": []string{"hot", "Hot", " "}, "custom_fields": object{"budget": 250000, "note": nil},
		"notes": "met at the fair",
	}).data()
	id := out["id"].(string)
	require.Equal(t, object{
		"id": id, "external_id": "crm-17", "name": "Asha  Rao", "phone": "+919845012345", "phone_valid": true, "email": "Asha@Example.com",
		"company": "Rao & Sons", "city": "Pune", "country": "IN", "time_zone": "Asia/Kolkata", "tags": []any{"hot"},
		"custom_fields": object{"budget": 250000}, "do_not_contact": false, "created_at": out["created_at"], "updated_at": out["created_at"],
	}, out)
	require.Equal(t, "email=asha@example.com external_id=crm-17 phone=+919845012345",
		query[string](b, "select string_agg(kind || '=' || value, ' ' order by kind) from contact_keys where contact_id = $1", id))

	event := b.event()
	require.Equal(t, "contacts", event.Source)
	require.Equal(t, id, event.ID)
	require.Equal(t, "manual", event.EntryType)
	require.Empty(t, event.LeadSource)
	require.Equal(t, "met at the fair", event.Notes)
	require.Equal(t, "Asha  Rao", strings.TrimSpace(event.Contact.Name))
	require.Equal(t, id, query[string](b, "select e.contact_id::text from lead_events e join due_work w on w.ref = e.id::text and w.kind = 'outbox' and w.tenant_id = e.tenant_id"))

	b.queue.fail = errors.New("no such host")
	b.do(http.StatusCreated, "POST", "/api/contacts", object{"email": "dev@example.com", "lead_source": "Fair", "entry_type": "walk_in"})
	require.Equal(t, "walk_in", query[string](b, "select body -> 'data' ->> 'entry_type' from lead_events where body -> 'data' ->> 'lead_source' = 'Fair'"))
	require.Equal(t, 2, query[int](b, "select count(*)::int from due_work where kind = 'outbox'"), "the sweeper sends what could not be sent")
}

func TestAKeyMakesOneContactOfARequestSentTwice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.do(http.StatusCreated, "POST", "/api/contacts", asha, key, "k")
	again := b.do(http.StatusCreated, "POST", "/api/contacts", asha, key, "k")
	require.Equal(t, string(first.raw), string(again.raw))
	b.refused(http.StatusConflict, "Idempotency-Key was used for another request", "POST", "/api/contacts", with(asha, "city", "Pune"), key, "k")
	require.Equal(t, 1, query[int](b, "select count(*)::int from lead_events"))
}

func TestAContactWhoseKeysAreAnothersIsRefusedAndNamesIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	asha := b.entered(object{"name": "Asha", "phone": "+919845012345"})
	dev := b.entered(object{"name": "Dev", "email": "dev@example.com", "external_id": "crm-1"})
	text := func(kind, id string) string { return kind + " belongs to another contact, " + id }
	out := b.refused(http.StatusConflict, text("external_id", dev), "POST", "/api/contacts",
		object{"phone": "98450 12345", "email": "DEV@example.com", "external_id": " crm-1"}, key, "k")
	require.Equal(t, []string{"external_id", "phone", "email"}, out.fields())
	require.Contains(t, string(out.raw), text("phone", asha))
	require.Equal(t, 2, query[int](b, "select count(*)::int from contacts"))
	require.Equal(t, 2, query[int](b, "select count(*)::int from lead_events"))
	require.Zero(t, query[int](b, "select count(*)::int from idempotency_keys"), "a refused request leaves its key free")

	b.refused(http.StatusConflict, text("phone", asha), "PATCH", "/api/contacts/"+dev, object{"phone": "+91 98450 12345"})
	require.Empty(t, b.do(http.StatusOK, "GET", "/api/contacts/"+dev, nil).data()["phone"])
	// The other tenant's keys are its own.
	require.Equal(t, http.StatusCreated, b.request(b.other, "POST", "/api/contacts", object{"phone": "+919845012345"}).status)
}

func TestOfContactsCreatedAtOnceWithOnePhoneOneWins(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var group sync.WaitGroup
	got := make([]answer, 10)
	for i := range got {
		group.Go(func() {
			got[i] = b.request(b.owner, "POST", "/api/contacts", object{"name": fmt.Sprint("Asha ", i), "phone": "+919845012345", "email": fmt.Sprintf("asha%d@example.com", i)})
		})
	}
	group.Wait()
	winner := query[string](b, "select id::text from contacts")
	won := 0
	for _, out := range got {
		if out.status == http.StatusCreated {
			won++
			require.Equal(t, winner, out.data()["id"])
			continue
		}
		require.Equal(t, http.StatusConflict, out.status, "%s %s", out.raw, b.causes())
		b.isFailure(out, "phone belongs to another contact, "+winner)
	}
	require.Equal(t, 1, won)
	require.Equal(t, 2, query[int](b, "select count(*)::int from contact_keys"))
	require.Len(t, b.queue.sent, 1)
}

func TestAllThatIsWrongWithAContactIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	long := strings.Repeat("é", 256)
	out := b.do(http.StatusBadRequest, "POST", "/api/contacts", object{
		"colour": 1, "name": long, "company": 7, "tags": []any{"a", long, 3}, "custom_fields": object{long: 1},
		"lead_source": long, "notes": strings.Repeat("x", 10_001), "country": long,
	})
	require.Equal(t, []string{"company", "tags[2]", "colour", "name", "country", "phone", "tags[1]", "custom_fields", "lead_source", "notes"}, out.fields())
	for text, body := range map[string]any{
		"A contact needs a phone or an e-mail":                    object{"name": "Asha", "phone": " ", "email": nil},
		"email is not an e-mail address, and there is no phone":   object{"email": "asha"},
		"custom_fields must be an object":                         object{"phone": "1", "custom_fields": []int{1}},
		"custom_fields has a number too large to be stored":       `{"phone":"1","custom_fields":{"n":1e400000}}`,
		"custom_fields.a.b must not hold NUL characters":          `{"phone":"1","custom_fields":{"a":{"b":"\u0000"}}}`,
		"name must not hold NUL characters":                       `{"phone":"1","name":"a\u0000"}`,
		"tags must be an array":                                   object{"phone": "1", "tags": "hot"},
		"tags must have at most 100 tags":                         object{"phone": "1", "tags": make([]string, 101)},
		"custom_fields must have at most 131072 bytes":            object{"phone": "1", "custom_fields": object{"a": strings.Repeat("x", 1<<17)}},
		"Idempotency-Key must be at most 255 characters of ASCII": object{"phone": "1"},
		"Unknown field \"phone_valid\"":                           object{"phone": "1", "phone_valid": true},
		"The body must be a JSON object":                          []int{},
		"custom_fields is given twice":                            `{"custom_fields":{},"custom_fields":{}}`,
	} {
		headers := []string{}
		if strings.HasPrefix(text, key) {
			headers = []string{key, "é"}
		}
		b.refused(http.StatusBadRequest, text, "POST", "/api/contacts", body, headers...)
	}
	require.Zero(t, query[int](b, "select count(*)::int from contacts"))
}

func TestOddTextsOfContactsAreKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i, odd := range []string{"😀 Asha", "שלום <b>עולם</b>", "'; drop table contacts; --", `<script>alert("x")</script>`, "\u202eevil", "100% _sure\\", "\uFFFD"} {
		body := object{"name": odd, "company": odd, "city": odd, "tags": []string{odd}, "custom_fields": object{odd: odd}, "email": fmt.Sprintf("a%d@example.com", i)}
		id := b.entered(body)
		got := b.do(http.StatusOK, "GET", "/api/contacts/"+id, nil).data()
		for _, field := range []string{"name", "company", "city"} {
			require.Equal(t, odd, got[field])
		}
		require.Equal(t, []any{odd}, got["tags"])
		require.Equal(t, object{odd: odd}, got["custom_fields"])
	}
	for search, want := range map[string][]string{
		"100%25": {"100% _sure\\"}, "%25": {}, "%5Fsure%5C": {"100% _sure\\"}, "alert(%22X": {`<script>alert("x")</script>`}, "%F0%9F%98%80": {"😀 Asha"},
	} {
		require.Equal(t, want, b.names("search="+search), search)
	}
}

func TestAnUnusablePhoneIsKeptAndIsNoKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.entered(object{"name": "Asha", "phone": "12"})
	other := b.entered(object{"name": "Other", "phone": "12"})
	require.NotEqual(t, id, other)
	got := b.do(http.StatusOK, "GET", "/api/contacts/"+id, nil).data()
	require.Equal(t, "12", got["phone"])
	require.Equal(t, false, got["phone_valid"])
	require.Zero(t, query[int](b, "select count(*)::int from contact_keys"))
	// A country may make a number of it, and that is a key.
	id = b.entered(object{"phone": "06 12 34 56 78"})
	require.Equal(t, false, b.do(http.StatusOK, "GET", "/api/contacts/"+id, nil).data()["phone_valid"])
	got = b.do(http.StatusOK, "PATCH", "/api/contacts/"+id, object{"country": "France"}).data()
	require.Equal(t, "+33612345678", got["phone"])
	require.Equal(t, "Europe/Paris", got["time_zone"])
	require.Equal(t, "+33612345678", query[string](b, "select value from contact_keys where contact_id = $1", id))
}

func TestAChangeMovesKeysAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.entered(object{
		"name": "Asha", "phone": "+919845012345", "email": "asha@example.com", "external_id": "crm-1", "tags": []string{"hot", "vip"},
		"custom_fields": object{"budget": 1, "stage": "new", "big": 1},
	})
	at := "/api/contacts/" + id
	before := b.do(http.StatusOK, "GET", at, nil).data()["updated_at"]
	for _, same := range []object{{}, {"name": "Asha", "phone": "098450 12345"}, {"custom_fields": object{}}, {"custom_fields": object{"gone": nil}}} {
		require.Equal(t, before, b.do(http.StatusOK, "PATCH", at, same).data()["updated_at"], "%v", same)
	}
	got := b.do(http.StatusOK, "PATCH", at, `{"phone":"+91 98450 99999","email":"","external_id":null,"tags":["cold"],"custom_fields":{"stage":null,"n":12345678901234567890.5,"deep":{"a":null}}}`)
	require.Equal(t, "Asha", got.data()["name"])
	require.Equal(t, "+919845099999", got.data()["phone"])
	require.Empty(t, got.data()["email"])
	require.Equal(t, []any{"cold"}, got.data()["tags"])
	require.Contains(t, string(got.raw), `"custom_fields":{"big":1,"budget":1,"deep":{"a":null},"n":12345678901234567890.5}`)
	require.Equal(t, "phone=+919845099999", query[string](b, "select string_agg(kind || '=' || value, ' ') from contact_keys where contact_id = $1", id))
	b.entered(object{"name": "Dev", "phone": "+919845012345", "email": "asha@example.com", "external_id": "crm-1"})

	out := b.refused(http.StatusBadRequest, "Unknown field \"id\"", "PATCH", at, object{"id": id, "phone": nil, "name": strings.Repeat("x", 256)})
	require.Equal(t, []string{"id", "name", "phone"}, out.fields())
	b.refused(http.StatusBadRequest, "A contact needs a phone or an e-mail", "PATCH", at, object{"phone": ""})
	b.refused(http.StatusNotFound, "Contact not found", "PATCH", "/api/contacts/"+uuid.NewString(), object{"name": "x"})
	require.Equal(t, 2, query[int](b, "select count(*)::int from lead_events"), "a change is no lead")
}

func TestChangesAtOnceAreAllKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.entered(object{"phone": "+919845012345"})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			out := b.request(b.owner, "PATCH", "/api/contacts/"+id, object{"custom_fields": object{fmt.Sprint("f", i): i}})
			require.Equal(t, http.StatusOK, out.status, b.causes())
		})
	}
	group.Wait()
	require.Len(t, b.do(http.StatusOK, "GET", "/api/contacts/"+id, nil).data()["custom_fields"], 8)
}

func TestADoNotContactTagIsTakenAwayByOwnerAndAdminOnRecord(t *testing.T) {
	t.Parallel()
	b := setup(t)
	member := func(role string) string {
		return token(t, map[string]any{"userId": b.a, "sub": "person-" + role, "isTeamMember": true, "teamMemberRole": role})
	}
	id := b.entered(object{"phone": "+919845012345", "tags": []string{"vip", "Do-Not-Call"}})
	at := "/api/contacts/" + id
	require.Equal(t, true, b.do(http.StatusOK, "GET", at, nil).data()["do_not_contact"])
	out := b.request(member("manager"), "PATCH", at, object{"tags": []string{"vip"}, "name": "Asha"})
	require.Equal(t, http.StatusForbidden, out.status)
	b.isFailure(out, "Only owner and admin take a do-not-contact tag away")
	require.Equal(t, http.StatusOK, b.request(member("manager"), "PATCH", at, object{"tags": []string{"dnc"}}).status, "another spelling is no weaker")
	require.Empty(t, b.do(http.StatusOK, "GET", "/api/audit-log", nil).list())

	out = b.request(member("admin"), "PATCH", at, object{"tags": []string{}})
	require.Equal(t, http.StatusOK, out.status)
	require.Equal(t, false, out.data()["do_not_contact"])
	entries := b.do(http.StatusOK, "GET", "/api/audit-log?action=contact.dnc_removed&subject_kind=contact&subject_id="+id, nil).list()
	require.Len(t, entries, 1)
	require.Equal(t, "person-admin", entries[0]["actor"])
	require.Equal(t, object{}, entries[0]["details"])
}

func TestATagThatRefusesWaitsForAStepThatIsBeingClaimed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.entered(object{"phone": "+919845012345"})
	out := b.whileHeld(heldByAClaim, id, func() answer {
		return b.request(b.owner, "PATCH", "/api/contacts/"+id, object{"tags": []string{"DNC"}})
	})
	require.Equal(t, http.StatusOK, out.status)
}

func TestContactsAreFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, c := range []object{
		{"name": "Asha Rao", "phone": "+91 98450 12345", "company": "Blue Sky", "tags": []string{"Hot Lead"}},
		{"name": "Ravi Ashok", "email": "Ravi.Kumar@Example.com", "external_id": "CRM-0042"},
		{"name": "Émile Ñandú", "phone": "+442079460958", "tags": []string{"hot lead", "vip"}},
		{"name": "Li", "phone": "12 34"},
	} {
		b.entered(c)
	}
	for search, want := range map[string][]string{
		"":                {"Li", "Émile Ñandú", "Ravi Ashok", "Asha Rao"},
		"search=asha":     {"Asha Rao"},
		"search=ash":      {"Ravi Ashok", "Asha Rao"},
		"search=RAO":      {"Asha Rao"},
		"search=rao+asha": {"Asha Rao"}, "search=asha+blue+sky": {"Asha Rao"}, "search=asha+green": {},
		"search=98450+12345": {"Asha Rao"}, "search=%2B91(98450)12345": {"Asha Rao"}, "search=0984-50": {"Asha Rao"}, "search=12345": {"Asha Rao"},
		"search=0207946": {"Émile Ñandú"}, "search=1234": {"Li", "Asha Rao"},
		"search=ravi.kumar@ex": {"Ravi Ashok"}, "search=crm-0042": {"Ravi Ashok"}, "search=0042": {"Ravi Ashok"},
		"search=%C3%A9MILE": {"Émile Ñandú"}, "search=li": {"Li"}, "search=a": {"Ravi Ashok", "Asha Rao"}, "search=as+r": {"Ravi Ashok", "Asha Rao"},
		"tag=HOT+LEAD": {"Émile Ñandú", "Asha Rao"}, "tag=vip": {"Émile Ñandú"}, "tag=hot": {}, "tag=vip&search=asha": {},
		"search=___": {}, "search=%25%25%25": {},
		"limit=2":          {"Li", "Émile Ñandú"},
		"limit=2&offset=3": {"Asha Rao"},
	} {
		require.Equal(t, want, b.names(search), search)
	}
	page := b.do(http.StatusOK, "GET", "/api/contacts?limit=3", nil)
	require.Equal(t, 4, page.meta()["total"])
	next := b.do(http.StatusOK, "GET", "/api/contacts?limit=3&cursor="+page.meta()["next_cursor"].(string), nil)
	require.Equal(t, "Asha Rao", next.list()[0]["name"])
	require.Nil(t, next.meta()["next_cursor"])
	require.Empty(t, b.request(b.other, "GET", "/api/contacts?search=asha", nil).list())
	b.refused(http.StatusBadRequest, "suppressed must be true or false", "GET", "/api/contacts?suppressed=maybe", nil)
}

func TestContactsWithAndWithoutASuppression(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.entered(object{"name": "By phone", "phone": "+919845012345"})
	mail := b.entered(object{"name": "By mail", "email": "Dev@Example.com"})
	b.entered(object{"name": "Free", "phone": "+919845099999", "email": "free@example.com"})
	for _, s := range []object{{"kind": "phone", "value": "98450 12345"}, {"kind": "email", "value": "DEV@example.com", "channel": "email"}} {
		b.do(http.StatusCreated, "POST", "/api/suppressions", s)
	}
	require.Equal(t, []string{"By mail", "By phone"}, b.names("suppressed=true"))
	require.Equal(t, []string{"Free"}, b.names("suppressed=false"))
	require.Equal(t, []string{"By mail"}, b.names("suppressed=true&search=mail"))
	suppressions := b.do(http.StatusOK, "GET", "/api/contacts/"+mail, nil).data()["suppressions"].([]any)
	require.Len(t, suppressions, 1)
	require.Equal(t, "dev@example.com", suppressions[0].(object)["value"])
	// A contact whose number is another's key is suppressed with it.
	b.exec("update contacts set phone = '+919845012345' where name = 'Free'")
	require.Equal(t, []string{"Free", "By mail", "By phone"}, b.names("suppressed=true"))
}

func TestAContactTellsOfItsLeadsAndExecutions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.entered(object{"phone": "+919845012345", "lead_source": "Fair"})
	flowID := b.flow(object{})
	for status, n := range map[string]int{"completed": 2, "running": 1, "failed": 1} {
		for range n {
			e := b.execution(b.a, flowID, status, noon)
			b.exec("update flow_executions set contact_id = $2, is_test_run = status = 'failed' where id = $1", e, id)
		}
	}
	b.exec("update lead_events set lead_source = 'Fair'")
	got := b.do(http.StatusOK, "GET", "/api/contacts/"+id, nil).data()
	require.Equal(t, object{"completed": 2, "running": 1}, got["executions"])
	require.Equal(t, "Fair", got["last_lead_source"])
	require.Equal(t, query[string](b, "select id::text from lead_events"), got["last_lead_id"])
	require.Equal(t, []any{}, got["suppressions"])
}
