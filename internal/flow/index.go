package flow

import (
	"bytes"
	"cmp"
	"iter"
	"math/bits"
	"slices"
)

// explainAll is up to how many flows all are looked at for every lead, so
// that the decision explains each of them. Above it the index chooses.
const explainAll = 50

// Index holds the enabled flows of a tenant, ready to match leads. It is
// immutable and safe for concurrent use.
type Index struct {
	// flows are by priority.
	flows []*Compiled
	// always is the set of positions that every lead must look at.
	always bitset
	// posts has, by attribute and equality key, the positions of the flows
	// that can match only a lead which has that key there.
	posts map[attribute]map[string][]int
}

// term is an equality that a lead must meet.
type term struct {
	attribute attribute
	key       string
}

// NewIndex makes an index of the enabled ones among the flows, by priority,
// lowest number first. A flow each of whose condition groups demands an
// equality (equals or in, or contains of the tags) is found by its operands;
// the others are always looked at. A tenant with at most 50 flows has all of
// them looked at: then a decision explains every flow.
func NewIndex(flows []*Compiled) *Index { return newIndex(flows, explainAll) }

func newIndex(flows []*Compiled, threshold int) *Index {
	ix := &Index{posts: make(map[attribute]map[string][]int)}
	for _, f := range flows {
		if f.Definition.IsEnabled {
			ix.flows = append(ix.flows, f)
		}
	}
	slices.SortStableFunc(ix.flows, func(a, b *Compiled) int {
		return cmp.Or(
			cmp.Compare(a.Definition.Priority, b.Definition.Priority),
			bytes.Compare(a.Definition.ID[:], b.Definition.ID[:]),
		)
	})
	ix.always = newBitset(len(ix.flows))
	usage := ix.usage()
	for position, f := range ix.flows {
		terms, ok := f.demands(usage)
		if !ok || len(ix.flows) <= threshold {
			ix.always.add(position)
			continue
		}
		for _, t := range terms {
			ix.post(t, position)
		}
	}
	return ix
}

// Len is the number of flows in the index.
func (ix *Index) Len() int { return len(ix.flows) }

func (ix *Index) post(t term, position int) {
	keys := ix.posts[t.attribute]
	if keys == nil {
		keys = make(map[string][]int)
		ix.posts[t.attribute] = keys
	}
	keys[t.key] = append(keys[t.key], position)
}

// usage counts how many conditions demand each term, so that a group is
// indexed by its rarest: a campaign rather than a source that all flows name.
func (ix *Index) usage() map[term]int {
	usage := make(map[term]int)
	for _, f := range ix.flows {
		for i := range f.conditions {
			for _, t := range f.conditions[i].terms() {
				usage[t]++
			}
		}
	}
	return usage
}

// terms are the equalities of which a lead must meet one for the condition to
// hold; none when the condition demands no equality.
func (c *condition) terms() []term {
	switch c.Operator {
	case Equals, In:
	case Contains:
		if !c.attribute.isTags() {
			return nil
		}
	default:
		return nil
	}
	terms := make([]term, len(c.operand.keys))
	for i, key := range c.operand.keys {
		terms[i] = term{c.attribute, key}
	}
	return terms
}

// demands are terms of which a lead must meet one for the flow to match; ok
// is false when it may match a lead that meets none.
func (c *Compiled) demands(usage map[term]int) (terms []term, ok bool) {
	if len(c.groups) == 0 {
		return nil, false
	}
	for _, group := range c.groups {
		var rarest []term
		fewest := 0
		for i := range c.conditions {
			if c.conditions[i].Group != group {
				continue
			}
			found := c.conditions[i].terms()
			total := 0
			for _, t := range found {
				total += usage[t]
			}
			if len(found) > 0 && (rarest == nil || total < fewest) {
				rarest, fewest = found, total
			}
		}
		if rarest == nil {
			return nil, false
		}
		terms = append(terms, rarest...)
	}
	return terms, true
}

// candidates are the positions of the flows to look at, in order.
func (ix *Index) candidates(s *subject) iter.Seq[int] {
	chosen := slices.Clone(ix.always)
	for a, keys := range ix.posts {
		for _, key := range s.value(a).keys() {
			for _, position := range keys[key] {
				chosen.add(position)
			}
		}
	}
	return chosen.all()
}

// bitset is a set of small numbers.
type bitset []uint64

func newBitset(size int) bitset { return make(bitset, (size+63)/64) }

func (b bitset) add(i int) { b[i/64] |= 1 << (i % 64) }

// all yields the members in ascending order.
func (b bitset) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, word := range b {
			for ; word != 0; word &= word - 1 {
				if !yield(i*64 + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}
