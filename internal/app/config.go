// Package app wires the functions: configuration from the environment, clients
// of AWS, the database, the engine. It is the only place that knows all parts.
package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/engine"
)

// Config is what the template sets in a function's environment. A function
// gets only what it needs; the rest is empty.
type Config struct {
	// Environment is production, staging or local. Only local may have a
	// Clock or time-outs below the defaults.
	Environment string `env:"ENVIRONMENT, default=production"`
	LogLevel    string `env:"LOG_LEVEL, default=info"`

	// The database secrets are ARNs of Secrets Manager secrets, JSON
	// {host,port,username,password,dbname,sslmode}.
	DatabaseSecret      string `env:"DATABASE_SECRET_ARN"`
	DatabaseAdminSecret string `env:"DATABASE_ADMIN_SECRET_ARN"`

	LeadQueueURL    string `env:"LEAD_QUEUE_URL"`
	DeadLetterURL   string `env:"LEAD_DLQ_URL"`
	StateMachineARN string `env:"STATE_MACHINE_ARN"`
	// Bucket is the name of the S3 bucket of imports and exports.
	Bucket string `env:"BUCKET"`
	// ImporterFunction and ExporterFunction are the names of the functions that
	// work on jobs.
	ImporterFunction string `env:"IMPORTER_FUNCTION"`
	ExporterFunction string `env:"EXPORTER_FUNCTION"`
	KMSKeyID         string `env:"KMS_KEY_ID"`

	BolnaBaseURL       string `env:"BOLNA_BASE_URL, default=https://api.bolna.ai"`
	WhatsAppBaseURL    string `env:"WHATSAPP_BASE_URL, default=https://graph.facebook.com"`
	WhatsAppAPIVersion string `env:"WHATSAPP_API_VERSION, default=v23.0"`
	// WhatsAppSecret is the ARN of the Meta app's secret, JSON {app_secret,verify_token}.
	WhatsAppSecret string `env:"WHATSAPP_SECRET_ARN"`

	// JWTSecret is the ARN of the HS256 secret; empty turns HS256 off.
	JWTSecret string `env:"JWT_SECRET_ARN"`
	// JWTIssuer, JWTAudience and the claims are those of the one issuer at
	// JWKSURL, or of HS256 tokens where that is empty.
	JWTIssuer      string `env:"JWT_ISSUER"`
	JWTAudience    string `env:"JWT_AUDIENCE"`
	JWKSURL        string `env:"JWT_JWKS_URL"`
	JWTTenantClaim string `env:"JWT_TENANT_CLAIM"`
	JWTRoleClaim   string `env:"JWT_ROLE_CLAIM"`
	// JWTIssuers are further issuers, and JWTUserPool the deployment's own user
	// pool: JSON lists that auth.ParseIssuers reads.
	JWTIssuers  string `env:"JWT_ISSUERS"`
	JWTUserPool string `env:"JWT_USER_POOL"`

	AllowedOrigins []string `env:"ALLOWED_ORIGINS"`
	// PublicURL is where people and providers reach the API, without a slash at
	// its end.
	PublicURL string `env:"PUBLIC_URL"`

	// LinkSecret is the ARN of the secret that signs links in mails.
	LinkSecret string `env:"LINK_SECRET_ARN"`
	// SESTopics are the ARNs of the SNS topics whose events are believed.
	SESTopics []string `env:"SES_TOPIC_ARNS"`
	// CallLimit is how many calls may be out at once, of all tenants together.
	CallLimit int `env:"GLOBAL_CALL_LIMIT, default=10"`
	// RateLimit is how many requests a second a tenant may send for good,
	// RateBurst how many at once.
	RateLimit int `env:"RATE_LIMIT, default=50"`
	RateBurst int `env:"RATE_BURST, default=200"`

	CallOutcomeTimeout      time.Duration `env:"CALL_OUTCOME_TIMEOUT, default=1800s"`
	ReconcileInterval       time.Duration `env:"RECONCILE_INTERVAL, default=100s"`
	MessageReconcileTimeout time.Duration `env:"MESSAGE_RECONCILE_TIMEOUT, default=900s"`
	// Clock is `epoch,anchor,scale`, or empty for real time.
	Clock string `env:"CLOCK"`
}

// readConfig reads the environment and refuses what only a local stack may do.
func readConfig(ctx context.Context) (Config, clock.Clock, error) {
	var c Config
	if err := envconfig.Process(ctx, &c); err != nil {
		return c, clock.Clock{}, fmt.Errorf("read the configuration: %w", err)
	}
	if c.RateLimit < 1 || c.RateBurst < 1 {
		return c, clock.Clock{}, errors.New("RATE_LIMIT and RATE_BURST must be at least 1")
	}
	if c.Environment != "local" {
		if c.Clock != "" {
			return c, clock.Clock{}, errors.New("CLOCK may be set only where ENVIRONMENT is local")
		}
		least := engine.DefaultTimeouts
		if c.CallOutcomeTimeout < least.CallOutcome || c.ReconcileInterval < least.Reconcile || c.MessageReconcileTimeout < least.Message {
			return c, clock.Clock{}, fmt.Errorf("CALL_OUTCOME_TIMEOUT, RECONCILE_INTERVAL and MESSAGE_RECONCILE_TIMEOUT must be at least %s, %s and %s where ENVIRONMENT is not local",
				least.CallOutcome, least.Reconcile, least.Message)
		}
	}
	if c.CallLimit < 1 {
		return c, clock.Clock{}, fmt.Errorf("GLOBAL_CALL_LIMIT %d: want 1 or more", c.CallLimit)
	}
	virtual, err := clock.Parse(c.Clock)
	if err != nil {
		return c, clock.Clock{}, fmt.Errorf("read CLOCK: %w", err)
	}
	return c, virtual, nil
}

// need refuses to start without a setting.
func need(name, value string) error {
	if value == "" {
		return fmt.Errorf("%s is not set: the function cannot start without it", name)
	}
	return nil
}
