package rest_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParallelCreatesNeverCollideOnTheDefaultPriority(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const n = 20
	var group sync.WaitGroup
	got := make([]answer, n)
	for i := range n {
		group.Go(func() { got[i] = b.request(b.owner, "POST", "/flows", object{"name": fmt.Sprint("Flow ", i)}) })
	}
	group.Wait()
	seen := map[int]bool{}
	for _, a := range got {
		require.Equal(t, http.StatusCreated, a.status, "%s", a.raw)
		seen[a.data()["priority"].(int)] = true
	}
	require.Len(t, seen, n)
}

func TestParallelChangesAreEachAVersion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{})
	const n = 12
	var group sync.WaitGroup
	status := make([]int, n)
	for i := range n {
		group.Go(func() {
			status[i] = b.request(b.owner, "PATCH", "/flows/"+id, object{"name": fmt.Sprint("Name ", i), "priority": i + 1}).status
		})
	}
	group.Wait()
	for _, s := range status {
		require.Equal(t, http.StatusOK, s)
	}
	require.Equal(t, n+1, b.do(http.StatusOK, "GET", "/flows/"+id, nil).data()["version"])
	require.Equal(t, n+1, query[int](b, "select count(*)::int from flow_versions where flow_id = $1", id))
}

func TestOneOfTwoThatWantAPriorityGetsIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := []string{b.flow(object{"priority": 1}), b.flow(object{"priority": 2})}
	for round := range 10 {
		var group sync.WaitGroup
		got := make([]answer, 2)
		for i, id := range ids {
			group.Go(func() { got[i] = b.request(b.owner, "PATCH", "/flows/"+id, object{"priority": 100 + round}) })
		}
		group.Wait()
		won, lost := got[0], got[1]
		if won.status != http.StatusOK {
			won, lost = lost, won
		}
		require.Equal(t, http.StatusOK, won.status, "%s", won.raw)
		require.Equal(t, http.StatusBadRequest, lost.status)
		b.isFailure(lost, fmt.Sprintf("Priority %d is already assigned to another flow", 100+round))
	}
}

func TestTwoThatWantEachOthersPriorityAreBothRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := []string{b.flow(object{"priority": 0}), b.flow(object{"priority": 1})}
	for range 10 {
		var group sync.WaitGroup
		got := make([]answer, 2)
		for i, id := range ids {
			group.Go(func() { got[i] = b.request(b.owner, "PATCH", "/flows/"+id, object{"priority": 1 - i}) })
		}
		group.Wait()
		for i, a := range got {
			require.Equal(t, http.StatusBadRequest, a.status, b.causes())
			b.isFailure(a, fmt.Sprintf("Priority %d is already assigned to another flow", 1-i))
		}
	}
	// By way of a free one they can change places.
	for _, step := range []struct{ flow, priority int }{{0, 2}, {1, 0}, {0, 1}} {
		b.do(http.StatusOK, "PATCH", "/flows/"+ids[step.flow], object{"priority": step.priority})
	}
}

func TestTheLastPriorityOfAllHasNoNext(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(object{"priority": 1<<31 - 1})
	b.refused(http.StatusBadRequest, "Priority 2147483647 is already assigned to another flow", "POST", "/flows", object{"name": "F"})
}
