package rest_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/connect"
	"github.com/auto-engagement/flows/internal/postgres"
	"github.com/auto-engagement/flows/internal/provider"
	"github.com/auto-engagement/flows/internal/provider/bolna"
	mailer "github.com/auto-engagement/flows/internal/provider/email"
	messenger "github.com/auto-engagement/flows/internal/provider/whatsapp"
	vault "github.com/auto-engagement/flows/internal/secret"
	"github.com/auto-engagement/flows/local/sandbox/server"
)

// sandbox plays the providers of all tests; each test has accounts of its own.
var sandbox = sync.OnceValues(func() (*server.Server, error) {
	return server.Start(server.Options{HTTP: "127.0.0.1:0", SMTP: "127.0.0.1:0", CallDuration: time.Hour, MessageDuration: time.Hour})
})

// providers serves the connections of a test, on the shared sandbox.
func providers(t testing.TB, pool *postgres.Pool) *connect.Service {
	t.Helper()
	s, err := sandbox()
	require.NoError(t, err)
	client := provider.NewHTTPClient(nil)
	messages := messenger.New(s.URL()+"/whatsapp", "v23.0", client)
	calls := bolna.New(s.URL()+"/bolna", client)
	mails := mailer.New(nil, client, nil)
	return &connect.Service{
		Store: postgres.IntegrationStore{Pool: pool}, Secrets: vault.NewBox(keys{}, "key"),
		Calls: calls, Messages: messages, Mail: anySender{mails}, Mailer: mails,
		PublicURL: "https://api.example.com", PrivateHosts: true,
	}
}

// anySender lets every tenant send from every address at Amazon SES.
type anySender struct{ provider.MailChecker }

// SenderTenants implements provider.MailChecker.
func (anySender) SenderTenants(context.Context, string) ([]string, error) {
	return []string{"all"}, nil
}

// keys stands for KMS: a ciphertext opens only in the encryption context that
// it was made in.
type keys struct{}

func (keys) Encrypt(_ context.Context, in *kms.EncryptInput, _ ...func(*kms.Options)) (*kms.EncryptOutput, error) {
	sealed, err := json.Marshal(sealedText{in.EncryptionContext, in.Plaintext})
	return &kms.EncryptOutput{CiphertextBlob: []byte(base64.StdEncoding.EncodeToString(sealed))}, err
}

func (keys) Decrypt(_ context.Context, in *kms.DecryptInput, _ ...func(*kms.Options)) (*kms.DecryptOutput, error) {
	var text sealedText
	raw, err := base64.StdEncoding.DecodeString(string(in.CiphertextBlob))
	if err != nil || json.Unmarshal(raw, &text) != nil || !maps.Equal(text.Context, in.EncryptionContext) {
		return nil, errors.New("InvalidCiphertextException")
	}
	return &kms.DecryptOutput{Plaintext: text.Plaintext}, nil
}

type sealedText struct {
	Context   map[string]string `json:"context"`
	Plaintext []byte            `json:"plaintext"`
}

// account is what a tenant has at the sandbox.
type account struct {
	bolnaKey, agent, caller            string
	token, numberID, wabaID            string
	smtpHost                           string
	smtpPort                           int
	bolnaBody, whatsAppBody, emailBody object
}

// open makes a new customer of all providers.
func (b *testBundle) open() account {
	b.t.Helper()
	s, err := sandbox()
	require.NoError(b.t, err)
	unique := uuid.Must(uuid.NewV7())
	digits := strconv.FormatUint(uint64(time.Now().UnixNano()), 10)
	host, port, err := net.SplitHostPort(s.SMTPAddr)
	require.NoError(b.t, err)
	a := account{
		bolnaKey: "bn-" + unique.String(), agent: "agent-" + unique.String(), caller: "caller-1",
		token: "EAAG" + unique.String(), numberID: "1" + digits, wabaID: "2" + digits, smtpHost: host,
	}
	a.smtpPort, err = strconv.Atoi(port)
	require.NoError(b.t, err)
	b.control(object{
		"bolna": []object{{
			"api_key": a.bolnaKey, "agents": []object{{"id": a.agent, "name": "Asha"}, {"id": "other-" + a.agent, "name": "Ravi"}},
			"phone_numbers": []object{{"id": a.caller, "phone_number": "+918035739222"}},
		}},
		"whatsapp": []object{{"access_token": a.token, "phone_number_id": a.numberID, "business_account_id": a.wabaID}},
		"whatsapp_templates": []object{{
			"business_account_id": a.wabaID, "name": "enquiry_follow_up", "language": "en", "components": []object{
				{"type": "HEADER", "format": "TEXT", "text": "About {{1}}"},
				{"type": "BODY", "text": "Hello {{1}}, we called about {{2}}."},
				{"type": "BUTTONS", "buttons": []object{{"type": "URL", "text": "Open", "url": "https://example.com/{{1}}"}}},
			},
		}},
	})
	a.bolnaBody = object{"secret": a.bolnaKey}
	a.whatsAppBody = object{"config": object{"mode": "cloud", "phone_number_id": a.numberID, "business_account_id": a.wabaID}, "secret": a.token}
	a.emailBody = object{"config": object{
		"mode": "smtp", "host": a.smtpHost, "port": a.smtpPort, "tls": "none", "from": "hello@acme.example", "from_name": "Acme",
	}}
	return a
}

// connected opens accounts and connects tenant a with them.
func (b *testBundle) connected() account {
	b.t.Helper()
	a := b.open()
	b.do(http.StatusOK, "PUT", "/api/integrations/bolna", a.bolnaBody)
	b.do(http.StatusOK, "PUT", "/api/integrations/whatsapp", a.whatsAppBody)
	b.do(http.StatusOK, "PUT", "/api/integrations/email", a.emailBody)
	return a
}

// control configures the sandbox.
func (b *testBundle) control(body object) {
	b.t.Helper()
	b.ask("POST", "/_sandbox/config", body, nil)
}

// ask asks the sandbox's control endpoints.
func (b *testBundle) ask(method, path string, body, into any) {
	b.t.Helper()
	s, err := sandbox()
	require.NoError(b.t, err)
	raw, err := json.Marshal(body)
	require.NoError(b.t, err)
	request, err := http.NewRequestWithContext(context.Background(), method, s.URL()+path, bytes.NewReader(raw))
	require.NoError(b.t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(b.t, err)
	defer response.Body.Close()
	require.Equal(b.t, http.StatusOK, response.StatusCode, path)
	if into != nil {
		require.NoError(b.t, json.NewDecoder(response.Body).Decode(into))
	}
}
