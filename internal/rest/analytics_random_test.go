package rest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/postgres/db"
	"github.com/auto-engagement/flows/internal/rest"
)

// now of the statistics' tests lies after changes of the clock in New York (8
// March), London (29 March) and on Lord Howe (5 April, by half an hour).
var statisticsNow = time.Date(2026, 4, 10, 7, 20, 0, 0, time.UTC)

var statisticsZones = []string{
	"Asia/Kolkata", "Asia/Kathmandu", "UTC", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Pacific/Chatham",
}

// history makes random executions and logs, as the writers of the product do
// and as a hand in the database might, and compares every answer with a count
// over the raw tables.
type history struct {
	*testBundle

	rand  *rand.Rand
	flows []string
	zone  *time.Location
}

func newHistory(t *testing.T, seed uint64) *history {
	t.Helper()
	b := setup(t)
	c := b.config()
	virtual, err := clock.Parse(statisticsNow.Format(time.RFC3339) + "," + time.Now().UTC().Format(time.RFC3339) + ",1")
	require.NoError(t, err)
	c.Clock = virtual
	b.handler = rest.New(c)
	h := &history{testBundle: b, rand: rand.New(rand.NewPCG(seed, 7))}
	h.move()
	for range 3 {
		h.newFlow()
	}
	return h
}

// move moves the tenant to another zone.
func (h *history) move() {
	h.t.Helper()
	name := pick(h, statisticsZones...)
	h.exec("update tenants set time_zone = $2 where id = $1", h.a, name)
	zone, err := time.LoadLocation(name)
	require.NoError(h.t, err)
	h.zone = zone
}

func (h *history) newFlow() {
	h.flows = append(h.flows, h.flow(object{"name": fmt.Sprintf("Flow %d", len(h.flows)), "is_enabled": h.rand.IntN(2) == 0, "actions": []object{
		{"action_order": 1, "action_type": "ai_call", "action_config": object{"agent_id": "a", "phone_number_id": "p"}},
		{"action_order": 2, "action_type": "whatsapp_message", "action_config": object{"whatsapp_phone_number_id": "w", "template_id": "t"}},
		{"action_order": 3, "action_type": "wait", "action_config": object{"duration_minutes": 5}},
		{"action_order": 4, "action_type": "email", "action_config": object{"email_template_id": "e"}},
	}}))
}

// as runs statements as the functions' role in a transaction of tenant a.
func (h *history) as(statements func(pipe *postgres.Pipe)) {
	h.t.Helper()
	tx, err := h.db.App.Begin(context.Background(), h.a, nil)
	require.NoError(h.t, err)
	pipe := postgres.NewPipe()
	statements(pipe)
	require.NoError(h.t, tx.Commit(context.Background(), pipe))
}

func (h *history) fold() {
	h.t.Helper()
	_, err := postgres.NewLedger(h.db.App).FoldStats(context.Background(), h.a)
	require.NoError(h.t, err)
}

// moment is within the forty days before now, often near a midnight or just at
// a quarter's edge.
func (h *history) moment() time.Time {
	at := statisticsNow.Add(-time.Duration(h.rand.Int64N(int64(40 * 24 * time.Hour))))
	switch h.rand.IntN(4) {
	case 0:
		at = at.Truncate(15 * time.Minute).Add(time.Duration(h.rand.IntN(2)-1) * time.Microsecond)
	case 1:
		y, m, d := at.In(h.zone).Date()
		at = time.Date(y, m, d, 0, h.rand.IntN(120)-60, 0, 0, h.zone).UTC()
	}
	return at.Truncate(time.Microsecond)
}

// pick gives one of them.
func pick[T any](h *history, from ...T) T { return from[h.rand.IntN(len(from))] }

