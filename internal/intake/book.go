package intake

import (
	"reflect"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// book is what is known of the contacts of a batch while its leads are folded
// one into another in memory: a later lead sees what an earlier one did.
type book struct {
	people map[uuid.UUID]*person
	owners map[flow.Key]uuid.UUID
	// order is that in which people entered, so that writes are in it too.
	order []*person
	added []OwnedKey
}

type person struct {
	contact      flow.Contact
	isNew, dirty bool
	starts       []flow.Start
}

func newBook(known Known) *book {
	b := &book{people: make(map[uuid.UUID]*person, len(known.Contacts)), owners: make(map[flow.Key]uuid.UUID, len(known.Keys))}
	for _, k := range known.Keys {
		b.owners[k.Key] = k.ContactID
	}
	for _, c := range known.Contacts {
		b.put(&person{contact: c})
	}
	for _, s := range known.Starts {
		if p := b.people[s.ContactID]; p != nil {
			p.starts = append(p.starts, s.Start)
		}
	}
	return b
}

func (b *book) put(p *person) {
	b.people[p.contact.ID] = p
	b.order = append(b.order, p)
}

// entry is a lead's contact as it would be after the lead; nothing is changed
// until keep, so that a lead that fails leaves no trace.
type entry struct {
	person  *person
	merged  flow.Contact
	by      flow.KeyKind
	added   []flow.Key
	foreign []foreignKey
}

// foreignKey is a key of a lead that belongs to another contact, and stays with it.
type foreignKey struct {
	Kind      flow.KeyKind `json:"kind"`
	ContactID uuid.UUID    `json:"contact_id"`
}

// find says who a lead is about: the contact of the first of its keys that is
// known, else somebody new.
func (b *book) find(lead flow.Contact) entry {
	keys := flow.Keys(lead)
	e := entry{}
	for _, k := range keys {
		if owner, is := b.owners[k]; is {
			e.person, e.by = b.people[owner], k.Kind
			break
		}
	}
	if e.person == nil {
		e.person = &person{contact: flow.Contact{ID: uuid.Must(uuid.NewV7())}, isNew: true}
	}
	id := e.person.contact.ID
	e.merged = flow.Merge(e.person.contact, lead)
	e.merged.ID = id
	for _, k := range keys {
		switch owner, is := b.owners[k]; {
		case !is:
			e.added = append(e.added, k)
		case owner != id:
			e.foreign = append(e.foreign, foreignKey{Kind: k.Kind, ContactID: owner})
		}
	}
	return e
}

// foundByEvent says that the event was made together with its contact.
const foundByEvent flow.KeyKind = "event"

// is gives a contact as it stands: what an event made together with it says
// is in it already, and may have been changed since.
func (b *book) is(id uuid.UUID) (e entry, known bool) {
	p := b.people[id]
	if p == nil {
		return entry{}, false
	}
	return entry{person: p, merged: p.contact, by: foundByEvent}, true
}

// keep makes an entry known to later leads.
func (b *book) keep(e entry) {
	p := e.person
	if _, is := b.people[p.contact.ID]; !is {
		b.put(p)
	} else if !sameContact(p.contact, e.merged) {
		p.dirty = true
	}
	p.contact = e.merged
	for _, k := range e.added {
		b.owners[k] = p.contact.ID
		b.added = append(b.added, OwnedKey{Key: k, ContactID: p.contact.ID})
	}
}

// write adds the contacts and keys to what the transaction writes.
func (b *book) write(c *Changes) {
	for _, p := range b.order {
		switch {
		case p.isNew:
			c.NewContacts = append(c.NewContacts, p.contact)
		case p.dirty:
			c.ChangedContacts = append(c.ChangedContacts, p.contact)
		}
	}
	c.NewKeys = b.added
}

// sameContact regards an absent list or map as an empty one.
func sameContact(a, b flow.Contact) bool {
	for _, c := range []*flow.Contact{&a, &b} {
		if len(c.Tags) == 0 {
			c.Tags = nil
		}
		if len(c.CustomFields) == 0 {
			c.CustomFields = nil
		}
	}
	return reflect.DeepEqual(a, b)
}
