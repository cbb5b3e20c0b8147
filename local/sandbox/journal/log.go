package journal

import (
	"sort"
	"sync"
)

// Log keeps the latest entries in order of arrival, bounded by their number
// and by their weight; the oldest go first. It is safe for concurrent use.
type Log[T any] struct {
	mu        sync.RWMutex
	entries   []entry[T]
	head      int
	lastID    int64
	weight    int
	maxNumber int
	maxWeight int
}

type entry[T any] struct {
	id     int64
	weight int
	value  T
}

// NewLog makes a log of at most maxNumber entries which together weigh at most
// maxWeight (bytes, as the caller counts them).
func NewLog[T any](maxNumber, maxWeight int) *Log[T] {
	return &Log[T]{maxNumber: maxNumber, maxWeight: maxWeight}
}

// Add appends what build makes of the new id. Ids start at 1, rise by one and
// are never used again.
func (l *Log[T]) Add(weight int, build func(id int64) T) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lastID++
	l.entries = append(l.entries, entry[T]{id: l.lastID, weight: weight, value: build(l.lastID)})
	l.weight += weight
	for len(l.entries)-l.head > l.maxNumber || (l.weight > l.maxWeight && len(l.entries)-l.head > 1) {
		l.weight -= l.entries[l.head].weight
		l.entries[l.head] = entry[T]{}
		l.head++
	}
	if l.head > 1024 && l.head > len(l.entries)/2 {
		l.entries = append([]entry[T](nil), l.entries[l.head:]...)
		l.head = 0
	}
	return l.lastID
}

// Update changes the entry with that id, when it is still there.
func (l *Log[T]) Update(id int64, change func(*T)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := l.entries[l.head:]
	at := sort.Search(len(kept), func(i int) bool { return kept[i].id >= id })
	if at < len(kept) && kept[at].id == id {
		change(&kept[at].value)
	}
}

// List copies the entries that keep says yes to, oldest first; limit 0 means
// all, otherwise the latest limit of them.
func (l *Log[T]) List(limit int, keep func(*T) bool) []T {
	l.mu.RLock()
	defer l.mu.RUnlock()
	found := []T{}
	kept := l.entries[l.head:]
	for i := range kept {
		if keep(&kept[i].value) {
			found = append(found, kept[i].value)
		}
	}
	if limit > 0 && len(found) > limit {
		found = found[len(found)-limit:]
	}
	return found
}

// Remove takes out the entries that drop says yes to and tells how many.
func (l *Log[T]) Remove(drop func(*T) bool) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := make([]entry[T], 0, len(l.entries)-l.head)
	removed := 0
	for _, e := range l.entries[l.head:] {
		if drop(&e.value) {
			removed++
			l.weight -= e.weight
			continue
		}
		kept = append(kept, e)
	}
	l.entries, l.head = kept, 0
	return removed
}
