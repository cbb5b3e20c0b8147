package rest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/auth"
	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/intake"
	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/rest"
)

func TestWhileTheDatabaseIsAwayTheAnswerIs503(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{})
	operations := b.operations()
	away, err := postgres.Open("postgres://aef_app@127.0.0.1:1/none?sslmode=disable", 1)
	require.NoError(t, err)
	t.Cleanup(away.Close)
	// The tenant is known from before, so that each operation itself is tried.
	c := b.config()
	known := &knownOnce{Tenants: postgres.FlowStore{Pool: away}, known: c.Tenants}
	c.Flows, c.History, c.Intake = postgres.FlowStore{Pool: away}, postgres.FlowStore{Pool: away}, b.outbox(away)
	c.Executions, c.Leads, c.Seen = postgres.ExecutionReader{Pool: away}, postgres.ExecutionReader{Pool: away}, postgres.ExecutionReader{Pool: away}
	c.Cancels, c.Bulk = &engine.Engine{Store: postgres.NewLedger(away), Machines: idleMachines{}}, postgres.BulkCanceller{Pool: away}
	c.Contacts, c.Entry = postgres.ContactStore{Pool: away}, intake.Entry{Store: postgres.ContactStore{Pool: away}, Outbox: b.outbox(away)}
	c.Suppressions, c.Audit = postgres.SuppressionStore{Pool: away}, postgres.AuditLog{Pool: away}
	c.Templates, c.Settings, c.Connections = postgres.TemplateStore{Pool: away}, postgres.SettingsStore{Pool: away}, providers(t, away)
	c.Statistics, c.Refused = postgres.StatReader{Pool: away}, postgres.RefusedReader{Pool: away}
	c.Trials, c.Jobs = postgres.TrialStore{Pool: away}, postgres.JobStore{Pool: away}
	for _, tenants := range []rest.Tenants{known, postgres.FlowStore{Pool: away}} {
		c.Tenants = tenants
		b.handler = rest.New(c)
		for _, o := range operations {
			out := b.request(b.owner, o.method, o.at(id), o.body(id))
			require.Equal(t, http.StatusServiceUnavailable, out.status, "%s: %s", o, b.causes())
			b.isFailure(out, "The database is away, please try again")
			require.Equal(t, "5", out.header.Get("Retry-After"))
		}
	}
	require.Equal(t, http.StatusServiceUnavailable, b.request("", "GET", "/health", nil).status)
	require.Contains(t, b.causes(), "connection refused")
}

// knownOnce is a store that goes away after it was asked for a tenant.
type knownOnce struct {
	rest.Tenants

	known rest.Tenants
	asked atomic.Bool
}

func (k *knownOnce) Tenant(ctx context.Context, id uuid.UUID) (flow.Tenant, error) {
	if k.asked.CompareAndSwap(false, true) {
		return k.known.Tenant(ctx, id)
	}
	return k.Tenants.Tenant(ctx, id)
}

func TestAfterConnectionsWereCutTheApiServesAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{})
	for range 3 {
		b.exec("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'aef_app'")
		require.Eventually(t, func() bool {
			out := b.request(b.owner, "PATCH", "/flows/"+id, object{"is_enabled": true})
			require.Contains(t, []int{http.StatusOK, http.StatusServiceUnavailable}, out.status, b.causes())
			return out.status == http.StatusOK
		}, 10*time.Second, time.Millisecond)
	}
	require.Equal(t, 2, b.do(http.StatusOK, "GET", "/flows/"+id, nil).data()["version"])
}

func TestTokensThatCannotBeVerifiedNowAre503(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for err, want := range map[error]int{auth.ErrUnavailable: http.StatusServiceUnavailable, io.ErrUnexpectedEOF: http.StatusInternalServerError} {
		c := b.config()
		c.Tokens = verifierFunc(func() error { return fmt.Errorf("x: %w", err) })
		b.handler = rest.New(c)
		out := b.request(b.owner, "GET", "/flows", nil)
		require.Equal(t, want, out.status)
		require.NotContains(t, string(out.raw), "EOF")
		if want == http.StatusServiceUnavailable {
			require.NotEmpty(t, out.header.Get("Retry-After"))
		}
	}
}
