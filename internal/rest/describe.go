package rest

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

const schemas = "#/components/schemas/"

// describe completes the document with what is the same for all operations, or
// follows from the others: failures, headers, examples and links.
func describe(document *huma.OpenAPI) {
	document.Components.Headers = headers()
	document.Components.Responses = map[string]*huma.Response{}
	for status, f := range failures {
		document.Components.Responses[f.name] = failureResponse(status, nil)
	}
	for _, s := range document.Components.Schemas.Map() {
		complete(s)
	}
	given := readExamples()
	for _, item := range document.Paths {
		for _, op := range operationsOf(item) {
			describeOperation(op, given[op.OperationID])
			link(document, op)
		}
	}
}

// complete lets null into the enums of what may be null: huma leaves it out.
func complete(s *huma.Schema) {
	if s.Nullable && len(s.Enum) > 0 && !slices.Contains(s.Enum, nil) {
		s.Enum = append(slices.Clone(s.Enum), nil)
	}
	for _, property := range s.Properties {
		complete(property)
	}
	if s.Items != nil {
		complete(s.Items)
	}
}

// operationsOf are the operations of one path.
func operationsOf(item *huma.PathItem) (out []*huma.Operation) {
	for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
		if op != nil {
			out = append(out, op)
		}
	}
	return out
}

func describeOperation(op *huma.Operation, e examples) {
	if op.RequestBody != nil {
		op.RequestBody.Content["application/json"].Examples = e.Request
	}
	for _, p := range op.Parameters {
		if p.Schema.Description == p.Description {
			p.Schema.Description = "" // huma says it twice
		}
		p.AllowEmptyValue = p.In == "query" && !p.Required
	}
	for status, r := range op.Responses {
		code, _ := strconv.Atoi(status) // "default" is none
		if f, fails := failures[code]; fails {
			if own := e.Responses[status]; len(own) > 0 {
				op.Responses[status] = failureResponse(code, own)
			} else {
				op.Responses[status] = &huma.Response{Ref: "#/components/responses/" + f.name}
			}
			continue
		}
		if r.Headers == nil {
			r.Headers = map[string]*huma.Param{}
		}
		for name := range r.Headers {
			r.Headers[name] = headerRef(name)
		}
		maps.Copy(r.Headers, everyHeader)
		for _, content := range r.Content {
			content.Examples = e.Responses[status]
		}
	}
}

// What an operation's answer is, where it is not a record of the operation's
// own path.
var answersWith = map[string]string{
	"duplicate-flow": Base + "/flows",
	"test-run-flow":  Base + "/executions",
}

// link says, of an operation that creates, what can be done with what it made.
func link(document *huma.OpenAPI, op *huma.Operation) {
	collection := op.Path
	if other, has := answersWith[op.OperationID]; has {
		collection = other
	}
	record := collection + "/{id}"
	if op.Method != http.MethodPost || document.Paths[record] == nil {
		return
	}
	links := map[string]*huma.Link{}
	for path, item := range document.Paths {
		if path != record && !strings.HasPrefix(path, record+"/") {
			continue
		}
		parameters := map[string]any{"id": "$response.body#/data/id"}
		if strings.Contains(path, "{n}") {
			parameters["n"] = "$response.body#/data/version"
		}
		for _, target := range operationsOf(item) {
			links[target.OperationID] = &huma.Link{OperationID: target.OperationID, Parameters: parameters}
		}
	}
	for status, r := range op.Responses {
		if status[0] == '2' {
			r.Links = links
		}
	}
}
