package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
)

// effect is one request, ready to leave, made from a snapshot alone.
type effect struct {
	// send asks the provider. The context ends with the claim.
	send func(ctx context.Context) provider.Answer
	// result is the step's result_data as far as it is known before the answer;
	// accept completes it with the provider's id.
	result map[string]any
	accept func(result map[string]any, id string)
}

// unprepared is what making an effect can come to instead: a lookup that must
// happen outside the transaction first, or the reason why it can never be sent.
type unprepared struct {
	lookup func(ctx context.Context) error
	reason string
}

func (u *unprepared) Error() string {
	if u.reason != "" {
		return u.reason
	}
	return "a lookup is needed first"
}

func refuse(format string, args ...any) error {
	return &unprepared{reason: fmt.Sprintf(format, args...)}
}

// Act performs the effect that the execution's next step asks for, if it is
// of this kind: it claims it in the ledger, asks the provider, settles what
// came of it, and returns what comes next. At most one request ever leaves for
// a claim, and only a claim that provably came to nothing is followed by
// another.
func (e *Engine) Act(ctx context.Context, kind flow.Kind, in Input) (flow.Directive, error) {
	var claimed claim
	var out outcome
	var failed error // what a lookup came to, if it failed
	var needs *unprepared
	for range 4 { // a secret and a listing may have to be looked up
		err := e.locked(ctx, in.TenantID, in.ExecutionID, func(s *Snapshot) (*Changes, error) {
			claimed, needs = claim{}, nil
			t := e.turn(s)
			var err error
			out, claimed, err = t.claim(kind, in.RunNo, failed)
			if errors.As(err, &needs) {
				return nil, nil
			}
			return t.changes, err
		})
		if err != nil {
			return e.directive(in, out, err)
		}
		if needs == nil {
			break
		}
		failed = needs.lookup(ctx)
	}
	if needs != nil {
		out.busy = true
	}
	e.deliver(ctx, in.TenantID, out.tokens)
	if claimed.effect.send == nil || claimed.line != nil && !claimed.line.Claimed {
		return e.directive(in, out, nil)
	}
	answer := e.request(ctx, claimed)
	out, err := e.settle(ctx, in, claimed, answer)
	return e.directive(in, out, err)
}

// claim is an effect that this process alone may perform, until it ends.
type claim struct {
	id     uuid.UUID
	until  time.Time
	effect effect
	// line is set when the claim holds only if a call line was free.
	line *Assign
}

// claim plans, and when what is next is an effect of this kind, claims it.
// Everything was checked again by planning, under the execution's lock.
func (t *turn) claim(kind flow.Kind, runNo int, lookup error) (outcome, claim, error) {
	if !t.mine(runNo) {
		return t.done(runNo), claim{}, nil
	}
	for {
		next, broken := t.plan()
		if broken != nil {
			return *broken, claim{}, nil
		}
		if next.Kind != kind || next.Action == nil {
			return t.follow(runNo, next), claim{}, nil
		}
		row := t.next(next)
		if t.s.Execution.IsTestRun {
			t.record(row, next.Action)
			continue
		}
		if free := t.messageFree(); kind == flow.DoWhatsApp && t.real.Before(free) {
			row.RetryAt = &free
			t.write(row)
			continue
		}
		id := uuid.Must(uuid.NewV7())
		prepared, err := t.prepare(next, id)
		var missing *unprepared
		switch {
		case err == nil && kind == flow.DoCall && row.Line != flow.LineAssigned:
			c := t.enqueue(row, id, prepared)
			return t.follow(runNo, flow.Next{Kind: flow.DoAwait, Step: next.Step, Attempt: next.Attempt}), c, nil
		case err == nil:
			return t.follow(runNo, next), t.hold(row, id, prepared), nil
		case !errors.As(err, &missing):
			return outcome{}, claim{}, err
		case missing.reason != "":
			t.write(flow.Unprepared(row, missing.reason, t.now))
		case lookup == nil:
			return outcome{}, claim{}, err
		default:
			// The provider could not even be asked what the step needs.
			t.postpone(row, provider.Answer{Class: provider.NotTaken, Reason: lookup.Error()})
			lookup = nil
		}
	}
}

