package engine_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/provider"

	"github.com/google/uuid"
)

// erase erases the contact of the only execution.
func (b *bundle) erase() {
	b.t.Helper()
	id := uuid.MustParse(b.text("select contact_id from flow_executions"))
	require.NoError(b.t, postgres.ContactStore{Pool: b.db.App, Clock: b.Clock}.EraseContact(context.Background(), b.tenant, id, "person-1"))
}

func TestAnEffectOnItsWayWhileItsContactIsErasedIsSettledWithoutTellingOfIt(t *testing.T) {
	b := setup(t)
	in := b.start(message(1), message(2))
	b.providers.leaving = b.erase
	d, err := b.Plan(t.Context(), in)
	require.NoError(t, err)
	in.Directive = &d
	d, err = b.Act(t.Context(), d.Kind, in)
	require.NoError(t, err)
	require.Equal(t, flow.DoDone, d.Kind)
	require.Equal(t, 1, b.providers.count(), "nothing more begins")
	require.Equal(t, "cancelled", b.text("select status from flow_executions"))
	require.JSONEq(t, `{"whatsapp_sent":true,"status":"sent","template_id":"hello"}`, b.text("select result_data from flow_action_logs"))
}

func TestAReportOnACallOfAnErasedContactTellsItsOutcomeAlone(t *testing.T) {
	b := setup(t)
	in := b.start(call(1))
	d, err := b.Plan(t.Context(), in)
	require.NoError(t, err)
	in.Directive = &d
	_, err = b.Act(t.Context(), d.Kind, in)
	require.NoError(t, err)
	b.erase()
	seconds := 42.0
	matched, err := b.ApplyCall(t.Context(), b.tenant, provider.CallReport{
		ProviderID: b.text("select provider_id from flow_action_logs"), Ended: true, Outcome: flow.OutcomeFailed, Detail: "failed",
		Reason: "number +91 98450 12300 is barred", DurationSeconds: &seconds, RecordingURL: "https://recordings.example/asha.mp3",
	})
	require.NoError(t, err)
	require.True(t, matched)
	require.Equal(t, "number [erased] is barred", b.text("select error_message from flow_action_logs"))
	require.Equal(t, "failed 42 null", b.text("select concat_ws(' ', result_data ->> 'call_outcome', result_data ->> 'duration_seconds', coalesce(result_data ->> 'recording_url', 'null')) from flow_action_logs"))
}
