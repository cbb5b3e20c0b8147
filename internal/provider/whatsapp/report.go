package whatsapp

import (
	"encoding/json"

	"github.com/auto-engagement/flows/internal/provider"
)

// Report reads one stored webhook entry, and says whether it is about a
// message of ours.
func (c *Client) Report(body []byte) (report provider.MessageReport, is bool, err error) {
	entry, err := ParseEntry(body)
	if err != nil || entry.Status == nil {
		return provider.MessageReport{}, false, err
	}
	return *entry.Status, true, nil
}

// Stop reads one stored webhook entry as a person's wish to hear no more, and
// gives their number in E.164.
func (c *Client) Stop(body []byte) (phone string, is bool, err error) {
	entry, err := ParseEntry(body)
	if err != nil || entry.Inbound == nil || !IsStop(entry.Inbound.Text) {
		return "", false, err
	}
	return entry.Inbound.From, true, nil
}

// Split takes a webhook's body apart into entries by phone number id.
func Split(body []byte) (map[string][]json.RawMessage, error) {
	entries, err := ParseWebhook(body)
	if err != nil {
		return nil, err
	}
	out := map[string][]json.RawMessage{}
	for _, e := range entries {
		out[e.PhoneNumberID] = append(out[e.PhoneNumberID], e.Raw)
	}
	return out, nil
}
