package postgres

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// EraseContact deletes a contact and whatever else tells of the person: its
// keys, the bodies and decisions of its leads, names, numbers, contents and
// recordings in its executions and their logs, answers kept for repeated
// requests, previews of imports, searches of exports, and webhooks that wait.
// Files of imports and exports are not looked into: they are kept for days. Its running executions are cancelled; what
// is on its way for them is stopped by due work. What flows did, when and with
// what result stays, under the contact's id.
//
// Suppressions stay, for they carry the refusal, and a do-not-contact tag
// becomes suppressions of the contact's addresses. The erasure is on record as
// done by by.
func (s ContactStore) EraseContact(ctx context.Context, tenant, id uuid.UUID, by string) error {
	err := Retry(ctx, func() error {
		pipe := NewPipe()
		pipe.Exec(db.LockTenant, tenant)
		pipe.Exec(db.LockContactExecutions, tenant, id)
		rows := Rows[db.ReadContactRow](pipe, db.ReadContactForUpdate, tenant, id)
		keys := Rows[db.ListKeysOfContactRow](pipe, db.ListKeysOfContact, tenant, id)
		tx, err := s.Pool.Begin(ctx, tenant, pipe)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		if len(*rows) == 0 {
			return flow.ErrContactNotFound
		}
		record, err := contactRecord((*rows)[0])
		if err != nil {
			return err
		}
		pipe = NewPipe()
		if record.DNC() {
			s.pipeRefusals(pipe, tenant, by, record.Contact, *keys)
		}
		s.pipeErasure(pipe, tenant, record.Contact, *keys)
		pipe.AddAudit(tenant, flow.AuditEntry{
			At: s.now(), Actor: by, Action: flow.AuditContactErased, SubjectKind: flow.AuditContact, SubjectID: id.String(),
		})
		return tx.Commit(ctx, pipe)
	})
	return contactError("erase contact", err)
}

// pipeErasure queues statements in the order of locks. They are later ones than
// the locks: they see what those who held the contact have committed.
func (s ContactStore) pipeErasure(pipe *Pipe, tenant uuid.UUID, c flow.Contact, keys []db.ListKeysOfContactRow) {
	now, pattern := s.now(), flow.ErasurePattern(c)
	reason := "contact erased"
	pipe.Exec(db.CancelExecutions, arguments(db.CancelExecutionsParams{
		TenantID: tenant, ContactID: &c.ID, Now: now, Reason: &reason, DueAt: s.Clock.Real(),
	})...)
	pipe.Exec(db.EraseExecutions, arguments(db.EraseExecutionsParams{
		TenantID: tenant, ContactID: c.ID, Kept: flow.KeptMetadata, Pattern: pattern,
	})...)
	pipe.Exec(db.EraseLogs, arguments(db.EraseLogsParams{
		TenantID: tenant, ContactID: c.ID, Kept: flow.KeptResults, Pattern: pattern,
	})...)
	pipe.Exec(db.EraseLeads, arguments(db.EraseLeadsParams{TenantID: tenant, ContactID: c.ID, Now: now, Pattern: pattern})...)
	pipe.Exec(db.ForgetContactAnswers, arguments(db.ForgetContactAnswersParams{TenantID: tenant, ContactID: c.ID})...)
	pipe.Exec(db.EraseImports, arguments(db.EraseImportsParams{TenantID: tenant, Words: wordsOf(c, keys)})...)
	pipe.Exec(db.DropContactEvents, arguments(db.DropContactEventsParams{TenantID: tenant, Addresses: addressesIn(c, keys)})...)
	pipe.Exec(db.DeleteContact, tenant, c.ID)
}

// pipeRefusals makes suppressions of a do-not-contact tag: a lead that names
// the same person later must not be contacted either.
func (s ContactStore) pipeRefusals(pipe *Pipe, tenant uuid.UUID, by string, c flow.Contact, keys []db.ListKeysOfContactRow) {
	for _, k := range flow.Keys(c) {
		keys = append(keys, db.ListKeysOfContactRow{Kind: string(k.Kind), Value: k.Value})
	}
	for _, k := range keys {
		if flow.KeyKind(k.Kind) == flow.KeyExternalID {
			continue
		}
		pipeSuppression(pipe, tenant, flow.SuppressionRecord{
			Suppression: flow.Suppression{Channel: flow.AllChannels, Kind: k.Kind, Value: k.Value, Reason: "do not contact"},
			ID:          uuid.Must(uuid.NewV7()), CreatedAt: s.now(), CreatedBy: orNil(by),
		})
	}
}

// addressesIn are how webhooks name the contact: phones without the plus
// sign, as providers write them with and without, and e-mails in lower case.
func addressesIn(c flow.Contact, keys []db.ListKeysOfContactRow) []string {
	out := []string{strings.TrimPrefix(c.Phone, "+"), strings.ToLower(c.Email)}
	for _, k := range keys {
		if flow.KeyKind(k.Kind) != flow.KeyExternalID {
			out = append(out, strings.TrimPrefix(k.Value, "+"))
		}
	}
	return slices.DeleteFunc(out, func(address string) bool { return len(address) < 6 })
}

// wordsOf are texts that name the contact in files and searches, in lower case:
// its name, its addresses, and phones also without the country's code.
func wordsOf(c flow.Contact, keys []db.ListKeysOfContactRow) []string {
	out := append(addressesIn(c, keys), strings.ToLower(c.Name), strings.ToLower(c.ExternalID))
	for _, address := range out {
		if digits := strings.TrimLeft(address, "0123456789"); digits == "" && len(address) > 10 {
			out = append(out, address[len(address)-10:])
		}
	}
	return slices.DeleteFunc(out, func(word string) bool { return len(word) < 4 })
}
