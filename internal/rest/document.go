package rest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// bearer names the one way to prove who asks.
const bearer = "bearer"

// Tags group operations in the document.
var (
	flowsTag      = []string{"flows"}
	executionsTag = []string{"executions"}
	leadsTag      = []string{"leads"}
	meTag         = []string{"me"}
	contactsTag   = []string{"contacts"}
	exportsTag    = []string{"exports"}
)

// humaConfig serves one format, JSON, and leaves the document to us.
func humaConfig(version string) huma.Config {
	c := huma.DefaultConfig("Auto Engagement Flows", version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil
	c.OnAddOperation = append(c.OnAddOperation, documentFailures)
	c.Transformers = []huma.Transformer{stampRequestID}
	c.Formats = map[string]huma.Format{"application/json": {
		Marshal:   huma.DefaultJSONFormat.Marshal,
		Unmarshal: keepBody,
	}}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		bearer: {Type: "http", Scheme: bearer, BearerFormat: "JWT"},
	}
	return c
}

// documentFailures says what an operation can answer: never 422, which huma
// would, and for one with a body 413 and 415.
func documentFailures(_ *huma.OpenAPI, op *huma.Operation) {
	delete(op.Responses, "422")
	if op.RequestBody == nil {
		return
	}
	for _, status := range []int{http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType} {
		r := *op.Responses["400"]
		r.Description = http.StatusText(status)
		op.Responses[strconv.Itoa(status)] = &r
	}
}

// serveDocument answers with the OpenAPI document. It holds nothing secret.
func serveDocument(document *huma.OpenAPI) http.HandlerFunc {
	encoded := sync.OnceValue(func() []byte {
		raw, err := json.Marshal(document)
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
