package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

func TestExecutionRunsTheVersionItStartedWith(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	id := n.flow(t, "Wait and write", nil, pause(20), n.message())
	before := n.lead("99")
	s.put(t, before)
	e := s.taken(t, before)
	s.reads(t, e.ID, "1 wait running")

	edited := n.api(t, http.MethodPatch, "/flows/"+id.String(), object{"actions": ordered(n.mail())})
	require.Equal(t, http.StatusOK, edited.Status, edited.Text)
	require.EqualValues(t, 2, edited.data()["version"])
	after := n.lead("99")
	s.put(t, after)

	s.comesTo(t, after, flow.ExecutionCompleted, "1 email success")
	e = s.comesTo(t, before, flow.ExecutionCompleted, "1 wait success", "2 whatsapp_message success")
	require.Equal(t, 1, *e.FlowVersion)
	require.Equal(t, "Plan Wait Plan WhatsApp Done", s.path(t, e.ID, 1))
	require.Equal(t, reached{Messages: 1}, s.reached(t, before))
	require.Equal(t, reached{Mails: 1}, s.reached(t, after))
}

func TestDisabledFlowTakesNoLead(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	id := n.flow(t, "Everybody", nil, n.message())
	off := n.api(t, http.MethodPatch, "/flows/"+id.String()+"/toggle", object{"enabled": false})
	require.Equal(t, http.StatusOK, off.Status, off.Text)
	require.Equal(t, false, off.data()["is_enabled"])
	l := n.lead("99")
	s.put(t, l)
	s.decidedAs(t, l, flow.LeadNone)
	require.Empty(t, s.executions(t, l))
}

func TestDeletingAFlowCancelsItsExecutionsAndKeepsTheirHistory(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	id := n.flow(t, "Write, wait, write", nil, n.message(), pause(20), n.mail())
	talking := n.lead("99")
	s.put(t, talking)
	e := s.taken(t, talking)
	s.reads(t, e.ID, "1 whatsapp_message success", "2 wait running")

	deleted := n.api(t, http.MethodDelete, "/flows/"+id.String(), nil)
	require.Equal(t, http.StatusOK, deleted.Status, deleted.Text)
	require.Equal(t, "Flow deleted successfully", deleted.Body["message"])
	require.Equal(t, flow.ExecutionCancelled, s.execution(t, e.ID).Status)
	require.Equal(t, http.StatusNotFound, n.api(t, http.MethodGet, "/flows/"+id.String(), nil).Status)

	s.keepSweeping(t)
	wait(t, soon, "the machine is stopped", func() (struct{}, string) {
		if status := s.machine(t, e.ID, 1); status != types.ExecutionStatusAborted {
			return struct{}{}, "it is " + string(status)
		}
		return struct{}{}, ""
	}, func() string { return s.explain(t, e.ID) })
	s.atRest(t, e.ID)

	// Past the end of the wait that was cut short.
	waited := s.steps(t, e.ID)[1]
	pass(t, s.clock.ToReal(*waited.Until))
	require.Equal(t, []string{"1 whatsapp_message success", "2 wait skipped"}, s.ledger(t, e.ID))
	require.Equal(t, []string{"Plan", "WhatsApp", "Wait"}, s.entered(t, e.ID, 1))
	require.Equal(t, reached{Messages: 1}, s.reached(t, talking))

	shown := n.api(t, http.MethodGet, "/executions/"+e.ID.String(), nil)
	require.Equal(t, http.StatusOK, shown.Status, shown.Text)
	require.Equal(t, "cancelled", shown.data()["status"])
	require.Nil(t, shown.data()["flow_id"])
	require.Equal(t, "Write, wait, write", shown.data()["flow_name"])
	require.Len(t, shown.data()["action_logs"], 2)
}

func TestCallTalkingWhenItsFlowIsDeletedIsLetFinishAndRecorded(t *testing.T) {
	s := quietly(t)
	s.keepSweeping(t)
	n := s.tenant(t)
	id := n.flow(t, "Call and write", nil, n.call(), n.message())
	l := n.lead("14")
	s.put(t, l)
	e := s.taken(t, l)
	wait(t, soon, "the call talks", func() (struct{}, string) {
		row := s.steps(t, e.ID)
		if len(row) == 0 || row[0].State != flow.Sent {
			return struct{}{}, "it is not placed"
		}
		for _, h := range s.hooks(t, row[0].ProviderID) {
			if h.Event == "in-progress" {
				return struct{}{}, ""
			}
		}
		return struct{}{}, "it is not in progress"
	}, func() string { return s.explain(t, e.ID) })

	require.Equal(t, http.StatusOK, n.api(t, http.MethodDelete, "/flows/"+id.String(), nil).Status)
	s.reads(t, e.ID, "1 ai_call success answered")
	require.Equal(t, flow.ExecutionCancelled, s.execution(t, e.ID).Status)
	wait(t, soon, "the talk time is recorded", func() (struct{}, string) {
		if seconds := s.steps(t, e.ID)[0].result("duration_seconds"); seconds != 42.0 {
			return struct{}{}, fmt.Sprintf("it is %v", seconds)
		}
		return struct{}{}, ""
	}, func() string { return s.explain(t, e.ID) })
	s.atRest(t, e.ID)
	require.Equal(t, reached{Calls: 1}, s.reached(t, l), "no message follows")
}

func TestCallQueuedAtTheProviderIsStoppedWhenItsFlowIsDeleted(t *testing.T) {
	s := quietly(t)
	s.keepSweeping(t)
	n := s.tenant(t)
	id := n.flow(t, "Call", nil, n.call())
	l := n.lead("15")
	s.put(t, l)
	e := s.taken(t, l)
	s.reads(t, e.ID, "1 ai_call running")
	wait(t, soon, "the call is placed", func() (struct{}, string) {
		if s.steps(t, e.ID)[0].State != flow.Sent {
			return struct{}{}, "it is not"
		}
		return struct{}{}, ""
	})
	require.Equal(t, http.StatusOK, n.api(t, http.MethodDelete, "/flows/"+id.String(), nil).Status)

	s.reads(t, e.ID, "1 ai_call failed failed")
	require.Equal(t, "stopped", s.steps(t, e.ID)[0].Detail)
	stops := s.requests(t, "bolna", func(r request) bool {
		return r.Path == "/bolna/call/"+s.steps(t, e.ID)[0].ProviderID+"/stop" && r.Taken
	})
	require.Len(t, stops, 1)
	s.atRest(t, e.ID)
}

// atRest waits until a cancelled execution's machine and calls are at rest.
func (s *stack) atRest(t *testing.T, id uuid.UUID) {
	t.Helper()
	wait(t, soon, "the cancel is done", func() (struct{}, string) {
		if s.execution(t, id).CancelDoneAt == nil {
			return struct{}{}, "cancel_done_at is null"
		}
		return struct{}{}, ""
	}, func() string { return s.explain(t, id) })
	require.NotEqual(t, types.ExecutionStatusRunning, s.machine(t, id, 1))
}
