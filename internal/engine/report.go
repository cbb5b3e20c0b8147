package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
)

// rank orders outcomes: they only ever rise.
var rank = map[flow.Outcome]int{flow.OutcomeNone: 0, flow.OutcomeFailed: 1, flow.OutcomeMissed: 2, flow.OutcomeAnswered: 3}

// ApplyCall applies what a provider tells of a call, in any order and any
// number of times. matched is false when no call of this tenant is meant (yet).
func (e *Engine) ApplyCall(ctx context.Context, tenant uuid.UUID, r provider.CallReport) (matched bool, err error) {
	return e.apply(ctx, tenant, flow.AICall, r.ProviderID, r.OurID, func(t *turn, row flow.Step) { t.callReported(row, r) })
}

// ApplyMessage applies what a provider tells of a WhatsApp message.
func (e *Engine) ApplyMessage(ctx context.Context, tenant uuid.UUID, r provider.MessageReport) (matched bool, err error) {
	return e.apply(ctx, tenant, flow.WhatsAppMessage, r.ProviderID, r.OurID, func(t *turn, row flow.Step) { t.messageReported(row, r) })
}

// ApplyMail applies what a provider tells of an e-mail, and has nothing more
// sent to addresses that are dead or whose owner complained.
func (e *Engine) ApplyMail(ctx context.Context, tenant uuid.UUID, r provider.MailReport) (matched bool, err error) {
	matched, err = e.apply(ctx, tenant, flow.Email, r.ProviderID, r.OurID, func(t *turn, row flow.Step) { t.mailReported(row, r) })
	if err != nil || !matched {
		return matched, err
	}
	return true, e.stopMail(ctx, tenant, r)
}

func (e *Engine) apply(ctx context.Context, tenant uuid.UUID, kind flow.ActionType, providerID string, ourID uuid.UUID, report func(*turn, flow.Step)) (bool, error) {
	execution, found, err := e.Store.ExecutionOf(ctx, tenant, kind, providerID, ourID)
	if err != nil || !found {
		return false, err
	}
	return e.onStep(ctx, tenant, execution, func(s flow.Step) bool {
		return s.Type == kind && (providerID != "" && s.ProviderID == providerID || s.ClaimID != nil && *s.ClaimID == ourID)
	}, report)
}

// onStep runs one change of a ledger row under its execution's lock, corrects
// the result of an execution that has ended, and answers waiting machines.
func (e *Engine) onStep(ctx context.Context, tenant, execution uuid.UUID, match func(flow.Step) bool, change func(*turn, flow.Step)) (matched bool, err error) {
	var tokens []pendingToken
	err = e.locked(ctx, tenant, execution, func(s *Snapshot) (*Changes, error) {
		t := e.turn(s)
		row, found := t.row(match)
		matched = found
		if !found {
			return nil, nil
		}
		change(t, row)
		t.correct()
		tokens = t.tokens
		return t.changes, nil
	})
	if err != nil {
		return matched, fmt.Errorf("execution %s: %w", execution, err)
	}
	e.deliver(ctx, tenant, tokens)
	return matched, nil
}

// callReported moves a call on by what the provider tells of it. A terminal
// state is never undone by an earlier one, and an outcome only rises.
func (t *turn) callReported(row flow.Step, r provider.CallReport) {
	wasEnded := row.Ended()
	if row.ProviderID == "" {
		row.ProviderID = r.ProviderID
	}
	row.GoneSince, row.Looks = nil, 0
	result := decode(row.Result)
	if row.ProviderID != "" {
		result["execution_id"] = row.ProviderID
	}
	if row.State == flow.Claimed || row.State == flow.Unknown {
		// The provider knows the call: it was placed.
		row.State, row.Error, row.RetryAt = flow.Sent, "", nil
		t.alive(row)
	} else if row.State == flow.Sent && r.Live {
		t.alive(row)
	}
	rises := r.Ended && rank[r.Outcome] > rank[row.Outcome]
	// An outcome that we had only assumed gives way to one that was reported.
	assumed := r.Ended && !row.Reported && rank[r.Outcome] == rank[row.Outcome]
	if rises || assumed {
		// A report that comes after we gave the call up corrects the log, but
		// the flow has gone on: no retry attempt follows it any more.
		row.Outcome, row.Detail, row.Reported = r.Outcome, r.Detail, !wasEnded || row.Reported
		row.State, row.Error = flow.Done, ""
		if r.Outcome == flow.OutcomeFailed {
			row.State, row.Error = flow.Failed, first(r.Reason, "the call failed: "+r.Detail)
		}
		if row.CompletedAt == nil {
			row.CompletedAt = &t.now
		}
		result["call_outcome"], result["call_detail"] = r.Outcome, nullable(r.Detail)
		t.reconciled(row)
		if wasEnded {
			row = t.dropAfter(row)
		}
	}
	details(result, r)
	row.Result = encode(result)
	if row.Ended() {
		t.release(row)
	}
	t.write(row)
}

