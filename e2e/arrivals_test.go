package e2e

import (
	"crypto/sha256"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

// byID waits until the lead with this id is decided, and gives its executions.
func (s *stack) byID(t *testing.T, lead any) []execution {
	t.Helper()
	return wait(t, soon, "the lead is decided", func() ([]execution, string) {
		if s.count(t, "select count(*) from lead_events where id = $1 and outcome <> 'received'", lead) == 0 {
			return nil, "it is not"
		}
		return rows[execution](s, t, "select "+executionColumns+" from flow_executions where lead_event_id = $1", lead), ""
	})
}

func TestALeadPostedToTheAPITravelsTheWholeWay(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	n.flow(t, "Write", nil, n.message())
	number := phone("99")
	answer := n.api(t, http.MethodPost, "/leads", object{
		"contact": object{"name": "Asha Rao", "phone": number}, "lead_source": "Walk-in",
	})
	require.Equal(t, http.StatusAccepted, answer.Status, answer.Text)
	all := s.byID(t, answer.data()["id"])
	require.Len(t, all, 1)
	s.reads(t, all[0].ID, "1 whatsapp_message success")
	require.Len(t, s.messages(t, number), 1)
	require.Zero(t, s.count(t, "select count(*) from due_work where kind = 'outbox' and tenant_id = $1", n.id))
}

func TestALeadOfAnOutsideFormTravelsTheWholeWay(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	n.flow(t, "Write", nil, n.message())
	secret := uuid.NewString()
	hash := sha256.Sum256([]byte(secret))
	s.exec(t, "insert into webhook_routes (kind, hash, tenant_id) values ('leads', $1, $2)", hash[:], n.id)
	number := phone("99")
	answer := s.send(t, "", http.MethodPost, "/webhooks/leads/"+secret, object{
		"agent_id": "a", "lead_name": "Asha Rao", "recipient_phone_number": number, "email": "", "Source": "JustDial", "Notes": "wants a demo",
	})
	require.Equal(t, http.StatusAccepted, answer.Status, answer.Text)
	wait(t, soon, "the message is sent", func() (struct{}, string) {
		if len(s.messages(t, number)) != 1 {
			return struct{}{}, "it is not"
		}
		return struct{}{}, ""
	})
	require.Equal(t, http.StatusNotFound, s.send(t, "", http.MethodPost, "/webhooks/leads/guess", object{}).Status)
}

func TestATestRunRunsTheRealMachineAndReachesNobody(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	id := n.flow(t, "Call, wait, write", nil, n.call(), pause(600), n.message().when("call_outcome", "missed"))
	contact, number := uuid.Must(uuid.NewV7()), phone("00")
	s.exec(t, `insert into contacts (id, tenant_id, name, phone, phone_valid, created_at, updated_at) values ($1, $2, 'Asha Rao', $3, true, now(), now())`,
		contact, n.id, number)
	s.exec(t, "insert into contact_keys (tenant_id, kind, value, contact_id) values ($1, 'phone', $2, $3)", n.id, number, contact)
	answer := n.api(t, http.MethodPost, "/flows/"+id.String()+"/test-run", object{"contact_id": contact, "outcomes": object{"1": "missed"}})
	require.Equal(t, http.StatusAccepted, answer.Status, answer.Text)
	require.Equal(t, true, answer.data()["is_test_run"])
	run := uuid.MustParse(answer.data()["id"].(string))
	s.reads(t, run, "1 ai_call success missed", "2 wait success", "3 whatsapp_message success")
	wait(t, soon, "the test run ends", func() (struct{}, string) {
		if status := s.execution(t, run).Status; status != flow.ExecutionCompleted {
			return struct{}{}, "it is " + string(status)
		}
		return struct{}{}, ""
	}, func() string { return s.explain(t, run) })
	require.Empty(t, s.calls(t, number))
	require.Empty(t, s.messages(t, number))
}
