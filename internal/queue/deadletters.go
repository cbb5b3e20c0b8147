package queue

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/auto-engagement/flows/internal/flow"
)

// askFor is how long a dead-letter queue is waited for, retries included.
const askFor = 2 * time.Second

// holding are the attributes that together are all messages of a queue: those
// to be had, those that somebody is reading, and those that come later.
var holding = []types.QueueAttributeName{
	types.QueueAttributeNameApproximateNumberOfMessages,
	types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
	types.QueueAttributeNameApproximateNumberOfMessagesDelayed,
}

// DeadLetters says how full each dead-letter queue is. All are asked at once,
// each with one request that has two seconds; one that does not answer says so
// in its Err, and the others are told all the same.
func (q *Queue) DeadLetters(ctx context.Context) []flow.DeadLetterQueue {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	queues := []struct {
		name flow.DeadLetters
		url  string
	}{{flow.LeadDeadLetters, q.deadLetters}}
	out := make([]flow.DeadLetterQueue, len(queues))
	var all sync.WaitGroup
	for i, one := range queues {
		all.Go(func() {
			messages, err := q.depth(ctx, one.url)
			out[i] = flow.DeadLetterQueue{Name: one.name, Messages: messages, Err: err}
		})
	}
	all.Wait()
	return out
}

func (q *Queue) depth(ctx context.Context, url string) (messages int, err error) {
	got, err := q.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: holding})
	if err != nil {
		return 0, fmt.Errorf("read how full a dead-letter queue is: %w", err)
	}
	for _, name := range holding {
		n, err := strconv.Atoi(got.Attributes[string(name)])
		if err != nil {
			return 0, fmt.Errorf("read %s of a dead-letter queue: %w", name, err)
		}
		messages += n
	}
	return messages, nil
}
