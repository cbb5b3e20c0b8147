package e2e

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/uuid"
	"github.com/nyaruka/phonenumbers"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

// lead is a lead event as an upstream system sends it.
type lead struct {
	ID, Source string
	Name       string
	Phone      string
	Email      string
	ExternalID string
	LeadSource string
	EntryType  string
	Tags       []string
	Custom     object
	Tenant     uuid.UUID
}

// lead is one of somebody new, whose phone ends in these two digits: they say
// what the sandbox makes of it.
func (n *tenant) lead(ends string) lead {
	id := strings.ToLower(rand.Text())[:12]
	return lead{
		ID: "lead-" + id, Source: "indiamart", Tenant: n.id, Name: "Asha Rao", Phone: phone(ends),
		Email: "asha-" + id + "@example.com", LeadSource: "IndiaMART", EntryType: "webhook",
	}
}

// digits are n random digits, the first not 0.
func digits(n int) string {
	var b strings.Builder
	for i := range n {
		d, _ := rand.Int(rand.Reader, big.NewInt(9)) // never fails
		digit := d.Int64()
		if i == 0 {
			digit++
		}
		fmt.Fprint(&b, digit)
	}
	return b.String()
}

// phone is a valid Indian mobile number that ends in these digits.
func phone(ends string) string {
	for {
		text := "+919" + digits(9-len(ends)) + ends
		number, err := phonenumbers.Parse(text, "IN")
		if err == nil && phonenumbers.IsValidNumber(number) {
			return text
		}
	}
}

// body is the CloudEvents event.
func (l lead) body(t *testing.T) string {
	t.Helper()
	contact := object{"name": l.Name, "phone": l.Phone, "email": l.Email, "external_id": l.ExternalID}
	if l.Tags != nil {
		contact["tags"] = l.Tags
	}
	if l.Custom != nil {
		contact["custom_fields"] = l.Custom
	}
	text, err := json.Marshal(object{
		"specversion": "1.0", "id": l.ID, "source": l.Source, "type": "lead.created", "tenantid": l.Tenant.String(),
		"data": object{"contact": contact, "lead_source": l.LeadSource, "entry_type": l.EntryType, "notes": "wants a demo"},
	})
	require.NoError(t, err)
	return string(text)
}

// put puts leads on the queue, ten to a request.
func (s *stack) put(t *testing.T, leads ...lead) {
	t.Helper()
	bodies := make([]string, len(leads))
	for i, l := range leads {
		bodies[i] = l.body(t)
	}
	s.putBodies(t, leads[0].Tenant.String(), bodies...)
}

// putBodies puts messages on the queue and gives their ids, in order.
func (s *stack) putBodies(t *testing.T, group string, bodies ...string) []string {
	t.Helper()
	ids := make([]string, len(bodies))
	for first := 0; first < len(bodies); first += 10 {
		batch := bodies[first:min(first+10, len(bodies))]
		entries := make([]types.SendMessageBatchRequestEntry, len(batch))
		for i, body := range batch {
			entries[i] = types.SendMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), MessageBody: &body, MessageGroupId: &group}
		}
		out, err := s.queues.SendMessageBatch(t.Context(), &sqs.SendMessageBatchInput{QueueUrl: &s.address.LeadQueue, Entries: entries})
		require.NoError(t, err)
		require.Empty(t, out.Failed)
		for _, sent := range out.Successful {
			i, err := strconv.Atoi(aws.ToString(sent.Id))
			require.NoError(t, err)
			ids[first+i] = aws.ToString(sent.MessageId)
		}
	}
	return ids
}

// decided waits until a lead has its decision.
func (s *stack) decided(t *testing.T, l lead) event {
	t.Helper()
	return wait(t, late, "lead "+l.ID+" is decided", func() (event, string) {
		found := rows[event](s, t, `select id, contact_id, outcome, reason, decision from lead_events
			where tenant_id = $1 and source = $2 and event_id = $3`, l.Tenant, l.Source, l.ID)
		switch {
		case len(found) == 0:
			return event{}, "it is not there yet"
		case found[0].Outcome == flow.LeadReceived:
			return event{}, "it is only received"
		}
		return found[0], ""
	}, func() string { return s.logs(t, l.Tenant.String()) })
}

// decidedAs is decided, and demands an outcome.
func (s *stack) decidedAs(t *testing.T, l lead, outcome flow.LeadOutcome) event {
	t.Helper()
	e := s.decided(t, l)
	require.Equal(t, outcome, e.Outcome, "lead %s: %s", l.ID, e.Reason)
	return e
}

// executions are those that a lead made, skipped ones too.
func (s *stack) executions(t *testing.T, l lead) []execution {
	t.Helper()
	return rows[execution](s, t, "select "+executionColumns+` from flow_executions where tenant_id = $1 and lead_event_id =
		(select id from lead_events where tenant_id = $1 and source = $2 and event_id = $3) order by triggered_at, id`, l.Tenant, l.Source, l.ID)
}

// taken waits until a lead is matched, and gives its only execution.
func (s *stack) taken(t *testing.T, l lead) execution {
	t.Helper()
	s.decidedAs(t, l, flow.LeadMatched)
	all := s.executions(t, l)
	require.Len(t, all, 1, "executions of lead %s", l.ID)
	return all[0]
}

// ended waits until a lead's only execution runs no more.
func (s *stack) ended(t *testing.T, l lead) execution {
	t.Helper()
	e := s.taken(t, l)
	return wait(t, late, fmt.Sprintf("execution %s has ended", e.ID), func() (execution, string) {
		now := s.execution(t, e.ID)
		if now.Status == flow.ExecutionRunning {
			return now, "it runs at " + strings.Join(s.ledger(t, e.ID), ", ")
		}
		return now, ""
	}, func() string { return s.explain(t, e.ID) })
}

// comesTo waits until a lead's only execution has this status and its steps
// read so; reports that come after its end may still correct both.
func (s *stack) comesTo(t *testing.T, l lead, status flow.ExecutionStatus, ledger ...string) execution {
	t.Helper()
	e := s.taken(t, l)
	return wait(t, late, fmt.Sprintf("execution %s is %s with %q", e.ID, status, ledger), func() (execution, string) {
		now, steps := s.execution(t, e.ID), s.ledger(t, e.ID)
		if now.Status != status || !slices.Equal(steps, ledger) {
			return now, fmt.Sprintf("it is %s with %q", now.Status, steps)
		}
		return now, ""
	}, func() string { return s.explain(t, e.ID) })
}

// reads waits until an execution's steps read so.
func (s *stack) reads(t *testing.T, id uuid.UUID, ledger ...string) {
	t.Helper()
	wait(t, late, fmt.Sprintf("the steps of execution %s are %q", id, ledger), func() (struct{}, string) {
		if steps := s.ledger(t, id); !slices.Equal(steps, ledger) {
			return struct{}{}, fmt.Sprintf("they are %q", steps)
		}
		return struct{}{}, ""
	}, func() string { return s.explain(t, id) })
}
