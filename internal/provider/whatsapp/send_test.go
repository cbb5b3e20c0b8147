package whatsapp

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/provider"
)

const ours = "019ae5a0-0000-7000-8000-000000000017"

// exchange answers every request with one status and body, and keeps what was
// asked.
type exchange struct {
	status int
	retry  string
	body   string
	target string
	auth   string
	sent   []byte
}

func (e *exchange) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.target, e.auth = r.Method+" "+r.URL.RequestURI(), r.Header.Get("Authorization")
	e.sent, _ = io.ReadAll(r.Body)
	if e.retry != "" {
		w.Header().Set("Retry-After", e.retry)
	}
	w.WriteHeader(e.status)
	_, _ = io.WriteString(w, e.body)
}

func setup(t *testing.T, e *exchange) (*Client, string) {
	t.Helper()
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	return New(s.URL, "v23.0", provider.NewHTTPClient(nil)), s.URL
}

func cloudCred() provider.Credentials {
	return provider.Credentials{Config: json.RawMessage(`{"mode":"cloud","phone_number_id":"106540352242922"}`), Secret: "EAAtoken"}
}

func aMessage() provider.Message {
	return provider.Message{
		ID: uuid.MustParse(ours), To: "+919845012345", Template: "order_update", Language: "en_US",
		Parameters: map[string]string{
			"2": "tomorrow", "1": "Asha", "10": "ten", "header.1": "Order", "button.1.1": "track/2", "button.0.1": "track/1",
		},
		Contact: provider.MessageContact{Name: "Asha Rao", Email: "asha@example.com", Company: "Acme"},
	}
}

// Page "Messages": POST /<VERSION>/<PHONE_NUMBER_ID>/messages with a template.
func TestCloudSendsTheDocumentedBody(t *testing.T) {
	t.Parallel()
	e := &exchange{status: 200, body: `{"messaging_product":"whatsapp","contacts":[{"input":"+919845012345","wa_id":"919845012345"}],
		"messages":[{"id":"wamid.HBgL","message_status":"accepted"}]}`}
	c, _ := setup(t, e)
	require.Equal(t, provider.Answer{Class: provider.Accepted, ProviderID: "wamid.HBgL"}, c.Send(t.Context(), cloudCred(), aMessage()))
	require.Equal(t, "POST /v23.0/106540352242922/messages", e.target)
	require.Equal(t, "Bearer EAAtoken", e.auth)
	require.JSONEq(t, `{
		"messaging_product":"whatsapp","recipient_type":"individual","to":"+919845012345","type":"template",
		"biz_opaque_callback_data":"`+ours+`",
		"template":{"name":"order_update","language":{"code":"en_US"},"components":[
			{"type":"header","parameters":[{"type":"text","text":"Order"}]},
			{"type":"body","parameters":[{"type":"text","text":"Asha"},{"type":"text","text":"tomorrow"},{"type":"text","text":"ten"}]},
			{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"track/1"}]},
			{"type":"button","sub_type":"url","index":"1","parameters":[{"type":"text","text":"track/2"}]}]}}`, string(e.sent))
}

func TestCloudWithoutValues(t *testing.T) {
	t.Parallel()
	e := &exchange{status: 200, body: `{"messages":[{"id":"wamid.1"}]}`}
	c, _ := setup(t, e)
	m := provider.Message{ID: uuid.MustParse(ours), PhoneNumberID: "42", To: "+911", Template: "hello_world"}
	require.Equal(t, provider.Accepted, c.Send(t.Context(), cloudCred(), m).Class)
	require.Equal(t, "POST /v23.0/42/messages", e.target)
	require.JSONEq(t, `{"messaging_product":"whatsapp","recipient_type":"individual","to":"+911","type":"template",
		"biz_opaque_callback_data":"`+ours+`","template":{"name":"hello_world","language":{"code":"en"}}}`, string(e.sent))
}

func TestValuesAreMadeFitForATemplate(t *testing.T) {
	t.Parallel()
	got, err := componentsOf(map[string]string{"1": " a\nb\r\nc\td        e\u2028f ", "first_name": "Asha"})
	require.NoError(t, err)
	require.Equal(t, []component{{Type: "body", Parameters: []parameter{
		{Type: "text", Name: "first_name", Text: "Asha"}, {Type: "text", Text: "a b c d    e f"},
	}}}, got)
}

func TestAPlaceholderThatIsNoneIsRefusedUnasked(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "header.", "button.1", "button.x.1", "footer.1", "1.1", "body 1", "header.1.1", "1000"} {
		e := &exchange{status: 200, body: `{"messages":[{"id":"wamid.1"}]}`}
		c, _ := setup(t, e)
		m := aMessage()
		m.Parameters = map[string]string{key: "x"}
		got := c.Send(t.Context(), cloudCred(), m)
		require.Equal(t, provider.Refused, got.Class, key)
		require.Contains(t, got.Reason, "placeholder")
		require.Empty(t, e.target)
	}
}

