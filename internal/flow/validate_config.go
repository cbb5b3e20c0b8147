package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// configKeys are what an action_config may hold, by action type.
var configKeys = map[ActionType][]string{
	AICall:          {"agent_id", "phone_number_id", "max_retries", "retry_delay_minutes", "respect_dnc"},
	WhatsAppMessage: {"whatsapp_phone_number_id", "template_id", "language", "variable_mappings"},
	Email:           {"email_template_id", "from_name", "subject_override"},
	Wait:            {"duration_minutes", "wait_until_business_hours"},
}

// configReader checks one action_config key by key, so that every problem has
// its own path and numbers keep their digits.
type configReader struct {
	*problems

	path string
	keys map[string]any
	// respelled says that a number of keys is written in another way now.
	respelled bool
}

func (p *problems) config(path string, a *Action) {
	reader := configReader{problems: p, path: path}
	decoder := json.NewDecoder(bytes.NewReader(a.Config))
	decoder.UseNumber()
	if len(a.Config) > 0 {
		if err := decoder.Decode(&reader.keys); err != nil || decoder.More() {
			p.add(path, "action_config must be a JSON object")
			return
		}
	}
	for _, key := range slices.Sorted(maps.Keys(reader.keys)) {
		if !slices.Contains(configKeys[a.Type], key) {
			p.addf(path+"."+key, "Unknown key %q in action_config of %s", cut(key), a.Type)
		}
	}
	switch a.Type {
	case AICall:
		reader.require(msgCall, "agent_id", "phone_number_id")
		reader.integer("max_retries", 0, MaxRetries)
		reader.integer("retry_delay_minutes", 0, MaxMinutes)
		reader.boolean("respect_dnc")
	case WhatsAppMessage:
		reader.require(msgWhatsApp, "whatsapp_phone_number_id", "template_id")
		reader.text("language")
		reader.mappings()
	case Email:
		reader.require(msgEmail, "email_template_id")
		reader.text("from_name")
		reader.text("subject_override")
	case Wait:
		reader.duration()
		reader.boolean("wait_until_business_hours")
	}
	if reader.respelled {
		a.Config = reader.encoded()
	}
}

// encoded is the configuration with its numbers as integer found them.
func (r *configReader) encoded() json.RawMessage {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(r.keys) // it was decoded from JSON
	return bytes.TrimSpace(out.Bytes())
}

// require demands texts that are not blank. A number is none: ids are texts.
func (r *configReader) require(message string, keys ...string) {
	for _, key := range keys {
		text, ok := r.keys[key].(string)
		switch {
		case !ok || strings.TrimSpace(text) == "":
			r.add(r.path+"."+key, message)
		case utf8.RuneCountInString(text) > maxValue:
			r.addf(r.path+"."+key, "%s must be at most %d characters", key, maxValue)
		}
	}
}

func (r *configReader) text(key string) {
	raw := r.keys[key]
	text, ok := raw.(string)
	switch {
	case raw == nil:
	case !ok:
		r.addf(r.path+"."+key, "%s must be text", key)
	case utf8.RuneCountInString(text) > maxValue:
		r.addf(r.path+"."+key, "%s must be at most %d characters", key, maxValue)
	}
}

func (r *configReader) boolean(key string) {
	raw := r.keys[key]
	if _, ok := raw.(bool); raw != nil && !ok {
		r.addf(r.path+"."+key, "%s must be true or false", key)
	}
}

func (r *configReader) integer(key string, low, high int64) {
	raw := r.keys[key]
	if raw == nil {
		return
	}
	if number, ok := r.wholeNumber(key); !ok || number < low || number > high {
		r.addf(r.path+"."+key, "%s must be a whole number from %d to %d", key, low, high)
	}
}

func (r *configReader) duration() {
	const key = "duration_minutes"
	number, ok := r.wholeNumber(key)
	switch {
	case !ok || number <= 0:
		r.add(r.path+"."+key, msgWait)
	case number > MaxMinutes:
		r.addf(r.path+"."+key, "%s must be at most %d", key, MaxMinutes)
	}
}

// wholeNumber takes an integer in any of JSON's spellings (5, 5.0, 5e0), and
// respells it as Go reads it back: without point and exponent.
func (r *configReader) wholeNumber(key string) (int64, bool) {
	number, _ := r.keys[key].(json.Number)
	if whole, err := number.Int64(); err == nil {
		return whole, true
	}
	read, ok := parseJSONNumber(number.String())
	if !ok {
		return 0, false
	}
	text, whole := read.plain(maxIntegerDigits)
	value, err := strconv.ParseInt(text, 10, 64)
	if !whole || err != nil {
		return 0, false
	}
	r.keys[key], r.respelled = json.Number(text), true
	return value, true
}

// maxIntegerDigits is how many digits the largest integers have.
const maxIntegerDigits = 19

func (r *configReader) mappings() {
	const key = "variable_mappings"
	path := r.path + "." + key
	raw := r.keys[key]
	mappings, ok := raw.(map[string]any)
	if raw != nil && !ok {
		r.addf(path, "%s must be an object of texts", key)
	}
	for _, name := range slices.Sorted(maps.Keys(mappings)) {
		at := fmt.Sprintf("%s.%s", path, cut(name))
		text, isText := mappings[name].(string)
		switch {
		case strings.TrimSpace(name) == "" || utf8.RuneCountInString(name) > maxValue:
			r.addf(path, "The names in %s must have 1 to %d characters", key, maxValue)
		case !isText:
			r.addf(at, "The values in %s must be text", key)
		case utf8.RuneCountInString(text) > maxTemplateValue:
			r.addf(at, "The values in %s must have at most %d characters", key, maxTemplateValue)
		}
	}
}
