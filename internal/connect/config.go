package connect

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/auto-engagement/flows/internal/flow"
)

// Config are the settings of one kind that are no secret: BolnaSettings,
// WhatsAppSettings or EmailSettings.
type Config interface {
	kind() Kind
	// problems are what is wrong with them.
	problems(privateHosts bool) []flow.FieldError
	// takesSecret: there is a use for one; needsSecret: there is none without.
	takesSecret() bool
	needsSecret() bool
	// reports: the provider reports to an address that is the tenant's alone.
	reports() bool
	// leadsElsewhere: a secret kept from the old settings would go to another
	// server, or show itself by another name.
	leadsElsewhere(old json.RawMessage) bool
}

// BolnaSettings has nothing to set: the API key is all.
type BolnaSettings struct{}

func (BolnaSettings) kind() Kind                            { return Bolna }
func (BolnaSettings) problems(bool) []flow.FieldError       { return nil }
func (BolnaSettings) takesSecret() bool                     { return true }
func (BolnaSettings) needsSecret() bool                     { return true }
func (BolnaSettings) reports() bool                         { return true }
func (BolnaSettings) leadsElsewhere(_ json.RawMessage) bool { return false }

// The modes of WhatsApp and e-mail.
const (
	modeCloud     = "cloud"
	modeChatAgent = "chat_agent"
	modeSES       = "ses"
	modeSMTP      = "smtp"
)

// WhatsAppSettings are the settings of WhatsApp.
type WhatsAppSettings struct {
	// Mode is cloud (Meta's Cloud API) or chat_agent (the older server).
	Mode string `json:"mode"`
	// PhoneNumberID sends what names no number.
	PhoneNumberID string `json:"phone_number_id,omitempty"`
	// BusinessAccountID is the account (WABA) whose numbers and templates are used.
	BusinessAccountID string `json:"business_account_id,omitempty"`
	// BaseURL is the chat-agent server's address.
	BaseURL string `json:"base_url,omitempty"`
	// PhoneNumberIDs are those that Meta confirmed; their webhooks are the tenant's.
	PhoneNumberIDs []string `json:"phone_number_ids,omitempty"`
}

func (WhatsAppSettings) kind() Kind          { return WhatsApp }
func (WhatsAppSettings) takesSecret() bool   { return true }
func (c WhatsAppSettings) reports() bool     { return false }
func (c WhatsAppSettings) needsSecret() bool { return c.Mode == modeCloud }

func (c WhatsAppSettings) problems(privateHosts bool) []flow.FieldError {
	var found fields
	switch c.Mode {
	case modeCloud:
		if c.PhoneNumberID == "" && c.BusinessAccountID == "" {
			found.add("business_account_id", "or config.phone_number_id is required")
		}
		found.graphID("phone_number_id", c.PhoneNumberID)
		found.graphID("business_account_id", c.BusinessAccountID)
		if c.BaseURL != "" {
			found.add("base_url", "is used by mode chat_agent only")
		}
	case modeChatAgent:
		if !webAddress(c.BaseURL, privateHosts) {
			found.add("base_url", "must be the https address of the chat-agent server")
		}
		if utf8.RuneCountInString(c.PhoneNumberID) > maxText {
			found.add("phone_number_id", fmt.Sprintf("must be at most %d characters", maxText))
		}
		if c.BusinessAccountID != "" {
			found.add("business_account_id", "is used by mode cloud only")
		}
	default:
		found.add("mode", "must be one of cloud, chat_agent")
	}
	return found
}

func (c WhatsAppSettings) leadsElsewhere(old json.RawMessage) bool {
	before, read := readConfig[WhatsAppSettings](old)
	if before.Mode == "" {
		before.Mode = modeCloud
	}
	return !read || before.Mode != c.Mode || before.BaseURL != c.BaseURL
}

// EmailSettings are the settings of e-mail.
type EmailSettings struct {
	// Mode is smtp or ses.
	Mode string `json:"mode"`
	Host string `json:"host,omitempty"`
	// Port is 587 when 0, 465 with TLS from the first byte.
	Port int `json:"port,omitempty"`
	// TLS is starttls (default), tls or none.
	TLS      string `json:"tls,omitempty"`
	Username string `json:"username,omitempty"`
	From     string `json:"from"`
	FromName string `json:"from_name,omitempty"`
	ReplyTo  string `json:"reply_to,omitempty"`
	// ConfigurationSet is of SES: where its events are published.
	ConfigurationSet string `json:"configuration_set,omitempty"`
}

