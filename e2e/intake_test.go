package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

func TestSameEventTwentyTimesAtOnceHasTheEffectOfOne(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	n.flow(t, "Call", object{"reentry_minutes": 0}, n.call(), n.message())
	l := n.lead("00")
	copies := make([]lead, 20)
	for i := range copies {
		copies[i] = l
	}
	s.put(t, copies...)

	e := s.comesTo(t, l, flow.ExecutionCompleted, "1 ai_call success answered", "2 whatsapp_message success")
	// Once more, long after its end, with another lead behind it.
	next := n.lead("99")
	next.Tags = []string{"dnc"}
	s.put(t, l, l, next)
	s.decidedAs(t, next, flow.LeadSkipped)

	require.Equal(t, 1, s.count(t, "select count(*) from lead_events where tenant_id = $1 and event_id = $2", n.id, l.ID))
	require.Equal(t, 1, s.count(t, "select count(*) from flow_executions where tenant_id = $1 and status <> 'skipped'", n.id))
	require.Equal(t, "Plan Call AwaitOutcome Plan WhatsApp Done", s.path(t, e.ID, 1))
	require.Len(t, s.calls(t, l.Phone), 1)
	require.Len(t, s.messages(t, l.Phone), 1)
}

func TestTwoLeadsOfOneNewContactAtOnceMakeOneContactAndOneExecution(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	id := n.flow(t, "Call", nil, n.call())
	first, second := n.lead("00"), n.lead("00")
	second.Phone, second.Email = strings.TrimPrefix(first.Phone, "+91"), first.Email
	s.put(t, first, second)

	decisions := map[flow.LeadOutcome]event{}
	for _, l := range []lead{first, second} {
		e := s.decided(t, l)
		decisions[e.Outcome] = e
	}
	require.Contains(t, decisions, flow.LeadMatched)
	require.Contains(t, decisions, flow.LeadNone, "the repeat guard stops the other one")
	require.Equal(t, flow.VerdictRepeat, decisions[flow.LeadNone].Decision.of(t, id).Verdict)
	require.Equal(t, decisions[flow.LeadMatched].ContactID, decisions[flow.LeadNone].ContactID)
	require.Equal(t, 1, s.count(t, "select count(*) from contacts where tenant_id = $1", n.id))

	winner := first
	if len(s.executions(t, first)) == 0 {
		winner = second
	}
	e := s.comesTo(t, winner, flow.ExecutionCompleted, "1 ai_call success answered")
	require.Equal(t, "Plan Call AwaitOutcome Plan Done", s.path(t, e.ID, 1))
	require.Len(t, s.calls(t, first.Phone), 1)
}

func TestReturningLeadWithoutTagsDoesNotDropARefusal(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	n.flow(t, "Everybody", object{"reentry_minutes": 0}, n.message())
	first := n.lead("99")
	first.Tags = []string{"DNC"}
	s.put(t, first)
	refused := s.decidedAs(t, first, flow.LeadSkipped)

	again := n.lead("99")
	again.Phone, again.Email, again.Name, again.Tags = first.Phone, "", "Asha R", []string{}
	s.put(t, again)
	repeated := s.decidedAs(t, again, flow.LeadSkipped)

	require.Equal(t, refused.ContactID, repeated.ContactID)
	require.False(t, repeated.Decision.Contact.New)
	require.Equal(t, 1, s.count(t, "select count(*) from contacts where id = $1 and 'DNC' = any(tags) and name = 'Asha R' and email = $2",
		refused.ContactID, first.Email), "the tag and the e-mail stay, the name is the new one")
	all := s.executions(t, again)
	require.Len(t, all, 1)
	require.Equal(t, flow.ExecutionSkipped, all[0].Status)
	require.Equal(t, reached{}, s.reached(t, first))
}

func TestContactSuppressedWhileItsFlowRunsIsLeftAlone(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	n.flow(t, "Wait and write", nil, pause(8), n.message(), n.mail())
	l := n.lead("99")
	s.put(t, l)
	e := s.taken(t, l)
	s.reads(t, e.ID, "1 wait running")
	s.exec(t, `insert into suppressions (id, tenant_id, channel, kind, value, reason)
		values (gen_random_uuid(), $1, 'whatsapp_message', 'phone', $2, 'STOP')`, n.id, l.Phone)

	e = s.comesTo(t, l, flow.ExecutionCompleted, "1 wait success", "2 whatsapp_message skipped", "3 email success")
	require.Equal(t, "Plan Wait Plan Email Done", s.path(t, e.ID, 1))
	require.Equal(t, reached{Mails: 1}, s.reached(t, l))
}

func TestOneTenantsLeadsAreNotSeenByAnother(t *testing.T) {
	s := quietly(t)
	a, b := s.tenant(t), s.tenant(t)
	a.flow(t, "Of A", nil, a.message())
	b.flow(t, "Of B", nil, b.mail())
	of := a.lead("99")
	same := of
	same.Tenant = b.id
	s.put(t, of, same)

	s.comesTo(t, of, flow.ExecutionCompleted, "1 whatsapp_message success")
	s.comesTo(t, same, flow.ExecutionCompleted, "1 email success")
	require.NotEqual(t, s.decided(t, of).ContactID, s.decided(t, same).ContactID)
	require.Equal(t, reached{Messages: 1, Mails: 1}, s.reached(t, of))
}

func TestReturningContactEntersTheFlowAgainOnlyAfterItsTime(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	const reentry = 60 * 24
	id := n.flow(t, "Write", object{"reentry_minutes": reentry}, n.message())
	first := n.lead("99")
	again := func() lead {
		l := n.lead("99")
		l.Phone, l.Email = first.Phone, first.Email
		return l
	}
	s.put(t, first)
	e := s.ended(t, first)
	second := again()
	s.put(t, second)
	d := s.decidedAs(t, second, flow.LeadNone).Decision.of(t, id)
	require.Equal(t, flow.VerdictRepeat, d.Verdict)
	require.NotNil(t, d.Repeat.FreeAt)
	require.True(t, d.Repeat.FreeAt.Equal(e.TriggeredAt.Add(reentry*time.Minute)), "free at %s", d.Repeat.FreeAt)

	// A day later.
	s.exec(t, "update flow_executions set triggered_at = triggered_at - interval '24 hours' where id = $1", e.ID)
	third := again()
	s.put(t, third)
	s.comesTo(t, third, flow.ExecutionCompleted, "1 whatsapp_message success")
	require.Len(t, s.messages(t, first.Phone), 2)
	require.Equal(t, 1, s.count(t, "select count(*) from contacts where tenant_id = $1", n.id))
}

func TestEveryMatchingFlowRunsWhereTheTenantWantsAll(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	s.exec(t, "update tenants set match_mode = 'all' where id = $1", n.id)
	n.flow(t, "Write", object{"priority": 1}, n.message())
	n.flow(t, "Mail", object{"priority": 2}, n.mail())
	n.flow(t, "Other", object{"priority": 3, "trigger_conditions": []object{condition("lead_source", "equals", "other")}}, n.call())
	l := n.lead("99")
	s.put(t, l)

	s.decidedAs(t, l, flow.LeadMatched)
	all := s.executions(t, l)
	require.Len(t, all, 2)
	for _, e := range all {
		require.Contains(t, []string{"Plan WhatsApp Done", "Plan Email Done"}, s.path(t, e.ID, 1))
	}
	require.Equal(t, reached{Messages: 1, Mails: 1}, s.reached(t, l))
}
