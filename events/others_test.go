package events_test

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/auto-engagement/flows/migrations"
)

// What the functions do that nobody waits for.
var otherEvents = map[string]want{
	// Of what is due in seed.sql the token and the webhook are done with; the
	// lead, the lost run and the call perhaps placed are looked at again, as are
	// the call lines and what is to be purged.
	"sweeper/schedule": {
		answer:   `{"done": 2, "later": 5}`,
		queued:   []string{tenant},
		started:  []string{executionID(20) + "-r1"},
		answered: []string{"sample-token-21"},
		// The provider lists calls that met a voicemail apart.
		asked: []string{
			"GET /bolna/v2/agent/3c90c3cc-0d44-4b50-8888-8dd25736052a/executions 200",
			"GET /bolna/v2/agent/3c90c3cc-0d44-4b50-8888-8dd25736052a/executions 200",
		},
		rows: map[string]string{
			stepField(21, 1, "token"): "null",
			step(23, 1):               "done missed busy",
			step(22, 1):               "unknown",
			"select string_agg(kind, ' ' order by kind) from due_work where due_at < '2100-01-01' and kind not in ('stats', 'purge')": "lines outbox reconcile run",
		},
	},
	"pretoken/person-with-tenant": {
		answer: `{"response": {"claimsAndScopeOverrideDetails": {
			"accessTokenGeneration": {"claimsToAddOrOverride": {"tenant_id": "` + tenant + `"}},
			"groupOverrideDetails": {"groupsToOverride": ["manager"]}}}}`,
	},
	"pretoken/person-without-tenant": {
		answer: `{"response": {"claimsAndScopeOverrideDetails": {
			"accessTokenGeneration": {"claimsToAddOrOverride": null, "claimsToSuppress": ["tenant_id"]},
			"groupOverrideDetails": {"groupsToOverride": ["manager"]}}}}`,
	},
	"dashboard/settings": {
		status: 200, headers: map[string]string{"Content-Type": "application/json", "Cache-Control": "no-cache"},
		body: `{"api_base": "", "oidc": {"authority": "https://id.example.com", "client_id": "c1", "scope": "openid", "metadata": null}}`,
	},
	"dashboard/page": {
		status: 200, headers: map[string]string{"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache"},
		body: "<title>Flows</title>",
	},
	"dashboard/asset-of-an-earlier-release": {status: 404, body: "There is no such file.\n"},
	"dashboard/back-from-sign-in": {
		status: 302, headers: map[string]string{"Location": "/dashboard/callback?code=c-1&state=s-1"},
		body: `<a href="/dashboard/callback?code=c-1&amp;state=s-1">Found</a>.` + "\n\n",
	},
	"migrate/after-deploy": {
		answer: fmt.Sprintf(`{"version": %d}`, newestMigration()),
		rows:   map[string]string{"select count(*) from tenants": "2"},
	},
}

// newestMigration is the number of the newest migration: its name begins with it.
func newestMigration() int {
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		panic(err) // the pattern is constant
	}
	number, _, _ := strings.Cut(names[len(names)-1], "_")
	newest, err := strconv.Atoi(number)
	if err != nil {
		panic(err)
	}
	return newest
}
