package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/auto-engagement/flows/local/stack/accounts"
	"github.com/auto-engagement/flows/local/stack/builder"
	"github.com/auto-engagement/flows/local/stack/cloud"
	"github.com/auto-engagement/flows/local/stack/console"
	"github.com/auto-engagement/flows/local/stack/leads"
	"github.com/auto-engagement/flows/local/stack/proc"
	"github.com/auto-engagement/flows/local/stack/seed"
	"github.com/auto-engagement/flows/local/stack/services"
	"github.com/auto-engagement/flows/local/stack/settings"
)

// rise is a stack on its way up.
type rise struct {
	stack
	accounts accounts.Accounts
	board    *console.Board
	build    builder.Builder
	cloud    *cloud.Cloud
	// outputs are the deployed template's.
	outputs map[string]string
}

// services builds the programs and starts what they run on, all at once.
func (r *rise) services(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return r.board.Step("Postgres", func() (string, error) { return r.postgres(ctx) }) })
	g.Go(func() error {
		return r.board.Step("AWS emulator", func() (string, error) {
			spec, err := services.EmulatorSpec(r.Settings)
			if err != nil {
				return "", err
			}
			return r.ensure(ctx, spec)
		})
	})
	g.Go(func() error {
		if err := r.board.Step("Build", func() (string, error) {
			return "functions and sandbox", r.build.Functions(ctx)
		}); err != nil {
			return err
		}
		return r.board.Step("Sandbox", func() (string, error) { return r.sandbox(ctx) })
	})
	return g.Wait()
}

func (r *rise) ensure(ctx context.Context, spec proc.Spec) (string, error) {
	started, err := services.Keeper(r.Settings).Ensure(ctx, spec)
	if err != nil {
		return "", err
	}
	ports := make([]string, 0, len(spec.Ports))
	for _, port := range spec.Ports {
		ports = append(ports, strconv.Itoa(port))
	}
	where := "port " + strings.Join(ports, ", ")
	if !started {
		return where + ", was running", nil
	}
	return where, nil
}

func (r *rise) postgres(ctx context.Context) (string, error) {
	spec, err := services.PostgresSpec(ctx, r.Settings, r.Path("postgres"), r.PostgresPort(), r.accounts.AdminPassword)
	if err != nil {
		return "", err
	}
	spec.Log = r.Path("logs", "postgres.log")
	where, err := r.ensure(ctx, spec)
	if err != nil {
		return "", err
	}
	db, err := pgx.Connect(ctx, services.DatabaseURL(r.PostgresPort(), r.accounts.AdminPassword, "postgres"))
	if err != nil {
		return "", fmt.Errorf("connect to Postgres: %w", err)
	}
	defer func() { _ = db.Close(ctx) }()
	var there bool
	if err := db.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", services.Database).Scan(&there); err != nil {
		return "", fmt.Errorf("look for the database: %w", err)
	}
	if !there {
		if _, err := db.Exec(ctx, "create database "+services.Database); err != nil {
			return "", fmt.Errorf("make the database: %w", err)
		}
	}
	return where, nil
}

func (r *rise) sandbox(ctx context.Context) (string, error) {
	binary, err := r.build.Sandbox(ctx)
	if err != nil {
		return "", err
	}
	spec, err := services.SandboxSpec(r.Settings, binary)
	if err != nil {
		return "", err
	}
	where, err := r.ensure(ctx, spec)
	if err != nil {
		return "", err
	}
	return where, seed.Sandbox(ctx, r.Settings, r.accounts)
}

// deployed is the secret that tells what the emulator has deployed. It is lost
// with the emulator's state, just as what it tells of.
const deployed = settings.StackName + "/deployed"

// deploy deploys the template when it or what it was given has changed.
func (r *rise) deploy(ctx context.Context) error {
	err := r.board.Step("Deploy", func() (string, error) {
		parameters, err := r.parameters(ctx)
		if err != nil {
			return "", err
		}
		fingerprint, err := r.build.Fingerprint(parameters)
		if err != nil {
			return "", err
		}
		was, err := r.cloud.Secret(ctx, deployed)
		if err != nil {
			return "", err
		}
		if r.outputs, err = r.cloud.Outputs(ctx, settings.StackName); err != nil {
			return "", err
		}
		if was == fingerprint && len(r.outputs) > 0 {
			return "unchanged", nil
		}
		if err := r.cloud.Bucket(ctx, builder.Bucket); err != nil {
			return "", err
		}
		if err := r.build.Deploy(ctx, parameters); err != nil {
			return "", err
		}
		if r.outputs, err = r.cloud.Outputs(ctx, settings.StackName); err != nil {
			return "", err
		}
		_, err = r.cloud.PutSecret(ctx, deployed, fingerprint)
		return "with sam", err
	})
	if err != nil {
		return err
	}
	return r.board.Step("HTTP gateway", func() (string, error) {
		spec, err := services.GatewaySpec(r.Settings, r.outputs["ApiId"])
		if err != nil {
			return "", err
		}
		return r.ensure(ctx, spec)
	})
}

