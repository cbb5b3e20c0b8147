// Package accounts holds who may use the sandbox, as it was configured: the
// accounts, tokens and passwords that the providers would know.
package accounts

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
)

// Config is what POST /_sandbox/config takes. It is merged into what is there:
// accounts by api_key, their agents and phone numbers by id, WhatsApp numbers
// by access_token and phone_number_id, SMTP users by username. Asking for the
// same again changes nothing, and nothing is ever taken away.
type Config struct {
	Bolna    []Bolna          `json:"bolna"`
	WhatsApp []WhatsAppNumber `json:"whatsapp"`
	// WhatsAppTemplates are told apart by business_account_id, name and language.
	WhatsAppTemplates []WhatsAppTemplate `json:"whatsapp_templates"`
	WhatsAppApp       *WhatsAppApp       `json:"whatsapp_app"`
	SMTP              []SMTPUser         `json:"smtp"`
}

// Bolna is one account at Bolna.
type Bolna struct {
	// Name labels the account in /_sandbox/calls; default: its place, "account 1".
	Name   string `json:"name"`
	APIKey string `json:"api_key"`
	// WebhookURL gets the webhooks of agents which have none of their own;
	// empty: none are sent.
	WebhookURL   string        `json:"webhook_url"`
	Agents       []Agent       `json:"agents"`
	PhoneNumbers []PhoneNumber `json:"phone_numbers"`
	// TrimmedList makes the list of an agent's executions the short projection
	// that Bolna's documentation describes: id, status, conversation_duration,
	// created_at and a short telephony_data, without context_details.
	TrimmedList *bool `json:"trimmed_list"`
}

// Agent is a voice agent of an account.
type Agent struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	WebhookURL string `json:"webhook_url"`
}

// PhoneNumber is a number of an account, in E.164.
type PhoneNumber struct {
	ID          string `json:"id"`
	PhoneNumber string `json:"phone_number"`
}

// WhatsAppNumber is a business phone number that an access token may use.
type WhatsAppNumber struct {
	AccessToken   string `json:"access_token"`
	PhoneNumberID string `json:"phone_number_id"`
	// DisplayPhoneNumber and BusinessAccountID appear in webhooks; both have
	// a made-up default.
	DisplayPhoneNumber string `json:"display_phone_number"`
	BusinessAccountID  string `json:"business_account_id"`
}

// WhatsAppTemplate is a message template of a business account. Sending does
// not look at them: a template that is not listed can be sent too.
type WhatsAppTemplate struct {
	BusinessAccountID string `json:"business_account_id"`
	ID                string `json:"id"`
	Name              string `json:"name"`
	Language          string `json:"language"`
	// Status is APPROVED when empty, Category MARKETING.
	Status     string          `json:"status"`
	Category   string          `json:"category"`
	Components json.RawMessage `json:"components"`
}

func (t WhatsAppTemplate) incomplete() bool {
	return t.BusinessAccountID == "" || t.Name == "" || t.Language == ""
}

// WhatsAppApp is the Meta app which all numbers belong to.
type WhatsAppApp struct {
	AppSecret   string `json:"app_secret"`
	WebhookURL  string `json:"webhook_url"`
	VerifyToken string `json:"verify_token"`
}

// SMTPUser may send mail. As long as none is configured anybody may.
type SMTPUser struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// Store is the merged configuration, safe for concurrent use.
type Store struct {
	mu       sync.RWMutex
	bolna    []Bolna
	whatsapp []WhatsAppNumber
	// templates are the message templates of all business accounts.
	templates []WhatsAppTemplate
	app       WhatsAppApp
	smtp      []SMTPUser
}

// Merge checks c and, when all of it is right, adds it.
func (s *Store) Merge(c Config) error {
	if err := c.validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, account := range c.Bolna {
		s.mergeBolna(account)
	}
	for _, number := range c.WhatsApp {
		merge(&s.whatsapp, number, func(old WhatsAppNumber) bool {
			return old.AccessToken == number.AccessToken && old.PhoneNumberID == number.PhoneNumberID
		}, func(old *WhatsAppNumber) {
			keep(&old.DisplayPhoneNumber, number.DisplayPhoneNumber)
			keep(&old.BusinessAccountID, number.BusinessAccountID)
		})
	}
	for _, t := range c.WhatsAppTemplates {
		merge(&s.templates, t, func(old WhatsAppTemplate) bool {
			return old.BusinessAccountID == t.BusinessAccountID && old.Name == t.Name && old.Language == t.Language
		}, func(old *WhatsAppTemplate) { *old = t })
	}
	if c.WhatsAppApp != nil {
		keep(&s.app.AppSecret, c.WhatsAppApp.AppSecret)
		keep(&s.app.WebhookURL, c.WhatsAppApp.WebhookURL)
		keep(&s.app.VerifyToken, c.WhatsAppApp.VerifyToken)
	}
	for _, user := range c.SMTP {
		merge(&s.smtp, user, func(old SMTPUser) bool { return old.Username == user.Username },
			func(old *SMTPUser) { old.Password = user.Password })
	}
	return nil
}

