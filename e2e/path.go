package e2e

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/local/stack/settings"
)

// name is the CloudFormation stack's: functions and machine begin with it.
func (s *stack) name() string { return settings.StackName }

// runARN names a run of an execution, as the functions name it.
func (s *stack) runARN(execution uuid.UUID, run int) *string {
	return aws.String(fmt.Sprintf("%s:%s-r%d", strings.Replace(s.address.Machine, ":stateMachine:", ":execution:", 1), execution, run))
}

// machine is how a run stands; empty when it was never started.
func (s *stack) machine(t *testing.T, execution uuid.UUID, run int) types.ExecutionStatus {
	t.Helper()
	out, err := s.machines.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: s.runARN(execution, run)})
	if _, missing := errors.AsType[*types.ExecutionDoesNotExist](err); missing {
		return ""
	}
	require.NoError(t, err)
	return out.Status
}

// entered are the names of the states that a run has entered. The Choice
// between every two of them, Next, is left out.
func (s *stack) entered(t *testing.T, execution uuid.UUID, run int) []string {
	t.Helper()
	names := []string{}
	for _, e := range s.events(t, execution, run) {
		if e.StateEnteredEventDetails != nil && aws.ToString(e.StateEnteredEventDetails.Name) != "Next" {
			names = append(names, aws.ToString(e.StateEnteredEventDetails.Name))
		}
	}
	return names
}

func (s *stack) events(t *testing.T, execution uuid.UUID, run int) []types.HistoryEvent {
	t.Helper()
	pages := sfn.NewGetExecutionHistoryPaginator(s.machines, &sfn.GetExecutionHistoryInput{
		ExecutionArn: s.runARN(execution, run), MaxResults: 1000,
	})
	var all []types.HistoryEvent
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if _, missing := errors.AsType[*types.ExecutionDoesNotExist](err); missing {
			return nil
		}
		require.NoError(t, err)
		all = append(all, page.Events...)
	}
	return all
}

// path waits until a run has succeeded, and gives the states it entered, joined
// by spaces.
func (s *stack) path(t *testing.T, execution uuid.UUID, run int) string {
	t.Helper()
	wait(t, soon, fmt.Sprintf("run %d of execution %s has succeeded", run, execution), func() (struct{}, string) {
		if status := s.machine(t, execution, run); status != types.ExecutionStatusSucceeded {
			return struct{}{}, fmt.Sprintf("it is %q", status)
		}
		return struct{}{}, ""
	}, func() string { return s.explain(t, execution) })
	return strings.Join(s.entered(t, execution, run), " ")
}

// history tells a run's events, for a failing test.
func (s *stack) history(t *testing.T, execution uuid.UUID, run int) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s", s.machine(t, execution, run))
	for _, e := range s.events(t, execution, run) {
		fmt.Fprintf(&b, "\n  %s %s", aws.ToTime(e.Timestamp).Format("15:04:05.000"), e.Type)
		switch {
		case e.StateEnteredEventDetails != nil:
			fmt.Fprintf(&b, " %s", aws.ToString(e.StateEnteredEventDetails.Name))
		case e.StateExitedEventDetails != nil:
			fmt.Fprintf(&b, " %s %s", aws.ToString(e.StateExitedEventDetails.Name), aws.ToString(e.StateExitedEventDetails.Output))
		case e.TaskFailedEventDetails != nil:
			fmt.Fprintf(&b, " %s %s", aws.ToString(e.TaskFailedEventDetails.Error), aws.ToString(e.TaskFailedEventDetails.Cause))
		case e.ExecutionFailedEventDetails != nil:
			fmt.Fprintf(&b, " %s %s", aws.ToString(e.ExecutionFailedEventDetails.Error), aws.ToString(e.ExecutionFailedEventDetails.Cause))
		}
	}
	return b.String()
}
