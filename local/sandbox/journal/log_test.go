package journal_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/auto-engagement/flows/local/sandbox/journal"
)

func everything[T any](*T) bool { return true }

type weighed struct {
	id     int64
	weight int
	note   int
}

func TestALogIsTheSameAsASliceCutAtItsFront(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		maxNumber := rapid.IntRange(1, 8).Draw(t, "maxNumber")
		maxWeight := rapid.IntRange(1, 40).Draw(t, "maxWeight")
		log := journal.NewLog[weighed](maxNumber, maxWeight)
		var model []weighed
		var last int64
		weight := func() (sum int) {
			for _, e := range model {
				sum += e.weight
			}
			return sum
		}
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				w := rapid.IntRange(0, 20).Draw(t, "weight")
				last++
				id := log.Add(w, func(id int64) weighed { return weighed{id: id, weight: w} })
				require.Equal(t, last, id)
				model = append(model, weighed{id: id, weight: w})
				for len(model) > maxNumber || (weight() > maxWeight && len(model) > 1) {
					model = model[1:]
				}
			},
			"update": func(t *rapid.T) {
				id := rapid.Int64Range(0, last+1).Draw(t, "id")
				log.Update(id, func(e *weighed) { e.note++ })
				if i := slices.IndexFunc(model, func(e weighed) bool { return e.id == id }); i >= 0 {
					model[i].note++
				}
			},
			"remove": func(t *rapid.T) {
				odd := func(e weighed) bool { return e.id%2 == 1 }
				before := len(model)
				model = slices.DeleteFunc(model, odd)
				require.Equal(t, before-len(model), log.Remove(func(e *weighed) bool { return odd(*e) }))
			},
			"": func(t *rapid.T) {
				require.ElementsMatch(t, model, log.List(0, everything))
				got := log.List(2, everything)
				require.Equal(t, append([]weighed{}, model[max(0, len(model)-2):]...), got)
			},
		})
	})
}

func TestALongLogKeepsItsBound(t *testing.T) {
	t.Parallel()
	log := journal.NewLog[int64](100, 1<<20)
	for range 10_000 {
		log.Add(1, func(id int64) int64 { return id })
	}
	list := log.List(0, everything)
	require.Len(t, list, 100)
	require.Equal(t, int64(9_901), list[0])
}

func TestPublicHeadersHideCredentials(t *testing.T) {
	t.Parallel()
	require.Equal(t, map[string]string{
		"Authorization": "Bearer ***", "X-Api-Key": "***", "Accept": "a, b",
	}, journal.PublicHeaders(http.Header{
		"Authorization": {"Bearer secret"}, "X-Api-Key": {"secret"}, "Accept": {"a", "b"},
	}))
	require.Equal(t, map[string]string{"Authorization": "***"},
		journal.PublicHeaders(http.Header{"Authorization": {"secret"}}))
}
