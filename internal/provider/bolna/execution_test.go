package bolna

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/auto-engagement/flows/internal/flow"
)

const ours = "019ae5a0-0000-7000-8000-000000000017"

// A completed call in the shape of the page "Get execution" and of observed
// webhooks: the variables come back in context_details.recipient_data, and
// the line's duration is a string.
const completed = `{
  "id": "4c06b4d1-4096-4561-919a-4f94539c8d4a",
  "agent_id": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
  "batch_id": null,
  "created_at": "2026-11-22T08:48:27.193399",
  "answered_by_voice_mail": null,
  "conversation_duration": 24.2,
  "total_cost": 3.54,
  "transcript": "assistant: Hello\nuser: hello, yes\n",
  "status": "completed",
  "error_message": null,
  "telephony_data": {
    "duration": "24", "to_number": "+919845012345", "from_number": "+918035739222",
    "recording_url": "https://recordings.example/4c06.mp3", "hosted_telephony": true,
    "provider_call_id": "e316", "call_type": "outbound", "provider": "plivo",
    "hangup_by": "Callee", "hangup_reason": "Call recipient hungup", "hangup_provider_code": 4000
  },
  "transfer_call_data": null,
  "context_details": {
    "recipient_data": {"name": "Asha", "aef_call_id": "` + ours + `"},
    "recipient_phone_number": "+919845012345"
  }
}`

func TestParseExecutionReadsTheDocumentedObject(t *testing.T) {
	t.Parallel()
	r, err := ParseExecution([]byte(completed))
	require.NoError(t, err)
	require.Equal(t, "4c06b4d1-4096-4561-919a-4f94539c8d4a", r.ProviderID)
	require.Equal(t, uuid.MustParse(ours), r.OurID)
	require.Equal(t, "completed", r.Status)
	require.True(t, r.Ended)
	require.False(t, r.Live)
	require.Equal(t, flow.OutcomeAnswered, r.Outcome)
	require.InDelta(t, 24.2, *r.DurationSeconds, 0)
	require.InDelta(t, 3.54, *r.Cost, 0)
	require.Equal(t, "https://recordings.example/4c06.mp3", r.RecordingURL)
	require.Equal(t, "/executions/4c06b4d1-4096-4561-919a-4f94539c8d4a", r.TranscriptRef)
	require.Equal(t, "Call recipient hungup", r.Reason)
}

func TestParseExecutionTakesEverySpelling(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		id   string
		ours bool
		secs float64
	}{
		"numeric id":                 {`{"id":7432382142914,"status":"queued"}`, "7432382142914", false, -1},
		"execution_id":               {`{"execution_id":"ex-1","status":"queued"}`, "ex-1", false, -1},
		"null id and execution_id":   {`{"id":null,"execution_id":"ex-1"}`, "ex-1", false, -1},
		"conversation_time":          {`{"id":"a","conversation_time":12}`, "a", false, 12},
		"duration in a string":       {`{"id":"a","conversation_duration":"12.5"}`, "a", false, 12.5},
		"only the line's, a string":  {`{"id":"a","telephony_data":{"duration":"42"}}`, "a", false, 42},
		"only the line's, a number":  {`{"id":"a","telephony_data":{"duration":42}}`, "a", false, 42},
		"a duration that is none":    {`{"id":"a","conversation_duration":"soon"}`, "a", false, -1},
		"telephony_data null":        {`{"id":"a","telephony_data":null}`, "a", false, -1},
		"telephony_data a list":      {`{"id":"a","telephony_data":[1]}`, "a", false, -1},
		"user_data":                  {`{"id":"a","user_data":{"aef_call_id":"` + ours + `"}}`, "a", true, -1},
		"user_data as a string":      {`{"id":"a","user_data":"{\"aef_call_id\":\"` + ours + `\"}"}`, "a", true, -1},
		"context_details.user_data":  {`{"id":"a","context_details":{"user_data":{"aef_call_id":"` + ours + `"}}}`, "a", true, -1},
		"context_details itself":     {`{"id":"a","context_details":{"aef_call_id":"` + ours + `"}}`, "a", true, -1},
		"recipient_data as a string": {`{"id":"a","context_details":{"recipient_data":"{\"aef_call_id\":\"` + ours + `\"}"}}`, "a", true, -1},
		"recipient_data null":        {`{"id":"a","context_details":{"recipient_data":null}}`, "a", false, -1},
		"metadata":                   {`{"id":"a","metadata":{"aef_call_id":"` + ours + `"}}`, "a", true, -1},
		"an id of ours that is none": {`{"id":"a","user_data":{"aef_call_id":17}}`, "a", false, -1},
		"only our id":                {`{"user_data":{"aef_call_id":"` + ours + `"}}`, "", true, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := ParseExecution([]byte(c.body))
			require.NoError(t, err)
			require.Equal(t, c.id, r.ProviderID)
			require.Equal(t, c.ours, r.OurID == uuid.MustParse(ours))
			if c.secs < 0 {
				require.Nil(t, r.DurationSeconds)
			} else {
				require.InDelta(t, c.secs, *r.DurationSeconds, 0)
			}
		})
	}
}

