package intake_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/intake"
	"github.com/auto-engagement/flows/internal/postgres"
)

func TestManyBatchesOfOneTenantAtOnceKeepTheInvariants(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec(t, "update tenants set match_mode = 'all' where id = $1", b.tenant)
	b.flow(t, 1, func(d *flow.Definition) { d.ReentryMinutes = 0 })
	b.flow(t, 2, on("IndiaMART"))
	const workers, batches, size = 8, 12, 10
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(42, uint64(w)))
			for range batches {
				var bodies [][]byte
				for range size {
					// Few people, each known by any of three keys, and mixed up now and then.
					who, mixed := random.IntN(12), random.IntN(12)
					contact := map[string]any{"phone": fmt.Sprintf("+9198450%05d", who)}
					if random.IntN(2) == 0 {
						contact["email"] = fmt.Sprintf("p%d@example.com", who)
					}
					if random.IntN(3) == 0 {
						contact["external_id"] = fmt.Sprintf("crm-%d", mixed)
					}
					if random.IntN(4) == 0 && contact["email"] != nil {
						delete(contact, "phone")
					}
					bodies = append(bodies, b.lead(fmt.Sprintf("lead-%d", random.IntN(200)), contact, from([]string{"IndiaMART", "JustDial"}[random.IntN(2)])))
				}
				require.Empty(t, b.Process(t.Context(), records(bodies...)))
			}
		})
	}
	all.Wait()
	require.Zero(t, one[int](t, b, `select count(*) from (
select 1 from flow_executions where status = 'running' group by tenant_id, flow_id, contact_id having count(*) > 1) twice`))
	require.Zero(t, one[int](t, b, "select count(*) from contacts c where not exists (select from contact_keys k where k.contact_id = c.id)"),
		"a contact that nothing names is one too many")
	// Whoever is the owner of a phone or e-mail: there is one, and where two
	// contacts show the same, a decision has said so.
	require.Zero(t, one[int](t, b, `select count(*) from (
select c.phone from contacts c where c.phone <> '' group by c.phone having count(*) > 1) shared
where not exists (select from lead_events e, jsonb_array_elements(e.decision -> 'contact' -> 'foreign_keys') k where k ->> 'kind' = 'phone')`))
	require.Zero(t, one[int](t, b, "select count(*) from lead_events where outcome not in ('matched', 'none') or decided_at is null"))
	require.Len(t, b.machines.started, one[int](t, b, "select count(*) from flow_executions where status = 'running'"))
	require.Equal(t, one[int](t, b, "select count(*) from flow_executions"), one[int](t, b, "select count(*) from due_work where kind = 'run'"))
	require.Zero(t, one[int](t, b, `select count(*) from lead_events e where (select count(*) from flow_executions x where x.lead_event_id = e.id)
<> jsonb_array_length(e.decision -> 'taken')`))
}

// turns counts the round trips of a connection: reads that follow a write.
type turns struct {
	net.Conn

	count *atomic.Int64
	wrote *atomic.Bool
}

func (c turns) Write(p []byte) (int, error) {
	c.wrote.Store(true)
	return c.Conn.Write(p)
}

func (c turns) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && c.wrote.Swap(false) {
		c.count.Add(1)
	}
	return n, err
}

// counted is a store whose round trips are counted.
func counted(t testing.TB, b *bundle) (intake.Store, *atomic.Int64) {
	t.Helper()
	plain, err := postgres.Open(b.db.AppURL, 1)
	require.NoError(t, err)
	defer plain.Close()
	config := plain.Config()
	count := &atomic.Int64{}
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return turns{conn, count, &atomic.Bool{}}, err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	require.Equal(t, pgx.QueryExecModeCacheDescribe, config.ConnConfig.DefaultQueryExecMode)
	return postgres.IntakeStore{Pool: &postgres.Pool{Pool: pool}}, count
}

func TestABatchTakesAtMostFourRoundTripsPerTenant(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var count *atomic.Int64
	b.Store, count = counted(t, b)
	for i := range 5 {
		b.flow(t, i)
	}
	batch := func(n int) (bodies [][]byte) {
		for i := range 10 {
			contact := map[string]any{"phone": fmt.Sprintf("+9198450%05d", n*5+i)} // half of them return
			if i == 9 {
				contact = map[string]any{"name": "rejected"}
			}
			bodies = append(bodies, b.lead(fmt.Sprintf("lead-%d-%d", n, i), contact))
		}
		return bodies
	}
	// Statements are described once per connection.
	for n := range 3 {
		b.take(t, batch(n)...)
	}
	count.Store(0)
	b.take(t, batch(3)...)
	require.LessOrEqual(t, count.Load(), int64(4))
	require.GreaterOrEqual(t, count.Load(), int64(3), "nothing was counted")
	count.Store(0)
	b.take(t, batch(3)...)
	require.LessOrEqual(t, count.Load(), int64(4), "repeats")
}

// Leads per second of one tenant, in batches of ten, half of them of contacts
// that are known.
func BenchmarkLeads(bench *testing.B) {
	for _, flows := range []int{20, 1000} {
		bench.Run(fmt.Sprintf("flows=%d", flows), func(bench *testing.B) {
			b := setup(bench)
			b.Log = slog.New(slog.DiscardHandler)
			for i := range flows {
				b.flow(bench, i, on(fmt.Sprintf("source %d", i)))
			}
			n := 0
			for bench.Loop() {
				bodies := make([][]byte, 10)
				for i := range bodies {
					n++
					bodies[i] = b.lead(fmt.Sprintf("lead-%d", n), map[string]any{"name": "Asha Rao", "phone": fmt.Sprintf("+9198450%05d", (n/2)%100_000)},
						from(fmt.Sprintf("source %d", n%flows)))
				}
				if failed := b.Process(bench.Context(), records(bodies...)); len(failed) > 0 {
					bench.Fatal(failed)
				}
			}
			bench.ReportMetric(float64(n)/bench.Elapsed().Seconds(), "leads/s")
		})
	}
}
