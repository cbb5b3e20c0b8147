package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

// TestOutages takes parts of the stack away, one after the other, when all
// other tests have ended, and leaves it whole.
func TestOutages(t *testing.T) {
	s := afterAllOthers(t)
	if os.Getenv("AEF_STACK_BIN") == "" {
		t.Skip("AEF_STACK_BIN is not set: it names the tool that stops and starts parts of the stack")
	}
	// Whatever becomes of a test, the next one finds all parts.
	whole := func() {
		for _, part := range []string{"postgres", "emulator", "sandbox", "gateway"} {
			s.tool(t, "start", part)
		}
		s.sandbox(t, http.MethodDelete, "/faults", nil, nil)
	}
	t.Cleanup(whole)
	for _, c := range []struct {
		name string
		test func(*testing.T, *stack)
	}{
		{"the sweeper has run by its schedule too", sweeperScheduled},
		{"functions killed in the middle of a batch and of a call", functionsKilled},
		{"Postgres away", postgresAway},
		{"emulator restarted while executions wait", emulatorRestarted},
		{"nothing is left undone", nothingLeft},
		{"the ledger tells what the providers did", ledgerTrue},
		{"logs hold nothing personal", logsImpersonal},
	} {
		if !t.Run(c.name, func(t *testing.T) { c.test(t, s) }) {
			whole()
		}
	}
}

// tool runs the program that keeps the stack.
func (s *stack) tool(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 90*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, os.Getenv("AEF_STACK_BIN"), append([]string{"-dir", s.dir}, args...)...)
	command.Dir = ".."
	out, err := command.CombinedOutput()
	require.NoError(t, err, "%s: %s", strings.Join(args, " "), out)
	return string(out)
}

// kill kills the processes of a function in the middle of their work.
func (s *stack) kill(t *testing.T, function string) {
	t.Helper()
	out := s.tool(t, "kill-functions", function)
	require.NotContains(t, out, "killed: 0", "no process of %s was there to be killed", function)
}

// sweeperScheduled counts the sweeper's runs: there are more than the tests
// asked for. None has been killed yet.
func sweeperScheduled(t *testing.T, s *stack) {
	wait(t, 2*time.Minute, "the schedule has run the sweeper", func() (struct{}, string) {
		lines, err := s.cloud.Logs(t.Context(), s.name(), "sweeper", s.opened, map[string]bool{})
		require.NoError(t, err)
		runs := 0
		for _, line := range lines {
			if strings.HasPrefix(line.Text, "START ") {
				runs++
			}
		}
		if asked := int(broom.asked.Load()); runs <= asked {
			return struct{}{}, fmt.Sprintf("it ran %d times and was asked to %d times", runs, asked)
		}
		return struct{}{}, ""
	})
}

