// Package queue puts messages on the lead queue and its dead-letter queue (SQS).
package queue

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/uuid"
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
