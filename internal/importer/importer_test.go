package importer_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/importer"
	"github.com/auto-engagement/flows/internal/intake"
	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/testdb"
)

// testBundle is an importer on a real database, with files and a queue in memory.
type testBundle struct {
	t      *testing.T
	db     *testdb.DB
	tenant uuid.UUID
	files  *memory
	queue  *queue
	jobs   postgres.JobStore
	in     *importer.Importer
	again  int
}

func setup(t *testing.T) *testBundle {
	t.Helper()
	db := testdb.New(t)
	b := &testBundle{t: t, db: db, tenant: db.Tenant(t), files: &memory{files: map[string][]byte{}}, queue: &queue{}, jobs: postgres.JobStore{Pool: db.App}}
	outbox := &intake.Outbox{Store: postgres.IntakeStore{Pool: db.App}}
	b.in = &importer.Importer{
		Store: postgres.ImportStore{Pool: db.App}, Files: b.files, Accept: outbox.Accept, Queue: b.queue,
		Again: func(context.Context, uuid.UUID, uuid.UUID) error { b.again++; return nil },
	}
	return b
}

// memory keeps files as S3 does.
type memory struct {
	mu    sync.Mutex
	files map[string][]byte
}

func etag(body []byte) string { sum := md5.Sum(body); return hex.EncodeToString(sum[:]) }

func (m *memory) Stat(_ context.Context, key string) (importer.File, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	body, found := m.files[key]
	return importer.File{ETag: etag(body), Size: int64(len(body))}, found, nil
}

func (m *memory) Open(_ context.Context, key, tag string) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	body, found := m.files[key]
	if !found || etag(body) != tag {
		return nil, importer.ErrFileChanged
	}
	return io.NopCloser(bytes.NewReader(body)), nil
}

func (m *memory) Put(_ context.Context, key, _ string, body []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files[key] = body
	return nil
}

func (m *memory) Delete(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.files, key)
	return nil
}

// queue stands for SQS.
type queue struct {
	mu   sync.Mutex
	sent int
	fail error
}

func (q *queue) SendLeads(_ context.Context, _ uuid.UUID, bodies [][]byte) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.fail == nil {
		q.sent += len(bodies)
	}
	return q.fail
}

// create makes an import of a file that is uploaded already.
func (b *testBundle) create(file string, with ...func(*flow.ImportRecord)) flow.ImportRecord {
	b.t.Helper()
	r := flow.ImportRecord{
		ID: uuid.Must(uuid.NewV7()), TenantID: b.tenant, FileName: "leads.csv", Format: flow.CSV, EntryType: "csv_import",
		LeadSource: "Expo", UploadUntil: time.Now().Add(time.Hour), StartWanted: true,
	}
	for _, w := range with {
		w(&r)
	}
	r, err := b.jobs.CreateImport(b.t.Context(), r, nil)
	require.NoError(b.t, err)
	b.upload(r.ID, file)
	return r
}

func (b *testBundle) upload(id uuid.UUID, file string) {
	b.t.Helper()
	require.NoError(b.t, b.files.Put(b.t.Context(), flow.UploadKey(b.tenant, id), "", []byte(file)))
}

func (b *testBundle) run(id uuid.UUID) error { return b.in.Run(b.t.Context(), b.tenant, id) }

func (b *testBundle) read(id uuid.UUID) flow.ImportRecord {
	b.t.Helper()
	r, err := b.jobs.Import(b.t.Context(), b.tenant, id)
	require.NoError(b.t, err)
	return r
}

func query[T any](b *testBundle, sql string, args ...any) T {
	b.t.Helper()
	var v T
	require.NoError(b.t, b.db.Admin.QueryRow(b.t.Context(), sql, args...).Scan(&v), sql)
	return v
}

func (b *testBundle) exec(sql string, args ...any) {
	b.t.Helper()
	_, err := b.db.Admin.Exec(b.t.Context(), sql, args...)
	require.NoError(b.t, err)
}

// people is a CSV of n good rows.
func people(n int) string {
	var out strings.Builder
	out.WriteString("Name,Mobile,E-mail,Budget\n")
	for i := range n {
		fmt.Fprintf(&out, "Person %d,98450%05d,p%d@example.com,%d\n", i, i, i, i*1000)
	}
	return out.String()
}