// details adds what the provider tells late: recording, transcript, cost and
// duration come minutes after the call ended.
func details(result map[string]any, r provider.CallReport) {
	// Reports come in any order, and early ones say 0.
	if known, _ := result["duration_seconds"].(float64); r.DurationSeconds != nil && *r.DurationSeconds >= known {
		result["duration_seconds"] = *r.DurationSeconds
	}
	if r.RecordingURL != "" {
		result["recording_url"] = r.RecordingURL
	}
	if r.TranscriptRef != "" {
		result["transcript_ref"] = r.TranscriptRef
	}
	if r.Cost != nil {
		result["cost"] = *r.Cost
	}
}

// mailReported moves an e-mail on by what the provider tells of it. A mail
// that was delivered may still come back for good: the receiving server took
// it before it looked for the mailbox.
func (t *turn) mailReported(row flow.Step, r provider.MailReport) {
	if r.Status == provider.MailComplained {
		result := decode(row.Result)
		result["complained"] = true
		row.Result = encode(result)
		t.write(row)
		return
	}
	if r.Status == provider.MailFailed && row.State == flow.Done && len(r.Dead) > 0 {
		row.State = flow.Sent
	}
	t.messageReported(row, provider.MessageReport{
		ProviderID: r.ProviderID, OurID: r.OurID, Status: string(r.Status), Code: r.Code, Reason: r.Reason,
	})
}

// sentKey is the key of a message's result_data that says it was sent.
var sentKey = map[flow.ActionType]string{flow.WhatsAppMessage: "whatsapp_sent", flow.Email: "email_sent"}

// messageReported moves a message on by what the provider tells of it. The
// step has ended with `sent`; what comes later only corrects it.
func (t *turn) messageReported(row flow.Step, r provider.MessageReport) {
	if row.ProviderID == "" {
		row.ProviderID = r.ProviderID
	}
	result := decode(row.Result)
	if r.Status == "failed" {
		if row.State == flow.Done { // delivered: a later failure is not about the delivery
			return
		}
		row.State, row.Error, row.CompletedAt = flow.Failed, r.Reason, &t.now
		result["status"], result["error_code"] = "failed", r.Code
	} else {
		if row.State == flow.Failed && row.Error != flow.DeliveryUnknown {
			return
		}
		before, _ := result["status"].(string)
		if messageRank[r.Status] <= messageRank[before] {
			return
		}
		row.State, row.Error = flow.Sent, ""
		if messageRank[r.Status] >= messageRank["delivered"] {
			row.State = flow.Done
		}
		if row.CompletedAt == nil {
			row.CompletedAt = &t.now
		}
		result[sentKey[row.Type]], result["status"], result["message_id"] = true, r.Status, row.ProviderID
	}
	row.RetryAt = nil
	row.Result = encode(result)
	t.write(row)
	t.reconciled(row)
}

// messageRank orders the statuses of a message; they may come out of order.
var messageRank = map[string]int{"": 0, "sent": 1, "delivered": 2, "read": 3}

// correct computes the result of an execution that ended before this report.
func (t *turn) correct() {
	switch t.s.Execution.Status {
	case flow.ExecutionCompleted, flow.ExecutionFailed, flow.ExecutionSkipped:
	default:
		return
	}
	status, message := flow.Result(t.s.Steps)
	if status != t.s.Execution.Status || message != t.s.Execution.Error {
		execution := t.execution()
		execution.Status, execution.Error = status, message
	}
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// due says whether a real instant has come; nil has.
func (t *turn) due(at *time.Time) bool { return at == nil || !t.real.Before(*at) }
