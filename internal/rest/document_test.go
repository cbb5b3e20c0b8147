package rest_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// eachOperation walks the document.
func eachOperation(t *testing.T, see func(t *testing.T, method, path string, op object)) {
	t.Helper()
	for path, item := range document().root["paths"].(object) {
		for method, op := range item.(object) {
			t.Run(op.(object)["operationId"].(string), func(t *testing.T) { see(t, method, path, op.(object)) })
		}
	}
}

func TestEveryOperationIsDocumented(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, tag := range document().root["tags"].([]any) {
		require.NotEmpty(t, tag.(object)["description"], "what the tag %s is about", tag)
		known[tag.(object)["name"].(string)] = true
	}
	eachOperation(t, func(t *testing.T, method, path string, op object) {
		require.NotEmpty(t, op["summary"])
		if method != "get" && method != "delete" || strings.Contains(path, "/analytics") {
			require.NotEmpty(t, op["description"], "what it takes, changes or counts beyond its summary")
		}
		require.NotEmpty(t, op["tags"])
		for _, tag := range op["tags"].([]any) {
			require.Contains(t, known, tag, "document.go says what a tag is about")
		}
		require.Equal(t, []any{object{"bearer": []any{}}}, op["security"])
		responses := op["responses"].(object)
		wanted := []string{"400", "401", "403", "429", "500", "503"}
		if strings.Contains(path, "{id}") {
			wanted = append(wanted, "404")
		}
		if op["requestBody"] != nil {
			wanted = append(wanted, "413", "415")
		}
		for _, p := range list(op["parameters"]) {
			if name := p["name"]; name == "Idempotency-Key" || name == "If-Match" {
				wanted = append(wanted, "409")
			}
			bounded(t, p["name"].(string), p["schema"].(object))
		}
		for _, status := range wanted {
			require.Contains(t, responses, status)
		}
		succeeds := slices.ContainsFunc(slices.Collect(maps.Keys(responses)), func(status string) bool { return status[0] == '2' })
		require.True(t, succeeds, "a success")
		require.NotContains(t, responses, "default", "it would hide what is not documented")
		require.NotContains(t, responses, "422")
	})
}

// bounded says that a parameter has an end.
func bounded(t *testing.T, name string, s object) {
	t.Helper()
	if name == "If-Match" {
		return // a list of tags, of any length
	}
	for _, one := range append(list(s["anyOf"]), s) {
		switch one["type"] {
		case "integer":
			require.Contains(t, one, "minimum", name)
			require.Contains(t, one, "maximum", name)
		case "string":
			has := func(key string) bool { return one[key] != nil }
			require.True(t, has("format") || has("enum") || has("maxLength") || has("pattern"), "%s has no bound", name)
		}
	}
}

func list(v any) (out []object) {
	items, _ := v.([]any)
	for _, item := range items {
		out = append(out, item.(object))
	}
	return out
}

func TestEveryOperationHasExamplesThatAreRight(t *testing.T) {
	t.Parallel()
	eachOperation(t, func(t *testing.T, method, path string, op object) {
		if body, has := op["requestBody"].(object); has {
			require.NotEmpty(t, examplesOf(t, body, at("paths", path, method, "requestBody")), "an example of a body: see examples_test.go")
		}
		for status, response := range op["responses"].(object) {
			if response.(object)["$ref"] != nil {
				continue
			}
			found := examplesOf(t, response.(object), at("paths", path, method, "responses", status))
			require.NotEmpty(t, found, "an example of a %s: see examples_test.go", status)
		}
	})
	for name, response := range document().root["components"].(object)["responses"].(object) {
		require.NotEmpty(t, examplesOf(t, response.(object), at("components", "responses", name)))
	}
}

// examplesOf are the names of the examples of a body, which must be valid.
func examplesOf(t *testing.T, body object, where string) []string {
	t.Helper()
	content := body["content"].(object)["application/json"].(object)
	schema := document().schema(t, where+at("content", "application/json", "schema"))
	given, _ := content["examples"].(object)
	for name, example := range given {
		require.NoError(t, schema.Validate(example.(object)["value"]), name)
	}
	return slices.Collect(maps.Keys(given))
}

func TestBodiesTakeNoUnknownKeys(t *testing.T) {
	t.Parallel()
	// What a lead says beyond what is named is kept with its event.
	open := []string{"PlainLead", "LeadEvent", "LeadData", "LeadContact", "OlderLead"}
	for name, s := range document().root["components"].(object)["schemas"].(object) {
		if s := s.(object); s["type"] == "object" && !slices.Contains(open, name) {
			require.Equal(t, false, s["additionalProperties"], name)
		}
	}
}

func TestEveryExampleBelongsToAnOperation(t *testing.T) {
	t.Parallel()
	files := exampleFiles(t)
	eachOperation(t, func(t *testing.T, _, _ string, op object) {
		id := op["operationId"].(string) + ".json"
		require.Contains(t, files, id)
		files = slices.DeleteFunc(files, func(name string) bool { return name == id })
	})
	require.Empty(t, files)
}
