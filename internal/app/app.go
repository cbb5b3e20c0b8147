package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"
	_ "time/tzdata" // the IANA database: the runtime's image may have an old one, or none

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/intake"
	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/provider"
	"github.com/auto-engagement/flows/internal/provider/bolna"
	"github.com/auto-engagement/flows/internal/provider/email"
	"github.com/auto-engagement/flows/internal/provider/whatsapp"
	"github.com/auto-engagement/flows/internal/queue"
	"github.com/auto-engagement/flows/internal/rest"
	"github.com/auto-engagement/flows/internal/secret"
	"github.com/auto-engagement/flows/internal/stepfunctions"
	"github.com/auto-engagement/flows/internal/unsubscribe"
	"github.com/auto-engagement/flows/internal/webhook"
)

// App is one function's parts, made when first asked for.
type App struct {
	Config Config
	Clock  clock.Clock
	aws    aws.Config

	pool  *postgres.Pool
	store *secret.Store
}

// Run reads the configuration, builds the function's handler and serves
// Lambda's invocations with it. When anything is missing it says what, and the
// function does not start.
func Run(name string, build func(ctx context.Context, a *App) (handler any, err error)) {
	ctx := context.Background()
	a, err := New(ctx)
	if err == nil {
		var handler any
		if handler, err = build(ctx, a); err == nil {
			lambda.Start(handler)
			return
		}
	}
	slog.Error("the function cannot start", "function", name, "error", err)
	os.Exit(1)
}

// New reads the configuration from the environment.
func New(ctx context.Context) (*App, error) {
	c, virtual, err := readConfig(ctx)
	if err != nil {
		return nil, err
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return nil, fmt.Errorf("LOG_LEVEL %q: want debug, info, warn or error", c.LogLevel)
	}
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: level})))
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the AWS configuration: %w", err)
	}
	return &App{Config: c, Clock: virtual, aws: cfg}, nil
}

func (a *App) secrets() *secret.Store {
	if a.store == nil {
		a.store = secret.NewStore(secretsmanager.NewFromConfig(a.aws))
	}
	return a.store
}

func (a *App) machines() *stepfunctions.Machines {
	return stepfunctions.New(sfn.NewFromConfig(a.aws), a.Config.StateMachineARN)
}

func (a *App) queue() *queue.Queue {
	return queue.New(sqs.NewFromConfig(a.aws), a.Config.LeadQueueURL, a.Config.DeadLetterURL)
}

// outbox takes leads in that come by HTTP.
func (a *App) outbox(pool *postgres.Pool) *intake.Outbox {
	return &intake.Outbox{Store: postgres.IntakeStore{Pool: pool}, Queue: a.queue(), Clock: a.Clock}
}

// Engine runs executions.
func (a *App) Engine(ctx context.Context) (*engine.Engine, error) {
	pool, err := a.Pool(ctx)
	if err != nil {
		return nil, err
	}
	links, err := a.links(ctx)
	if err != nil {
		return nil, err
	}
	e := &engine.Engine{
		Store: postgres.NewLedger(pool), Machines: a.machines(), Clock: a.Clock,
		Secrets:  secret.NewBox(kms.NewFromConfig(a.aws), a.Config.KMSKeyID),
		Calls:    bolna.New(a.Config.BolnaBaseURL, provider.NewHTTPClient(nil)),
		Messages: a.messages(),
		Mails:    a.mails(),
		Resend:   a.outbox(pool).Resend,
		Suppress: postgres.SuppressionStore{Pool: pool, Clock: a.Clock}.Suppress,

		CallLimit: a.Config.CallLimit,
		Timeouts: engine.Timeouts{
			CallOutcome: a.Config.CallOutcomeTimeout, Reconcile: a.Config.ReconcileInterval, Message: a.Config.MessageReconcileTimeout,
		},
	}
	if links != nil {
		e.Unsubscribe = links.Address
	}
	return e, nil
}

// links are those in mails; nil where a function neither writes nor reads them.
func (a *App) links(ctx context.Context) (*unsubscribe.Links, error) {
	if a.Config.LinkSecret == "" {
		return nil, nil
	}
	key, err := a.secrets().Get(ctx, a.Config.LinkSecret)
	if err != nil {
		return nil, fmt.Errorf("read the secret that signs links: %w", err)
	}
	links, err := unsubscribe.New(a.Config.PublicURL, key)
	if err != nil {
		return nil, fmt.Errorf("make links of PUBLIC_URL and LINK_SECRET_ARN: %w", err)
	}
	return links, nil
}

// needLinks is links of a function that cannot do without.
func (a *App) needLinks(ctx context.Context) (*unsubscribe.Links, error) {
	if err := need("LINK_SECRET_ARN", a.Config.LinkSecret); err != nil {
		return nil, err
	}
	return a.links(ctx)
}

// Intake decides leads.
func (a *App) Intake(ctx context.Context) (*intake.Intake, error) {
	for name, value := range map[string]string{"LEAD_DLQ_URL": a.Config.DeadLetterURL, "STATE_MACHINE_ARN": a.Config.StateMachineARN} {
		if err := need(name, value); err != nil {
			return nil, err
		}
	}
	pool, err := a.Pool(ctx)
	if err != nil {
		return nil, err
	}
	return &intake.Intake{Store: postgres.IntakeStore{Pool: pool}, Machines: a.machines(), DeadLetters: a.queue(), Clock: a.Clock}, nil
}

