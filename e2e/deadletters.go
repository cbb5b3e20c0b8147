package e2e

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// deadLetter is a message of the dead-letter queue.
type deadLetter struct {
	// MessageID is that under which it was put on the lead queue.
	MessageID, Reason, Body string
}

// morgue takes everything off the dead-letter queue, for all tests: who
// receives a message hides it from others.
var morgue struct {
	once sync.Once
	mu   sync.Mutex
	all  []deadLetter
	err  error
}

func (s *stack) collectDeadLetters() {
	// The pace when the queue cannot be asked, because a test took it away.
	ticker := time.NewTicker(lookEvery)
	for ; ; <-ticker.C {
		out, err := s.queues.ReceiveMessage(context.Background(), &sqs.ReceiveMessageInput{
			QueueUrl: &s.deadLetters, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, MessageAttributeNames: []string{"All"},
		})
		morgue.mu.Lock()
		morgue.err = err
		if err == nil {
			for _, m := range out.Messages {
				morgue.all = append(morgue.all, read(m))
				_, morgue.err = s.queues.DeleteMessage(context.Background(), &sqs.DeleteMessageInput{
					QueueUrl: &s.deadLetters, ReceiptHandle: m.ReceiptHandle,
				})
			}
		}
		morgue.mu.Unlock()
	}
}

func read(m types.Message) deadLetter {
	attribute := func(name string) string { return aws.ToString(m.MessageAttributes[name].StringValue) }
	return deadLetter{MessageID: attribute("message_id"), Reason: attribute("reason"), Body: aws.ToString(m.Body)}
}

// dead are the dead letters that hold a text or had a message id.
func (s *stack) dead(match string) []deadLetter {
	morgue.once.Do(func() { go s.collectDeadLetters() })
	morgue.mu.Lock()
	defer morgue.mu.Unlock()
	found := []deadLetter{}
	for _, d := range morgue.all {
		if d.MessageID == match || strings.Contains(d.Body, match) {
			found = append(found, d)
		}
	}
	return found
}

// buried waits until a message is in the dead-letter queue.
func (s *stack) buried(t *testing.T, messageID string) deadLetter {
	t.Helper()
	return wait(t, late, "message "+messageID+" is in the dead-letter queue", func() (deadLetter, string) {
		if found := s.dead(messageID); len(found) > 0 {
			return found[0], ""
		}
		return deadLetter{}, fmt.Sprintf("it is not (last error: %v)", morgue.err)
	}, func() string { return s.logs(t, messageID) })
}
