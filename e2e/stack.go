package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/local/stack/accounts"
	"github.com/auto-engagement/flows/local/stack/cloud"
	"github.com/auto-engagement/flows/local/stack/services"
	"github.com/auto-engagement/flows/local/stack/settings"
)

// stack is the deployed local stack under test.
type stack struct {
	// address is stack.json.
	address struct {
		API         string `json:"api_url"`
		LeadQueue   string `json:"lead_queue_url"`
		Machine     string `json:"state_machine_arn"`
		Database    string `json:"database_url"`
		Sandbox     string `json:"sandbox_url"`
		AWSEndpoint string `json:"aws_endpoint_url"`
		Tenants     []struct {
			ID      uuid.UUID         `json:"id"`
			Name    string            `json:"name"`
			Tokens  map[string]string `json:"tokens"`
			Webhook string            `json:"bolna_webhook_url"`
		} `json:"tenants"`
		Login login `json:"login"`
	}
	// webhooks is the address that a tenant's token is appended to.
	webhooks    string
	deadLetters string
	key         string
	clock       clock.Clock
	// dir is the stack's directory.
	dir      string
	settings settings.Settings
	accounts accounts.Accounts
	cloud    *cloud.Cloud
	machines *sfn.Client
	queues   *sqs.Client
	db       *pgxpool.Pool
	// opened is when the tests began, in real time.
	opened time.Time
}

var shared struct {
	once  sync.Once
	stack *stack
	err   error
	// quiet counts the tests that need an undisturbed stack.
	quiet sync.WaitGroup
}

// use is the stack under test; without one the test is skipped.
func use(t *testing.T) *stack {
	t.Helper()
	file := os.Getenv("AEF_STACK_JSON")
	if file == "" {
		t.Skip("AEF_STACK_JSON is not set: `make test` starts a stack and runs these tests on it")
	}
	shared.once.Do(func() { shared.stack, shared.err = open(file) })
	require.NoError(t, shared.err)
	return shared.stack
}

// quietly is use for a test that runs beside others, and before those that
// disturb the stack.
func quietly(t *testing.T) *stack {
	t.Helper()
	s := use(t)
	shared.quiet.Add(1)
	t.Cleanup(shared.quiet.Done)
	t.Parallel()
	return s
}

// afterAllOthers is use for the one test that disturbs the stack. It returns
// when every other test has ended: t.Parallel lets nobody on before all tests
// have been announced.
func afterAllOthers(t *testing.T) *stack {
	t.Helper()
	s := use(t)
	t.Parallel()
	shared.quiet.Wait()
	return s
}

func open(file string) (*stack, error) {
	s := &stack{opened: time.Now()}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the stack's addresses: %w", err)
	}
	if err := json.Unmarshal(text, &s.address); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	if len(s.address.Tenants) == 0 {
		return nil, fmt.Errorf("%s names no tenants", file)
	}
	hook := s.address.Tenants[0].Webhook
	s.webhooks = hook[:strings.LastIndexByte(hook, '/')]
	s.dir = filepath.Dir(file)
	if s.settings, _, err = settings.Load(s.dir, "..", ""); err != nil {
		return nil, err
	}
	if s.clock, err = clock.Parse(s.settings.Clock); err != nil {
		return nil, err
	}
	if minute := time.Until(s.clock.ToReal(s.clock.Now().Add(time.Minute))); minute < 500*time.Millisecond || minute > 2*time.Second {
		return nil, fmt.Errorf("a minute lasts %s on the stack's clock: these tests need a second (stack up -clock-scale 60)", minute)
	}
	if s.accounts, err = accounts.Load(s.settings); err != nil {
		return nil, err
	}
	s.cloud = cloud.New(s.settings)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	outputs, err := s.cloud.Outputs(ctx, settings.StackName)
	if err != nil {
		return nil, err
	}
	s.deadLetters, s.key = outputs["LeadDeadLetterQueueUrl"], outputs["TenantSecretsKeyArn"]
	if s.deadLetters == "" || s.key == "" {
		return nil, fmt.Errorf("stack %s is not deployed", settings.StackName)
	}
	config := aws.Config{
		Region: services.Region, BaseEndpoint: &s.address.AWSEndpoint,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	}
	s.machines, s.queues = sfn.NewFromConfig(config), sqs.NewFromConfig(config)
	pool, err := pgxpool.ParseConfig(s.address.Database)
	if err != nil {
		return nil, fmt.Errorf("read the database's address: %w", err)
	}
	pool.MaxConns = 20
	if s.db, err = pgxpool.NewWithConfig(ctx, pool); err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return s, nil
}

// token signs an access token of a tenant.
func (s *stack) token(t *testing.T, tenant uuid.UUID, role string) string {
	t.Helper()
	token, err := s.accounts.Token(accounts.Tenant{ID: tenant, Name: "tenant"}, role, time.Now())
	require.NoError(t, err)
	return token
}

// now is the stack's virtual time.
func (s *stack) now() time.Time { return s.clock.Now() }
