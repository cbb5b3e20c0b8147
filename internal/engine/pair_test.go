package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

func TestTwoMessagesToOnePersonLieSixSecondsApart(t *testing.T) {
	b := setup(t)
	first, other := b.start(message(1)), b.start(message(1))
	second := b.start(message(1))
	b.exec("update flow_executions set contact_id = (select contact_id from flow_executions where id = $1) where id = $2", first.ExecutionID, second.ExecutionID)

	began := time.Now()
	_, err := b.Act(t.Context(), flow.DoWhatsApp, first)
	require.NoError(t, err)
	require.Equal(t, 1, b.providers.count())

	d, err := b.Act(t.Context(), flow.DoWhatsApp, second)
	require.NoError(t, err)
	require.Equal(t, flow.DoWait, d.Kind)
	require.WithinDuration(t, began.Add(6*time.Second), *d.Until, 3*time.Second)
	require.Equal(t, 1, b.providers.count())

	_, err = b.Act(t.Context(), flow.DoWhatsApp, other)
	require.NoError(t, err)
	require.Equal(t, 2, b.providers.count(), "another person")

	b.exec("update flow_action_logs set claim_until = claim_until - interval '6 seconds', retry_at = retry_at - interval '6 seconds'")
	d, err = b.Act(t.Context(), flow.DoWhatsApp, second)
	require.NoError(t, err)
	require.Equal(t, flow.DoDone, d.Kind)
	require.Equal(t, 3, b.providers.count())
}
