package intake_test

import (
	"encoding/json"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

func TestALeadBecomesAContactADecisionAndAnExecution(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.flow(t, 1)
	b.take(t, b.lead("lead-1", asha(func(c map[string]any) {
		c["external_id"], c["tags"], c["custom_fields"] = "crm-17", []string{"hot"}, map[string]any{"budget": json.Number("250000.10")}
	}), func(_, data map[string]any) { data["notes"] = "wants a demo" }))

	type row struct {
		Status, FlowName, Name, Phone string
		Version, RunNo                int
		FlowID, EventContact          uuid.UUID
		Metadata                      map[string]string
		Triggered                     time.Time
		Due                           time.Time
	}
	var got row
	var id uuid.UUID
	require.NoError(t, b.db.Admin.QueryRow(t.Context(), `select x.id, x.status, x.flow_name, x.contact_name, x.contact_phone, x.flow_version,
x.run_no, x.flow_id, e.contact_id, x.metadata, x.triggered_at, w.due_at
from flow_executions x join lead_events e on e.id = x.lead_event_id and e.contact_id = x.contact_id and e.outcome = 'matched'
join due_work w on w.kind = 'run' and w.ref = x.id::text and w.tenant_id = x.tenant_id
where x.tenant_id = $1 and x.started_at is null and x.not_before is null and x.completed_at is null`, b.tenant).
		Scan(&id, &got.Status, &got.FlowName, &got.Name, &got.Phone, &got.Version, &got.RunNo, &got.FlowID, &got.EventContact,
			&got.Metadata, &got.Triggered, &got.Due))
	require.Empty(t, cmp.Diff(row{
		Status: "running", FlowName: "Flow 1", Name: "Asha Rao", Phone: "+919845012345", Version: 1, RunNo: 1, FlowID: d.ID,
		EventContact: got.EventContact, Triggered: got.Triggered, Due: got.Due,
		Metadata: map[string]string{
			"flow_name": "Flow 1", "trigger_source": "indiamart", "contact_phone": "+919845012345",
			"contact_name": "Asha Rao", "lead_source": "IndiaMART", "entry_type": "webhook", "notes": "wants a demo",
		},
	}, got))
	require.WithinDuration(t, monday, got.Triggered, time.Minute)
	require.WithinDuration(t, time.Now().Add(time.Minute), got.Due, 20*time.Second)
	require.Equal(t, map[uuid.UUID]int{id: 1}, b.machines.started)
	require.Equal(t, "Asia/Kolkata +919845012345 asha@example.com crm-17 {hot} 250000.10", one[string](t, b,
		`select time_zone || ' ' || phone || ' ' || email || ' ' || external_id || ' ' || tags::text || ' ' || (custom_fields ->> 'budget')
from contacts where tenant_id = $1 and phone_valid`, b.tenant))
	_, reason, decision := b.outcome(t, "lead-1")
	require.Empty(t, reason)
	require.Equal(t, map[string]any{"id": got.EventContact.String(), "new": true}, decision["contact"])
	require.Len(t, decision["taken"], 1)
}

func TestTheSameEventTwentyTimesAtOnceHasOneExecution(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1)
	body := b.lead("lead-1", asha())
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() { require.Empty(t, b.Process(t.Context(), records(body, body))) })
	}
	all.Wait()
	require.Equal(t, 1, one[int](t, b, "select count(*) from flow_executions where tenant_id = $1", b.tenant))
	require.Equal(t, 1, one[int](t, b, "select count(*) from contacts where tenant_id = $1", b.tenant))
	require.Len(t, b.machines.started, 1)
	outcome, _, _ := b.outcome(t, "lead-1")
	require.Equal(t, "matched", outcome, "the first decision stands")
}

func TestARepeatedEventHasNoSecondEffectLongAfter(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1)
	b.take(t, b.lead("lead-1", asha()))
	b.exec(t, "update flow_executions set status = 'completed', started_at = now(), completed_at = now() where tenant_id = $1", b.tenant)
	b.Clock = at(t, monday.AddDate(0, 0, 9))
	b.take(t, b.lead("lead-1", asha(func(c map[string]any) { c["name"] = "Somebody Else" })))
	require.Equal(t, 1, one[int](t, b, "select count(*) from flow_executions where tenant_id = $1", b.tenant))
	require.Equal(t, "Asha Rao", one[string](t, b, "select name from contacts where tenant_id = $1", b.tenant))
	for _, n := range b.machines.started {
		require.Equal(t, 1, n, "a started execution is not started again")
	}
}

