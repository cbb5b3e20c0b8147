// Command sweeper does, every minute, the work that is due.
package main

import (
	"context"

	"github.com/auto-engagement/flows/internal/app"
)

func main() {
	app.Run("sweeper", func(ctx context.Context, a *app.App) (any, error) {
		return a.Sweep(ctx)
	})
}
