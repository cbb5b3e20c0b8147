package whatsapp

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/auto-engagement/flows/internal/provider"
)

// graphError is an error as the Graph API answers it, and as webhooks carry it.
type graphError struct {
	Code    int    `json:"code"`
	Title   string `json:"title"`
	Message string `json:"message"`
	Data    struct {
		Details string `json:"details"`
	} `json:"error_data"`
}

// sentences say what the codes of the page "Error codes" mean to the people
// who run flows.
var sentences = map[int]string{
	0:      "WhatsApp did not accept the access token: it has expired or was withdrawn",
	3:      "The access token lacks a permission that sending needs",
	4:      "The app has reached its request limit at Meta",
	10:     "The access token lacks the permission to send messages",
	33:     "The WhatsApp phone number does not exist, or the access token may not use it",
	100:    "WhatsApp did not accept a value of the message",
	190:    "The WhatsApp access token has expired",
	368:    "The WhatsApp account is blocked for a breach of WhatsApp's policies",
	80007:  "The WhatsApp account has reached its rate limit",
	130429: "WhatsApp's throughput limit was reached",
	130472: "WhatsApp did not deliver the message because the number is part of one of its experiments",
	130497: "The account may not message people in this country",
	131005: "The access token lacks a permission that sending needs",
	131008: "The message lacks a value that the template needs",
	131009: "WhatsApp did not accept a value of the message",
	131021: "The message was addressed to the number it is sent from",
	131026: "The number is not on WhatsApp, or cannot receive this message",
	131030: "The number is not on the test account's list of allowed receivers",
	131031: "The WhatsApp account is locked",
	131037: "The display name of the WhatsApp number is not approved yet",
	131042: "The payment method of the WhatsApp account has a problem",
	131045: "The WhatsApp number is not registered",
	131047: "More than 24 hours have passed since the person last wrote; only a template message can be sent",
	131048: "Too many earlier messages of this number were blocked or marked as spam",
	131049: "WhatsApp held the message back because this person has had enough marketing messages; not again for 24 hours",
	131050: "The person has stopped marketing messages from this business on WhatsApp",
	131051: "WhatsApp does not know this kind of message",
	131056: "Too many messages to this number in a short time",
	131057: "The WhatsApp account is in maintenance",
	132000: "The number of values does not match the template's placeholders",
	132001: "The template does not exist in this language, or is not approved",
	132005: "The message is too long with its values filled in",
	132007: "The template's content breaks WhatsApp's policy",
	132012: "A value does not have the form that the template asks for",
	132015: "The template is paused because of low quality",
	132016: "The template is disabled because of low quality",
	132018: "A value has a form that templates do not allow",
	133010: "The WhatsApp number is not registered",
	135000: "WhatsApp could not send the message",
}

// slowDown are the codes that say: not now. Nothing was taken with them, and
// trying later makes sense. 131048 is not among them: what it restricts is
// lifted by better messages, not by time.
var slowDown = map[int]bool{4: true, 80007: true, 130429: true, 131056: true}

// sentence is the plain sentence of an error, else the provider's words.
func (e graphError) sentence() string {
	if s, ok := sentences[e.Code]; ok {
		return s
	}
	if e.Code >= 200 && e.Code <= 299 {
		return sentences[10]
	}
	for _, words := range []string{e.Data.Details, e.Message, e.Title} {
		if words != "" {
			return words
		}
	}
	return "WhatsApp gave no reason"
}

// judge classifies an answer of the Graph API that is no acceptance: as every
// answer, but for the slow-down codes, which come as 4xx.
func judge(reply provider.Reply, secret string) provider.Answer {
	a := reply.Answer()
	var body struct {
		Error *graphError `json:"error"`
	}
	if reply.Status < 400 || json.Unmarshal(reply.Body, &body) != nil || body.Error == nil {
		return a
	}
	a.Code = strconv.Itoa(body.Error.Code)
	a.Reason = provider.Clean(body.Error.sentence(), secret)
	if a.Class == provider.Refused && slowDown[body.Error.Code] {
		a.Class = provider.NotTaken
		a.RetryAfter = provider.RetryAfter(reply.Header, time.Now())
	}
	return a
}
