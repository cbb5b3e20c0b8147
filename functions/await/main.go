// Command await keeps the task token of a machine that waits for a call's outcome.
package main

import (
	"context"

	"github.com/auto-engagement/flows/internal/app"
	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/lambdaio"
)

func main() {
	app.Run("await", func(ctx context.Context, a *app.App) (any, error) {
		e, err := a.Engine(ctx)
		if err != nil {
			return nil, err
		}
		return lambdaio.Task("await", func(ctx context.Context, in engine.Input) (struct{}, error) {
			return struct{}{}, e.Await(ctx, in)
		}), nil
	})
}
