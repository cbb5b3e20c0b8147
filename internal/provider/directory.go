package provider

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// QuestionError says that a question, which has no effect, got no good answer.
type QuestionError struct {
	// Status is the HTTP status; 0 when there was no answer.
	Status int
	// Reason is a sentence for people, never with a secret.
	Reason string
	// RetryAfter is the provider's own wish, when it gave one.
	RetryAfter time.Duration
}

func (e *QuestionError) Error() string { return e.Reason }

// Passing reports whether the same question may be answered later: the
// provider was away or busy. Otherwise it said no to these settings.
func (e *QuestionError) Passing() bool {
	return e.Status < 400 || e.Status >= 500 || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout
}

// Refusal is the provider's own sentence when err is its no; false when it may
// answer later, or nothing is known.
func Refusal(err error) (reason string, is bool) {
	if e, found := errors.AsType[*QuestionError](err); found && !e.Passing() {
		return e.Reason, true
	}
	return "", false
}

// Agent is a voice agent of a tenant's account.
type Agent struct {
	ID, Name string
	// Status is the provider's own word; "" when it tells none.
	Status string
}

// PhoneNumber is a number of a tenant's telephony account.
type PhoneNumber struct {
	ID string
	// Number is E.164.
	Number string
	// AgentID is the agent that answers it; "" for none.
	AgentID string
}

// WhatsAppNumber is a business phone number at WhatsApp.
type WhatsAppNumber struct {
	ID string
	// Number is as WhatsApp displays it, Name the business's verified name.
	Number, Name string
	// Quality and Status are Meta's own words; "" when not told.
	Quality, Status string
}

// MessageTemplate is a WhatsApp message template in one language.
type MessageTemplate struct {
	ID, Name, Language string
	// Status is APPROVED, PENDING, REJECTED, PAUSED, …; Category is MARKETING, UTILITY, AUTHENTICATION.
	Status, Category string
	// Components are as the provider gives them: HEADER, BODY, FOOTER, BUTTONS.
	Components json.RawMessage
	// Variables are the keys of variable_mappings that it needs: `1`,
	// `header.1`, `button.0.1`, or names.
	Variables []string
}

// CallDirectory lists what a tenant has at its telephony provider. Errors of
// the provider are *QuestionError.
type CallDirectory interface {
	Agents(ctx context.Context, cred Credentials) ([]Agent, error)
	PhoneNumbers(ctx context.Context, cred Credentials) ([]PhoneNumber, error)
}

// MessageDirectory lists what a tenant has at WhatsApp. Errors of the provider
// are *QuestionError.
type MessageDirectory interface {
	// WhatsAppNumbers lists the numbers of the business account, or the one
	// number that the settings name.
	WhatsAppNumbers(ctx context.Context, cred Credentials) ([]WhatsAppNumber, error)
	// MessageTemplates lists the templates of the business account.
	MessageTemplates(ctx context.Context, cred Credentials) ([]MessageTemplate, error)
}

// MailChecker finds out whether a tenant's mail can be sent, without sending any.
type MailChecker interface {
	// CheckMail logs in to the SMTP server, or reads the sender's identity at
	// SES. The sentence says what was found. Errors are *QuestionError.
	CheckMail(ctx context.Context, cred Credentials) (found string, err error)
	// SenderTenants are the tenants that the operator let send from an
	// address: the values of the tag tenant_id of its SES identity, or of its
	// domain's. Errors are *QuestionError.
	SenderTenants(ctx context.Context, from string) ([]string, error)
}

// question is the error of a reply that is no 2xx.
func (r Reply) question(reason string) *QuestionError {
	e := &QuestionError{Status: r.Status, Reason: reason}
	if r.Err != nil {
		e.Status = 0
	}
	if r.Header != nil {
		e.RetryAfter = RetryAfter(r.Header, time.Now())
	}
	return e
}
