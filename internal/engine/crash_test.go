package engine_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
)

// deaths is how often the action process dies at each point.
const deaths = 100

// errDied is what a process that dies in the middle of a request panics with.
var errDied = errors.New("died")

// A process that dies once at any point of a step leaves an execution that
// ends, with at most one request for each attempt and no line held.
func TestDeathsAroundTheRequestRepeatNothingAndHangNothing(t *testing.T) {
	for name, c := range map[string]struct {
		// before has the process die as the nth request is about to leave, after
		// when it has left, stored as its answer is to be written.
		before, after, stored bool
	}{
		"before the request":          {before: true},
		"after the request left":      {after: true},
		"before the answer is stored": {stored: true},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			template := b.template()
			store := b.Store
			for range deaths {
				steps := make([]flow.Action, 1+rand.IntN(2))
				for i := range steps {
					steps[i] = []func(int) flow.Action{call, func(n int) flow.Action { return message(n) }, func(n int) flow.Action { return mail(n, template) }}[rand.IntN(3)](i + 1)
				}
				victim, seen := 1+rand.IntN(len(steps)), 0
				b.providers.mu.Lock()
				b.providers.requests = nil
				b.providers.mu.Unlock()
				b.providers.leaving, b.providers.place, b.Store = nil, nil, store
				switch {
				case c.before:
					b.providers.leaving = func() {
						if seen++; seen == victim {
							panic(errDied)
						}
					}
				case c.after:
					b.providers.place = func(int) provider.Answer {
						if seen++; seen == victim {
							panic(errDied)
						}
						return provider.Answer{Class: provider.Accepted, ProviderID: uuid.NewString()}
					}
				case c.stored:
					b.Store = &dyingAtSettling{Store: store, after: rand.IntN(2) == 0, requests: b.providers.count, victim: victim}
				}
				in := b.start(steps...)
				b.driveThroughDeaths(in)
				// A step that was asked for twice would have lost its first claim.
				require.Len(t, b.claims(in), b.providers.count(), "each step was asked for once at most")
				require.NotEqual(t, "running", b.text("select status from flow_executions where id = $1", in.ExecutionID))
				require.Equal(t, "0", b.text("select count(*) from flow_action_logs where execution_id = $1 and state in ('planned', 'queued', 'claimed', 'unknown')", in.ExecutionID))
				require.Equal(t, "0", b.text("select count(*) from call_lines"))
			}
		})
	}
}

// dyingAtSettling dies in the first transaction after the victim's request,
// before it or after its commit.
type dyingAtSettling struct {
	engine.Store

	after, dead bool
	requests    func() int
	victim      int
}

func (d *dyingAtSettling) Locked(ctx context.Context, tenant, execution uuid.UUID, decide func(*engine.Snapshot) (*engine.Changes, error)) error {
	if d.dead || d.requests() < d.victim {
		return d.Store.Locked(ctx, tenant, execution, decide)
	}
	d.dead = true
	if d.after {
		if err := d.Store.Locked(ctx, tenant, execution, decide); err != nil {
			return err
		}
	}
	return errKilled
}

// driveThroughDeaths drives an execution whose tasks may die; the machine then
// asks again, once the claim of the dead has run out.
func (b *bundle) driveThroughDeaths(in engine.Input) {
	b.t.Helper()
	ctx := context.Background()
	for range 10 {
		if b.survived(func() { b.drive(in) }) {
			return
		}
		b.expireClaims(in)
		_, err := b.Plan(ctx, in)
		require.NoError(b.t, err)
	}
	b.t.Fatal("the execution does not end")
}

// survived is false when the process died in do.
func (b *bundle) survived(do func()) (alive bool) {
	defer func() {
		if r := recover(); r != nil {
			if err, is := r.(error); !is || !errors.Is(err, errDied) {
				panic(r)
			}
			alive = false
		}
	}()
	do()
	return true
}

// claims are the attempts under whose claim a request left.
func (b *bundle) claims(in engine.Input) (found []uuid.UUID) {
	b.t.Helper()
	b.providers.mu.Lock()
	defer b.providers.mu.Unlock()
	rows, err := b.db.Admin.Query(context.Background(), "select id from flow_action_logs where execution_id = $1 and claim_id = any($2)", in.ExecutionID, b.providers.requests)
	require.NoError(b.t, err)
	found, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	require.NoError(b.t, err)
	return found
}

// template is an e-mail template of the tenant.
func (b *bundle) template() uuid.UUID {
	b.t.Helper()
	id := uuid.New()
	b.exec(`insert into email_templates (id, tenant_id, name, subject, body_text, created_at, updated_at)
		values ($1, $2, 'Welcome', 'Hello', 'Hello {{ name }}', now(), now())`, id, b.tenant)
	return id
}

func mail(order int, template uuid.UUID) flow.Action {
	return action(order, flow.Email, flow.EmailConfig{TemplateID: template.String()})
}
