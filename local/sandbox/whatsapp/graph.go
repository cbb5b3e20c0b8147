package whatsapp

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/auto-engagement/flows/local/sandbox/gate"
)

// maxUnanswered is how long a request that shall time out is held at most.
const maxUnanswered = 2 * time.Minute

// ErrorBody is Meta's body for an injected HTTP status.
func ErrorBody(status int) any {
	switch status {
	case http.StatusTooManyRequests:
		return messagingError(rateLimit)
	case http.StatusUnauthorized:
		return invalidToken()
	default:
		e := somethingWrong
		e.status = status
		return messagingError(e)
	}
}

func messagingError(e graphError) object {
	return object{"error": object{
		"message": fmt.Sprintf("(#%d) %s", e.code, e.title), "type": "OAuthException", "code": e.code,
		"error_data": object{"messaging_product": "whatsapp", "details": e.detail},
		"fbtrace_id": "A" + random(10),
	}}
}

func plainError(kind string, code, subcode int, text string) object {
	e := object{"message": text, "type": kind, "code": code, "fbtrace_id": "A" + random(10)}
	if subcode != 0 {
		e["error_subcode"] = subcode
	}
	return object{"error": e}
}

func invalidToken() object {
	return plainError("OAuthException", 190, 0, "Invalid OAuth access token - Cannot parse access token")
}

// Handler serves the Graph API below the base URL.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{version}/{phone_number_id}/messages", s.postMessage)
	mux.HandleFunc("GET /{version}/{id}", s.getNumber)
	mux.HandleFunc("GET /{version}/{id}/phone_numbers", s.getNumbers)
	mux.HandleFunc("GET /{version}/{id}/message_templates", s.getTemplates)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		gate.JSON(w, http.StatusBadRequest, plainError("OAuthException", 2500, 0,
			"Unknown path components: "+r.URL.Path))
	})
	return mux
}

// sending is the body of POST /{phone_number_id}/messages.
type sending struct {
	Product      string          `json:"messaging_product"`
	To           string          `json:"to"`
	Type         string          `json:"type"`
	CallbackData string          `json:"biz_opaque_callback_data"`
	Text         json.RawMessage `json:"text"`
	Template     *struct {
		Name     string `json:"name"`
		Language struct {
			Code string `json:"code"`
		} `json:"language"`
	} `json:"template"`
}

var version = regexp.MustCompile(`^v[0-9]+\.[0-9]+$`)

// versioned refuses a path that does not begin with a version of the API.
func versioned(w http.ResponseWriter, r *http.Request) bool {
	if !version.MatchString(r.PathValue("version")) {
		gate.JSON(w, http.StatusBadRequest, plainError("OAuthException", 2500, 0, "Unknown path components: "+r.URL.Path))
		return false
	}
	return true
}

// bearerToken is empty when there is none, which no account has.
func bearerToken(r *http.Request) string {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		return ""
	}
	return token
}

// unsupported refuses an object that the token cannot see.
func unsupported(w http.ResponseWriter, method, id string) {
	gate.JSON(w, http.StatusBadRequest, plainError("GraphMethodException", 100, 33, fmt.Sprintf(
		"Unsupported %s request. Object with ID '%s' does not exist, cannot be loaded due to missing permissions, or does not support this operation", method, id)))
}

func (s *Service) postMessage(w http.ResponseWriter, r *http.Request) {
	if !versioned(w, r) {
		return
	}
	id := r.PathValue("phone_number_id")
	number, known, found := s.accounts.WhatsApp(bearerToken(r), id)
	if !known {
		gate.JSON(w, http.StatusUnauthorized, invalidToken())
		return
	}
	if !found {
		unsupported(w, "post", id)
		return
	}
	var m sending
	if err := json.Unmarshal(gate.Body(r), &m); err != nil {
		gate.JSON(w, http.StatusBadRequest, plainError("OAuthException", 100, 0, "(#100) Invalid parameter"))
		return
	}
	if missing := m.problem(); missing != "" {
		gate.JSON(w, http.StatusBadRequest, plainError("OAuthException", 100, 0, "(#100) "+missing))
		return
	}
	b := behaviourFor(m.To)
	if e := s.refusal(number, m.To, b); e != nil {
		gate.JSON(w, e.status, messagingError(*e))
		return
	}
	accepted := s.accept(number, m.To, m.CallbackData, b)
	gate.Taken(r)
	if b.hang {
		gate.Hang(r, maxUnanswered)
	}
	gate.JSON(w, http.StatusOK, object{
		"messaging_product": "whatsapp",
		"contacts":          []object{{"input": m.To, "wa_id": accepted.waID}},
		"messages":          []object{{"id": accepted.id, "message_status": "accepted"}},
	})
}

// maxCallbackData is the documented length of biz_opaque_callback_data.
const maxCallbackData = 512

// problem says what Meta would refuse.
func (m sending) problem() string {
	digits := len(waID(m.To))
	switch {
	case m.Product != "whatsapp":
		return "The parameter messaging_product is required."
	case m.To == "":
		return "The parameter to is required."
	case digits < 7 || digits > 15:
		return "Invalid parameter: to must be a phone number with its country code."
	case len(m.CallbackData) > maxCallbackData:
		return "Param biz_opaque_callback_data must be at most 512 characters long."
	case m.Type == "template" && (m.Template == nil || m.Template.Name == "" || m.Template.Language.Code == ""):
		return "The parameter template with name and language.code is required."
	case (m.Type == "text" || m.Type == "") && len(m.Text) == 0:
		return "The parameter text is required."
	case m.Type != "template" && m.Type != "text" && m.Type != "":
		return "Param type must be one of {TEMPLATE, TEXT}."
	}
	return ""
}
