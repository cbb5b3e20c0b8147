// Package provider says what the engine asks of the outside world, and into
// which classes answers fall. Packages below it speak one provider's protocol
// each: bolna (AI calls), whatsapp, email.
//
// Clients never retry and never follow redirects: whether a request may be
// repeated is decided by the ledger alone.
package provider

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// Class says what an answer, or the lack of one, proves about an effect.
type Class string

// The classes of answers.
const (
	// Accepted: the provider took the request and named it.
	Accepted Class = "accepted"
	// NotTaken: proof that nothing was taken, and that trying later makes
	// sense: no byte was written (DNS, dial, TLS), 429, or a slow-down code.
	NotTaken Class = "not_taken"
	// Refused: the provider said no for good (any other 4xx).
	Refused Class = "refused"
	// Unknown: it may have been taken: 5xx, 408, time-out, reset, an
	// unreadable 2xx.
	Unknown Class = "unknown"
)

// Answer is what came of one request.
type Answer struct {
	Class Class
	// ProviderID is the provider's id of what it accepted.
	ProviderID string
	// RetryAfter is the provider's own wish, when it gave one with NotTaken.
	RetryAfter time.Duration
	// Code is the provider's error code, when it gave one.
	Code string
	// Reason is a sentence for people: the provider's words, never a secret.
	Reason string
}

// Credentials are one tenant's settings for one provider.
type Credentials struct {
	// Config holds what is no secret: sender addresses, ids, mode.
	Config json.RawMessage
	// Secret is the API key, token or password, already decrypted.
	Secret string
}

// Call is a request to place a call.
type Call struct {
	// ID is ours (the ledger row's claim); it travels in user_data and comes
	// back in the provider's execution.
	ID      uuid.UUID
	AgentID string
	// To and From are E.164. From is empty for the agent's default number.
	To   string
	From string
	// Data are the variables that the agent's prompt may use: name, company, …
	Data map[string]any
}

// CallReport is what the provider tells of one call, by webhook or when asked.
type CallReport struct {
	// ProviderID is the provider's id of the call, OurID the Call.ID that came
	// back with it (zero when it did not).
	ProviderID string
	OurID      uuid.UUID
	// Status is the provider's own word.
	Status string
	// Live: placed and not ended. Ended: a terminal state, with Outcome set.
	Live    bool
	Ended   bool
	Outcome flow.Outcome
	// Detail is no_answer, busy, voicemail, or the provider's status.
	Detail string
	// DurationSeconds is the time talked; nil when not told.
	DurationSeconds *float64
	RecordingURL    string
	TranscriptRef   string
	Cost            *float64
	Reason          string
}

// Message is a WhatsApp template message.
type Message struct {
	// ID is ours; it travels as biz_opaque_callback_data.
	ID            uuid.UUID
	PhoneNumberID string
	// To is E.164.
	To       string
	Template string
	Language string
	// Parameters are rendered values by placeholder: `1`, `header.1`, `button.0.1`.
	Parameters map[string]string
	// Contact describes the receiver to a chat-agent server.
	Contact MessageContact
}

// MessageContact describes the receiver to a chat-agent server.
type MessageContact struct{ Name, Email, Company string }

// MessageReport is what a webhook tells of one message.
type MessageReport struct {
	ProviderID string
	// OurID is the Message.ID that came back (zero when it did not).
	OurID uuid.UUID
	// Status is sent, delivered, read or failed.
	Status string
	Code   string
	Reason string
}

// Mail is one e-mail, ready to be sent.
type Mail struct {
	ID        uuid.UUID
	FromName  string
	From      string
	To        string
	ToName    string
	ReplyTo   string
	Subject   string
	Text      string
	HTML      string
	MessageID string
	// Unsubscribe is the RFC 8058 one-click address; empty leaves the headers out.
	Unsubscribe string
}

// MailStatus is what a provider tells of one e-mail.
type MailStatus string

// What a provider tells of an e-mail.
const (
	MailSent      MailStatus = "sent"
	MailDelivered MailStatus = "delivered"
	MailFailed    MailStatus = "failed"
	// MailComplained: it arrived, and its receiver called it spam.
	MailComplained MailStatus = "complained"
)

// MailReport is what an event tells of one e-mail.
type MailReport struct {
	ProviderID string
	// OurID is the Mail.ID that came back (zero when it did not).
	OurID  uuid.UUID
	Status MailStatus
	// Code is the kind of failure: permanent, transient, undetermined, reject, rendering.
	Code   string
	Reason string
	// Dead are addresses that no mail reaches, Refusing those whose owner
	// complained: nothing is sent to either again.
	Dead, Refusing []string
}

// Caller speaks to a telephony provider.
type Caller interface {
	// Place asks for a call. The context's deadline bounds the request.
	Place(ctx context.Context, cred Credentials, call Call) Answer
	// Read asks about one call by the provider's id. found is false only when
	// the provider answered that it knows no such call.
	Read(ctx context.Context, cred Credentials, providerID string) (report CallReport, found bool, err error)
	// Find looks for a call by our id in the agent's executions since from,
	// through all pages.
	Find(ctx context.Context, cred Credentials, agentID string, id uuid.UUID, from time.Time) (report CallReport, found bool, err error)
	// Stop stops a call that is queued or scheduled at the provider.
	// stopped is false when it is already talking or has ended.
	Stop(ctx context.Context, cred Credentials, providerID string) (stopped bool, err error)
	// Numbers lists the tenant's phone numbers: E.164 by the provider's id.
	Numbers(ctx context.Context, cred Credentials) (map[string]string, error)
}

// Messenger sends WhatsApp messages.
type Messenger interface {
	Send(ctx context.Context, cred Credentials, m Message) Answer
}

// Mailer sends e-mail.
type Mailer interface {
	Send(ctx context.Context, cred Credentials, m Mail) Answer
}
