package whatsapp

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/auto-engagement/flows/internal/provider"
)

// envelope is a webhook with one value, as the page "messages webhook
// reference" has it.
func envelope(value string) []byte {
	return []byte(`{"object":"whatsapp_business_account","entry":[{"id":"1","time":17,"changes":[{"field":"messages","value":` + value + `}]}]}`)
}

// What Meta leaves out, adds or writes otherwise costs nothing of the rest.
// Page "Status messages webhook reference".
func TestAStatusIsReadWhateverIsMissingOrNew(t *testing.T) {
	t.Parallel()
	const number = `"metadata":{"phone_number_id":"106540352242922"}`
	for name, c := range map[string]struct {
		status string
		want   provider.MessageReport
	}{
		"nothing but its name":   {`{"id":"wamid.1","status":"read"}`, provider.MessageReport{ProviderID: "wamid.1", Status: "read"}},
		"fields of tomorrow":     {`{"id":"wamid.1","status":"sent","type":"message","payment":{"a":[1]},"pricing":null,"conversation":"x","timestamp":1750030073}`, provider.MessageReport{ProviderID: "wamid.1", Status: "sent"}},
		"a status of tomorrow":   {`{"id":"wamid.1","status":"played"}`, provider.MessageReport{ProviderID: "wamid.1", Status: "played"}},
		"callback data of ours":  {`{"id":"wamid.1","status":"sent","biz_opaque_callback_data":"` + ours + `"}`, provider.MessageReport{ProviderID: "wamid.1", OurID: uuid.MustParse(ours), Status: "sent"}},
		"callback data of other": {`{"id":"wamid.1","status":"sent","biz_opaque_callback_data":{"x":1}}`, provider.MessageReport{ProviderID: "wamid.1", Status: "sent"}},
		"failed without errors":  {`{"id":"wamid.1","status":"failed"}`, provider.MessageReport{ProviderID: "wamid.1", Status: "failed"}},
		"failed, errors null":    {`{"id":"wamid.1","status":"failed","errors":null}`, provider.MessageReport{ProviderID: "wamid.1", Status: "failed"}},
		"failed, errors no list": {`{"id":"wamid.1","status":"failed","errors":{"code":131026}}`, provider.MessageReport{ProviderID: "wamid.1", Status: "failed"}},
		"an error without data":  {`{"id":"wamid.1","status":"failed","errors":[{"code":131026}]}`, provider.MessageReport{ProviderID: "wamid.1", Status: "failed", Code: "131026", Reason: sentences[131026]}},
		"error data that is odd": {`{"id":"wamid.1","status":"failed","errors":[{"code":131047,"error_data":"x","title":7}]}`, provider.MessageReport{ProviderID: "wamid.1", Status: "failed", Code: "131047", Reason: sentences[131047]}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entries, err := ParseWebhook(envelope(`{` + number + `,"statuses":[` + c.status + `],"contacts":7}`))
			require.NoError(t, err)
			require.Len(t, entries, 1)
			require.Equal(t, &c.want, entries[0].Status)
		})
	}
}

// An entry that cannot be read takes nobody's STOP with it.
func TestAStopIsHeardBesideWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	const stop = `"messages":[{"from":"919845012345","type":"text","text":{"body":"STOP"},"context":{"forwarded":"yes"},"referral":[]}]`
	for name, body := range map[string]string{
		"statuses that are none": string(envelope(`{"metadata":{"phone_number_id":"1","display_phone_number":7},"statuses":{"id":1},` + stop + `}`)),
		"a message that is none": string(envelope(`{"metadata":{"phone_number_id":"1"},"messages":[17,null,{"from":7},` + stop[len(`"messages":[`):] + `}`)),
		"an entry that is none": `{"object":"whatsapp_business_account","entry":[7,{"changes":{}},{"changes":[null,7]},
			{"changes":[{"value":{"metadata":{"phone_number_id":"1"},` + stop + `}}]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entries, err := ParseWebhook([]byte(body))
			require.NoError(t, err)
			require.Len(t, entries, 1)
			phone, is, err := new(Client).Stop(entries[0].Raw)
			require.NoError(t, err)
			require.True(t, is)
			require.Equal(t, "+919845012345", phone)
		})
	}
}

// Whatever types the fields take one day: what is named is read, and what is
// read can be stored and read again.
func TestAWebhookBearsAnyFieldOfAnyType(t *testing.T) {
	t.Parallel()
	values := []any{nil, true, 0, -1.5, "", "STOP", []any{}, []any{"x"}, map[string]any{}, map[string]any{"body": 7, "title": "x", "code": "1"}}
	keys := []string{
		"timestamp", "recipient_id", "conversation", "pricing", "errors", "biz_opaque_callback_data", "type", "text", "button",
		"interactive", "context", "unheard_of",
	}
	rapid.Check(t, func(t *rapid.T) {
		object := func(named map[string]any) map[string]any {
			for _, key := range keys {
				if rapid.Bool().Draw(t, key) {
					named[key] = rapid.SampledFrom(values).Draw(t, key+" value")
				}
			}
			return named
		}
		value, err := json.Marshal(map[string]any{
			"metadata": map[string]any{"phone_number_id": "1", "display_phone_number": rapid.SampledFrom(values).Draw(t, "display")},
			"statuses": []any{object(map[string]any{"id": "wamid.1", "status": "sent"})},
			"messages": []any{object(map[string]any{"from": "919845012345"})},
			"contacts": rapid.SampledFrom(values).Draw(t, "contacts"),
		})
		require.NoError(t, err)
		entries, err := ParseWebhook(envelope(string(value)))
		require.NoError(t, err)
		require.Len(t, entries, 2)
		require.Equal(t, "wamid.1", entries[0].Status.ProviderID)
		require.Equal(t, "+919845012345", entries[1].Inbound.From)
		for _, e := range entries {
			again, err := ParseEntry(e.Raw)
			require.NoError(t, err)
			require.Equal(t, e, again)
		}
	})
}
