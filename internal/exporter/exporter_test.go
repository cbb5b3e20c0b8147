package exporter_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/exporter"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/testdb"
)

// testBundle is an exporter on a real database, with a bucket in memory.
type testBundle struct {
	t      *testing.T
	db     *testdb.DB
	tenant uuid.UUID
	bucket *bucket
	jobs   postgres.JobStore
	x      *exporter.Exporter
	again  int
}

func setup(t *testing.T) *testBundle {
	t.Helper()
	db := testdb.New(t)
	b := &testBundle{t: t, db: db, tenant: db.Tenant(t), bucket: &bucket{files: map[string][]byte{}, uploads: map[string]map[int][]byte{}}, jobs: postgres.JobStore{Pool: db.App}}
	b.x = &exporter.Exporter{
		Store: postgres.ExportStore{Pool: db.App}, Files: b.bucket, PartBytes: 50_000,
		Again: func(context.Context, uuid.UUID, uuid.UUID) error { b.again++; return nil },
	}
	return b
}

// bucket keeps files as S3 does: an upload's parts are its file once it is complete.
type bucket struct {
	files   map[string][]byte
	uploads map[string]map[int][]byte
}

func (b *bucket) Begin(context.Context, string, string) (string, error) {
	id := uuid.NewString()
	b.uploads[id] = map[int][]byte{}
	return id, nil
}

func (b *bucket) Part(_ context.Context, _, upload string, number int, body []byte) (string, error) {
	parts, found := b.uploads[upload]
	if !found {
		return "", exporter.ErrNoUpload
	}
	parts[number] = bytes.Clone(body)
	return fmt.Sprint(upload, number, len(body)), nil
}

func (b *bucket) Complete(_ context.Context, key, upload string, tags []string) error {
	parts, found := b.uploads[upload]
	if !found {
		return exporter.ErrNoUpload
	}
	var file []byte
	for i, tag := range tags {
		if tag != fmt.Sprint(upload, i+1, len(parts[i+1])) {
			return errors.New("invalid part")
		}
		file = append(file, parts[i+1]...)
	}
	b.files[key] = file
	delete(b.uploads, upload)
	return nil
}

func (b *bucket) Size(_ context.Context, key string) (int64, bool, error) {
	body, found := b.files[key]
	return int64(len(body)), found, nil
}

func (b *bucket) Abort(_ context.Context, _, upload string) error {
	delete(b.uploads, upload)
	return nil
}

func (b *bucket) Delete(_ context.Context, key string) error {
	delete(b.files, key)
	return nil
}

func (b *testBundle) exec(sql string, args ...any) {
	b.t.Helper()
	_, err := b.db.Admin.Exec(b.t.Context(), sql, args...)
	require.NoError(b.t, err)
}

func (b *testBundle) create(kind flow.ExportKind, filter flow.ExportFilter) flow.ExportRecord {
	b.t.Helper()
	r, err := b.jobs.CreateExport(b.t.Context(), flow.ExportRecord{ID: uuid.Must(uuid.NewV7()), TenantID: b.tenant, Kind: kind, Filter: filter}, nil)
	require.NoError(b.t, err)
	return r
}

func (b *testBundle) run(id uuid.UUID) error { return b.x.Run(b.t.Context(), b.tenant, id) }

func (b *testBundle) read(id uuid.UUID) flow.ExportRecord {
	b.t.Helper()
	r, err := b.jobs.Export(b.t.Context(), b.tenant, id)
	require.NoError(b.t, err)
	return r
}

// file is a finished export's, by row and column name.
func (b *testBundle) file(r flow.ExportRecord) []map[string]string {
	b.t.Helper()
	require.Equal(b.t, flow.ExportCompleted, r.Status, r.Problem)
	body := b.bucket.files[flow.ExportKey(b.tenant, r.ID)]
	require.EqualValues(b.t, len(body), *r.Size)
	text, marked := strings.CutPrefix(string(body), "\ufeff")
	require.True(b.t, marked)
	require.Equal(b.t, strings.Count(text, "\n"), strings.Count(text, "\r\n"))
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(b.t, err)
	require.Equal(b.t, r.Rows, len(rows)-1)
	out := make([]map[string]string, len(rows)-1)
	for i, row := range rows[1:] {
		out[i] = map[string]string{}
		for j, cell := range row {
			out[i][rows[0][j]] = cell
		}
	}
	return out
}

