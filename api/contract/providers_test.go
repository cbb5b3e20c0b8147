package contract_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/connect"
	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/provider"
	"github.com/auto-engagement/flows/internal/provider/bolna"
	mailer "github.com/auto-engagement/flows/internal/provider/email"
	messenger "github.com/auto-engagement/flows/internal/provider/whatsapp"
	"github.com/auto-engagement/flows/internal/testdb"
	"github.com/auto-engagement/flows/local/sandbox/server"
)

// connections connects tenants with providers that the sandbox plays. It has
// the accounts that the document's examples name.
func connections(t *testing.T, db *testdb.DB) *connect.Service {
	t.Helper()
	sandbox, err := server.Start(server.Options{HTTP: "127.0.0.1:0", SMTP: "127.0.0.1:0", CallDuration: time.Hour, MessageDuration: time.Hour})
	require.NoError(t, err)
	t.Cleanup(sandbox.Close)
	accounts, err := json.Marshal(map[string]any{
		"bolna": []any{map[string]any{
			"api_key": "bn-0123456789", "agents": []any{map[string]any{"id": "a1b2c3d4", "name": "Asha"}},
			"phone_numbers": []any{map[string]any{"id": "caller-1", "phone_number": "+918035739222"}},
		}},
		"whatsapp": []any{map[string]any{
			"access_token": "EAAG0123456789", "phone_number_id": "106540352242922", "business_account_id": "102290129340398",
		}},
		"whatsapp_templates": []any{map[string]any{
			"business_account_id": "102290129340398", "name": "enquiry_follow_up", "language": "en",
			"components": []any{map[string]any{"type": "BODY", "text": "Hello {{1}}"}},
		}},
	})
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, sandbox.URL()+"/_sandbox/config", bytes.NewReader(accounts))
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)

	host, port, err := net.SplitHostPort(sandbox.SMTPAddr)
	require.NoError(t, err)
	number, err := strconv.Atoi(port)
	require.NoError(t, err)
	config, err := json.Marshal(connect.EmailSettings{Mode: "smtp", Host: host, Port: number, TLS: "none", From: "hello@acme.example"})
	require.NoError(t, err)
	client := provider.NewHTTPClient(nil)
	mails := oneServer{mailer.New(nil, client, nil), provider.Credentials{Config: config}}
	return &connect.Service{
		Store: postgres.IntegrationStore{Pool: db.App}, Secrets: plain{},
		Calls:    bolna.New(sandbox.URL()+"/bolna", client),
		Messages: messenger.New(sandbox.URL()+"/whatsapp", "v23.0", client),
		Mail:     mails, Mailer: mails, PublicURL: "https://api.example.com",
	}
}

// oneServer sends all mail to the sandbox: whatever server the settings name,
// none is looked for in the network.
type oneServer struct {
	mails interface {
		provider.Mailer
		provider.MailChecker
	}
	credentials provider.Credentials
}

// Send implements provider.Mailer.
func (s oneServer) Send(ctx context.Context, _ provider.Credentials, m provider.Mail) provider.Answer {
	return s.mails.Send(ctx, s.credentials, m)
}

// CheckMail implements provider.MailChecker.
func (s oneServer) CheckMail(ctx context.Context, _ provider.Credentials) (string, error) {
	return s.mails.CheckMail(ctx, s.credentials)
}

// SenderTenants implements provider.MailChecker.
func (oneServer) SenderTenants(context.Context, string) ([]string, error) {
	return []string{"all"}, nil
}

// plain stands for KMS, and encrypts nothing.
type plain struct{}

// Seal implements connect.Secrets.
func (plain) Seal(_ context.Context, _ uuid.UUID, text string) ([]byte, error) {
	return []byte(text), nil
}

// Open implements connect.Secrets.
func (plain) Open(_ context.Context, _ uuid.UUID, sealed []byte) (string, error) {
	return string(sealed), nil
}
