package lambdaio_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/lambdaio"
)

func TestErrorsReachTheMachineByTheNamesThatItKnows(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"transient": {fmt.Errorf("deep: %w", engine.ErrTransient), "Transient"},
		"deadline":  {fmt.Errorf("deep: %w", context.DeadlineExceeded), "Transient"},
		"permanent": {fmt.Errorf("deep: %w", engine.ErrPermanent), "Permanent"},
		"a bug":     {errors.New("index out of range"), "Internal"},
	} {
		t.Run(name, func(t *testing.T) {
			task := lambdaio.Task("plan", func(context.Context, engine.Input) (flow.Directive, error) { return flow.Directive{}, c.err })
			_, err := task(context.Background(), engine.Input{})
			var named messages.InvokeResponse_Error
			require.ErrorAs(t, err, &named)
			require.Equal(t, c.want, named.Type)
		})
	}
}

// The machine's Choice reads these fields; executions that wait for weeks meet
// functions of later releases.
func TestTheDirectivesShapeIsFixed(t *testing.T) {
	out, err := json.Marshal(flow.Directive{V: flow.DirectiveVersion, RunNo: 2, Kind: flow.DoAwait, Step: 3, Attempt: 1})
	require.NoError(t, err)
	require.JSONEq(t, `{"v":1,"run_no":2,"kind":"await","step":3,"attempt":1}`, string(out))
}
