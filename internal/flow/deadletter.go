package flow

import "time"

// DeadLettersKept is how long a dead-letter queue keeps a message. It is also
// written in template.yaml.
const DeadLettersKept = 14 * 24 * time.Hour

// DeadLetterQueue is how full a queue of refused messages is.
type DeadLetterQueue struct {
	Name DeadLetters
	// Messages are those of all tenants, nearly: SQS counts on several machines.
	Messages int
	// Err says why the queue could not be read; Messages is then 0.
	Err error
}

// DeadLetters names a dead-letter queue.
type DeadLetters string

// LeadDeadLetters holds messages of the lead queue.
const LeadDeadLetters DeadLetters = "leads"

// RefusedLeads are a tenant's leads that can never be decided as they are.
type RefusedLeads struct {
	Total Total
	// OldestAt is when the oldest of them came; nil: there is none.
	OldestAt *time.Time
}
