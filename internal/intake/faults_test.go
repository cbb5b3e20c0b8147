package intake_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/intake"
	"github.com/auto-engagement/flows/internal/postgres"
)

// meddler stands between intake and the store, and does something there.
type meddler struct {
	intake.Store

	load   func(known *intake.Known)
	commit func(ctx context.Context, changes intake.Changes) error
	// after is called when the commit has been made; its error replaces success.
	after func() error
}

type meddledTx struct {
	intake.Tx

	m *meddler
}

func (m *meddler) Begin(ctx context.Context, tenant uuid.UUID) (intake.Tx, intake.Settings, error) {
	tx, settings, err := m.Store.Begin(ctx, tenant)
	return meddledTx{tx, m}, settings, err
}

func (t meddledTx) Load(ctx context.Context, wanted intake.Wanted) (intake.Known, error) {
	known, err := t.Tx.Load(ctx, wanted)
	if t.m.load != nil {
		t.m.load(&known)
	}
	return known, err
}

func (t meddledTx) Commit(ctx context.Context, changes intake.Changes) error {
	if t.m.commit != nil {
		if err := t.m.commit(ctx, changes); err != nil {
			return err
		}
	}
	if err := t.Tx.Commit(ctx, changes); err != nil {
		return err
	}
	if t.m.after != nil {
		return t.m.after()
	}
	return nil
}

// once makes a function act the first time only.
func once(do func()) func(context.Context, intake.Changes) error {
	done := false
	return func(context.Context, intake.Changes) error {
		if !done {
			done = true
			do()
		}
		return nil
	}
}

func TestAnExecutionNotStartedIsStartedWhenTheMessageReturns(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(b *bundle){
		"throttled": func(b *bundle) { b.machines.failing = errThrottled },
		"the commit's answer is lost": func(b *bundle) {
			b.Store = &meddler{Store: b.Store, after: func() error { return intake.ErrUnavailable }}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.flow(t, 1)
			store := b.Store
			fail(b)
			batch := records(b.lead("lead-1", asha()), b.lead("lead-1", asha()))
			require.ElementsMatch(t, []string{batch[0].MessageID, batch[1].MessageID}, b.Process(t.Context(), batch))
			require.Empty(t, b.machines.started)
			require.Equal(t, 1, one[int](t, b, "select count(*) from flow_executions where tenant_id = $1", b.tenant))

			b.Store, b.machines.failing = store, nil
			require.Empty(t, b.Process(t.Context(), batch))
			require.Len(t, b.machines.started, 1)
			require.Equal(t, 1, one[int](t, b, "select count(*) from flow_executions where tenant_id = $1", b.tenant))
		})
	}
}

func TestAThrottledStartSendsBackOnlyItsOwnMessages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1, on("IndiaMART"))
	b.machines.failing = errThrottled
	batch := records(b.lead("lead-1", map[string]any{"phone": "+919845000001"}),
		b.lead("lead-2", map[string]any{"phone": "+919845000002"}, from("JustDial")))
	require.Equal(t, []string{batch[0].MessageID}, b.Process(t.Context(), batch))
}

func TestAValueThatAConstraintRefusesHarmsNoOtherRecord(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1)
	b.exec(t, "alter table contacts add constraint no_bob check (name <> 'Bob')")
	batch := records(b.lead("lead-1", map[string]any{"phone": "+919845000001"}),
		b.lead("lead-2", map[string]any{"phone": "+919845000002", "name": "Bob"}),
		b.lead("lead-3", map[string]any{"phone": "+919845000003"}))
	require.Equal(t, []string{batch[1].MessageID}, b.Process(t.Context(), batch))
	require.Equal(t, []string{"Flow 1"}, b.entered(t, "lead-1"))
	require.Equal(t, []string{"Flow 1"}, b.entered(t, "lead-3"))
	require.Len(t, b.machines.started, 2)
	require.Equal(t, 2, one[int](t, b, "select count(*) from lead_events where tenant_id = $1", b.tenant))
	require.Empty(t, b.dead.letters)
}