// executions adds n executions, many of one instant, so that ids part them.
func (b *testBundle) executions(tenant uuid.UUID, n int) {
	b.exec(`insert into flow_executions (id, tenant_id, flow_name, contact_id, contact_name, contact_phone, status, metadata, triggered_at)
		select gen_random_uuid(), $1, 'Welcome', gen_random_uuid(), 'Person ' || i, '+9198450' || lpad(i::text, 5, '0'),
			case when i % 10 = 0 then 'failed' else 'completed' end, '{"trigger_source": "indiamart"}', timestamptz '2026-02-05' + (i / 7) * interval '1 minute'
		from generate_series(1, $2::int) i`, tenant, n)
}

func TestEveryRowIsExportedOnceNewestFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.executions(b.tenant, 3500)
	b.executions(b.db.Tenant(t), 10)
	r := b.create(flow.ExportExecutions, flow.ExportFilter{})
	require.NoError(t, b.run(r.ID))
	rows := b.file(b.read(r.ID))
	require.Len(t, rows, 3500)
	seen := map[string]bool{}
	for i, row := range rows {
		require.False(t, seen[row["id"]])
		seen[row["id"]] = true
		require.Equal(t, "indiamart", row["trigger_source"])
		if i > 0 {
			require.GreaterOrEqual(t, rows[i-1]["triggered_at"], row["triggered_at"])
		}
	}
	failed := b.create(flow.ExportExecutions, flow.ExportFilter{Executions: flow.ExecutionFilter{Status: flow.ExecutionFailed, Search: "person 1"}})
	require.NoError(t, b.run(failed.ID))
	var want int
	require.NoError(t, b.db.Admin.QueryRow(t.Context(), "select count(*) from flow_executions where tenant_id = $1 and status = 'failed' and contact_name ilike '%person 1%'", b.tenant).Scan(&want))
	require.Len(t, b.file(b.read(failed.ID)), want)
}

// errKilled stands for the end of a process.
var errKilled = errors.New("killed")

// dying is a store and a bucket whose worker dies at its n-th effect: before
// it is done, or after.
type dying struct {
	exporter.Store
	exporter.Files

	left  int
	after bool
}

func (d *dying) die(do func() error) error {
	d.left--
	if d.left > 0 || d.left == 0 && d.after {
		if err := do(); err != nil || d.left > 0 {
			return err
		}
	}
	return errKilled // and nothing that follows arrives
}

func (d *dying) Advance(ctx context.Context, job *exporter.Job, until time.Time) error {
	return d.die(func() error { return d.Store.Advance(ctx, job, until) })
}

func (d *dying) Release(ctx context.Context, job *exporter.Job, due time.Time) error {
	return d.die(func() error { return d.Store.Release(ctx, job, due) })
}

func (d *dying) End(ctx context.Context, job *exporter.Job, problem string, now time.Time) error {
	return d.die(func() error { return d.Store.End(ctx, job, problem, now) })
}

func (d *dying) Part(ctx context.Context, key, upload string, number int, body []byte) (tag string, err error) {
	err = d.die(func() error { tag, err = d.Files.Part(ctx, key, upload, number, body); return err })
	return tag, err
}

func (d *dying) Complete(ctx context.Context, key, upload string, parts []string) error {
	return d.die(func() error { return d.Files.Complete(ctx, key, upload, parts) })
}

func TestAnExportKilledAnywhereHoldsEveryRowOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.executions(b.tenant, 2600)
	b.x.PartBytes = 100_000 // a page of a thousand rows
	whole := *b.x
	for _, after := range []bool{false, true} {
		for at := 1; at <= 10; at++ {
			r := b.create(flow.ExportExecutions, flow.ExportFilter{})
			d := &dying{Store: whole.Store, Files: whole.Files, left: at, after: after}
			b.x = &exporter.Exporter{Store: d, Files: d, PartBytes: whole.PartBytes, Again: whole.Again}
			err := b.run(r.ID)
			b.x = &whole
			if err != nil {
				require.ErrorIs(t, err, errKilled)
				if !b.read(r.ID).Status.Ended() {
					require.ErrorIs(t, b.run(r.ID), exporter.ErrHeld, "the dead worker's lease still holds")
					b.exec("update exports set lease_until = now() - interval '1 second' where id = $1", r.ID)
					require.NoError(t, b.run(r.ID))
				}
			}
			seen := map[string]bool{}
			for _, row := range b.file(b.read(r.ID)) {
				seen[row["id"]] = true
			}
			require.Len(t, seen, 2600, "killed at effect %d", at)
			require.Equal(t, 2600, b.read(r.ID).Rows)
		}
	}
}

