package events_test

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/exporter"
	"github.com/auto-engagement/flows/internal/importer"
	"github.com/auto-engagement/flows/internal/lambdaio"
	"github.com/auto-engagement/flows/internal/postgres"
)

const (
	uploadedImport = "0197a000-0000-7000-8000-000000010001"
	startedImport  = "0197a000-0000-7000-8000-000000010002"
	queuedExport   = "0197a000-0000-7000-8000-000000020001"
)

// What the functions do that work on jobs.
var jobEvents = map[string]want{
	"importer/upload": {rows: map[string]string{
		"select status from imports where id = '" + uploadedImport + "'":               "ready",
		"select columns from imports where id = '" + uploadedImport + "'":              `{Name,Mobile}`,
		"select mapping ->> 'Mobile' from imports where id = '" + uploadedImport + "'": "phone",
		"select count(*) from lead_events where source = 'import'":                     "0",
	}},
	"importer/upload-of-no-import": {rows: map[string]string{"select status from imports where id = '" + uploadedImport + "'": "awaiting_upload"}},
	"importer/started": {
		queued: []string{tenant, tenant},
		rows: map[string]string{
			"select concat_ws(' ', status, rows_accepted, rows_rejected) from imports where id = '" + startedImport + "'": "completed 2 1",
			"select concat_ws(' ', row_number, column_name) from import_errors where import_id = '" + startedImport + "'": "3 Mobile",
		},
	},
	"exporter/executions": {rows: map[string]string{
		"select status from exports where id = '" + queuedExport + "'":                                                    "completed",
		"select x.rows_written = (select count(*) from flow_executions e where e.tenant_id = x.tenant_id) from exports x": "true",
	}},
}

// SendLeads implements importer.Queue.
func (q *queue) SendLeads(ctx context.Context, tenant uuid.UUID, bodies [][]byte) error {
	for _, body := range bodies {
		if err := q.SendLead(ctx, tenant, body); err != nil {
			return err
		}
	}
	return nil
}

// jobs are the handlers of the functions that work on jobs.
func (b *bundle) jobs(c clock.Clock) map[string]any {
	again := func(context.Context, uuid.UUID, uuid.UUID) error { return nil }
	in := &importer.Importer{Store: postgres.ImportStore{Pool: b.db.App}, Files: uploads{}, Accept: b.outbox(c).Accept, Queue: b.queue, Clock: c, Again: again}
	x := &exporter.Exporter{Store: postgres.ExportStore{Pool: b.db.App}, Files: uploads{}, Clock: c, Again: again}
	return map[string]any{"importer": lambdaio.Job(in.Run), "exporter": lambdaio.Job(x.Run)}
}

// uploads stand for the bucket: each upload is this file.
type uploads struct{}

const uploaded = "Name,Mobile\nAsha Rao,98450 12345\nNobody,12\nVikram Shah,+919845012346\n"

func (uploads) Stat(_ context.Context, key string) (importer.File, bool, error) {
	return importer.File{ETag: "sample", Size: int64(len(uploaded))}, strings.HasPrefix(key, "imports/"), nil
}

func (uploads) Open(context.Context, string, string) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewBufferString(uploaded)), nil
}

func (uploads) Put(context.Context, string, string, []byte) error           { return nil }
func (uploads) Delete(context.Context, string) error                        { return nil }
func (uploads) Begin(context.Context, string, string) (string, error)       { return "upload", nil }
func (uploads) Complete(context.Context, string, string, []string) error    { return nil }
func (uploads) Abort(context.Context, string, string) error                 { return nil }
func (uploads) Size(context.Context, string) (size int64, is bool, e error) { return 0, false, nil }

func (uploads) Part(_ context.Context, _, _ string, number int, _ []byte) (string, error) {
	return strconv.Itoa(number), nil
}