func TestTwoLeadsOfOneNewContactInOneBatchAreOneContactAndOneExecution(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1)
	b.take(t,
		b.lead("lead-1", asha(func(c map[string]any) { delete(c, "email"); c["tags"] = []string{"hot"} })),
		b.lead("lead-2", map[string]any{"phone": "09845012345", "email": "ASHA@example.com", "company": "Rao & Sons", "tags": []string{"vip"}}),
		b.lead("lead-3", map[string]any{"email": "asha@Example.com"}))
	require.Equal(t, `Asha Rao, Rao & Sons, {hot,vip}`,
		one[string](t, b, "select name || ', ' || company || ', ' || tags::text from contacts where tenant_id = $1", b.tenant))
	require.Equal(t, []string{"email asha@example.com", "phone +919845012345"}, one[[]string](t, b,
		"select array_agg(kind || ' ' || value order by kind) from contact_keys where tenant_id = $1", b.tenant))
	require.Equal(t, []string{"Flow 1"}, b.entered(t, "lead-1"))
	outcome, reason, decision := b.outcome(t, "lead-2")
	require.Equal(t, "none", outcome)
	require.Contains(t, reason, "in this flow already")
	require.Equal(t, "phone", decision["contact"].(map[string]any)["found_by"])
	_, _, decision = b.outcome(t, "lead-3")
	require.Equal(t, "email", decision["contact"].(map[string]any)["found_by"])
}

func TestAReturningLeadNeverWeakensARefusal(t *testing.T) {
	t.Parallel()
	for _, together := range []bool{false, true} {
		b := setup(t)
		b.flow(t, 1)
		first := b.lead("lead-1", asha(func(c map[string]any) {
			c["tags"] = []string{"Do-Not Call"}
			c["custom_fields"] = map[string]any{"a": 1}
		}))
		second := b.lead("lead-2", asha(func(c map[string]any) {
			c["tags"], c["name"], c["custom_fields"] = []string{}, "", map[string]any{"a": "", "b": 2}
		}))
		if together {
			b.take(t, first, second)
		} else {
			b.take(t, first)
			b.take(t, second)
		}
		require.Equal(t, `{"Do-Not Call"} Asha Rao {"a": 1, "b": 2}`,
			one[string](t, b, "select tags::text || ' ' || name || ' ' || custom_fields::text from contacts where tenant_id = $1", b.tenant))
		for _, id := range []string{"lead-1", "lead-2"} {
			outcome, reason, _ := b.outcome(t, id)
			require.Equal(t, "skipped", outcome)
			require.Contains(t, reason, "DNC")
		}
		require.Equal(t, 2, one[int](t, b, `select count(*) from flow_executions where tenant_id = $1 and status = 'skipped' and flow_id is null
and flow_version is null and flow_name is null and completed_at = triggered_at and error_message like '%DNC%' and metadata ->> 'reason' = error_message`, b.tenant))
		require.Empty(t, b.machines.started)
		require.Zero(t, one[int](t, b, "select count(*) from due_work where kind <> 'stats' and tenant_id = $1", b.tenant))
	}
}

func TestASuppressedAddressIsFoundThroughTheContact(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1)
	b.take(t, b.lead("lead-1", asha(func(c map[string]any) { c["external_id"] = "crm-1" })))
	b.exec(t, "update flow_executions set status = 'completed', triggered_at = triggered_at - interval '1 day' where tenant_id = $1", b.tenant)
	b.exec(t, "insert into suppressions (id, tenant_id, channel, kind, value, reason) values ($1, $2, 'all', 'email', 'asha@example.com', 'unsubscribed')", uuid.New(), b.tenant)
	// The lead names neither the e-mail nor anything else that is suppressed.
	b.take(t, b.lead("lead-2", map[string]any{"external_id": "crm-1", "phone": "+919845099999"}))
	outcome, reason, _ := b.outcome(t, "lead-2")
	require.Equal(t, "skipped", outcome)
	require.Contains(t, reason, "unsubscribed")
}