// Sweep does the work that is due.
func (a *App) Sweep(ctx context.Context) (func(context.Context) (engine.Swept, error), error) {
	if err := a.needWorkers(); err != nil {
		return nil, err
	}
	e, err := a.Engine(ctx)
	if err != nil {
		return nil, err
	}
	e.Import, e.Export = a.functions().Import, a.functions().Export
	return func(ctx context.Context) (engine.Swept, error) {
		started := time.Now()
		swept, err := e.Sweep(ctx)
		slog.Info("swept", "done", swept.Done, "later", swept.Later, "ms", time.Since(started).Milliseconds())
		return swept, err
	}, nil
}

// Webhooks takes in what providers tell, and leads of outside systems.
func (a *App) Webhooks(ctx context.Context) (*webhook.Handler, error) {
	if err := need("LEAD_QUEUE_URL", a.Config.LeadQueueURL); err != nil {
		return nil, err
	}
	e, err := a.Engine(ctx)
	if err != nil {
		return nil, err
	}
	links, err := a.needLinks(ctx)
	if err != nil {
		return nil, err
	}
	notices := &email.SNS{Topics: a.Config.SESTopics, Client: provider.NewHTTPClient(nil)}
	return &webhook.Handler{
		Receive: e.Receive, Route: postgres.NewLedger(a.pool).Route,
		WhatsAppApp: a.whatsAppApp, Verify: whatsapp.Verify, Split: whatsapp.Split,
		TakeLead: a.outbox(a.pool).Take,
		ReadLink: links.Read, Refuse: e.Refuse,
		OpenSNS: func(ctx context.Context, body []byte) (json.RawMessage, error) {
			event, err := notices.Open(ctx, body)
			if errors.Is(err, email.ErrNotSNS) {
				err = fmt.Errorf("%w: %w", webhook.ErrRefused, err)
			}
			return event, err
		},
	}, nil
}

// whatsAppApp reads the Meta app's secret and verify token; both are empty
// when WhatsApp is not set up.
func (a *App) whatsAppApp(ctx context.Context) (appSecret, verifyToken string, err error) {
	if a.Config.WhatsAppSecret == "" {
		return "", "", nil
	}
	text, err := a.secrets().Get(ctx, a.Config.WhatsAppSecret)
	if err != nil {
		return "", "", fmt.Errorf("read the WhatsApp app's secret: %w", err)
	}
	var s struct {
		AppSecret   string `json:"app_secret"`
		VerifyToken string `json:"verify_token"`
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return "", "", errors.New("the secret that WHATSAPP_SECRET_ARN names is not JSON {app_secret,verify_token}")
	}
	return s.AppSecret, s.VerifyToken, nil
}

// API is the HTTP API.
func (a *App) API(ctx context.Context) (*rest.Config, error) {
	if err := cmp.Or(need("LEAD_QUEUE_URL", a.Config.LeadQueueURL), need("LEAD_DLQ_URL", a.Config.DeadLetterURL)); err != nil {
		return nil, err
	}
	if err := cmp.Or(need("BUCKET", a.Config.Bucket), a.needWorkers()); err != nil {
		return nil, err
	}
	pool, err := a.Pool(ctx)
	if err != nil {
		return nil, err
	}
	tokens, err := a.tokens(ctx)
	if err != nil {
		return nil, err
	}
	e, err := a.Engine(ctx)
	if err != nil {
		return nil, err
	}
	connections, err := a.connections(pool)
	if err != nil {
		return nil, err
	}
	links, err := a.needLinks(ctx)
	if err != nil {
		return nil, err
	}
	flows, reader := postgres.FlowStore{Pool: pool, Clock: a.Clock}, postgres.ExecutionReader{Pool: pool}
	contacts := postgres.ContactStore{Pool: pool, Clock: a.Clock}
	return &rest.Config{
		Templates: postgres.TemplateStore{Pool: pool, Clock: a.Clock}, Settings: postgres.SettingsStore{Pool: pool, Clock: a.Clock},
		Connections: connections, TestLink: links.TestAddress,
		Tenants: flows, Flows: flows, History: flows, Executions: reader, Leads: reader, Intake: a.outbox(pool), Seen: reader, Tokens: tokens,
		Cancels: e, Bulk: postgres.BulkCanceller{Pool: pool, Clock: a.Clock},
		Trials: postgres.TrialStore{Pool: pool, Clock: a.Clock}, Machines: e.Machines, Clock: a.Clock,
		Contacts: contacts, Entry: intake.Entry{Store: contacts, Outbox: a.outbox(pool)},
		Suppressions: postgres.SuppressionStore{Pool: pool, Clock: a.Clock}, Audit: postgres.AuditLog{Pool: pool},
		Limits: postgres.NewRateLimiter(a.Config.RateLimit, a.Config.RateBurst), AllowedOrigins: a.Config.AllowedOrigins,
		Statistics:  postgres.StatReader{Pool: pool},
		DeadLetters: a.queue(), Refused: postgres.RefusedReader{Pool: pool, Clock: a.Clock},
		Jobs: postgres.JobStore{Pool: pool, Clock: a.Clock}, Files: a.files(), Workers: a.functions(),
	}, nil
}
