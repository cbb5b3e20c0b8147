// Command plan plans an execution's next step: the state machine's first task, and the one after every wait.
package main

import (
	"context"

	"github.com/auto-engagement/flows/internal/app"
	"github.com/auto-engagement/flows/internal/lambdaio"
)

func main() {
	app.Run("plan", func(ctx context.Context, a *app.App) (any, error) {
		e, err := a.Engine(ctx)
		if err != nil {
			return nil, err
		}
		return lambdaio.Task("plan", e.Plan), nil
	})
}
