package rest_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	urlpath "path"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/rest"
)

// document is the OpenAPI document as clients read it, for every test to hold
// answers against.
var document = sync.OnceValue(func() contract {
	raw, err := json.Marshal(rest.Document())
	if err != nil {
		panic(err)
	}
	decoded, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		panic(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	compiler.DefaultDraft(jsonschema.Draft2020)
	if err := compiler.AddResource("openapi.json", decoded); err != nil {
		panic(err)
	}
	return contract{root: decoded.(object), compiler: compiler, mux: routes(decoded.(object))}
})

type contract struct {
	root     object
	mux      *http.ServeMux
	compiler *jsonschema.Compiler
}

// routes finds the operation of a request.
func routes(root object) *http.ServeMux {
	mux := http.NewServeMux()
	for path, item := range root["paths"].(object) {
		for method := range item.(object) {
			mux.Handle(strings.ToUpper(method)+" "+path, http.NotFoundHandler())
		}
	}
	return mux
}

var (
	compiling sync.Mutex // a compiler is for one at a time
	compiled  sync.Map   // schemas by pointer
)

// schema compiles the schema at a place of the document, like
// "/components/schemas/Flow".
func (c contract) schema(tb testing.TB, pointer string) *jsonschema.Schema {
	tb.Helper()
	if known, has := compiled.Load(pointer); has {
		return known.(*jsonschema.Schema)
	}
	compiling.Lock()
	defer compiling.Unlock()
	s, err := c.compiler.Compile("openapi.json#" + pointer)
	require.NoError(tb, err, pointer)
	compiled.Store(pointer, s)
	return s
}

// at is a JSON pointer of keys.
func at(keys ...string) string {
	var out strings.Builder
	for _, key := range keys {
		out.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1", "%", "%25", "{", "%7B", "}", "%7D").Replace(key))
	}
	return out.String()
}

// conforms holds an answer of an operation against what the document says of it.
func (c contract) conforms(tb testing.TB, r *http.Request, out answer) {
	tb.Helper()
	_, pattern := c.mux.Handler(r)
	method, path, known := strings.Cut(pattern, " ")
	if !known || urlpath.Clean(r.URL.Path) != r.URL.Path || r.Method == http.MethodHead || out.status == http.StatusMethodNotAllowed {
		return
	}
	status := strconv.Itoa(out.status)
	responses := c.root["paths"].(object)[path].(object)[strings.ToLower(method)].(object)["responses"].(object)
	require.Contains(tb, responses, status, "%s answers %s, which its document does not say: %s", pattern, status, out.raw)
	response, where := responses[status].(object), at("paths", path, strings.ToLower(method), "responses", status)
	if ref, is := response["$ref"].(string); is {
		where = strings.TrimPrefix(ref, "#")
		response = c.root["components"].(object)["responses"].(object)[ref[strings.LastIndexByte(ref, '/')+1:]].(object)
	}
	headers := c.root["components"].(object)["headers"].(object)
	for name := range response["headers"].(object) {
		if headers[name].(object)["required"] != true {
			continue
		}
		require.NotEmpty(tb, out.header.Values(name), "%s without %s", pattern, name)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(out.raw))
	require.NoError(tb, err)
	err = c.schema(tb, where+at("content", "application/json", "schema")).Validate(value)
	require.NoError(tb, err, "%s answers %s", pattern, out.raw)
}
