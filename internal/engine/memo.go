package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"
)

// memoTime is how long a looked-up value is believed: secrets and listings of
// providers change rarely, and a change must show without a deployment.
const memoTime = 5 * time.Minute

// memoSize bounds the values kept; beyond it the memo starts afresh.
const memoSize = 10_000

// memo keeps what was looked up outside transactions, in memory only.
type memo struct {
	mu     sync.Mutex
	values map[string]memoValue
}

type memoValue struct {
	value any
	until time.Time
}

func (m *memo) keep(key string, value any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.values == nil || len(m.values) >= memoSize {
		m.values = map[string]memoValue{}
	}
	m.values[key] = memoValue{value, time.Now().Add(memoTime)}
}

func recall[T any](m *memo, key string) (T, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept, found := m.values[key]
	if !found || time.Now().After(kept.until) {
		var none T
		return none, false
	}
	value, ok := kept.value.(T)
	return value, ok
}

func fingerprint(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}
