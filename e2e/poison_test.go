package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

func TestMessageThatCanNeverSucceedIsBuriedAndHarmsNoOther(t *testing.T) {
	s := quietly(t)
	// changed is a lead's event with one thing changed.
	changed := func(t *testing.T, l lead, change func(event, contact object)) string {
		t.Helper()
		var event object
		require.NoError(t, json.Unmarshal([]byte(l.body(t)), &event))
		contact := event["data"].(object)["contact"].(object)
		change(event, contact)
		text, err := json.Marshal(event)
		require.NoError(t, err)
		return string(text)
	}
	for _, c := range []struct {
		what   string
		body   func(t *testing.T, l lead) string
		reason string
		// recorded under its event's name; otherwise without a tenant.
		recorded bool
	}{
		{"not JSON", func(_ *testing.T, l lead) string { return `{"specversion":"1.0", ` + l.ID }, "JSON", false},
		{"an unknown tenant", func(t *testing.T, l lead) string {
			return changed(t, l, func(event, _ object) { event["tenantid"] = uuid.NewString() })
		}, "tenant", false},
		{"neither phone nor e-mail", func(t *testing.T, l lead) string {
			return changed(t, l, func(_, contact object) { contact["phone"], contact["email"] = " ", "" })
		}, "neither a phone nor an e-mail", true},
		{"over 256 KiB", func(t *testing.T, l lead) string {
			return changed(t, l, func(event, _ object) {
				event["data"].(object)["notes"] = strings.Repeat("long ", 60_000)
			})
		}, "bytes", true},
		{"a contact that is no object", func(t *testing.T, l lead) string {
			return changed(t, l, func(event, _ object) { event["data"].(object)["contact"] = "Asha" })
		}, "data.contact must be a JSON object", true},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			n := s.tenant(t)
			n.flow(t, "Everybody", nil, n.message())
			poison := n.lead("99")
			good := make([]lead, 9)
			bodies := make([]string, 0, 10)
			for i := range good {
				good[i] = n.lead("99")
				bodies = append(bodies, good[i].body(t))
			}
			const at = 4
			bodies = append(bodies[:at], append([]string{c.body(t, poison)}, bodies[at:]...)...)
			ids := s.putBodies(t, n.id.String(), bodies...)

			for _, l := range good {
				e := s.ended(t, l)
				require.Equal(t, flow.ExecutionCompleted, e.Status, s.explain(t, e.ID))
				require.Equal(t, "Plan WhatsApp Done", s.path(t, e.ID, 1))
			}
			letter := s.buried(t, ids[at])
			require.Contains(t, letter.Reason, c.reason)
			require.Equal(t, bodies[at], letter.Body, "the body is there as it was sent")
			if c.recorded {
				e := s.decidedAs(t, poison, flow.LeadRejected)
				require.Contains(t, e.Reason, c.reason)
			} else {
				require.Equal(t, 1, s.count(t, "select count(*) from lead_rejects where message_id = $1 and reason <> ''", ids[at]))
			}
			for _, l := range good {
				require.Equal(t, reached{Messages: 1}, s.reached(t, l))
				require.Empty(t, s.dead(l.ID))
			}
			require.Len(t, s.dead(ids[at]), 1)
		})
	}
}