func TestASuppressionOfOneChannelStopsNoFlow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1)
	b.exec(t, "insert into suppressions (id, tenant_id, channel, kind, value, reason) values ($1, $2, 'email', 'email', 'asha@example.com', 'bounced')", uuid.New(), b.tenant)
	b.take(t, b.lead("lead-1", asha()))
	require.Equal(t, []string{"Flow 1"}, b.entered(t, "lead-1"))
}

func TestAKeyThatBelongsToAnotherContactStaysWithIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.take(t, b.lead("lead-1", map[string]any{"name": "Asha", "phone": "+919845012345"}))
	b.take(t, b.lead("lead-2", map[string]any{"name": "Bina", "external_id": "crm-2", "email": "bina@example.com"}))
	// external_id names the contact before the phone does.
	b.take(t, b.lead("lead-3", map[string]any{"external_id": "crm-2", "phone": "+919845012345", "city": "Pune"}))
	require.Equal(t, 2, one[int](t, b, "select count(*) from contacts where tenant_id = $1", b.tenant))
	require.Equal(t, []string{"crm-2 Bina", "+919845012345 Asha", "bina@example.com Bina"}, one[[]string](t, b, `
select array_agg(k.value || ' ' || c.name order by k.value = 'bina@example.com', k.value like '+%') from contact_keys k join contacts c on c.id = k.contact_id where k.tenant_id = $1`, b.tenant))
	_, _, decision := b.outcome(t, "lead-3")
	who := decision["contact"].(map[string]any)
	owner := one[uuid.UUID](t, b, "select contact_id from contact_keys where tenant_id = $1 and kind = 'phone'", b.tenant)
	require.Equal(t, "external_id", who["found_by"])
	require.Equal(t, []any{map[string]any{"kind": "phone", "contact_id": owner.String()}}, who["foreign_keys"])
	require.Equal(t, "Bina Pune", one[string](t, b, "select name || ' ' || city from contacts where id = $1", who["id"]))
}

func TestAnUnchangedContactIsNotWritten(t *testing.T) {
	t.Parallel()
	b := setup(t)
	contact := asha(func(c map[string]any) {
		c["tags"], c["custom_fields"] = []string{"a"}, map[string]any{"n": json.Number("1.50"), "o": map[string]any{"x": nil}}
	})
	b.take(t, b.lead("lead-1", contact))
	before := one[string](t, b, "select xmin::text from contacts where tenant_id = $1", b.tenant)
	b.take(t, b.lead("lead-2", contact))
	require.Equal(t, before, one[string](t, b, "select xmin::text from contacts where tenant_id = $1", b.tenant))
}

func TestAnUnusablePhoneIsKeptAsGiven(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1)
	b.take(t, b.lead("lead-1", map[string]any{"phone": "ask at desk"}), b.lead("lead-2", map[string]any{"phone": "ask at desk"}))
	require.Equal(t, 2, one[int](t, b, "select count(*) from contacts where tenant_id = $1 and phone = 'ask at desk' and not phone_valid", b.tenant))
	require.Equal(t, []string{"Flow 1"}, b.entered(t, "lead-2"))
}