func functionsKilled(t *testing.T, s *stack) {
	s.keepSweeping(t)

	// The matcher dies while its transaction waits for its tenant's lock; the
	// queue gives the batch out again when its time is over.
	batch := s.tenant(t)
	batch.flow(t, "Everybody", nil, batch.message())
	leads := make([]lead, 10)
	for i := range leads {
		leads[i] = batch.lead("99")
	}
	release := s.holdTenant(t, batch.id)
	s.put(t, leads...)
	s.waitForLock(t)
	s.kill(t, "matcher")
	release()

	// A call's function dies while the provider takes its time: once with the
	// call placed, once with nothing taken.
	placed, lost := s.tenant(t, deaf), s.tenant(t, deaf)
	placed.flow(t, "Call and write", nil, placed.call(), placed.message().when("call_outcome", "answered"))
	lost.flow(t, "Call and mail", nil, lost.call(), lost.mail().when("call_outcome", "failed"))
	s.sandbox(t, http.MethodPost, "/faults", object{"provider": "bolna", "method": "POST", "path": "/bolna/call", "hang": 60}, nil)
	of := lost.lead("00")
	s.put(t, of)
	s.asked(t, of)
	storm := s.sendIntoStorm(t)
	in := placed.lead("08")
	s.put(t, in)
	s.asked(t, in)
	s.kill(t, "call")
	s.storm(t)

	s.hurry(t, placed.id, lost.id, storm[0].Tenant)
	e := s.comesTo(t, in, flow.ExecutionCompleted, "1 ai_call success answered", "2 whatsapp_message success")
	require.Equal(t, reached{Calls: 1, Messages: 1}, s.reached(t, in))
	require.Len(t, s.calls(t, in.Phone), 1, "nobody asks again for a call that may be placed")
	require.Regexp(t, `^Plan (Call )?(AwaitOutcome Plan )*WhatsApp Done$`, s.path(t, e.ID, e.RunNo), s.explain(t, e.ID))

	e = s.comesTo(t, of, flow.ExecutionCompleted, "1 ai_call failed failed", "2 email success")
	require.Len(t, s.calls(t, of.Phone), 1)
	require.Equal(t, reached{Mails: 1}, s.reached(t, of))
	require.Equal(t, unconfirmed, *s.steps(t, e.ID)[0].ErrorMessage)
	require.Regexp(t, `^Plan (Call )?(AwaitOutcome Plan )*Email Done$`, s.path(t, e.ID, e.RunNo), s.explain(t, e.ID))

	for _, l := range leads {
		e := s.comesTo(t, l, flow.ExecutionCompleted, "1 whatsapp_message success")
		require.Equal(t, "Plan WhatsApp Done", s.path(t, e.ID, 1))
		require.Equal(t, reached{Messages: 1}, s.reached(t, l))
		require.Empty(t, s.dead(l.ID))
	}
	require.Equal(t, len(leads), s.count(t, "select count(*) from flow_executions where tenant_id = $1", batch.id))
	for _, l := range storm {
		s.survived(t, l)
	}
}

// hurry has the sweeper look after every execution of these tenants now, and
// not only two minutes after their waits should have ended: machines that were
// lost are started again as soon as that is noticed.
func (s *stack) hurry(t *testing.T, tenants ...uuid.UUID) {
	t.Helper()
	s.exec(t, "update due_work set due_at = now() where kind = 'run' and tenant_id = any($1) and due_at > now()", tenants)
}

// sendIntoStorm sends leads that are worked on while the storm goes on.
func (s *stack) sendIntoStorm(t *testing.T) []lead {
	t.Helper()
	n := s.tenant(t)
	n.flow(t, "Call, wait, write, mail", nil, n.call(), pause(2), n.message(), n.mail())
	leads := make([]lead, 15)
	for i := range leads {
		leads[i] = n.lead("00")
	}
	s.put(t, leads...)
	return leads
}

// storm kills functions again and again, whatever they are doing. The matcher
// is spared: the queue keeps a killed one's leads back for longer than the
// storm lasts.
func (s *stack) storm(t *testing.T) {
	t.Helper()
	for range 8 {
		pass(t, time.Now().Add(500*time.Millisecond))
		s.tool(t, "kill-functions", "plan", "call", "await", "whatsapp", "email", "webhook", "sweeper", "api")
	}
}

// survived waits until the execution of a lead that was sent into the storm
// has ended, and compares what its log says with what the providers did.
func (s *stack) survived(t *testing.T, l lead) {
	t.Helper()
	e := s.taken(t, l)
	hurried := time.Now()
	wait(t, late, fmt.Sprintf("execution %s has ended", e.ID), func() (struct{}, string) {
		if time.Since(hurried) > 5*time.Second {
			s.hurry(t, l.Tenant)
			hurried = time.Now()
		}
		if now := s.execution(t, e.ID); now.Status == flow.ExecutionRunning {
			return struct{}{}, "it runs at " + strings.Join(s.ledger(t, e.ID), ", ")
		}
		return struct{}{}, ""
	}, func() string { return s.explain(t, e.ID) })
	found := s.reached(t, l)
	did := map[flow.ActionType]int{flow.AICall: found.Calls, flow.Wait: 1, flow.WhatsAppMessage: found.Messages, flow.Email: found.Mails}
	rows := s.steps(t, e.ID)
	require.Len(t, rows, 4, s.explain(t, e.ID))
	for _, row := range rows {
		switch n := did[row.ActionType]; {
		case row.status() == flow.StatusSuccess:
			require.Equal(t, 1, n, "step %d succeeded\n%s", row.Step, s.explain(t, e.ID))
		case row.ActionType == flow.Email:
			// SMTP tells nothing afterwards: the mail may have been taken.
			require.LessOrEqual(t, n, 1, "step %d failed\n%s", row.Step, s.explain(t, e.ID))
			require.Equal(t, unconfirmed, *row.ErrorMessage)
		default:
			require.Equal(t, 0, n, "step %d failed\n%s", row.Step, s.explain(t, e.ID))
			require.Equal(t, unconfirmed, *row.ErrorMessage)
		}
	}
}

