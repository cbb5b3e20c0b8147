package intake

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// The due work of a new execution looks after its start a minute later.
const runDueAfter = time.Minute

// batch decides the leads of one tenant in one transaction.
type batch struct {
	in     *Intake
	tenant flow.Tenant
	flows  *lookup
	now    time.Time
	items  []*item
	leads  []flow.Lead
	// verdicts are by item.
	verdicts []verdict

	index        *flow.Index
	book         *book
	suppressions []flow.Suppression
	events       map[EventName]*eventState
	order        []*eventState
	executions   []Execution
	taken        map[uuid.UUID]FlowRef
	rejects      []Reject
}

// verdict is what one transaction made of one record. It counts once committed.
type verdict struct {
	outcome  flow.LeadOutcome
	repeated bool
	event    *eventState
	err      error
}

// eventState is one event while the batch is decided: a batch may hold it twice.
type eventState struct {
	known *KnownEvent
	// settled: decided, now or earlier.
	settled bool
	// write is the row to be written; nil leaves what there is.
	write  *Event
	starts []uuid.UUID
}

// wants normalises the leads and says what must be known to decide them.
func (b *batch) wants(flows []FlowRef) Wanted {
	w := Wanted{Flows: b.flows.missing}
	names, keys := make(map[EventName]bool), make(map[flow.Key]bool)
	for i, it := range b.items {
		if it.named() && !names[it.name] {
			names[it.name] = true
			w.Events = append(w.Events, it.name)
		}
		if it.reject != "" {
			continue
		}
		b.guard(i, func() {
			b.leads[i] = it.event.Lead(b.tenant)
			contact := b.leads[i].Contact
			for _, k := range flow.Keys(contact) {
				if !keys[k] {
					keys[k] = true
					w.Keys = append(w.Keys, k)
				}
			}
			if contact.Phone != "" {
				w.Addresses = append(w.Addresses, flow.Key{Kind: flow.KeyPhone, Value: contact.Phone})
			}
			if contact.Email != "" {
				w.Addresses = append(w.Addresses, flow.Key{Kind: flow.KeyEmail, Value: flow.EmailKey(contact.Email)})
			}
		})
	}
	longest := 0
	for _, f := range flows {
		longest = max(longest, f.ReentryMinutes)
	}
	w.StartedSince = b.now.Add(-time.Duration(longest) * time.Minute)
	return w
}

// guard runs what is done for one record, and lets only that record go back
// when it panics.
func (b *batch) guard(i int, do func()) {
	defer func() {
		if p := recover(); p != nil {
			b.in.logger().Error("lead panicked", "tenant_id", b.tenant.ID, "message_id", b.items[i].MessageID, "stack", string(debug.Stack()))
			b.verdicts[i] = verdict{err: fmt.Errorf("panic while deciding message %s: %v", b.items[i].MessageID, p)}
		}
	}()
	do()
}

// decide folds the leads one after another into what is known.
func (b *batch) decide(known Known) error {
	var err error
	if b.index, err = b.flows.build(known.Definitions); err != nil {
		return err
	}
	b.book = newBook(known)
	b.suppressions = known.Suppressions
	b.events = make(map[EventName]*eventState)
	b.taken = make(map[uuid.UUID]FlowRef)
	for i := range known.Events {
		e := &known.Events[i]
		b.events[e.EventName] = &eventState{known: e, settled: !e.open(), starts: e.Pending}
	}
	for i, it := range b.items {
		if b.verdicts[i].err != nil {
			continue
		}
		if it.reject != "" {
			b.verdicts[i] = b.rejected(it)
			continue
		}
		b.guard(i, func() { b.verdicts[i] = b.lead(it, b.leads[i]) })
	}
	return nil
}

func (b *batch) event(name EventName) *eventState {
	e := b.events[name]
	if e == nil {
		e = &eventState{}
		b.events[name] = e
	}
	return e
}

// rejected records a message that can never succeed, with its event when it
// has a name. What was decided of that event before stays.
func (b *batch) rejected(it *item) verdict {
	if !it.named() {
		b.rejects = append(b.rejects, it.asReject())
		return verdict{outcome: flow.LeadRejected}
	}
	e := b.event(it.name)
	if !e.settled && (e.known == nil || e.known.Outcome != flow.LeadRejected) {
		b.put(e, Event{EventName: it.name, Body: it.body(), Outcome: flow.LeadRejected, Reason: it.reject})
	}
	return verdict{outcome: flow.LeadRejected, event: e}
}

// put makes a row the one that is written for its event.
func (b *batch) put(e *eventState, row Event) {
	switch {
	case e.known != nil:
		row.ID = e.known.ID
	case e.write != nil:
		row.ID = e.write.ID
	case row.ID == uuid.Nil:
		row.ID = uuid.Must(uuid.NewV7())
	}
	if e.write == nil {
		b.order = append(b.order, e)
	}
	e.write = &row
}

