package whatsapp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/provider"
)

// Verify reports whether the header X-Hub-Signature-256 ("sha256=" and the hex
// HMAC-SHA256 of the raw body under the app's secret) is right. An empty
// secret verifies nothing.
func Verify(appSecret string, body []byte, signatureHeader string) bool {
	signature, found := strings.CutPrefix(strings.TrimSpace(signatureHeader), "sha256=")
	given, err := hex.DecodeString(signature)
	if appSecret == "" || !found || err != nil {
		return false
	}
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write(body)
	return hmac.Equal(given, mac.Sum(nil))
}

// Inbound is a message that a person sent to one of our numbers.
type Inbound struct {
	// From is E.164.
	From string
	// Text is what was written, or the title of the button that was pressed;
	// "STOP" when the person stopped marketing messages in WhatsApp itself.
	// Empty for pictures, voice and the like.
	Text string
}

// Entry is one event of a webhook: either Status or Inbound is set.
type Entry struct {
	// PhoneNumberID is the id of our number that the event is about.
	PhoneNumberID string
	Status        *provider.MessageReport
	Inbound       *Inbound
	// Raw restores the entry by ParseEntry.
	Raw json.RawMessage
}

// rawEntry is what is stored of one event: the provider's own object, and the
// number that its envelope named.
type rawEntry struct {
	PhoneNumberID string          `json:"phone_number_id"`
	Status        json.RawMessage `json:"status,omitempty"`
	Message       json.RawMessage `json:"message,omitempty"`
	Preference    json.RawMessage `json:"preference,omitempty"`
}

// ParseWebhook splits the body of a webhook into its events, in the order in
// which they stand. Fields that are no concern of ours (template updates,
// quality ratings, …) and what names nobody give no entries, and fields of odd
// types are passed over; an error means that the body is no webhook at all.
func ParseWebhook(body []byte) ([]Entry, error) {
	var hook struct {
		Object string `json:"object"`
		Entry  []struct {
			Changes []struct {
				Value json.RawMessage `json:"value"`
			} `json:"changes"`
		} `json:"entry"`
	}
	if err := provider.Decode(body, &hook); err != nil {
		return nil, fmt.Errorf("parse WhatsApp webhook: %w", err)
	}
	if hook.Object == "" {
		return nil, errors.New("parse WhatsApp webhook: it names no object")
	}
	entries := []Entry{}
	for _, e := range hook.Entry {
		for _, change := range e.Changes {
			split, err := splitValue(change.Value)
			if err != nil {
				return nil, err
			}
			entries = append(entries, split...)
		}
	}
	return entries, nil
}

func splitValue(raw json.RawMessage) ([]Entry, error) {
	var value struct {
		Metadata struct {
			PhoneNumberID string `json:"phone_number_id"`
		} `json:"metadata"`
		Statuses    []json.RawMessage `json:"statuses"`
		Messages    []json.RawMessage `json:"messages"`
		Preferences []json.RawMessage `json:"user_preferences"`
	}
	if provider.Decode(raw, &value) != nil || value.Metadata.PhoneNumberID == "" {
		return nil, nil //nolint:nilerr // a value of another shape belongs to a field that we do not read
	}
	var parts []rawEntry
	for _, s := range value.Statuses {
		parts = append(parts, rawEntry{PhoneNumberID: value.Metadata.PhoneNumberID, Status: s})
	}
	for _, m := range value.Messages {
		parts = append(parts, rawEntry{PhoneNumberID: value.Metadata.PhoneNumberID, Message: m})
	}
	for _, p := range value.Preferences {
		parts = append(parts, rawEntry{PhoneNumberID: value.Metadata.PhoneNumberID, Preference: p})
	}
	var entries []Entry
	for _, part := range parts {
		stored, err := json.Marshal(part)
		if err != nil {
			return nil, fmt.Errorf("keep WhatsApp event: %w", err)
		}
		if entry, err := ParseEntry(stored); err == nil {
			entries = append(entries, entry)
		}
	}
	return entries, nil
}

// ParseEntry restores one Entry from its Raw.
func ParseEntry(raw []byte) (Entry, error) {
	var stored rawEntry
	if err := json.Unmarshal(raw, &stored); err != nil {
		return Entry{}, fmt.Errorf("parse WhatsApp event: %w", err)
	}
	e := Entry{PhoneNumberID: stored.PhoneNumberID, Raw: append(json.RawMessage(nil), raw...)}
	var err error
	switch {
	case stored.Status != nil:
		e.Status, err = parseStatus(stored.Status)
	case stored.Message != nil:
		e.Inbound, err = parseInbound(stored.Message)
	case stored.Preference != nil:
		e.Inbound, err = parsePreference(stored.Preference)
	default:
		err = errors.New("it holds nothing")
	}
	if err != nil {
		return Entry{}, fmt.Errorf("parse WhatsApp event: %w", err)
	}
	return e, nil
}

func parseStatus(raw json.RawMessage) (*provider.MessageReport, error) {
	var s struct {
		ID       string       `json:"id"`
		Status   string       `json:"status"`
		Callback string       `json:"biz_opaque_callback_data"`
		Errors   []graphError `json:"errors"`
	}
	if err := provider.Decode(raw, &s); err != nil {
		return nil, err
	}
	if s.ID == "" || s.Status == "" {
		return nil, errors.New("a status must name its message")
	}
	r := &provider.MessageReport{ProviderID: s.ID, Status: s.Status}
	r.OurID, _ = uuid.Parse(s.Callback)
	if len(s.Errors) > 0 {
		r.Code = strconv.Itoa(s.Errors[0].Code)
		r.Reason = provider.Clean(s.Errors[0].sentence())
	}
	return r, nil
}

func parseInbound(raw json.RawMessage) (*Inbound, error) {
	type titled struct {
		Title string `json:"title"`
	}
	var m struct {
		From string `json:"from"`
		Text struct {
			Body string `json:"body"`
		} `json:"text"`
		Button struct {
			Text string `json:"text"`
		} `json:"button"`
		Interactive struct {
			ButtonReply titled `json:"button_reply"`
			ListReply   titled `json:"list_reply"`
		} `json:"interactive"`
	}
	if err := provider.Decode(raw, &m); err != nil {
		return nil, err
	}
	if m.From == "" {
		return nil, errors.New("a message must name its sender")
	}
	in := &Inbound{From: e164(m.From)}
	for _, text := range []string{m.Text.Body, m.Button.Text, m.Interactive.ButtonReply.Title, m.Interactive.ListReply.Title} {
		if text != "" {
			in.Text = text
			break
		}
	}
	return in, nil
}

func parsePreference(raw json.RawMessage) (*Inbound, error) {
	var p struct {
		WaID  string `json:"wa_id"`
		Value string `json:"value"`
	}
	if err := provider.Decode(raw, &p); err != nil {
		return nil, err
	}
	if p.WaID == "" {
		return nil, errors.New("a preference must name its person")
	}
	in := &Inbound{From: e164(p.WaID)}
	if p.Value == "stop" {
		in.Text = "STOP"
	}
	return in, nil
}

// e164 makes a WhatsApp id, which is a number without its plus, E.164.
func e164(waID string) string { return "+" + strings.TrimPrefix(waID, "+") }