// holdTenant takes a tenant's lock, as any writer of its contacts does, until
// it is released.
func (s *stack) holdTenant(t *testing.T, tenant uuid.UUID) (release func()) {
	t.Helper()
	conn, err := s.db.Acquire(t.Context())
	require.NoError(t, err)
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "select pg_advisory_xact_lock(hashtextextended('tenant ' || $1::uuid::text, 0))", tenant)
	require.NoError(t, err)
	released := false
	release = func() {
		if !released {
			released = true
			_ = tx.Rollback(context.WithoutCancel(t.Context()))
			conn.Release()
		}
	}
	t.Cleanup(release)
	return release
}

func (s *stack) waitForLock(t *testing.T) {
	t.Helper()
	wait(t, soon, "a matcher waits for the tenant's lock", func() (struct{}, string) {
		if s.count(t, "select count(*) from pg_locks where locktype = 'advisory' and not granted") == 0 {
			return struct{}{}, "nobody does"
		}
		return struct{}{}, ""
	})
}

// asked waits until the provider was asked to call a lead.
func (s *stack) asked(t *testing.T, l lead) {
	t.Helper()
	wait(t, soon, "the provider is asked to call", func() (struct{}, string) {
		if len(s.calls(t, l.Phone)) == 0 {
			return struct{}{}, "it is not"
		}
		return struct{}{}, ""
	}, func() string { return s.explain(t, s.taken(t, l).ID) })
}

// away is how long Postgres is gone: longer than any task is tried without
// going back to its queue or its machine.
const away = 22 * time.Second

func postgresAway(t *testing.T, s *stack) {
	n := s.tenant(t)
	n.flow(t, "Write, wait, write", object{"priority": 1, "trigger_conditions": []object{condition("lead_source", "equals", "before")}},
		n.message(), pause(10), n.mail())
	n.flow(t, "Call", object{"priority": 2, "trigger_conditions": []object{condition("lead_source", "equals", "call")}},
		n.call(), n.mail().when("call_outcome", "answered"))
	n.flow(t, "Write", object{"priority": 3}, n.message())
	// The provider answers the slow one only when its webhooks have all been
	// taken, and so not while Postgres is away.
	waiting, calling, slow := n.lead("99"), n.lead("00"), n.lead("13")
	waiting.LeadSource, calling.LeadSource, slow.LeadSource = "before", "call", "call"
	s.put(t, waiting)
	s.reads(t, s.taken(t, waiting).ID, "1 whatsapp_message success", "2 wait running")
	s.put(t, calling, slow)
	s.asked(t, calling)
	s.asked(t, slow)

	s.tool(t, "stop", "postgres")
	gone := time.Now()
	leads := make([]lead, 12)
	for i := range leads {
		leads[i] = n.lead("99")
	}
	s.put(t, leads...)
	answer := n.api(t, http.MethodGet, "/flows", nil)
	require.Equal(t, http.StatusServiceUnavailable, answer.Status, answer.Text)
	require.NotEmpty(t, answer.Header.Get("Retry-After"))
	require.NotContains(t, strings.ToLower(answer.Text), "postgres")
	pass(t, gone.Add(away))
	s.tool(t, "start", "postgres")

	e := s.comesTo(t, waiting, flow.ExecutionCompleted, "1 whatsapp_message success", "2 wait success", "3 email success")
	require.Equal(t, 1, e.RunNo, "the machine waited, and went on by itself")
	require.Equal(t, "Plan WhatsApp Wait Plan Email Done", s.path(t, e.ID, 1))
	require.Equal(t, reached{Messages: 1, Mails: 1}, s.reached(t, waiting))

	for _, l := range []lead{calling, slow} {
		e := s.comesTo(t, l, flow.ExecutionCompleted, "1 ai_call success answered", "2 email success")
		require.Equal(t, 1, e.RunNo)
		require.Regexp(t, `^Plan Call (AwaitOutcome Plan )*Email Done$`, s.path(t, e.ID, 1))
		require.Len(t, s.calls(t, l.Phone), 1)
		require.Equal(t, reached{Calls: 1, Mails: 1}, s.reached(t, l))
	}

	for _, l := range leads {
		e := s.comesTo(t, l, flow.ExecutionCompleted, "1 whatsapp_message success")
		require.Equal(t, "Plan WhatsApp Done", s.path(t, e.ID, 1))
		require.Equal(t, reached{Messages: 1}, s.reached(t, l))
		require.Empty(t, s.dead(l.ID))
	}
	require.Equal(t, len(leads)+3, s.count(t, "select count(*) from flow_executions where tenant_id = $1", n.id))
}

