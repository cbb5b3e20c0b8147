package whatsapp

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/auto-engagement/flows/local/sandbox/accounts"
	"github.com/auto-engagement/flows/local/sandbox/gate"
)

// Written after Meta's pages "Business phone numbers" and "WhatsApp Business
// Account, Message Templates" of the Graph API reference, and "Paginated
// results".

func (s *Service) getNumber(w http.ResponseWriter, r *http.Request) {
	if !versioned(w, r) {
		return
	}
	number, known, found := s.accounts.WhatsApp(bearerToken(r), r.PathValue("id"))
	switch {
	case !known:
		gate.JSON(w, http.StatusUnauthorized, invalidToken())
	case !found:
		unsupported(w, "get", r.PathValue("id"))
	default:
		gate.JSON(w, http.StatusOK, numberObject(number))
	}
}

func (s *Service) getNumbers(w http.ResponseWriter, r *http.Request) {
	numbers, found := s.account(w, r)
	if !found {
		return
	}
	list := make([]object, len(numbers))
	for i, n := range numbers {
		list[i] = numberObject(n)
	}
	page(w, r, list)
}

func (s *Service) getTemplates(w http.ResponseWriter, r *http.Request) {
	if _, found := s.account(w, r); !found {
		return
	}
	list := []object{}
	for i, t := range s.accounts.WhatsAppTemplates(r.PathValue("id")) {
		components := t.Components
		if components == nil {
			components = json.RawMessage("[]")
		}
		list = append(list, object{
			"id": cmp.Or(t.ID, strconv.Itoa(1_000_000+i)), "name": t.Name, "language": t.Language,
			"status": cmp.Or(t.Status, "APPROVED"), "category": cmp.Or(t.Category, "MARKETING"), "components": components,
		})
	}
	page(w, r, list)
}

// account gives the numbers of the business account in the path, or answers
// why it does not.
func (s *Service) account(w http.ResponseWriter, r *http.Request) ([]accounts.WhatsAppNumber, bool) {
	if !versioned(w, r) {
		return nil, false
	}
	numbers, known := s.accounts.WhatsAppAccount(bearerToken(r), r.PathValue("id"))
	switch {
	case !known:
		gate.JSON(w, http.StatusUnauthorized, invalidToken())
	case len(numbers) == 0:
		unsupported(w, "get", r.PathValue("id"))
	}
	return numbers, len(numbers) > 0
}

func numberObject(n accounts.WhatsAppNumber) object {
	return object{
		"id": n.PhoneNumberID, "display_phone_number": metadata(n)["display_phone_number"], "verified_name": "Sandbox",
		"quality_rating": "GREEN", "status": "CONNECTED",
	}
}

const defaultPage = 25

// page answers with one page of a list; a cursor is the place of its last item.
func page(w http.ResponseWriter, r *http.Request, list []object) {
	size, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || size < 1 {
		size = defaultPage
	}
	first := 0
	if raw, err := base64.RawURLEncoding.DecodeString(r.URL.Query().Get("after")); err == nil {
		first, _ = strconv.Atoi(string(raw))
	}
	first = max(0, min(first, len(list)))
	last := min(first+size, len(list))
	paging := object{}
	if last > first {
		cursor := func(at int) string { return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(at))) }
		paging["cursors"] = object{"before": cursor(first), "after": cursor(last)}
	}
	if last < len(list) {
		next := *r.URL
		q := next.Query()
		q.Set("after", base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(last))))
		next.RawQuery = q.Encode()
		paging["next"] = next.String()
	}
	gate.JSON(w, http.StatusOK, object{"data": list[first:last], "paging": paging})
}
