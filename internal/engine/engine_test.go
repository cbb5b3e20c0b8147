package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
)

const stateOf = "select state from flow_action_logs where execution_id = $1 and step = $2 order by attempt desc limit 1"

func TestACallThenAMessageRunToTheEnd(t *testing.T) {
	b := setup(t)
	in := b.start(call(1), message(2, "call_outcome", "missed"), message(3, "call_outcome", "answered"))
	b.drive(in)
	require.Equal(t, "done", b.text(stateOf, in.ExecutionID, 1))
	require.Equal(t, "skipped", b.text(stateOf, in.ExecutionID, 2))
	require.Equal(t, "sent", b.text(stateOf, in.ExecutionID, 3))
	require.Equal(t, "completed", b.text("select status from flow_executions where id = $1", in.ExecutionID))
	require.Equal(t, 2, b.providers.count())
	require.Equal(t, "0", b.text("select count(*) from due_work where kind not in ('lines', 'stats', 'purge')"), "no duty outlives its execution")
}

// Every class of answer goes where the ledger's rules put it.
func TestEveryClassOfAnswerGoesItsWay(t *testing.T) {
	template := uuid.New()
	for _, c := range []struct {
		name   string
		step   flow.Action
		answer provider.Answer
		state  string
		kind   flow.Kind
	}{
		{"call accepted", call(1), provider.Answer{Class: provider.Accepted, ProviderID: "p"}, "sent", flow.DoAwait},
		{"call refused", call(1), provider.Answer{Class: provider.Refused, Reason: "no such agent"}, "failed", flow.DoDone},
		{"call not taken", call(1), provider.Answer{Class: provider.NotTaken, Reason: "slow down"}, "planned", flow.DoWait},
		{"call unknown", call(1), provider.Answer{Class: provider.Unknown, Reason: "reset"}, "unknown", flow.DoAwait},
		{"message accepted", message(1), provider.Answer{Class: provider.Accepted, ProviderID: "p"}, "sent", flow.DoDone},
		{"message refused", message(1), provider.Answer{Class: provider.Refused, Code: "131026", Reason: "not on WhatsApp"}, "failed", flow.DoDone},
		{"message not taken", message(1), provider.Answer{Class: provider.NotTaken, RetryAfter: time.Minute}, "planned", flow.DoWait},
		{"message unknown", message(1), provider.Answer{Class: provider.Unknown}, "unknown", flow.DoWait},
		{"e-mail accepted", mail(1, template), provider.Answer{Class: provider.Accepted, ProviderID: "p"}, "sent", flow.DoDone},
		{"e-mail refused", mail(1, template), provider.Answer{Class: provider.Refused, Code: "550", Reason: "no such mailbox"}, "failed", flow.DoDone},
		{"e-mail not taken", mail(1, template), provider.Answer{Class: provider.NotTaken, Reason: "greylisted"}, "planned", flow.DoWait},
		// SMTP has no one to ask what became of it.
		{"e-mail unknown", mail(1, template), provider.Answer{Class: provider.Unknown}, "failed", flow.DoDone},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := setup(t)
			b.exec(`insert into email_templates (id, tenant_id, name, subject, created_at, updated_at)
				values ($1, $2, 'Welcome', 'Hello', now(), now())`, template, b.tenant)
			b.providers.place = func(int) provider.Answer { return c.answer }
			in := b.start(c.step)
			d, err := b.Act(context.Background(), flow.Kind(c.step.Type), in)
			require.NoError(t, err)
			require.Equal(t, c.kind, d.Kind)
			require.Equal(t, c.state, b.text(stateOf, in.ExecutionID, 1))
			require.Equal(t, 1, b.providers.count())
			again, err := b.Act(context.Background(), flow.Kind(c.step.Type), in)
			require.NoError(t, err)
			require.Equal(t, c.kind, again.Kind, "asked again, nothing is sent again")
			require.Equal(t, 1, b.providers.count())
		})
	}
}

