package bolna

import "github.com/auto-engagement/flows/local/sandbox/digits"

// step is a change of a call's status.
type step struct {
	status string
	// at is when, in call durations after the call was accepted.
	at float64
	// talk is the conversation in seconds as it is known from here on.
	talk float64
	// voicemail says that a machine picked up.
	voicemail bool
	// hangupBy, hangupReason and hangupCode are the provider's own words.
	hangupBy, hangupReason string
	hangupCode             int
	errorMessage           string
}

// answering is how POST /call is answered.
type answering int

const (
	atOnce          answering = iota
	tooMany                   // the first try of a number gets 429
	never                     // accepted, but nobody hears of it
	broken                    // 500, nothing taken
	afterEverything           // accepted; the answer comes after the last webhook
)

// telling is how webhooks are sent.
type telling int

const (
	inOrder telling = iota
	silent
	jumbled // twice each, last first, once the call has ended
)

// script is what becomes of a call.
type script struct {
	steps     []step
	answering answering
	telling   telling
	// older makes executions of the shape that Bolna's older pages show.
	older bool
	// forgotten calls are accepted and then unknown to the provider.
	forgotten bool
}

// longFactor is how many call durations the slow scripts last.
const longFactor = 30

var (
	queued    = step{status: statusQueued, at: 0.05}
	initiated = step{status: "initiated", at: 0.1}
	ringing   = step{status: "ringing", at: 0.2}
)

const talkSeconds = 42

func answeredSteps() []step {
	return []step{
		queued, initiated, ringing,
		{status: "in-progress", at: 0.4},
		// Until the call has been processed Bolna tells no duration.
		{status: statusDisconnected, at: 0.8, hangupBy: "Callee", hangupReason: "Call recipient hungup", hangupCode: 4000},
		{status: statusCompleted, at: 1, talk: talkSeconds, hangupBy: "Callee", hangupReason: "Call recipient hungup", hangupCode: 4000},
	}
}

func noAnswerSteps() []step {
	return []step{
		queued, initiated, ringing,
		{status: "no-answer", at: 0.8, hangupBy: "Carrier", hangupReason: "Call unanswered", hangupCode: 3000},
	}
}

// later moves the steps that wait for the call to get going on by n durations.
func later(steps []step, from int, n float64) []step {
	for i := from; i < len(steps); i++ {
		steps[i].at += n
	}
	return steps
}

// scriptFor reads what the number asks for. turns remembers the numbers whose
// first call goes otherwise than the next.
func scriptFor(to, turnKey string, turns *digits.Turns) script {
	sc := script{steps: answeredSteps()}
	switch digits.Of(to) {
	case 1:
		sc.steps = noAnswerSteps()
	case 2:
		sc.steps = []step{queued, initiated, ringing, {
			status: "busy", at: 0.4,
			hangupBy: "Carrier", hangupReason: "Call recipient was busy", hangupCode: 3010,
		}}
	case 3:
		sc.steps = []step{queued, initiated, {
			status: "failed", at: 0.3, hangupBy: "Carrier", hangupReason: "Call recipient number invalid",
			hangupCode: 2000, errorMessage: "Call recipient number invalid",
		}}
	case 4:
		sc.steps = []step{
			queued, initiated, ringing,
			{status: "in-progress", at: 0.4},
			{status: statusDisconnected, at: 0.6, voicemail: true, hangupBy: "API Request", hangupReason: "Voicemail detected", hangupCode: 4020},
			{status: statusCompleted, at: 1, talk: 6, voicemail: true, hangupBy: "API Request", hangupReason: "Voicemail detected", hangupCode: 4020},
		}
	case 5:
		sc.telling = silent
	case 6:
		sc.telling = jumbled
	case 7:
		sc.answering = tooMany
	case 8:
		sc.answering = never
	case 9:
		sc.answering = broken
	case 10:
		sc.steps[4].talk = talkSeconds
		sc.steps = later(sc.steps, 5, longFactor)
	case 11:
		sc.steps = []step{queued, initiated, {status: "canceled", at: 0.3, hangupReason: "Call canceled"}}
	case 12:
		sc.steps = []step{queued, {status: "balance-low", at: 0.2, errorMessage: "Your balance is low"}}
	case 13:
		sc.answering = afterEverything
	case 14:
		sc.steps = later(sc.steps, 4, longFactor)
	case 15:
		sc.steps = later(sc.steps, 1, longFactor)
	case 16:
		// Rejected by the callee: Bolna documents that this may read completed.
		sc.steps = []step{
			queued, initiated, ringing,
			{status: statusCompleted, at: 0.6, hangupBy: "Callee", hangupReason: "Call recipient rejected", hangupCode: 3020},
		}
	case 17:
		sc.older = true
	case 18:
		sc.steps, sc.forgotten = nil, true
	case 19:
		sc.steps = []step{queued, {status: "error", at: 0.2, errorMessage: "Telephony Internal Error", hangupBy: "Error", hangupReason: "Telephony Internal Error", hangupCode: 3080}}
	case 40:
		if turns.First(turnKey) {
			sc.steps = noAnswerSteps()
		}
	}
	return sc
}
