package intake

import (
	"fmt"
	"slices"
	"sync"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/auto-engagement/flows/internal/flow"
)

// How much is kept between invocations. A compiled flow takes a few kilobytes.
const (
	keptFlows   = 10_000
	keptTenants = 500
)

// flowCache keeps flows compiled, once per version, and each tenant's index
// over them. A version never changes, so that nothing in it can be stale.
type flowCache struct {
	once     sync.Once
	compiled *lru.Cache[versionKey, *flow.Compiled]
	indexes  *lru.Cache[uuid.UUID, tenantIndex]
}

type versionKey struct {
	tenant, flow uuid.UUID
	version      int
}

type tenantIndex struct {
	versions []versionKey
	index    *flow.Index
}

// lookup is what the cache has of a tenant's enabled flows.
type lookup struct {
	cache    *flowCache
	tenant   uuid.UUID
	versions []versionKey
	index    *flow.Index
	found    map[versionKey]*flow.Compiled
	// missing are the versions whose definitions must be loaded.
	missing []FlowRef
}

func (c *flowCache) look(tenant uuid.UUID, refs []FlowRef) *lookup {
	c.once.Do(func() {
		// New fails only for a size that is not positive.
		c.compiled, _ = lru.New[versionKey, *flow.Compiled](keptFlows)
		c.indexes, _ = lru.New[uuid.UUID, tenantIndex](keptTenants)
	})
	l := &lookup{cache: c, tenant: tenant, versions: make([]versionKey, len(refs)), found: make(map[versionKey]*flow.Compiled, len(refs))}
	for i, ref := range refs {
		l.versions[i] = versionKey{tenant, ref.ID, ref.Version}
	}
	if kept, is := c.indexes.Get(tenant); is && slices.Equal(kept.versions, l.versions) {
		l.index = kept.index
		return l
	}
	for i, key := range l.versions {
		if compiled, is := c.compiled.Get(key); is {
			l.found[key] = compiled
		} else {
			l.missing = append(l.missing, refs[i])
		}
	}
	return l
}

// build compiles what was missing and gives the tenant's index. A definition
// that cannot be read is an error, and its tenant's leads stay on the queue:
// most likely a newer release has written it, whose matcher will read it.
func (l *lookup) build(loaded []flow.Definition) (*flow.Index, error) {
	if l.index != nil {
		return l.index, nil
	}
	for _, d := range loaded {
		compiled, err := flow.Compile(d)
		if err != nil {
			return nil, fmt.Errorf("compile flow %s version %d: %w", d.ID, d.Version, err)
		}
		key := versionKey{l.tenant, d.ID, d.Version}
		l.found[key] = compiled
		l.cache.compiled.Add(key, compiled)
	}
	flows := make([]*flow.Compiled, len(l.versions))
	for i, key := range l.versions {
		if flows[i] = l.found[key]; flows[i] == nil {
			return nil, fmt.Errorf("flow %s has no version %d", key.flow, key.version)
		}
	}
	l.index = flow.NewIndex(flows)
	l.cache.indexes.Add(l.tenant, tenantIndex{versions: l.versions, index: l.index})
	return l.index, nil
}
