package lambdaio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/auto-engagement/flows/internal/engine"
)

// Task makes a state machine's task of a function: errors reach the machine by
// the names that its Retry and Catch know, `Transient` and `Permanent`; any
// other ends the machine, and the execution is resumed by due work.
func Task[Out any](name string, do func(ctx context.Context, in engine.Input) (Out, error)) func(context.Context, engine.Input) (Out, error) {
	return func(ctx context.Context, in engine.Input) (out Out, err error) {
		started := time.Now()
		out, err = do(ctx, in)
		log := slog.With("task", name, "execution_id", in.ExecutionID, "tenant_id", in.TenantID, "run_no", in.RunNo,
			"ms", time.Since(started).Milliseconds())
		if err != nil {
			log.Warn("task", "error", err)
			return out, taskError(err)
		}
		log.Info("task", "result", out)
		return out, nil
	}
}

// taskError names an error for the state machine: a plain Go error would reach
// it under the name of its Go type.
func taskError(err error) error {
	switch {
	case errors.Is(err, engine.ErrPermanent):
		return messages.InvokeResponse_Error{Type: "Permanent", Message: err.Error()}
	case errors.Is(err, engine.ErrTransient), errors.Is(err, context.DeadlineExceeded):
		return messages.InvokeResponse_Error{Type: "Transient", Message: err.Error()}
	default:
		return messages.InvokeResponse_Error{Type: "Internal", Message: fmt.Sprintf("unexpected: %v", err)}
	}
}
