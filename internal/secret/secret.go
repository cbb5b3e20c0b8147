// Package secret keeps what must not be read by others: the tenants' keys and
// passwords, encrypted with KMS in the database (Box), and the deployment's
// own, in Secrets Manager (Store).
package secret

import (
	"sync"
	"time"
)

// keptFor is how long a plaintext is kept in memory before it is asked for
// again. It bounds how long a changed key or a withdrawn permission goes
// unnoticed.
const keptFor = 5 * time.Minute

// maxKept bounds how many plaintexts are kept.
const maxKept = 1024

// cache keeps values for a while. It is safe for use by many goroutines.
type cache[K comparable] struct {
	mu   sync.Mutex
	kept map[K]kept
	now  func() time.Time
}

type kept struct {
	value string
	since time.Time
}

func newCache[K comparable]() *cache[K] {
	return &cache[K]{kept: map[K]kept{}, now: time.Now}
}

// get returns the value and its age.
func (c *cache[K]) get(key K) (value string, age time.Duration, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.kept[key]
	return v.value, c.now().Sub(v.since), ok
}

func (c *cache[K]) put(key K, value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= maxKept {
		clear(c.kept)
	}
	c.kept[key] = kept{value: value, since: c.now()}
}

func (c *cache[K]) drop(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.kept, key)
}
