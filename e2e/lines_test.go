package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

// liveCalls are the calls that a provider account has had at once.
type liveCalls struct {
	Live    int `json:"live"`
	MaxLive int `json:"max_live"`
}

// phoneLines reads how many calls are and were out at once: in all, and of
// each account.
func (s *stack) phoneLines(t *testing.T) (all liveCalls, accounts map[string]liveCalls) {
	t.Helper()
	var seen struct {
		liveCalls

		Accounts map[string]liveCalls `json:"accounts"`
	}
	s.sandbox(t, http.MethodGet, "/calls", nil, &seen)
	return seen.liveCalls, seen.Accounts
}

// queued waits until the only call of a lead's execution waits for a line.
func (s *stack) queued(t *testing.T, l lead) execution {
	t.Helper()
	e := s.taken(t, l)
	return wait(t, soon, fmt.Sprintf("the call of execution %s waits for a line", e.ID), func() (execution, string) {
		if rows := s.steps(t, e.ID); len(rows) != 1 || rows[0].State != flow.Queued || rows[0].Token == nil {
			return e, "it does not"
		}
		return e, ""
	}, func() string { return s.explain(t, e.ID) })
}

func TestFiftyCallsOfFiveTenantsKeepToTheirLines(t *testing.T) {
	s := quietly(t)
	limits := []int{1, 2, 2, 3, 4}
	tenants := make([]*tenant, len(limits))
	var leads []lead
	for i, limit := range limits {
		tenants[i] = s.tenant(t, lines(limit))
		tenants[i].flow(t, "Call", nil, tenants[i].call())
	}
	for range 10 {
		for _, n := range tenants {
			leads = append(leads, n.lead("99"))
		}
	}
	for i := range tenants {
		own := []lead{}
		for k := i; k < len(leads); k += len(tenants) {
			own = append(own, leads[k])
		}
		s.put(t, own...)
	}
	for _, l := range leads {
		s.comesTo(t, l, flow.ExecutionCompleted, "1 ai_call success answered")
		require.Equal(t, 1, taken(s.calls(t, l.Phone)))
	}
	_, accounts := s.phoneLines(t)
	for i, n := range tenants {
		require.LessOrEqual(t, accounts[n.id.String()].MaxLive, limits[i], "calls of tenant %d at once", i)
		require.Positive(t, accounts[n.id.String()].MaxLive)
	}
	for _, n := range tenants {
		require.Zero(t, s.count(t, "select count(*) from call_lines where tenant_id = $1", n.id))
	}
}

func TestFreedLineIsUsedAtOnceByWhoWaits(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t, lines(1))
	n.flow(t, "Call", nil, n.call())
	first, second := n.lead("14"), n.lead("99")
	s.put(t, first)
	e := s.taken(t, first)
	s.reads(t, e.ID, "1 ai_call running")
	s.put(t, second)
	waiting := s.queued(t, second)
	shown := n.api(t, http.MethodGet, "/executions/"+waiting.ID.String(), nil)
	require.Equal(t, "pending", shown.data()["action_logs"].([]any)[0].(object)["status"])
	require.Empty(t, s.calls(t, second.Phone))

	hook := strings.TrimPrefix(s.webhooks, s.address.API)
	ended := object{"id": s.steps(t, e.ID)[0].ProviderID, "status": "completed", "conversation_duration": 42}
	freed := time.Now()
	require.Equal(t, http.StatusOK, s.send(t, "", http.MethodPost, hook+"/"+n.hook, ended).Status)
	s.comesTo(t, second, flow.ExecutionCompleted, "1 ai_call success answered")
	calls := s.calls(t, second.Phone)
	require.Len(t, calls, 1)
	t.Logf("the freed line was used after %s", calls[0].At.Sub(freed))
	require.Less(t, calls[0].At.Sub(freed), 15*time.Second, "without the sweeper's help")
	require.Regexp(t, `^Plan Call AwaitOutcome Plan Call AwaitOutcome Plan Done$`, s.path(t, waiting.ID, 1))
}

func TestLostWebhookFreesItsLineByAsking(t *testing.T) {
	s := quietly(t)
	s.keepSweeping(t)
	n := s.tenant(t, lines(1))
	n.flow(t, "Call", nil, n.call())
	lost, next := n.lead("05"), n.lead("99")
	s.put(t, lost)
	s.reads(t, s.taken(t, lost).ID, "1 ai_call running")
	s.put(t, next)
	s.comesTo(t, lost, flow.ExecutionCompleted, "1 ai_call success answered")
	s.comesTo(t, next, flow.ExecutionCompleted, "1 ai_call success answered")
	_, accounts := s.phoneLines(t)
	require.Equal(t, 1, accounts[n.id.String()].MaxLive)
}

func TestQueuedCallThatIsCancelledIsNeverPlaced(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t, lines(1))
	n.flow(t, "Call", nil, n.call())
	first, second, third := n.lead("14"), n.lead("99"), n.lead("99")
	s.put(t, first)
	e := s.taken(t, first)
	s.reads(t, e.ID, "1 ai_call running")
	s.put(t, second)
	cancelled := s.queued(t, second)
	s.put(t, third)
	s.queued(t, third)
	require.False(t, n.cancel(t, cancelled.ID).IsZero())

	hook := strings.TrimPrefix(s.webhooks, s.address.API)
	ended := object{"id": s.steps(t, e.ID)[0].ProviderID, "status": "completed", "conversation_duration": 42}
	require.Equal(t, http.StatusOK, s.send(t, "", http.MethodPost, hook+"/"+n.hook, ended).Status)
	s.comesTo(t, third, flow.ExecutionCompleted, "1 ai_call success answered")
	require.Empty(t, s.calls(t, second.Phone))
	require.Equal(t, []string{"1 ai_call skipped"}, s.ledger(t, cancelled.ID))
}