func emulatorRestarted(t *testing.T, s *stack) {
	n := s.tenant(t)
	n.flow(t, "Write, wait, write", object{"priority": 1, "trigger_conditions": []object{condition("lead_source", "equals", "wait")}},
		n.message(), pause(25), n.mail())
	n.flow(t, "Call and write", object{"priority": 2}, n.call(), n.message().when("call_outcome", "answered"))
	waiting, talking := n.lead("99"), n.lead("14")
	waiting.LeadSource = "wait"
	s.put(t, waiting, talking)
	waits, talks := s.taken(t, waiting), s.taken(t, talking)
	s.reads(t, waits.ID, "1 whatsapp_message success", "2 wait running")
	wait(t, soon, "the machine waits for the call's outcome", func() (struct{}, string) {
		rows := s.steps(t, talks.ID)
		if len(rows) == 0 || rows[0].Token == nil || *rows[0].Token == "" {
			return struct{}{}, "no token is stored"
		}
		return struct{}{}, ""
	}, func() string { return s.explain(t, talks.ID) })
	until := *s.steps(t, waits.ID)[1].Until

	queued := []lead{n.lead("00"), n.lead("00"), n.lead("00")}
	s.put(t, queued...)
	s.tool(t, "restart", "emulator")
	for _, id := range []uuid.UUID{waits.ID, talks.ID} {
		require.Equal(t, types.ExecutionStatusFailed, s.machine(t, id, 1), "run 1 is lost")
		require.Equal(t, flow.ExecutionRunning, s.execution(t, id).Status, "the execution is not")
	}
	s.hurry(t, n.id)
	s.keepSweeping(t)

	e := s.comesTo(t, waiting, flow.ExecutionCompleted, "1 whatsapp_message success", "2 wait success", "3 email success")
	require.Equal(t, 2, e.RunNo, s.explain(t, e.ID))
	require.Equal(t, []string{"Plan", "WhatsApp", "Wait"}, s.entered(t, e.ID, 1))
	require.Regexp(t, `^Plan (Wait Plan )?Email Done$`, s.path(t, e.ID, 2))
	require.True(t, s.steps(t, e.ID)[1].Until.Equal(until), "the wait's end is the one first planned")
	require.False(t, s.mails(t, waiting.Email)[0].At.Before(s.clock.ToReal(until)), "the mail waited for it")
	require.Equal(t, reached{Messages: 1, Mails: 1}, s.reached(t, waiting))

	e = s.comesTo(t, talking, flow.ExecutionCompleted, "1 ai_call success answered", "2 whatsapp_message success")
	require.Equal(t, 2, e.RunNo, s.explain(t, e.ID))
	require.Equal(t, []string{"Plan", "Call", "AwaitOutcome"}, s.entered(t, e.ID, 1))
	require.Regexp(t, `^Plan (AwaitOutcome Plan )+WhatsApp Done$`, s.path(t, e.ID, 2))
	require.Equal(t, reached{Calls: 1, Messages: 1}, s.reached(t, talking))

	// Leads that were on the queue, or just taken from it, are not lost either.
	for _, l := range queued {
		s.decidedAs(t, l, flow.LeadMatched)
	}
	s.hurry(t, n.id)
	for _, l := range queued {
		s.comesTo(t, l, flow.ExecutionCompleted, "1 ai_call success answered", "2 whatsapp_message success")
		require.Equal(t, reached{Calls: 1, Messages: 1}, s.reached(t, l))
	}
}