func (s *Store) mergeBolna(account Bolna) {
	at := slices.IndexFunc(s.bolna, func(old Bolna) bool { return old.APIKey == account.APIKey })
	if at < 0 {
		at = len(s.bolna)
		s.bolna = append(s.bolna, Bolna{APIKey: account.APIKey, Name: fmt.Sprintf("account %d", at+1)})
	}
	// Copies handed out share the slices, so those are replaced, not changed.
	merged := s.bolna[at]
	keep(&merged.Name, account.Name)
	keep(&merged.WebhookURL, account.WebhookURL)
	if account.TrimmedList != nil {
		merged.TrimmedList = account.TrimmedList
	}
	merged.Agents = slices.Clone(merged.Agents)
	for _, agent := range account.Agents {
		merge(&merged.Agents, agent, func(old Agent) bool { return old.ID == agent.ID }, func(old *Agent) {
			keep(&old.Name, agent.Name)
			keep(&old.WebhookURL, agent.WebhookURL)
		})
	}
	merged.PhoneNumbers = slices.Clone(merged.PhoneNumbers)
	for _, number := range account.PhoneNumbers {
		merge(&merged.PhoneNumbers, number, func(old PhoneNumber) bool { return old.ID == number.ID },
			func(old *PhoneNumber) { keep(&old.PhoneNumber, number.PhoneNumber) })
	}
	s.bolna[at] = merged
}

// Bolna finds the account of an API key.
func (s *Store) Bolna(apiKey string) (Bolna, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, account := range s.bolna {
		if account.APIKey == apiKey {
			return account, true
		}
	}
	return Bolna{}, false
}

// WhatsApp finds a number that the access token may use. known says whether
// the token is good for any number.
func (s *Store) WhatsApp(accessToken, phoneNumberID string) (number WhatsAppNumber, known, found bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, candidate := range s.whatsapp {
		if candidate.AccessToken != accessToken {
			continue
		}
		known = true
		if candidate.PhoneNumberID == phoneNumberID {
			return candidate, true, true
		}
	}
	return WhatsAppNumber{}, known, false
}

// WhatsAppAccount lists the numbers of a business account that the token may
// use. known says whether the token is good for any number.
func (s *Store) WhatsAppAccount(accessToken, businessAccountID string) (numbers []WhatsAppNumber, known bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, candidate := range s.whatsapp {
		if candidate.AccessToken != accessToken {
			continue
		}
		known = true
		if candidate.BusinessAccountID == businessAccountID {
			numbers = append(numbers, candidate)
		}
	}
	return numbers, known
}

// WhatsAppTemplates lists the templates of a business account.
func (s *Store) WhatsAppTemplates(businessAccountID string) (found []WhatsAppTemplate) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, t := range s.templates {
		if t.BusinessAccountID == businessAccountID {
			found = append(found, t)
		}
	}
	return found
}

// WhatsAppNumber finds a number whatever the token.
func (s *Store) WhatsAppNumber(phoneNumberID string) (WhatsAppNumber, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, candidate := range s.whatsapp {
		if candidate.PhoneNumberID == phoneNumberID {
			return candidate, true
		}
	}
	return WhatsAppNumber{}, false
}

// WhatsAppApp gives the Meta app.
func (s *Store) WhatsAppApp() WhatsAppApp {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.app
}

// SMTPRequired says whether mail needs a login.
func (s *Store) SMTPRequired() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.smtp) > 0
}

// SMTP says whether the user has this password.
func (s *Store) SMTP(username, password string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Contains(s.smtp, SMTPUser{Username: username, Password: password})
}

// merge updates the first entry that same says yes to, or appends.
func merge[T any](list *[]T, item T, same func(T) bool, update func(*T)) {
	if at := slices.IndexFunc(*list, same); at >= 0 {
		update(&(*list)[at])
		return
	}
	*list = append(*list, item)
}

// keep overwrites old unless value says nothing.
func keep(old *string, value string) {
	if value != "" {
		*old = value
	}
}

func (c Config) validate() error {
	for i, account := range c.Bolna {
		if err := account.validate(); err != nil {
			return fmt.Errorf("bolna[%d].%w", i, err)
		}
	}
	for i, number := range c.WhatsApp {
		if number.AccessToken == "" || number.PhoneNumberID == "" {
			return fmt.Errorf("whatsapp[%d] needs access_token and phone_number_id", i)
		}
	}
	if at := slices.IndexFunc(c.WhatsAppTemplates, WhatsAppTemplate.incomplete); at >= 0 {
		return fmt.Errorf("whatsapp_templates[%d] needs business_account_id, name and language", at)
	}
	if c.WhatsAppApp != nil {
		if err := validURL(c.WhatsAppApp.WebhookURL); err != nil {
			return fmt.Errorf("whatsapp_app.webhook_url %w", err)
		}
	}
	for i, user := range c.SMTP {
		if user.Username == "" || user.Password == "" {
			return fmt.Errorf("smtp[%d] needs username and password", i)
		}
	}
	return nil
}

func (a Bolna) validate() error {
	if a.APIKey == "" {
		return errors.New("api_key is required")
	}
	if err := validURL(a.WebhookURL); err != nil {
		return fmt.Errorf("webhook_url %w", err)
	}
	for j, agent := range a.Agents {
		if agent.ID == "" {
			return fmt.Errorf("agents[%d].id is required", j)
		}
		if err := validURL(agent.WebhookURL); err != nil {
			return fmt.Errorf("agents[%d].webhook_url %w", j, err)
		}
	}
	for j, number := range a.PhoneNumbers {
		if number.ID == "" || number.PhoneNumber == "" {
			return fmt.Errorf("phone_numbers[%d] needs id and phone_number", j)
		}
	}
	return nil
}

func validURL(raw string) error {
	if raw == "" {
		return nil
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return errors.New("must be an http or https URL")
	}
	return nil
}
