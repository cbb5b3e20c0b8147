package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatNobodyLooksAtAnyMoreGoes(t *testing.T) {
	b := setup(t)
	b.exec(`insert into provider_events (id, kind, tenant_id, body, received_at, applied_at)
		select gen_random_uuid(), 'bolna', $1, '{}', now() - days * interval '1 day', case when days % 2 = 0 then now() - days * interval '1 day' end
		from generate_series(1, 40) days`, b.tenant)
	b.exec(`insert into provider_events (id, kind, body, received_at, applied_at)
		select gen_random_uuid(), 'bolna', '{}', now() - interval '1 year', now() - interval '1 year' from generate_series(1, 2500)`)
	b.exec(`insert into lead_rejects (id, message_id, reason, created_at)
		select gen_random_uuid(), 'm' || days, 'not JSON', now() - days * interval '1 day' from generate_series(1, 100) days`)

	_, err := b.Sweep(t.Context())
	require.NoError(t, err)
	require.Equal(t, "14", b.text("select count(*) from provider_events where applied_at is not null"), "days 2 to 28")
	require.Equal(t, "20", b.text("select count(*) from provider_events where applied_at is null"), "what is not applied stays")
	require.Equal(t, "89", b.text("select count(*) from lead_rejects"))
	require.Equal(t, "true", b.text("select due_at > now() + interval '50 minutes' from due_work where kind = 'purge'"), "and again in an hour")
}
