// Command exporter writes executions, leads or contacts to a file.
package main

import (
	"context"

	"github.com/auto-engagement/flows/internal/app"
	"github.com/auto-engagement/flows/internal/lambdaio"
)

func main() {
	app.Run("exporter", func(ctx context.Context, a *app.App) (any, error) {
		x, err := a.Exporter(ctx)
		if err != nil {
			return nil, err
		}
		return lambdaio.Job(x.Run), nil
	})
}