func TestAPutOffRequestIsMadeAgainAfterItsPause(t *testing.T) {
	b := setup(t)
	b.providers.place = func(n int) provider.Answer {
		if n < 3 {
			return provider.Answer{Class: provider.NotTaken, Reason: "too many requests"}
		}
		return provider.Answer{Class: provider.Accepted, ProviderID: "p"}
	}
	in := b.start(message(1))
	b.drive(in)
	require.Equal(t, "sent", b.text(stateOf, in.ExecutionID, 1))
	require.Equal(t, 3, b.providers.count())
}

func TestARequestIsGivenUpAfterADay(t *testing.T) {
	b := setup(t)
	b.providers.place = func(int) provider.Answer {
		return provider.Answer{Class: provider.NotTaken, Reason: "too many requests"}
	}
	in := b.start(message(1))
	_, err := b.Act(context.Background(), flow.DoWhatsApp, in)
	require.NoError(t, err)
	b.exec("update flow_action_logs set first_tried_at = now() - interval '25 hours', retry_at = now()")
	d, err := b.Act(context.Background(), flow.DoWhatsApp, in)
	require.NoError(t, err)
	require.Equal(t, flow.DoDone, d.Kind)
	require.Equal(t, "given up after 24 hours: too many requests", b.text("select error_message from flow_executions where id = $1", in.ExecutionID))
}

func TestAnUnknownCallIsFoundByOurID(t *testing.T) {
	b := setup(t)
	b.providers.known = map[uuid.UUID]provider.CallReport{}
	b.providers.place = func(n int) provider.Answer {
		if n > 1 {
			return provider.Answer{Class: provider.Accepted, ProviderID: "message"}
		}
		id := b.providers.requests[0]
		b.providers.known[id] = provider.CallReport{ProviderID: "late", OurID: id, Ended: true, Outcome: flow.OutcomeMissed, Detail: "busy"}
		return provider.Answer{Class: provider.Unknown, Reason: "timed out"}
	}
	in := b.start(call(1), message(2, "call_outcome", "busy"))
	b.drive(in)
	require.Equal(t, "done", b.text(stateOf, in.ExecutionID, 1))
	require.Equal(t, "late", b.text("select provider_id from flow_action_logs where execution_id = $1 and step = 1", in.ExecutionID))
	require.Equal(t, "sent", b.text(stateOf, in.ExecutionID, 2))
}

func TestAnUnknownCallThatTheProviderNeverKnewIsNotRepeated(t *testing.T) {
	b := setup(t)
	b.providers.place = func(int) provider.Answer { return provider.Answer{Class: provider.Unknown} }
	in := b.start(call(1))
	b.drive(in)
	require.Equal(t, 1, b.providers.count())
	require.Equal(t, 3, b.providers.looks)
	require.Equal(t, flow.DeliveryUnknown, b.text("select error_message from flow_action_logs where execution_id = $1", in.ExecutionID))
	require.Equal(t, "failed", b.text("select status from flow_executions where id = $1", in.ExecutionID))
}

func TestAProviderThatCannotBeAskedDecidesNothing(t *testing.T) {
	b := setup(t)
	b.providers.place = func(int) provider.Answer { return provider.Answer{Class: provider.Unknown} }
	b.providers.unreachable = true
	in := b.start(call(1))
	_, err := b.Act(context.Background(), flow.DoCall, in)
	require.NoError(t, err)
	for range 10 {
		b.exec("update due_work set due_at = now() - interval '1 second' where kind = 'reconcile'")
		_, err := b.Sweep(context.Background())
		require.NoError(t, err)
	}
	require.Equal(t, "unknown", b.text(stateOf, in.ExecutionID, 1))
}

// failing is a store that dies at the nth transaction: before it, or after its
// commit but before its caller learns of it.
type failing struct {
	engine.Store

	n     int
	after bool
	dead  bool
}

