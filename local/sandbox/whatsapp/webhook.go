package whatsapp

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/auto-engagement/flows/local/sandbox/accounts"
	"github.com/auto-engagement/flows/local/sandbox/courier"
	"github.com/auto-engagement/flows/local/sandbox/journal"
)

type object = map[string]any

// statusChange is the value of a status webhook ("Status messages webhook
// reference"): pricing goes with sent and delivered, errors with failed.
func statusChange(m message, status string, failure graphError) object {
	entry := object{
		"id": m.id, "status": status, "timestamp": strconv.FormatInt(time.Now().Unix(), 10), "recipient_id": m.waID,
	}
	if m.callbackData != "" {
		entry["biz_opaque_callback_data"] = m.callbackData
	}
	switch status {
	case "sent", "delivered":
		entry["conversation"] = object{"id": m.conversation, "origin": object{"type": "marketing"}}
		entry["pricing"] = object{"billable": true, "pricing_model": "PMP", "type": "regular", "category": "marketing"}
	case "failed":
		entry["errors"] = []object{{
			"code": failure.code, "title": failure.title, "message": failure.title,
			"error_data": object{"details": failure.detail},
			"href":       "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
		}}
	}
	return object{
		"messaging_product": "whatsapp", "metadata": metadata(m.number), "statuses": []object{entry},
	}
}

// inboundChange is the value of a webhook for a text that somebody wrote.
func inboundChange(number accounts.WhatsAppNumber, id, from, name, text string) object {
	return object{
		"messaging_product": "whatsapp", "metadata": metadata(number),
		"contacts": []object{{"profile": object{"name": name}, "wa_id": from}},
		"messages": []object{{
			"from": from, "id": id, "timestamp": strconv.FormatInt(time.Now().Unix(), 10),
			"type": "text", "text": object{"body": text},
		}},
	}
}

func metadata(number accounts.WhatsAppNumber) object {
	display := number.DisplayPhoneNumber
	if display == "" {
		display = "15550783881"
	}
	return object{"display_phone_number": display, "phone_number_id": number.PhoneNumberID}
}

// send queues a signed webhook of the one Meta app.
func (s *Service) send(number accounts.WhatsAppNumber, subject, event string, value object) {
	account := number.BusinessAccountID
	if account == "" {
		account = "102290129340398"
	}
	raw, err := json.Marshal(object{
		"object": "whatsapp_business_account",
		"entry":  []object{{"id": account, "changes": []object{{"value": value, "field": "messages"}}}},
	})
	if err != nil {
		raw = []byte(`{}`) // only strings and maps of them went in
	}
	app := s.accounts.WhatsAppApp()
	body := asMetaWrites(raw)
	s.courier.Send(courier.Webhook{
		Provider: journal.WhatsApp, Subject: subject, Event: event, URL: app.WebhookURL, Body: body,
		Headers: map[string]string{
			"User-Agent":          "facebookexternalua",
			"X-Hub-Signature-256": sign(app.AppSecret, body),
		},
	})
}

// sign makes the value of X-Hub-Signature-256: HMAC-SHA256 of the raw body
// under the app secret, in hex.
func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// asMetaWrites escapes slashes and everything beyond ASCII, as Meta's encoder
// does; a receiver that signs what it parsed and wrote again gets another
// signature.
func asMetaWrites(raw []byte) []byte {
	var out bytes.Buffer
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		switch {
		case r == '/':
			out.WriteString(`\/`)
		case r < utf8.RuneSelf:
			out.WriteByte(raw[0])
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
		raw = raw[size:]
	}
	return out.Bytes()
}
