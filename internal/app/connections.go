package app

import (
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"github.com/auto-engagement/flows/internal/connect"
	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/provider"
	"github.com/auto-engagement/flows/internal/provider/bolna"
	"github.com/auto-engagement/flows/internal/provider/email"
	"github.com/auto-engagement/flows/internal/provider/whatsapp"
	"github.com/auto-engagement/flows/internal/secret"
)

// connections connects tenants with their providers.
func (a *App) connections(pool *postgres.Pool) (*connect.Service, error) {
	if err := need("PUBLIC_URL", a.Config.PublicURL); err != nil {
		return nil, err
	}
	mails := a.mails()
	return &connect.Service{
		Store:    postgres.IntegrationStore{Pool: pool, Clock: a.Clock},
		Secrets:  secret.NewBox(kms.NewFromConfig(a.aws), a.Config.KMSKeyID),
		Calls:    bolna.New(a.Config.BolnaBaseURL, provider.NewHTTPClient(nil)),
		Messages: a.messages(),
		Mail:     mails, Mailer: mails, Clock: a.Clock,
		PublicURL: a.Config.PublicURL, PrivateHosts: a.local(),
	}, nil
}

// local says whether tenants may name servers at private addresses: those of
// the sandbox.
func (a *App) local() bool { return a.Config.Environment == "local" }

// messages sends WhatsApp messages.
func (a *App) messages() *whatsapp.Client {
	messages := whatsapp.New(a.Config.WhatsAppBaseURL, a.Config.WhatsAppAPIVersion, provider.NewHTTPClient(nil))
	if a.local() {
		return messages
	}
	return messages.ChatAgentsBy(provider.NewPublicHTTPClient(nil))
}

// mails sends e-mail.
func (a *App) mails() *email.Mailer {
	mails := email.New(sesv2.NewFromConfig(a.aws), provider.NewHTTPClient(nil), nil)
	if a.local() {
		return mails
	}
	return mails.PublicServersOnly()
}
