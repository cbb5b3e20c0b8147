package rest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

const bulk = "/flows/priorities/bulk-update"

// updates is a body that gives flows these priorities.
func updates(priorities map[string]int) object {
	items := []object{}
	for _, id := range slices.Sorted(maps.Keys(priorities)) {
		items = append(items, object{"id": id, "priority": priorities[id]})
	}
	return object{"updates": items}
}

// priorities are those of all flows of tenant a.
func (b *testBundle) priorities() map[string]int {
	b.t.Helper()
	var out map[string]int
	require.NoError(b.t, json.Unmarshal(query[[]byte](b,
		"select jsonb_object_agg(id, priority) from auto_engagement_flows where tenant_id = $1", b.a), &out))
	return out
}

// versionsAgree checks that each flow's newest version says what its row says.
func (b *testBundle) versionsAgree() {
	b.t.Helper()
	require.Zero(b.t, query[int](b, `select count(*)::int from auto_engagement_flows f
		left join flow_versions v on v.tenant_id = f.tenant_id and v.flow_id = f.id and v.version = f.version
		where (v.definition -> 'priority')::int is distinct from f.priority
			or (v.definition -> 'version')::int is distinct from f.version
			or v.definition ->> 'name' is distinct from f.name`))
	require.Zero(b.t, query[int](b, `select count(*)::int from flow_versions v join auto_engagement_flows f
		on f.id = v.flow_id where v.version > f.version`))
}

func TestFlowsChangePlaces(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one, two, three := b.flow(object{"actions": []object{call}}), b.flow(object{}), b.flow(object{})
	out := b.do(http.StatusOK, "POST", bulk, updates(map[string]int{one: 1, two: 0, three: 2}))
	require.Equal(t, object{"success": true, "message": "Priorities updated successfully"}, out.body)
	require.Equal(t, map[string]int{one: 1, two: 0, three: 2}, b.priorities())
	b.versionsAgree()

	got := b.do(http.StatusOK, "GET", "/flows/"+one, nil).data()
	require.Equal(t, 2, got["version"], "a priority changed is a version")
	require.Equal(t, 1, b.do(http.StatusOK, "GET", "/flows/"+three, nil).data()["version"], "one that stays is none")
	var stored flow.Definition
	require.NoError(t, json.Unmarshal(query[[]byte](b, "select definition from flow_versions where flow_id = $1 and version = 2", one), &stored))
	require.Equal(t, 1, stored.Priority)
	require.Equal(t, 2, stored.Version)
	require.Len(t, stored.Actions, 1)
	require.Equal(t, "person-1", query[string](b, "select created_by from flow_versions where flow_id = $1 and version = 2", one))
	require.NoError(t, json.Unmarshal(query[[]byte](b, "select definition from flow_versions where flow_id = $1 and version = 1", one), &stored))
	require.Equal(t, 0, stored.Priority, "a version never changes")

	// The flow changes on from there.
	b.do(http.StatusOK, "PATCH", "/flows/"+one, object{"name": "Next"})
	b.versionsAgree()
}

func TestWhatCannotBeGivenChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one, two := b.flow(object{}), b.flow(object{})
	third := b.flow(object{})
	unknown := uuid.NewString()
	foreign := b.request(b.other, "POST", "/flows", object{"name": "theirs"}).data()["id"].(string)
	item := func(id, priority any) object { return object{"id": id, "priority": priority} }
	for _, c := range []struct {
		status int
		text   string
		body   any
	}{
		{400, "Updates array is required", object{}},
		{400, "Updates array is required", object{"updates": nil}},
		{400, "Updates array is required", object{"updates": object{}}},
		{400, "Updates array is required", object{"updates": []object{}}},
		{400, "The body must be a JSON object", []object{}},
		{400, "updates[0] must be an object", object{"updates": []any{one}}},
		{400, "id must be a UUID", object{"updates": []object{item("17", 1)}}},
		{400, "id must be a UUID", object{"updates": []object{{"priority": 1}}}},
		{400, "updates[0].id must be a string", object{"updates": []object{item(17, 1)}}},
		{400, "priority must be an integer of 0 or more", object{"updates": []object{item(one, -1)}}},
		{400, "priority must be an integer of 0 or more", object{"updates": []object{item(one, 1<<31)}}},
		{400, "priority must be an integer of 0 or more", object{"updates": []object{{"id": one}}}},
		{400, "updates[0].priority must be an integer", object{"updates": []object{item(one, "1")}}},
		{400, "Priority values must be unique", object{"updates": []object{item(one, 5), item(two, 5)}}},
		{400, "Flow " + one + " is named twice", object{"updates": []object{item(one, 5), item(one, 6)}}},
		{400, `Unknown field "updates[0].order"`, object{"updates": []object{{"id": one, "priority": 5, "order": 1}}}},
		{400, "Priority 2 is already assigned to another flow", object{"updates": []object{item(one, 7), item(two, 2)}}},
		{404, "Flow " + unknown + " not found", object{"updates": []object{item(one, 7), item(unknown, 8)}}},
		{404, "Flow " + foreign + " not found", object{"updates": []object{item(one, 7), item(foreign, 8)}}},
	} {
		b.refused(c.status, c.text, "POST", bulk, c.body)
		require.Equal(t, map[string]int{one: 0, two: 1, third: 2}, b.priorities(), c.text)
	}
	require.Equal(t, 3, query[int](b, "select count(*)::int from flow_versions where tenant_id = $1", b.a))
	out := b.refused(400, "Priority 2 is already assigned to another flow", "POST", bulk, object{"updates": []object{item(one, 7), item(two, 2)}})
	require.Equal(t, []string{"updates[1].priority"}, out.fields())
	many := make([]object, 1001)
	for i := range many {
		many[i] = item(uuid.NewString(), i)
	}
	b.refused(400, "updates must have at most 1000 items", "POST", bulk, object{"updates": many})
}

func TestAnyPermutationOf500FlowsIsOneChange(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const n = 500
	ids := make([]string, n)
	for i := range ids {
		ids[i] = uuid.Must(uuid.NewV7()).String()
	}
	b.exec(`insert into auto_engagement_flows (id, tenant_id, name, priority, created_at, updated_at)
		select id, $1, 'Flow ' || n, n - 1, now(), now() from unnest($2::uuid[]) with ordinality as given (id, n)`, b.a, ids)
	b.exec(`insert into flow_versions (tenant_id, flow_id, version, definition, created_at)
		select tenant_id, id, 1, jsonb_build_object('id', id, 'name', name, 'priority', priority, 'version', 1), now() from auto_engagement_flows`)
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 4 {
		want := map[string]int{}
		for i, p := range random.Perm(n) {
			want[ids[i]] = p
		}
		// Whoever creates at the same time gets a priority of its own.
		var group sync.WaitGroup
		created := make([]answer, 5)
		for i := range created {
			group.Go(func() {
				created[i] = b.request(b.owner, "POST", "/flows", object{"name": fmt.Sprint("New ", round, i)})
			})
		}
		out := b.do(http.StatusOK, "POST", bulk, updates(want))
		require.Equal(t, true, out.body["success"])
		group.Wait()
		for _, c := range created {
			require.Equal(t, http.StatusCreated, c.status, "%s", c.raw)
		}
		got := b.priorities()
		require.Len(t, got, n+5*(round+1))
		for id, p := range want {
			require.Equal(t, p, got[id])
		}
		b.versionsAgree()
	}
}

func TestParallelPermutationsEndAsOneOfThem(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := []string{b.flow(object{}), b.flow(object{}), b.flow(object{}), b.flow(object{})}
	var asked []map[string]int
	for range 12 {
		want := map[string]int{}
		for i, p := range rand.Perm(len(ids)) {
			want[ids[i]] = p
		}
		asked = append(asked, want)
	}
	var group sync.WaitGroup
	got := make([]answer, len(asked))
	for i, want := range asked {
		group.Go(func() { got[i] = b.request(b.owner, "POST", bulk, updates(want)) })
	}
	group.Wait()
	for _, a := range got {
		require.Equal(t, http.StatusOK, a.status, "%s %s", a.raw, b.causes())
	}
	require.Contains(t, asked, b.priorities())
	b.versionsAgree()
}
