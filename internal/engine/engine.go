// Package engine runs executions: it plans a step, performs an effect at most
// once, settles what came of it, and does the work that is due. Everything it
// knows stands in the ledger, so any process may carry on where another died.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
)

// ClaimTime is how long a claim holds, and the deadline of the request made
// under it. It lies below the functions' time-out, and that below the state's.
const ClaimTime = 10 * time.Second

// Engine runs executions. All fields but the time-outs must be set.
type Engine struct {
	Store    Store
	Machines Machines
	Clock    clock.Clock
	Secrets  Secrets

	Calls    Caller
	Messages Messenger
	Mails    Mailer

	// Suppress has nothing more sent to an address on a channel. One that is
	// suppressed already is no error.
	Suppress func(ctx context.Context, tenant uuid.UUID, s flow.Suppression) error
	// Unsubscribe is the address by which the receiver of a mail wants no more;
	// nil leaves mails without.
	Unsubscribe func(tenant, mail uuid.UUID) string

	// Resend puts a stored lead event on the queue again (due work outbox).
	Resend func(ctx context.Context, tenant, leadEvent uuid.UUID) error

	// Import and Export have a job taken up (due work import, export). Only the
	// sweeper's engine needs them.
	Import, Export func(ctx context.Context, tenant, job uuid.UUID) error

	Timeouts Timeouts
	// CallLimit is how many calls may be out at once, of all tenants together;
	// 0 means DefaultCallLimit.
	CallLimit int

	memo memo
}

// Caller places calls, and reads what its provider's webhooks tell of them.
type Caller interface {
	provider.Caller
	// Report reads one webhook body.
	Report(body []byte) (provider.CallReport, error)
}

// Messenger sends messages, and reads what its provider's webhooks tell of them.
type Messenger interface {
	provider.Messenger
	// Report reads one webhook entry. The second result is false when it is not about
	// a message of ours.
	Report(body []byte) (report provider.MessageReport, is bool, err error)
	// Stop reads one webhook entry as a person's wish to hear no more, and
	// gives their number (E.164). It says false when it is none.
	Stop(body []byte) (phone string, is bool, err error)
}

// Mailer sends e-mail, and reads what its provider's events tell of it.
type Mailer interface {
	provider.Mailer
	// Report reads one event, and says false of one that tells nothing of a mail's fate.
	Report(body []byte) (report provider.MailReport, is bool, err error)
}

// Timeouts are real-time limits on what providers owe us.
type Timeouts struct {
	// CallOutcome is how long a call may go without an outcome before the
	// provider is asked. Default 30 min.
	CallOutcome time.Duration
	// Reconcile lies between two looks for a call whose placing is unknown. Default 100 s.
	Reconcile time.Duration
	// Message is how long the provider's word on a message whose sending is
	// unknown is waited for. Default 15 min.
	Message time.Duration
}

// DefaultTimeouts are those of production.
var DefaultTimeouts = Timeouts{CallOutcome: 30 * time.Minute, Reconcile: 100 * time.Second, Message: 15 * time.Minute}

// Machines starts and stops state machines and answers their task tokens.
type Machines interface {
	// Start starts a run of an execution. That it has been started before is no error.
	Start(ctx context.Context, tenant, execution uuid.UUID, runNo int) error
	// State says how a run stands.
	State(ctx context.Context, execution uuid.UUID, runNo int) (MachineState, error)
	// Stop stops a run; one that does not run is no error.
	Stop(ctx context.Context, execution uuid.UUID, runNo int, cause string) error
	// Succeed answers a task token. A token that nobody waits for is no error.
	Succeed(ctx context.Context, token string) error
}

// MachineState is how a run of a state machine stands.
type MachineState string

// How a run of a state machine stands.
const (
	MachineMissing MachineState = "missing"
	MachineRunning MachineState = "running"
	MachineEnded   MachineState = "ended"
)

// Secrets opens tenants' secrets.
type Secrets interface {
	Open(ctx context.Context, tenant uuid.UUID, ciphertext []byte) (string, error)
}

