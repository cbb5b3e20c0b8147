package intake_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/intake"
	"github.com/auto-engagement/flows/internal/postgres"
)

// enter makes a contact as a person does, and gives the message that the queue got.
func (b *bundle) enter(t *testing.T, contact flow.EventContact) (flow.ContactRecord, []byte) {
	t.Helper()
	box, queue := outbox(b)
	entry := intake.Entry{Store: postgres.ContactStore{Pool: b.db.App, Clock: b.Clock}, Outbox: box}
	record, err := entry.CreateContact(t.Context(), b.tenant, flow.NewContact{Contact: contact, LeadSource: "Fair"}, nil)
	require.NoError(t, err)
	require.Len(t, queue.sent[b.tenant], 1)
	return record, queue.sent[b.tenant][0]
}

func TestAnEnteredContactIsMatchedAndNotMadeAgain(t *testing.T) {
	t.Parallel()
	for name, contact := range map[string]flow.EventContact{
		"with keys":    {Name: "Asha", Phone: "98450 12345", Email: "asha@example.com"},
		"without keys": {Name: "Asha", Phone: "12"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.flow(t, 1, on("Fair"))
			record, message := b.enter(t, contact)
			b.take(t, message, message)
			require.Equal(t, 1, one[int](t, b, "select count(*) from contacts"))
			require.Equal(t, []string{"Flow 1"}, b.entered(t, record.ID.String()))
			require.Equal(t, record.ID.String(), one[string](t, b, "select contact_id::text from flow_executions"))
			_, _, decision := b.outcome(t, record.ID.String())
			require.Equal(t, map[string]any{"id": record.ID.String(), "new": false, "found_by": "event"}, decision["contact"])
			require.Zero(t, one[int](t, b, "select count(*) from due_work where kind = 'outbox'"))
		})
	}
}

func TestAContactChangedBeforeItsLeadIsDecidedStaysChanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1)
	record, message := b.enter(t, flow.EventContact{Name: "Asha", Phone: "98450 12345", Tags: []string{"hot"}})
	store := postgres.ContactStore{Pool: b.db.App, Clock: b.Clock}
	_, err := store.ChangeContact(t.Context(), b.tenant, record.ID, "", func(_ flow.Tenant, c flow.Contact) (flow.Contact, error) {
		c.Name, c.Phone, c.Tags = "Asha Rao", "+919845099999", nil
		return c, nil
	})
	require.NoError(t, err)
	b.take(t, message)
	require.Equal(t, "Asha Rao +919845099999 {}", one[string](t, b, "select name || ' ' || phone || ' ' || tags::text from contacts"))
	require.Equal(t, "+919845099999", one[string](t, b, "select contact_phone from flow_executions"))
}

func TestAnEnteredContactThatRefusesIsSkipped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1)
	refused := flow.Suppression{Channel: flow.AllChannels, Kind: "phone", Value: "+919845012345"}
	_, added, err := postgres.SuppressionStore{Pool: b.db.App, Clock: b.Clock}.AddSuppression(t.Context(), b.tenant, "",
		func(flow.Tenant) (flow.Suppression, error) { return refused, nil })
	require.NoError(t, err)
	require.True(t, added)
	record, message := b.enter(t, flow.EventContact{Name: "Asha", Phone: "98450 12345"})
	b.take(t, message)
	outcome, _, _ := b.outcome(t, record.ID.String())
	require.Equal(t, "skipped", outcome)
}

func TestALeadOfAnErasedContactThatTheQueueStillHoldsMakesNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1)
	record, message := b.enter(t, flow.EventContact{Name: "Asha", Phone: "98450 12345"})
	require.NoError(t, postgres.ContactStore{Pool: b.db.App, Clock: b.Clock}.EraseContact(t.Context(), b.tenant, record.ID, ""))
	b.take(t, message)
	require.Zero(t, one[int](t, b, "select count(*) from contacts"))
	require.Zero(t, one[int](t, b, "select count(*) from flow_executions"))
	require.Equal(t, "{}", one[string](t, b, "select body::text from lead_events"))
}
