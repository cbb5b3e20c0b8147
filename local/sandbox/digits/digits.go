// Package digits reads the outcome that a phone number asks for: its last two
// digits.
package digits

import "sync"

// Of gives the last two digits of a phone number, 0 to 99, leaving out
// whatever is no digit; a number with fewer digits asks for 0.
func Of(phone string) int {
	value, factor, seen := 0, 1, 0
	for i := len(phone) - 1; i >= 0 && seen < 2; i-- {
		if d := phone[i]; d >= '0' && d <= '9' {
			value += int(d-'0') * factor
			factor *= 10
			seen++
		}
	}
	if seen < 2 {
		return 0
	}
	return value
}

// Turns lets the first of two comers by the same key be treated differently,
// again and again: the first, third, fifth … try of a number is refused, the
// second, fourth, sixth … accepted, so that a number can be used twice.
type Turns struct {
	mu      sync.Mutex
	waiting map[string]bool
}

// maxWaiting bounds the keys whose second try has not come.
const maxWaiting = 100_000

// First says whether this try is the odd one of its key.
func (t *Turns) First(key string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.waiting[key] {
		delete(t.waiting, key)
		return false
	}
	if t.waiting == nil || len(t.waiting) >= maxWaiting {
		t.waiting = make(map[string]bool)
	}
	t.waiting[key] = true
	return true
}
