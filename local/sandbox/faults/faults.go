// Package faults holds the faults that were asked for until a request meets
// them.
package faults

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/auto-engagement/flows/local/sandbox/journal"
)

// Fault is what happens to the next requests of a provider instead of an
// answer. Exactly one of Status, Hang and Reset is set.
type Fault struct {
	Provider string `json:"provider"`
	// Status answers with this HTTP status and the provider's own error body
	// for it; for e-mail with this SMTP code at MAIL.
	Status int `json:"status,omitempty"`
	// Hang is seconds without an answer, after which the connection is closed;
	// for e-mail after DATA.
	Hang float64 `json:"hang,omitempty"`
	// Reset sends a TCP RST when the request was read; for e-mail after DATA.
	Reset bool `json:"reset,omitempty"`
	// Times is how many requests meet it; 0 means 1.
	Times int `json:"times,omitempty"`
	// Method and Path narrow it to requests of that method and path prefix
	// (as received: /bolna/call); empty means any. Not for e-mail.
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`
	// RetryAfter is sent as the header of that name with Status, in seconds.
	RetryAfter int `json:"retry_after,omitempty"`
	// Body replaces the provider's error body.
	Body json.RawMessage `json:"body,omitempty"`
	// Taken lets the request have its effect although its answer is lost.
	Taken bool `json:"taken,omitempty"`
}

// maxHang bounds how long a connection is held open.
const maxHang = 10 * time.Minute

// Kind names the fault: status, hang or reset.
func (f Fault) Kind() string {
	switch {
	case f.Reset:
		return "reset"
	case f.Hang > 0:
		return "hang"
	default:
		return "status"
	}
}

// HangFor is Hang as a duration.
func (f Fault) HangFor() time.Duration { return time.Duration(f.Hang * float64(time.Second)) }

// Validate says what is wrong with a fault that somebody asks for.
func (f Fault) Validate() error {
	if !journal.IsProvider(f.Provider) {
		return fmt.Errorf("provider must be bolna, whatsapp or email, not %q", f.Provider)
	}
	kinds := 0
	for _, set := range []bool{f.Status != 0, f.Hang != 0, f.Reset} {
		if set {
			kinds++
		}
	}
	if kinds != 1 {
		return errors.New("exactly one of status, hang and reset must be given")
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		return errors.New("status must be 200 to 599")
	}
	if f.Hang < 0 || f.HangFor() > maxHang {
		return errors.New("hang must be above 0 and at most 600 seconds")
	}
	if f.Provider == journal.Email && f.Status != 0 && f.Status < 400 {
		return errors.New("status of an e-mail fault must be 400 to 599")
	}
	if f.Provider == journal.Email && (f.Method != "" || f.Path != "" || f.Body != nil || f.RetryAfter != 0) {
		return errors.New("method, path, body and retry_after are not for e-mail")
	}
	if f.Times < 0 {
		return errors.New("times must not be negative")
	}
	return nil
}

// Matches says whether a request with this method and path meets the fault.
func (f Fault) Matches(method, path string) bool {
	return (f.Method == "" || strings.EqualFold(f.Method, method)) && strings.HasPrefix(path, f.Path)
}

// Queue holds faults in the order they were asked for.
type Queue struct {
	mu      sync.Mutex
	pending []Fault
}

// Add puts a fault at the end.
func (q *Queue) Add(f Fault) {
	if f.Times == 0 {
		f.Times = 1
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pending = append(q.pending, f)
}

// Take gives the first pending fault of the provider that meets says yes to,
// and uses one of its times up.
func (q *Queue) Take(provider string, meets func(Fault) bool) (Fault, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, f := range q.pending {
		if f.Provider != provider || !meets(f) {
			continue
		}
		q.pending[i].Times--
		if q.pending[i].Times == 0 {
			q.pending = append(q.pending[:i:i], q.pending[i+1:]...)
		}
		return f, true
	}
	return Fault{}, false
}

// List copies what is pending.
func (q *Queue) List() []Fault {
	q.mu.Lock()
	defer q.mu.Unlock()
	return append([]Fault{}, q.pending...)
}

// Clear forgets the pending faults of a provider, or all when it is empty.
func (q *Queue) Clear(provider string) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	kept := []Fault{}
	for _, f := range q.pending {
		if provider != "" && f.Provider != provider {
			kept = append(kept, f)
		}
	}
	removed := len(q.pending) - len(kept)
	q.pending = kept
	return removed
}
