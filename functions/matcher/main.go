// Command matcher takes leads from the queue, decides which flows they enter, and starts their executions.
package main

import (
	"context"

	"github.com/auto-engagement/flows/internal/app"
	"github.com/auto-engagement/flows/internal/lambdaio"
)

func main() {
	app.Run("matcher", func(ctx context.Context, a *app.App) (any, error) {
		in, err := a.Intake(ctx)
		if err != nil {
			return nil, err
		}
		return lambdaio.SQS(in.Process), nil
	})
}