// messageGap lies between two WhatsApp messages to one person. Meta calls it
// the pair rate limit: one message every 6 seconds (Cloud API, "Messaging
// limits and throughput"). Two executions at once may still come closer; then
// Meta says 131056, and the message waits.
const messageGap = 6 * time.Second

// messageFree is the real instant from which the contact may get another
// WhatsApp message.
func (t *turn) messageFree() time.Time {
	if t.s.MessagedUntil == nil {
		return time.Time{}
	}
	return t.s.MessagedUntil.Add(messageGap - ClaimTime)
}

// next is the ledger row of what is next; a new one when it is not there yet.
func (t *turn) next(next flow.Next) flow.Step {
	row, found := t.row(func(s flow.Step) bool { return s.Order == next.Step && s.Attempt == next.Attempt })
	if !found {
		row = flow.Step{ID: uuid.Must(uuid.NewV7()), Order: next.Step, Attempt: next.Attempt, Type: next.Action.Type, State: flow.Planned}
	}
	return row
}

// hold writes the claim: from its commit on, the effect counts as perhaps
// performed until its settling, or reconciliation, says otherwise.
func (t *turn) hold(row flow.Step, id uuid.UUID, prepared effect) claim {
	row, c := t.held(row, id, prepared)
	t.write(row)
	t.reconcileAt(row, c.until.Add(flow.ClaimGrace))
	if row.Type == flow.AICall {
		// The machine is here: nobody needs to be told of the line any more.
		t.changes.Ended = append(t.changes.Ended, Duty{Kind: DutyToken, Ref: row.ID})
	}
	return c
}

// held is the row as a claim leaves it.
func (t *turn) held(row flow.Step, id uuid.UUID, prepared effect) (flow.Step, claim) {
	until := t.real.Add(ClaimTime)
	row.State, row.ClaimID, row.ClaimUntil, row.RetryAt, row.Token = flow.Claimed, &id, &until, nil, ""
	if row.FirstTriedAt == nil {
		row.FirstTriedAt = &t.real
	}
	if row.StartedAt == nil {
		row.StartedAt = &t.now
	}
	flow.WithEvidence(prepared.result, row.Result)
	row.Result = encode(prepared.result)
	return row, claim{id: id, until: until, effect: prepared}
}

// request asks the provider, outside any transaction, until the claim ends.
func (e *Engine) request(ctx context.Context, c claim) provider.Answer {
	// A process that was frozen may wake after its claim has ended; the wall
	// clock tells, a timer might not.
	if !e.Clock.Real().Before(c.until) {
		return provider.Answer{Class: provider.NotTaken, Reason: "the process was paused before it could ask"}
	}
	ctx, cancel := context.WithDeadline(ctx, c.until)
	defer cancel()
	return c.effect.send(ctx)
}

// settle writes what came of a claim, whatever became of the execution in the
// meantime, and plans on. It tries for as long as the task may run: what it
// cannot write is found out by reconciliation.
func (e *Engine) settle(ctx context.Context, in Input, c claim, answer provider.Answer) (outcome, error) {
	return backoff.Retry(ctx, func() (outcome, error) {
		var out outcome
		err := e.locked(ctx, in.TenantID, in.ExecutionID, func(s *Snapshot) (*Changes, error) {
			t := e.turn(s)
			if row, mine := t.row(func(s flow.Step) bool { return s.ClaimID != nil && *s.ClaimID == c.id }); mine {
				// A webhook may have settled it before us.
				if row.State == flow.Claimed || row.State == flow.Unknown {
					t.settled(row, c.effect, answer)
				}
			}
			out = t.advance(in.RunNo)
			return t.changes, nil
		})
		if err != nil {
			if !errors.Is(err, ErrTransient) {
				return out, backoff.Permanent(err)
			}
			slog.Warn("settling a claim failed, trying again", "execution_id", in.ExecutionID, "claim_id", c.id, "error", err)
			return out, err
		}
		e.deliver(ctx, in.TenantID, out.tokens)
		return out, nil
	}, backoff.WithMaxElapsedTime(6*time.Second))
}

