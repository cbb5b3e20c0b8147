package rest

import (
	"net/http"
	"regexp"
)

// IdempotencyKey is embedded by operations that create.
type IdempotencyKey struct {
	Key string `header:"Idempotency-Key" maxLength:"255" doc:"The same key and body answer the first response again, for 24 hours; the same key with another body is a 409"`
}

var goodKey = regexp.MustCompile(`^[\x20-\x7e]{0,255}$`)

func (k IdempotencyKey) check() error {
	if !goodKey.MatchString(k.Key) {
		return &failure{status: http.StatusBadRequest, Message: "Idempotency-Key must be at most 255 characters of ASCII"}
	}
	return nil
}
