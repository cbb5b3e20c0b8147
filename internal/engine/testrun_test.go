package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
)

// testRun makes a started execution a test run with these outcomes.
func (b *bundle) testRun(in engine.Input, outcomes flow.Outcomes) {
	b.t.Helper()
	raw, err := json.Marshal(map[string]any{engine.OutcomesKey: outcomes, "notes": "hi"})
	require.NoError(b.t, err)
	b.exec("update flow_executions set is_test_run = true, metadata = $2 where id = $1", in.ExecutionID, raw)
}

func (b *bundle) result(in engine.Input, step int) (out map[string]any) {
	b.t.Helper()
	require.NoError(b.t, json.Unmarshal([]byte(b.text("select result_data from flow_action_logs where execution_id = $1 and step = $2 order by attempt desc limit 1", in.ExecutionID, step)), &out))
	return out
}

func TestATestRunRecordsWhatWouldBeSent(t *testing.T) {
	b := setup(t)
	b.exec("delete from integrations")
	b.exec(`update tenants set contact_windows = '{"ai_call": {"start": "00:00:00", "end": "00:00:01"}}', business_hours = '{"start": "00:00:00", "end": "00:00:01"}'`)
	const template = "018f0000-0000-7000-8000-00000000000a"
	b.exec(`insert into email_templates (id, tenant_id, name, subject, html, body_text, created_at, updated_at)
		values ($1, $2, 'Hello', 'Hi {{ name }}', '<b>{{ notes }}</b>', 'x', now(), now())`, template, b.tenant)
	in := b.start(
		call(1), action(2, flow.WhatsAppMessage, flow.WhatsAppConfig{PhoneNumberID: "1", TemplateID: "hello", VariableMappings: map[string]string{"1": "name"}}, "call_outcome", "busy"),
		action(3, flow.Wait, flow.WaitConfig{DurationMinutes: 525_600, WaitUntilBusinessHours: true}),
		action(4, flow.Email, flow.EmailConfig{TemplateID: template}),
		action(5, flow.Email, flow.EmailConfig{TemplateID: "gone"}, "previous_action_status", "success"),
	)
	b.testRun(in, flow.Outcomes{"1": "busy"})
	d, err := b.Plan(context.Background(), in)
	require.NoError(t, err)
	require.Equal(t, flow.DoCall, d.Kind, "the real machine runs it")
	d, err = b.Act(context.Background(), d.Kind, in)
	require.NoError(t, err)
	require.Equal(t, flow.DoWhatsApp, d.Kind)
	d, err = b.Act(context.Background(), d.Kind, in)
	require.NoError(t, err)
	require.Equal(t, flow.DoWait, d.Kind)
	require.WithinDuration(t, time.Now().Add(2500*time.Millisecond), *d.Until, 2600*time.Millisecond, "a year takes at most five seconds")
	b.drive(in)

	require.Zero(t, b.providers.count(), "nothing is sent")
	sent := b.result(in, 1)
	require.Equal(t, map[string]any{
		"simulated": true, "action_type": "ai_call", "agent_id": "agent", "phone_number_id": "+918000000000", "to_phone": "+919845012300",
		"variables": sent["variables"], "call_outcome": "missed", "call_detail": "busy",
	}, sent)
	require.NotContains(t, sent["variables"], engine.OutcomesKey)
	require.Equal(t, map[string]any{"1": "Asha"}, b.result(in, 2)["parameters"])
	require.Equal(t, true, b.result(in, 3)["simulated"])
	require.Equal(t, "Waited for 525600 minutes", b.result(in, 3)["message"])
	require.Equal(t, "Hi Asha", b.result(in, 4)["subject"])
	require.Equal(t, "<b>hi</b>", b.result(in, 4)["html"])
	require.Equal(t, "failed", b.text(stateOf, in.ExecutionID, 5))
	require.Equal(t, "completed", b.text("select status from flow_executions where id = $1", in.ExecutionID))
	require.Equal(t, "0", b.text("select count(*) from due_work where kind not in ('lines', 'stats', 'purge')"))
}