// parameters are the template's, after the secrets they name are in place.
func (r *rise) parameters(ctx context.Context) ([]string, error) {
	database := func(user, password string) map[string]any {
		return map[string]any{
			"host": "127.0.0.1", "port": r.PostgresPort(), "username": user, "password": password,
			"dbname": services.Database, "sslmode": "disable",
		}
	}
	parameters := []string{
		"Environment=local", "Architecture=" + builder.Architecture(), "LogLevel=info",
		"GlobalCallLimit=100", "CallOutcomeTimeout=15", "ReconcileInterval=5", "MessageReconcileTimeout=15",
		// Tests and scripts of one tenant may send all that the machine bears.
		"RateLimit=5000", "RateBurst=50000",
		"BolnaBaseUrl=" + r.SandboxURL() + "/bolna", "WhatsAppBaseUrl=" + r.SandboxURL() + "/whatsapp",
		"PublicUrl=" + r.GatewayURL(),
	}
	parameters = append(parameters, loginParameters(r.Settings)...)
	if r.Clock != "" { // sam takes no empty values
		parameters = append(parameters, "Clock="+r.Clock)
	}
	for _, secret := range []struct {
		parameter, name string
		value           any
	}{
		{"DatabaseSecretArn", "database", database("aef_app", r.accounts.AppPassword)},
		{"DatabaseAdminSecretArn", "database-admin", database(services.Superuser, r.accounts.AdminPassword)},
		{"JwtSecretArn", "jwt", r.accounts.JWTSecret},
		{"WhatsAppSecretArn", "whatsapp", map[string]any{"app_secret": r.accounts.AppSecret, "verify_token": r.accounts.VerifyToken}},
	} {
		text, plain := secret.value.(string)
		if !plain {
			encoded, err := json.Marshal(secret.value)
			if err != nil {
				return nil, fmt.Errorf("encode secret %s: %w", secret.name, err)
			}
			text = string(encoded)
		}
		arn, err := r.cloud.PutSecret(ctx, settings.StackName+"/"+secret.name, text)
		if err != nil {
			return nil, err
		}
		parameters = append(parameters, secret.parameter+"="+arn)
	}
	return parameters, nil
}

// fill brings the schema and the tenants up to date, and writes stack.json.
func (r *rise) fill(ctx context.Context, demo bool) error {
	return r.board.Step("Data", func() (string, error) {
		if _, err := r.cloud.Invoke(ctx, r.outputs["MigrateFunctionName"], []byte("{}")); err != nil {
			return "", err
		}
		if err := r.seed(ctx, r.accounts); err != nil {
			return "", err
		}
		file, err := r.describe()
		if err != nil {
			return "", err
		}
		if !demo {
			return "migrated, two tenants", nil
		}
		return "migrated, two tenants, three flows", seed.Flows(ctx, r.Settings, r.accounts.Tenants[0], file.Tenants[0].Tokens["owner"])
	})
}

// seed opens the accounts of these tenants in the database and at the user pool.
func (r *rise) seed(ctx context.Context, a accounts.Accounts) error {
	db, err := r.database(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close(ctx) }()
	if err := seed.Tenants(ctx, db, r.cloud, r.outputs["TenantSecretsKeyArn"], a, r.Settings); err != nil {
		return err
	}
	return seed.People(ctx, r.cloud, r.outputs["UserPoolId"], a)
}

// describe writes stack.json.
func (r *rise) describe() (stackFile, error) {
	file, err := describe(r.Settings, r.accounts, r.outputs)
	if err != nil {
		return file, err
	}
	return file, settings.WriteJSON(r.Path("stack.json"), file, 0o600)
}

func (r *rise) database(ctx context.Context) (*pgx.Conn, error) {
	db, err := pgx.Connect(ctx, services.DatabaseURL(r.PostgresPort(), r.accounts.AdminPassword, services.Database))
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	return db, nil
}

// demo sends the demo's leads, of which a second sending has no effect, and
// follows them to their end.
func (r *rise) demo(ctx context.Context) error {
	db, err := r.database(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close(context.WithoutCancel(ctx)) }()
	sent := leads.Demo(r.accounts.Tenants[0].ID)
	progress, ended, err := readAll(ctx, db, sent)
	if err != nil {
		return err
	}
	told := "The demo's leads ended in an earlier run."
	if !ended {
		for _, l := range sent {
			if err := send(ctx, r.cloud, r.Settings, r.outputs["LeadQueueUrl"], l); err != nil {
				return err
			}
		}
		r.board.Printf("  Three leads are on the queue.")
		begun := time.Now()
		if progress, err = leads.Follow(ctx, db, r.board, sent, demoTime); err != nil {
			return err
		}
		told = fmt.Sprintf("All three ended after %.0f s.", time.Since(begun).Seconds())
	}
	r.board.Printf("\n%s\n  %s The stack goes on running: make lead SOURCE=IndiaMART PHONE=+919845012345\n"+
		"  sends one more, make status and make logs look at it, make down stops it.", leads.Table(sent, progress), told)
	return nil
}

func readAll(ctx context.Context, db *pgx.Conn, sent []leads.Lead) (progress []leads.Progress, ended bool, err error) {
	ended = true
	for _, l := range sent {
		p, err := leads.Read(ctx, db, l)
		if err != nil {
			return nil, false, err
		}
		progress, ended = append(progress, p), ended && p.Ended()
	}
	return progress, ended, nil
}
