package bolna

import (
	"regexp"
	"strings"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
)

// Details of a call's outcome.
const (
	detailNoAnswer      = "no_answer"
	detailBusy          = "busy"
	detailVoicemail     = "voicemail"
	detailInvalidNumber = "invalid_number"
)

// Statuses, folded by normal.
const (
	statusCompleted = "completed"
	statusCanceled  = "canceled"
)

// judge says from an execution whether the call goes on, has ended, and how.
//
//   - A talk (conversation time, or the callee's words in the transcript)
//     without voicemail is answered, also when the call then broke off as
//     failed, stopped or error.
//   - call-disconnected with a talk is answered already; completed follows it
//     by minutes. Without one it is neither live nor ended: the line is down,
//     and only completed, with its final numbers, tells what it was.
//   - completed without a talk: the documentation says that completed follows
//     from the life of the line and not from why it ended, so that a rejected
//     call may end as completed. The hang-up reason decides; without one it is
//     missed, because nobody talked.
//   - A status that is not in the documentation is neither live nor ended.
func (e execution) judge(r *provider.CallReport) {
	status := normal(string(e.Status))
	switch status {
	case "scheduled", "queued", "rescheduled", "initiated", "ringing", "in_progress":
		r.Live = true
		return
	case "call_disconnected":
		if !e.isVoicemail() && !e.isTalk() {
			return
		}
	case statusCompleted, "no_answer", "busy", "failed", statusCanceled, "stopped", "error", "balance_low":
	default:
		return
	}
	r.Ended = true
	r.Outcome, r.Detail = e.outcome(status)
}

// outcome is of a terminal status, or of a call-disconnected that tells.
func (e execution) outcome(status string) (flow.Outcome, string) {
	switch {
	case e.isVoicemail():
		return flow.OutcomeMissed, detailVoicemail
	case status == "no_answer":
		return flow.OutcomeMissed, detailNoAnswer
	case status == "busy":
		return flow.OutcomeMissed, detailBusy
	case e.isTalk():
		return flow.OutcomeAnswered, status
	case status == statusCompleted:
		return e.withoutTalk()
	}
	return flow.OutcomeFailed, status
}

// Words of the hang-up reasons in the documentation's list, in the order in
// which they are asked.
var (
	voicemailWords = regexp.MustCompile(`voice\s*mail|answering\s*machine|machine\s*detected`)
	busyWords      = regexp.MustCompile(`\bbusy\b`)
	noAnswerWords  = regexp.MustCompile(`unanswered|not answer|no answer|rejected|declined by|timed out|hung ?up|\bunreachable\b`)
	invalidWords   = regexp.MustCompile(`\binvalid\b|unallocated`)
	failedWords    = regexp.MustCompile(`\berror\b|\bfailed\b|congestion|carrier|cancel|limit exceeded|\bblocked\b|\bdnd\b`)
)

// withoutTalk reads a completed call in which nobody talked.
func (e execution) withoutTalk() (flow.Outcome, string) {
	reason := e.hangup()
	switch {
	case busyWords.MatchString(reason):
		return flow.OutcomeMissed, detailBusy
	case noAnswerWords.MatchString(reason):
		return flow.OutcomeMissed, detailNoAnswer
	case invalidWords.MatchString(reason):
		return flow.OutcomeFailed, detailInvalidNumber
	case failedWords.MatchString(reason):
		return flow.OutcomeFailed, statusCompleted
	}
	return flow.OutcomeMissed, detailNoAnswer
}

// hangup is every hint at why the call ended, folded for comparing.
func (e execution) hangup() string {
	hints := string(e.Telephony.HangupReason) + " " + string(e.HangupReason) + " " + string(e.TerminationReason)
	return strings.ToLower(strings.NewReplacer("_", " ", "-", " ").Replace(hints))
}

func (e execution) isVoicemail() bool {
	return bool(e.AnsweredByVoiceMail) || voicemailWords.MatchString(e.hangup())
}

// isTalk reports whether there was a conversation. The duration of the line
// counts for one only where the provider tells no other.
func (e execution) isTalk() bool {
	if n := e.talked().value; n != nil && *n > 0 {
		return true
	}
	return calleeSpoke.MatchString(string(e.Transcript))
}

// calleeSpoke matches a turn of the callee in a transcript, a text of lines
// "assistant: …" and "user: …".
var calleeSpoke = regexp.MustCompile(`(?m)^\s*user:[ \t]*\S`)

// normal folds a status: canceled is also spelt cancelled, and words are
// joined by hyphens or underscores.
func normal(status string) string {
	s := strings.ToLower(strings.TrimSpace(status))
	s = strings.NewReplacer("-", "_", " ", "_").Replace(s)
	if s == "cancelled" {
		return statusCanceled
	}
	return s
}
