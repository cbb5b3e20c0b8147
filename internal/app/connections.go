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
	client := provider.NewHTTPClient(nil)
	mails := email.New(sesv2.NewFromConfig(a.aws), client, nil)
	return &connect.Service{
		Store:    postgres.IntegrationStore{Pool: pool},
		Secrets:  secret.NewBox(kms.NewFromConfig(a.aws), a.Config.KMSKeyID),
		Calls:    bolna.New(a.Config.BolnaBaseURL, client),
		Messages: whatsapp.New(a.Config.WhatsAppBaseURL, a.Config.WhatsAppAPIVersion, client),
		Mail:     mails, Mailer: mails, Clock: a.Clock,
		PublicURL: a.Config.PublicURL, PrivateHosts: a.Config.Environment == "local",
	}, nil
}
