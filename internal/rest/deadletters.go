package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// DeadLetters tells how full the queues of refused messages are.
type DeadLetters interface {
	// DeadLetters gives all such queues in a fixed order; one that cannot be read
	// has an Err. It never takes long.
	DeadLetters(ctx context.Context) []flow.DeadLetterQueue
}

// Refused tells of a tenant's refused leads.
type Refused interface {
	// RefusedLeads gives what came in the last flow.DeadLettersKept.
	RefusedLeads(ctx context.Context, tenant uuid.UUID) (flow.RefusedLeads, error)
}

// DeadLetterQueue is a queue of messages that could never be worked on, and
// what of it is the tenant's.
//
// The queue is one for all tenants, and some of its messages belong to none:
// what could not be read names no tenant. So Messages is a number of the whole
// deployment, shown to owner and admin alone. It is what the deployment's
// alarm goes by, and says nothing of whose the messages are, when they came or
// what they hold; with one tenant, or in a test deployment, it is all there is
// to know of messages without a tenant. What the tenant itself lost is in
// Refused, which comes from its own rows and counts nobody else's. Bodies and
// reasons are shown nowhere: those of the tenant's own leads are in the list
// of leads, those of the others are the operator's to read.
type DeadLetterQueue struct {
	Name     flow.DeadLetters `json:"name" enum:"leads"`
	Holds    string           `json:"holds" doc:"What lies in it, in a sentence"`
	Messages *int             `json:"messages" minimum:"0" doc:"How many lie in it now, of all tenants and of none; nearly, as SQS counts. null where the queue could not be read"`
	Problem  *string          `json:"problem" doc:"Why there is no number, in a sentence; else null"`
	Refused  RefusedLeads     `json:"refused"`
	Advice   string           `json:"advice" doc:"What to do about it"`
}

// RefusedLeads are the tenant's own of the last 14 days, as long as a
// dead-letter queue keeps messages. One that came again repaired is none.
type RefusedLeads struct {
	Total       int      `json:"total" minimum:"0"`
	TotalCapped bool     `json:"total_capped" doc:"There are more than total"`
	OldestAt    *instant `json:"oldest_at" nullable:"true" doc:"When the oldest came; null where there is none"`
}

// What is known of each queue.
var deadLetterTexts = map[flow.DeadLetters]struct{ holds, advice string }{
	flow.LeadDeadLetters: {
		"Leads that can never be decided as they are: not readable, without phone and e-mail, or of no known tenant.",
		"Look at your refused leads for the reasons, mend the system that sends them, and send those leads again. " +
			"The operator reads and sends back what lies in the queue as docs/operations.md says under Dead letters.",
	},
}

const queueAway = "The queue cannot be read right now; please try again"

func (a *api) registerDeadLetters() {
	register(a, huma.Operation{
		OperationID: "list-dead-letters", Method: http.MethodGet, Path: Base + "/dead-letters",
		Summary: "Read how full the queues of refused messages are",
		Description: "For owner and admin. A queue is one for all tenants, and its number is of the whole deployment; " +
			"refused tells what of it the tenant's own leads are. GET /leads?outcome=rejected lists those with their reasons.",
		Tags:     leadsTag,
		Metadata: map[string]any{accessKey: forAdmins},
	}, a.listDeadLetters)
}

func (a *api) listDeadLetters(ctx context.Context, _ *struct{}) (*answer[success[[]DeadLetterQueue]], error) {
	refused, err := a.Refused.RefusedLeads(ctx, who(ctx).TenantID)
	if err != nil {
		return nil, err
	}
	queues := a.DeadLetters.DeadLetters(ctx)
	data := make([]DeadLetterQueue, len(queues))
	for i, q := range queues {
		about := deadLetterTexts[q.Name]
		data[i] = DeadLetterQueue{
			Name: q.Name, Holds: about.holds, Advice: about.advice, Messages: &q.Messages,
			Refused: RefusedLeads{Total: refused.Total.Count, TotalCapped: refused.Total.Capped, OldestAt: instantOrNil(refused.OldestAt)},
		}
		if q.Err != nil {
			a.Log.WarnContext(ctx, "a dead-letter queue cannot be read", "queue", q.Name, "error", q.Err)
			data[i].Messages, data[i].Problem = nil, new(queueAway)
		}
	}
	return ok(data), nil
}
