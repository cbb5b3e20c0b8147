// Package journal remembers what the sandbox received and what it sent, for
// tests and people to look at. Everything is in memory and bounded.
package journal

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// The providers that the sandbox plays, as requests, faults and deliveries
// name them. The chat-agent server counts as WhatsApp.
const (
	Bolna    = "bolna"
	WhatsApp = "whatsapp"
	Email    = "email"
)

// IsProvider says whether name is one of the providers.
func IsProvider(name string) bool {
	return name == Bolna || name == WhatsApp || name == Email
}

// Request is one request received.
type Request struct {
	ID       int64  `json:"id"`
	Provider string `json:"provider"`
	// Method is the HTTP method; for e-mail the SMTP command at which the
	// mail was decided: AUTH, MAIL, RCPT or DATA.
	Method string    `json:"method"`
	Path   string    `json:"path"`
	Query  string    `json:"query,omitempty"`
	At     time.Time `json:"at"`
	// Headers are those of HTTP, secrets replaced by "***".
	Headers map[string]string `json:"headers,omitempty"`
	// Body is the JSON received, or a string when it was none; for e-mail an
	// object with from, to, subject, headers, text and html.
	Body any `json:"body"`
	// Status is the HTTP or SMTP status answered; 0 while there is no answer,
	// for good when the sandbox hung up without one.
	Status int `json:"status"`
	// Taken says that it had its effect: the call was placed, the message
	// accepted, whatever was answered.
	Taken bool `json:"taken"`
	// Fault names the injected fault that this request met: status, hang, reset.
	Fault string `json:"fault,omitempty"`
}

// Delivery is one webhook, with every try to deliver it.
type Delivery struct {
	ID       int64  `json:"id"`
	Provider string `json:"provider"`
	// Subject is the call's or message's id; Event its status.
	Subject string `json:"subject"`
	Event   string `json:"event"`
	Path    string `json:"path"`
	// State is pending, delivered or given_up.
	State string    `json:"state"`
	At    time.Time `json:"at"`
	// Status is that of the latest try; 0 when there was no answer.
	Status   int   `json:"status"`
	Attempts []Try `json:"attempts"`
}

// The states of a delivery.
const (
	Pending   = "pending"
	Delivered = "delivered"
	GivenUp   = "given_up"
)

// Try is one POST of a webhook.
type Try struct {
	At     time.Time `json:"at"`
	Status int       `json:"status"`
	Error  string    `json:"error,omitempty"`
	Millis int64     `json:"ms"`
}

// Journal holds both logs.
type Journal struct {
	Requests   *Log[Request]
	Deliveries *Log[Delivery]
}

const (
	maxEntries = 100_000
	maxBytes   = 256 << 20
)

// New makes an empty journal of at most 100,000 requests (256 MiB of bodies)
// and as many deliveries.
func New() *Journal {
	return &Journal{
		Requests:   NewLog[Request](maxEntries, maxBytes),
		Deliveries: NewLog[Delivery](maxEntries, maxBytes),
	}
}

// secret headers carry credentials or proofs of them.
var secretHeaders = map[string]bool{
	"Authorization": true, "Cookie": true, "X-Api-Key": true, "Proxy-Authorization": true,
}

// PublicHeaders flattens h and hides credentials; of Authorization the scheme
// stays readable.
func PublicHeaders(h http.Header) map[string]string {
	public := make(map[string]string, len(h))
	for name, values := range h {
		value := strings.Join(values, ", ")
		if secretHeaders[name] {
			scheme, _, several := strings.Cut(value, " ")
			value = "***"
			if several && name == "Authorization" {
				value = scheme + " ***"
			}
		}
		public[name] = value
	}
	return public
}

// Body gives the body as it is shown: JSON as JSON, anything else as text.
func Body(raw []byte) any {
	switch {
	case len(raw) == 0:
		return nil
	case json.Valid(raw):
		return json.RawMessage(raw)
	default:
		return string(raw)
	}
}
