package rest

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"

	"github.com/danielgtaylor/huma/v2"

	"github.com/auto-engagement/flows/internal/flow"
)

// IdempotencyKey is embedded by operations that create.
type IdempotencyKey struct {
	Key string `header:"Idempotency-Key" pattern:"^[ -~]*$" maxLength:"255" doc:"The same key and body answer the first response again, for 24 hours; the same key with another body is a 409"`
}

var goodKey = regexp.MustCompile(`^[\x20-\x7e]{1,255}$`)

// onceFor makes a request with a key count once; nil without one. The request
// is the same when operation and content are.
func onceFor[T, O any](key IdempotencyKey, show func(T) O, operation string, content []byte) (*flow.Once[T], error) {
	if key.Key == "" {
		return nil, nil
	}
	if !goodKey.MatchString(key.Key) {
		return nil, &failure{status: http.StatusBadRequest, Message: "Idempotency-Key must be at most 255 characters of ASCII"}
	}
	sum := sha256.Sum256(append([]byte(operation+"\n"), content...))
	return &flow.Once[T]{Key: key.Key, Request: sum[:], Answer: func(created T) (json.RawMessage, error) {
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		err := encoder.Encode(show(created))
		return out.Bytes(), err
	}}, nil
}

// shown is a body of type T, or the one that was answered first.
type shown[T any] struct {
	value T
	given json.RawMessage
}

func shownOnce[T, O any](once *flow.Once[T], created T, show func(T) O) shown[O] {
	if once != nil && once.Given != nil {
		return shown[O]{given: once.Given}
	}
	return shown[O]{value: show(created)}
}

// MarshalJSON implements json.Marshaler.
func (s shown[T]) MarshalJSON() ([]byte, error) {
	if s.given != nil {
		return s.given, nil
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(s.value)
	return out.Bytes(), err
}

// Schema implements huma.SchemaProvider.
func (shown[T]) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), true, "")
}
