package flow

import "errors"

// MaxFlows is how many flows a tenant has at most.
const MaxFlows = 1000

// ErrTooManyFlows refuses a flow above MaxFlows.
var ErrTooManyFlows = errors.New("the tenant has as many flows as it can have")

// Quota is how many requests a tenant may still send: a bucket of Limit tokens
// that is refilled at a steady rate, of which each request takes one.
type Quota struct {
	// Limit is what a full bucket holds, Remaining what is in it now.
	Limit, Remaining int
	// Reset is in how many seconds the bucket is full again.
	Reset int
	// RetryAfter is in how many seconds there is a token again, where Refused
	// says that there was none for this request.
	RetryAfter int
	Refused    bool
}
