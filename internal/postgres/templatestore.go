package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// TemplateStore keeps e-mail templates. It implements rest.EmailTemplates; its
// errors are like those of FlowStore, and flow.ErrTemplateNotFound,
// flow.TemplateInUseError, flow.ErrContactNotFound.
type TemplateStore struct {
	Pool  *Pool
	Clock clock.Clock
}

// ListEmailTemplates implements rest.EmailTemplates.
func (s TemplateStore) ListEmailTemplates(ctx context.Context, tenant uuid.UUID, f flow.TemplateFilter, p flow.Page) ([]flow.EmailTemplate, flow.Total, error) {
	pipe := NewPipe()
	pattern := containing(f.Search)
	rows := Rows[db.EmailTemplate](pipe, db.ListEmailTemplates, arguments(db.ListEmailTemplatesParams{
		TenantID: tenant, Category: f.Category, IsActive: f.IsActive, Pattern: pattern, First: int32(p.Offset), Most: int32(p.Limit),
	})...)
	count := Scalars[int64](pipe, db.CountEmailTemplates, arguments(db.CountEmailTemplatesParams{
		TenantID: tenant, Category: f.Category, IsActive: f.IsActive, Pattern: pattern, Most: flow.MaxCounted + 1,
	})...)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, flow.Total{}, storeError("list e-mail templates", err)
	}
	out := make([]flow.EmailTemplate, len(*rows))
	for i, row := range *rows {
		out[i] = templateOf(row)
	}
	return out, total(*count), nil
}

// EmailTemplate implements rest.EmailTemplates.
func (s TemplateStore) EmailTemplate(ctx context.Context, tenant, id uuid.UUID) (flow.EmailTemplate, error) {
	pipe := NewPipe()
	rows := Rows[db.EmailTemplate](pipe, db.GetEmailTemplate, tenant, id)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return flow.EmailTemplate{}, storeError("read e-mail template", err)
	}
	return oneTemplate(*rows)
}

// CreateEmailTemplate implements rest.EmailTemplates.
func (s TemplateStore) CreateEmailTemplate(ctx context.Context, tenant uuid.UUID, t flow.EmailTemplate, once *flow.Once[flow.EmailTemplate]) (flow.EmailTemplate, error) {
	now := s.now()
	t.ID, t.Version, t.CreatedAt, t.UpdatedAt = uuid.Must(uuid.NewV7()), 1, now, now
	err := createOnce(ctx, s.Pool, tenant, t, once, func(pipe *Pipe) {
		pipe.Exec(db.InsertEmailTemplate, arguments(db.InsertEmailTemplateParams{
			ID: t.ID, TenantID: tenant, Name: t.Name, Category: t.Category, Subject: t.Subject, Html: t.HTML,
			BodyText: t.Text, IsActive: t.IsActive, Now: now,
		})...)
	})
	if err != nil {
		return flow.EmailTemplate{}, storeError("create e-mail template", err)
	}
	return t, nil
}

// ChangeEmailTemplate implements rest.EmailTemplates.
func (s TemplateStore) ChangeEmailTemplate(ctx context.Context, tenant, id uuid.UUID, change func(flow.EmailTemplate) (flow.EmailTemplate, error)) (flow.EmailTemplate, error) {
	var out flow.EmailTemplate
	err := s.locked(ctx, tenant, id, func(tx *Tx, before flow.EmailTemplate) error {
		t, err := change(before)
		if err != nil {
			return refusal{err}
		}
		if out = before; sameTemplate(before, t) {
			return nil
		}
		now := s.now()
		pipe := NewPipe()
		pipe.Exec(db.UpdateEmailTemplate, arguments(db.UpdateEmailTemplateParams{
			Name: t.Name, Category: t.Category, Subject: t.Subject, Html: t.HTML, BodyText: t.Text, IsActive: t.IsActive,
			Now: now, TenantID: tenant, ID: id, Was: int32(before.Version),
		})...)
		out = t
		out.ID, out.Version, out.CreatedAt, out.UpdatedAt = id, before.Version+1, before.CreatedAt, now
		return tx.Commit(ctx, pipe)
	})
	return out, templateError("change e-mail template", err)
}

