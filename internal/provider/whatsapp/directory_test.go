package whatsapp_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/provider"
	"github.com/auto-engagement/flows/internal/provider/whatsapp"
)

// graph answers each path and cursor with what Meta's pages show.
func graph(t *testing.T, pages map[string]string) (client *whatsapp.Client, asked *[]string) {
	t.Helper()
	asked = &[]string{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = append(*asked, r.Header.Get("Authorization"))
		answer, found := pages[r.URL.Path+" "+r.URL.Query().Get("after")]
		if !found {
			// Graph API, "Handling errors".
			w.WriteHeader(http.StatusUnauthorized)
			answer = `{"error":{"message":"Error validating access token: EAAG-secret expired","type":"OAuthException","code":190,"fbtrace_id":"A1"}}`
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	return whatsapp.New(s.URL, "v23.0", provider.NewHTTPClient(nil)), asked
}

func cloud(config string) provider.Credentials {
	return provider.Credentials{Config: json.RawMessage(config), Secret: "EAAG-secret"}
}

// Graph API reference, "WhatsApp Business Account, Message Templates", and
// "Paginated results".
func TestTemplatesAreReadPageByPage(t *testing.T) {
	t.Parallel()
	client, asked := graph(t, map[string]string{
		"/v23.0/102/message_templates ": `{"data":[{"name":"order_update","components":[
			{"type":"HEADER","format":"TEXT","text":"Order {{1}}","example":{"header_text":["17"]}},
			{"type":"BODY","text":"Hi {{name}}, {{2}} is on its way. {{2}}!"},{"type":"FOOTER","text":"Reply STOP"},
			{"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Ok"},{"type":"URL","text":"Track","url":"https://acme.example/{{1}}"}]}],
			"language":"en_US","status":"APPROVED","category":"UTILITY","id":"594425479261596"}],
			"paging":{"cursors":{"before":"MAZDZD","after":"MjQZD"},"next":"https://elsewhere.example/?access_token=EAAG-secret"}}`,
		"/v23.0/102/message_templates MjQZD": `{"data":[{"name":"hello","language":"hi","status":"REJECTED","category":"MARKETING","id":"2"}],
			"paging":{"cursors":{"before":"MAZDZD","after":"MjUZD"}}}`,
	})
	list, err := client.MessageTemplates(t.Context(), cloud(`{"business_account_id":"102"}`))
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, "order_update", list[0].Name)
	require.Equal(t, "en_US", list[0].Language)
	require.Equal(t, []string{"header.1", "name", "2", "button.1.1"}, list[0].Variables)
	require.Equal(t, "REJECTED", list[1].Status)
	require.Empty(t, list[1].Variables)
	require.Equal(t, []string{"Bearer EAAG-secret", "Bearer EAAG-secret"}, *asked, "the second page too is asked of the same server")
}

// WhatsApp Business Management API, "Business phone numbers".
func TestNumbersAreThoseOfTheAccountOrTheOneNamed(t *testing.T) {
	t.Parallel()
	client, _ := graph(t, map[string]string{
		"/v23.0/102/phone_numbers ": `{"data":[{"verified_name":"Jasper's Market","display_phone_number":"+1 631-555-5555","id":"1906385232743451",
			"quality_rating":"GREEN","status":"CONNECTED"},{"verified_name":"No id"}]}`,
		"/v23.0/1906385232743451 ": `{"verified_name":"Jasper's Market","display_phone_number":"+1 631-555-5555","id":"1906385232743451"}`,
	})
	want := provider.WhatsAppNumber{ID: "1906385232743451", Number: "+1 631-555-5555", Name: "Jasper's Market"}
	one, err := client.WhatsAppNumbers(t.Context(), cloud(`{"phone_number_id":"1906385232743451"}`))
	require.NoError(t, err)
	require.Equal(t, []provider.WhatsAppNumber{want}, one)
	want.Quality, want.Status = "GREEN", "CONNECTED"
	all, err := client.WhatsAppNumbers(t.Context(), cloud(`{"business_account_id":"102"}`))
	require.NoError(t, err)
	require.Equal(t, []provider.WhatsAppNumber{want}, all)
}

func TestARefusedTokenIsToldWithoutIt(t *testing.T) {
	t.Parallel()
	client, _ := graph(t, nil)
	_, err := client.WhatsAppNumbers(t.Context(), cloud(`{"business_account_id":"102"}`))
	reason, refused := provider.Refusal(err)
	require.True(t, refused)
	require.Equal(t, "HTTP 401: Error validating access token: [secret] expired", reason)
	_, err = client.MessageTemplates(t.Context(), cloud(`{"mode":"chat_agent"}`))
	_, refused = provider.Refusal(err)
	require.True(t, refused, "a chat-agent server has no lists")
}
