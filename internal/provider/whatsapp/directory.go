package whatsapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"github.com/auto-engagement/flows/internal/provider"
)

var _ provider.MessageDirectory = (*Client)(nil)

// Bounds of a listing. Meta allows a business 6,000 templates at most
// (Business Management API, "Message templates", limitations).
const (
	listPage  = 250
	listPages = 40
)

const numberFields = "id,display_phone_number,verified_name,quality_rating,status"

// WhatsAppNumbers implements provider.MessageDirectory: the edge
// /{business_account_id}/phone_numbers (Business Management API, "Phone
// numbers"), or without a business account the node /{phone_number_id}.
func (c *Client) WhatsAppNumbers(ctx context.Context, cred provider.Credentials) ([]provider.WhatsAppNumber, error) {
	cfg, err := cloudConfig(cred)
	if err != nil {
		return nil, err
	}
	type number struct {
		ID      string `json:"id"`
		Number  string `json:"display_phone_number"`
		Name    string `json:"verified_name"`
		Quality string `json:"quality_rating"`
		Status  string `json:"status"`
	}
	var list []number
	if cfg.BusinessAccountID != "" {
		list, err = listed[number](ctx, c, cred, url.PathEscape(cfg.BusinessAccountID)+"/phone_numbers", numberFields)
	} else {
		var one number
		err = c.get(ctx, cred, url.PathEscape(cfg.PhoneNumberID), url.Values{"fields": {numberFields}}, &one)
		list = []number{one}
	}
	if err != nil {
		return nil, fmt.Errorf("list phone numbers: %w", err)
	}
	out := make([]provider.WhatsAppNumber, 0, len(list))
	for _, n := range list {
		if n.ID != "" {
			out = append(out, provider.WhatsAppNumber(n))
		}
	}
	return out, nil
}

// MessageTemplates implements provider.MessageDirectory: the edge
// /{business_account_id}/message_templates (Graph API reference, "WhatsApp
// Business Account, Message Templates").
func (c *Client) MessageTemplates(ctx context.Context, cred provider.Credentials) ([]provider.MessageTemplate, error) {
	cfg, err := cloudConfig(cred)
	if err != nil {
		return nil, err
	}
	if cfg.BusinessAccountID == "" {
		return nil, &provider.QuestionError{Status: http.StatusBadRequest, Reason: "business_account_id is needed to list templates"}
	}
	list, err := listed[struct {
		ID         string          `json:"id"`
		Name       string          `json:"name"`
		Language   string          `json:"language"`
		Status     string          `json:"status"`
		Category   string          `json:"category"`
		Components json.RawMessage `json:"components"`
	}](ctx, c, cred, url.PathEscape(cfg.BusinessAccountID)+"/message_templates", "id,name,language,status,category,components")
	if err != nil {
		return nil, fmt.Errorf("list message templates: %w", err)
	}
	out := make([]provider.MessageTemplate, 0, len(list))
	for _, t := range list {
		if t.Name == "" {
			continue
		}
		out = append(out, provider.MessageTemplate{
			ID: t.ID, Name: t.Name, Language: t.Language, Status: t.Status, Category: t.Category,
			Components: t.Components, Variables: variablesOf(t.Components),
		})
	}
	return out, nil
}

// cloudConfig is the config of an account at Meta. A chat-agent server has no
// lists that we know of.
func cloudConfig(cred provider.Credentials) (Config, error) {
	var cfg Config
	if err := json.Unmarshal(cred.Config, &cfg); err != nil {
		return cfg, errors.New("the WhatsApp settings of this account are not valid")
	}
	if cfg.Mode == ChatAgent {
		return cfg, &provider.QuestionError{Status: http.StatusBadRequest, Reason: "a chat-agent server gives no lists: enter the ids by hand"}
	}
	return cfg, nil
}

func (c *Client) get(ctx context.Context, cred provider.Credentials, path string, query url.Values, into any) error {
	return provider.Ask(ctx, c.http, provider.Request{
		Method: http.MethodGet, URL: c.base + "/" + c.version + "/" + path + "?" + query.Encode(), Secret: cred.Secret,
	}).Decode(into)
}

// listed reads all pages of an edge. The cursor of the page before is put into
// a request of our own: the address in paging.next holds the access token.
func listed[T any](ctx context.Context, c *Client, cred provider.Credentials, edge, fields string) ([]T, error) {
	query := url.Values{"fields": {fields}, "limit": {strconv.Itoa(listPage)}}
	var all []T
	for range listPages {
		var page struct {
			Data   []T `json:"data"`
			Paging struct {
				Cursors struct {
					After string `json:"after"`
				} `json:"cursors"`
				Next string `json:"next"`
			} `json:"paging"`
		}
		if err := c.get(ctx, cred, edge, query, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Data...)
		if page.Paging.Next == "" || page.Paging.Cursors.After == "" {
			return all, nil
		}
		query.Set("after", page.Paging.Cursors.After)
	}
	return all, nil
}

var templateVariable = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_]+)\s*\}\}`)

// variablesOf lists the placeholders of a template as keys of variable
// mappings: those of the header, of the body, of each button's address.
func variablesOf(components json.RawMessage) []string {
	var list []struct {
		Type    string `json:"type"`
		Text    string `json:"text"`
		Buttons []struct {
			URL string `json:"url"`
		} `json:"buttons"`
	}
	if len(components) == 0 || json.Unmarshal(components, &list) != nil {
		return []string{}
	}
	out := []string{}
	add := func(prefix, text string) {
		for _, m := range templateVariable.FindAllStringSubmatch(text, -1) {
			if key := prefix + m[1]; !slices.Contains(out, key) {
				out = append(out, key)
			}
		}
	}
	for _, c := range list {
		switch c.Type {
		case "HEADER":
			add("header.", c.Text)
		case "BODY":
			add("", c.Text)
		case "BUTTONS":
			for i, b := range c.Buttons {
				add("button."+strconv.Itoa(i)+".", b.URL)
			}
		}
	}
	return out
}
