package rest

import (
	"encoding/json"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// version is the API's own: it grows when clients can notice.
const version = "1.0.0"

// bearer names the one way to prove who asks.
const bearer = "bearer"

// Tags group operations in the document; tags says of each what it is about.
var (
	flowsTag        = []string{"flows"}
	executionsTag   = []string{"executions"}
	leadsTag        = []string{"leads"}
	meTag           = []string{"me"}
	contactsTag     = []string{"contacts"}
	suppressionsTag = []string{"suppressions"}
	auditTag        = []string{"audit-log"}
	analyticsTag    = []string{"analytics"}
	exportsTag      = []string{"exports"}
	templatesTag    = []string{"email-templates"}
	integrationsTag = []string{"integrations"}
	settingsTag     = []string{"settings"}
)

var tags = []*huma.Tag{
	{Name: "flows", Description: "What happens to a lead: trigger conditions that select it, and the steps that it then goes through. Flows are tried by priority."},
	{Name: "executions", Description: "Runs of flows, one per contact and start, with a log row for each attempt at a step."},
	{Name: "leads", Description: "Leads as they came in, and for each which flow took it, or why none did."},
	{Name: "analytics", Description: "Counts by day in the tenant's time zone. Test runs are counted nowhere."},
	{Name: "exports", Description: "CSV files of executions, leads, contacts or how flows did, made as jobs."},
	{Name: "contacts", Description: "The people that flows engage, entered one by one or imported from files. One is found by its phone, e-mail or external id, which are unique."},
	{Name: "suppressions", Description: "Addresses that nothing is sent to, on a channel or on all: who unsubscribed, answered STOP, bounced, complained, or was entered here."},
	{Name: "email-templates", Description: "What e-mail steps send: subject, HTML and text in Liquid."},
	{Name: "integrations", Description: "The tenant's accounts with its providers. Secrets are written and never shown."},
	{Name: "settings", Description: "The tenant's own: time zone, hours, contact windows, how leads are matched, calls at once."},
	{Name: "audit-log", Description: "What people did that matters later: who erased, unsuppressed, deleted, connected or changed settings."},
	{Name: "me", Description: "Who the token says is asking."},
}

const about = `Leads become conversations: a flow selects leads by conditions and takes each through AI calls, WhatsApp messages, e-mails and waits.

* **Answers.** A success is ` + "`{\"success\": true, \"data\": …}`" + `, with ` + "`meta`" + ` on lists. A failure is ` + "`{\"success\": false, \"error\": \"…\", \"request_id\": \"…\"}`" + `; when input is wrong, ` + "`details`" + ` names every field at once.
* **Bodies** are JSON in UTF-8 of at most 1 MiB. Unknown keys, keys given twice and NUL characters are refused.
* **Times** are RFC 3339 in UTC with milliseconds.
* **Lists** are read by ` + "`limit`" + ` and ` + "`offset`" + `; the long ones also by ` + "`cursor`" + `, which stays right while records are added.
* **Once.** A POST that creates takes an ` + "`Idempotency-Key`" + `: sent again with the same body it answers as it did at first.
* **Nothing lost.** A flow answers with an ` + "`ETag`" + `; sent back as ` + "`If-Match`" + `, a change over somebody else's is refused with 409.`

// humaConfig serves one format, JSON, and leaves the document to us.
func humaConfig() huma.Config {
	c := huma.DefaultConfig("Auto Engagement Flows", version)
	c.Info.Description = about
	c.Info.License = &huma.License{Name: "MIT", Identifier: "MIT"}
	c.Servers = []*huma.Server{{URL: "/", Description: "The host that serves this document"}}
	c.Tags = tags
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil
	c.OnAddOperation = append(c.OnAddOperation, documentFailures)
	c.Transformers = []huma.Transformer{stampRequestID}
	c.Formats = map[string]huma.Format{"application/json": {
		Marshal:   huma.DefaultJSONFormat.Marshal,
		Unmarshal: keepBody,
	}}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		bearer: {Type: "http", Scheme: bearer, BearerFormat: "JWT", Description: "An access token of the sign-in that the deployment trusts. It names the tenant and the role: owner, admin and manager change things, all others read."},
	}
	return c
}

// Document is the OpenAPI document of the API. It needs no stores.
func Document() *huma.OpenAPI {
	document := operations(Config{}, http.NewServeMux()).huma.OpenAPI()
	describe(document)
	return document
}

// serveDocument answers with the OpenAPI document. It holds nothing secret.
func serveDocument() http.HandlerFunc {
	encoded := sync.OnceValue(func() []byte {
		raw, err := json.Marshal(Document())
		if err != nil {
			panic(err) // a test encodes it
		}
		return raw
	})
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(encoded())
	}
}
