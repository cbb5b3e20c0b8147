package flow

import (
	"encoding/json"
	"errors"
)

// ErrKeyReused refuses an idempotency key that was given to another request.
var ErrKeyReused = errors.New("the idempotency key was used for another request")

// Once makes a request that creates a T count once, however often it is sent
// within 24 hours. A nil Once counts each time.
type Once[T any] struct {
	Key string
	// Request is a hash over all of the request that must be the same.
	Request []byte
	// Answer is the JSON that answers the request; it is kept in the transaction
	// that creates.
	Answer func(created T) (json.RawMessage, error)
	// Given is set by the store when the request was answered before, with what
	// was answered. Nothing is created then.
	Given json.RawMessage
}
