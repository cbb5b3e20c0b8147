package whatsapp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/auto-engagement/flows/internal/provider"
)

// Pages "messages webhook reference", "Status messages webhook reference" and
// "user_preferences webhook reference".
const webhook = `{
 "object": "whatsapp_business_account",
 "entry": [
  {"id": "102290129340398", "changes": [
   {"field": "messages", "value": {
     "messaging_product": "whatsapp",
     "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
     "statuses": [
       {"id": "wamid.1", "status": "delivered", "timestamp": "1750030073", "recipient_id": "919845012345",
        "biz_opaque_callback_data": "019ae5a0-0000-7000-8000-000000000017",
        "conversation": {"id": "312", "origin": {"type": "marketing"}},
        "pricing": {"billable": true, "pricing_model": "PMP", "category": "marketing"}},
       {"id": "wamid.2", "status": "failed", "timestamp": "1750030074", "recipient_id": "919845012346",
        "errors": [{"code": 131049, "title": "This message was not delivered to maintain healthy ecosystem engagement.",
          "message": "This message was not delivered to maintain healthy ecosystem engagement.",
          "error_data": {"details": "In order to maintain a healthy ecosystem engagement, the message failed to be delivered."},
          "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"}]}]}},
   {"field": "messages", "value": {
     "messaging_product": "whatsapp",
     "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
     "contacts": [{"profile": {"name": "Asha"}, "wa_id": "919845012345"}],
     "messages": [
       {"from": "919845012345", "id": "wamid.3", "timestamp": "1749416383", "type": "text", "text": {"body": "STOP"}},
       {"from": "919845012346", "id": "wamid.4", "type": "button", "button": {"payload": "x", "text": "Unsubscribe"}},
       {"from": "919845012347", "id": "wamid.5", "type": "interactive",
        "interactive": {"type": "button_reply", "button_reply": {"id": "1", "title": "Yes"}}},
       {"from": "919845012348", "id": "wamid.6", "type": "image", "image": {"id": "9"}}]}}]},
  {"id": "102290129340399", "changes": [
   {"field": "user_preferences", "value": {
     "messaging_product": "whatsapp",
     "metadata": {"display_phone_number": "15550783882", "phone_number_id": "106540352242923"},
     "user_preferences": [
       {"wa_id": "919845012349", "detail": "User requested to stop marketing messages", "category": "marketing_messages",
        "value": "stop", "timestamp": 1731705721},
       {"wa_id": "919845012350", "detail": "User requested to resume marketing messages", "category": "marketing_messages",
        "value": "resume", "timestamp": 1731705722}]}},
   {"field": "message_template_status_update", "value": {"event": "PAUSED", "message_template_name": "x"}}]}]}`

func TestParseWebhookSplitsIntoEvents(t *testing.T) {
	t.Parallel()
	entries, err := ParseWebhook([]byte(webhook))
	require.NoError(t, err)
	status := func(r provider.MessageReport) Entry { return Entry{PhoneNumberID: "106540352242922", Status: &r} }
	inbound := func(number, from, text string) Entry {
		return Entry{PhoneNumberID: number, Inbound: &Inbound{From: from, Text: text}}
	}
	want := []Entry{
		status(provider.MessageReport{ProviderID: "wamid.1", OurID: uuid.MustParse(ours), Status: "delivered"}),
		status(provider.MessageReport{ProviderID: "wamid.2", Status: "failed", Code: "131049", Reason: sentences[131049]}),
		inbound("106540352242922", "+919845012345", "STOP"),
		inbound("106540352242922", "+919845012346", "Unsubscribe"),
		inbound("106540352242922", "+919845012347", "Yes"),
		inbound("106540352242922", "+919845012348", ""),
		inbound("106540352242923", "+919845012349", "STOP"),
		inbound("106540352242923", "+919845012350", ""),
	}
	for i, e := range entries {
		restored, err := ParseEntry(e.Raw)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(e, restored))
		entries[i].Raw = nil
	}
	require.Empty(t, cmp.Diff(want, entries))
}

func TestParseWebhookKeepsWhatTheProviderSaid(t *testing.T) {
	t.Parallel()
	entries, err := ParseWebhook([]byte(webhook))
	require.NoError(t, err)
	require.JSONEq(t, `{"phone_number_id":"106540352242922","message":
		{"from":"919845012345","id":"wamid.3","timestamp":"1749416383","type":"text","text":{"body":"STOP"}}}`, string(entries[2].Raw))
}

func TestWhatIsNoWebhookIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "null", "[]", "{}", `{"object":17}`, "{"} {
		_, err := ParseWebhook([]byte(body))
		require.Error(t, err, body)
	}
	for _, body := range []string{"", "null", "{}", `{"phone_number_id":"1","status":{}}`, `{"message":{}}`, `{"preference":{"value":"stop"}}`} {
		_, err := ParseEntry([]byte(body))
		require.Error(t, err, body)
	}
}

func TestAWebhookOfOtherFieldsHasNoEvents(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"object":"page"}`,
		`{"object":"whatsapp_business_account","entry":[{"changes":[{"value":null},{"value":"x"},{"value":{"event":"y"}}]}]}`,
		`{"object":"whatsapp_business_account","entry":[{"changes":[{"value":{"metadata":{"phone_number_id":"1"},"statuses":[17,{}],"messages":[null]}}]}]}`,
	} {
		entries, err := ParseWebhook([]byte(body))
		require.NoError(t, err, body)
		require.Empty(t, entries)
	}
}

// Graph API, page "Webhooks", validating payloads.
func TestVerifyTakesOnlyTheRightSignature(t *testing.T) {
	t.Parallel()
	sign := func(secret string, body []byte) string {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		return "sha256=" + hex.EncodeToString(mac.Sum(nil))
	}
	body := []byte(webhook)
	require.True(t, Verify("app-secret", body, sign("app-secret", body)))
	for _, header := range []string{
		"", "sha256=", "sha256=zz", sign("other", body), sign("app-secret", append([]byte(" "), body...)),
		sign("app-secret", body)[len("sha256="):], sign("app-secret", body)[:70], "sha1=" + sign("app-secret", body)[len("sha256="):],
	} {
		require.False(t, Verify("app-secret", body, header), header)
	}
	require.False(t, Verify("", body, sign("", body)), "no secret verifies nothing")
	rapid.Check(t, func(t *rapid.T) {
		header := rapid.String().Draw(t, "header")
		require.False(t, Verify("app-secret", body, header))
	})
}

func TestIsStop(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"STOP", "stop", " Stop. ", "Stop!!!", "STOP 🛑", "please stop", "Stop please", "Pls STOP", "stop messages", "STOPALL",
		"Unsubscribe", "UNSUBSCRIBE ME", "opt-out", "Opt Out", "Don't message me", "Don’t message", "Do not contact me", "remove me",
		"band karo", "Band kar do", "message mat bhejo", "Msg mat karo please",
		"बंद करो", "बन्द करो", "कृपया बंद करें", "मैसेज मत भेजो", "स्टॉप", "रोको।", "सदस्यता समाप्त करें", "बंद\u200d करो",
	} {
		require.True(t, IsStop(text), text)
	}
	for _, text := range []string{
		"", "please", "don't stop", "When does the bus stop?", "I will stop by tomorrow", "yes", "cancel", "end", "start", "help",
		"non stop", "please do not stop the service", "दुकान कब बंद होती है", "1", "🙂", "stopover",
	} {
		require.False(t, IsStop(text), text)
	}
}
