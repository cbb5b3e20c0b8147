// Package stepfunctions runs executions on AWS Step Functions.
package stepfunctions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/engine"
)

// Machines implements engine.Machines with one Standard state machine.
type Machines struct {
	client *sfn.Client
	arn    string
}

var _ engine.Machines = (*Machines)(nil)

// New runs executions on the state machine with this ARN.
func New(client *sfn.Client, arn string) *Machines { return &Machines{client, arn} }

// name is a run's name. Names are unique for 90 days after a run's end (Step
// Functions API reference, StartExecution), and a run number is used once.
func name(execution uuid.UUID, runNo int) string { return fmt.Sprintf("%s-r%d", execution, runNo) }

// run is the ARN of a run: that of its machine with another resource type.
func (m *Machines) run(execution uuid.UUID, runNo int) *string {
	return aws.String(strings.Replace(m.arn, ":stateMachine:", ":execution:", 1) + ":" + name(execution, runNo))
}

// Start implements engine.Machines. Throttling is an error like any other: the
// SDK has tried a few times by then.
func (m *Machines) Start(ctx context.Context, tenant, execution uuid.UUID, runNo int) error {
	input, err := json.Marshal(engine.Input{ExecutionID: execution, TenantID: tenant, RunNo: runNo})
	if err != nil {
		return fmt.Errorf("write the input of execution %s: %w", execution, err)
	}
	_, err = m.client.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: &m.arn, Name: aws.String(name(execution, runNo)), Input: aws.String(string(input)),
	})
	var exists *types.ExecutionAlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("start execution %s: %w", execution, err)
	}
	return nil
}

// State implements engine.Machines.
func (m *Machines) State(ctx context.Context, execution uuid.UUID, runNo int) (engine.MachineState, error) {
	out, err := m.client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: m.run(execution, runNo)})
	var missing *types.ExecutionDoesNotExist
	switch {
	case errors.As(err, &missing):
		return engine.MachineMissing, nil
	case err != nil:
		return "", fmt.Errorf("describe execution %s: %w", execution, err)
	case out.Status == types.ExecutionStatusRunning || out.Status == types.ExecutionStatusPendingRedrive:
		return engine.MachineRunning, nil
	default:
		return engine.MachineEnded, nil
	}
}

// Stop implements engine.Machines. Whatever the error, a run that no longer
// runs is stopped.
func (m *Machines) Stop(ctx context.Context, execution uuid.UUID, runNo int, cause string) error {
	_, err := m.client.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: m.run(execution, runNo), Cause: &cause})
	if err == nil {
		return nil
	}
	if state, stateErr := m.State(ctx, execution, runNo); stateErr == nil && state != engine.MachineRunning {
		return nil
	}
	return fmt.Errorf("stop execution %s: %w", execution, err)
}

// Succeed implements engine.Machines. The state's output is not used: what the
// call came to stands in the ledger.
func (m *Machines) Succeed(ctx context.Context, token string) error {
	_, err := m.client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String("{}")})
	var gone *types.TaskDoesNotExist
	var late *types.TaskTimedOut
	var invalid *types.InvalidToken
	if err != nil && !errors.As(err, &gone) && !errors.As(err, &late) && !errors.As(err, &invalid) {
		return fmt.Errorf("send task success: %w", err)
	}
	return nil
}