// Page "Error codes": the shape of an error, and the codes.
func TestCloudErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status, code int
		class        provider.Class
		reason       string
	}{
		{400, 130429, provider.NotTaken, sentences[130429]},
		{400, 131056, provider.NotTaken, sentences[131056]},
		{400, 80007, provider.NotTaken, sentences[80007]},
		{400, 4, provider.NotTaken, sentences[4]},
		{429, 131056, provider.NotTaken, sentences[131056]},
		{400, 131026, provider.Refused, "The number is not on WhatsApp, or cannot receive this message"},
		{400, 131047, provider.Refused, sentences[131047]},
		{400, 131049, provider.Refused, sentences[131049]},
		{403, 131048, provider.Refused, sentences[131048]},
		{400, 132000, provider.Refused, sentences[132000]},
		{404, 132001, provider.Refused, sentences[132001]},
		{401, 190, provider.Refused, "The WhatsApp access token has expired"},
		{403, 294, provider.Refused, sentences[10]},
		{400, 99999, provider.Refused, "Something told in details"},
		{500, 131000, provider.Unknown, "Something told in details"},
		{503, 2, provider.Unknown, "Something told in details"},
		{500, 130429, provider.Unknown, sentences[130429]},
	} {
		body := fmt.Sprintf(`{"error":{"message":"(#%[1]d) title","type":"OAuthException","code":%[1]d,
			"error_data":{"messaging_product":"whatsapp","details":"Something told in details"},"fbtrace_id":"Az8or2yhqkZfEZ"}}`, c.code)
		client, _ := setup(t, &exchange{status: c.status, body: body})
		got := client.Send(t.Context(), cloudCred(), aMessage())
		require.Equal(t, provider.Answer{Class: c.class, Code: strconv.Itoa(c.code), Reason: c.reason}, got)
	}
}

func TestCloudWithoutAGraphError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		body   string
		class  provider.Class
	}{
		{200, `{"messages":[]}`, provider.Unknown},
		{200, `{"messages":[{"id":""}]}`, provider.Unknown},
		{200, `{}`, provider.Unknown},
		{200, `<html>`, provider.Unknown},
		{400, `<html>`, provider.Refused},
		{429, ``, provider.NotTaken},
		{502, `<html>`, provider.Unknown},
		{307, ``, provider.Unknown},
	} {
		client, _ := setup(t, &exchange{status: c.status, body: c.body})
		require.Equal(t, c.class, client.Send(t.Context(), cloudCred(), aMessage()).Class, "%d %s", c.status, c.body)
	}
}

func TestASlowDownSaysHowLong(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, &exchange{status: 400, retry: "30", body: `{"error":{"code":130429}}`})
	require.Equal(t, 30*time.Second, client.Send(t.Context(), cloudCred(), aMessage()).RetryAfter)
}

func TestTheTokenIsNotRepeated(t *testing.T) {
	t.Parallel()
	client, _ := setup(t, &exchange{status: 401, body: `{"error":{"message":"Malformed access token EAAtoken","code":1900}}`})
	got := client.Send(t.Context(), cloudCred(), aMessage())
	require.Equal(t, "Malformed access token [secret]", got.Reason)
}

// Chat-agent server, "External API reference": POST /api/v1/send.
func TestChatAgent(t *testing.T) {
	t.Parallel()
	send := func(t *testing.T, e *exchange) provider.Answer {
		c, address := setup(t, e)
		cred := provider.Credentials{Config: json.RawMessage(`{"mode":"chat_agent","phone_number_id":"pn_789","base_url":"` + address + `/"}`)}
		m := aMessage()
		m.Template, m.Parameters = "tpl_abc123", map[string]string{"1": "Asha", "2": "tomorrow"}
		return c.Send(t.Context(), cred, m)
	}
	e := &exchange{status: 200, body: `{"success":true,"data":{"message_id":"wamid.xxx","contact_id":"contact_456","credits_remaining":99},"correlationId":"req_abc123"}`}
	require.Equal(t, provider.Answer{Class: provider.Accepted, ProviderID: "wamid.xxx"}, send(t, e))
	require.Equal(t, "POST /api/v1/send", e.target)
	require.Empty(t, e.auth)
	require.JSONEq(t, `{"phone_number_id":"pn_789","template_id":"tpl_abc123",
		"contact":{"phone":"+919845012345","name":"Asha Rao","email":"asha@example.com","company":"Acme"},
		"variables":{"1":"Asha","2":"tomorrow"}}`, string(e.sent))
	for _, c := range []struct {
		status int
		body   string
		want   provider.Answer
	}{
		{
			400, `{"success":false,"error":"Bad Request","message":"template_id is required"}`,
			provider.Answer{Class: provider.Refused, Code: "400", Reason: "HTTP 400: template_id is required"},
		},
		{
			402, `{"success":false,"error":"Insufficient credits"}`,
			provider.Answer{Class: provider.Refused, Code: "402", Reason: "HTTP 402: Insufficient credits"},
		},
		{200, `{"success":false,"error":"Template is paused"}`, provider.Answer{Class: provider.Refused, Reason: "Template is paused"}},
		{
			200, `{"success":true,"data":{}}`,
			provider.Answer{Class: provider.Unknown, Code: "200", Reason: "The provider's answer could not be understood"},
		},
		{
			500, `{"success":false,"error":"Internal Server Error"}`,
			provider.Answer{Class: provider.Unknown, Code: "500", Reason: "HTTP 500: Internal Server Error"},
		},
	} {
		require.Equal(t, c.want, send(t, &exchange{status: c.status, body: c.body}))
	}
}

func TestSettingsThatCannotWorkAreRefusedUnasked(t *testing.T) {
	t.Parallel()
	c := New("http://127.0.0.1:1", "v23.0", provider.NewHTTPClient(nil))
	for _, config := range []string{
		``, `{}`, `{"mode":"cloud"}`, `{"mode":"pigeon","phone_number_id":"1"}`, `[`,
		`{"mode":"chat_agent","phone_number_id":"1"}`, `{"mode":"chat_agent","phone_number_id":"1","base_url":"file:///etc"}`,
	} {
		got := c.Send(context.Background(), provider.Credentials{Config: json.RawMessage(config)}, aMessage())
		require.Equal(t, provider.Refused, got.Class, config)
		require.NotEmpty(t, got.Reason)
	}
}