var errKilled = errors.New("killed")

func (f *failing) Locked(ctx context.Context, tenant, execution uuid.UUID, decide func(*engine.Snapshot) (*engine.Changes, error)) error {
	f.n--
	if f.n == 0 {
		f.dead = true
		if f.after {
			if err := f.Store.Locked(ctx, tenant, execution, decide); err != nil {
				return err
			}
		}
		return errKilled
	}
	return f.Store.Locked(ctx, tenant, execution, decide)
}

// A process that dies at any point leaves an execution that still ends, and at
// most one request at the provider.
func TestDeathAtAnyPointRepeatsNothing(t *testing.T) {
	for _, step := range []flow.Action{call(1), message(1)} {
		for n := 1; n <= 2; n++ {
			for _, after := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s transaction %d after=%v", step.Type, n, after), func(t *testing.T) {
					b := setup(t)
					in := b.start(step)
					store := b.Store
					dying := &failing{Store: store, n: n, after: after}
					b.Store = dying
					_, err := b.Act(context.Background(), flow.Kind(step.Type), in)
					require.ErrorIs(t, err, errKilled)
					require.True(t, dying.dead)
					b.Store = store
					b.expireClaims(in)
					b.drive(in)
					require.LessOrEqual(t, b.providers.count(), 1)
					require.NotEqual(t, "running", b.text("select status from flow_executions where id = $1", in.ExecutionID))
				})
			}
		}
	}
}

func TestAClaimIsLeftToItsHolder(t *testing.T) {
	b := setup(t)
	in := b.start(message(1))
	b.Store = &failing{Store: b.Store, n: 1, after: true}
	_, err := b.Act(context.Background(), flow.DoWhatsApp, in)
	require.ErrorIs(t, err, errKilled)
	_, err = b.Act(context.Background(), flow.DoWhatsApp, in)
	require.ErrorIs(t, err, engine.ErrTransient)
	require.Zero(t, b.providers.count())
}

func TestAnOlderRunTouchesNothing(t *testing.T) {
	b := setup(t)
	in := b.start(message(1))
	b.exec("update flow_executions set run_no = 2 where id = $1", in.ExecutionID)
	for _, do := range []func() (flow.Directive, error){
		func() (flow.Directive, error) { return b.Plan(context.Background(), in) },
		func() (flow.Directive, error) { return b.Act(context.Background(), flow.DoWhatsApp, in) },
	} {
		d, err := do()
		require.NoError(t, err)
		require.Equal(t, flow.DoDone, d.Kind)
	}
	require.Zero(t, b.providers.count())
	require.Equal(t, "0", b.text("select count(*) from flow_action_logs"))
}

func TestARefusalThatCameInTheMeantimeSkipsTheStep(t *testing.T) {
	b := setup(t)
	in := b.start(message(1))
	d, err := b.Plan(context.Background(), in)
	require.NoError(t, err)
	require.Equal(t, flow.DoWhatsApp, d.Kind)
	b.exec("insert into suppressions (id, tenant_id, channel, kind, value, reason) values ($1, $2, 'whatsapp_message', 'phone', '+919845012300', 'STOP')", uuid.New(), b.tenant)
	d, err = b.Act(context.Background(), d.Kind, in)
	require.NoError(t, err)
	require.Equal(t, flow.DoDone, d.Kind)
	require.Zero(t, b.providers.count())
	require.Equal(t, "skipped", b.text("select status from flow_executions where id = $1", in.ExecutionID))
}

