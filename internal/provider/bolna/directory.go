package bolna

import (
	"context"
	"fmt"
	"net/http"

	"github.com/auto-engagement/flows/internal/provider"
)

var _ provider.CallDirectory = (*Client)(nil)

// PhoneNumbers lists the account's numbers: GET /phone-numbers/all. An entry
// without an id or a number is left out.
func (c *Client) PhoneNumbers(ctx context.Context, cred provider.Credentials) ([]provider.PhoneNumber, error) {
	reply := c.ask(ctx, cred, http.MethodGet, "/phone-numbers/all", nil)
	var list []struct {
		ID      flexString `json:"id"`
		Number  string     `json:"phone_number"`
		AgentID flexString `json:"agent_id"`
	}
	if err := reply.Decode(&list); err != nil {
		return nil, fmt.Errorf("list phone numbers: %w", err)
	}
	numbers := make([]provider.PhoneNumber, 0, len(list))
	for _, n := range list {
		if n.ID != "" && n.Number != "" {
			numbers = append(numbers, provider.PhoneNumber{ID: string(n.ID), Number: dialable(n.Number), AgentID: string(n.AgentID)})
		}
	}
	return numbers, nil
}

// Agents lists the account's voice agents: GET /v2/agent/all (page "Get all
// agents"). An entry without an id is left out.
func (c *Client) Agents(ctx context.Context, cred provider.Credentials) ([]provider.Agent, error) {
	reply := c.ask(ctx, cred, http.MethodGet, "/v2/agent/all", nil)
	var list []struct {
		ID     flexString `json:"id"`
		Name   string     `json:"agent_name"`
		Status string     `json:"agent_status"`
	}
	if err := reply.Decode(&list); err != nil {
		return nil, fmt.Errorf("list agents: %w", err)
	}
	agents := make([]provider.Agent, 0, len(list))
	for _, a := range list {
		if a.ID != "" {
			agents = append(agents, provider.Agent{ID: string(a.ID), Name: a.Name, Status: a.Status})
		}
	}
	return agents, nil
}