func TestAFunctionShortOfTimeLeavesTheRestToAnother(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.executions(b.tenant, 2500)
	r := b.create(flow.ExportExecutions, flow.ExportFilter{})
	short, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, b.x.Run(short, b.tenant, r.ID))
	require.Equal(t, 1, b.again)
	require.Equal(t, flow.ExportRunning, b.read(r.ID).Status)
	require.Equal(t, 1000, b.read(r.ID).Rows)
	require.NoError(t, b.run(r.ID))
	require.Len(t, b.file(b.read(r.ID)), 2500)
}

func TestContactsAndLeadsAreExported(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := uuid.Must(uuid.NewV7())
	b.exec(`insert into contacts (id, tenant_id, external_id, name, phone, phone_valid, email, tags, custom_fields, created_at, updated_at)
		values ($1, $2, 'crm-1', '=HYPERLINK("http://x")', '+919845012345', true, '@handle', '{vip,DNC}', '{"budget": 2.50}', '2026-02-05', '2026-02-06')`, id, b.tenant)
	b.exec(`insert into contacts (id, tenant_id, name, created_at, updated_at) values ($1, $2, 'Bela', now(), now())`, uuid.Must(uuid.NewV7()), b.tenant)
	r := b.create(flow.ExportContacts, flow.ExportFilter{Contacts: flow.ContactSearch{Search: "98450"}})
	require.NoError(t, b.run(r.ID))
	require.Equal(t, []map[string]string{{
		"id": id.String(), "external_id": "crm-1", "name": `'=HYPERLINK("http://x")`, "phone": "+919845012345", "email": "'@handle",
		"company": "", "city": "", "country": "", "time_zone": "", "tags": "vip, DNC", "custom_fields": `{"budget":2.50}`,
		"created_at": "2026-02-05T00:00:00.000Z", "updated_at": "2026-02-06T00:00:00.000Z",
	}}, b.file(b.read(r.ID)))

	b.exec(`insert into lead_events (id, tenant_id, source, event_id, body, outcome, reason, received_at) values
		($1, $2, 'import', 'x:2', '{}', 'none', 'No flow matched', '2026-02-05T10:00:00Z'), ($3, $2, 'api', 'y', '{}', 'received', '', now())`,
		uuid.Must(uuid.NewV7()), b.tenant, uuid.Must(uuid.NewV7()))
	r = b.create(flow.ExportLeads, flow.ExportFilter{Leads: flow.LeadFilter{Source: "import"}})
	require.NoError(t, b.run(r.ID))
	rows := b.file(b.read(r.ID))
	require.Len(t, rows, 1)
	require.Equal(t, "x:2 none No flow matched 2026-02-05T10:00:00.000Z", rows[0]["event_id"]+" "+rows[0]["outcome"]+" "+rows[0]["reason"]+" "+rows[0]["received_at"])
}

func TestAnExportOfNothingIsAHeader(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.create(flow.ExportLeads, flow.ExportFilter{})
	require.NoError(t, b.run(r.ID))
	require.Empty(t, b.file(b.read(r.ID)))
	require.NoError(t, b.run(r.ID), "ended it stays as it is")
	require.ErrorIs(t, b.x.Run(t.Context(), b.db.Tenant(t), r.ID), exporter.ErrHeld)
}

func TestAnExportThatKillsItsWorkersFails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.create(flow.ExportLeads, flow.ExportFilter{})
	b.exec("update exports set attempts = 6 where id = $1", r.ID)
	require.NoError(t, b.run(r.ID))
	require.Equal(t, flow.ExportFailed, b.read(r.ID).Status)
	require.Equal(t, "The file could not be written in several tries", b.read(r.ID).Problem)
}

func TestOldExportsGoWithTheirFiles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.create(flow.ExportLeads, flow.ExportFilter{})
	require.NoError(t, b.run(r.ID))
	b.exec("update exports set created_at = now() - interval '31 days'")
	require.NoError(t, b.run(r.ID))
	require.Empty(t, b.bucket.files)
	_, err := b.jobs.Export(t.Context(), b.tenant, r.ID)
	require.ErrorIs(t, err, flow.ErrExportNotFound)
	var duties int
	require.NoError(t, b.db.Admin.QueryRow(t.Context(), "select count(*) from due_work where kind = 'export'").Scan(&duties))
	require.Zero(t, duties)
}
