package whatsapp

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/auto-engagement/flows/local/sandbox/gate"
)

// ChatAgentErrorBody is the chat-agent server's body for an HTTP status.
func ChatAgentErrorBody(status int) any { return refused(http.StatusText(status)) }

func refused(reason string) object { return object{"success": false, "error": reason} }

// ChatAgent serves the chat-agent server below its base URL.
func (s *Service) ChatAgent() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/send", s.postSend)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		gate.JSON(w, http.StatusNotFound, refused("Not Found"))
	})
	return mux
}

// postSend takes {phone_number_id, template_id, contact:{phone,name,email,
// company}, variables}. The numbers are those of the Cloud API; a bearer token
// is not asked for, but a wrong one is refused.
func (s *Service) postSend(w http.ResponseWriter, r *http.Request) {
	var m struct {
		PhoneNumberID string `json:"phone_number_id"`
		TemplateID    string `json:"template_id"`
		Contact       struct {
			Phone string `json:"phone"`
		} `json:"contact"`
		Variables map[string]any `json:"variables"`
	}
	if err := json.Unmarshal(gate.Body(r), &m); err != nil {
		gate.JSON(w, http.StatusBadRequest, refused("request body is not valid JSON"))
		return
	}
	number, found := s.accounts.WhatsAppNumber(m.PhoneNumberID)
	if token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); bearer {
		if _, known, _ := s.accounts.WhatsApp(token, m.PhoneNumberID); !known {
			gate.JSON(w, http.StatusUnauthorized, refused("Invalid API key"))
			return
		}
	}
	switch {
	case !found:
		gate.JSON(w, http.StatusNotFound, refused("phone_number_id not found"))
		return
	case m.TemplateID == "":
		gate.JSON(w, http.StatusBadRequest, refused("template_id is required"))
		return
	case waID(m.Contact.Phone) == "":
		gate.JSON(w, http.StatusBadRequest, refused("contact.phone is required"))
		return
	}
	b := behaviourFor(m.Contact.Phone)
	if e := s.refusal(number, m.Contact.Phone, b); e != nil {
		gate.JSON(w, e.status, refused(fmt.Sprintf("(#%d) %s", e.code, e.title)))
		return
	}
	accepted := s.accept(number, m.Contact.Phone, "", b)
	gate.Taken(r)
	if b.hang {
		gate.Hang(r, maxUnanswered)
	}
	gate.JSON(w, http.StatusOK, object{"success": true, "data": object{
		"message_id": accepted.id, "status": "sent", "phone": m.Contact.Phone, "template_id": m.TemplateID,
	}})
}
