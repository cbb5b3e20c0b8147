// Package lambdaio turns Lambda's events into what the system works with, and
// its answers back.
package lambdaio

import (
	"context"
	"strconv"

	"github.com/aws/aws-lambda-go/events"

	"github.com/auto-engagement/flows/internal/intake"
)

// Batch works on a batch of messages and returns the ids of those that must
// come again. It is intake.Intake.Process.
type Batch func(ctx context.Context, records []intake.Record) (failed []string)

// SQS makes a handler for an event source mapping of SQS with
// ReportBatchItemFailures: messages that the answer does not name are deleted
// from the queue. The list in the answer is never null, which would fail the
// whole batch, and the handler never returns an error, which would too.
func SQS(work Batch) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return func(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
		records := make([]intake.Record, len(event.Records))
		for i, m := range event.Records {
			records[i] = record(m)
		}
		failed := work(ctx, records)
		response := events.SQSEventResponse{BatchItemFailures: make([]events.SQSBatchItemFailure, len(failed))}
		for i, id := range failed {
			response.BatchItemFailures[i].ItemIdentifier = id
		}
		return response, nil
	}
}

func record(m events.SQSMessage) intake.Record {
	r := intake.Record{MessageID: m.MessageId, Body: []byte(m.Body), ReceiveCount: 1, Attributes: make(map[string]string, len(m.MessageAttributes))}
	// The count is a hint by which suspects go last: without one the message is no suspect.
	if n, err := strconv.Atoi(m.Attributes["ApproximateReceiveCount"]); err == nil {
		r.ReceiveCount = n
	}
	for name, a := range m.MessageAttributes {
		if a.DataType == "String" && a.StringValue != nil {
			r.Attributes[name] = *a.StringValue
		}
	}
	return r
}