// DeleteEmailTemplate implements rest.EmailTemplates.
func (s TemplateStore) DeleteEmailTemplate(ctx context.Context, tenant, id uuid.UUID, check func(flow.EmailTemplate) error) error {
	return templateError("delete e-mail template", s.locked(ctx, tenant, id, func(tx *Tx, t flow.EmailTemplate) error {
		if err := check(t); err != nil {
			return refusal{err}
		}
		pipe := NewPipe()
		uses := Scalars[string](pipe, db.EmailTemplateUses, tenant, id)
		if err := tx.Send(ctx, pipe); err != nil {
			return err
		}
		if len(*uses) > 0 {
			return refusal{flow.TemplateInUseError{Flows: *uses}}
		}
		pipe = NewPipe()
		pipe.Exec(db.DeleteEmailTemplate, tenant, id)
		return tx.Commit(ctx, pipe)
	}))
}

// locked runs fn on a template that nobody else changes meanwhile.
func (s TemplateStore) locked(ctx context.Context, tenant, id uuid.UUID, fn func(*Tx, flow.EmailTemplate) error) error {
	return Retry(ctx, func() error {
		pipe := NewPipe()
		rows := Rows[db.EmailTemplate](pipe, db.GetEmailTemplateForChange, tenant, id)
		tx, err := s.Pool.Begin(ctx, tenant, pipe)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		t, err := oneTemplate(*rows)
		if err != nil {
			return err
		}
		return fn(tx, t)
	})
}

// Receiver implements rest.EmailTemplates.
func (s TemplateStore) Receiver(ctx context.Context, tenant, contact uuid.UUID) (flow.Contact, error) {
	pipe := NewPipe()
	rows := Rows[db.ListContactsByKeysRow](pipe, db.GetContact, tenant, contact)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return flow.Contact{}, storeError("read a contact", err)
	}
	if len(*rows) == 0 {
		return flow.Contact{}, flow.ErrContactNotFound
	}
	return intakeContact((*rows)[0])
}

// EmailSuppressed implements rest.EmailTemplates.
func (s TemplateStore) EmailSuppressed(ctx context.Context, tenant uuid.UUID, address string) (string, bool, error) {
	pipe := NewPipe()
	reasons := Scalars[string](pipe, db.GetEmailSuppressions, tenant, flow.EmailKey(address))
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return "", false, storeError("look for suppressions", err)
	}
	if len(*reasons) == 0 {
		return "", false, nil
	}
	return (*reasons)[0], true, nil
}

func (s TemplateStore) now() time.Time { return s.Clock.Now().Truncate(time.Millisecond) }

func templateError(doing string, err error) error {
	if errors.Is(err, flow.ErrTemplateNotFound) {
		return flow.ErrTemplateNotFound
	}
	return storeError(doing, err)
}

func oneTemplate(rows []db.EmailTemplate) (flow.EmailTemplate, error) {
	if len(rows) == 0 {
		return flow.EmailTemplate{}, flow.ErrTemplateNotFound
	}
	return templateOf(rows[0]), nil
}

func templateOf(row db.EmailTemplate) flow.EmailTemplate {
	return flow.EmailTemplate{
		ID: row.ID, Name: row.Name, Category: row.Category, Subject: row.Subject, HTML: row.Html, Text: row.BodyText,
		IsActive: row.IsActive, Version: int(row.Version), CreatedAt: row.CreatedAt.UTC(), UpdatedAt: row.UpdatedAt.UTC(),
	}
}

func sameTemplate(a, b flow.EmailTemplate) bool {
	return a.Name == b.Name && orEmpty(a.Category) == orEmpty(b.Category) && (a.Category == nil) == (b.Category == nil) &&
		a.Subject == b.Subject && a.HTML == b.HTML && a.Text == b.Text && a.IsActive == b.IsActive
}