func TestATestRunKeepsRefusals(t *testing.T) {
	b := setup(t)
	in := b.start(call(1), message(2))
	b.testRun(in, nil)
	b.exec("update contacts set tags = '{DNC}'")
	b.drive(in)
	require.Equal(t, "skipped", b.text(stateOf, in.ExecutionID, 1))
	require.Equal(t, "skipped", b.text("select status from flow_executions where id = $1", in.ExecutionID))
}

func TestATestRunCanBeCancelled(t *testing.T) {
	b := setup(t)
	in := b.start(call(1), message(2))
	b.testRun(in, nil)
	_, err := b.Act(context.Background(), flow.DoCall, in)
	require.NoError(t, err)
	require.NoError(t, b.Cancel(context.Background(), b.tenant, in.ExecutionID, ""))
	require.Empty(t, b.providers.stopped, "there is no call to stop")
	d, err := b.Act(context.Background(), flow.DoWhatsApp, in)
	require.NoError(t, err)
	require.Equal(t, flow.DoDone, d.Kind)
	require.Equal(t, "1", b.text("select count(*) from flow_action_logs where execution_id = $1", in.ExecutionID))
}

// A simulation takes the path that the engine takes with the same outcomes.
func TestASimulationEqualsWhatTheEngineDoes(t *testing.T) {
	b := setup(t)
	path := func(steps []flow.Step) (out []string) {
		for _, s := range steps {
			out = append(out, fmt.Sprintf("%d/%d %s %s %s %s %s", s.Order, s.Attempt, s.State, s.Outcome, s.Detail, s.SkipReason, s.Error))
		}
		return out
	}
	rapid.Check(t, func(r *rapid.T) {
		actions, outcomes := randomFlow(r)
		b.exec("delete from contacts")
		in := b.start(actions...)
		b.testRun(in, outcomes)
		b.drive(in)
		var ran []flow.Step
		var status flow.ExecutionStatus
		var simulation flow.Simulation
		require.NoError(t, b.Store.Locked(context.Background(), b.tenant, in.ExecutionID, func(s *engine.Snapshot) (*engine.Changes, error) {
			ran, status = s.Steps, s.Execution.Status
			var err error
			simulation, err = flow.Simulate(flow.PlanInput{Tenant: s.Tenant, Flow: s.Flow, Contact: s.Contact, Now: time.Now().UTC()}, outcomes,
				func(a *flow.Action) error {
					_, err := engine.Content(a, s.Contact, nil, s.Templates)
					return err
				})
			return nil, err
		}))
		require.Equal(t, path(simulation.Steps), path(ran))
		require.Equal(t, simulation.Status, status)
	})
}

func randomFlow(r *rapid.T) (actions []flow.Action, outcomes flow.Outcomes) {
	actions, outcomes = []flow.Action{}, flow.Outcomes{}
	steps := rapid.IntRange(0, 5).Draw(r, "steps")
	for order := 1; order <= steps; order++ {
		var condition []string
		switch rapid.IntRange(0, 2).Draw(r, "condition") {
		case 0:
			condition = []string{"call_outcome", rapid.SampledFrom([]string{"answered", "missed", "failed", "not_answered", "busy", "no_answer"}).Draw(r, "wants")}
		case 1:
			condition = []string{"previous_action_status", rapid.SampledFrom([]string{"success", "failed", "skipped"}).Draw(r, "wants")}
		}
		switch rapid.IntRange(0, 3).Draw(r, "type") {
		case 0:
			actions = append(actions, action(order, flow.AICall, flow.CallConfig{AgentID: "a", PhoneNumberID: "+911", MaxRetries: rapid.IntRange(0, 2).Draw(r, "retries")}, condition...))
			outcomes[strconv.Itoa(order)] = rapid.SampledFrom([]string{"answered", "missed", "failed", "busy", "voicemail"}).Draw(r, "outcome")
		case 1:
			actions = append(actions, message(order, condition...))
			outcomes[strconv.Itoa(order)] = rapid.SampledFrom([]string{"success", "failed"}).Draw(r, "outcome")
		case 2:
			actions = append(actions, action(order, flow.Email, flow.EmailConfig{TemplateID: "gone"}, condition...))
		default:
			actions = append(actions, action(order, flow.Wait, flow.WaitConfig{DurationMinutes: rapid.IntRange(1, 10_000).Draw(r, "minutes")}, condition...))
		}
	}
	return actions, outcomes
}
