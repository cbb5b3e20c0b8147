package rest_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// signer stands for S3's signatures.
type signer struct{}

func (signer) UploadURL(_ context.Context, key string, size *int64, _ time.Duration) (string, error) {
	if size != nil {
		return "https://files.example/" + key + "?sized", nil
	}
	return "https://files.example/" + key, nil
}

func (signer) DownloadURL(_ context.Context, key, fileName string, _ time.Duration) (string, error) {
	return "https://files.example/" + key + "?as=" + fileName, nil
}

// workers stand for the functions that work on jobs.
type workers struct {
	taken []string
	fail  error
}

func (w *workers) Import(_ context.Context, _, id uuid.UUID) error {
	w.taken = append(w.taken, "import "+id.String())
	return w.fail
}

func (w *workers) Export(_ context.Context, _, id uuid.UUID) error {
	w.taken = append(w.taken, "export "+id.String())
	return w.fail
}

const imports = "/api/contacts/imports"

// looked puts an import where the importer leaves it after a look at the file.
func (b *testBundle) looked(id string) {
	b.t.Helper()
	b.exec(`update imports set status = 'ready', etag = 'e', size = 12, rows_total = 1, columns = '{Name,Mobile}', preview = '[["Asha", "98450"]]',
		mapping = '{"Name": "name", "Mobile": "phone"}' where id = $1`, id)
}

func TestAnImportIsMadeLookedAtAndStarted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	made := b.do(http.StatusCreated, "POST", imports, object{"file_name": "Expo leads.XLSX", "size": 12, "lead_source": "Expo"}).data()
	id := made["id"].(string)
	upload := made["upload"].(object)
	require.Equal(t, "PUT", upload["method"])
	require.Equal(t, "https://files.example/imports/"+b.a.String()+"/"+id+"?sized", upload["url"])
	require.Equal(t, object{"total": nil, "read": 0, "accepted": 0, "rejected": 0}, made["progress"])
	require.Equal(t, []any{"awaiting_upload", "xlsx", "xlsx_import", "Expo", nil}, []any{made["status"], made["format"], made["entry_type"], made["lead_source"], made["mapping"]})
	require.True(t, query[bool](b, "select due_at > now() + interval '50 minutes' from due_work where kind = 'import' and ref = $1 and tenant_id = $2", id, b.a))
	require.Empty(t, b.workers.taken, "there is nothing to do before the upload")

	b.looked(id)
	read := b.do(http.StatusOK, "GET", imports+"/"+id, nil).data()
	require.Equal(t, "ready", read["status"])
	require.Equal(t, []any{[]any{"Asha", "98450"}}, read["preview"])
	require.NotContains(t, read, "upload", "whoever may only read gets no address to write to")

	started := b.do(http.StatusOK, "POST", imports+"/"+id+"/start", object{"mapping": object{"Mobile": "phone", "Name": "custom_fields.who"}}).data()
	require.Equal(t, "running", started["status"])
	require.Equal(t, object{"Mobile": "phone", "Name": "custom_fields.who"}, started["mapping"])
	require.Equal(t, []string{"import " + id}, b.workers.taken)
	require.True(t, query[bool](b, "select due_at < now() + interval '1 minute' from due_work where kind = 'import' and ref = $1", id))
	b.do(http.StatusOK, "POST", imports+"/"+id+"/start", nil)

	b.exec("update imports set status = 'completed', rows_rejected = 2, completed_at = now() where id = $1", id)
	b.exec("insert into import_errors values ($1, $2, 3, 'Mobile', 'The phone number is not valid'), ($1, $2, 9, '', 'Too long')", b.a, id)
	require.Equal(t, "https://files.example/errors/"+b.a.String()+"/"+id+".csv?as=import-errors.csv", b.do(http.StatusOK, "GET", imports+"/"+id, nil).data()["errors_url"])
	wrong := b.do(http.StatusOK, "GET", imports+"/"+id+"/errors?limit=1", nil)
	require.Equal(t, []object{{"row": 3, "column": "Mobile", "error": "The phone number is not valid"}}, wrong.list())
	require.Equal(t, object{"total": 2, "limit": 1, "offset": 0}, wrong.meta())
	require.Equal(t, 9, b.do(http.StatusOK, "GET", imports+"/"+id+"/errors?offset=1", nil).list()[0]["row"])
	b.refused(http.StatusConflict, "The import has ended", "POST", imports+"/"+id+"/start", nil)
	b.refused(http.StatusConflict, "The import has ended", "POST", imports+"/"+id+"/cancel", nil)
	b.exec("update imports set completed_at = now() - interval '7 days' where id = $1", id)
	require.Nil(t, b.do(http.StatusOK, "GET", imports+"/"+id, nil).data()["errors_url"], "S3 has deleted it")
}