// start adds up to five executions in one statement, as intake does.
func (h *history) start() {
	h.as(func(pipe *postgres.Pipe) {
		var values []string
		for range 1 + h.rand.IntN(5) {
			flowID, status := "'"+pick(h, h.flows...)+"'::uuid", pick(h, "running", "running", "running", "completed", "skipped", "failed")
			if h.rand.IntN(8) == 0 {
				flowID, status = "null", "skipped"
			}
			values = append(values, fmt.Sprintf("('%s'::uuid, '%s'::uuid, %s, gen_random_uuid(), '%s', %t, '%s'::timestamptz)",
				uuid.Must(uuid.NewV7()), h.a, flowID, status, h.rand.IntN(10) == 0, h.moment().Format(time.RFC3339Nano)))
		}
		pipe.Exec("insert into flow_executions (id, tenant_id, flow_id, contact_id, status, is_test_run, triggered_at) values " + strings.Join(values, ", "))
	})
}

// anExecution is a random one that has a flow; there may be none.
func (h *history) anExecution() (id uuid.UUID, triggered time.Time, found bool) {
	h.t.Helper()
	err := h.db.Admin.QueryRow(context.Background(), `select id, triggered_at from flow_executions
		where tenant_id = $1 and flow_id is not null order by md5(id::text || $2) limit 1`, h.a, strconv.Itoa(h.rand.IntN(1e9))).Scan(&id, &triggered)
	if errors.Is(err, pgx.ErrNoRows) {
		return id, triggered, false
	}
	require.NoError(h.t, err)
	return id, triggered, true
}

// step writes a row of the ledger with the statement of the engine.
func (h *history) step() {
	execution, triggered, found := h.anExecution()
	if !found {
		return
	}
	number := 1 + h.rand.IntN(4)
	last := query[int](h.testBundle, "select coalesce(max(attempt), 0)::int from flow_action_logs where execution_id = $1 and step = $2", execution, number)
	attempt := max(1, last)
	if number == 1 && last > 0 {
		attempt = 1 + h.rand.IntN(min(last+1, 4))
	}
	was := query[string](h.testBundle, "select coalesce(max(state), '') from flow_action_logs where execution_id = $1 and step = $2 and attempt = $3", execution, number, attempt)
	id := uuid.Must(uuid.NewV7())
	state, outcome, detail, result := pick(h, "planned", "queued", "claimed", "sent", "unknown", "done", "failed", "skipped", "done"), "", "", `{"status": "sent"}`
	if number == 3 && state == "sent" {
		state = "done"
	}
	if number == 1 && state == "done" {
		outcome, detail = pick(h, "answered", "missed", "missed"), pick(h, "", "no_answer", "busy", "voicemail", "operator")
	}
	if number == 2 && state == "done" {
		result = pick(h, `{"status": "read"}`, `{"status": "delivered"}`)
	}
	var started *time.Time
	if h.rand.IntN(6) > 0 {
		at := triggered.Add(time.Duration(h.rand.Int64N(int64(time.Second) << h.rand.IntN(20)))).Truncate(time.Microsecond)
		started = &at
	}
	h.as(func(pipe *postgres.Pipe) {
		pipe.Exec(db.SaveStep, id, h.a, execution, int32(number), int32(attempt), nil,
			pick(h, [...]string{"", "ai_call", "whatsapp_message", "wait", "email"}[number]), "{}", state, nil, nil, nil, nil, nil, int32(0), "",
			outcome, detail, true, "", int32(0), nil, nil, started, nil, result, nil, nil, was)
	})
}

