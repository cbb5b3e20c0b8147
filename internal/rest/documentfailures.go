package rest

import (
	"maps"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// documentFailures says which failures an operation can answer: never 422,
// which huma would, and for one with a body 413 and 415. describe says more of
// them.
func documentFailures(_ *huma.OpenAPI, op *huma.Operation) {
	delete(op.Responses, "422")
	statuses := []int{http.StatusTooManyRequests, http.StatusInternalServerError}
	if op.RequestBody != nil {
		statuses = append(statuses, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	for _, status := range statuses {
		op.Responses[strconv.Itoa(status)] = &huma.Response{}
	}
}

// failures are what operations answer beside success: the same everywhere, but
// for the examples that an operation has of its own.
var failures = map[int]struct{ name, description, text string }{
	http.StatusBadRequest:            {"BadRequest", "The input is wrong; details name every field", "limit must be a whole number from 1 to 200"},
	http.StatusUnauthorized:          {"Unauthorized", "There is no token, or no good one", "Invalid or expired token"},
	http.StatusForbidden:             {"Forbidden", "The role does not allow this, or the tenant is unknown", "Your role does not allow this"},
	http.StatusNotFound:              {"NotFound", "It is not there, or it is another tenant's", "Flow not found"},
	http.StatusConflict:              {"Conflict", "If-Match names another version, or the Idempotency-Key was used for another request", "Idempotency-Key was used for another request"},
	http.StatusRequestEntityTooLarge: {"TooLarge", "The body is larger than 1 MiB", "Request body is larger than 1 MiB"},
	http.StatusUnsupportedMediaType:  {"UnsupportedMediaType", "The body is not JSON in UTF-8, or it is compressed", "Content-Type must be application/json"},
	http.StatusTooManyRequests:       {"TooManyRequests", "The tenant asks too often; Retry-After says when to ask again", tooManyRequests},
	http.StatusInternalServerError:   {"InternalError", "A bug; the request_id finds it in the log", internalError},
	http.StatusServiceUnavailable:    {"Unavailable", "The database is away; Retry-After says when to ask again", "The database is away, please try again"},
}

const exampleID = "0197e0b0-0000-7000-8000-000000000000"

// failureResponse describes one status, with these examples or its own.
func failureResponse(status int, examples map[string]*huma.Example) *huma.Response {
	f := failures[status]
	if len(examples) == 0 {
		value := map[string]any{"success": false, "error": f.text, "request_id": exampleID}
		if status == http.StatusBadRequest {
			value["details"] = []any{map[string]any{"field": "limit", "message": f.text}}
		}
		examples = map[string]*huma.Example{f.text: {Value: value}}
	}
	headers := maps.Clone(everyHeader)
	switch status {
	case http.StatusUnauthorized:
		for _, name := range limitHeaders {
			delete(headers, name) // whose the limit would be is not known
		}
		headers["WWW-Authenticate"] = headerRef("WWW-Authenticate")
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		headers["Retry-After"] = headerRef("Retry-After")
	}
	return &huma.Response{
		Description: f.description, Headers: headers,
		Content: map[string]*huma.MediaType{"application/json": {
			Schema: &huma.Schema{Ref: schemas + "Failure"}, Examples: examples,
		}},
	}
}

// limitHeaders are on every answer to a known tenant, where there is a limit.
var limitHeaders = []string{"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"}

// everyHeader may be on every answer.
var everyHeader = func() map[string]*huma.Param {
	all := map[string]*huma.Param{}
	for _, name := range append([]string{"X-Request-Id"}, limitHeaders...) {
		all[name] = headerRef(name)
	}
	return all
}()

func headerRef(name string) *huma.Param { return &huma.Param{Ref: "#/components/headers/" + name} }

func headers() map[string]*huma.Header {
	text := &huma.Schema{Type: huma.TypeString}
	count := &huma.Schema{Type: huma.TypeInteger, Minimum: new(0.0)}
	return map[string]*huma.Header{
		"X-Request-Id":        {Description: "Finds the request in the log; failures carry it in their body too", Schema: text, Required: true},
		"ETag":                {Description: "The flow's version, for If-Match", Schema: &huma.Schema{Type: huma.TypeString, Pattern: `^"[1-9][0-9]*"$`, Examples: []any{`"3"`}}, Required: true},
		"Retry-After":         {Description: "After how many seconds to ask again", Schema: count, Required: true},
		"RateLimit-Limit":     {Description: "How many requests the tenant may send at once", Schema: count},
		"RateLimit-Remaining": {Description: "How many of them are left", Schema: count},
		"RateLimit-Reset":     {Description: "After how many seconds all of them are there again", Schema: count},
		"WWW-Authenticate":    {Description: "Bearer", Schema: text, Required: true},
	}
}