func TestAnImportIsLookedAtCorrectedAndStarted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.create("Who;Mobile;City\nAsha;9845012345;Pune\nBela;12;Goa\n;;\nChitra;9845012347;Agra;extra\n\"Dev\";9845012348;Surat",
		func(r *flow.ImportRecord) { r.StartWanted = false })
	require.NoError(t, b.run(r.ID))
	seen := b.read(r.ID)
	require.Equal(t, flow.ImportReady, seen.Status)
	require.Equal(t, []string{"Who", "Mobile", "City"}, seen.Columns)
	require.Equal(t, flow.Mapping{"Who": "custom_fields.who", "Mobile": "phone", "City": "city"}, seen.Mapping)
	require.Equal(t, [][]string{{"Asha", "9845012345", "Pune"}, {"Bela", "12", "Goa"}, {"Chitra", "9845012347", "Agra"}, {"Dev", "9845012348", "Surat"}}, seen.Preview)
	require.Equal(t, 4, *seen.Total)
	require.NoError(t, b.run(r.ID))
	require.Equal(t, flow.ImportReady, b.read(r.ID).Status, "looked at twice it waits all the same")

	_, err := b.jobs.StartImport(t.Context(), b.tenant, r.ID, flow.Mapping{"Who": "name", "Mobile": "phone", "City": "city"}, func(flow.ImportRecord) error { return nil })
	require.NoError(t, err)
	require.NoError(t, b.run(r.ID))
	ended := b.read(r.ID)
	require.Equal(t, flow.ImportCompleted, ended.Status)
	require.Equal(t, []int{4, 4, 2, 2}, []int{*ended.Total, ended.Read, ended.Accepted, ended.Rejected})
	require.NotNil(t, ended.CompletedAt)

	event, err := flow.ParseEvent([]byte(query[string](b, "select body::text from lead_events where event_id = $1", r.ID.String()+":2")))
	require.NoError(t, err)
	require.Equal(t, flow.EventContact{Name: "Asha", Phone: "9845012345", City: "Pune"}, event.Contact)
	require.Equal(t, "import Expo csv_import", event.Source+" "+event.LeadSource+" "+event.EntryType)
	require.Equal(t, 2, query[int](b, "select count(*)::int from due_work where kind = 'outbox'"))
	require.Equal(t, 2, b.queue.sent)

	wrong, total, err := b.jobs.ImportErrors(t.Context(), b.tenant, r.ID, flow.Page{Limit: 10})
	require.NoError(t, err)
	require.Equal(t, 2, total.Count)
	require.Equal(t, []flow.RowError{
		{Row: 3, Column: "Mobile", Message: "The phone number is not valid, and there is no usable e-mail"},
		{Row: 5, Message: "The row has 4 cells, and the header 3"},
	}, wrong)
	require.Equal(t, "\ufeffrow,column,error\r\n3,Mobile,\"The phone number is not valid, and there is no usable e-mail\"\r\n5,,\"The row has 4 cells, and the header 3\"\r\n",
		string(b.files.files[flow.ErrorsKey(b.tenant, r.ID)]))
}

// errKilled stands for the end of a process.
var errKilled = errors.New("killed")

// dying is a store whose worker dies at its n-th writing: before it is
// committed, or after.
type dying struct {
	importer.Store

	left  int
	after bool
}

func (d *dying) die(write func() error) error {
	d.left--
	if d.left > 0 {
		return write()
	}
	if d.left == 0 && d.after {
		if err := write(); err != nil {
			return err
		}
	}
	return errKilled // and nothing that follows arrives
}

func (d *dying) Preview(ctx context.Context, job *importer.Job, p importer.Preview, now, until time.Time) (r flow.ImportRecord, err error) {
	err = d.die(func() error { r, err = d.Store.Preview(ctx, job, p, now, until); return err })
	return r, err
}

func (d *dying) Advance(ctx context.Context, job *importer.Job, batch importer.Batch, until time.Time) error {
	return d.die(func() error { return d.Store.Advance(ctx, job, batch, until) })
}

func (d *dying) Release(ctx context.Context, job *importer.Job, due time.Time) error {
	return d.die(func() error { return d.Store.Release(ctx, job, due) })
}

func (d *dying) End(ctx context.Context, job *importer.Job, problem string, now time.Time) error {
	return d.die(func() error { return d.Store.End(ctx, job, problem, now) })
}

