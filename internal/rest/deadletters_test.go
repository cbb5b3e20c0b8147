package rest_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

// morgue stands for the dead-letter queue.
type morgue struct {
	messages int
	fail     error
}

// DeadLetters implements rest.DeadLetters.
func (m *morgue) DeadLetters(context.Context) []flow.DeadLetterQueue {
	return []flow.DeadLetterQueue{{Name: flow.LeadDeadLetters, Messages: m.messages, Err: m.fail}}
}

// refusedLead is a lead of a tenant that was refused, so long ago.
func (b *testBundle) refusedLead(tenant uuid.UUID, outcome, ago string) {
	b.t.Helper()
	b.exec(`insert into lead_events (id, tenant_id, source, event_id, body, outcome, reason, received_at)
		values ($1, $2, 'indiamart', gen_random_uuid()::text, '{}', $3, 'The lead of Asha has no phone', now() - $4::interval)`, uuid.Must(uuid.NewV7()), tenant, outcome, ago)
}

func TestDeadLettersAreCountedAndExplained(t *testing.T) {
	t.Parallel()
	b := setup(t)
	out := b.do(http.StatusOK, "GET", "/dead-letters", nil).list()
	require.Len(t, out, 1)
	require.NotEmpty(t, out[0]["holds"])
	require.Contains(t, out[0]["advice"], "docs/operations.md")
	delete(out[0], "holds")
	delete(out[0], "advice")
	require.Equal(t, object{
		"name": "leads", "messages": 0, "problem": nil, "refused": object{"total": 0, "total_capped": false, "oldest_at": nil},
	}, out[0])

	b.dead.messages = 7
	b.refusedLead(b.a, "rejected", "2 days")
	b.refusedLead(b.a, "rejected", "5 days")
	b.refusedLead(b.a, "rejected", "15 days")
	b.refusedLead(b.a, "none", "6 days")
	got := b.do(http.StatusOK, "GET", "/dead-letters", nil)
	require.Equal(t, 7, got.list()[0]["messages"])
	refused := got.list()[0]["refused"].(object)
	require.Equal(t, 2, refused["total"], "those that the queue still keeps")
	oldest := query[string](b, `select to_char(min(received_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
		from lead_events where tenant_id = $1 and outcome = 'rejected' and received_at > now() - interval '14 days'`, b.a)
	require.Equal(t, oldest, refused["oldest_at"])
	require.NotContains(t, string(got.raw), "Asha")
}

func TestDeadLettersTellATenantNothingOfAnothers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dead.messages = 3
	before := b.request(b.other, "GET", "/dead-letters", nil)
	b.refusedLead(b.a, "rejected", "1 hour")
	after := b.request(b.other, "GET", "/dead-letters", nil)
	require.Equal(t, http.StatusOK, after.status)
	require.Equal(t, string(before.raw), string(after.raw))
}

func TestDeadLettersAreForOwnerAndAdmin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for role, status := range map[string]int{"owner": 200, "admin": 200, "manager": 403, "agent": 403, "viewer": 403} {
		require.Equal(t, status, b.request(b.as(role), "GET", "/dead-letters", nil).status, role)
	}
}

func TestAQueueThatCannotBeReadIsSaidAndTheRestIsTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dead.fail = errors.New("AccessDenied: arn:aws:sqs:ap-south-1:123456789012:flows-leads-dead")
	b.refusedLead(b.a, "rejected", "1 hour")
	out := b.do(http.StatusOK, "GET", "/dead-letters", nil)
	require.Nil(t, out.list()[0]["messages"])
	require.Equal(t, "The queue cannot be read right now; please try again", out.list()[0]["problem"])
	require.Equal(t, 1, out.list()[0]["refused"].(object)["total"])
	require.NotContains(t, string(out.raw), "arn:")
	require.Contains(t, b.causes(), "AccessDenied", "the log has the cause")
}
