package flow

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A trial says of each flow, enabled or not, what its entry in a live decision
// says, and would run it exactly where the live decision takes it.
func TestATrialEqualsTheLiveDecision(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		definitions := rapid.SliceOfN(drawFlow(), 1, 6).Draw(t, "flows")
		compiled := make([]*Compiled, len(definitions))
		for i := range definitions {
			definitions[i].ID, definitions[i].Priority = uuid.UUID{15: byte(i + 1)}, i
			var err error
			compiled[i], err = Compile(definitions[i])
			require.NoError(t, err)
		}
		in := drawMatch(t, definitions)
		// With a threshold of 0 the index rules flows out, too.
		for _, live := range []Decision{NewIndex(compiled).Match(in), newIndex(compiled, 0).Match(in)} {
			for _, d := range definitions {
				trial, err := Try(d, definitions, in)
				require.NoError(t, err)
				taken := false
				for _, x := range live.Taken {
					if x.FlowID == d.ID {
						taken = true
						require.Equal(t, x, *trial.Taken)
					}
				}
				require.Equal(t, taken, trial.WouldRun)
				require.NotEmpty(t, trial.WouldReason)
				for _, looked := range live.Flows {
					if looked.FlowID != d.ID {
						continue
					}
					require.Equal(t, looked.Matches, trial.Matches)
					require.Equal(t, looked.Reason, trial.Reason)
					require.Equal(t, looked.ConditionsChecked, trial.Checked)
					require.Equal(t, looked.VerdictReason, trial.WouldReason)
				}
			}
		}
	})
}

func TestATrialSaysWhyAFlowWouldNotRun(t *testing.T) {
	first := Definition{ID: uuid.UUID{15: 1}, Name: "First", IsEnabled: true}
	second := Definition{ID: uuid.UUID{15: 2}, Name: "Second", IsEnabled: true, Priority: 1}
	flows := []Definition{first, second}
	try := func(d Definition, in MatchInput) string {
		trial, err := Try(d, flows, in)
		require.NoError(t, err)
		require.True(t, trial.Matches)
		require.False(t, trial.WouldRun)
		return trial.WouldReason
	}
	require.Equal(t, "Flow First comes before it and takes the lead", try(second, MatchInput{}))
	require.Equal(t, "The contact is tagged DNC", try(first, MatchInput{Contact: Contact{Tags: []string{"DNC"}}}))
	require.Equal(t, "The contact is in this flow already", try(first, MatchInput{Starts: []Start{{FlowID: first.ID, Running: true}}}))
	first.IsEnabled = false
	require.Equal(t, "The flow is not enabled", try(first, MatchInput{}))
}
