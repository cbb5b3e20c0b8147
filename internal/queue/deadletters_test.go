package queue_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/queue"
)

// attributes is what GetQueueAttributes asks for.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
type attributes struct {
	QueueURL string   `json:"QueueUrl"`
	Names    []string `json:"AttributeNames"`
}

// setup is a queue whose SQS answers as told.
func setup(t *testing.T, answer http.HandlerFunc) *queue.Queue {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	client := sqs.New(sqs.Options{
		BaseEndpoint: &server.URL, Region: "ap-south-1", RetryMaxAttempts: 1,
		Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", "")),
	})
	return queue.New(client, server.URL+"/leads", server.URL+"/leads-dead")
}

func says(t *testing.T, status int, body any) http.HandlerFunc {
	t.Helper()
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}
}

func TestADeadLetterQueueHoldsWhatIsVisibleReadAndDelayed(t *testing.T) {
	t.Parallel()
	var asked attributes
	var action string
	requests := 0
	q := setup(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		action = r.Header.Get("X-Amz-Target")
		_ = json.NewDecoder(r.Body).Decode(&asked)
		says(t, http.StatusOK, map[string]any{"Attributes": map[string]string{
			"ApproximateNumberOfMessages": "4", "ApproximateNumberOfMessagesNotVisible": "2", "ApproximateNumberOfMessagesDelayed": "1",
		}})(w, r)
	})
	require.Equal(t, []flow.DeadLetterQueue{{Name: flow.LeadDeadLetters, Messages: 7}}, q.DeadLetters(t.Context()))
	require.Equal(t, 1, requests)
	require.Equal(t, "AmazonSQS.GetQueueAttributes", action)
	require.Regexp(t, "/leads-dead$", asked.QueueURL)
	require.Len(t, asked.Names, 3, "and nothing that it need not know")
}

func TestADeadLetterQueueThatCannotBeReadSaysSo(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"refused":          says(t, http.StatusForbidden, map[string]string{"__type": "AccessDeniedException", "message": "no"}),
		"gone":             says(t, http.StatusBadRequest, map[string]string{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no"}),
		"without a number": says(t, http.StatusOK, map[string]any{"Attributes": map[string]string{"ApproximateNumberOfMessages": "4"}}),
		"no JSON":          func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := setup(t, answer).DeadLetters(t.Context())
			require.Len(t, got, 1)
			require.Equal(t, flow.LeadDeadLetters, got[0].Name)
			require.Error(t, got[0].Err)
			require.Zero(t, got[0].Messages)
		})
	}
}

func TestADeadLetterQueueIsNotWaitedForLong(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	q := setup(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-over:
		case <-r.Context().Done():
		}
	})
	defer close(over)
	started := time.Now()
	require.ErrorIs(t, q.DeadLetters(t.Context())[0].Err, context.DeadlineExceeded)
	require.Less(t, time.Since(started), 10*time.Second)
}
