// Package whatsapp sends template messages through the WhatsApp Cloud API, or
// through an older "chat agent" server, and reads the Cloud API's webhooks.
//
// Sources: developers.facebook.com, WhatsApp Business Platform: "Messages"
// (sending, template components), "Error codes", "messages webhook reference",
// "Status messages webhook reference", "user_preferences webhook reference";
// Graph API: "Webhooks, Validating payloads". For the chat-agent server: its
// "External API reference".
package whatsapp

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/auto-engagement/flows/internal/provider"
)

// Mode says which server a tenant's messages go through.
type Mode string

// The modes of an integration.
const (
	// Cloud is Meta's Cloud API; the default.
	Cloud Mode = "cloud"
	// ChatAgent is the older server, asked by template id.
	ChatAgent Mode = "chat_agent"
)

// Config is the config of a tenant's whatsapp integration.
type Config struct {
	Mode Mode `json:"mode"`
	// PhoneNumberID is used by messages that name none.
	PhoneNumberID string `json:"phone_number_id"`
	// BusinessAccountID is the account at Meta (WABA) whose numbers and
	// templates are listed; empty when only one number is known.
	BusinessAccountID string `json:"business_account_id"`
	// BaseURL is the chat-agent server's address; the Cloud API's is the
	// deployment's.
	BaseURL string `json:"base_url"`
}

// Client is a provider.Messenger. The credentials' Config is a Config, their
// Secret the access token (may be empty for a chat-agent server).
type Client struct {
	base    string
	version string
	http    *http.Client
	// agents asks the chat-agent servers, whose addresses tenants give.
	agents *http.Client
}

var _ provider.Messenger = (*Client)(nil)

// New returns a client of the Graph API at base, for example
// https://graph.facebook.com, in a version such as v23.0. client must come
// from provider.NewHTTPClient.
func New(base, version string, client *http.Client) *Client {
	return &Client{base: strings.TrimRight(base, "/"), version: version, http: client, agents: client}
}

// ChatAgentsBy lets chat-agent servers be asked by a client of their own, such
// as provider.NewPublicHTTPClient gives, and returns c.
func (c *Client) ChatAgentsBy(client *http.Client) *Client {
	c.agents = client
	return c
}

// Send sends one template message.
func (c *Client) Send(ctx context.Context, cred provider.Credentials, m provider.Message) provider.Answer {
	var cfg Config
	if len(cred.Config) > 0 {
		if err := json.Unmarshal(cred.Config, &cfg); err != nil {
			return refuse("The WhatsApp settings of this account are not valid")
		}
	}
	if m.PhoneNumberID == "" {
		m.PhoneNumberID = cfg.PhoneNumberID
	}
	if m.PhoneNumberID == "" {
		return refuse("No WhatsApp phone number is chosen")
	}
	switch cfg.Mode {
	case Cloud, "":
		return c.sendCloud(ctx, cred, m)
	case ChatAgent:
		return c.sendChatAgent(ctx, cred, cfg, m)
	}
	return refuse("The WhatsApp settings of this account name an unknown mode")
}

func (c *Client) sendCloud(ctx context.Context, cred provider.Credentials, m provider.Message) provider.Answer {
	body, err := cloudBody(m)
	if err != nil {
		return refuse("The values of the template cannot be used: " + err.Error())
	}
	reply := provider.Ask(ctx, c.http, provider.Request{
		Method: http.MethodPost,
		URL:    c.base + "/" + c.version + "/" + url.PathEscape(m.PhoneNumberID) + "/messages",
		Secret: cred.Secret,
		Body:   body,
	})
	var accepted struct {
		Messages []struct {
			ID string `json:"id"`
		} `json:"messages"`
	}
	if reply.Decode(&accepted) == nil && len(accepted.Messages) > 0 && accepted.Messages[0].ID != "" {
		return provider.Answer{Class: provider.Accepted, ProviderID: accepted.Messages[0].ID}
	}
	return judge(reply, cred.Secret)
}

// refuse is the answer to a message that could not even be asked for.
func refuse(reason string) provider.Answer {
	return provider.Answer{Class: provider.Refused, Reason: reason}
}
