// Command api serves the HTTP API.
package main

import (
	"context"

	"github.com/auto-engagement/flows/internal/app"
	"github.com/auto-engagement/flows/internal/lambdaio"
	"github.com/auto-engagement/flows/internal/rest"
)

func main() {
	app.Run("api", func(ctx context.Context, a *app.App) (any, error) {
		c, err := a.API(ctx)
		if err != nil {
			return nil, err
		}
		c.RequestID = lambdaio.RequestID
		return lambdaio.HTTP(rest.New(*c)), nil
	})
}
