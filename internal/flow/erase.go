package flow

import (
	"encoding/json"
	"regexp"
	"slices"
)

// What is left of an execution's metadata, and of a step's result_data, when
// their contact has been erased: nothing that a person said, or could be
// reached or known by.
var (
	KeptMetadata = []string{"flow_name", "trigger_source", "lead_source", "entry_type", "outcomes"}
	KeptResults  = []string{
		"call_initiated", "call_id", "execution_id", "call_outcome", "call_detail", "duration_seconds", "agent_id", "cost",
		"whatsapp_sent", "template_id", "email_sent", "email_id", "status", "error_code",
		"waited", "duration_minutes", "simulated", "action_type",
	}
)

// addresses are e-mails and phone numbers in running text, in a notation that
// Go and Postgres read alike.
const addresses = `[^[:space:]@<>]+@[^[:space:]@<>]+|[+]?[0-9][0-9 ().-]{5,}[0-9]`

var addressPattern = regexp.MustCompile(addresses)

// ErasedText stands for what was erased within a text.
const ErasedText = "[erased]"

// ErasurePattern finds in texts what must not outlive a contact: addresses of
// any kind, and the contact's own names. It is a regular expression for Go and
// Postgres alike.
func ErasurePattern(c Contact) string {
	pattern := addresses
	for _, own := range []string{c.Name, c.Phone, c.Email, c.ExternalID} {
		if own != "" {
			pattern = regexp.QuoteMeta(own) + "|" + pattern
		}
	}
	return pattern
}

// Anonymous is a ledger row as it may be written for a contact that has been
// erased: what an effect that was on its way came to, and nothing of whom.
func (s Step) Anonymous() Step {
	s.Error = addressPattern.ReplaceAllString(s.Error, ErasedText)
	s.SkipReason = addressPattern.ReplaceAllString(s.SkipReason, ErasedText)
	var result map[string]json.RawMessage
	if json.Unmarshal(s.Result, &result) != nil || result == nil {
		return s
	}
	for name := range result {
		if !slices.Contains(KeptResults, name) {
			delete(result, name)
		}
	}
	s.Result, _ = json.Marshal(result) // raw JSON that was decoded before
	return s
}
