package whatsapp

import "github.com/auto-engagement/flows/local/sandbox/digits"

// graphError is one of Meta's error codes, with the words of its page "Error
// codes" (Cloud API).
type graphError struct {
	code   int
	status int // HTTP status when answered at once
	title  string
	detail string
}

var (
	notOnWhatsApp = graphError{131026, 400, "Message undeliverable", "Message Undeliverable."}
	marketingCap  = graphError{
		131049, 400, "This message was not delivered to maintain healthy ecosystem engagement.",
		"In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
	}
	windowClosed = graphError{
		131047, 400, "Re-engagement message",
		"Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
	}
	pairLimit = graphError{
		131056, 400, "(Business Account, Consumer Account) pair rate limit hit",
		"Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time.",
	}
	rateLimit = graphError{
		130429, 429, "Rate limit hit",
		"Message failed to send because there were too many messages sent from this phone number in a short period of time",
	}
	somethingWrong = graphError{131000, 500, "Something went wrong", "Message failed to send due to an unknown error."}
)

// behaviour is what becomes of a message.
type behaviour struct {
	// refusal is answered at once, by firstOnly only to the odd tries of a number.
	refusal   *graphError
	firstOnly bool
	// hang accepts and lets nobody hear of it.
	hang bool
	// statuses are sent as webhooks, in this order; failure goes with "failed".
	statuses []string
	failure  graphError
}

// behaviourFor reads what the receiver's number asks for.
func behaviourFor(to string) behaviour {
	b := behaviour{statuses: []string{"sent", "delivered"}}
	fail := func(e graphError) behaviour { return behaviour{statuses: []string{"failed"}, failure: e} }
	switch digits.Of(to) {
	case 20:
		return fail(notOnWhatsApp)
	case 21:
		return fail(marketingCap)
	case 22:
		b.refusal = &notOnWhatsApp
	case 23:
		b.refusal = &marketingCap
	case 24:
		b.refusal, b.firstOnly = &pairLimit, true
	case 25:
		b.refusal, b.firstOnly = &rateLimit, true
	case 26:
		b.statuses = nil
	case 27:
		b.statuses = []string{"delivered", "sent", "delivered", "sent"}
	case 28:
		b.hang = true
	case 29:
		b.refusal = &somethingWrong
	case 30:
		return fail(windowClosed)
	case 31:
		b.statuses = append(b.statuses, "read")
	}
	return b
}
