// Package bolna plays the API of Bolna (AI calls): placing, stopping, reading
// and listing calls, and a webhook for every change of status. Written after
// the pages "Make Voice AI Call", "List of call statuses", "Execution payload
// reference", "Fetch agent executions", "Webhooks" and "Rate limiting" of
// Bolna's documentation, and payloads published by users.
package bolna

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/local/sandbox/accounts"
	"github.com/auto-engagement/flows/local/sandbox/courier"
	"github.com/auto-engagement/flows/local/sandbox/digits"
	"github.com/auto-engagement/flows/local/sandbox/journal"
)

// Service holds the calls and lets them happen.
type Service struct {
	accounts *accounts.Store
	courier  *courier.Courier
	duration time.Duration
	calls    *calls
	turns    digits.Turns
	done     sync.WaitGroup
	ctx      context.Context //nolint:containedctx // its end is the service's own
	cancel   context.CancelFunc
}

// New makes a service whose answered calls take duration from accepted to
// completed.
func New(store *accounts.Store, c *courier.Courier, duration time.Duration) *Service {
	ctx, cancel := context.WithCancel(context.Background())
	return &Service{accounts: store, courier: c, duration: duration, calls: newCalls(), ctx: ctx, cancel: cancel}
}

// Close stops all calls where they are and waits for it.
func (s *Service) Close() {
	s.cancel()
	s.done.Wait()
}

// order is the body of POST /call, as far as it is of interest.
type order struct {
	AgentID     string          `json:"agent_id"`
	To          string          `json:"recipient_phone_number"`
	From        string          `json:"from_phone_number"`
	ScheduledAt string          `json:"scheduled_at"`
	UserData    json.RawMessage `json:"user_data"`
}

// place accepts a call and starts it. told is closed when its last webhook
// was taken or given up.
func (s *Service) place(account accounts.Bolna, o order, scheduled time.Time, sc script) (id string, told <-chan struct{}) {
	now := time.Now().UTC()
	c := &call{
		id: newID(sc.older), account: account.Name, apiKey: account.APIKey,
		agentID: o.AgentID, to: o.To, from: o.From, userData: o.UserData,
		created: now, updated: now, scheduled: now, script: sc,
		now: step{status: statusQueued}, halt: make(chan struct{}),
	}
	if scheduled.After(now) {
		c.scheduled = scheduled
		c.now.status = statusScheduled
	}
	s.calls.add(c)
	all := make(chan struct{})
	s.done.Add(1)
	go s.run(c, all)
	return c.id, all
}

func newID(numeric bool) string {
	if numeric {
		return strconv.FormatInt(7_000_000_000_000+rand.Int64N(2_000_000_000_000), 10)
	}
	return uuid.NewString()
}

// run leads a call through its script.
func (s *Service) run(c *call, all chan<- struct{}) {
	defer s.done.Done()
	defer close(all)
	teller := &teller{service: s, telling: c.script.telling}
	defer teller.finish()
	if c.scheduled.After(c.created) {
		if state, going := s.calls.advance(c, step{status: statusScheduled}); going {
			teller.tell(state)
		}
	}
	for _, st := range c.script.steps {
		due := c.scheduled.Add(time.Duration(st.at * float64(s.duration)))
		if !s.wait(c, time.Until(due)) {
			return
		}
		state, going := s.calls.advance(c, st)
		if !going {
			return
		}
		teller.tell(state)
	}
}

// wait is false when the call was stopped or the service ends.
func (s *Service) wait(c *call, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.halt:
		return false
	case <-s.ctx.Done():
		return false
	}
}

// teller sends a call's webhooks in the manner of its script.
type teller struct {
	service *Service
	telling telling
	last    <-chan struct{}
	held    []call
}

func (t *teller) tell(state call) {
	switch t.telling {
	case silent:
	case jumbled:
		t.held = append(t.held, state)
	default:
		t.last = t.service.send(state)
	}
}

// finish sends what was held back, twice and last first, and waits until the
// last webhook is through.
func (t *teller) finish() {
	for range 2 {
		for _, v := range slices.Backward(t.held) {
			t.last = t.service.send(v)
		}
	}
	if t.last == nil {
		return
	}
	select {
	case <-t.last:
	case <-t.service.ctx.Done():
	}
}

func (s *Service) send(state call) <-chan struct{} {
	body, err := json.Marshal(payload(state))
	if err != nil {
		body = []byte(`{}`) // user_data was valid JSON when it came in
	}
	return s.courier.Send(courier.Webhook{
		Provider: journal.Bolna, Subject: state.id, Event: state.now.status,
		URL: s.webhookURL(state), Body: body,
		Headers: map[string]string{"User-Agent": "Bolna-Webhook/1.0"},
	})
}

// webhookURL is looked up when a webhook is due: it may have been set after
// the call was placed.
func (s *Service) webhookURL(state call) string {
	account, _ := s.accounts.Bolna(state.apiKey)
	for _, agent := range account.Agents {
		if agent.ID == state.agentID && agent.WebhookURL != "" {
			return agent.WebhookURL
		}
	}
	return account.WebhookURL
}

// Overview is what GET /_sandbox/calls answers.
type Overview struct {
	gauge
	Accounts map[string]gauge `json:"accounts"`
	Calls    []CallState      `json:"calls"`
}

// CallState is one call in the overview.
type CallState struct {
	ID        string          `json:"id"`
	Account   string          `json:"account"`
	AgentID   string          `json:"agent_id"`
	To        string          `json:"to"`
	From      string          `json:"from"`
	Status    string          `json:"status"`
	Live      bool            `json:"live"`
	UserData  json.RawMessage `json:"user_data"`
	CreatedAt time.Time       `json:"created_at"`
	UpdatedAt time.Time       `json:"updated_at"`
}

// Overview lists all calls, oldest first, those that the provider has
// forgotten too, and how many are live: queued to in-progress.
func (s *Service) Overview() Overview {
	states := []CallState{}
	newest := s.calls.list(func(*call) bool { return true })
	for _, c := range slices.Backward(newest) {
		states = append(states, CallState{
			ID: c.id, Account: c.account, AgentID: c.agentID, To: c.to, From: c.from, Status: c.now.status,
			Live: c.live(), UserData: c.userData, CreatedAt: c.created, UpdatedAt: c.updated,
		})
	}
	s.calls.mu.Lock()
	defer s.calls.mu.Unlock()
	o := Overview{gauge: s.calls.all, Accounts: map[string]gauge{}, Calls: states}
	for name, g := range s.calls.accounts {
		o.Accounts[name] = *g
	}
	return o
}
