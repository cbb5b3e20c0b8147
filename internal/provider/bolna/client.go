// Package bolna places AI calls through Bolna and reads what became of them.
//
// Sources: the provider's public documentation (www.bolna.ai/docs), pages
// "Make a phone call", "Stop a call", "Get execution", "Execution payload
// reference", "Get all agent executions", "List phone numbers", "List of call
// status", "Hangup status and codes", and payloads that were observed; where
// they differ, all spellings are taken.
package bolna

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/auto-engagement/flows/internal/provider"
)

// CallIDKey is the key of user_data under which our call id travels and comes
// back.
const CallIDKey = "aef_call_id"

// Client is a provider.Caller. The credentials' Secret is the tenant's API
// key; their Config is not read.
type Client struct {
	base string
	http *http.Client
}

var _ provider.Caller = (*Client)(nil)

// New returns a client of the API at base, for example https://api.bolna.ai.
// client must come from provider.NewHTTPClient.
func New(base string, client *http.Client) *Client {
	return &Client{base: strings.TrimRight(base, "/"), http: client}
}

func (c *Client) ask(ctx context.Context, cred provider.Credentials, method, path string, body any) provider.Reply {
	return provider.Ask(ctx, c.http, provider.Request{
		Method: method, URL: c.base + path, Secret: cred.Secret, Body: body,
	})
}

type placeBody struct {
	AgentID   string         `json:"agent_id"`
	Recipient string         `json:"recipient_phone_number"`
	From      string         `json:"from_phone_number,omitempty"`
	UserData  map[string]any `json:"user_data"`
}

// Place asks for a call: POST /call. Accepted is only a 2xx that names the
// execution.
func (c *Client) Place(ctx context.Context, cred provider.Credentials, call provider.Call) provider.Answer {
	data := make(map[string]any, len(call.Data)+1)
	maps.Copy(data, call.Data)
	data[CallIDKey] = call.ID.String()
	reply := c.ask(ctx, cred, http.MethodPost, "/call", placeBody{
		AgentID: call.AgentID, Recipient: dialable(call.To), From: dialable(call.From), UserData: data,
	})
	var accepted struct {
		ExecutionID flexString `json:"execution_id"`
		ID          flexString `json:"id"`
		CallID      flexString `json:"call_id"`
	}
	if reply.Decode(&accepted) == nil {
		if id := firstOf(accepted.ExecutionID, accepted.ID, accepted.CallID); id != "" {
			return provider.Answer{Class: provider.Accepted, ProviderID: id}
		}
	}
	return reply.Answer()
}

// dialable is a number as the provider takes it: E.164 without spaces.
func dialable(number string) string {
	return strings.ReplaceAll(number, " ", "")
}

// Read asks about one call: GET /executions/{id}.
func (c *Client) Read(ctx context.Context, cred provider.Credentials, providerID string) (provider.CallReport, bool, error) {
	reply := c.ask(ctx, cred, http.MethodGet, "/executions/"+url.PathEscape(providerID), nil)
	if isUnknownHere(reply) {
		return provider.CallReport{}, false, nil
	}
	if !reply.OK() {
		return provider.CallReport{}, false, fmt.Errorf("read execution %s: %w", providerID, reply.Failure())
	}
	report, err := ParseExecution(reply.Body)
	if err != nil {
		return provider.CallReport{}, false, fmt.Errorf("read execution %s: %w", providerID, err)
	}
	return report, true, nil
}

// isUnknownHere reports whether the provider said that it knows no such thing.
// Its documentation has a 400 for every error; 404 was observed.
func isUnknownHere(r provider.Reply) bool {
	switch r.Status {
	case http.StatusNotFound, http.StatusGone:
		return true
	case http.StatusBadRequest:
		words := strings.ToLower(provider.Words(r.Body))
		return strings.Contains(words, "not found") || strings.Contains(words, "does not exist")
	}
	return false
}

// Stop stops a queued or scheduled call: POST /call/{id}/stop. A refusal is no
// error: it means that the call is past stopping.
func (c *Client) Stop(ctx context.Context, cred provider.Credentials, providerID string) (bool, error) {
	reply := c.ask(ctx, cred, http.MethodPost, "/call/"+url.PathEscape(providerID)+"/stop", nil)
	switch reply.Status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusGone, http.StatusUnprocessableEntity:
		return false, nil
	}
	var answer struct {
		Status string `json:"status"`
	}
	if err := reply.Decode(&answer); err != nil {
		return false, fmt.Errorf("stop call %s: %w", providerID, err)
	}
	switch normal(answer.Status) {
	case "", "stopped", statusCanceled:
		return true, nil
	}
	return false, nil
}

// Numbers lists the account's numbers by their ids.
func (c *Client) Numbers(ctx context.Context, cred provider.Credentials) (map[string]string, error) {
	list, err := c.PhoneNumbers(ctx, cred)
	if err != nil {
		return nil, err
	}
	numbers := make(map[string]string, len(list))
	for _, n := range list {
		numbers[n.ID] = n.Number
	}
	return numbers, nil
}
