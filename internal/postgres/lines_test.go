package postgres_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/postgres/db"
	"github.com/auto-engagement/flows/internal/testdb"
)

// lines drives call lines as the engine does, without executions.
type lines struct {
	db      *testdb.DB
	tenants []uuid.UUID
	most    int
}

func newLines(t *testing.T, most int, limits ...int) *lines {
	t.Helper()
	l := &lines{db: testdb.New(t), most: most}
	for _, limit := range limits {
		id := l.db.Tenant(t)
		_, err := l.db.Admin.Exec(context.Background(), "update tenants set call_concurrency = $1 where id = $2", limit, id)
		require.NoError(t, err)
		l.tenants = append(l.tenants, id)
	}
	return l
}

// change runs statements in a transaction of the tenant that ends with giving
// lines out, and tells to which calls.
func (l *lines) change(tenant uuid.UUID, at time.Time, statements func(*postgres.Pipe)) ([]uuid.UUID, error) {
	var given []uuid.UUID
	ctx := context.Background()
	err := postgres.Retry(ctx, func() error {
		tx, err := l.db.App.Begin(ctx, tenant, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		pipe := postgres.NewPipe()
		pipe.Exec(db.LockLines)
		if statements != nil {
			statements(pipe)
		}
		rows := postgres.Rows[db.AssignLinesRow](pipe, db.AssignLines, at, int32(l.most))
		if err := tx.Commit(ctx, pipe); err != nil {
			return err
		}
		given = nil
		for _, r := range *rows {
			given = append(given, r.Call)
		}
		return nil
	})
	return given, err
}

func (l *lines) queue(tenant int, call uuid.UUID, at time.Time) ([]uuid.UUID, error) {
	id := l.tenants[tenant]
	return l.change(id, at, func(p *postgres.Pipe) { p.Exec(db.QueueForLine, call, uuid.New(), at, id) })
}

func (l *lines) free(tenant int, call uuid.UUID, at time.Time) ([]uuid.UUID, error) {
	id := l.tenants[tenant]
	return l.change(id, at, func(p *postgres.Pipe) { p.Exec(db.FreeLine, call, id) })
}

// take uses an assigned line; false when it was taken back.
func (l *lines) take(tenant int, call uuid.UUID, at time.Time) (bool, error) {
	tx, err := l.db.App.Begin(context.Background(), l.tenants[tenant], nil)
	if err != nil {
		return false, err
	}
	defer tx.Rollback(context.Background())
	pipe := postgres.NewPipe()
	pipe.Exec(db.TakeLine, at.Add(time.Hour), call, l.tenants[tenant])
	err = tx.Commit(context.Background(), pipe)
	if postgres.Raced(err) {
		return false, nil
	}
	return err == nil, err
}

func TestTenantsTakeTurnsHoweverLongTheirQueues(t *testing.T) {
	t.Parallel()
	l := newLines(t, 1, 5, 5, 5)
	now := time.Now()
	names := map[uuid.UUID]string{}
	var out []uuid.UUID
	for i, n := range []int{6, 1, 3} {
		for k := range n {
			call := uuid.New()
			names[call] = fmt.Sprintf("%c%d", 'A'+i, k+1)
			given, err := l.queue(i, call, now)
			require.NoError(t, err)
			out = append(out, given...)
			now = now.Add(time.Millisecond)
		}
	}
	tenant := map[byte]int{'A': 0, 'B': 1, 'C': 2}
	for i := 0; i < len(out); i++ {
		given, err := l.free(tenant[names[out[i]][0]], out[i], now)
		require.NoError(t, err)
		out = append(out, given...)
	}
	order := make([]string, 0, len(out))
	for _, call := range out {
		order = append(order, names[call])
	}
	require.Equal(t, []string{"A1", "B1", "C1", "A2", "C2", "A3", "C3", "A4", "A5", "A6"}, order)
}

// model is what call lines are to do, said a second time and simply.
type model struct {
	most   int
	limits []int
	queues [3][]queued
	taken  [3]map[uuid.UUID]time.Time // until when an assigned line must be used; zero when live
	turns  [3]int
	turn   int
}

type queued struct {
	call      uuid.UUID
	at        time.Time
	notBefore time.Time
}

func (m *model) busy() (n int) {
	for _, t := range m.taken {
		n += len(t)
	}
	return n
}

// waiting is the first in a tenant's queue that may have a line now; -1 for none.
func (m *model) waiting(tenant int, at time.Time) int {
	slices.SortFunc(m.queues[tenant], func(a, b queued) int {
		return cmp.Or(a.at.Compare(b.at), slices.Compare(a.call[:], b.call[:]))
	})
	return slices.IndexFunc(m.queues[tenant], func(q queued) bool { return !q.notBefore.After(at) })
}

func (m *model) assign(at time.Time) (given []uuid.UUID) {
	for i := range m.taken {
		for call, until := range m.taken[i] {
			if !until.IsZero() && !until.After(at) {
				delete(m.taken[i], call)
				m.queues[i] = append(m.queues[i], queued{call, at, time.Time{}})
			}
		}
	}
	for {
		round := []int{}
		for i := range m.queues {
			if m.waiting(i, at) >= 0 && len(m.taken[i]) < m.limits[i] {
				round = append(round, i)
			}
		}
		slices.SortStableFunc(round, func(a, b int) int {
			return cmp.Or(m.turns[a]-m.turns[b], m.queues[a][m.waiting(a, at)].at.Compare(m.queues[b][m.waiting(b, at)].at))
		})
		more := false
		for _, i := range round {
			if m.busy() >= m.most {
				break
			}
			first := m.waiting(i, at)
			call := m.queues[i][first].call
			m.queues[i] = slices.Delete(m.queues[i], first, first+1)
			m.taken[i][call] = at.Add(time.Minute)
			m.turn++
			m.turns[i], more = m.turn, true
			given = append(given, call)
		}
		if !more {
			return given
		}
	}
}

// One after another, in any order, lines go to exactly those whose turn it is.
func TestLinesGoToThoseWhoseTurnItIs(t *testing.T) {
	t.Parallel()
	l := newLines(t, 0, 1, 1, 1)
	ctx := context.Background()
	rapid.Check(t, func(t *rapid.T) {
		_, err := l.db.Admin.Exec(ctx, "truncate call_lines, call_turns")
		require.NoError(t, err)
		m := &model{most: rapid.IntRange(1, 5).Draw(t, "most")}
		l.most = m.most
		for i := range l.tenants {
			m.limits = append(m.limits, rapid.IntRange(1, 3).Draw(t, "limit"))
			m.taken[i] = map[uuid.UUID]time.Time{}
			_, err := l.db.Admin.Exec(ctx, "update tenants set call_concurrency = $1 where id = $2", m.limits[i], l.tenants[i])
			require.NoError(t, err)
		}
		now := time.Now().Truncate(time.Millisecond)
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{1, 1, 1, 20, 61}).Draw(t, "seconds")) * time.Second)
			i := rapid.IntRange(0, 2).Draw(t, "tenant")
			id := l.tenants[i]
			holders := make([]uuid.UUID, 0, len(m.taken[i]))
			for call := range m.taken[i] {
				holders = append(holders, call)
			}
			slices.SortFunc(holders, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
			what := rapid.SampledFrom([]string{"queue", "queue", "queue", "take", "free", "return", "leave", "limit"}).Draw(t, "what")
			var given []uuid.UUID
			switch {
			case what == "queue":
				call := uuid.New()
				m.queues[i] = append(m.queues[i], queued{call, now, now})
				given, err = l.queue(i, call, now)
			case what == "limit":
				m.limits[i] = rapid.IntRange(1, 3).Draw(t, "new limit")
				given, err = l.change(id, now, func(p *postgres.Pipe) {
					p.Exec("update tenants set call_concurrency = $1 where id = $2", m.limits[i], id)
				})
			case what == "leave" && len(m.queues[i]) > 0:
				call := m.queues[i][len(m.queues[i])-1].call
				m.queues[i] = m.queues[i][:len(m.queues[i])-1]
				given, err = l.free(i, call, now)
			case what == "take" && len(holders) > 0:
				var taken bool
				taken, err = l.take(i, holders[0], now)
				require.Equal(t, !m.taken[i][holders[0]].IsZero(), taken)
				m.taken[i][holders[0]] = time.Time{}
				require.NoError(t, err)
				given, err = l.change(id, now, nil)
			case what == "free" && len(holders) > 0:
				delete(m.taken[i], holders[0])
				given, err = l.free(i, holders[0], now)
			case what == "return" && len(holders) > 0:
				var at time.Time
				require.NoError(t, l.db.Admin.QueryRow(ctx, "select queued_at from call_lines where call = $1", holders[0]).Scan(&at))
				delete(m.taken[i], holders[0])
				m.queues[i] = append(m.queues[i], queued{holders[0], at, now.Add(30 * time.Second)})
				given, err = l.change(id, now, func(p *postgres.Pipe) { p.Exec(db.ReturnLine, now.Add(30*time.Second), holders[0], id) })
			default:
				given, err = l.change(id, now, nil)
			}
			require.NoError(t, err)
			require.Equal(t, m.assign(now), given, what)
		}
	})
}