func (h *history) one() {
	execution, _, found := h.anExecution()
	switch n := h.rand.IntN(100); {
	case n < 20:
		h.start()
	case n < 62:
		h.step()
	case n < 70 && found: // an end, or a late correction of one
		h.exec("update flow_executions set status = $2 where id = $1", execution, pick(h, "completed", "failed", "skipped", "cancelled"))
	case n < 73: // a hand in the database
		h.exec("update flow_action_logs set state = $2, started_at = $3 where tenant_id = $1 and step <> 3 and hashtext(id::text) % 5 = 0", h.a, pick(h, "done", "failed", "planned"), h.moment())
	case n < 76 && found:
		h.as(func(pipe *postgres.Pipe) { pipe.Exec(db.DropAttempts, execution, 1, h.rand.IntN(3)) })
	case n < 78 && found:
		h.exec("delete from flow_action_logs where execution_id = $1 and hashtext(id::text) % 2 = 0", execution)
	case n < 80 && found:
		h.exec(`insert into flow_action_logs (id, tenant_id, execution_id, step, attempt, action_type, action_config, state, outcome, started_at)
			select gen_random_uuid(), $1, $2, 1, n + (select coalesce(max(attempt), 0) from flow_action_logs where execution_id = $2 and step = 1),
				'ai_call', '{}', 'done', 'missed', $3 from generate_series(1, 3) n`, h.a, execution, h.moment())
	case n < 83:
		h.do(http.StatusOK, "POST", "/executions/bulk-cancel", object{"filter": object{"flow_id": pick(h, h.flows...)}})
	case n < 85:
		i := h.rand.IntN(len(h.flows))
		if out := h.request(h.owner, "DELETE", "/flows/"+h.flows[i], nil); out.status == http.StatusOK {
			h.newFlow()
		}
	case n < 87:
		h.move()
	case n < 93:
		h.fold()
	case n < 95: // two folds at once
		var group errgroup.Group
		for range 2 {
			group.Go(func() error {
				_, err := postgres.NewLedger(h.db.App).FoldStats(context.Background(), h.a)
				return err
			})
		}
		require.NoError(h.t, group.Wait())
	default:
		h.compare()
	}
}

// compare holds each answer for a random stretch of days against the tables.
func (h *history) compare() {
	h.t.Helper()
	raw := h.count(h.a)
	span := h.rand.IntN(35)
	first := statisticsNow.AddDate(0, 0, -h.rand.IntN(45))
	from, to := first.Format(time.DateOnly), first.AddDate(0, 0, span).Format(time.DateOnly)
	id := uuid.MustParse(pick(h, h.flows...))
	stretch := "from=" + from + "&to=" + to
	same := func(path string, want any) {
		h.t.Helper()
		require.Empty(h.t, cmp.Diff(want, h.do(http.StatusOK, "GET", path, nil).body["data"]), "%s in %s", path, raw.zone)
	}
	same("/analytics?"+stretch, raw.analytics(from, to, nil))
	same("/analytics?flow_id="+id.String()+"&"+stretch, raw.analytics(from, to, &id))
	for query, flow := range map[string]*uuid.UUID{"": nil, "flow_id=" + id.String() + "&": &id} {
		same("/analytics/overview?"+query+stretch, raw.overview(from, to, flow))
		same("/analytics/channels?"+query+stretch, raw.channels(from, to, flow))
	}
	same("/analytics/heatmap?metric=answered&"+stretch, raw.heatmap(from, to))
	same("/analytics/sparklines?"+stretch, raw.sparklines(from, to))
	if query[bool](h.testBundle, "select exists (select from auto_engagement_flows where id = $1)", id) {
		same("/flows/"+id.String()+"/statistics?"+stretch, raw.statistics(id, from, to))
		same("/flows/"+id.String()+"/statistics", raw.statistics(id, "1970-01-01", statisticsNow.In(raw.zone).Format(time.DateOnly)))
	}
	funnel := h.do(http.StatusOK, "GET", "/analytics/funnel?"+url.Values{"flow_id": {id.String()}, "from": {from}, "to": {to}}.Encode(), nil).data()
	entered := []any{}
	for _, s := range funnel["steps"].([]any) {
		if s.(object)["entered"] != 0 {
			entered = append(entered, s)
		}
	}
	require.Empty(h.t, cmp.Diff(raw.steps(from, to, id), entered), "funnel of %s in %s", stretch, raw.zone)
	require.Len(h.t, raw.of(from, to, &id), funnel["total_executions"].(int))
}

func TestEveryAnswerEqualsACountOverTheRawTables(t *testing.T) {
	t.Parallel()
	for range 3 {
		seed := rand.Uint64()
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			h := newHistory(t, seed)
			for range 180 {
				h.one()
			}
			h.compare()
			h.fold()
			h.compare()
			require.Zero(t, query[int](h.testBundle, "select count(*)::int from flow_stat_deltas"))
			require.Greater(t, query[int](h.testBundle, "select count(*)::int from flow_action_logs"), 40)
			require.Greater(t, query[int](h.testBundle, "select count(distinct (fact, outcome))::int from flow_stats where n > 0"), 10)
			h.fold()
			h.compare()
		})
	}
}
