package flow

import (
	"fmt"
	"time"
)

// condition says whether a step's condition is met, and when it is not, why:
// with both the value that is and the one that was wanted.
func (p *planner) condition(a *Action) (met bool, reason string) {
	if a.ConditionType == nil || *a.ConditionType == Always {
		return true, ""
	}
	want := ""
	if a.ConditionValue != nil {
		want = *a.ConditionValue
	}
	switch *a.ConditionType {
	case CallOutcome:
		if p.lastCall == nil {
			return false, fmt.Sprintf("call_outcome: wants %q, and no call has been made", want)
		}
		if OutcomeIs(p.lastCall.Outcome, p.lastCall.Detail, want) {
			return true, ""
		}
		return false, fmt.Sprintf("call_outcome: wants %q, and the last call was %s", want, outcomeText(p.lastCall))
	case PreviousActionStatus:
		if p.previous == nil {
			return false, fmt.Sprintf("previous_action_status: wants %q, and there is no step before", want)
		}
		is := p.previous.Status()
		return is == LogStatus(want), fmt.Sprintf("previous_action_status: wants %q, and step %d is %q", want, p.previous.Order, is)
	default:
		return false, fmt.Sprintf("condition %q is not known", *a.ConditionType)
	}
}

// OutcomeIs compares how a call ended with a step condition's value:
// answered, missed, failed, not_answered, voicemail, busy or no_answer.
func OutcomeIs(outcome Outcome, detail, want string) bool {
	switch want {
	case "not_answered":
		return outcome == OutcomeMissed || outcome == OutcomeFailed
	case "voicemail", "busy", "no_answer":
		return outcome == OutcomeMissed && detail == want
	default:
		return outcome != OutcomeNone && string(outcome) == want
	}
}

func outcomeText(call *Step) string {
	if call.Detail == "" || call.Detail == string(call.Outcome) {
		return fmt.Sprintf("%q", call.Outcome)
	}
	return fmt.Sprintf("%q (%s)", call.Outcome, call.Detail)
}

// refusal says why nothing may go to the contact by this kind of step, or "".
func (p *planner) refusal(t ActionType) (SkipKind, string) {
	if p.Contact.DNC() {
		return SkipDNC, "the contact is tagged DNC"
	}
	if s, is := Suppressed(Channel(t), p.Contact, p.Suppressions); is {
		return SkipSuppressed, fmt.Sprintf("suppressed for %s: %s", s.Channel, s.Reason)
	}
	switch t {
	case AICall, WhatsAppMessage:
		if p.Contact.Phone == "" {
			return SkipAddress, "the contact has no phone number"
		}
		if !p.Contact.PhoneValid {
			return SkipAddress, "the contact's phone number is not valid"
		}
	case Email:
		if p.Contact.Email == "" {
			return SkipAddress, "the contact has no e-mail address"
		}
	case Wait:
	}
	return "", ""
}

// Undelivered ends an effect of which it could not be found out whether the
// provider took it. It is never repeated.
func Undelivered(row Step, now time.Time) Step {
	row.State, row.Error, row.CompletedAt = Failed, DeliveryUnknown, &now
	if row.Type == AICall {
		row.Outcome, row.Detail = OutcomeFailed, "unknown"
	}
	return row
}

// DeliveryUnknown is the error of an effect that may or may not have happened.
const DeliveryUnknown = "delivery unknown, not repeated"