// identity is how a lead's contact was found, kept with the decision.
type identity struct {
	ID  uuid.UUID `json:"id"`
	New bool      `json:"new"`
	// FoundBy is the kind of the key that named the contact, or "event" when both
	// were stored together; empty when new.
	FoundBy flow.KeyKind `json:"found_by,omitempty"`
	// ForeignKeys are keys of the lead that belong to other contacts, and stay theirs.
	ForeignKeys []foreignKey `json:"foreign_keys,omitempty"`
}

// who says whom a lead is about.
func (b *batch) who(e *eventState, lead flow.Lead) entry {
	if e.known != nil {
		if entry, known := b.book.is(e.known.ContactID); known {
			return entry
		}
	}
	return b.book.find(lead.Contact)
}

func (b *batch) lead(it *item, lead flow.Lead) verdict {
	e := b.event(it.name)
	if e.settled {
		return verdict{repeated: true, event: e}
	}
	entry := b.who(e, lead)
	decision := b.index.Match(flow.MatchInput{
		Tenant: b.tenant, Lead: lead, Contact: entry.merged,
		Suppressions: b.suppressions, Starts: entry.person.starts, Now: b.now,
	})
	explained, err := json.Marshal(struct {
		flow.Decision

		Contact identity `json:"contact"`
	}{decision, identity{ID: entry.merged.ID, New: entry.person.isNew, FoundBy: entry.by, ForeignKeys: entry.foreign}})
	if err != nil {
		return verdict{err: fmt.Errorf("encode the decision of message %s: %w", it.MessageID, err)}
	}

	why := decision.Reason
	if decision.Outcome == flow.DecisionMatched {
		why = ""
	}

	// Nothing above has left a trace; nothing below fails.
	b.book.keep(entry)
	b.put(e, Event{
		EventName: it.name, Body: it.body(), LeadSource: lead.LeadSource, EntryType: lead.EntryType,
		ContactID: entry.merged.ID, ContactName: entry.merged.Name, ContactPhone: entry.merged.Phone,
		Outcome: flow.LeadOutcome(decision.Outcome), Reason: why, Decision: explained,
	})
	e.settled = true
	b.execute(e, entry.person, lead, decision)
	return verdict{outcome: e.write.Outcome, event: e}
}

// execute makes the executions of a decision.
func (b *batch) execute(e *eventState, p *person, lead flow.Lead, decision flow.Decision) {
	base := Execution{ContactID: p.contact.ID, ContactName: p.contact.Name, ContactPhone: p.contact.Phone, LeadEventID: e.write.ID}
	if decision.Outcome == flow.DecisionSkipped {
		x := base
		x.ID, x.Skipped = uuid.Must(uuid.NewV7()), decision.Reason
		x.Metadata = metadata(lead, x)
		b.executions = append(b.executions, x)
		return
	}
	for _, t := range decision.Taken {
		x := base
		x.ID, x.FlowID, x.FlowVersion, x.FlowName, x.NotBefore = uuid.Must(uuid.NewV7()), t.FlowID, t.Version, t.FlowName, t.NotBefore
		x.Metadata = metadata(lead, x)
		b.executions = append(b.executions, x)
		b.taken[t.FlowID] = FlowRef{ID: t.FlowID, Version: t.Version}
		p.starts = append(p.starts, flow.Start{FlowID: t.FlowID, Running: true, At: b.now})
		e.starts = append(e.starts, x.ID)
	}
}

// metadata is what an execution shows of where it came from.
func metadata(lead flow.Lead, x Execution) json.RawMessage {
	encoded, _ := json.Marshal(struct { // texts alone
		FlowName      string `json:"flow_name,omitempty"`
		TriggerSource string `json:"trigger_source"`
		ContactPhone  string `json:"contact_phone"`
		ContactName   string `json:"contact_name"`
		LeadSource    string `json:"lead_source"`
		EntryType     string `json:"entry_type"`
		Notes         string `json:"notes,omitempty"`
		Reason        string `json:"reason,omitempty"`
	}{x.FlowName, lead.Source, x.ContactPhone, x.ContactName, lead.LeadSource, lead.EntryType, lead.Notes, x.Skipped})
	return encoded
}

// changes are what the transaction writes.
func (b *batch) changes() Changes {
	c := Changes{At: b.now, DueAt: b.in.Clock.Real().Add(runDueAfter), Executions: b.executions, Rejects: b.rejects}
	for _, ref := range b.taken {
		c.Taken = append(c.Taken, ref)
	}
	b.book.write(&c)
	for _, e := range b.order {
		if e.known == nil {
			c.NewEvents = append(c.NewEvents, *e.write)
		} else {
			c.DecidedEvents = append(c.DecidedEvents, *e.write)
		}
	}
	return c
}
