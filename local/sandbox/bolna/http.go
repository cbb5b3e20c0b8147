package bolna

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/auto-engagement/flows/local/sandbox/accounts"
	"github.com/auto-engagement/flows/local/sandbox/gate"
)

// ErrorBody is Bolna's body for an error status: {"error":401,"message":"…"}.
func ErrorBody(status int) any { return errorBody(status, http.StatusText(status)) }

func errorBody(status int, message string) any {
	return map[string]any{"error": status, "message": message}
}

func fail(w http.ResponseWriter, status int, message string) {
	gate.JSON(w, status, errorBody(status, message))
}

// Handler serves the routes below the base URL.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /call", s.known(s.postCall))
	mux.HandleFunc("POST /call/{id}/stop", s.known(s.postStop))
	mux.HandleFunc("GET /executions/{id}", s.known(s.getExecution))
	mux.HandleFunc("GET /v2/agent/{agent}/executions", s.known(s.getExecutions))
	mux.HandleFunc("GET /v2/agent/all", s.known(s.getAgents))
	mux.HandleFunc("GET /phone-numbers/all", s.known(s.getNumbers))
	mux.HandleFunc("/", s.known(func(w http.ResponseWriter, _ *http.Request, _ accounts.Bolna) {
		fail(w, http.StatusNotFound, "Not Found")
	}))
	return mux
}

type handler func(http.ResponseWriter, *http.Request, accounts.Bolna)

// known lets only those in who show a configured API key.
func (s *Service) known(next handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		key, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		account, found := s.accounts.Bolna(key)
		if !bearer || !found {
			fail(w, http.StatusUnauthorized, "Access denied")
			return
		}
		next(w, r, account)
	}
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// maxUnanswered is how long a request that shall time out is held at most.
const maxUnanswered = 2 * time.Minute

func (s *Service) postCall(w http.ResponseWriter, r *http.Request, account accounts.Bolna) {
	var o order
	if err := json.Unmarshal(gate.Body(r), &o); err != nil {
		fail(w, http.StatusBadRequest, "request body is not valid JSON")
		return
	}
	scheduled, problem := check(o, account)
	if problem != "" {
		fail(w, http.StatusBadRequest, problem)
		return
	}
	turnKey := account.APIKey + " " + o.To
	sc := scriptFor(o.To, turnKey, &s.turns)
	switch {
	case sc.answering == tooMany && s.turns.First(turnKey):
		w.Header().Set("Retry-After", "1")
		fail(w, http.StatusTooManyRequests, "Too many requests")
		return
	case sc.answering == broken:
		fail(w, http.StatusInternalServerError, "Internal server error")
		return
	}
	id, told := s.place(account, o, scheduled, sc)
	gate.Taken(r)
	switch sc.answering {
	case never:
		gate.Hang(r, maxUnanswered)
	case afterEverything:
		select {
		case <-told:
		case <-r.Context().Done():
		}
	}
	gate.JSON(w, http.StatusOK, map[string]any{"message": "done", "status": statusQueued, "execution_id": id})
}

// check says what Bolna would refuse, and gives the time asked for.
func check(o order, account accounts.Bolna) (scheduled time.Time, problem string) {
	agent := slices.ContainsFunc(account.Agents, func(a accounts.Agent) bool { return a.ID == o.AgentID })
	from := slices.ContainsFunc(account.PhoneNumbers, func(n accounts.PhoneNumber) bool { return n.PhoneNumber == o.From })
	var data map[string]any
	switch {
	case o.AgentID == "":
		return scheduled, "agent_id is required"
	case !agent:
		return scheduled, "agent not found"
	case o.To == "":
		return scheduled, "recipient_phone_number is required"
	case !e164.MatchString(o.To):
		return scheduled, "invalid phone number format"
	case o.From != "" && !from:
		return scheduled, "from_phone_number not owned by account"
	case len(o.UserData) > 0 && json.Unmarshal(o.UserData, &data) != nil:
		return scheduled, "user_data must be an object"
	case o.ScheduledAt != "":
		at, err := time.Parse(time.RFC3339, o.ScheduledAt)
		if err != nil {
			return scheduled, "scheduled_at must be an ISO 8601 datetime with a timezone"
		}
		return at, ""
	}
	return scheduled, ""
}

func (s *Service) postStop(w http.ResponseWriter, r *http.Request, account accounts.Bolna) {
	c, _, found := s.calls.find(account.APIKey, r.PathValue("id"))
	if !found {
		fail(w, http.StatusNotFound, "Execution not found")
		return
	}
	state, stopped := s.calls.stop(c)
	if !stopped {
		fail(w, http.StatusBadRequest, "Call is "+state.now.status+"; only queued or scheduled calls can be stopped")
		return
	}
	gate.Taken(r)
	if state.script.telling != silent {
		s.send(state)
	}
	gate.JSON(w, http.StatusOK, map[string]any{"message": "done", "status": statusStopped, "execution_id": state.id})
}

func (s *Service) getExecution(w http.ResponseWriter, r *http.Request, account accounts.Bolna) {
	_, state, found := s.calls.find(account.APIKey, r.PathValue("id"))
	if !found {
		fail(w, http.StatusNotFound, "Execution not found")
		return
	}
	gate.JSON(w, http.StatusOK, payload(state))
}

func (s *Service) getExecutions(w http.ResponseWriter, r *http.Request, account accounts.Bolna) {
	agent := r.PathValue("agent")
	if !slices.ContainsFunc(account.Agents, func(a accounts.Agent) bool { return a.ID == agent }) {
		fail(w, http.StatusBadRequest, "agent not found")
		return
	}
	q, problem := parseListing(r.URL.Query())
	if problem != "" {
		fail(w, http.StatusBadRequest, problem)
		return
	}
	found := s.calls.list(func(c *call) bool {
		return c.apiKey == account.APIKey && c.agentID == agent && !c.script.forgotten && q.wants(c)
	})
	show := payload
	if account.TrimmedList != nil && *account.TrimmedList {
		show = trimmed
	}
	data := []any{}
	first := min((q.page-1)*q.size, len(found))
	last := min(first+q.size, len(found))
	for _, c := range found[first:last] {
		data = append(data, show(c))
	}
	gate.JSON(w, http.StatusOK, map[string]any{
		"page_number": q.page, "page_size": q.size, "total": len(found), "has_more": last < len(found), "data": data,
	})
}

func (s *Service) getAgents(w http.ResponseWriter, _ *http.Request, account accounts.Bolna) {
	list := []any{}
	for _, a := range account.Agents {
		list = append(list, map[string]any{
			"id": a.ID, "agent_name": a.Name, "agent_type": "other", "agent_status": "processed",
			"created_at": madeAt, "updated_at": madeAt, "tasks": []any{}, "agent_prompts": map[string]any{},
		})
	}
	gate.JSON(w, http.StatusOK, list)
}

// madeAt is when everything configured came to be.
const madeAt = "2024-01-23T05:14:37Z"

func (s *Service) getNumbers(w http.ResponseWriter, _ *http.Request, account accounts.Bolna) {
	list := []any{}
	for _, n := range account.PhoneNumbers {
		list = append(list, map[string]any{
			"id": n.ID, "phone_number": n.PhoneNumber, "agent_id": nil, "telephony_provider": telephonyProvider,
			"price": "$5.0", "rented": true, "created_at": madeAt, "updated_at": madeAt,
			"humanized_created_at": "2 years ago", "humanized_updated_at": "2 years ago", "renewal_at": "17th Dec, 2030",
		})
	}
	gate.JSON(w, http.StatusOK, list)
}