func TestAnImportMayBeStartedBeforeItsFileIsThere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.workers.fail = errors.New("throttled")
	id := b.do(http.StatusCreated, "POST", imports, object{"file_name": "a.csv"}).data()["id"].(string)
	started := b.do(http.StatusOK, "POST", imports+"/"+id+"/start", nil).data()
	require.Equal(t, "awaiting_upload", started["status"])
	require.True(t, query[bool](b, "select start_wanted from imports where id = $1", id))
	require.Equal(t, 1, query[int](b, "select count(*)::int from due_work where kind = 'import' and due_at < now() + interval '1 minute'"), "the sweeper takes it up")
}

func TestACancelledImportStaysCancelled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.do(http.StatusCreated, "POST", imports, object{"file_name": "a.csv"}).data()["id"].(string)
	for range 2 {
		require.Equal(t, "cancelled", b.do(http.StatusOK, "POST", imports+"/"+id+"/cancel", nil).data()["status"])
	}
	b.refused(http.StatusConflict, "The import has ended", "POST", imports+"/"+id+"/start", nil)
	require.Equal(t, "cancelled", b.do(http.StatusOK, "GET", imports, nil).list()[0]["status"])
}

func TestImportsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for text, body := range map[string]object{
		"file_name must have 1 to 255 characters":                        {"file_name": strings.Repeat("x", 252) + ".csv"},
		"format must be csv or xlsx where the file name ends in neither": {"file_name": "leads.pdf"},
		"format must be one of csv, xlsx":                                {"file_name": "leads", "format": "pdf"},
		"size must be from 1 to 52428800 bytes":                          {"file_name": "a.xlsx", "size": 52428801},
		"lead_source must have at most 255 characters":                   {"file_name": "a.csv", "lead_source": strings.Repeat("x", 256)},
		"mapping must be an object of fields by column":                  {"file_name": "a.csv", "mapping": object{"A": 1}},
		"mapping must give a column the field phone or email":            {"file_name": "a.csv", "mapping": object{"A": "name"}},
		`Unknown field "name"`:                                           {"file_name": "a.csv", "name": "x"},
	} {
		b.refused(http.StatusBadRequest, text, "POST", imports, body)
	}
	id := b.do(http.StatusCreated, "POST", imports, object{"file_name": "a.csv"}).data()["id"].(string)
	b.looked(id)
	out := b.refused(http.StatusBadRequest, "mapping.Tel is no column of the file", "POST", imports+"/"+id+"/start", object{"mapping": object{"Tel": "phone"}})
	require.Equal(t, []string{"mapping.Tel"}, out.fields())
	require.Equal(t, "ready", query[string](b, "select status from imports where id = $1", id))
	b.refused(http.StatusNotFound, "Import not found", "POST", imports+"/"+uuid.NewString()+"/start", nil)
	b.refused(http.StatusNotFound, "Import not found", "GET", imports+"/"+uuid.NewString()+"/errors", nil)
}

func TestAJobMadeTwiceUnderOneKeyIsOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for path, body := range map[string]object{imports: {"file_name": "a.csv"}, "/exports": {"kind": "leads"}} {
		status := map[string]int{imports: http.StatusCreated, "/exports": http.StatusAccepted}[path]
		first := b.do(status, "POST", path, body, key, path)
		require.Equal(t, string(first.raw), string(b.do(status, "POST", path, body, key, path).raw))
		b.refused(http.StatusConflict, "Idempotency-Key was used for another request", "POST", path, map[string]object{imports: {"file_name": "b.csv"}, "/exports": {"kind": "contacts"}}[path], key, path)
	}
	require.Len(t, b.workers.taken, 1, "the export was made once")
	require.Equal(t, 2, query[int](b, "select count(*)::int from due_work where kind in ('import', 'export')"))
}

