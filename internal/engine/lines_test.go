package engine_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
)

const lineOf = "coalesce((select l.state from call_lines l join flow_action_logs a on a.id = l.call where a.execution_id = $1), 'none')"

// oneLine gives the tenant a single line.
func (b *bundle) oneLine() {
	b.exec("update tenants set call_concurrency = 1 where id = $1", b.tenant)
}

// called has the machine's call task run, and its token stored if it awaits.
func (b *bundle) called(in engine.Input) flow.Directive {
	b.t.Helper()
	d, err := b.Act(context.Background(), flow.DoCall, in)
	require.NoError(b.t, err)
	if d.Kind == flow.DoAwait {
		in.Directive, in.Token = &d, "token of "+in.ExecutionID.String()
		require.NoError(b.t, b.Await(context.Background(), in))
	}
	return d
}

// ends reports the end of the nth call that was placed.
func (b *bundle) ends(n int, outcome flow.Outcome) {
	b.t.Helper()
	b.providers.mu.Lock()
	id := "p-" + b.providers.requests[n].String()
	b.providers.mu.Unlock()
	matched, err := b.ApplyCall(context.Background(), b.tenant, provider.CallReport{ProviderID: id, Ended: true, Outcome: outcome})
	require.NoError(b.t, err)
	require.True(b.t, matched)
}

func (b *bundle) planned(in engine.Input) flow.Directive {
	b.t.Helper()
	d, err := b.Plan(context.Background(), in)
	require.NoError(b.t, err)
	return d
}

func (b *bundle) told(in engine.Input) bool {
	b.machines.mu.Lock()
	defer b.machines.mu.Unlock()
	for _, token := range b.machines.answered {
		if token == "token of "+in.ExecutionID.String() {
			return true
		}
	}
	return false
}

func TestACallAboveTheLimitWaitsItsTurn(t *testing.T) {
	b := setup(t)
	b.oneLine()
	first, second, third := b.start(call(1)), b.start(call(1)), b.start(call(1))
	b.called(first)
	require.Equal(t, flow.DoAwait, b.called(second).Kind)
	require.Equal(t, flow.DoAwait, b.called(third).Kind)
	require.Equal(t, 1, b.providers.count(), "one line, one call")
	require.Equal(t, "queued", b.text(stateOf, second.ExecutionID, 1))
	require.Equal(t, "waiting", b.text(lineOf, second.ExecutionID))
	require.Equal(t, flow.DoAwait, b.planned(second).Kind, "whoever plans meanwhile awaits again")

	b.ends(0, flow.OutcomeAnswered)
	require.True(t, b.told(second), "who was first in the queue is told at once")
	require.False(t, b.told(third))
	require.Equal(t, "assigned", b.text(lineOf, second.ExecutionID))
	require.Equal(t, flow.DoCall, b.planned(second).Kind)
	b.called(second)
	require.Equal(t, 2, b.providers.count())
	require.Equal(t, "live", b.text(lineOf, second.ExecutionID))
	require.Equal(t, "queued", b.text(stateOf, third.ExecutionID, 1))

	b.ends(1, flow.OutcomeMissed)
	b.called(third)
	b.ends(2, flow.OutcomeMissed)
	require.Equal(t, "0", b.text("select count(*) from call_lines"))
}

// What time and people do while a call waits counts when it gets its line.
func TestACallIsCheckedAgainWhenItGetsItsLine(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile string
		kind      flow.Kind
		state     string
	}{
		"suppressed": {"insert into suppressions (id, tenant_id, channel, kind, value, reason) values (gen_random_uuid(), $1, 'ai_call', 'phone', '+919845012300', 'asked')", flow.DoDone, "skipped"},
		"tagged DNC": {"update contacts set tags = '{DNC}' where tenant_id = $1", flow.DoDone, "skipped"},
		"window closed": {`update tenants set contact_windows = jsonb_build_object('ai_call', jsonb_build_object('start', '00:00:00', 'end', '23:59:59',
			'time_zone', 'UTC', 'days', jsonb_build_array(extract(isodow from now() at time zone 'UTC' + interval '2 days')))) where id = $1`, flow.DoWait, "planned"},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.oneLine()
			first, second := b.start(call(1)), b.start(call(1))
			b.called(first)
			b.called(second)
			b.exec(c.meanwhile, b.tenant)
			b.ends(0, flow.OutcomeAnswered)
			require.True(t, b.told(second))
			require.Equal(t, c.kind, b.planned(second).Kind)
			require.Equal(t, c.state, b.text(stateOf, second.ExecutionID, 1))
			require.Equal(t, 1, b.providers.count())
			require.Equal(t, "0", b.text("select count(*) from call_lines"), "its line is free for others")
		})
	}
}

