package lambdaio_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/intake"
	"github.com/auto-engagement/flows/internal/lambdaio"
)

// As AWS sends it.
const batch = `{"Records":[
{"messageId":"m-1","receiptHandle":"r","body":"{\"a\":1}","attributes":{"ApproximateReceiveCount":"3","SentTimestamp":"1545082649183","MessageGroupId":"t-1"},
 "messageAttributes":{"traceparent":{"stringValue":"00-1-2-01","stringListValues":[],"binaryListValues":[],"dataType":"String"},
  "raw":{"binaryValue":"AAE=","stringListValues":[],"binaryListValues":[],"dataType":"Binary"}},
 "md5OfBody":"x","eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:ap-south-1:123456789012:leads","awsRegion":"ap-south-1"},
{"messageId":"m-2","body":"","attributes":{},"messageAttributes":{}}]}`

func TestMessagesBecomeRecordsAndFailuresAreNamed(t *testing.T) {
	var event events.SQSEvent
	require.NoError(t, json.Unmarshal([]byte(batch), &event))
	var got []intake.Record
	handler := lambdaio.SQS(func(_ context.Context, records []intake.Record) []string {
		got = records
		return []string{"m-2"}
	})
	response, err := handler(t.Context(), event)
	require.NoError(t, err)
	require.Equal(t, []intake.Record{
		{MessageID: "m-1", Body: []byte(`{"a":1}`), ReceiveCount: 3, Attributes: map[string]string{"traceparent": "00-1-2-01"}},
		{MessageID: "m-2", Body: []byte{}, ReceiveCount: 1, Attributes: map[string]string{}},
	}, got)
	encoded, err := json.Marshal(response)
	require.NoError(t, err)
	require.JSONEq(t, `{"batchItemFailures":[{"itemIdentifier":"m-2"}]}`, string(encoded))
}

func TestNoFailureIsAnEmptyListNotNull(t *testing.T) {
	for _, failed := range [][]string{nil, {}} {
		response, err := lambdaio.SQS(func(context.Context, []intake.Record) []string { return failed })(t.Context(), events.SQSEvent{})
		require.NoError(t, err)
		encoded, err := json.Marshal(response)
		require.NoError(t, err)
		require.JSONEq(t, `{"batchItemFailures":[]}`, string(encoded))
	}
}
