package bolna

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/provider"
)

// execution is Bolna's record of one call, as webhooks carry it and as it is
// read and listed. Everything in it is optional.
type execution struct {
	ID                   flexString `json:"id"`
	ExecutionID          flexString `json:"execution_id"`
	Status               flexString `json:"status"`
	ErrorMessage         flexString `json:"error_message"`
	ConversationDuration flexNumber `json:"conversation_duration"`
	ConversationTime     flexNumber `json:"conversation_time"`
	AnsweredByVoiceMail  flexBool   `json:"answered_by_voice_mail"`
	Transcript           flexString `json:"transcript"`
	RecordingURL         flexString `json:"recording_url"`
	TotalCost            flexNumber `json:"total_cost"`
	// TerminationReason was added to the payload in October 2026.
	TerminationReason flexString    `json:"termination_reason"`
	HangupReason      flexString    `json:"hangup_reason"`
	Telephony         telephonyData `json:"telephony_data"`
	// The variables sent with the call come back in context_details.recipient_data;
	// user_data, metadata and context_details itself were seen to hold them too.
	UserData      looseObject `json:"user_data"`
	RecipientData looseObject `json:"recipient_data"`
	Metadata      looseObject `json:"metadata"`
	Context       looseObject `json:"context_details"`
}

type telephonyData struct {
	Duration     flexNumber `json:"duration"`
	RecordingURL flexString `json:"recording_url"`
	HangupReason flexString `json:"hangup_reason"`
}

// UnmarshalJSON takes anything that is not an object for an empty one.
func (t *telephonyData) UnmarshalJSON(b []byte) error {
	type plain telephonyData
	_ = json.Unmarshal(b, (*plain)(t))
	return nil
}

// ParseExecution reads an execution object: a webhook's body, the answer of
// GET /executions/{id}, or an entry of a listing. Fields of the wrong type are
// taken as absent; an error means that it is no JSON object, or names no call.
//
// In the report, Cost is in the provider's unit (US cents), Detail is
// no_answer, busy, voicemail, invalid_number, or the status with underscores,
// and TranscriptRef is the path at which the transcript can be read.
func ParseExecution(body []byte) (provider.CallReport, error) {
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
		return provider.CallReport{}, errors.New("an execution must be a JSON object")
	}
	var e execution
	if err := json.Unmarshal(body, &e); err != nil {
		return provider.CallReport{}, fmt.Errorf("parse execution: %w", err)
	}
	r := provider.CallReport{
		ProviderID:   firstOf(e.ID, e.ExecutionID),
		OurID:        e.ourID(),
		Status:       string(e.Status),
		RecordingURL: firstOf(e.Telephony.RecordingURL, e.RecordingURL),
		Cost:         e.TotalCost.value,
		Reason:       provider.Clean(firstOf(e.ErrorMessage, e.Telephony.HangupReason, e.HangupReason, e.TerminationReason)),
	}
	if r.ProviderID == "" && r.OurID == uuid.Nil {
		return provider.CallReport{}, errors.New("an execution must name its call")
	}
	if d := e.talked(); d.value != nil {
		r.DurationSeconds = d.value
	}
	if e.Transcript != "" && r.ProviderID != "" {
		r.TranscriptRef = "/executions/" + r.ProviderID
	}
	e.judge(&r)
	return r, nil
}

// ourID looks for our call id wherever variables were seen to come back.
func (e execution) ourID() uuid.UUID {
	for _, o := range []looseObject{
		e.UserData, e.Context.child("recipient_data"), e.Context.child("user_data"),
		e.RecipientData, e.Metadata, e.Context,
	} {
		text, _ := o[CallIDKey].(string)
		if id, err := uuid.Parse(text); err == nil {
			return id
		}
	}
	return uuid.Nil
}

// talked is the time in conversation, in seconds. telephony_data.duration
// (whole seconds of the connected line) stands in only where neither spelling
// of it is there.
func (e execution) talked() flexNumber {
	for _, n := range []flexNumber{e.ConversationDuration, e.ConversationTime, e.Telephony.Duration} {
		if n.value != nil {
			return n
		}
	}
	return flexNumber{}
}

// flexString is a string, a number or null.
type flexString string

// UnmarshalJSON never fails: what is neither is "".
func (s *flexString) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		*s = flexString(strings.TrimSpace(text))
		return nil
	}
	var number json.Number
	if json.Unmarshal(b, &number) == nil {
		*s = flexString(number.String())
	}
	return nil
}

// flexNumber is a number, a number in a string, or null.
type flexNumber struct{ value *float64 }

// UnmarshalJSON never fails: what is no finite number is absent.
func (n *flexNumber) UnmarshalJSON(b []byte) error {
	var text flexString
	_ = text.UnmarshalJSON(b)
	if v, err := strconv.ParseFloat(string(text), 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
		n.value = &v
	}
	return nil
}

// flexBool is a boolean, a boolean in a string, 1, 0 or null.
type flexBool bool

// UnmarshalJSON never fails: what is no boolean is false.
func (v *flexBool) UnmarshalJSON(b []byte) error {
	parsed, _ := strconv.ParseBool(strings.Trim(string(b), `"`))
	*v = flexBool(parsed)
	return nil
}

// looseObject is an object, or an object in a string.
type looseObject map[string]any

// UnmarshalJSON never fails: what is no object is empty.
func (o *looseObject) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		b = []byte(text)
	}
	var m map[string]any
	if json.Unmarshal(b, &m) == nil {
		*o = m
	}
	return nil
}

func (o looseObject) child(key string) looseObject {
	switch v := o[key].(type) {
	case map[string]any:
		return v
	case string:
		var m looseObject
		_ = m.UnmarshalJSON([]byte(v))
		return m
	}
	return nil
}

func firstOf(options ...flexString) string {
	for _, o := range options {
		if o != "" {
			return string(o)
		}
	}
	return ""
}