func TestARecordingThatIsNotThereIsEmpty(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"id":"a","recording_url":""}`,
		`{"id":"a","telephony_data":{"recording_url":""}}`,
		`{"id":"a","telephony_data":{"recording_url":null}}`,
	} {
		r, err := ParseExecution([]byte(body))
		require.NoError(t, err)
		require.Empty(t, r.RecordingURL)
	}
	r, err := ParseExecution([]byte(`{"id":"a","recording_url":"https://r/1","telephony_data":{"recording_url":""}}`))
	require.NoError(t, err)
	require.Equal(t, "https://r/1", r.RecordingURL)
}

func TestWhatIsNoExecutionIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "  ", "null", "[]", `"x"`, "17", "{", `{"status":"completed"}`, `{"id":""}`, `{"id":{}}`} {
		_, err := ParseExecution([]byte(body))
		require.Error(t, err, "%q", body)
	}
}

// Statuses: page "List of call status". Hang-up reasons: page "Hangup status
// and codes".
func TestHowACallEnded(t *testing.T) {
	t.Parallel()
	const (
		open  = "open" // neither live nor ended
		live  = "live"
		talk  = `"conversation_duration":12.5`
		quiet = `"conversation_duration":0`
		vm    = `"answered_by_voice_mail":true`
	)
	hangup := func(reason string) string {
		return quiet + `,"telephony_data":{"duration":"0","hangup_reason":"` + reason + `"}`
	}
	for _, c := range []struct{ status, rest, want, detail string }{
		{"scheduled", quiet, live, ""},
		{"queued", quiet, live, ""},
		{"rescheduled", quiet, live, ""},
		{"initiated", quiet, live, ""},
		{"ringing", quiet, live, ""},
		{"in-progress", quiet, live, ""},
		{"in-progress", talk, live, ""},
		{"In-Progress", talk, live, ""},
		{"call-disconnected", quiet, open, ""},
		{"call-disconnected", `"x":1`, open, ""},
		{"call-disconnected", hangup("Call unanswered"), open, ""},
		{"call-disconnected", talk, "answered", "call_disconnected"},
		{"call-disconnected", talk + "," + vm, "missed", "voicemail"},
		{"call-disconnected", hangup("voicemail_detected"), "missed", "voicemail"},
		{"completed", talk, "answered", "completed"},
		{"completed", `"conversation_time":3`, "answered", "completed"},
		{"completed", `"telephony_data":{"duration":"3"}`, "answered", "completed"},
		{"completed", `"conversation_duration":0,"telephony_data":{"duration":"3"}`, "missed", "no_answer"},
		{"completed", quiet + `,"transcript":"assistant: Hi\nuser: hello"`, "answered", "completed"},
		{"completed", quiet + `,"transcript":"assistant: Hi user: x\nuser:  \n"`, "missed", "no_answer"},
		{"completed", talk + "," + vm, "missed", "voicemail"},
		{"completed", talk + `,"answered_by_voice_mail":"true"`, "missed", "voicemail"},
		{"completed", talk + `,"answered_by_voice_mail":false`, "answered", "completed"},
		{"completed", talk + `,"termination_reason":"voicemail"`, "missed", "voicemail"},
		{"completed", talk + `,"telephony_data":{"hangup_reason":"Voice Mail"}`, "missed", "voicemail"},
		{"completed", quiet, "missed", "no_answer"},
		{"completed", hangup("Call recipient was busy"), "missed", "busy"},
		{"completed", hangup("Call unanswered"), "missed", "no_answer"},
		{"completed", hangup("Call recipient rejected"), "missed", "no_answer"},
		{"completed", hangup("Call recipient hung up"), "missed", "no_answer"},
		{"completed", hangup("Call recipient hungup"), "missed", "no_answer"},
		{"completed", hangup("Call timed out"), "missed", "no_answer"},
		{"completed", hangup("inactivity_timeout"), "missed", "no_answer"},
		{"completed", hangup("End of inputs from Bolna"), "missed", "no_answer"},
		{"completed", hangup("Call completed"), "missed", "no_answer"},
		{"completed", hangup("Call recipient number invalid"), "failed", "invalid_number"},
		{"completed", hangup("Carrier declined"), "failed", "completed"},
		{"completed", hangup("Bolna Error"), "failed", "completed"},
		{"completed", hangup("Network Congestion From Carrier"), "failed", "completed"},
		{"completed", hangup("Telephony Internal Error"), "failed", "completed"},
		{"completed", hangup("failed"), "failed", "completed"},
		{"completed", hangup("Call canceled"), "failed", "completed"},
		{"no-answer", quiet, "missed", "no_answer"},
		{"no-answer", `"telephony_data":{"duration":"30"}`, "missed", "no_answer"},
		{"no-answer", vm, "missed", "voicemail"},
		{"busy", quiet, "missed", "busy"},
		{"busy", hangup("Call recipient was busy"), "missed", "busy"},
		{"failed", quiet, "failed", "failed"},
		{"failed", talk, "answered", "failed"},
		{"canceled", quiet, "failed", "canceled"},
		{"cancelled", quiet, "failed", "canceled"},
		{"stopped", quiet, "failed", "stopped"},
		{"error", quiet, "failed", "error"},
		{"balance-low", quiet, "failed", "balance_low"},
		{"", talk, open, ""},
		{"on-hold", talk, open, ""},
	} {
		t.Run(c.status+" "+c.rest, func(t *testing.T) {
			t.Parallel()
			r, err := ParseExecution([]byte(`{"id":"a","status":"` + c.status + `",` + c.rest + `}`))
			require.NoError(t, err)
			require.Equal(t, c.want == live, r.Live)
			require.Equal(t, c.want != live && c.want != open, r.Ended)
			if r.Ended {
				require.Equal(t, flow.Outcome(c.want), r.Outcome)
			} else {
				require.Equal(t, flow.OutcomeNone, r.Outcome)
			}
			require.Equal(t, c.detail, r.Detail)
		})
	}
}

// Whatever types the provider's fields take one day, a call that is named is
// read, and what is read holds together.
func TestParseExecutionBearsAnyFieldOfAnyType(t *testing.T) {
	t.Parallel()
	values := []any{
		nil, true, false, 0, 1.5, -3, "", "text", "12", "NaN", "completed", "busy",
		[]any{},
		map[string]any{},
		[]any{map[string]any{"a": 1}},
		map[string]any{"recipient_data": []any{1}},
	}
	keys := []string{
		"execution_id", "status", "error_message", "conversation_duration", "conversation_time",
		"answered_by_voice_mail", "transcript", "recording_url", "total_cost", "termination_reason",
		"hangup_reason", "telephony_data", "user_data", "metadata", "context_details", "unheard_of",
	}
	rapid.Check(t, func(t *rapid.T) {
		object := map[string]any{"id": "named"}
		for _, key := range keys {
			if rapid.Bool().Draw(t, key) {
				object[key] = rapid.SampledFrom(values).Draw(t, key+" value")
			}
		}
		body, err := json.Marshal(object)
		require.NoError(t, err)
		r, err := ParseExecution(body)
		require.NoError(t, err)
		require.Equal(t, "named", r.ProviderID)
		require.False(t, r.Live && r.Ended)
		require.Equal(t, r.Ended, r.Outcome != flow.OutcomeNone)
		require.Equal(t, r.Ended, r.Detail != "")
	})
}