// settled moves a claimed row on by the class of the provider's answer.
func (t *turn) settled(row flow.Step, made effect, answer provider.Answer) {
	switch answer.Class {
	case provider.Accepted:
		row.State, row.ProviderID = flow.Sent, answer.ProviderID
		if made.accept != nil {
			made.accept(made.result, answer.ProviderID)
		}
		row.Result = encode(made.result)
		if row.Type == flow.AICall {
			t.write(row)
			t.alive(row)
			return
		}
		row.CompletedAt = &t.now
		t.write(row)
		t.reconciled(row)
	case provider.NotTaken:
		t.postpone(row, answer)
		t.reconciled(row)
	case provider.Refused:
		t.refused(row, answer)
		t.reconciled(row)
	default:
		t.unknown(row, answer.Reason)
	}
}

// refused ends a step that the provider said no to for good.
func (t *turn) refused(row flow.Step, answer provider.Answer) {
	row.State, row.Error, row.CompletedAt = flow.Failed, answer.Reason, &t.now
	if row.Type == flow.AICall {
		row.Outcome, row.Detail = flow.OutcomeFailed, "refused"
	}
	result := decode(row.Result)
	if answer.Code != "" {
		result["error_code"] = answer.Code
	}
	if row.Type == flow.AICall {
		result["call_outcome"], result["call_detail"] = row.Outcome, row.Detail
	}
	row.Result = encode(result)
	t.write(row)
}

// giveUpAfter ends the tries of a step that the provider keeps putting off.
const giveUpAfter = 24 * time.Hour

// postpone puts a step back that provably came to nothing.
func (t *turn) postpone(row flow.Step, answer provider.Answer) {
	if row.FirstTriedAt == nil {
		row.FirstTriedAt = &t.real
	}
	if t.real.Sub(*row.FirstTriedAt) >= giveUpAfter {
		t.refused(row, provider.Answer{Reason: "given up after 24 hours: " + answer.Reason})
		return
	}
	pause := min(answer.RetryAfter, time.Hour)
	if pause <= 0 {
		pause = min(5*time.Second<<min(row.Tries, 6), 5*time.Minute)
	}
	if t.s.Execution.Status == flow.ExecutionCancelled {
		t.abandon(row)
		return
	}
	retryAt := t.real.Add(pause)
	row.State, row.ClaimID, row.ClaimUntil, row.RetryAt, row.Error = flow.Planned, nil, nil, &retryAt, answer.Reason
	row.Tries++
	t.write(row)
}

// unknown notes that the provider was asked and its answer was lost.
func (t *turn) unknown(row flow.Step, reason string) {
	row.State, row.Error = flow.Unknown, reason
	wait := t.e.Timeouts.Message
	if row.Type == flow.AICall {
		wait = t.e.Timeouts.Reconcile
	}
	if row.Type == flow.Email && t.unreported() {
		wait = 0 // plain SMTP has no one to ask
	}
	at := t.real.Add(wait)
	row.RetryAt = &at
	t.write(row)
	t.reconcileAt(row, at)
}

func encode(result map[string]any) json.RawMessage {
	if result == nil {
		return nil
	}
	for key, value := range result {
		if text, is := value.(string); is {
			result[key] = printable(text)
		}
	}
	out, err := json.Marshal(result)
	if err != nil {
		panic(fmt.Sprintf("result_data holds what JSON cannot: %v", err)) // only strings, numbers, booleans are put there
	}
	return out
}

// printable drops what Postgres cannot store: providers' words may hold anything.
func printable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

func decode(result json.RawMessage) map[string]any {
	out := map[string]any{}
	if len(result) > 0 {
		_ = json.Unmarshal(result, &out) // written by encode
	}
	return out
}
