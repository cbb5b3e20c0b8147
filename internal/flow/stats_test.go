package flow_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/auto-engagement/flows/internal/flow"
)

func TestRates(t *testing.T) {
	t.Parallel()
	for want, of := range map[string][2]int{"0": {0, 0}, "0.00": {0, 3}, "66.67": {2, 3}, "100.00": {7, 7}, "14.29": {1, 7}} {
		require.Equal(t, want, flow.Rate(of[0], of[1]))
	}
}

func TestBoundsOfTimesToTheFirstTouch(t *testing.T) {
	t.Parallel()
	require.Equal(t, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16}, flow.TouchSeconds[:13])
	for i := 10; i < len(flow.TouchSeconds); i++ {
		require.LessOrEqual(t, float64(flow.TouchSeconds[i]), 1.2*float64(flow.TouchSeconds[i-1]))
	}
	require.Greater(t, flow.TouchSeconds[len(flow.TouchSeconds)-1], 365*86400)
}

func TestAPercentileIsTheNextBoundAboveTheNearestRank(t *testing.T) {
	t.Parallel()
	require.Nil(t, flow.Touches{}.Percentile(0.5))
	rapid.Check(t, func(t *rapid.T) {
		seconds := rapid.SliceOfN(rapid.Float64Range(0, 3e7), 1, 50).Draw(t, "seconds")
		share := rapid.SampledFrom([]float64{0.5, 0.9}).Draw(t, "share")
		touches := flow.Touches{}
		for _, s := range seconds {
			slot, exact := slices.BinarySearchFunc(flow.TouchSeconds, s, func(bound int, s float64) int {
				switch {
				case float64(bound) < s:
					return -1
				case float64(bound) > s:
					return 1
				}
				return 0
			})
			if exact {
				slot++
			}
			touches[slot]++
		}
		slices.Sort(seconds)
		nearest := seconds[int(math.Ceil(share*float64(len(seconds))))-1]
		got := touches.Percentile(share)
		require.NotNil(t, got)
		require.Greater(t, float64(*got), nearest)
		require.LessOrEqual(t, float64(*got), max(nearest*1.2, nearest+1))
	})
}

func TestAFunnelHasTheStepsOfTheFlowAndThoseThatRanBefore(t *testing.T) {
	t.Parallel()
	now := flow.Definition{Actions: []flow.Action{{Order: 2, Type: flow.Email}, {Order: 1, Type: flow.AICall}}}
	got := flow.Funnel(now, []flow.StatCount{
		{Fact: flow.FactAction, Type: flow.AICall, Order: 1, Outcome: flow.OutcomeEntered, N: 5},
		{Fact: flow.FactAction, Type: flow.AICall, Order: 1, Outcome: "voicemail", N: 2},
		{Fact: flow.FactAction, Type: flow.AICall, Order: 1, Outcome: "answered", N: 1},
		{Fact: flow.FactAction, Type: flow.AICall, Order: 1, Outcome: flow.OutcomeCancelled, N: 1},
		{Fact: flow.FactAction, Type: flow.AICall, Order: 1, Outcome: flow.OutcomeEntered, Retried: true, N: 9},
		{Fact: flow.FactAction, Type: flow.Wait, Order: 2, Outcome: flow.OutcomeEntered, N: 3},
		{Fact: flow.FactExecution, Outcome: flow.OutcomeStarted, N: 7},
	})
	require.Len(t, got, 3)
	require.Equal(t, []any{1, flow.AICall, true, 5, 3, 1, 1}, []any{got[0].Order, got[0].Type, got[0].InFlow, got[0].Total, got[0].Succeeded, got[0].Cancelled, got[0].Waiting()})
	require.Equal(t, []any{2, flow.Email, true, 0}, []any{got[1].Order, got[1].Type, got[1].InFlow, got[1].Total})
	require.Equal(t, []any{2, flow.Wait, false, 3}, []any{got[2].Order, got[2].Type, got[2].InFlow, got[2].Waiting()})
}