func TestAnImportKilledAtAnyWritingLoadsEveryRowOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const count = 350
	file := people(count) + "nobody,,\n"
	for _, after := range []bool{false, true} {
		r := b.create(file)
		store := b.in.Store
		for turn := 1; !b.read(r.ID).Status.Ended(); turn++ {
			require.Less(t, turn, 20, "it never ends")
			// Each worker dies at its second writing.
			b.in.Store = &dying{Store: store, left: 2, after: after}
			err := b.run(r.ID)
			b.in.Store = store
			if err == nil {
				break
			}
			require.ErrorIs(t, err, errKilled)
			if b.read(r.ID).Status.Ended() {
				break
			}
			require.ErrorIs(t, b.run(r.ID), importer.ErrHeld, "the dead worker's lease still holds")
			require.Equal(t, 1, query[int](b, "select count(*)::int from due_work where kind = 'import' and ref = $1 and due_at > now()", r.ID.String()))
			b.exec("update imports set lease_until = now() - interval '1 second' where id = $1", r.ID)
		}
		ended := b.read(r.ID)
		require.Equal(t, flow.ImportCompleted, ended.Status)
		require.Equal(t, []int{count + 1, count, 1}, []int{ended.Read, ended.Accepted, ended.Rejected})
		require.Equal(t, count, query[int](b, "select count(distinct event_id)::int from lead_events where event_id like $1", r.ID.String()+"%"))
		require.Equal(t, count, query[int](b, "select count(*)::int from lead_events where event_id like $1", r.ID.String()+"%"))
		require.Equal(t, 1, query[int](b, "select count(*)::int from import_errors where import_id = $1", r.ID))
	}
}

func TestWhoHasLostTheLeaseWritesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.create(people(250))
	b.in.Store = &interfering{Store: b.in.Store, at: 2, do: func() {
		_, err := b.jobs.CancelImport(t.Context(), b.tenant, r.ID)
		require.NoError(t, err)
	}}
	require.NoError(t, b.run(r.ID))
	ended := b.read(r.ID)
	require.Equal(t, flow.ImportCancelled, ended.Status)
	require.Equal(t, 100, ended.Accepted)
	require.Equal(t, 100, query[int](b, "select count(*)::int from lead_events"))
	_, err := b.jobs.StartImport(t.Context(), b.tenant, r.ID, nil, func(flow.ImportRecord) error { return nil })
	require.ErrorIs(t, err, flow.ErrJobEnded)
}

// interfering lets something happen before the n-th batch.
type interfering struct {
	importer.Store

	at int
	do func()
}

func (i *interfering) Advance(ctx context.Context, job *importer.Job, batch importer.Batch, until time.Time) error {
	if i.at--; i.at == 0 {
		i.do()
	}
	return i.Store.Advance(ctx, job, batch, until)
}

func TestAFunctionShortOfTimeLeavesTheRestToAnother(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.create(people(150))
	short, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	require.NoError(t, b.in.Run(short, b.tenant, r.ID))
	require.Equal(t, 1, b.again)
	require.Equal(t, 100, b.read(r.ID).Read)
	require.NoError(t, b.run(r.ID))
	require.Equal(t, flow.ImportCompleted, b.read(r.ID).Status)
	require.Equal(t, 150, query[int](b, "select count(*)::int from lead_events"))
}

func TestImportsFailInWordsForPeople(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for want, prepare := range map[string]func() uuid.UUID{
		"The file holds no rows":                              func() uuid.UUID { return b.create("\n").ID },
		"mapping must give a column the field phone or email": func() uuid.UUID { return b.create("A,B\n1,2").ID },
		"mapping.Tel is no column of the file": func() uuid.UUID {
			return b.create("Phone\n1", func(r *flow.ImportRecord) { r.Mapping = flow.Mapping{"Tel": "phone"} }).ID
		},
		"The file is no XLSX workbook": func() uuid.UUID {
			return b.create("Phone\n1", func(r *flow.ImportRecord) { r.Format = flow.XLSX }).ID
		},
		"No file was uploaded in time": func() uuid.UUID {
			r := b.create("", func(r *flow.ImportRecord) { r.UploadUntil = time.Now().Add(-time.Hour) })
			require.NoError(t, b.files.Delete(t.Context(), flow.UploadKey(b.tenant, r.ID)))
			return r.ID
		},
		"The file was replaced or deleted after the import was started": func() uuid.UUID {
			r := b.create(people(3), func(r *flow.ImportRecord) { r.StartWanted = false })
			require.NoError(t, b.run(r.ID))
			_, err := b.jobs.StartImport(t.Context(), b.tenant, r.ID, nil, func(flow.ImportRecord) error { return nil })
			require.NoError(t, err)
			b.upload(r.ID, people(4))
			return r.ID
		},
		"The file could not be read to its end in several tries": func() uuid.UUID {
			r := b.create(people(3))
			b.exec("update imports set attempts = 6 where id = $1", r.ID)
			return r.ID
		},
	} {
		id := prepare()
		require.NoError(t, b.run(id), want)
		r := b.read(id)
		require.Equal(t, flow.ImportFailed, r.Status, want)
		require.Equal(t, want, r.Problem)
	}
	require.Zero(t, query[int](b, "select count(*)::int from lead_events"))
}

