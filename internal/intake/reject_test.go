package intake_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func TestPoisonHarmsNoOtherMessageOfItsBatch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1)
	unknown := uuid.New()
	bodies := [][]byte{
		[]byte("not JSON"),
		b.lead("good-1", map[string]any{"phone": "+919845000001"}),
		b.lead("no-address", map[string]any{"name": "Nobody"}),
		b.lead("good-2", map[string]any{"phone": "+919845000002"}),
		b.lead("stranger", asha(), func(event, _ map[string]any) { event["tenantid"] = unknown.String() }),
		b.lead("good-3", map[string]any{"phone": "+919845000003"}),
		b.lead("huge", asha(), func(_, data map[string]any) { data["notes"] = strings.Repeat("x", 300_000) }),
		b.lead("nul", asha(func(c map[string]any) { c["name"] = "a\x00b" })),
		b.lead("zero", asha(), func(event, _ map[string]any) { event["tenantid"] = uuid.Nil.String() }),
		{},
	}
	batch := records(bodies...)
	for range 2 { // a repeat is harmless
		require.Empty(t, b.Process(t.Context(), batch))
	}
	for _, id := range []string{"good-1", "good-2", "good-3"} {
		require.Equal(t, []string{"Flow 1"}, b.entered(t, id))
	}
	require.Equal(t, []string{"huge", "no-address", "nul"}, one[[]string](t, b,
		"select array_agg(event_id order by event_id) from lead_events where tenant_id = $1 and outcome = 'rejected' and reason <> '' and contact_id is null", b.tenant))
	require.Equal(t, []string{"", "", uuid.Nil.String(), unknown.String()}, one[[]string](t, b,
		"select array_agg(claimed_tenant order by claimed_tenant = $1, claimed_tenant) from lead_rejects", unknown.String()))
	require.Len(t, b.dead.letters, 14)
	sent := map[string]deadLetter{}
	for _, letter := range b.dead.letters {
		require.NotEmpty(t, letter.Reason)
		sent[letter.MessageID] = letter
	}
	for i, r := range batch {
		letter, is := sent[r.MessageID]
		require.Equal(t, i%2 == 0 || i == 7 || i == 9, is, "message %d", i)
		if is {
			require.Equal(t, string(bodies[i]), letter.Body)
		}
	}
	require.Equal(t, "Unknown tenant", sent[batch[4].MessageID].Reason)
}

func TestARejectedMessageComesBackUntilItIsInTheDeadLetterQueue(t *testing.T) {
	t.Parallel()
	b := setup(t)
	batch := records([]byte("not JSON"), b.lead("lead-1", asha()))
	b.dead.failing = errors.New("unreachable")
	require.Equal(t, []string{batch[0].MessageID}, b.Process(t.Context(), batch))
	require.Equal(t, 1, one[int](t, b, "select count(*) from lead_rejects"))
	b.dead.failing = nil
	require.Empty(t, b.Process(t.Context(), batch[:1]))
	require.Len(t, b.dead.letters, 1)
	require.Equal(t, 1, one[int](t, b, "select count(*) from lead_rejects"))
}

func TestAMessageTooLargeForTheDeadLetterQueueGoesCompressed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dead.limit = 1 << 20
	body := bytes.Repeat([]byte("x"), 1<<20)
	require.Empty(t, b.Process(t.Context(), records(body)))
	require.Len(t, b.dead.letters, 1)
	var letter struct {
		Encoding string `json:"encoding"`
		Body     []byte `json:"body"`
	}
	require.NoError(t, json.Unmarshal([]byte(b.dead.letters[0].Body), &letter))
	require.Equal(t, "gzip", letter.Encoding)
	unpacked, err := gzip.NewReader(bytes.NewReader(letter.Body))
	require.NoError(t, err)
	whole, err := io.ReadAll(unpacked)
	require.NoError(t, err)
	require.Equal(t, body, whole)
}

func TestARejectedEventIsDecidedWhenItComesRepaired(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1)
	poison := b.lead("lead-1", map[string]any{"name": "Nobody"})
	b.take(t, poison)
	b.take(t, b.lead("lead-1", asha()))
	require.Equal(t, []string{"Flow 1"}, b.entered(t, "lead-1"))
	// And the other way round: what is decided stays so.
	b.take(t, poison)
	outcome, _, _ := b.outcome(t, "lead-1")
	require.Equal(t, "matched", outcome)
	b2 := setup(t)
	b2.flow(t, 1)
	b2.take(t, b2.lead("lead-1", map[string]any{"name": "Nobody"}), b2.lead("lead-1", asha()), b2.lead("lead-1", map[string]any{"name": "Nobody"}))
	require.Equal(t, []string{"Flow 1"}, b2.entered(t, "lead-1"))
	require.Len(t, b2.dead.letters, 2)
}