// In parallel, and with lines that go unused, there are never more calls on
// lines than the limits, and none is forgotten in the queue.
func TestManyAtOnceNeverExceedTheLimitsAndForgetNobody(t *testing.T) {
	t.Parallel()
	const workers, rounds = 8, 120
	limits := []int{1, 2, 3, 2, 4}
	l := newLines(t, 6, limits...)
	var clock atomic.Int64
	clock.Store(time.Now().UnixMilli())
	now := func() time.Time { return time.UnixMilli(clock.Add(7)) }
	ctx := context.Background()

	stop := make(chan struct{})
	var audit, work sync.WaitGroup
	var looks int
	audit.Go(func() {
		for {
			over, err := l.overLimits()
			if err != nil || over != "" {
				t.Errorf("too many calls on lines: %s %v", over, err)
				return
			}
			looks++
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	fail := func(err error) bool {
		if err != nil {
			t.Error(err)
		}
		return err != nil
	}
	for range workers {
		work.Go(func() {
			for range rounds {
				i := rand.IntN(len(limits))
				var err error
				switch n := rand.IntN(10); {
				case n < 4:
					_, err = l.queue(i, uuid.New(), now())
				case n < 9:
					err = l.useOne(i, now())
				default:
					clock.Add(rand.Int64N(61_000)) // some given lines go unused
					_, err = l.change(l.tenants[i], now(), nil)
				}
				if fail(err) {
					return
				}
			}
		})
	}
	work.Wait()
	close(stop)
	audit.Wait()
	require.Positive(t, looks)
	// Nobody has come or gone since the last line was given: who waits, waits for good reason.
	require.Empty(t, l.idle(t))

	// And everybody gets a line in the end.
	for left := -1; left != 0; {
		before := left
		for i := range limits {
			require.NoError(t, l.useAll(i, now()))
		}
		require.NoError(t, l.db.Admin.QueryRow(ctx, "select count(*) from call_lines").Scan(&left))
		require.NotEqual(t, before, left, "the queue does not get shorter")
	}
}

// overLimits says which limit is exceeded, "" for none.
func (l *lines) overLimits() (over string, err error) {
	err = l.db.Admin.QueryRow(context.Background(), `
		with taken as (select tenant_id, tenant_limit, count(*) n from call_lines where state <> 'waiting' group by 1, 2)
		select coalesce(string_agg(format('%s: %s of %s', tenant_id, n, tenant_limit), ', ') filter (where n > tenant_limit), '')
			|| case when sum(n) > $1 then format('%s in all', sum(n)) else '' end from taken`, l.most).Scan(&over)
	return over, err
}

// idle lists the tenants that wait though a line is free for them.
func (l *lines) idle(t *testing.T) []uuid.UUID {
	t.Helper()
	rows, err := l.db.Admin.Query(context.Background(), `
		select tenant_id from call_lines group by tenant_id, tenant_limit
		having count(*) filter (where state = 'waiting') > 0 and count(*) filter (where state <> 'waiting') < tenant_limit
			and (select count(*) from call_lines where state <> 'waiting') < $1`, l.most)
	require.NoError(t, err)
	idle, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	require.NoError(t, err)
	return idle
}

// useOne takes or ends one of a tenant's lines.
func (l *lines) useOne(tenant int, at time.Time) error {
	held, err := l.held(tenant)
	if err != nil || len(held) == 0 {
		return err
	}
	h := held[rand.IntN(len(held))]
	if h.State == "assigned" && rand.IntN(3) > 0 {
		_, err = l.take(tenant, h.Call, at)
		return err
	}
	_, err = l.free(tenant, h.Call, at)
	return err
}

func (l *lines) useAll(tenant int, at time.Time) error {
	held, err := l.held(tenant)
	if err != nil {
		return err
	}
	for _, h := range held {
		if _, err := l.free(tenant, h.Call, at); err != nil {
			return err
		}
	}
	return nil
}

type holder struct {
	Call  uuid.UUID
	State string
}

func (l *lines) held(tenant int) ([]holder, error) {
	rows, err := l.db.Admin.Query(context.Background(), "select call, state from call_lines where tenant_id = $1 and state <> 'waiting'", l.tenants[tenant])
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[holder])
}