func TestATokenIsAnsweredByTheOutcomeOrAtOnce(t *testing.T) {
	b := setup(t)
	in := b.start(call(1))
	d, err := b.Act(context.Background(), flow.DoCall, in)
	require.NoError(t, err)
	in.Directive, in.Token = &d, "token-1"
	require.NoError(t, b.Await(context.Background(), in))
	require.Empty(t, b.machines.answered)
	report := provider.CallReport{ProviderID: "p-" + b.providers.requests[0].String(), Ended: true, Outcome: flow.OutcomeAnswered}
	matched, err := b.ApplyCall(context.Background(), b.tenant, report)
	require.NoError(t, err)
	require.True(t, matched)
	require.Equal(t, []string{"token-1"}, b.machines.answered)
	require.Equal(t, "null", b.text("select token from flow_action_logs where execution_id = $1", in.ExecutionID))
	require.Equal(t, "0", b.text("select count(*) from due_work where kind = 'token'"))

	in.Token = "token-2"
	require.NoError(t, b.Await(context.Background(), in))
	require.Equal(t, []string{"token-1", "token-2"}, b.machines.answered)
}

func TestOutcomesOnlyRise(t *testing.T) {
	b := setup(t)
	in := b.start(call(1))
	_, err := b.Act(context.Background(), flow.DoCall, in)
	require.NoError(t, err)
	id := "p-" + b.providers.requests[0].String()
	for _, c := range []struct {
		report provider.CallReport
		want   string
	}{
		{provider.CallReport{Live: true}, "/sent"},
		{provider.CallReport{Ended: true, Outcome: flow.OutcomeMissed, Detail: "busy"}, "missed/done"},
		{provider.CallReport{Live: true}, "missed/done"},
		{provider.CallReport{Ended: true, Outcome: flow.OutcomeFailed, Detail: "error"}, "missed/done"},
		{provider.CallReport{Ended: true, Outcome: flow.OutcomeAnswered}, "answered/done"},
		{provider.CallReport{Ended: true, Outcome: flow.OutcomeMissed, Detail: "busy"}, "answered/done"},
	} {
		c.report.ProviderID = id
		_, err := b.ApplyCall(context.Background(), b.tenant, c.report)
		require.NoError(t, err)
		require.Equal(t, c.want, b.text("select outcome || '/' || state from flow_action_logs where execution_id = $1", in.ExecutionID))
	}
}

func TestDetailsThatComeLateOrOutOfOrderAreKept(t *testing.T) {
	b := setup(t)
	in := b.start(call(1))
	_, err := b.Act(context.Background(), flow.DoCall, in)
	require.NoError(t, err)
	talked, none := 42.0, 0.0
	for _, r := range []provider.CallReport{
		{Ended: true, Outcome: flow.OutcomeAnswered, DurationSeconds: &talked},
		{Live: true, DurationSeconds: &none},
		{Ended: true, Outcome: flow.OutcomeAnswered, RecordingURL: "https://recordings.example/1", TranscriptRef: "t"},
	} {
		r.ProviderID = "p-" + b.providers.requests[0].String()
		_, err := b.ApplyCall(context.Background(), b.tenant, r)
		require.NoError(t, err)
	}
	require.Equal(t, "42 https://recordings.example/1 t", b.text(`select (result_data ->> 'duration_seconds') || ' ' || (result_data ->> 'recording_url') || ' ' || (result_data ->> 'transcript_ref') from flow_action_logs where execution_id = $1`, in.ExecutionID))
}

func TestALateOutcomeCorrectsTheResultWithoutRunningAStepAgain(t *testing.T) {
	b := setup(t)
	in := b.start(action(1, flow.AICall, flow.CallConfig{AgentID: "agent", PhoneNumberID: "+918000000000", MaxRetries: 3}))
	b.providers.place = func(int) provider.Answer { return provider.Answer{Class: provider.Unknown} }
	b.drive(in)
	require.Equal(t, "failed", b.text("select status from flow_executions where id = $1", in.ExecutionID))
	report := provider.CallReport{ProviderID: "late", OurID: b.providers.requests[0], Ended: true, Outcome: flow.OutcomeAnswered}
	matched, err := b.ApplyCall(context.Background(), b.tenant, report)
	require.NoError(t, err)
	require.True(t, matched)
	require.Equal(t, "completed", b.text("select status from flow_executions where id = $1", in.ExecutionID))
	require.Equal(t, "null", b.text("select error_message from flow_executions where id = $1", in.ExecutionID))
	require.Equal(t, 1, b.providers.count())
}