func (EmailSettings) kind() Kind          { return Email }
func (c EmailSettings) reports() bool     { return c.Mode == modeSES }
func (c EmailSettings) takesSecret() bool { return c.Mode == modeSMTP && c.Username != "" }
func (c EmailSettings) needsSecret() bool { return c.takesSecret() }

var configurationSet = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (c EmailSettings) problems(privateHosts bool) []flow.FieldError {
	var found fields
	switch c.Mode {
	case modeSMTP:
		if !serverName(c.Host, privateHosts) {
			found.add("host", "must be the name of the mail server, such as smtp.example.com")
		}
		if c.Port < 0 || c.Port > 65535 {
			found.add("port", "must be 1 to 65535")
		}
		if c.TLS != "" && c.TLS != "starttls" && c.TLS != "tls" && c.TLS != "none" {
			found.add("tls", "must be one of starttls, tls, none")
		}
		found.line("username", c.Username)
		if c.ConfigurationSet != "" {
			found.add("configuration_set", "is used by mode ses only")
		}
	case modeSES:
		if c.Host != "" || c.Port != 0 || c.TLS != "" || c.Username != "" {
			found.add("host", "and port, tls, username are used by mode smtp only")
		}
		if c.ConfigurationSet != "" && !configurationSet.MatchString(c.ConfigurationSet) {
			found.add("configuration_set", "must be the name of a configuration set")
		}
	default:
		found.add("mode", "must be one of smtp, ses")
	}
	if address, usable := flow.UsableEmail(c.From); !usable || address != c.From {
		found.add("from", "must be the e-mail address of the sender")
	}
	if address, usable := flow.UsableEmail(c.ReplyTo); c.ReplyTo != "" && (!usable || address != c.ReplyTo) {
		found.add("reply_to", "must be an e-mail address")
	}
	found.line("from_name", c.FromName)
	return found
}

func (c EmailSettings) leadsElsewhere(old json.RawMessage) bool {
	before, read := readConfig[EmailSettings](old)
	return !read || before.Mode != c.Mode || before.Host != c.Host || before.Port != c.Port || before.TLS != c.TLS || before.Username != c.Username
}

// fields collects what is wrong with the fields of config.
type fields []flow.FieldError

func (f *fields) add(name, what string) {
	*f = append(*f, flow.FieldError{Field: "config." + name, Message: "config." + name + " " + what})
}

const maxText = 255

var graphID = regexp.MustCompile(`^[0-9]{1,32}$`)

// graphID checks an id at Meta, where one is given.
func (f *fields) graphID(name, id string) {
	if id != "" && !graphID.MatchString(id) {
		f.add(name, "must be the number that Meta gives as id")
	}
}

// line checks text of one line.
func (f *fields) line(name, text string) {
	if utf8.RuneCountInString(text) > maxText || strings.ContainsFunc(text, unicode.IsControl) {
		f.add(name, fmt.Sprintf("must be one line of at most %d characters", maxText))
	}
}

func readConfig[T any](raw json.RawMessage) (config T, ok bool) {
	return config, json.Unmarshal(raw, &config) == nil
}

// webAddress says whether text is the address of a server in the internet.
func webAddress(text string, privateHosts bool) bool {
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || len(text) > 2*maxText {
		return false
	}
	return (u.Scheme == "https" || privateHosts && u.Scheme == "http") && serverName(u.Hostname(), privateHosts)
}

var hostName = regexp.MustCompile(`^(?i:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}$`)

// serverName says whether text names a server in the internet. Names at which
// only our own machines are found are none; that such an address is not
// reached by a public name either is for whoever connects to see to.
func serverName(text string, privateHosts bool) bool {
	if len(text) > 253 {
		return false
	}
	if at, err := netip.ParseAddr(text); err == nil {
		return privateHosts || at.IsGlobalUnicast() && !at.IsPrivate()
	}
	if privateHosts && text == "localhost" {
		return true
	}
	lower := strings.ToLower(text)
	return hostName.MatchString(text) && !strings.HasSuffix(lower, ".internal") && !strings.HasSuffix(lower, ".local")
}

// shown are stored settings as their type knows them: what it does not know
// stays behind.
func shown(kind Kind, stored json.RawMessage) json.RawMessage {
	var config any
	switch kind {
	case WhatsApp:
		config, _ = readConfig[WhatsAppSettings](stored)
	case Email:
		config, _ = readConfig[EmailSettings](stored)
	default:
		config = BolnaSettings{}
	}
	out, err := json.Marshal(config)
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return out
}