func TestAPanicInATransactionIsThatOfOneRecord(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1)
	b.Store = &meddler{Store: b.Store, commit: func(_ context.Context, changes intake.Changes) error {
		for _, c := range changes.NewContacts {
			if c.Name == "Bob" {
				panic("Bob")
			}
		}
		return nil
	}}
	batch := records(b.lead("lead-1", map[string]any{"phone": "+919845000001", "name": "Bob"}), b.lead("lead-2", map[string]any{"phone": "+919845000002"}))
	require.Equal(t, []string{batch[0].MessageID}, b.Process(t.Context(), batch))
	require.Equal(t, []string{"Flow 1"}, b.entered(t, "lead-2"))
	require.Zero(t, b.db.App.Stat().AcquiredConns(), "a connection was lost")
}

type bomb struct{}

func (bomb) MarshalJSON() ([]byte, error) { panic("bomb") }

func TestALeadThatPanicsGoesBackAloneAndLeavesNoTrace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	field, value := "bomb", "x"
	b.flow(t, 1, func(d *flow.Definition) {
		d.Conditions = []flow.Condition{{Type: flow.CustomField, Operator: flow.NotEquals, Value: &value, CustomFieldName: &field}}
	})
	b.take(t, b.lead("lead-0", asha()))
	commits := 0
	b.Store = &meddler{
		Store: b.Store,
		load:  func(known *intake.Known) { known.Contacts[0].CustomFields = map[string]any{"bomb": bomb{}} },
		commit: func(_ context.Context, changes intake.Changes) error {
			commits++
			require.Len(t, changes.NewEvents, 1)
			require.Empty(t, changes.ChangedContacts)
			return nil
		},
	}
	batch := records(b.lead("lead-1", asha()), b.lead("lead-2", map[string]any{"phone": "+919845000002"}))
	require.Equal(t, []string{batch[0].MessageID}, b.Process(t.Context(), batch))
	require.Equal(t, 1, commits)
	require.Equal(t, []string{"Flow 1"}, b.entered(t, "lead-2"))
}

func TestAMergeWaitsForAClaimThatHoldsTheContact(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.take(t, b.lead("lead-1", asha()))
	claim, err := b.db.Admin.Pool.Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = claim.Rollback(context.WithoutCancel(t.Context())) }()
	_, err = claim.Exec(t.Context(), "select from contacts for key share")
	require.NoError(t, err)

	done := make(chan []string)
	go func() {
		done <- b.Process(t.Context(), records(b.lead("lead-2", asha(func(c map[string]any) { c["tags"] = []string{"DNC"} }))))
	}()
	require.Eventually(t, func() bool {
		return one[bool](t, b, "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')")
	}, 5*time.Second, 10*time.Millisecond, "nobody waits for the contact")
	require.NoError(t, claim.Commit(t.Context()))
	require.Empty(t, <-done)
	require.Equal(t, "{DNC}", one[string](t, b, "select tags::text from contacts where tenant_id = $1", b.tenant))
}

func TestAnAwayDatabaseSendsEverythingBackAndNothingToTheDeadLetters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	away, err := postgres.Open("postgres://nobody@127.0.0.1:1/none?sslmode=disable", 1)
	require.NoError(t, err)
	t.Cleanup(away.Close)
	b.Store = postgres.IntakeStore{Pool: away}
	batch := records(b.lead("lead-1", asha()), []byte("not JSON"), b.lead("lead-2", map[string]any{"name": "Nobody"}))
	require.Len(t, b.Process(t.Context(), batch), 3)
	require.Empty(t, b.dead.letters)
}

func TestAFlowThatChangesOrGoesBeforeTheCommitIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meanwhile func(b *bundle, d flow.Definition)
		entered   []string
	}{
		"changed": {func(b *bundle, d flow.Definition) {
			d.Version, d.Name = 2, "Renamed"
			b.version(t, d)
		}, []string{"Renamed"}},
		"disabled": {func(b *bundle, d flow.Definition) {
			b.exec(t, "update auto_engagement_flows set is_enabled = false where id = $1", d.ID)
		}, []string{"Flow 2"}},
		"deleted": {func(b *bundle, d flow.Definition) {
			b.exec(t, "delete from auto_engagement_flows where id = $1", d.ID)
		}, []string{"Flow 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			d := b.flow(t, 1)
			b.flow(t, 2)
			b.Store = &meddler{Store: b.Store, commit: once(func() { c.meanwhile(b, d) })}
			b.take(t, b.lead("lead-1", asha()))
			require.Equal(t, c.entered, b.entered(t, "lead-1"))
			require.Len(t, b.machines.started, 1)
		})
	}
}

