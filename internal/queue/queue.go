// Package queue puts messages on the lead queue and its dead-letter queue (SQS).
package queue

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// Queue is the lead queue and its dead-letter queue.
type Queue struct {
	client             *sqs.Client
	leads, deadLetters string
}

// New sends to the queues with these addresses. Either may be empty when it is
// never sent to.
func New(client *sqs.Client, leads, deadLetters string) *Queue {
	return &Queue{client, leads, deadLetters}
}

// SendLead puts a lead event on the queue. The tenant is the message group, so
// that one tenant's flood does not delay another's leads (SQS fair queues).
func (q *Queue) SendLead(ctx context.Context, tenant uuid.UUID, body []byte) error {
	_, err := q.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &q.leads, MessageBody: aws.String(string(body)), MessageGroupId: aws.String(tenant.String()),
	})
	if err != nil {
		return fmt.Errorf("send a lead event: %w", err)
	}
	return nil
}

// SendLeads puts lead events on the queue, as SendLead does, as many to a
// request as it takes. The error is of the first that was not taken; others may
// have been.
func (q *Queue) SendLeads(ctx context.Context, tenant uuid.UUID, bodies [][]byte) error {
	var all errgroup.Group
	all.SetLimit(batchesAtOnce)
	for _, batch := range batches(bodies) {
		all.Go(func() error {
			out, err := q.client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &q.leads, Entries: entries(tenant, batch)})
			if err != nil {
				return fmt.Errorf("send %d lead events: %w", len(batch), err)
			}
			if len(out.Failed) > 0 {
				return fmt.Errorf("%d of %d lead events were not taken: %s", len(out.Failed), len(batch), aws.ToString(out.Failed[0].Code))
			}
			return nil
		})
	}
	return all.Wait()
}

// What SQS takes in one request.
const (
	batchMessages = 10
	batchBytes    = 256 << 10
	batchesAtOnce = 5
)

// batches parts bodies, in order, into what one request takes. A body is no
// larger than a request.
func batches(bodies [][]byte) (out [][][]byte) {
	size := 0
	for _, body := range bodies {
		last := len(out) - 1
		if last < 0 || len(out[last]) == batchMessages || size+len(body) > batchBytes {
			out, size = append(out, nil), 0
			last++
		}
		out[last] = append(out[last], body)
		size += len(body)
	}
	return out
}

func entries(tenant uuid.UUID, bodies [][]byte) []types.SendMessageBatchRequestEntry {
	out := make([]types.SendMessageBatchRequestEntry, len(bodies))
	for i, body := range bodies {
		out[i] = types.SendMessageBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), MessageBody: aws.String(string(body)), MessageGroupId: aws.String(tenant.String()),
		}
	}
	return out
}

// Send puts a message that can never succeed on the dead-letter queue, with
// its reason and the id it came with as attributes.
func (q *Queue) Send(ctx context.Context, body []byte, reason, messageID string) error {
	text := func(s string) types.MessageAttributeValue {
		return types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &s}
	}
	_, err := q.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &q.deadLetters, MessageBody: aws.String(string(body)),
		MessageAttributes: map[string]types.MessageAttributeValue{"reason": text(reason), "message_id": text(messageID)},
	})
	if err != nil {
		return fmt.Errorf("send message %s to the dead-letter queue: %w", messageID, err)
	}
	return nil
}
