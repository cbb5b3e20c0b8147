package rest_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/rest"
)

// limit gives the bundle a handler of its own that lets so many requests pass.
func (b *testBundle) limit(rate, burst int) {
	b.t.Helper()
	c := b.config()
	c.Limits = postgres.NewRateLimiter(rate, burst)
	b.handler = rest.New(c)
}

// drain takes all tokens of tenant a, and stops the refilling.
func (b *testBundle) drain() {
	b.t.Helper()
	b.exec(`insert into rate_limits (tenant_id, tokens, refilled_at) values ($1, 0, now() + interval '1 hour')
		on conflict (tenant_id) do update set tokens = 0, refilled_at = excluded.refilled_at`, b.a)
}

func (b *testBundle) isTooMany(out answer) {
	b.t.Helper()
	require.Equal(b.t, http.StatusTooManyRequests, out.status, "%s", out.raw)
	b.isFailure(out, "Too many requests, please slow down")
	require.Equal(b.t, "1", out.header.Get("Retry-After"))
	require.Equal(b.t, "0", out.header.Get("RateLimit-Remaining"))
}

func TestTheDocumentQuotesTheRefusalAndItsHeaders(t *testing.T) {
	t.Parallel()
	response := document().root["components"].(object)["responses"].(object)["TooManyRequests"].(object)
	examples := response["content"].(object)["application/json"].(object)["examples"].(object)
	require.Contains(t, examples, "Too many requests, please slow down")
	b := setup(t)
	b.drain()
	b.limit(1, 3)
	out := b.request(b.owner, "GET", "/flows", nil)
	b.isTooMany(out)
	for name := range response["headers"].(object) {
		require.NotEmpty(t, out.header.Get(name), name)
	}
}

func TestATenantMaySendABurstAndThenOneAtATime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.limit(1, 3)
	for left := 2; left >= 0; left-- {
		out := b.do(http.StatusOK, "GET", "/flows", nil)
		require.Equal(t, "3", out.header.Get("RateLimit-Limit"))
		require.Equal(t, strconv.Itoa(left), out.header.Get("RateLimit-Remaining"))
		require.Equal(t, strconv.Itoa(3-left), out.header.Get("RateLimit-Reset"))
	}
	// Another instance knows nothing of it, and refuses all the same.
	first := b.handler
	b.limit(1, 3)
	out := b.request(b.owner, "POST", "/flows", object{"name": "one too many"})
	b.isTooMany(out)
	require.Equal(t, "3", out.header.Get("RateLimit-Reset"))
	require.Zero(t, query[int](b, "select count(*) from auto_engagement_flows"))
	require.Equal(t, http.StatusOK, b.request(b.other, "GET", "/flows", nil).status, "another tenant has a bucket of its own")
	b.handler = first
	b.exec("update rate_limits set refilled_at = refilled_at - interval '1 second' where tenant_id = $1", b.a)
	require.Eventually(t, func() bool { return b.request(b.owner, "GET", "/flows", nil).status == http.StatusOK }, 10*time.Second, time.Millisecond)
	require.Empty(t, b.causes(), "a refusal is nothing to look into")
}

func TestATenantsOwnLimitCountsBeforeTheDeployments(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.limit(1, 3)
	b.exec("update tenants set rate_limit = 1, rate_burst = 1000 where id = $1", b.a)
	out := b.do(http.StatusOK, "GET", "/flows", nil)
	require.Equal(t, "1000", out.header.Get("RateLimit-Limit"))
	require.Equal(t, "999", out.header.Get("RateLimit-Remaining"))
	require.Equal(t, "1", out.header.Get("RateLimit-Reset"))
	require.Equal(t, "3", b.request(b.other, "GET", "/flows", nil).header.Get("RateLimit-Limit"))
}

func TestInstancesTogetherLetNoMoreThanTheBurstPass(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var handlers []http.Handler
	for range 4 {
		b.limit(1, 20)
		handlers = append(handlers, b.handler)
	}
	begun := time.Now()
	var passed atomic.Int64
	var all sync.WaitGroup
	for i := range 80 {
		own := *b
		own.handler = handlers[i%len(handlers)]
		all.Go(func() {
			if out := own.request(own.owner, "GET", "/me", nil); out.status == http.StatusOK {
				passed.Add(1)
			}
		})
	}
	all.Wait()
	require.GreaterOrEqual(t, passed.Load(), int64(20))
	require.LessOrEqual(t, passed.Load(), 20+int64(time.Since(begun).Seconds()))
}

