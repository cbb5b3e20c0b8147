// Package cloud speaks to the local AWS as an operator would to the real one.
package cloud

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	secrettypes "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"

	"github.com/auto-engagement/flows/local/stack/services"
	"github.com/auto-engagement/flows/local/stack/settings"
)

// Cloud is the local AWS.
type Cloud struct {
	stacks  *cloudformation.Client
	logs    *cloudwatchlogs.Client
	keys    *kms.Client
	lambdas *lambda.Client
	buckets *s3.Client
	secrets *secretsmanager.Client
	queues  *sqs.Client
	users   *cognitoidentityprovider.Client
}

// New is the local AWS of a stack.
func New(s settings.Settings) *Cloud {
	config := aws.Config{
		Region:       services.Region,
		BaseEndpoint: aws.String(s.EmulatorURL()),
		Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
	}
	return &Cloud{
		stacks:  cloudformation.NewFromConfig(config),
		logs:    cloudwatchlogs.NewFromConfig(config),
		keys:    kms.NewFromConfig(config),
		lambdas: lambda.NewFromConfig(config),
		buckets: s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true }),
		secrets: secretsmanager.NewFromConfig(config),
		queues:  sqs.NewFromConfig(config),
		users:   cognitoidentityprovider.NewFromConfig(config),
	}
}

// Bucket makes a bucket where there is none.
func (c *Cloud) Bucket(ctx context.Context, name string) error {
	_, err := c.buckets.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &name})
	if _, mine := errors.AsType[*types.BucketAlreadyOwnedByYou](err); err != nil && !mine {
		return fmt.Errorf("make bucket %s: %w", name, err)
	}
	return nil
}

// PutSecret has a secret hold a value, and returns its ARN.
func (c *Cloud) PutSecret(ctx context.Context, name, value string) (string, error) {
	made, err := c.secrets.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: &name, SecretString: &value})
	if err == nil {
		return *made.ARN, nil
	}
	if _, exists := errors.AsType[*secrettypes.ResourceExistsException](err); !exists {
		return "", fmt.Errorf("make secret %s: %w", name, err)
	}
	put, err := c.secrets.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: &name, SecretString: &value})
	if err != nil {
		return "", fmt.Errorf("set secret %s: %w", name, err)
	}
	return *put.ARN, nil
}

// Secret is the value of a secret; empty when there is none.
func (c *Cloud) Secret(ctx context.Context, name string) (string, error) {
	got, err := c.secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
	if _, missing := errors.AsType[*secrettypes.ResourceNotFoundException](err); missing {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read secret %s: %w", name, err)
	}
	return aws.ToString(got.SecretString), nil
}

// Outputs are a deployed stack's outputs by name; none when the stack is not
// deployed, or its last deploy failed.
func (c *Cloud) Outputs(ctx context.Context, stack string) (map[string]string, error) {
	outputs := map[string]string{}
	got, err := c.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	var problem smithy.APIError
	if errors.As(err, &problem) && problem.ErrorCode() == "ValidationError" {
		return outputs, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read stack %s: %w", stack, err)
	}
	switch got.Stacks[0].StackStatus {
	case "CREATE_COMPLETE", "UPDATE_COMPLETE":
	default:
		return outputs, nil
	}
	for _, output := range got.Stacks[0].Outputs {
		outputs[aws.ToString(output.OutputKey)] = aws.ToString(output.OutputValue)
	}
	return outputs, nil
}

// Invoke calls a function and returns its answer; a failure of the function is
// an error.
func (c *Cloud) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	got, err := c.lambdas.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Payload: payload})
	if err != nil {
		return nil, fmt.Errorf("invoke %s: %w", function, err)
	}
	if got.FunctionError != nil {
		return nil, fmt.Errorf("%s failed: %s", function, got.Payload)
	}
	return got.Payload, nil
}

// Encrypt encrypts a tenant's secret as the functions expect it.
func (c *Cloud) Encrypt(ctx context.Context, key, tenant, secret string) ([]byte, error) {
	got, err := c.keys.Encrypt(ctx, &kms.EncryptInput{
		KeyId: &key, Plaintext: []byte(secret), EncryptionContext: map[string]string{"tenant_id": tenant},
	})
	if err != nil {
		return nil, fmt.Errorf("encrypt a tenant's secret: %w", err)
	}
	return got.CiphertextBlob, nil
}

// Send puts a message on a queue, in a tenant's group.
func (c *Cloud) Send(ctx context.Context, queue, tenant, body string) error {
	_, err := c.queues.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &queue, MessageBody: &body, MessageGroupId: &tenant})
	if err != nil {
		return fmt.Errorf("put a lead on the queue: %w", err)
	}
	return nil
}

// Depth is how many messages a queue holds, visible or in work.
func (c *Cloud) Depth(ctx context.Context, queue string) (string, error) {
	got, err := c.queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: &queue, AttributeNames: []sqsAttribute{visible, inWork},
	})
	if err != nil {
		return "", fmt.Errorf("read a queue: %w", err)
	}
	return fmt.Sprintf("%s waiting, %s in work", got.Attributes[string(visible)], got.Attributes[string(inWork)]), nil
}
