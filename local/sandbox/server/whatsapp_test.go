package server_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const messages = "/whatsapp/v23.0/" + numberID + "/messages"

func message(to string) object {
	return object{
		"messaging_product": "whatsapp", "to": to, "type": "template", "biz_opaque_callback_data": "ours/ß",
		"template": object{"name": "welcome", "language": object{"code": "en"}},
	}
}

// status reads the one status of a webhook after checking its signature.
func status(t *testing.T, h hook) object {
	t.Helper()
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write(h.Raw)
	require.Equal(t, "sha256="+hex.EncodeToString(mac.Sum(nil)), h.Header.Get("X-Hub-Signature-256"))
	require.Equal(t, "/webhooks/whatsapp", h.Path)
	require.Equal(t, "whatsapp_business_account", h.Body["object"])
	change := h.Body["entry"].([]any)[0].(object)["changes"].([]any)[0].(object)
	require.Equal(t, "messages", change["field"])
	value := change["value"].(object)
	require.Equal(t, numberID, value["metadata"].(object)["phone_number_id"])
	return value["statuses"].([]any)[0].(object)
}

func TestWhatBecomesOfAMessageFollowsFromItsLastTwoDigits(t *testing.T) {
	t.Parallel()
	cases := []struct {
		digits   int
		answers  []int
		code     float64 // of the first answer or of the failure
		statuses []any
	}{
		{digits: 0, answers: []int{200}, statuses: []any{"sent", "delivered"}},
		{digits: 1, answers: []int{200}, statuses: []any{"sent", "delivered"}},
		{digits: 9, answers: []int{200}, statuses: []any{"sent", "delivered"}},
		{digits: 20, answers: []int{200}, code: 131026, statuses: []any{"failed"}},
		{digits: 21, answers: []int{200}, code: 131049, statuses: []any{"failed"}},
		{digits: 22, answers: []int{400}, code: 131026},
		{digits: 23, answers: []int{400}, code: 131049},
		{digits: 24, answers: []int{400, 200}, code: 131056, statuses: []any{"sent", "delivered"}},
		{digits: 25, answers: []int{429, 200}, code: 130429, statuses: []any{"sent", "delivered"}},
		{digits: 26, answers: []int{200}},
		{digits: 27, answers: []int{200}, statuses: []any{"delivered", "sent", "delivered", "sent"}},
		{digits: 29, answers: []int{500}, code: 131000},
		{digits: 30, answers: []int{200}, code: 131047, statuses: []any{"failed"}},
		{digits: 31, answers: []int{200}, statuses: []any{"sent", "delivered", "read"}},
		{digits: 77, answers: []int{200}, statuses: []any{"sent", "delivered"}},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%02d", c.digits), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			to := number(c.digits)
			var id any
			for _, want := range c.answers {
				a := b.do(t, "POST", messages, token, message(to))
				require.Equal(t, want, a.Status, string(a.Raw))
				if want != http.StatusOK {
					e := a.Body["error"].(object)
					require.Equal(t, c.code, e["code"])
					require.Equal(t, "OAuthException", e["type"])
					require.Contains(t, e["message"], fmt.Sprintf("(#%.0f) ", c.code))
					require.NotEmpty(t, e["error_data"].(object)["details"])
					require.NotEmpty(t, e["fbtrace_id"])
					continue
				}
				require.Equal(t, "whatsapp", a.Body["messaging_product"])
				require.Equal(t, []any{object{"input": to, "wa_id": to[1:]}}, a.Body["contacts"])
				accepted := a.Body["messages"].([]any)[0].(object)
				require.Equal(t, "accepted", accepted["message_status"])
				id = accepted["id"]
				require.Contains(t, id, "wamid.")
			}
			for _, want := range c.statuses {
				s := status(t, b.receiver.next(t))
				require.Equal(t, want, s["status"])
				require.Equal(t, id, s["id"])
				require.Equal(t, to[1:], s["recipient_id"])
				require.Equal(t, "ours/ß", s["biz_opaque_callback_data"])
				require.Regexp(t, `^\d{10}$`, s["timestamp"])
				if want == "failed" {
					e := s["errors"].([]any)[0].(object)
					require.Equal(t, c.code, e["code"])
					require.NotEmpty(t, e["title"])
					require.NotEmpty(t, e["error_data"].(object)["details"])
				}
			}
			require.Len(t, b.items(t, "/_sandbox/webhooks?provider=whatsapp", "webhooks"), len(c.statuses))
		})
	}
}

func TestAMessageToTwentyEightIsSentThoughNobodyHearsSo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := b.try(ctx, "POST", messages, token, message(number(28)))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, "ours/ß", status(t, b.receiver.next(t))["biz_opaque_callback_data"])
}

func TestWebhooksAreWrittenAsMetaWritesThem(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do(t, "POST", messages, token, message(number(0)))
	raw := string(b.receiver.next(t).Raw)
	require.Contains(t, raw, `ours\/\u00df`, "a receiver must sign the bytes that came, not what it made of them")
}

