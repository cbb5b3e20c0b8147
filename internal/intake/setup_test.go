package intake_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/intake"
	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/testdb"
)

// Monday, 2 February 2026, half past three in the afternoon in India.
var monday = time.Date(2026, 2, 2, 10, 0, 0, 0, time.UTC)

// bundle is a tenant on a database of its own.
type bundle struct {
	*intake.Intake

	db       *testdb.DB
	tenant   uuid.UUID
	machines *machines
	dead     *deadLetters
}

func setup(t testing.TB) *bundle {
	t.Helper()
	b := &bundle{db: testdb.New(t), machines: &machines{started: map[uuid.UUID]int{}}, dead: &deadLetters{}}
	b.tenant = b.db.Tenant(t)
	b.Intake = &intake.Intake{
		Store: postgres.IntakeStore{Pool: b.db.App}, Machines: b.machines, DeadLetters: b.dead,
		Clock: at(t, monday), Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	return b
}

// at is a clock that shows an instant now, and goes on from there.
func at(t testing.TB, instant time.Time) clock.Clock {
	t.Helper()
	c, err := clock.Parse(instant.Format(time.RFC3339Nano) + "," + time.Now().UTC().Format(time.RFC3339Nano) + ",1")
	require.NoError(t, err)
	return c
}

// machines counts the starts of each execution. failing, when set, fails them.
type machines struct {
	mu      sync.Mutex
	started map[uuid.UUID]int
	failing error
}

func (m *machines) Start(_ context.Context, _, execution uuid.UUID, runNo int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failing != nil {
		return m.failing
	}
	if runNo != 1 {
		return fmt.Errorf("started as run %d", runNo)
	}
	m.started[execution]++
	return nil
}

var errThrottled = errors.New("throttled")

type deadLetter struct {
	Body, Reason, MessageID string
}

// deadLetters keeps what it is sent; it takes at most limit bytes when that is set.
type deadLetters struct {
	mu      sync.Mutex
	letters []deadLetter
	limit   int
	failing error
}

func (d *deadLetters) Send(_ context.Context, body []byte, reason, messageID string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failing != nil {
		return d.failing
	}
	if d.limit > 0 && len(body)+len(reason)+len(messageID) > d.limit {
		return errors.New("message must be shorter")
	}
	d.letters = append(d.letters, deadLetter{string(body), reason, messageID})
	return nil
}

// lead is a lead event; edit changes it.
func (b *bundle) lead(id string, contact map[string]any, edit ...func(event, data map[string]any)) []byte {
	data := map[string]any{"contact": contact, "lead_source": "IndiaMART", "entry_type": "webhook"}
	event := map[string]any{
		"specversion": "1.0", "id": id, "source": "indiamart", "type": "lead.created",
		"time": "2026-02-02T10:00:00Z", "tenantid": b.tenant.String(), "data": data,
	}
	for _, e := range edit {
		e(event, data)
	}
	body, err := json.Marshal(event)
	if err != nil {
		panic(err)
	}
	return body
}

func asha(edit ...func(c map[string]any)) map[string]any {
	c := map[string]any{"name": "Asha Rao", "phone": "+91 98450 12345", "email": "asha@example.com", "city": "Pune"}
	for _, e := range edit {
		e(c)
	}
	return c
}

func records(bodies ...[]byte) []intake.Record {
	batch := make([]intake.Record, len(bodies))
	for i, body := range bodies {
		batch[i] = intake.Record{MessageID: uuid.NewString(), Body: body, ReceiveCount: 1}
	}
	return batch
}

// take processes bodies as one batch, none of which may come back.
func (b *bundle) take(t testing.TB, bodies ...[]byte) {
	t.Helper()
	require.Empty(t, b.Process(t.Context(), records(bodies...)))
}

// flow stores an enabled flow that matches everything; edit changes it.
func (b *bundle) flow(t testing.TB, priority int, edit ...func(d *flow.Definition)) flow.Definition {
	t.Helper()
	d := flow.Definition{
		ID: uuid.Must(uuid.NewV7()), Name: fmt.Sprintf("Flow %d", priority), IsEnabled: true, Priority: priority,
		BusinessHoursDays: []int{1, 2, 3, 4, 5, 6, 7}, OutsideHours: flow.NextFlow, ReentryMinutes: 60, Version: 1,
		Conditions: []flow.Condition{}, Actions: []flow.Action{},
	}
	for _, e := range edit {
		e(&d)
	}
	b.exec(t, `insert into auto_engagement_flows (id, tenant_id, name, is_enabled, priority, outside_hours, reentry_minutes,
version, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, now(), now())`,
		d.ID, b.tenant, d.Name, d.IsEnabled, d.Priority, d.OutsideHours, d.ReentryMinutes, d.Version)
	b.version(t, d)
	return d
}

// version stores a version of a flow.
func (b *bundle) version(t testing.TB, d flow.Definition) {
	t.Helper()
	encoded, err := json.Marshal(d)
	require.NoError(t, err)
	b.exec(t, "insert into flow_versions (tenant_id, flow_id, version, definition, created_at) values ($1, $2, $3, $4, now())",
		b.tenant, d.ID, d.Version, json.RawMessage(encoded))
	b.exec(t, "update auto_engagement_flows set version = $2 where id = $1", d.ID, d.Version)
}

// on makes a flow match leads of one source alone.
func on(source string) func(d *flow.Definition) {
	return func(d *flow.Definition) {
		d.Conditions = append(d.Conditions, flow.Condition{ID: uuid.Must(uuid.NewV7()), Type: flow.LeadSource, Operator: flow.Equals, Value: &source})
	}
}

// hours gives a flow hours of its own, in India.
func hours(start, end string, outside flow.OutsideHours) func(d *flow.Definition) {
	return func(d *flow.Definition) {
		zone := "Asia/Kolkata"
		d.UseCustomBusinessHours, d.OutsideHours = true, outside
		d.BusinessHoursStart, d.BusinessHoursEnd, d.BusinessHoursTimezone = &start, &end, &zone
	}
}

func from(source string) func(event, data map[string]any) {
	return func(_, data map[string]any) { data["lead_source"] = source }
}

func (b *bundle) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	_, err := b.db.Admin.Exec(context.WithoutCancel(t.Context()), sql, args...)
	require.NoError(t, err)
}

// one reads one value.
func one[T any](t testing.TB, b *bundle, sql string, args ...any) T {
	t.Helper()
	var v T
	require.NoError(t, b.db.Admin.QueryRow(t.Context(), sql, args...).Scan(&v), sql)
	return v
}

// outcome is what became of an event, with its decision.
func (b *bundle) outcome(t testing.TB, id string) (outcome, reason string, decision map[string]any) {
	t.Helper()
	require.NoError(t, b.db.Admin.QueryRow(t.Context(),
		"select outcome, reason, decision from lead_events where tenant_id = $1 and event_id = $2", b.tenant, id).Scan(&outcome, &reason, &decision))
	return outcome, reason, decision
}

// flows are the flows that an event's executions run, by priority of taking.
func (b *bundle) entered(t testing.TB, id string) []string {
	t.Helper()
	return one[[]string](t, b, `select coalesce(array_agg(x.flow_name order by x.id), '{}') from flow_executions x
join lead_events e on e.id = x.lead_event_id where e.tenant_id = $1 and e.event_id = $2 and x.status = 'running'`, b.tenant, id)
}
