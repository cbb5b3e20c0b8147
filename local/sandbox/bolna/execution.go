package bolna

import (
	"encoding/json"
	"maps"
	"strconv"
	"time"
)

// execution is the object that GET /executions/{id} answers, webhooks carry
// and lists hold, with the fields of Bolna's "Execution payload reference" and
// the types of payloads seen: durations of telephony_data as strings, times
// without a zone (UTC). What was given as user_data comes back in
// context_details.recipient_data.
type execution struct {
	ID                   string        `json:"id"`
	AgentID              string        `json:"agent_id"`
	BatchID              *string       `json:"batch_id"`
	CreatedAt            string        `json:"created_at"`
	UpdatedAt            string        `json:"updated_at"`
	ScheduledAt          string        `json:"scheduled_at"`
	RescheduledAt        *string       `json:"rescheduled_at"`
	Status               string        `json:"status"`
	SmartStatus          string        `json:"smart_status"`
	ErrorMessage         *string       `json:"error_message"`
	AnsweredByVoiceMail  *bool         `json:"answered_by_voice_mail"`
	ConversationDuration float64       `json:"conversation_duration"`
	TotalCost            float64       `json:"total_cost"`
	Transcript           *string       `json:"transcript"`
	Summary              *string       `json:"summary"`
	ExtractedData        any           `json:"extracted_data"`
	CostBreakdown        costBreakdown `json:"cost_breakdown"`
	Telephony            telephony     `json:"telephony_data"`
	TransferCallData     any           `json:"transfer_call_data"`
	Context              contextOf     `json:"context_details"`
	BatchRunDetails      any           `json:"batch_run_details"`
	Provider             string        `json:"provider"`
}

type costBreakdown struct {
	LLM         float64 `json:"llm"`
	Network     float64 `json:"network"`
	Platform    float64 `json:"platform"`
	Synthesizer float64 `json:"synthesizer"`
	Transcriber float64 `json:"transcriber"`
}

type telephony struct {
	Duration       any     `json:"duration"`
	ToNumber       string  `json:"to_number"`
	FromNumber     string  `json:"from_number"`
	RecordingURL   *string `json:"recording_url"`
	Hosted         bool    `json:"hosted_telephony"`
	ProviderCallID string  `json:"provider_call_id"`
	CallType       string  `json:"call_type"`
	Provider       string  `json:"provider"`
	HangupBy       *string `json:"hangup_by"`
	HangupReason   *string `json:"hangup_reason"`
	HangupCode     *int    `json:"hangup_provider_code"`
}

type contextOf struct {
	RecipientData        map[string]any `json:"recipient_data"`
	RecipientPhoneNumber string         `json:"recipient_phone_number"`
}

const telephonyProvider = "plivo"

func modern(c call) execution {
	e := execution{
		ID: c.id, AgentID: c.agentID,
		CreatedAt: naive(c.created), UpdatedAt: naive(c.updated), ScheduledAt: naive(c.scheduled),
		Status: c.now.status, SmartStatus: c.now.status, ErrorMessage: some(c.now.errorMessage),
		ConversationDuration: c.now.talk,
		Telephony: telephony{
			Duration: seconds(c.now.talk), ToNumber: c.to, FromNumber: c.from, Hosted: true,
			ProviderCallID: "sandbox-" + c.id, CallType: "outbound", Provider: telephonyProvider,
			HangupBy: some(c.now.hangupBy), HangupReason: some(c.now.hangupReason), HangupCode: someInt(c.now.hangupCode),
		},
		Context:  contextOf{RecipientData: recipientData(c.userData), RecipientPhoneNumber: c.to},
		Provider: telephonyProvider,
	}
	if c.now.voicemail {
		e.AnsweredByVoiceMail = &c.now.voicemail
	}
	switch c.now.status {
	case statusDisconnected:
		e.Telephony.RecordingURL = new(string) // "" until the recording is there
	case statusCompleted:
		if c.now.talk > 0 {
			e.Telephony.RecordingURL = some("https://recordings.invalid/" + c.id + ".mp3")
			e.Transcript = some("assistant: Hello, is this a good time?\nuser: Yes, go on.\n")
			e.TotalCost = 6.66
			e.CostBreakdown = costBreakdown{LLM: 0.14, Network: 2, Platform: 2, Synthesizer: 1.52, Transcriber: 1}
		}
	}
	return e
}

// olderExecution is the shape on Bolna's older pages: the id a number,
// conversation_time, numbers where the newer one has strings, times with a
// zone, and user_data at the top.
type olderExecution struct {
	ID                  int64           `json:"id"`
	AgentID             string          `json:"agent_id"`
	BatchID             *string         `json:"batch_id"`
	ConversationTime    float64         `json:"conversation_time"`
	TotalCost           float64         `json:"total_cost"`
	Status              string          `json:"status"`
	ErrorMessage        *string         `json:"error_message"`
	AnsweredByVoiceMail bool            `json:"answered_by_voice_mail"`
	Transcript          *string         `json:"transcript"`
	CreatedAt           string          `json:"created_at"`
	UpdatedAt           string          `json:"updated_at"`
	UserData            json.RawMessage `json:"user_data"`
	Telephony           telephony       `json:"telephony_data"`
}

func older(c call) olderExecution {
	e := modern(c)
	id, _ := strconv.ParseInt(c.id, 10, 64)
	e.Telephony.Duration = c.now.talk
	if e.Telephony.RecordingURL == nil {
		e.Telephony.RecordingURL = new(string)
	}
	return olderExecution{
		ID: id, AgentID: e.AgentID, ConversationTime: e.ConversationDuration, TotalCost: e.TotalCost,
		Status: e.Status, ErrorMessage: e.ErrorMessage, AnsweredByVoiceMail: c.now.voicemail, Transcript: e.Transcript,
		CreatedAt: zoned(c.created), UpdatedAt: zoned(c.updated), UserData: c.userData, Telephony: e.Telephony,
	}
}

// payload is the execution as Bolna would show it.
func payload(c call) any {
	if c.script.older {
		return older(c)
	}
	return modern(c)
}

// trimmed is the projection that the documentation promises of lists.
func trimmed(c call) any {
	full := modern(c)
	return map[string]any{
		"id": full.ID, "status": full.Status, "conversation_duration": full.ConversationDuration,
		"created_at": full.CreatedAt,
		"telephony_data": map[string]any{
			"to_number": full.Telephony.ToNumber, "from_number": full.Telephony.FromNumber,
			"duration": full.Telephony.Duration, "call_type": full.Telephony.CallType, "provider": full.Telephony.Provider,
		},
	}
}

// recipientData is user_data with the zone that Bolna adds.
func recipientData(userData json.RawMessage) map[string]any {
	data := map[string]any{"timezone": "Asia/Kolkata"}
	var given map[string]any
	if json.Unmarshal(userData, &given) == nil {
		maps.Copy(data, given)
	}
	return data
}

func naive(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000") }
func zoned(t time.Time) string { return t.UTC().Format(time.RFC3339) }
func seconds(s float64) string { return strconv.FormatFloat(s, 'f', 1, 64) }
func some(s string) *string    { return someOf(s, s != "") }
func someInt(n int) *int       { return someOf(n, n != 0) }
func someOf[T any](v T, ok bool) *T {
	if !ok {
		return nil
	}
	return &v
}