func TestMessageReportsCorrectTheLog(t *testing.T) {
	b := setup(t)
	in := b.start(message(1))
	b.drive(in)
	id := "p-" + b.providers.requests[0].String()
	apply := func(status string) string {
		_, err := b.ApplyMessage(context.Background(), b.tenant, provider.MessageReport{ProviderID: id, Status: status, Code: "131026", Reason: "not on WhatsApp"})
		require.NoError(t, err)
		return b.text("select l.state || ' ' || (l.result_data ->> 'status') || ' ' || e.status from flow_action_logs l join flow_executions e on e.id = l.execution_id where e.id = $1", in.ExecutionID)
	}
	require.Equal(t, "sent sent completed", apply("sent"))
	require.Equal(t, "failed failed failed", apply("failed"))
	require.Equal(t, "failed failed failed", apply("delivered"), "a refusal is final")

	other := b.start(message(1))
	b.providers.requests = nil
	b.drive(other)
	in, id = other, "p-"+b.providers.requests[0].String()
	require.Equal(t, "done read completed", apply("read"))
	require.Equal(t, "done read completed", apply("delivered"), "out of order")
}

func TestALostMachineIsStartedAgainUnderANewRunNumber(t *testing.T) {
	b := setup(t)
	in := b.start(message(1))
	due := func() {
		b.exec("update due_work set due_at = now() - interval '1 second' where kind = 'run'")
		_, err := b.Sweep(context.Background())
		require.NoError(t, err)
	}
	b.machines.state = engine.MachineMissing
	due()
	require.Equal(t, []string{in.ExecutionID.String() + "-r1"}, b.machines.started)
	b.machines.state = engine.MachineRunning
	due()
	require.Len(t, b.machines.started, 1)
	b.machines.state = engine.MachineEnded
	due()
	require.Equal(t, in.ExecutionID.String()+"-r2", b.machines.started[1])
	require.Equal(t, "2", b.text("select run_no from flow_executions where id = $1", in.ExecutionID))
	d, err := b.Plan(context.Background(), in)
	require.NoError(t, err)
	require.Equal(t, flow.DoDone, d.Kind, "the lost machine, should it live, does nothing more")
	in.RunNo = 2
	b.drive(in)
	require.Equal(t, "completed", b.text("select status from flow_executions where id = $1", in.ExecutionID))
	require.Equal(t, "0", b.text("select count(*) from due_work where kind = 'run'"))
}

func TestADeletedFlowsExecutionComesToRest(t *testing.T) {
	b := setup(t)
	in := b.start(call(1), message(2))
	_, err := b.Act(context.Background(), flow.DoCall, in)
	require.NoError(t, err)
	b.exec("update flow_executions set status = 'cancelled', completed_at = now() where id = $1", in.ExecutionID)
	b.exec("insert into due_work (kind, ref, tenant_id, due_at) values ('cancel', $1, $2, now())", in.ExecutionID.String(), b.tenant)
	_, err = b.Sweep(context.Background())
	require.NoError(t, err)
	require.Equal(t, []string{"p-" + b.providers.requests[0].String()}, b.providers.stopped)
	require.Equal(t, []string{in.ExecutionID.String() + "-r1"}, b.machines.stopped)
	require.NotEqual(t, "null", b.text("select cancel_done_at from flow_executions where id = $1", in.ExecutionID))
	require.Equal(t, "0", b.text("select count(*) from due_work where kind = 'cancel'"))
	d, err := b.Plan(context.Background(), in)
	require.NoError(t, err)
	require.Equal(t, flow.DoDone, d.Kind)
}
