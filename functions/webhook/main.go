// Command webhook takes in what providers tell of calls and messages.
package main

import (
	"context"

	"github.com/auto-engagement/flows/internal/app"
	"github.com/auto-engagement/flows/internal/lambdaio"
)

func main() {
	app.Run("webhook", func(ctx context.Context, a *app.App) (any, error) {
		h, err := a.Webhooks(ctx)
		if err != nil {
			return nil, err
		}
		return lambdaio.HTTP(h.Routes()), nil
	})
}