func TestTheUniqueIndexIsTheBackstopOfTheRepeatGuard(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.flow(t, 1)
	b.take(t, b.lead("lead-1", asha()))
	b.exec(t, "update flow_executions set status = 'completed', triggered_at = triggered_at - interval '1 day' where tenant_id = $1", b.tenant)
	b.Store = &meddler{Store: b.Store, commit: once(func() {
		b.exec(t, `insert into flow_executions (id, tenant_id, flow_id, contact_id, status, triggered_at)
select $1, tenant_id, flow_id, contact_id, 'running', triggered_at from flow_executions where flow_id = $2`, uuid.New(), d.ID)
	})}
	b.take(t, b.lead("lead-2", asha()))
	outcome, reason, _ := b.outcome(t, "lead-2")
	require.Equal(t, "none", outcome)
	require.Contains(t, reason, "in this flow already")
}

func TestAnEventTakenInMeanwhileIsDecidedAllTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1)
	id := uuid.New()
	b.Store = &meddler{Store: b.Store, commit: once(func() {
		b.exec(t, "insert into lead_events (id, tenant_id, source, event_id, body, received_at) values ($1, $2, 'indiamart', 'lead-1', '{}', now())", id, b.tenant)
		b.exec(t, "insert into due_work (kind, ref, tenant_id, due_at) values ('outbox', $1::uuid::text, $2, now())", id, b.tenant)
	})}
	b.take(t, b.lead("lead-1", asha()))
	require.Equal(t, id, one[uuid.UUID](t, b, "select lead_event_id from flow_executions where tenant_id = $1", b.tenant))
	require.Zero(t, one[int](t, b, "select count(*) from due_work where kind = 'outbox'"))
}

func TestARaceThatIsAlwaysLostGoesBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	tries := 0
	b.Store = &meddler{Store: b.Store, commit: func(context.Context, intake.Changes) error { tries++; return intake.ErrRaced }}
	require.Len(t, b.Process(t.Context(), records(b.lead("lead-1", asha()))), 1)
	require.Equal(t, 3, tries)
}

func TestSuspectsGoLastAndAloneEachWithItsShareOfTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1)
	type commit struct {
		events int
		first  string
		left   time.Duration
	}
	var commits []commit
	b.Store = &meddler{Store: b.Store, commit: func(ctx context.Context, changes intake.Changes) error {
		deadline, _ := ctx.Deadline()
		commits = append(commits, commit{len(changes.NewEvents), changes.NewEvents[0].EventName.ID, time.Until(deadline)})
		if changes.NewEvents[0].EventName.ID == "slow" {
			<-ctx.Done() // takes all the time it is given
			return intake.ErrUnavailable
		}
		return nil
	}}
	batch := records(b.lead("fifth", map[string]any{"phone": "+919845000005"}), b.lead("slow", map[string]any{"phone": "+919845000003"}),
		b.lead("twice", map[string]any{"phone": "+919845000002"}), b.lead("fresh", map[string]any{"phone": "+919845000001"}))
	for i, n := range []int{5, 3, 2, 1} {
		batch[i].ReceiveCount = n
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	require.Equal(t, []string{batch[1].MessageID}, b.Process(ctx, batch))
	require.Len(t, commits, 3)
	require.Equal(t, "fresh", commits[0].first)
	require.Equal(t, 2, commits[0].events)
	require.Equal(t, "slow", commits[1].first)
	require.Less(t, commits[1].left, 2*time.Second)
	require.Equal(t, "fifth", commits[2].first)
}

func TestADefinitionThatCannotBeReadKeepsItsLeadsOnTheQueue(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.flow(t, 1)
	b.exec(t, "delete from flow_versions where flow_id = $1", d.ID)
	require.Len(t, b.Process(t.Context(), records(b.lead("lead-1", asha()))), 1)
	b.version(t, d)
	b.take(t, b.lead("lead-1", asha()))
	require.Equal(t, []string{"Flow 1"}, b.entered(t, "lead-1"))
}

func TestATenantsLeadsAreInvisibleToAnother(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1)
	other := *b
	other.tenant = b.db.Tenant(t)
	batch := records(b.lead("lead-1", asha()), other.lead("lead-1", asha()))
	require.Empty(t, b.Process(t.Context(), batch))
	require.Equal(t, []string{"Flow 1"}, b.entered(t, "lead-1"))
	outcome, _, _ := other.outcome(t, "lead-1")
	require.Equal(t, "none", outcome)
	require.Equal(t, 2, one[int](t, b, "select count(*) from contacts"))
}
