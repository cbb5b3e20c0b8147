package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// SuppressionStore keeps suppressions for the HTTP API. It implements
// rest.Suppressions. Its errors are like those of FlowStore, and
// flow.ErrSuppressionNotFound.
type SuppressionStore struct {
	Pool  *Pool
	Clock clock.Clock
}

// ListSuppressions reads a page of suppressions, newest first.
func (s SuppressionStore) ListSuppressions(ctx context.Context, tenant uuid.UUID, f flow.SuppressionFilter, p flow.Page) ([]flow.SuppressionRecord, flow.Total, error) {
	terms, _ := flow.SearchTerms(f.Search)
	pattern := containing(strings.TrimSpace(strings.Join(terms, " ")))
	pipe := NewPipe()
	rows := Rows[db.FindSuppressionRow](pipe, db.ListSuppressions, arguments(db.ListSuppressionsParams{
		TenantID: tenant, OnChannel: string(f.Channel), OfKind: f.Kind, Pattern: pattern, First: int64(p.Offset), Most: int64(p.Limit),
	})...)
	count := Scalars[int64](pipe, db.CountSuppressions, arguments(db.CountSuppressionsParams{
		OnChannel: string(f.Channel), OfKind: f.Kind, Pattern: pattern, Most: flow.MaxCounted + 1,
	})...)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, flow.Total{}, storeError("list suppressions", err)
	}
	return suppressionRecords(*rows), total(*count), nil
}

// AddSuppression stores what say gives for the tenant, as added by by. It
// waits for steps that are being claimed for contacts with that address: after
// it returns no further step is. A suppression of the address and channel that
// is there already is given as it is, with added false. An error of say is
// returned.
func (s SuppressionStore) AddSuppression(ctx context.Context, tenant uuid.UUID, by string,
	say func(flow.Tenant) (flow.Suppression, error),
) (record flow.SuppressionRecord, added bool, err error) {
	err = Retry(ctx, func() error {
		pipe := NewPipe()
		pipe.Exec(db.LockTenant, tenant)
		tenants := Rows[db.GetTenantRow](pipe, db.GetTenant, tenant)
		tx, err := s.Pool.Begin(ctx, tenant, pipe)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		settings, err := onlyTenant(*tenants)
		if err != nil {
			return err
		}
		wanted, err := say(settings)
		if err != nil {
			return refusal{err}
		}
		id := uuid.Must(uuid.NewV7())
		pipe = NewPipe()
		pipe.Exec(db.LockContactsWith, arguments(db.LockContactsWithParams{TenantID: tenant, Kind: wanted.Kind, Value: wanted.Value})...)
		pipeSuppression(pipe, tenant, flow.SuppressionRecord{Suppression: wanted, ID: id, CreatedAt: s.now(), CreatedBy: orNil(by)})
		rows := Rows[db.FindSuppressionRow](pipe, db.FindSuppression, tenant, wanted.Kind, wanted.Value, string(wanted.Channel))
		if err := tx.Commit(ctx, pipe); err != nil {
			return err
		}
		if len(*rows) == 0 {
			return fmt.Errorf("suppression %s was not stored", id)
		}
		record = suppressionRecords(*rows)[0]
		added = record.ID == id
		return nil
	})
	return record, added, storeError("add a suppression", err)
}

// errUnusable says that there is nothing to suppress.
var errUnusable = errors.New("not an address")

// Suppress is AddSuppression of what nobody in person asked for here: a word
// from a provider, a link in a mail. What is no address is left alone: nothing
// is ever sent to it.
func (s SuppressionStore) Suppress(ctx context.Context, tenant uuid.UUID, wanted flow.Suppression) error {
	_, _, err := s.AddSuppression(ctx, tenant, "", func(t flow.Tenant) (flow.Suppression, error) {
		normal, problems := wanted.Normalize(t)
		if len(problems) > 0 {
			return flow.Suppression{}, errUnusable
		}
		return normal, nil
	})
	if errors.Is(err, errUnusable) {
		return nil
	}
	return err
}

// pipeSuppression queues a suppression and its entry in the audit log; one of
// the address and channel that is there already stays as it is.
func pipeSuppression(pipe *Pipe, tenant uuid.UUID, r flow.SuppressionRecord) {
	pipe.Exec(db.AddSuppression, arguments(db.AddSuppressionParams{
		ID: r.ID, TenantID: tenant, Channel: string(r.Channel), Kind: r.Kind, Value: r.Value, Reason: r.Reason,
		Now: r.CreatedAt, CreatedBy: r.CreatedBy, EntryID: uuid.Must(uuid.NewV7()), Action: string(flow.AuditSuppressionAdded),
		SubjectKind: flow.AuditSuppression, Details: suppressionDetails(r.Suppression),
	})...)
}

// RemoveSuppression deletes a suppression, which is on record as done by by.
func (s SuppressionStore) RemoveSuppression(ctx context.Context, tenant, id uuid.UUID, by string) error {
	err := Retry(ctx, func() error {
		pipe := NewPipe()
		pipe.Exec(db.LockTenant, tenant)
		rows := Rows[db.FindSuppressionRow](pipe, db.ReadSuppressionForUpdate, tenant, id)
		tx, err := s.Pool.Begin(ctx, tenant, pipe)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		if len(*rows) == 0 {
			return flow.ErrSuppressionNotFound
		}
		pipe = NewPipe()
		pipe.Exec(db.DeleteSuppression, tenant, id)
		pipe.AddAudit(tenant, flow.AuditEntry{
			At: s.now(), Actor: by, Action: flow.AuditSuppressionRemoved, SubjectKind: flow.AuditSuppression,
			SubjectID: id.String(), Details: suppressionDetails(suppressionRecords(*rows)[0].Suppression),
		})
		return tx.Commit(ctx, pipe)
	})
	return contactError("remove a suppression", err)
}

// suppressionDetails tell which suppression it was, without its address.
func suppressionDetails(s flow.Suppression) json.RawMessage {
	details, _ := json.Marshal(map[string]any{"channel": s.Channel, "kind": s.Kind, "value": s.Masked()}) // texts alone
	return details
}

// now is the virtual time, as exact as the contract shows it.
func (s SuppressionStore) now() time.Time { return s.Clock.Now().Truncate(time.Millisecond) }

func suppressionRecords(rows []db.FindSuppressionRow) []flow.SuppressionRecord {
	records := make([]flow.SuppressionRecord, len(rows))
	for i, r := range rows {
		records[i] = flow.SuppressionRecord{
			Suppression: flow.Suppression{Channel: flow.Channel(r.Channel), Kind: r.Kind, Value: r.Value, Reason: r.Reason},
			ID:          r.ID, CreatedAt: r.CreatedAt, CreatedBy: r.CreatedBy,
		}
	}
	return records
}
