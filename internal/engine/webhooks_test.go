package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
	"github.com/auto-engagement/flows/internal/provider/bolna"
)

// reading is a caller that reads webhooks as Bolna sends them.
type reading struct{ *providers }

func (reading) Report(body []byte) (provider.CallReport, error) { return bolna.ParseExecution(body) }

// told are webhooks of one call: the statuses of Bolna's list, with what they
// say, and how high the outcome is that they tell.
var told = []struct {
	status, rest string
	outcome      flow.Outcome
}{
	{"scheduled", ``, ""},
	{"queued", ``, ""},
	{"rescheduled", ``, ""},
	{"initiated", ``, ""},
	{"ringing", ``, ""},
	{"in-progress", `,"conversation_duration":0`, ""},
	{"call-disconnected", ``, ""},
	{"call-disconnected", `,"conversation_duration":42`, "answered"},
	{"completed", `,"conversation_duration":42,"total_cost":3.5,"transcript":"user: hello","telephony_data":{"recording_url":"https://recordings.example/1"}`, "answered"},
	{"completed", `,"answered_by_voice_mail":true,"conversation_duration":6`, "missed"},
	{"no-answer", `,"unheard_of":{"a":[1]}`, "missed"},
	{"busy", `,"telephony_data":null`, "missed"},
	{"failed", `,"error_message":"Carrier declined"`, "failed"},
	{"canceled", ``, "failed"},
	{"stopped", ``, "failed"},
	{"error", ``, "failed"},
	{"balance-low", ``, "failed"},
	{"on-hold", ``, ""},
}

var height = map[flow.Outcome]int{"": 0, "failed": 1, "missed": 2, "answered": 3}

// Webhooks of every status, in any order, some twice, some late, beside those
// of calls that nobody knows: the outcome only rises, and what was told of the
// call once is never lost.
func TestWebhooksInAnyOrderComeToTheSame(t *testing.T) {
	b := setup(t)
	b.Calls = reading{b.providers}
	ctx := context.Background()
	for round := range 40 {
		in := b.start(call(1), message(2))
		_, err := b.Act(ctx, flow.DoCall, in)
		require.NoError(t, err)
		b.providers.mu.Lock()
		ours := b.providers.requests[len(b.providers.requests)-1]
		b.providers.mu.Unlock()
		var best flow.Outcome
		recorded, history := false, ""
		for range 1 + rand.IntN(10) {
			w := told[rand.IntN(len(told))]
			history += " " + w.status
			named := []string{`"id":"p-` + ours.String() + `"`, `"execution_id":"p-` + ours.String() + `"`, `"user_data":{"aef_call_id":"` + ours.String() + `"}`}[rand.IntN(3)]
			body := json.RawMessage(`{` + named + `,"status":"` + w.status + `"` + w.rest + `}`)
			stranger := json.RawMessage(`{"id":"` + uuid.NewString() + `","status":"` + w.status + `"` + w.rest + `}`)
			require.NoError(t, b.Receive(ctx, "bolna", b.tenant, []json.RawMessage{body, stranger, body}))
			if height[w.outcome] > height[best] {
				best = w.outcome
			}
			recorded = recorded || w.status == "completed" && w.outcome == "answered"
			want := string(best)
			require.Equal(t, want, b.text("select outcome from flow_action_logs where execution_id = $1 and step = 1", in.ExecutionID), "round %d:%s", round, history)
			state := map[flow.Outcome]string{"": "sent", "failed": "failed", "missed": "done", "answered": "done"}[best]
			require.Equal(t, state, b.text(stateOf, in.ExecutionID, 1), "round %d:%s", round, history)
			require.Equal(t, map[bool]string{true: "live", false: "none"}[best == ""], b.text(lineOf, in.ExecutionID))
		}
		if recorded {
			require.Equal(t, "42 3.5 https://recordings.example/1", b.text(`select concat_ws(' ', result_data ->> 'duration_seconds', result_data ->> 'cost',
				result_data ->> 'recording_url') from flow_action_logs where execution_id = $1 and step = 1`, in.ExecutionID), history)
		}
		require.Equal(t, "0", b.text("select count(*) from flow_action_logs where execution_id = $1 and step = 2", in.ExecutionID), "webhooks run no step")
		if best == "" { // the line is for the next round
			require.NoError(t, b.Receive(ctx, "bolna", b.tenant, []json.RawMessage{json.RawMessage(fmt.Sprintf(`{"id":"p-%s","status":"busy"}`, ours))}))
		}
	}
	require.Equal(t, "0", b.text("select count(*) from call_lines"))
	require.Equal(t, "t", b.text("select bool_and(applied_at is null) from provider_events where body ->> 'id' not like 'p-%'")[:1], "strangers wait for a call of theirs")
}

// A call given up as without outcome turns out answered: log and result are
// corrected, and no step runs again.
func TestAnOutcomeThatComesAfterGivingUpCorrectsTheLog(t *testing.T) {
	b := setup(t)
	b.Calls = reading{b.providers}
	ctx := context.Background()
	in := b.start(call(1), message(2, "call_outcome", "answered"))
	b.called(in)
	ours := b.providers.requests[0]
	b.providers.known = map[uuid.UUID]provider.CallReport{ours: {ProviderID: "p-" + ours.String(), Live: true}}
	b.exec("update flow_action_logs set claim_until = now() - interval '6 hours'")
	b.exec("update due_work set due_at = now() - interval '1 second' where kind = 'reconcile'")
	_, err := b.Sweep(ctx)
	require.NoError(t, err)
	require.True(t, b.told(in))
	b.drive(engine.Input{ExecutionID: in.ExecutionID, TenantID: in.TenantID, RunNo: 1})
	const shown = "select e.status || ' ' || l.outcome || ' ' || (l.result_data ->> 'call_outcome') from flow_executions e join flow_action_logs l on l.execution_id = e.id and l.step = 1 where e.id = $1"
	require.Equal(t, "failed failed failed", b.text(shown, in.ExecutionID))
	body := json.RawMessage(`{"id":"p-` + ours.String() + `","status":"completed","conversation_duration":12}`)
	require.NoError(t, b.Receive(ctx, "bolna", b.tenant, []json.RawMessage{body}))
	require.Equal(t, "completed answered answered", b.text(shown, in.ExecutionID))
	require.Equal(t, "skipped", b.text(stateOf, in.ExecutionID, 2))
	require.Equal(t, 1, b.providers.count())
}
