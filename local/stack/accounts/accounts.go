// Package accounts makes up the names and secrets of a stack once, and keeps
// them in its directory: tenants, database passwords, provider keys.
package accounts

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/local/stack/settings"
)

// Accounts are all names and secrets of one stack.
type Accounts struct {
	// AdminPassword is of the Postgres superuser, AppPassword of the functions' role.
	AdminPassword string `json:"admin_password"`
	AppPassword   string `json:"app_password"`
	// JWTSecret signs the HS256 tokens.
	JWTSecret string `json:"jwt_secret"`
	// AppSecret and VerifyToken are of the deployment's Meta app.
	AppSecret   string `json:"app_secret"`
	VerifyToken string `json:"verify_token"`
	// LoginPassword is everyone's at the user pool.
	LoginPassword string `json:"login_password"`
	// Tenants are two, and those added since; the first has the demo flows.
	Tenants []Tenant `json:"tenants"`
}

// Tenant is a tenant with its accounts at the providers.
type Tenant struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	// BolnaKey is its API key, BolnaToken the secret part of its webhook's address.
	BolnaKey      string `json:"bolna_key"`
	BolnaToken    string `json:"bolna_token"`
	AgentID       string `json:"agent_id"`
	PhoneNumberID string `json:"phone_number_id"`
	// PhoneNumber is E.164.
	PhoneNumber string `json:"phone_number"`
	// WhatsAppToken is its access token at the Cloud API.
	WhatsAppToken         string `json:"whatsapp_token"`
	WhatsAppPhoneNumberID string `json:"whatsapp_phone_number_id"`
	// MailFrom is the sender. The sandbox's SMTP wants no log-in: a password is
	// never sent over a connection without TLS.
	MailFrom string `json:"mail_from"`
	// MailTemplate is the id of its one e-mail template.
	MailTemplate uuid.UUID `json:"mail_template"`
}

// Load reads the accounts of a stack, or makes them when there are none.
func Load(s settings.Settings) (Accounts, error) {
	var a Accounts
	path := s.Path("accounts.json")
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		a = invent()
		return a, settings.WriteJSON(path, a, 0o600)
	case err != nil:
		return a, fmt.Errorf("read the stack's accounts: %w", err)
	}
	if err := json.Unmarshal(text, &a); err != nil {
		return a, fmt.Errorf("%s is damaged (%w): make clean removes it", path, err)
	}
	if a.LoginPassword == "" { // made before there was a user pool
		a.LoginPassword = password()
		return a, settings.WriteJSON(path, a, 0o600)
	}
	return a, nil
}

// Add makes up one more tenant, the last, and keeps it. What its accounts are
// called follows from how many there are.
func (a Accounts) Add(s settings.Settings, name string) (Accounts, error) {
	n := len(a.Tenants) + 1
	a.Tenants = append(a.Tenants, tenant(name, fmt.Sprintf("hello@tenant%d.example", n), fmt.Sprintf("+9180400%05d", n), fmt.Sprintf("1%014d", n)))
	return a, settings.WriteJSON(s.Path("accounts.json"), a, 0o600)
}

func invent() Accounts {
	return Accounts{
		AdminPassword: random(16),
		AppPassword:   random(16),
		JWTSecret:     random(32),
		AppSecret:     random(16),
		VerifyToken:   random(16),
		LoginPassword: password(),
		Tenants: []Tenant{
			tenant("Demo Motors", "hello@demo.example", "+918040000001", "100000000000001"),
			tenant("Other Homes", "hello@other.example", "+918040000002", "100000000000002"),
		},
	}
}

func tenant(name, from, phone, whatsapp string) Tenant {
	return Tenant{
		ID:                    uuid.Must(uuid.NewV7()),
		Name:                  name,
		BolnaKey:              "bn-" + random(16),
		BolnaToken:            random(24),
		AgentID:               uuid.NewString(),
		PhoneNumberID:         uuid.NewString(),
		PhoneNumber:           phone,
		WhatsAppToken:         "EAA" + random(24),
		WhatsAppPhoneNumberID: whatsapp,
		MailFrom:              from,
		MailTemplate:          uuid.Must(uuid.NewV7()),
	}
}

// password is one that the user pool's policy lets pass.
func password() string { return "Aef-" + random(8) + "-1a" }

func random(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