func TestAQueuedCallThatIsCancelledIsNeverPlaced(t *testing.T) {
	for name, cancel := range map[string]func(b *bundle, in engine.Input){
		"one": func(b *bundle, in engine.Input) {
			require.NoError(b.t, b.Cancel(context.Background(), b.tenant, in.ExecutionID, ""))
		},
		"in bulk": func(b *bundle, in engine.Input) {
			b.exec("update flow_executions set status = 'cancelled', completed_at = now() where id = $1", in.ExecutionID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.oneLine()
			first, second, third := b.start(call(1)), b.start(call(1)), b.start(call(1))
			b.called(first)
			b.called(second)
			b.called(third)
			cancel(b, second)
			require.Equal(t, "none", b.text(lineOf, second.ExecutionID))
			if name == "one" {
				require.Equal(t, "null", b.text("select token from flow_action_logs where execution_id = $1", second.ExecutionID), "nobody waits for it")
			}
			b.ends(0, flow.OutcomeAnswered)
			require.True(t, b.told(third), "the next in the queue gets the line")
			require.Equal(t, flow.DoDone, b.planned(second).Kind)
			b.called(second)
			require.Equal(t, 1, b.providers.count())
		})
	}
}

// A live line goes only with its call's end.
func TestACancelledCallThatTalksKeepsItsLine(t *testing.T) {
	b := setup(t)
	in := b.start(call(1))
	b.called(in)
	require.NoError(t, b.Cancel(context.Background(), b.tenant, in.ExecutionID, ""))
	require.Equal(t, "live", b.text(lineOf, in.ExecutionID))
	b.ends(0, flow.OutcomeAnswered)
	require.Equal(t, "none", b.text(lineOf, in.ExecutionID))
}

func TestSettlingDecidesWhatBecomesOfTheLine(t *testing.T) {
	for class, want := range map[provider.Class]string{
		provider.Accepted: "live", provider.Refused: "none", provider.NotTaken: "waiting", provider.Unknown: "live",
	} {
		t.Run(fmt.Sprint(class), func(t *testing.T) {
			b := setup(t)
			b.providers.place = func(int) provider.Answer { return provider.Answer{Class: class, ProviderID: "p"} }
			in := b.start(call(1))
			_, err := b.Act(context.Background(), flow.DoCall, in)
			require.NoError(t, err)
			require.Equal(t, want, b.text(lineOf, in.ExecutionID))
		})
	}
}

func TestAPutOffCallKeepsItsPlaceAndBlocksNobodyMeanwhile(t *testing.T) {
	b := setup(t)
	b.oneLine()
	b.providers.place = func(n int) provider.Answer {
		if n == 1 {
			return provider.Answer{Class: provider.NotTaken, Reason: "slow down", RetryAfter: time.Minute}
		}
		return provider.Answer{Class: provider.Accepted, ProviderID: "p-" + b.providers.requests[n-1].String()}
	}
	first, second, third := b.start(call(1)), b.start(call(1)), b.start(call(1))
	require.Equal(t, flow.DoWait, b.called(first).Kind)
	b.called(second)
	require.Equal(t, 2, b.providers.count(), "the line was free for another")
	b.called(third)
	b.exec("update flow_action_logs set retry_at = now() where execution_id = $1", first.ExecutionID)
	b.exec("update call_lines set not_before = now() where not_before > now()")
	require.Equal(t, flow.DoAwait, b.called(first).Kind)
	b.ends(1, flow.OutcomeAnswered)
	require.Equal(t, "assigned", b.text(lineOf, first.ExecutionID), "it was there before the third")
	require.Equal(t, "waiting", b.text(lineOf, third.ExecutionID))
}

func TestALineThatIsNotUsedGoesToTheNext(t *testing.T) {
	b := setup(t)
	b.oneLine()
	first, second, third := b.start(call(1)), b.start(call(1)), b.start(call(1))
	b.called(first)
	b.called(second)
	b.called(third)
	b.ends(0, flow.OutcomeAnswered)
	b.exec("update call_lines set lease_until = now() where state = 'assigned'")
	b.exec("update due_work set due_at = now() - interval '1 second' where kind = 'lines'")
	_, err := b.Sweep(context.Background())
	require.NoError(t, err)
	require.True(t, b.told(third))
	require.Equal(t, "waiting", b.text(lineOf, second.ExecutionID), "it is last now")
	require.Equal(t, flow.DoAwait, b.planned(second).Kind)
	require.Equal(t, "1", b.text("select count(*) from due_work where kind = 'lines' and due_at > now()"), "the duty stands")
}

