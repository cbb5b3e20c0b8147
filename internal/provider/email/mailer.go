// Package email sends mail through SMTP or Amazon SES.
//
// Sources: RFC 5321 (SMTP), RFC 5322 and 2047 (messages, headers), RFC 6531
// (internationalised addresses), RFC 8058 (one-click unsubscribe); Amazon SES
// API v2, SendEmail.
package email

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"github.com/auto-engagement/flows/internal/provider"
)

// Mode says by what a tenant's mail is sent.
type Mode string

// The modes of an integration.
const (
	SMTP Mode = "smtp"
	SES  Mode = "ses"
)

// Encryption says how the connection to an SMTP server is protected.
type Encryption string

// The ways to protect a connection.
const (
	// StartTLS upgrades a plain connection, and gives up when the server
	// can't; the default.
	StartTLS Encryption = "starttls"
	// TLS speaks TLS from the first byte (port 465).
	TLS Encryption = "tls"
	// None sends in the clear. It is never fallen back to; with it a password
	// is only ever sent by a mechanism that does not show it.
	None Encryption = "none"
)

// Config is the config of a tenant's email integration.
type Config struct {
	Mode Mode `json:"mode"`
	// Host, Port, TLS and Username are of SMTP. Port is 587 by default, 465
	// with TLS; an empty Username sends without login.
	Host     string     `json:"host"`
	Port     int        `json:"port"`
	TLS      Encryption `json:"tls"`
	Username string     `json:"username"`
	// From and FromName are of mail that names no sender.
	From     string `json:"from"`
	FromName string `json:"from_name"`
	// ConfigurationSet is of SES: where its events are published.
	ConfigurationSet string `json:"configuration_set"`
}

// Mailer is a provider.Mailer. The credentials' Config is a Config, their
// Secret the SMTP password; SES uses the function's own role.
type Mailer struct {
	ses    SESAPI
	client *http.Client
	tls    *tls.Config
	// control sees each address before an SMTP server is connected to; may be nil.
	control func(network, address string, c syscall.RawConn) error
}

var _ provider.Mailer = (*Mailer)(nil)

// SESAPI is what is used of *sesv2.Client.
type SESAPI interface {
	SendEmail(ctx context.Context, in *sesv2.SendEmailInput, opts ...func(*sesv2.Options)) (*sesv2.SendEmailOutput, error)
	GetEmailIdentity(ctx context.Context, in *sesv2.GetEmailIdentityInput, opts ...func(*sesv2.Options)) (*sesv2.GetEmailIdentityOutput, error)
}

// New returns a Mailer. ses may be nil where no tenant uses it; client, from
// provider.NewHTTPClient, is what SES is asked with. tlsConfig is for SMTP,
// and nil means the system's roots and TLS 1.2 or newer.
func New(ses SESAPI, client *http.Client, tlsConfig *tls.Config) *Mailer {
	if tlsConfig == nil {
		tlsConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return &Mailer{ses: ses, client: client, tls: tlsConfig}
}

// PublicServersOnly lets SMTP servers, whose names tenants give, be reached only
// at addresses of the internet, and returns m.
func (m *Mailer) PublicServersOnly() *Mailer {
	m.control = provider.PublicOnly
	return m
}

// Send sends one mail. With SMTP, ProviderID is the mail's own Message-ID.
func (m *Mailer) Send(ctx context.Context, cred provider.Credentials, mail provider.Mail) provider.Answer {
	var cfg Config
	if err := json.Unmarshal(cred.Config, &cfg); err != nil {
		return refuse("The e-mail settings of this account are not valid")
	}
	mail.From = cmp.Or(mail.From, cfg.From)
	mail.FromName = cmp.Or(mail.FromName, cfg.FromName)
	built, err := build(mail)
	if err != nil {
		return refuse("The mail could not be made: " + provider.Clean(err.Error()))
	}
	switch cfg.Mode {
	case SMTP:
		return m.sendSMTP(ctx, cfg, cred.Secret, built)
	case SES:
		return m.sendSES(ctx, cfg, mail.ID, built)
	}
	return refuse("The e-mail settings of this account name no mode")
}

// refuse is the answer to a mail that could not even be tried.
func refuse(reason string) provider.Answer {
	return provider.Answer{Class: provider.Refused, Reason: reason}
}