func TestABetterFileMayTakeThePlaceOfOneThatWaits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.create("Phone,Foo\n1,2", func(r *flow.ImportRecord) { r.StartWanted = false })
	require.NoError(t, b.run(r.ID))
	b.exec(`update imports set mapping = '{"Phone": "phone", "Foo": "company"}' where id = $1`, r.ID)
	b.upload(r.ID, "Foo,Phone,City\n")
	require.NoError(t, b.run(r.ID))
	require.Equal(t, flow.Mapping{"Phone": "phone", "Foo": "company", "City": "city"}, b.read(r.ID).Mapping)
}

func TestRowsThatCannotBeSentStayDue(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.queue.fail = errors.New("the queue is away")
	r := b.create(people(120))
	require.NoError(t, b.run(r.ID))
	require.Equal(t, flow.ImportCompleted, b.read(r.ID).Status)
	require.Equal(t, 120, query[int](b, "select count(*)::int from due_work where kind = 'outbox' and tenant_id = $1", b.tenant))
}

func TestRowErrorsAreKeptUpToALimitAndCountedBeyond(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.in.ErrorsKept = 3
	r := b.create("Phone\n" + strings.Repeat("x\n", 105))
	require.NoError(t, b.run(r.ID))
	require.Equal(t, 105, b.read(r.ID).Rejected)
	require.Equal(t, 3, query[int](b, "select count(*)::int from import_errors"))
}

func TestOldImportsGoWithTheirFiles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.create(people(1) + "x,,\n")
	require.NoError(t, b.run(r.ID))
	require.Len(t, b.files.files, 2)
	require.NoError(t, b.run(r.ID), "not yet")
	b.exec("update imports set created_at = now() - interval '31 days'")
	require.NoError(t, b.run(r.ID))
	require.Empty(t, b.files.files)
	require.Zero(t, query[int](b, "select count(*)::int from imports"))
	require.Zero(t, query[int](b, "select count(*)::int from import_errors"))
	require.Zero(t, query[int](b, "select count(*)::int from due_work where kind = 'import'"))
	require.ErrorIs(t, b.run(r.ID), importer.ErrHeld)
}

func TestAnotherTenantsWorkerFindsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.create(people(1))
	require.ErrorIs(t, b.in.Run(t.Context(), b.db.Tenant(t), r.ID), importer.ErrHeld)
	require.Equal(t, flow.ImportAwaitingUpload, b.read(r.ID).Status)
}

func TestEachRowSaysWhatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.create("Phone,Email,Company,Tags\n" + strings.Join([]string{
		",,x,y", "9.19845E+11,,,", ",nobody,,", "12,nobody,,", "9845012345,," + strings.Repeat("c", 256) + ",",
		"9845012345,,a\x00b,", "\xff\xfe,,,",
	}, "\n") + "\n98450 12345,,,vip; DNC|x\n")
	require.NoError(t, b.run(r.ID))
	wrong, _, err := b.jobs.ImportErrors(t.Context(), b.tenant, r.ID, flow.Page{Limit: 20})
	require.NoError(t, err)
	require.Equal(t, []flow.RowError{
		{Row: 2, Column: "Phone", Message: "The row has neither a phone nor an e-mail"},
		{Row: 3, Column: "Phone", Message: "The phone number was shortened by a spreadsheet: format its column as text"},
		{Row: 4, Column: "Email", Message: "The e-mail is not an address, and there is no phone"},
		{Row: 5, Column: "Phone", Message: "The phone number is not valid, and there is no usable e-mail"},
		{Row: 6, Column: "Company", Message: "The company is longer than 255 characters"},
		{Row: 7, Message: "The row contains the character NUL, which cannot be stored"},
		{Row: 8, Column: "Phone", Message: "The phone number is not valid, and there is no usable e-mail"},
	}, wrong)
	require.Equal(t, `["vip", "DNC", "x"]`, query[string](b, "select (body #> '{data,contact,tags}')::text from lead_events"))
}