func TestACallGivesUpAfterADayInTheQueue(t *testing.T) {
	b := setup(t)
	b.oneLine()
	first, second := b.start(call(1)), b.start(action(1, flow.AICall, flow.CallConfig{AgentID: "a", PhoneNumberID: "+918000000000", MaxRetries: 3}), message(2))
	b.called(first)
	b.called(second)
	b.exec("update call_lines set entered_at = entered_at - interval '25 hours' where state = 'waiting'")
	require.Equal(t, flow.DoWhatsApp, b.planned(second).Kind)
	require.Equal(t, "failed/failed/no_line/"+flow.NoLine, b.text("select state || '/' || outcome || '/' || detail || '/' || error_message from flow_action_logs where execution_id = $1", second.ExecutionID))
	require.Equal(t, "1", b.text("select count(*) from call_lines"))
}

func TestAChangedLimitHoldsAtOnceForThoseWhoWait(t *testing.T) {
	b := setup(t)
	b.oneLine()
	first, second, third := b.start(call(1)), b.start(call(1)), b.start(call(1))
	b.called(first)
	b.called(second)
	b.called(third)
	b.exec("update tenants set call_concurrency = 3 where id = $1", b.tenant)
	_, err := b.Sweep(context.Background())
	require.NoError(t, err)
	require.True(t, b.told(second))
	require.True(t, b.told(third))

	b.exec("update tenants set call_concurrency = 1 where id = $1", b.tenant)
	b.called(second)
	b.called(third)
	fourth := b.start(call(1))
	b.called(fourth)
	b.ends(0, flow.OutcomeAnswered)
	b.ends(1, flow.OutcomeAnswered)
	require.Equal(t, "waiting", b.text(lineOf, fourth.ExecutionID), "one is still out")
	b.ends(2, flow.OutcomeAnswered)
	require.Equal(t, "assigned", b.text(lineOf, fourth.ExecutionID))
}

func TestTheLimitOfAllHoldsAcrossTenants(t *testing.T) {
	b := setup(t)
	b.CallLimit = 1
	other := *b
	other.tenant = b.db.Tenant(t)
	b.exec("insert into integrations (tenant_id, kind) values ($1, 'bolna')", other.tenant)
	b.exec("update tenants set contact_windows = '{}' where id = $1", other.tenant)
	first, second := b.start(call(1)), other.start(call(1))
	b.called(first)
	other.called(second)
	require.Equal(t, 1, b.providers.count())
	b.ends(0, flow.OutcomeAnswered)
	require.True(t, other.told(second), "a line is told of in its own tenant")
}

// The process that freed a line may die before it tells anyone.
func TestDueWorkTellsOfALineToo(t *testing.T) {
	b := setup(t)
	b.oneLine()
	first, second := b.start(call(1)), b.start(call(1))
	b.called(first)
	b.called(second)
	machines := b.Machines
	b.Machines = deaf{machines}
	b.ends(0, flow.OutcomeAnswered)
	b.Machines = machines
	require.False(t, b.told(second))
	b.exec("update due_work set due_at = now() - interval '1 second' where kind = 'token'")
	_, err := b.Sweep(context.Background())
	require.NoError(t, err)
	require.True(t, b.told(second))
}

// deaf answers no tokens.
type deaf struct{ engine.Machines }

func (deaf) Succeed(context.Context, string) error { return context.DeadlineExceeded }

// The line may come between the queueing and the token.
func TestATokenThatComesAfterTheLineIsAnsweredAtOnce(t *testing.T) {
	b := setup(t)
	b.oneLine()
	first, second := b.start(call(1)), b.start(call(1))
	b.called(first)
	d, err := b.Act(context.Background(), flow.DoCall, second)
	require.NoError(t, err)
	b.ends(0, flow.OutcomeAnswered)
	second.Directive, second.Token = &d, "token of "+second.ExecutionID.String()
	require.NoError(t, b.Await(context.Background(), second))
	require.True(t, b.told(second))
}

