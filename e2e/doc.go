// Package e2e tests the deployed local stack from outside: leads go in through
// its queue, requests through its HTTP API, and what came of them is read from
// Postgres, from the provider sandbox and from the state machine's history.
//
// `make test` starts a stack with a fast clock and sets AEF_STACK_JSON to its
// stack.json and AEF_STACK_BIN to the tool that runs it. Without the first the
// tests are skipped. Each test makes a tenant of its own. Tests that disturb
// the stack stand in TestOutages, which waits for all others.
package e2e