// Input is what a state machine hands to its tasks.
type Input struct {
	ExecutionID uuid.UUID `json:"execution_id"`
	TenantID    uuid.UUID `json:"tenant_id"`
	RunNo       int       `json:"run_no"`
	TraceParent string    `json:"traceparent,omitempty"`
	// Directive is what the task was asked to do; nil for Plan.
	Directive *flow.Directive `json:"directive,omitempty"`
	// Token is the task token; set for Await.
	Token string `json:"token,omitempty"`
}

// ErrTransient says that the same task may succeed in a few seconds. It has
// Unavailable() bool, by which package rest recognises a store that is away.
var ErrTransient error = transient{}

type transient struct{}

func (transient) Error() string { return "try again in a few seconds" }

// Unavailable says that the store will be back.
func (transient) Unavailable() bool { return true }

// ErrPermanent says that a task can never succeed; the failure has been
// written before.
var ErrPermanent = errors.New("the execution cannot go on")

// Plan says what the execution does next. A run that is not the newest, or an
// execution that no longer runs, gets `done`.
func (e *Engine) Plan(ctx context.Context, in Input) (flow.Directive, error) {
	var out outcome
	err := e.locked(ctx, in.TenantID, in.ExecutionID, func(s *Snapshot) (*Changes, error) {
		t := e.turn(s)
		out = t.advance(in.RunNo)
		return t.changes, nil
	})
	return e.directive(in, out, err)
}

// outcome is what a turn came to: what is next, or that it must be asked again.
type outcome struct {
	directive flow.Directive
	busy      bool
	permanent string
	// tokens to answer now that the transaction has been committed.
	tokens []pendingToken
}

type pendingToken struct {
	step  uuid.UUID
	token string
}

// directive turns a turn's outcome into a task's answer.
func (e *Engine) directive(in Input, out outcome, err error) (flow.Directive, error) {
	switch {
	case errors.Is(err, ErrNotFound):
		// Only an erased tenant takes its executions along: nothing to do.
		slog.Warn("a machine runs for an execution that is not there", "execution_id", in.ExecutionID)
		return flow.Directive{V: flow.DirectiveVersion, RunNo: in.RunNo, Kind: flow.DoDone}, nil
	case err != nil:
		return flow.Directive{}, fmt.Errorf("execution %s: %w", in.ExecutionID, err)
	case out.permanent != "":
		return flow.Directive{}, fmt.Errorf("execution %s: %s: %w", in.ExecutionID, out.permanent, ErrPermanent)
	case out.busy:
		return flow.Directive{}, fmt.Errorf("execution %s: another task holds its step: %w", in.ExecutionID, ErrTransient)
	}
	return out.directive, nil
}

// Await stores the task token of a machine that waits for a call's outcome,
// or answers it when there is nothing to wait for. A token that could not be
// answered at once is answered by due work.
func (e *Engine) Await(ctx context.Context, in Input) error {
	if in.Token == "" || in.Directive == nil {
		return fmt.Errorf("await without token or directive: %w", ErrPermanent)
	}
	var stored bool
	err := e.locked(ctx, in.TenantID, in.ExecutionID, func(s *Snapshot) (*Changes, error) {
		t := e.turn(s)
		stored = t.keepToken(in)
		return t.changes, nil
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("await the call of execution %s: %w", in.ExecutionID, err)
	}
	if stored {
		return nil
	}
	if err := e.Machines.Succeed(ctx, in.Token); err != nil {
		return fmt.Errorf("answer the token of execution %s: %w: %w", in.ExecutionID, err, ErrTransient)
	}
	return nil
}

// deliver answers the tokens that a committed turn left, as far as it goes:
// what fails stays due work.
func (e *Engine) deliver(ctx context.Context, tenant uuid.UUID, tokens []pendingToken) {
	for _, p := range tokens {
		if err := e.answer(ctx, tenant, p); err != nil {
			slog.Warn("a task token could not be answered yet", "step_id", p.step, "error", err)
		}
	}
}

func (e *Engine) answer(ctx context.Context, tenant uuid.UUID, p pendingToken) error {
	if err := e.Machines.Succeed(ctx, p.token); err != nil {
		return fmt.Errorf("answer token: %w", err)
	}
	return e.Store.ClearToken(ctx, tenant, p.step, p.token)
}
