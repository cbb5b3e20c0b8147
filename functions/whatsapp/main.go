// Command whatsapp sends WhatsApp messages, each at most once.
package main

import (
	"context"

	"github.com/auto-engagement/flows/internal/app"
	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/lambdaio"
)

func main() {
	app.Run("whatsapp", func(ctx context.Context, a *app.App) (any, error) {
		e, err := a.Engine(ctx)
		if err != nil {
			return nil, err
		}
		return lambdaio.Task("whatsapp", func(ctx context.Context, in engine.Input) (flow.Directive, error) {
			return e.Act(ctx, flow.DoWhatsApp, in)
		}), nil
	})
}