func TestEveryOperationIsLimited(t *testing.T) {
	t.Parallel()
	b, _, ids := besieged(t)
	b.drain()
	before := b.rows(b.a)
	for _, o := range b.operations() {
		b.limit(1, 10) // an instance that has not heard of the refusal yet
		for _, when := range []string{"by the database", "by what is known"} {
			out := b.request(b.owner, o.method, o.in(ids), o.body(ids["flows"]))
			require.Equal(t, http.StatusTooManyRequests, out.status, "%s %s %s: %s", o.method, o.path, when, out.raw)
			b.isTooMany(out)
		}
	}
	require.Equal(t, before, b.rows(b.a), "nothing was done")
	require.Empty(t, b.queue.sent)
}

func TestAnswersThatNeedNoDatabaseTellTheLimitToo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.limit(10, 20)
	b.do(http.StatusOK, "GET", "/flows", nil)
	for name, out := range map[string]answer{
		"bad body":   b.request(b.owner, "POST", "/flows", "{"),
		"bad id":     b.request(b.owner, "GET", "/flows/17", nil),
		"no JSON":    b.request(b.owner, "POST", "/flows", "x", "Content-Type", "text/plain"),
		"not there":  b.request(b.owner, "GET", "/flows/0197a000-0000-7000-8000-000000000001", nil),
		"other page": b.request(b.owner, "GET", "/flows?limit=0", nil),
	} {
		require.Equal(t, "20", out.header.Get("RateLimit-Limit"), name)
		require.NotEmpty(t, out.header.Get("RateLimit-Remaining"), name)
		require.NotEmpty(t, out.header.Get("RateLimit-Reset"), name)
	}
	require.Empty(t, b.request("", "GET", "/flows", nil).header.Get("RateLimit-Limit"), "nobody's limit")
	require.Empty(t, b.request("", "GET", "/health", nil).header.Get("RateLimit-Limit"))
}

func TestADatabaseThatIsAwayIsNoLimit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	away, err := postgres.Open("postgres://aef_app@127.0.0.1:1/none?sslmode=disable", 1)
	require.NoError(t, err)
	t.Cleanup(away.Close)
	c := b.config()
	c.Flows, c.Limits = postgres.FlowStore{Pool: away}, postgres.NewRateLimiter(1, 1)
	b.handler = rest.New(c)
	for range 5 {
		out := b.do(http.StatusServiceUnavailable, "GET", "/flows", nil)
		b.isFailure(out, "The database is away, please try again")
		require.Equal(t, "1", out.header.Get("RateLimit-Limit"))
	}
}

func TestATenantHasAtMostAThousandFlows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{})
	b.exec(`with made as (
			insert into auto_engagement_flows (id, tenant_id, name, priority, created_at, updated_at)
			select gen_random_uuid(), $1, 'F', n, now(), now() from generate_series(1, 998) n returning *)
		insert into flow_versions (tenant_id, flow_id, version, definition, created_at)
		select tenant_id, id, 1, '{"name":"F"}', now() from made`, b.a)
	b.do(http.StatusCreated, "POST", "/flows", object{"name": "the last"})
	const text = "A tenant can have at most 1000 flows"
	b.refused(http.StatusBadRequest, text, "POST", "/flows", object{"name": "one more"})
	b.refused(http.StatusBadRequest, text, "POST", "/flows/"+id+"/duplicate", nil)
	b.refused(http.StatusBadRequest, text, "POST", "/flows/import", object{"flows": []object{{"name": "one more"}}})
	require.Equal(t, 1000, query[int](b, "select count(*) from auto_engagement_flows"))
	// Those that are there can be changed, and room be made.
	b.do(http.StatusOK, "PATCH", "/flows/"+id, object{"name": "changed"})
	b.do(http.StatusOK, "DELETE", "/flows/"+id, nil)
	b.do(http.StatusCreated, "POST", "/flows", object{"name": "one more"})
}

func TestTwoWhoCreateTheLastFlowAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec(`insert into auto_engagement_flows (id, tenant_id, name, priority, created_at, updated_at)
		select gen_random_uuid(), $1, 'F', n, now(), now() from generate_series(1, 995) n`, b.a)
	var created atomic.Int64
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			if b.request(b.owner, "POST", "/flows", object{"name": fmt.Sprint("F", i)}).status == http.StatusCreated {
				created.Add(1)
			}
		})
	}
	all.Wait()
	require.Equal(t, int64(5), created.Load())
}

func TestAFlowHasAtMostFiftyActionsAndAHundredConditions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{})
	actions, conditions := []object{}, []object{}
	for i := range 51 {
		actions = append(actions, with(wait, "action_order", i+1))
	}
	for range 101 {
		conditions = append(conditions, fromA)
	}
	for path, body := range map[string]object{"/flows": {"name": "F"}, "/flows/" + id: {}, "/flows/" + id + "/actions": nil} {
		method := map[string]string{"/flows": "POST", "/flows/" + id: "PATCH"}[path]
		if method == "" {
			method = "PUT"
		}
		b.refused(http.StatusBadRequest, "A flow can have at most 50 actions", method, path, with(body, "actions", actions))
	}
	b.refused(http.StatusBadRequest, "A flow can have at most 100 conditions", "PATCH", "/flows/"+id, object{"trigger_conditions": conditions})
	b.refused(http.StatusBadRequest, "A flow can have at most 100 conditions", "PUT", "/flows/"+id+"/conditions", object{"conditions": conditions})
	b.do(http.StatusOK, "PUT", "/flows/"+id+"/actions", object{"actions": actions[:50]})
	b.do(http.StatusOK, "PUT", "/flows/"+id+"/conditions", object{"conditions": conditions[:100]})
}

func TestATokenCostsNoRoundTrip(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, limiter := range map[string]*postgres.RateLimiter{"without": nil, "with": postgres.NewRateLimiter(1, 1000)} {
		wire, pool := counting(t, b.db.AppURL)
		ctx := context.Background()
		if limiter != nil {
			ctx, _ = limiter.Limit(ctx, b.a)
		}
		store := postgres.FlowStore{Pool: pool}
		_, err := store.Tenant(ctx, b.a) // statements are described when first used
		require.NoError(t, err)
		if limiter != nil {
			ctx, _ = limiter.Limit(context.Background(), b.a)
		}
		b.exec("update rate_limits set refilled_at = now() + interval '1 hour'") // and no more come
		before := wire.Load()
		_, err = store.Tenant(ctx, b.a)
		require.NoError(t, err)
		require.Equal(t, int64(2), wire.Load()-before, "%s a limit: begin and read, commit", name)
	}
	require.InDelta(t, 998, query[float64](b, "select tokens from rate_limits where tenant_id = $1", b.a), 0.5, "two were taken")
}

// counting is a pool whose requests to the server are counted: the times that
// a connection is read from after something was written.
func counting(t *testing.T, url string) (*atomic.Int64, *postgres.Pool) {
	t.Helper()
	trips := &atomic.Int64{}
	pool, err := postgres.Open(url, 1)
	require.NoError(t, err)
	c := pool.Config()
	c.ConnConfig.AfterNetConnect = func(_ context.Context, _ *pgconn.Config, conn net.Conn) (net.Conn, error) {
		return &tripConn{Conn: conn, trips: trips}, nil
	}
	pool.Close()
	own, err := pgxpool.NewWithConfig(context.Background(), c)
	require.NoError(t, err)
	t.Cleanup(own.Close)
	return trips, &postgres.Pool{Pool: own}
}

type tripConn struct {
	net.Conn

	trips   *atomic.Int64
	written atomic.Bool
}

func (c *tripConn) Write(b []byte) (int, error) {
	c.written.Store(true)
	return c.Conn.Write(b)
}

func (c *tripConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 && c.written.Swap(false) {
		c.trips.Add(1)
	}
	return n, err
}
