package flow

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// thousandFlows are what a big tenant may have: nearly each flow for one
// campaign of one source, some for everyone of a city, ten for high budgets.
func thousandFlows(t testing.TB) []*Compiled {
	t.Helper()
	flows := make([]*Compiled, 0, 1000)
	for i := range 1000 {
		conditions := []Condition{
			conditionOn("lead_source", Equals, new([]string{"IndiaMART", "JustDial", "Facebook"}[i%3])),
			conditionOn("campaign", Equals, new(fmt.Sprintf("campaign %d", i))),
			conditionOn("budget", GreaterThan, new("1000")),
			inGroup(1, conditionOn("contact:city", In, new(fmt.Sprintf("City %d, Town %d", i, i)))),
		}
		switch {
		case i%100 == 0:
			conditions = []Condition{conditionOn("budget", GreaterThan, new("1e9"))}
		case i%20 > 0:
			conditions = conditions[:3]
		}
		compiled, err := Compile(flowNamed(fmt.Sprintf("no. %d", i), i, conditions...))
		require.NoError(t, err)
		flows = append(flows, compiled)
	}
	return flows
}

func campaignLead() MatchInput {
	in := someMatch()
	in.Contact.CustomFields = map[string]any{"campaign": "Campaign 999", "budget": 250000.0}
	return in
}

func TestAThousandFlowsAreNotAllLookedAt(t *testing.T) {
	decision := NewIndex(thousandFlows(t)).Match(campaignLead())
	require.Equal(t, "Matched flow no. 999", decision.Reason)
	require.Len(t, decision.Flows, 11)
	require.Equal(t, 989, decision.PassedOver)
}

func BenchmarkMatchThousandFlows(b *testing.B) {
	flows := thousandFlows(b)
	in := campaignLead()
	for name, ix := range map[string]*Index{"index": NewIndex(flows), "all": newIndex(flows, len(flows))} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if len(ix.Match(in).Taken) != 1 {
					b.Fatal("no match")
				}
			}
		})
	}
}

func BenchmarkNewIndexThousandFlows(b *testing.B) {
	flows := thousandFlows(b)
	b.ReportAllocs()
	for b.Loop() {
		NewIndex(flows)
	}
}

func BenchmarkNextOpening(b *testing.B) {
	hours, err := Hours{Start: "09:00:00", End: "18:00:00", Days: []int{1, 2, 3, 4, 5}}.Compile("America/New_York")
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := hours.Next(someNow); err != nil {
			b.Fatal(err)
		}
	}
}
