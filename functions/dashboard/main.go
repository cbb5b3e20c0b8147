// Command dashboard serves the browser application.
package main

import (
	"context"

	"github.com/auto-engagement/flows/dashboard"
	"github.com/auto-engagement/flows/internal/app"
	"github.com/auto-engagement/flows/internal/lambdaio"
)

func main() {
	app.Run("dashboard", func(ctx context.Context, _ *app.App) (any, error) {
		handler, err := app.Dashboard(ctx, dashboard.Files())
		if err != nil {
			return nil, err
		}
		return lambdaio.HTTP(handler), nil
	})
}