func TestMetaRefusesWhatItCannotSend(t *testing.T) {
	t.Parallel()
	b := setup(t)
	with := func(change object) object {
		m := message(number(0))
		maps.Copy(m, change)
		return m
	}
	cases := map[string]struct {
		path, token string
		body        any
		status      int
		code        float64
	}{
		"no token":          {messages, "", message(number(0)), 401, 190},
		"unknown token":     {messages, apiKey, message(number(0)), 401, 190},
		"another number":    {"/whatsapp/v23.0/1/messages", token, message(number(0)), 400, 100},
		"no version":        {"/whatsapp/x/" + numberID + "/messages", token, message(number(0)), 400, 2500},
		"another route":     {"/whatsapp/v23.0/" + numberID + "/media", token, message(number(0)), 400, 2500},
		"no JSON":           {messages, token, "{", 400, 100},
		"no product":        {messages, token, with(object{"messaging_product": ""}), 400, 100},
		"no receiver":       {messages, token, with(object{"to": ""}), 400, 100},
		"no phone number":   {messages, token, with(object{"to": "Asha"}), 400, 100},
		"no language":       {messages, token, with(object{"template": object{"name": "welcome"}}), 400, 100},
		"another type":      {messages, token, with(object{"type": "carrier pigeon"}), 400, 100},
		"no text":           {messages, token, with(object{"type": "text"}), 400, 100},
		"long callback":     {messages, token, with(object{"biz_opaque_callback_data": strings.Repeat("x", 513)}), 400, 100},
		"callback not text": {messages, token, with(object{"biz_opaque_callback_data": 1}), 400, 100},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := b.do(t, "POST", c.path, c.token, c.body)
			require.Equal(t, c.status, a.Status, string(a.Raw))
			require.Equal(t, c.code, a.Body["error"].(object)["code"])
		})
	}
}

func TestTheChatAgentServerSendsToo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	send := func(to string) answer {
		t.Helper()
		return b.do(t, "POST", "/chat-agent/api/v1/send", "", object{
			"phone_number_id": numberID, "template_id": "t1", "variables": object{"1": "Asha"},
			"contact": object{"phone": to, "name": "Asha", "email": "asha@example.com", "company": ""},
		})
	}
	a := send(number(0))
	require.Equal(t, http.StatusOK, a.Status)
	require.Equal(t, true, a.Body["success"])
	id := a.Body["data"].(object)["message_id"]
	s := status(t, b.receiver.next(t))
	require.Equal(t, id, s["id"])
	require.NotContains(t, s, "biz_opaque_callback_data")

	a = send(number(22))
	require.Equal(t, http.StatusBadRequest, a.Status)
	require.Equal(t, object{"success": false, "error": "(#131026) Message undeliverable"}, a.Body)
	require.Equal(t, http.StatusBadRequest, send("").Status)
	require.Equal(t, http.StatusUnauthorized,
		b.do(t, "POST", "/chat-agent/api/v1/send", "wrong", object{"phone_number_id": numberID}).Status)
	require.Equal(t, http.StatusNotFound,
		b.do(t, "POST", "/chat-agent/api/v1/send", "", object{"phone_number_id": "1"}).Status)
	require.Equal(t, http.StatusNotFound, b.do(t, "GET", "/chat-agent/elsewhere", "", nil).Status)
	require.Len(t, b.items(t, "/_sandbox/requests?provider=whatsapp", "requests"), 6)
}

func TestSomebodyCanWriteBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.do(t, "POST", "/_sandbox/whatsapp/inbound", "", object{
		"phone_number_id": numberID, "from": number(0), "name": "Asha", "text": "STOP",
	})
	require.Equal(t, http.StatusOK, a.Status, string(a.Raw))
	value := b.receiver.next(t).Body["entry"].([]any)[0].(object)["changes"].([]any)[0].(object)["value"].(object)
	m := value["messages"].([]any)[0].(object)
	require.Equal(t, a.Body["message_id"], m["id"])
	require.Equal(t, number(0)[1:], m["from"])
	require.Equal(t, object{"body": "STOP"}, m["text"])

	a = b.do(t, "POST", "/_sandbox/whatsapp/inbound", "", object{"phone_number_id": "1", "from": number(0), "text": "STOP"})
	require.Equal(t, http.StatusBadRequest, a.Status)
}

func TestTheHandshakeSucceedsOnlyWithTheChallenge(t *testing.T) {
	t.Parallel()
	b := setup(t)
	good := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("hub.mode") == "subscribe" && q.Get("hub.verify_token") == "vt" {
			fmt.Fprint(w, q.Get("hub.challenge"))
		}
	}))
	t.Cleanup(good.Close)
	require.Equal(t, http.StatusBadGateway, b.do(t, "POST", "/_sandbox/whatsapp/verify", "", nil).Status)
	for verifyToken, want := range map[string]int{"vt": http.StatusOK, "other": http.StatusBadGateway} {
		b.configure(t, object{"whatsapp_app": object{"webhook_url": good.URL, "verify_token": verifyToken}})
		require.Equal(t, want, b.do(t, "POST", "/_sandbox/whatsapp/verify", "", nil).Status, verifyToken)
	}
}
