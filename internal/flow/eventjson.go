package flow

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep the JSON of an event may nest.
const maxDepth = 100

// What a number may be in Postgres: jsonb keeps numbers written out, so a few
// bytes such as 1e131071 become many.
const (
	maxWholeDigits    = 131072
	maxFractionDigits = 16383
)

// decodeEvent reads a body as a JSON object that Postgres can store. reason
// is empty, or says why it is not.
func decodeEvent(body []byte) (root map[string]any, reason string) {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return nil, "The event is empty"
	case !utf8.Valid(body):
		return nil, "The event is not valid UTF-8"
	case depth(body) > maxDepth:
		return nil, "The event's JSON is nested deeper than 100 levels"
	case !json.Valid(body):
		return nil, "The event is not valid JSON"
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var decoded any
	if err := decoder.Decode(&decoded); err != nil {
		return nil, "The event is not valid JSON"
	}
	root, ok := decoded.(map[string]any)
	if !ok {
		return nil, "The event is not a JSON object"
	}
	var check storeCheck
	check.walk(root)
	switch {
	case check.nul:
		return nil, "The event contains the character NUL, which cannot be stored"
	case check.absurd || check.digits > MaxEventBytes:
		return nil, "The event contains a number too large to be stored"
	}
	return root, ""
}

// depth is how deep brackets nest outside of texts, without regard to whether
// the rest is JSON; it stops counting past maxDepth.
func depth(body []byte) int {
	deepest, level := 0, 0
	inText := false
	for i := 0; i < len(body) && deepest <= maxDepth; i++ {
		switch c := body[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}

// storeCheck looks through decoded JSON for what jsonb refuses.
type storeCheck struct {
	nul    bool
	absurd bool
	// digits counts those of all numbers written out.
	digits int64
}

func (s *storeCheck) walk(node any) {
	switch node := node.(type) {
	case string:
		s.nul = s.nul || strings.ContainsRune(node, 0)
	case json.Number:
		s.number(node)
	case []any:
		for _, item := range node {
			s.walk(item)
		}
	case map[string]any:
		for name, item := range node {
			s.nul = s.nul || strings.ContainsRune(name, 0)
			s.walk(item)
		}
	}
}

func (s *storeCheck) number(number json.Number) {
	whole, fraction, ok := writtenDigits(number.String())
	if !ok || whole > maxWholeDigits || fraction > maxFractionDigits {
		s.absurd = true
		return
	}
	s.digits += whole + fraction
}
