// Command email sends e-mails, each at most once.
package main

import (
	"context"

	"github.com/auto-engagement/flows/internal/app"
	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/lambdaio"
)

func main() {
	app.Run("email", func(ctx context.Context, a *app.App) (any, error) {
		e, err := a.Engine(ctx)
		if err != nil {
			return nil, err
		}
		return lambdaio.Task("email", func(ctx context.Context, in engine.Input) (flow.Directive, error) {
			return e.Act(ctx, flow.DoEmail, in)
		}), nil
	})
}
