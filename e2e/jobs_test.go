package e2e

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const imports = "/api/contacts/imports"

// upload PUTs a file to a signed address as a browser does, with nothing but
// the file.
func upload(t *testing.T, url string, file []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, bytes.NewReader(file))
	require.NoError(t, err)
	r.Header.Set("Origin", "https://dashboard.example")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode, string(text))
	require.NotEmpty(t, answer.Header.Get("Access-Control-Allow-Origin"), "a page can read the answer")
}

// table reads a CSV file from a signed address.
func table(t *testing.T, url string) [][]string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Contains(t, answer.Header.Get("Content-Disposition"), "attachment; filename=")
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	body, marked := strings.CutPrefix(string(text), "\ufeff")
	require.True(t, marked)
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	require.NoError(t, err)
	return rows
}

// job waits until a job at a path has a status.
func (n *tenant) job(t *testing.T, path, status string) object {
	t.Helper()
	return wait(t, late, path+" is "+status, func() (object, string) {
		data := n.send(t, n.owner, http.MethodGet, path, nil).data()
		if data["status"] == status {
			return data, ""
		}
		return data, fmt.Sprintf("it is %v", data)
	}, func() string { return n.logs(t, n.id.String()) })
}

func TestJobsImportAThousandContactsAndExportWhatBecameOfThem(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	poor := condition("custom_field", "lt", "50")
	poor["custom_field_name"] = "budget"
	flowID := n.flow(t, "Write", object{"trigger_conditions": []object{condition("entry_type", "equals", "csv_import"), poor}}, pause(60*24))
	const count, matching = 1000, 50
	var file strings.Builder
	file.WriteString("Full name;Mobile;E-mail;Budget\n")
	for i := range count {
		fmt.Fprintf(&file, "=Person %d;%s;person-%d@example.com;%d\n", i, phone("00"), i, i)
	}
	file.WriteString("Nobody;12;;\n")

	made := n.send(t, n.owner, http.MethodPost, imports, object{"file_name": "expo.csv", "size": file.Len(), "lead_source": "Expo"})
	require.Equal(t, http.StatusCreated, made.Status, made.Text)
	path := imports + "/" + made.data()["id"].(string)
	upload(t, made.data()["upload"].(object)["url"].(string), []byte(file.String()))
	looked := n.job(t, path, "ready")
	require.Equal(t, object{"Full name": "name", "Mobile": "phone", "E-mail": "email", "Budget": "custom_fields.budget"}, looked["mapping"])
	require.InDelta(t, count+1, looked["progress"].(object)["total"], 0)

	begun := time.Now()
	started := n.send(t, n.owner, http.MethodPost, path+"/start", nil)
	require.Equal(t, http.StatusOK, started.Status, started.Text)
	done := n.job(t, path, "completed")
	t.Logf("%d rows were loaded after %s", count, time.Since(begun).Round(time.Millisecond))
	require.Equal(t, object{"total": count + 1.0, "read": count + 1.0, "accepted": float64(count), "rejected": 1.0}, done["progress"])
	require.Equal(t, [][]string{
		{"row", "column", "error"},
		{"1002", "Mobile", "The phone number is not valid, and there is no usable e-mail"},
	}, table(t, done["errors_url"].(string)))

	wait(t, late, "every row is decided", func() (int, string) {
		decided := s.count(t, "select count(*) from lead_events where tenant_id = $1 and outcome in ('matched', 'none')", n.id)
		if decided < count {
			return decided, fmt.Sprintf("%d are", decided)
		}
		return decided, ""
	}, func() string { return n.logs(t, n.id.String()) })
	t.Logf("and decided after %s", time.Since(begun).Round(time.Millisecond))
	require.Equal(t, count, s.count(t, "select count(*) from contacts where tenant_id = $1 and custom_fields ->> 'budget' <> ''", n.id))

	order := n.api(t, http.MethodPost, "/exports", object{"kind": "executions", "filter": object{"status": "running"}})
	require.Equal(t, http.StatusAccepted, order.Status, order.Text)
	export := n.job(t, base+"/exports/"+order.data()["id"].(string), "completed")
	require.InDelta(t, matching, export["rows"], 0)
	rows := table(t, export["url"].(string))
	require.Len(t, rows, matching+1)
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	for _, row := range rows[1:] {
		require.Regexp(t, `^'=Person \d+$`, row[column["contact_name"]], "no formula")
		require.Regexp(t, `^\+91\d{10}$`, row[column["contact_phone"]])
		require.Equal(t, "Write", row[column["flow_name"]])
	}
	require.Equal(t, http.StatusOK, n.api(t, http.MethodDelete, "/flows/"+flowID.String(), nil).Status, "and what waits for a day is over")
	// Nothing of this tenant is another's.
	other := s.tenant(t)
	require.Equal(t, http.StatusNotFound, other.send(t, other.owner, http.MethodGet, path, nil).Status)
}