func TestAnExportIsMadeAndRead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	flowID := b.flow(object{})
	made := b.do(http.StatusAccepted, "POST", "/exports", object{"kind": "executions", "filter": object{"flow_id": flowID, "status": "failed", "from": "2026-02-05", "to": "2026-02-05", "search": "Asha"}}).data()
	id := made["id"].(string)
	require.Equal(t, []any{"queued", 0, nil, nil}, []any{made["status"], made["rows"], made["url"], made["expires_at"]})
	require.Equal(t, []string{"export " + id}, b.workers.taken)
	require.JSONEq(t, `{"flow_id": "`+flowID+`", "contact_id": null, "status": "failed", "test_runs_only": false, "search": "Asha",
		"triggered": {"from": "2026-02-05T00:00:00+05:30", "to": "2026-02-06T00:00:00+05:30"}}`, query[string](b, "select (filter -> 'executions')::text from exports where id = $1", id))

	b.exec("update exports set status = 'completed', rows_written = 7, size = 99, completed_at = now() where id = $1", id)
	read := b.do(http.StatusOK, "GET", "/exports/"+id, nil).data()
	require.Equal(t, []any{"completed", 7, 99}, []any{read["status"], read["rows"], read["size"]})
	require.Equal(t, "https://files.example/exports/"+b.a.String()+"/"+id+".csv?as="+read["file_name"].(string), read["url"])
	require.Regexp(t, `^executions-\d{8}-\d{6}\.csv$`, read["file_name"])
	require.NotNil(t, read["expires_at"])
	require.Equal(t, read["id"], b.do(http.StatusOK, "GET", "/exports", nil).list()[0]["id"])
	b.exec("update exports set completed_at = now() - interval '7 days' where id = $1", id)
	require.Nil(t, b.do(http.StatusOK, "GET", "/exports/"+id, nil).data()["url"])
	b.refused(http.StatusNotFound, "Export not found", "GET", "/exports/"+uuid.NewString(), nil)
}

func TestAnExportOfAnalyticsIsOfTheTenantsDays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	flowID := b.flow(object{})
	filter := func(of object) object {
		id := b.do(http.StatusAccepted, "POST", "/exports", object{"kind": "analytics", "filter": of}).data()["id"]
		var out object
		require.NoError(t, json.Unmarshal(query[[]byte](b, "select filter -> 'analytics' from exports where id = $1", id), &out))
		return out
	}
	require.Equal(t, object{"flow_id": flowID, "from": "2026-02-01", "to": "2026-02-05", "zone": "Asia/Kolkata"},
		filter(object{"flow_id": flowID, "from": "2026-02-01", "to": "2026-02-05"}))
	today, days := time.Now().In(time.FixedZone("IST", 19_800)), filter(object{})
	require.Contains(t, []string{today.Format(time.DateOnly), today.AddDate(0, 0, 1).Format(time.DateOnly)}, days["to"])
	last, err := time.Parse(time.DateOnly, days["to"].(string))
	require.NoError(t, err)
	require.Equal(t, last.AddDate(0, 0, -29).Format(time.DateOnly), days["from"], "as GET /analytics: 30 days")
	require.Nil(t, days["flow_id"])
}

func TestExportsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for text, body := range map[string]object{
		"kind must be one of executions, leads, contacts, analytics":                  {},
		"filter.status must be one of running, completed, failed, cancelled, skipped": {"kind": "executions", "filter": object{"status": "x"}},
		"filter.search does not filter leads":                                         {"kind": "leads", "filter": object{"search": "x"}},
		"filter.from does not filter contacts":                                        {"kind": "contacts", "filter": object{"from": "2026-02-05"}},
		"filter.status does not filter analytics":                                     {"kind": "analytics", "filter": object{"status": "failed"}},
		"filter.to must be a date (YYYY-MM-DD)":                                       {"kind": "analytics", "filter": object{"to": "2026-02-05T10:00:00Z"}},
		"from and to must span at most 366 days":                                      {"kind": "analytics", "filter": object{"from": "2020-02-05"}},
		"from must not be after to":                                                   {"kind": "leads", "filter": object{"from": "2026-02-05", "to": "2026-02-03"}},
	} {
		out := b.do(http.StatusBadRequest, "POST", "/exports", body)
		require.Contains(t, out.body["error"], text)
	}
	require.Empty(t, b.workers.taken)
}
