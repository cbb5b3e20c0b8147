package bolna

import "github.com/auto-engagement/flows/internal/provider"

// Report reads the body of a webhook.
func (c *Client) Report(body []byte) (provider.CallReport, error) { return ParseExecution(body) }
