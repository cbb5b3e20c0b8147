package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/provider/bolna"
)

// mine narrows to the tenants that this run of the tests made.
const mine = "(select id from tenants where created_at >= $1)"

// nothingLeft holds all that the tests did, outages included, against what
// must be true of it in the end.
func nothingLeft(t *testing.T, s *stack) {
	s.keepSweeping(t)
	none := func(what, sql string) {
		t.Helper()
		wait(t, soon, "there is no "+what, func() (struct{}, string) {
			found, err := s.db.Query(t.Context(), sql, s.opened)
			require.NoError(t, err)
			lines, err := pgx.CollectRows(found, pgx.RowTo[string])
			require.NoError(t, err)
			if len(lines) > 0 {
				return struct{}{}, fmt.Sprintf("there are %d:\n  %s", len(lines), strings.Join(lines, "\n  "))
			}
			return struct{}{}, ""
		})
	}
	none("lead without a decision", "select to_jsonb(x) - 'body' from lead_events x where outcome = 'received' and tenant_id in "+mine)
	none("execution that still runs", "select to_jsonb(x) from flow_executions x where status = 'running' and tenant_id in "+mine)
	none("cancel that is not done", "select to_jsonb(x) from flow_executions x where status = 'cancelled' and cancel_done_at is null and tenant_id in "+mine)
	none("step that is in flight", `select to_jsonb(x) from flow_action_logs x join flow_executions e on e.id = x.execution_id
		where x.state in ('planned', 'queued', 'claimed', 'unknown') and x.tenant_id in `+mine)
	none("task token that nobody answered", "select to_jsonb(x) from flow_action_logs x where token <> '' and tenant_id in "+mine)
	none("contact without a key", `select to_jsonb(c) from contacts c where tenant_id in `+mine+`
		and not exists (select from contact_keys k where k.tenant_id = c.tenant_id and k.contact_id = c.id)`)
	// What matches no call or message is tried for seven days: those of the
	// test that sends such a webhook. The duty of a job that is done is to forget
	// it after thirty days.
	none("duty that is not done", `select to_jsonb(d) from due_work d where tenant_id in `+mine+`
		and kind not in ('inbox', 'stats', 'purge')
		and not (kind in ('import', 'export') and due_at > now() + interval '20 days')`)
	none("webhook of a known call that is not applied", `select to_jsonb(p) - 'body' from provider_events p where applied_at is null and tenant_id in `+mine+`
		and exists (select from flow_action_logs x where x.tenant_id = p.tenant_id and x.provider_id <> '' and x.provider_id = p.body->>'id')`)
	for _, letter := range s.dead("") {
		require.NotEmpty(t, letter.Reason, "only the matcher buries, and says why; the queue itself never gave up: %s", letter.Body)
	}
	wait(t, soon, "every webhook is delivered", func() (struct{}, string) {
		var sent struct {
			Webhooks []hook `json:"webhooks"`
		}
		s.sandbox(t, http.MethodGet, "/webhooks?since="+s.opened.UTC().Format(time.RFC3339), nil, &sent)
		for _, h := range sent.Webhooks {
			if h.State != "delivered" {
				return struct{}{}, fmt.Sprintf("%s of %s is %s", h.Event, h.Subject, h.State)
			}
		}
		return struct{}{}, ""
	})
}

// ledgerTrue holds every effect that the providers had in these tests against
// the ledger: none happened twice, and the ledger denies none.
func ledgerTrue(t *testing.T, s *stack) {
	denied := map[string]string{}
	for _, row := range rows[struct {
		ClaimID uuid.UUID
		Denies  bool
		Line    string
	}](s, t, `select claim_id, action_type <> 'email' and state = 'failed' and error_message = '`+unconfirmed+`' as denies,
			concat_ws(' ', execution_id, step, attempt, action_type, state, error_message) as line
			from flow_action_logs where claim_id is not null and tenant_id in `+mine, s.opened) {
		denied[row.ClaimID.String()] = ""
		if row.Denies {
			denied[row.ClaimID.String()] = row.Line
		}
	}
	seen := map[string]bool{}
	check := func(provider string, id func(request) string) {
		effects := s.requests(t, provider, func(r request) bool { return r.Taken && id(r) != "" })
		require.NotEmpty(t, effects, provider)
		for _, r := range effects {
			require.False(t, seen[id(r)], "%s: claim %s had two effects: %s", provider, id(r), r.Body)
			seen[id(r)] = true
			line, known := denied[id(r)]
			require.True(t, known, "%s: no step holds claim %s: %s", provider, id(r), r.Body)
			require.Empty(t, line, "%s: a step says that nothing was sent, but: %s", provider, r.Body)
		}
	}
	check("bolna", func(r request) string {
		var body struct {
			Data map[string]any `json:"user_data"`
		}
		_ = json.Unmarshal(r.Body, &body) // other requests have none
		id, _ := body.Data[bolna.CallIDKey].(string)
		return id
	})
	check("whatsapp", func(r request) string { return r.field("biz_opaque_callback_data") })
	check("email", func(r request) string {
		var body struct {
			Headers map[string][]string `json:"headers"`
		}
		_ = json.Unmarshal(r.Body, &body) // an object by its making
		id, _, _ := strings.Cut(strings.Join(body.Headers["Message-Id"], ""), "@")
		return strings.TrimPrefix(id, "<")
	})
}

// logsImpersonal looks through everything that the functions logged while the
// tests ran.
func logsImpersonal(t *testing.T, s *stack) {
	lines, err := s.cloud.Logs(t.Context(), s.name(), "", s.opened, map[string]bool{})
	require.NoError(t, err)
	require.Greater(t, len(lines), 1000, "these are the logs of all tests")
	// The names, addresses and texts that the tests use, and what tokens look
	// like. A phone number begins a word: the digits of a request's id are none.
	personal := regexp.MustCompile(`(?:^|[^0-9A-Za-z-])\+?91[0-9]{10}\b|Asha|asha-|bounce-|wants a demo|Hello |eyJ[A-Za-z0-9_-]{10}|EAA[a-z0-9]{10}|bn-[a-z0-9]{10}|webhooks/bolna/[a-z0-9]{10}`)
	broken := regexp.MustCompile(`AccessDenied|panic|nil pointer`)
	for _, line := range lines {
		require.NotRegexp(t, personal, line.Text, "logged by %s", line.Function)
		require.NotRegexp(t, broken, line.Text, "logged by %s", line.Function)
	}
}