func TestMatchingOverTheWholeIntake(t *testing.T) {
	t.Parallel()
	type step struct {
		// after is how long after the last lead this one comes.
		after time.Duration
		// ended ends what is running before.
		ended   bool
		entered []string
	}
	for name, c := range map[string]struct {
		tenant string
		flows  []func(d *flow.Definition)
		steps  []step
	}{
		"the lowest priority number first": {
			flows: []func(*flow.Definition){on("JustDial"), on("indiamart"), nil},
			steps: []step{{entered: []string{"Flow 1"}}},
		},
		"match mode all": {
			tenant: "match_mode = 'all'", flows: []func(*flow.Definition){nil, on("JustDial"), nil},
			steps: []step{{entered: []string{"Flow 0", "Flow 2"}}},
		},
		"closed, next_flow": {
			flows: []func(*flow.Definition){hours("09:00:00", "12:00:00", flow.NextFlow), nil},
			steps: []step{{entered: []string{"Flow 1"}}},
		},
		"closed, defer": {
			flows: []func(*flow.Definition){hours("09:00:00", "12:00:00", flow.Defer), nil},
			steps: []step{{entered: []string{"Flow 0"}}},
		},
		"none": {
			flows: []func(*flow.Definition){on("JustDial")},
			steps: []step{{entered: []string{}}},
		},
		"disabled": {
			flows: []func(*flow.Definition){func(d *flow.Definition) { d.IsEnabled = false }},
			steps: []step{{entered: []string{}}},
		},
		"not again while running": {
			flows: []func(*flow.Definition){nil},
			steps: []step{{entered: []string{"Flow 0"}}, {after: 24 * time.Hour, entered: []string{}}},
		},
		"not again within reentry_minutes": {
			flows: []func(*flow.Definition){func(d *flow.Definition) { d.ReentryMinutes = 90 }},
			steps: []step{
				{entered: []string{"Flow 0"}},
				{after: 80 * time.Minute, ended: true, entered: []string{}},
				{after: 20 * time.Minute, entered: []string{"Flow 0"}},
			},
		},
		"the guard is each flow's own": {
			flows: []func(*flow.Definition){func(d *flow.Definition) { d.ReentryMinutes = 0 }, func(d *flow.Definition) { d.ReentryMinutes = 525600 }},
			steps: []step{
				{entered: []string{"Flow 0"}},
				{entered: []string{"Flow 1"}},
				{after: time.Hour, ended: true, entered: []string{"Flow 0"}},
				{after: 300 * 24 * time.Hour, entered: []string{}},
			},
		},
		"one execution per contact": {
			tenant: "one_execution_per_contact = true", flows: []func(*flow.Definition){nil, nil},
			steps: []step{{entered: []string{"Flow 0"}}, {after: 24 * time.Hour, entered: []string{}}, {ended: true, entered: []string{"Flow 0"}}},
		},
		"one execution per contact, match mode all": {
			tenant: "one_execution_per_contact = true, match_mode = 'all'", flows: []func(*flow.Definition){nil, nil},
			steps: []step{{entered: []string{"Flow 0"}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			if c.tenant != "" {
				b.exec(t, "update tenants set "+c.tenant+" where id = $1", b.tenant)
			}
			for i, edit := range c.flows {
				if edit == nil {
					edit = func(*flow.Definition) {}
				}
				b.flow(t, i, edit)
			}
			now := monday
			for i, s := range c.steps {
				now = now.Add(s.after)
				if s.ended {
					b.exec(t, "update flow_executions set status = 'completed' where tenant_id = $1", b.tenant)
				}
				b.Clock = at(t, now)
				id := "lead-" + strconv.Itoa(i)
				b.take(t, b.lead(id, asha()))
				require.Equal(t, s.entered, b.entered(t, id), "lead %d", i)
				outcome, reason, decision := b.outcome(t, id)
				require.NotNil(t, decision)
				if len(s.entered) == 0 {
					require.Equal(t, "none", outcome)
					require.NotEmpty(t, reason)
				}
			}
		})
	}
}

func TestADeferredLeadWaitsForTheOpening(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.flow(t, 1, hours("09:00:00", "12:00:00", flow.Defer))
	b.take(t, b.lead("lead-1", asha()))
	opening := time.Date(2026, 2, 3, 3, 30, 0, 0, time.UTC)
	require.True(t, opening.Equal(one[time.Time](t, b, "select not_before from flow_executions where tenant_id = $1", b.tenant)))
	require.Len(t, b.machines.started, 1)
}

func TestANewVersionOfAFlowIsInForceAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.flow(t, 1)
	b.take(t, b.lead("lead-1", map[string]any{"phone": "+919845000001"}))
	d.Version, d.Name = 2, "Renamed"
	b.version(t, d)
	b.take(t, b.lead("lead-2", map[string]any{"phone": "+919845000002"}))
	require.Equal(t, []string{"Flow 1"}, b.entered(t, "lead-1"))
	require.Equal(t, []string{"Renamed"}, b.entered(t, "lead-2"))
}
