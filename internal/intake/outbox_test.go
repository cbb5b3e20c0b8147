package intake_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/intake"
	"github.com/auto-engagement/flows/internal/postgres"
)

// leads is a queue that keeps what it is sent, by tenant.
type leads struct{ sent map[uuid.UUID][][]byte }

func (l *leads) SendLead(_ context.Context, tenant uuid.UUID, body []byte) error {
	l.sent[tenant] = append(l.sent[tenant], body)
	return nil
}

func outbox(b *bundle) (*intake.Outbox, *leads) {
	queue := &leads{sent: map[uuid.UUID][][]byte{}}
	return &intake.Outbox{Store: postgres.IntakeStore{Pool: b.db.App}, Queue: queue, Clock: b.Clock}, queue
}

// accept takes a lead in, in a transaction of its own.
func accept(t *testing.T, b *bundle, o *intake.Outbox, body []byte) uuid.UUID {
	t.Helper()
	pipe := postgres.NewPipe()
	id, err := o.Accept(pipe, b.tenant, body)
	require.NoError(t, err)
	tx, err := b.db.App.Begin(t.Context(), b.tenant, nil)
	require.NoError(t, err)
	require.NoError(t, tx.Commit(t.Context(), pipe))
	return id
}

func TestALeadTakenInIsSentUntilItIsDecided(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1)
	o, queue := outbox(b)
	id := accept(t, b, o, b.lead("lead-1", asha()))
	outcome, _, _ := b.outcome(t, "lead-1")
	require.Equal(t, "received", outcome)
	require.Equal(t, 1, one[int](t, b, "select count(*) from due_work where kind = 'outbox' and ref = $1::uuid::text and tenant_id = $2 and due_at > now()", id, b.tenant))

	require.NoError(t, o.Resend(t.Context(), b.tenant, id))
	require.NoError(t, o.Resend(t.Context(), b.tenant, id))
	require.Len(t, queue.sent[b.tenant], 2)
	b.take(t, queue.sent[b.tenant]...)
	require.Equal(t, []string{"Flow 1"}, b.entered(t, "lead-1"))
	require.Equal(t, 1, one[int](t, b, "select count(*) from lead_events where id = $1 and outcome = 'matched' and decided_at is not null and body -> 'data' ->> 'lead_source' = 'IndiaMART'", id))
	require.Zero(t, one[int](t, b, "select count(*) from due_work where kind = 'outbox'"))

	require.NoError(t, o.Resend(t.Context(), b.tenant, id))
	require.Len(t, queue.sent[b.tenant], 2, "a decided event is not sent again")
}

func TestWhatPostgresCannotHoldIsMendedBeforeItIsTakenIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o, _ := outbox(b)
	body := bytes.Replace(b.lead("lead-1", asha()), []byte("Asha Rao"), []byte(`Asha \ud800`), 1)
	accept(t, b, o, append([]byte("\ufeff"), body...))
	require.Equal(t, "Asha \uFFFD", one[string](t, b, "select body -> 'data' -> 'contact' ->> 'name' from lead_events"))
}

func TestALeadTakenInTwiceIsOneEvent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o, _ := outbox(b)
	first := accept(t, b, o, b.lead("lead-1", asha()))
	accept(t, b, o, b.lead("lead-1", asha()))
	require.Equal(t, first, one[uuid.UUID](t, b, "select id from lead_events"))
	require.Equal(t, 1, one[int](t, b, "select count(*) from due_work where kind = 'outbox'"))
}

func TestALeadThatCanNeverSucceedIsNotTakenIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o, _ := outbox(b)
	for _, body := range [][]byte{
		[]byte("not JSON"), b.lead("lead-1", nil),
		b.lead("lead-1", asha(), func(event, _ map[string]any) { event["tenantid"] = uuid.NewString() }),
	} {
		_, err := o.Accept(postgres.NewPipe(), b.tenant, body)
		var refused *flow.RejectError
		require.ErrorAs(t, err, &refused, "%v", err)
	}
}

func TestARejectEndsTheOutboxDutyAndKeepsTheBody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o, _ := outbox(b)
	accept(t, b, o, b.lead("lead-1", asha()))
	b.take(t, b.lead("lead-1", map[string]any{"name": "Nobody"}))
	outcome, _, _ := b.outcome(t, "lead-1")
	require.Equal(t, "rejected", outcome)
	require.Equal(t, "Pune", one[string](t, b, "select body -> 'data' -> 'contact' ->> 'city' from lead_events"))
	require.Zero(t, one[int](t, b, "select count(*) from due_work where kind not in ('lines', 'stats', 'purge')"))
}
