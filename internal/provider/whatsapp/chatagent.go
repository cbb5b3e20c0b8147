package whatsapp

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/auto-engagement/flows/internal/provider"
)

// agentMessage is the body of POST {base}/api/v1/send of a chat-agent server.
type agentMessage struct {
	PhoneNumberID string            `json:"phone_number_id"`
	TemplateID    string            `json:"template_id"`
	Contact       agentContact      `json:"contact"`
	Variables     map[string]string `json:"variables"`
}

type agentContact struct {
	Phone   string `json:"phone"`
	Name    string `json:"name,omitempty"`
	Email   string `json:"email,omitempty"`
	Company string `json:"company,omitempty"`
}

// sendChatAgent asks a chat-agent server. It carries no id of ours, so that an
// unknown send can't be reconciled by a webhook and ends as failed.
func (c *Client) sendChatAgent(ctx context.Context, cred provider.Credentials, cfg Config, m provider.Message) provider.Answer {
	base, err := url.Parse(cfg.BaseURL)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return refuse("The WhatsApp settings of this account have no valid address of the chat-agent server")
	}
	variables := make(map[string]string, len(m.Parameters))
	for placeholder, value := range m.Parameters {
		variables[placeholder] = plainText(value)
	}
	reply := provider.Ask(ctx, c.agents, provider.Request{
		Method: http.MethodPost,
		URL:    strings.TrimRight(cfg.BaseURL, "/") + "/api/v1/send",
		Secret: cred.Secret,
		Body: agentMessage{
			PhoneNumberID: m.PhoneNumberID,
			TemplateID:    m.Template,
			Contact:       agentContact{Phone: m.To, Name: m.Contact.Name, Email: m.Contact.Email, Company: m.Contact.Company},
			Variables:     variables,
		},
	})
	var answer struct {
		Success *bool `json:"success"`
		Data    struct {
			MessageID string `json:"message_id"`
		} `json:"data"`
	}
	if reply.Decode(&answer) == nil && answer.Success != nil {
		switch {
		case *answer.Success && answer.Data.MessageID != "":
			return provider.Answer{Class: provider.Accepted, ProviderID: answer.Data.MessageID}
		case !*answer.Success:
			words := provider.Words(reply.Body)
			if words == "" {
				words = "The chat-agent server refused the message"
			}
			return refuse(provider.Clean(words, cred.Secret))
		}
	}
	return reply.Answer()
}