func TestALostWebhooksLineIsFreedByAskingAndByNothingElse(t *testing.T) {
	b := setup(t)
	b.oneLine()
	first, second := b.start(call(1)), b.start(call(1))
	b.called(first)
	b.called(second)
	due := func() {
		b.exec("update due_work set due_at = now() - interval '1 second' where kind in ('reconcile', 'lines')")
		_, err := b.Sweep(context.Background())
		require.NoError(t, err)
	}
	ours := b.providers.requests[0]
	b.providers.known = map[uuid.UUID]provider.CallReport{ours: {ProviderID: "p-" + ours.String(), OurID: ours, Live: true}}
	b.exec("update call_lines set lease_until = now() - interval '1 hour' where state = 'live'")
	b.exec("delete from due_work where kind = 'reconcile'")
	due()
	due()
	require.Equal(t, "live", b.text(lineOf, first.ExecutionID), "the provider says that it goes on")
	require.Equal(t, "true", b.text("select lease_until > now() from call_lines where state = 'live'"), "which renews the lease")
	require.False(t, b.told(second))
	b.providers.known = nil // which means: ended, answered
	due()
	require.Equal(t, "done", b.text(stateOf, first.ExecutionID, 1))
	require.True(t, b.told(second))
}

// Time in the queue is no time on the phone.
func TestACallsAgeCountsFromItsPlacing(t *testing.T) {
	b := setup(t)
	in := b.start(call(1))
	b.called(in)
	ours := b.providers.requests[0]
	b.providers.known = map[uuid.UUID]provider.CallReport{ours: {ProviderID: "p-" + ours.String(), OurID: ours, Live: true}}
	look := func() {
		b.exec("update due_work set due_at = now() - interval '1 second' where kind = 'reconcile'")
		_, err := b.Sweep(context.Background())
		require.NoError(t, err)
	}
	b.exec("update flow_action_logs set first_tried_at = now() - interval '7 hours'")
	look()
	require.Empty(t, b.providers.stopped)
	require.Equal(t, "sent", b.text(stateOf, in.ExecutionID, 1))
	b.exec("update flow_action_logs set claim_until = now() - interval '2 hours'")
	look()
	require.Len(t, b.providers.stopped, 1, "after two hours it is stopped")
	require.Equal(t, "live", b.text(lineOf, in.ExecutionID))
	b.exec("update flow_action_logs set claim_until = now() - interval '6 hours'")
	look()
	require.Equal(t, "failed no_outcome", b.text("select outcome || ' ' || detail from flow_action_logs where execution_id = $1", in.ExecutionID))
	require.Equal(t, "none", b.text(lineOf, in.ExecutionID))
}

func TestABetterOutcomeTakesTheQueuedRetryBack(t *testing.T) {
	b := setup(t)
	b.oneLine()
	none := 0
	in := b.start(action(1, flow.AICall, flow.CallConfig{AgentID: "a", PhoneNumberID: "+918000000000", MaxRetries: 1, RetryDelayMinutes: &none}))
	b.called(in)
	b.ends(0, flow.OutcomeMissed)
	b.machines.answered = nil
	other := b.start(call(1))
	b.called(other)
	require.Equal(t, flow.DoCall, b.planned(in).Kind)
	require.Equal(t, 2, b.called(in).Attempt)
	require.Equal(t, "queued", b.text(stateOf, in.ExecutionID, 1))
	b.ends(0, flow.OutcomeAnswered)
	require.Equal(t, "done", b.text(stateOf, in.ExecutionID, 1))
	require.Equal(t, "1", b.text("select count(*) from call_lines"))
	require.True(t, b.told(in), "its machine need not wait for the retry's turn")
	require.Equal(t, flow.DoDone, b.planned(in).Kind)
}

func TestATestRunTakesNoLine(t *testing.T) {
	b := setup(t)
	in := b.start(call(1))
	b.exec("update flow_executions set is_test_run = true where id = $1", in.ExecutionID)
	b.drive(in)
	require.Equal(t, "0", b.text("select count(*) from call_lines"))
	require.Equal(t, "0", b.text("select count(*) from call_turns"))
}

func TestALineWhoseCallIsNowhereIsDropped(t *testing.T) {
	b := setup(t)
	in := b.start(call(1))
	b.called(in)
	b.exec("delete from flow_action_logs where execution_id = $1", in.ExecutionID)
	b.exec("delete from due_work where kind = 'reconcile'")
	b.exec("update call_lines set lease_until = now() - interval '1 hour'")
	for range 2 {
		b.exec("update due_work set due_at = now() - interval '1 second' where kind in ('reconcile', 'lines')")
		_, err := b.Sweep(context.Background())
		require.NoError(t, err)
	}
	require.Equal(t, "0", b.text("select count(*) from call_lines"))
}
