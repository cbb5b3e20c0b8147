package rest_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const key = "Idempotency-Key"

func TestTheSameKeyAndBodyAnswerTheFirstResponseAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	source := b.flow(object{"name": "Source", "actions": []object{call}})
	count := func() int {
		return query[int](b, "select (select count(*) from auto_engagement_flows)::int + (select count(*) from lead_events)::int")
	}
	for i, c := range []struct {
		path, other string
		body, not   any
	}{
		{"/flows", "/flows", object{"name": "A <b>", "actions": []object{call}}, object{"name": "B"}},
		{"/leads", "/leads", object{"contact": asha}, object{"contact": object{"phone": "+919845099999"}}},
		{"/flows/import", "/flows/import", object{"flows": []object{{"name": "I"}}}, object{"flows": []object{{"name": "J"}}}},
		{"/flows/" + source + "/duplicate", "/flows", nil, object{"name": "B"}},
	} {
		name := "key of " + c.path
		before := count()
		first := b.request(b.owner, "POST", c.path, c.body, key, name)
		require.Contains(t, []int{200, 201, 202}, first.status, "%s", first.raw)
		if i == 0 {
			b.do(http.StatusOK, "PATCH", "/flows/"+first.data()["id"].(string), object{"name": "Changed"})
		}
		again := b.request(b.owner, "POST", c.path, c.body, key, name)
		require.Equal(t, first.status, again.status, c.path)
		require.Equal(t, string(first.raw), string(again.raw), c.path)
		require.Equal(t, first.header.Get("ETag"), again.header.Get("ETag"))
		require.Equal(t, before+1, count(), c.path)

		b.refused(http.StatusConflict, "Idempotency-Key was used for another request", "POST", c.other, c.not, key, name)
		require.Equal(t, before+1, count(), c.path)

		// Without a key, or with another, each counts.
		require.Equal(t, first.status, b.request(b.owner, "POST", c.path, c.body, key, name+" 2").status)
	}
	require.Len(t, b.queue.sent, 2)

	// Another tenant's key is its own.
	theirs := b.request(b.other, "POST", "/flows", object{"name": "Theirs"}, key, "key of /flows")
	require.Equal(t, http.StatusCreated, theirs.status)
	require.Equal(t, "Theirs", theirs.data()["name"])
	require.NotContains(t, string(theirs.raw), b.a.String())
}

func TestAKeyIsForgottenAfterADay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one := b.do(http.StatusCreated, "POST", "/flows", object{"name": "F"}, key, "k").data()["id"]
	b.do(http.StatusCreated, "POST", "/flows", object{"name": "G"}, key, "older")
	b.exec("update idempotency_keys set created_at = created_at - interval '23 hours 59 minutes'")
	require.Equal(t, one, b.do(http.StatusCreated, "POST", "/flows", object{"name": "F"}, key, "k").data()["id"])
	b.exec("update idempotency_keys set created_at = created_at - interval '1 minute'")
	require.NotEqual(t, one, b.do(http.StatusCreated, "POST", "/flows", object{"name": "Other"}, key, "k").data()["id"])
	require.Equal(t, 1, query[int](b, "select count(*)::int from idempotency_keys"), "what is too old goes")
}

func TestARefusedRequestLeavesItsKeyFree(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(object{"priority": 3})
	b.refused(http.StatusBadRequest, "Priority 3 is already assigned to another flow", "POST", "/flows", object{"name": "F", "priority": 3}, key, "k")
	b.refused(http.StatusBadRequest, "Flow name is required", "POST", "/flows", object{}, key, "k")
	b.do(http.StatusOK, "POST", "/flows/import", object{"flows": []object{{"name": "F"}}, "dry_run": true}, key, "k")
	b.do(http.StatusCreated, "POST", "/flows", object{"name": "F", "priority": 4}, key, "k")
	b.refused(http.StatusBadRequest, "Idempotency-Key must be at most 255 characters of ASCII", "POST", "/flows", object{"name": "F"}, key, "é")
}

func TestOneKeySentManyTimesAtOnceCreatesOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var group sync.WaitGroup
	got := make([]answer, 12)
	for i := range got {
		group.Go(func() {
			if i%2 == 0 {
				got[i] = b.request(b.owner, "POST", "/flows", object{"name": "F"}, key, "flow")
			} else {
				got[i] = b.request(b.owner, "POST", "/leads", object{"contact": asha}, key, "lead")
			}
		})
	}
	group.Wait()
	for i, a := range got {
		require.Equal(t, []int{http.StatusCreated, http.StatusAccepted}[i%2], a.status, "%s %s", a.raw, b.causes())
		require.Equal(t, string(got[i%2].raw), string(a.raw))
	}
	require.Equal(t, 1, query[int](b, "select count(*)::int from auto_engagement_flows"))
	require.Equal(t, 1, query[int](b, "select count(*)::int from lead_events"))
	require.Len(t, b.queue.sent, 1)
}
