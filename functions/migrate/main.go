// Command migrate brings the database to the newest schema. It is invoked once after each deployment.
package main

import (
	"context"

	"github.com/auto-engagement/flows/internal/app"
)

func main() {
	app.Run("migrate", func(_ context.Context, a *app.App) (any, error) {
		return a.Migrate, nil
	})
}
