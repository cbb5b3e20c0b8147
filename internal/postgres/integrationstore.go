package postgres

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/connect"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// IntegrationStore keeps integrations with the routes of their webhooks. It
// implements connect.Store; an error that passes has `Unavailable() bool`.
type IntegrationStore struct {
	Pool *Pool
	// Clock is that of the audit log.
	Clock clock.Clock
}

var _ connect.Store = IntegrationStore{}

// Connections implements connect.Store.
func (s IntegrationStore) Connections(ctx context.Context, tenant uuid.UUID) (connect.State, error) {
	pipe := NewPipe()
	settings := Rows[db.ListIntegrationsRow](pipe, db.ListIntegrations, tenant)
	tokens := Rows[db.ListWebhookTokensRow](pipe, db.ListWebhookTokens, tenant)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return connect.State{}, storeError("read integrations", err)
	}
	state := connect.State{Settings: map[connect.Kind]connect.Stored{}, Tokens: map[connect.Kind][]byte{}}
	for _, r := range *settings {
		state.Settings[connect.Kind(r.Kind)] = connect.Stored{Config: r.Config, Secret: r.Secret, UpdatedAt: r.UpdatedAt.UTC()}
	}
	for _, r := range *tokens {
		state.Tokens[connect.Kind(r.Kind)] = r.Token
	}
	return state, nil
}

// Connect implements connect.Store.
func (s IntegrationStore) Connect(ctx context.Context, tenant uuid.UUID, c connect.Change) error {
	hashes := make([][]byte, len(c.Numbers))
	for i, number := range c.Numbers {
		sum := sha256.Sum256([]byte(number))
		hashes[i] = sum[:]
	}
	pipe := NewPipe()
	pipe.Exec(db.SaveIntegration, arguments(db.SaveIntegrationParams{
		TenantID: tenant, Kind: string(c.Kind), Config: c.Config, Secret: c.Secret, Now: c.UpdatedAt, Seen: c.Seen,
	})...)
	taken := new([][]byte)
	if c.Kind == connect.WhatsApp {
		pipe.Exec(db.ReleaseRoutes, string(c.Kind), tenant, hashes)
		taken = Scalars[[]byte](pipe, db.TakeRoutes, string(c.Kind), tenant, hashes)
	}
	if c.Token != nil {
		saveToken(pipe, tenant, c.Kind.Hook(), *c.Token)
	}
	s.pipeAudit(pipe, tenant, c.By, flow.AuditIntegrationConnected, c.Kind)
	tx, err := s.Pool.Begin(ctx, tenant, pipe)
	if err == nil {
		defer tx.Rollback(ctx)
		for i, hash := range hashes {
			if !slices.ContainsFunc(*taken, func(h []byte) bool { return bytes.Equal(h, hash) }) {
				return connect.NumberTakenError{Number: c.Numbers[i]}
			}
		}
		err = tx.Commit(ctx, nil)
	}
	if Raced(err) {
		return errors.Join(connect.ErrChanged, err)
	}
	return storeError("store an integration", err)
}

// Disconnect implements connect.Store.
func (s IntegrationStore) Disconnect(ctx context.Context, tenant uuid.UUID, by string, kind connect.Kind) (bool, error) {
	was := false
	err := Retry(ctx, func() error {
		pipe := NewPipe()
		var gone *[]string
		switch kind {
		case connect.Leads:
			gone = Scalars[string](pipe, db.DeleteWebhookToken, tenant, string(kind))
		default:
			gone = Scalars[string](pipe, db.DeleteIntegration, tenant, string(kind))
		}
		if kind == connect.Leads || kind == connect.WhatsApp {
			pipe.Exec(db.ReleaseRoutes, string(kind), tenant, [][]byte{})
		}
		tx, err := s.Pool.Begin(ctx, tenant, pipe)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		if was = len(*gone) > 0; !was {
			return nil
		}
		pipe = NewPipe()
		s.pipeAudit(pipe, tenant, by, flow.AuditIntegrationDisconnected, kind)
		return tx.Commit(ctx, pipe)
	})
	return was, storeError("take an integration away", err)
}

// ReplaceToken implements connect.Store.
func (s IntegrationStore) ReplaceToken(ctx context.Context, tenant uuid.UUID, by string, kind connect.Kind, t connect.Token) error {
	return storeError("replace a webhook's token", Retry(ctx, func() error {
		pipe := NewPipe()
		pipe.Exec(db.ReleaseRoutes, string(kind), tenant, [][]byte{})
		saveToken(pipe, tenant, kind, t)
		s.pipeAudit(pipe, tenant, by, flow.AuditTokenRotated, kind)
		return s.Pool.read(ctx, tenant, pipe)
	}))
}

func saveToken(pipe *Pipe, tenant uuid.UUID, kind connect.Kind, t connect.Token) {
	pipe.Exec(db.SaveWebhookToken, arguments(db.SaveWebhookTokenParams{TenantID: tenant, Kind: string(kind), Token: t.Sealed, Now: t.At})...)
	pipe.Exec(db.TakeRoutes, string(kind), tenant, [][]byte{t.Hash})
}

func (s IntegrationStore) pipeAudit(pipe *Pipe, tenant uuid.UUID, by string, action flow.AuditAction, kind connect.Kind) {
	pipe.AddAudit(tenant, flow.AuditEntry{
		At: s.Clock.Now().Truncate(time.Millisecond), Actor: by, Action: action,
		SubjectKind: flow.AuditIntegration, SubjectID: string(kind),
	})
}
