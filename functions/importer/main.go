// Command importer turns an uploaded file of contacts into leads.
package main

import (
	"context"

	"github.com/auto-engagement/flows/internal/app"
	"github.com/auto-engagement/flows/internal/lambdaio"
)

func main() {
	app.Run("importer", func(ctx context.Context, a *app.App) (any, error) {
		in, err := a.Importer(ctx)
		if err != nil {
			return nil, err
		}
		return lambdaio.Job(in.Run), nil
	})
}
