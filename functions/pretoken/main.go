// Command pretoken is the user pool's trigger that puts a person's tenant into
// their access tokens.
package main

import (
	"context"

	"github.com/auto-engagement/flows/internal/app"
	"github.com/auto-engagement/flows/internal/lambdaio"
)

func main() {
	app.Run("pretoken", func(context.Context, *app.App) (any, error) {
		return lambdaio.PreToken, nil
	})
}
