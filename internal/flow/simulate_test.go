package flow_test

import (
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/auto-engagement/flows/internal/flow"
)

// walked is a simulation as `order/attempt state outcome detail @minutes`.
func walked(s flow.Simulation, start time.Time) []string {
	out := make([]string, 0, len(s.Steps))
	for _, row := range s.Steps {
		at := row.CompletedAt
		if row.StartedAt != nil {
			at = row.StartedAt
		}
		out = append(out, fmt.Sprintf("%d/%d %s %s %s @%d", row.Order, row.Attempt, row.State, row.Outcome, row.Detail, int(at.Sub(start).Minutes())))
	}
	return out
}

func TestASimulationWalksTheFlowOnAVirtualClock(t *testing.T) {
	in := planInput(
		call(1, 2), whatsapp(2, "call_outcome", "missed"), wait(3, 60), whatsapp(4, "previous_action_status", "success"),
		whatsapp(5, "call_outcome", "answered"),
	)
	in.Tenant.ContactWindows = map[flow.ActionType]flow.Hours{flow.AICall: {Start: "10:45:00", End: "21:00:00"}}
	done, err := flow.Simulate(in, flow.Outcomes{"1": "busy", "4": "failed"}, nil)
	require.NoError(t, err)
	require.Equal(t, []string{
		"1/1 done missed busy @45", "1/2 done missed busy @75", "1/3 done missed busy @105",
		"2/1 sent   @105", "3/1 done   @105", "4/1 failed   @165", "5/1 skipped   @165",
	}, walked(done, monday))
	require.Equal(t, flow.ExecutionCompleted, done.Status)
	require.Equal(t, monday.Add(165*time.Minute), done.EndsAt)
	require.Empty(t, in.Steps, "the input stays as it was")

	answered, err := flow.Simulate(planInput(call(1, 2), whatsapp(2, "call_outcome", "missed")), nil, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"1/1 done answered  @0", "2/1 skipped   @0"}, walked(answered, monday))
}

func TestASimulationStartsAtTheOpeningAndKeepsRefusals(t *testing.T) {
	in := planInput(whatsapp(1))
	opening := monday.Add(time.Hour)
	in.NotBefore = &opening
	in.Contact.Tags = []string{"dnc"}
	done, err := flow.Simulate(in, nil, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"1/1 skipped   @60"}, walked(done, monday))
	require.Equal(t, flow.ExecutionSkipped, done.Status)
	require.Equal(t, "the contact is tagged DNC", done.Steps[0].SkipReason)
}

func TestAStepThatCannotBePreparedFails(t *testing.T) {
	done, err := flow.Simulate(planInput(call(1, 3), whatsapp(2)), nil, func(*flow.Action) error { return errors.New("no template") })
	require.NoError(t, err)
	require.Equal(t, []string{"1/1 failed failed not_placed @0", "2/1 failed   @0"}, walked(done, monday), "it is not tried again")
	require.Equal(t, "no template", done.Error)
}

func TestOutcomesMustFitTheActions(t *testing.T) {
	actions := []flow.Action{call(1, 0), whatsapp(2), wait(3, 1)}
	require.Empty(t, flow.Outcomes{"1": "voicemail", "2": "failed"}.Validate("outcomes", actions))
	require.Equal(t, []flow.FieldError{
		{Field: "outcomes.1", Message: "outcomes.1 must be one of answered, missed, failed, no_answer, busy, voicemail"},
		{Field: "outcomes.2", Message: "outcomes.2 must be one of success, failed"},
		{Field: "outcomes.3", Message: "outcomes.3 is about a wait, which has no outcome"},
		{Field: "outcomes.4", Message: "outcomes.4 names no action of the flow"},
	}, flow.Outcomes{"1": "lost", "2": "missed", "3": "success", "4": "failed"}.Validate("outcomes", actions))
}

// Shortened waits change when steps run, not which.
func TestATestRunTakesTheSamePathInLessTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		actions := randomActions(t)
		outcomes := flow.Outcomes{}
		for _, a := range actions {
			switch a.Type {
			case flow.AICall:
				outcomes[strconv.Itoa(a.Order)] = rapid.SampledFrom([]string{"answered", "missed", "failed", "no_answer", "busy", "voicemail"}).Draw(t, "outcome")
			case flow.WhatsAppMessage:
				outcomes[strconv.Itoa(a.Order)] = rapid.SampledFrom([]string{"success", "failed"}).Draw(t, "outcome")
			default:
			}
		}
		require.Empty(t, outcomes.Validate("outcomes", actions))
		long, err := flow.Simulate(planInput(actions...), outcomes, nil)
		require.NoError(t, err)
		short := planInput(actions...)
		short.MaxWait = 5 * time.Second
		brief, err := flow.Simulate(short, outcomes, nil)
		require.NoError(t, err)
		path := func(s flow.Simulation) (out []string) {
			for _, row := range s.Steps {
				out = append(out, fmt.Sprint(row.Order, row.Attempt, row.State, row.Outcome, row.Detail, row.SkipReason))
			}
			return out
		}
		require.Equal(t, path(long), path(brief))
		require.Equal(t, long.Status, brief.Status)
		require.LessOrEqual(t, brief.EndsAt.Sub(monday), 5*time.Second*time.Duration(len(brief.Steps)))
	})
}
