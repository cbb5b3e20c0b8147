// Package bench measures what the product promises about speed. Its figures
// are ratios within one run: absolute times say more about the machine.
package bench

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/auth"
	"github.com/auto-engagement/flows/internal/rest"
	"github.com/auto-engagement/flows/internal/testdb"
)

// Executions of one tenant: few, and many. AEF_BENCH_MANY changes the second.
const (
	few  = 10_000
	many = 5_000_000
)

// target is the ratio of medians that no read may exceed.
const target = 1.5

// BenchmarkReads asks the HTTP API, on the real handler and a real Postgres,
// for pages of a tenant with few executions and of one with many. A read whose
// time grows with the history would show here.
func BenchmarkReads(b *testing.B) {
	large := many
	if text := os.Getenv("AEF_BENCH_MANY"); text != "" {
		var err error
		large, err = strconv.Atoi(text)
		require.NoError(b, err)
	}
	small, big := load(b, few), load(b, large)
	type figure struct {
		name string
		took [2]time.Duration
	}
	figures := make([]figure, 0, len(small.reads()))
	for i, read := range small.reads() {
		// One after the other: what else this machine does slows down both.
		of := [2]sample{{small, read.path, nil}, {big, big.reads()[i].path, nil}}
		for try := range warmUp + tries {
			for n := range of {
				of[n].ask(b, try >= warmUp)
			}
		}
		figures = append(figures, figure{read.name, [2]time.Duration{of[0].median(), of[1].median()}})
	}

	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\nmedian of a read\t%d executions\t%d executions\tratio\t\n", few, large)
	for _, f := range figures {
		m := f.took
		ratio := float64(m[1]) / float64(m[0])
		verdict := ""
		if ratio > target {
			verdict = fmt.Sprintf("above %.1f", target)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%.2f\t%s\n", f.name, m[0].Round(10*time.Microsecond), m[1].Round(10*time.Microsecond), ratio, verdict)
	}
	require.NoError(b, w.Flush())
}

// records is a tenant with a history.
type records struct {
	handler http.Handler
	tenant  uuid.UUID
	flow    uuid.UUID
	// execution is one in the middle of the history; cursor leads to the
	// thousandth page of fifty, and name is that of a contact.
	execution uuid.UUID
	cursor    string
}

type read struct{ name, path string }

func (r records) reads() []read {
	return []read{
		{"flows", "/flows"},
		{"an execution", "/executions/" + r.execution.String()},
		{"executions", "/executions"},
		{"executions, 1,000th page", "/executions?cursor=" + url.QueryEscape(r.cursor)},
		{"executions of a flow", "/flows/" + r.flow.String() + "/executions"},
		{"executions that failed", "/executions?status=failed"},
		{"executions by phone", "/executions?search=" + url.QueryEscape("+919800004711")},
		{"executions by name", "/executions?search=" + url.QueryEscape("Contact 4711")},
		{"leads", "/leads"},
		{"analytics, 30 days", "/analytics"},
		{"analytics overview", "/analytics/overview"},
		{"channels", "/analytics/channels"},
		{"statistics of a flow", "/flows/" + r.flow.String() + "/statistics"},
	}
}

// tries is how often each read is measured, after some that fill caches.
const (
	warmUp = 10
	tries  = 100
)

// sample is how long the reads of one path took.
type sample struct {
	records records
	path    string
	times   []time.Duration
}

func (s *sample) ask(b *testing.B, counts bool) {
	b.Helper()
	started := time.Now()
	out := s.records.get(b, s.path)
	took := time.Since(started)
	require.Equal(b, http.StatusOK, out.Code, "%s: %s", s.path, out.Body)
	if counts {
		s.times = append(s.times, took)
	}
}

func (s *sample) median() time.Duration {
	slices.Sort(s.times)
	return s.times[len(s.times)/2]
}

func (r records) get(b *testing.B, path string) *httptest.ResponseRecorder {
	b.Helper()
	request := httptest.NewRequestWithContext(b.Context(), http.MethodGet, rest.Base+path, nil)
	request.Header.Set("Authorization", "Bearer "+r.tenant.String())
	out := httptest.NewRecorder()
	r.handler.ServeHTTP(out, request)
	return out
}

// tenantToken takes the tenant's id as the token: what is measured is reading.
type tenantToken struct{}

// Verify implements rest.Tokens.
func (tenantToken) Verify(_ context.Context, token string) (auth.Identity, error) {
	id, err := uuid.Parse(token)
	return auth.Identity{TenantID: id, Role: auth.Viewer}, err
}

// load makes a tenant with executions over the last year, in a database of its
// own.
func load(b *testing.B, executions int) records {
	b.Helper()
	db := testdb.New(b)
	r := records{handler: handler(db), tenant: db.Tenant(b)}
	started := time.Now()
	fill(b, db, r.tenant, executions)
	fmt.Printf("%d executions loaded in %s\n", executions, time.Since(started).Round(time.Second))

	ctx := b.Context()
	require.NoError(b, db.Admin.QueryRow(ctx, "select id from auto_engagement_flows where priority = 7").Scan(&r.flow))
	require.NoError(b, db.Admin.QueryRow(ctx,
		"select id from flow_executions order by triggered_at desc, id desc offset $1 limit 1", executions/2).Scan(&r.execution))
	// Walked, as a client would: each page gives the cursor of the next.
	for range min(1000, executions/100) - 1 {
		out := r.get(b, "/executions?limit=50&cursor="+url.QueryEscape(r.cursor))
		var page struct {
			Meta struct {
				Next string `json:"next_cursor"`
			} `json:"meta"`
		}
		require.NoError(b, json.Unmarshal(out.Body.Bytes(), &page), out.Body)
		r.cursor = cmp.Or(page.Meta.Next, r.cursor)
	}
	return r
}
