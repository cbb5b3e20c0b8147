package bolna

import (
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// The statuses that the sandbox itself asks about; the others are only passed on.
const (
	statusScheduled    = "scheduled"
	statusQueued       = "queued"
	statusDisconnected = "call-disconnected"
	statusCompleted    = "completed"
	statusStopped      = "stopped"
)

// liveStatuses are those in which a call takes up a line.
var liveStatuses = map[string]bool{statusQueued: true, "initiated": true, "ringing": true, "in-progress": true}

// call is one call that was accepted.
type call struct {
	id, account, apiKey string
	agentID, to, from   string
	userData            json.RawMessage
	created, updated    time.Time
	scheduled           time.Time
	now                 step
	script              script
	// halt is closed when the call is stopped while it waits.
	halt chan struct{}
}

func (c *call) live() bool { return liveStatuses[c.now.status] && !c.script.forgotten }

// calls keeps the latest calls and counts the live ones.
type calls struct {
	mu       sync.Mutex
	byID     map[string]*call
	order    []*call
	all      gauge
	accounts map[string]*gauge
}

// gauge counts live calls and remembers the most there were at once.
type gauge struct {
	Live    int `json:"live"`
	MaxLive int `json:"max_live"`
}

func (g *gauge) add(n int) {
	g.Live += n
	g.MaxLive = max(g.MaxLive, g.Live)
}

// maxCalls is how many calls are kept; above it the oldest are forgotten.
const maxCalls = 100_000

func newCalls() *calls {
	return &calls{byID: make(map[string]*call), accounts: make(map[string]*gauge)}
}

func (cs *calls) add(c *call) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.byID[c.id] = c
	cs.order = append(cs.order, c)
	if len(cs.order) > maxCalls {
		delete(cs.byID, cs.order[0].id)
		cs.order[0] = nil
		cs.order = cs.order[1:]
	}
	if c.live() {
		cs.count(c, 1)
	}
}

func (cs *calls) count(c *call, n int) {
	cs.all.add(n)
	if cs.accounts[c.account] == nil {
		cs.accounts[c.account] = &gauge{}
	}
	cs.accounts[c.account].add(n)
}

// advance moves a call on and gives its state after it; false when the call
// was stopped meanwhile.
func (cs *calls) advance(c *call, s step) (call, bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if c.now.status == statusStopped {
		return *c, false
	}
	cs.set(c, s)
	return *c, true
}

// stop ends a call that has not been dialled; false when it is too late.
func (cs *calls) stop(c *call) (call, bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if c.now.status != statusQueued && c.now.status != statusScheduled {
		return *c, false
	}
	cs.set(c, step{status: statusStopped})
	close(c.halt)
	return *c, true
}

func (cs *calls) set(c *call, s step) {
	was := c.live()
	c.now, c.updated = s, time.Now().UTC()
	switch is := c.live(); {
	case is && !was:
		cs.count(c, 1)
	case was && !is:
		cs.count(c, -1)
	}
}

// find gives an account's call; forgotten ones are not found.
func (cs *calls) find(apiKey, id string) (*call, call, bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	c := cs.byID[id]
	if c == nil || c.apiKey != apiKey || c.script.forgotten {
		return nil, call{}, false
	}
	return c, *c, true
}

// list copies the calls that keep says yes to, newest first.
func (cs *calls) list(keep func(*call) bool) []call {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	found := []call{}
	for _, v := range slices.Backward(cs.order) {
		if keep(v) {
			found = append(found, *v)
		}
	}
	return found
}
