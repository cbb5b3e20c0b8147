package rest

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Each file is named by its operation's id. They are recorded from real
// requests: TestExamplesAreWhatTheAPIAnswers writes them with -update.
//
//go:embed examples/*.json
var exampleFiles embed.FS

// examples are those of one operation: bodies of requests, and of answers by
// status, each with its name.
type examples struct {
	Request   map[string]*huma.Example
	Responses map[string]map[string]*huma.Example
}

func readExamples() map[string]examples {
	out := map[string]examples{}
	files, err := exampleFiles.ReadDir("examples")
	for _, file := range files {
		var raw []byte
		var given struct {
			Request   map[string]any            `json:"request"`
			Responses map[string]map[string]any `json:"responses"`
		}
		if raw, err = exampleFiles.ReadFile("examples/" + file.Name()); err == nil {
			err = json.Unmarshal(raw, &given)
		}
		if err != nil {
			break
		}
		e := examples{Request: exampled(given.Request), Responses: map[string]map[string]*huma.Example{}}
		for status, values := range given.Responses {
			e.Responses[status] = exampled(values)
		}
		out[strings.TrimSuffix(file.Name(), ".json")] = e
	}
	if err != nil {
		panic(fmt.Errorf("read the examples: %w", err)) // embedded, and read by tests
	}
	return out
}

func exampled(values map[string]any) map[string]*huma.Example {
	out := map[string]*huma.Example{}
	for name, value := range values {
		out[name] = &huma.Example{Value: value}
	}
	return out
}
