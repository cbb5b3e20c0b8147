package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// SettingsStore keeps tenants' settings. It implements rest.SettingsKeeper;
// its errors are like those of FlowStore.
type SettingsStore struct {
	Pool  *Pool
	Clock clock.Clock
}

// Settings implements rest.SettingsKeeper.
func (s SettingsStore) Settings(ctx context.Context, tenant uuid.UUID) (flow.Settings, error) {
	pipe := NewPipe()
	rows := Rows[db.GetSettingsRow](pipe, db.GetSettings, tenant)
	if err := s.Pool.read(ctx, tenant, pipe); err != nil {
		return flow.Settings{}, storeError("read settings", err)
	}
	return settingsOf(*rows)
}

// ChangeSettings implements rest.SettingsKeeper.
func (s SettingsStore) ChangeSettings(ctx context.Context, tenant uuid.UUID, by string, change func(flow.Settings) (flow.Settings, error)) (flow.Settings, error) {
	var out flow.Settings
	err := Retry(ctx, func() error {
		pipe := NewPipe()
		rows := Rows[db.GetSettingsRow](pipe, db.GetSettingsForChange, tenant)
		tx, err := s.Pool.Begin(ctx, tenant, pipe)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		before, err := settingsOf(*rows)
		if err != nil {
			return err
		}
		if out, err = change(before); err != nil {
			return refusal{err}
		}
		changed := changedSettings(before, out)
		if len(changed) == 0 {
			return nil
		}
		out.UpdatedAt = s.Clock.Now().Truncate(time.Millisecond).UTC()
		var hours json.RawMessage
		if out.BusinessHours != nil {
			hours = mustJSON(out.BusinessHours)
		}
		pipe = NewPipe()
		pipe.Exec(db.UpdateSettings, arguments(db.UpdateSettingsParams{
			Name: out.Name, TimeZone: out.TimeZone, DefaultRegion: out.DefaultRegion, BusinessHours: hours,
			ContactWindows: mustJSON(out.ContactWindows), MatchMode: string(out.MatchMode),
			OneExecutionPerContact: out.OneExecutionPerContact, CallConcurrency: int32(out.CallConcurrency),
			Now: out.UpdatedAt, ID: tenant,
		})...)
		pipe.AddAudit(tenant, flow.AuditEntry{
			At: out.UpdatedAt, Actor: by, Action: flow.AuditSettingsChanged, SubjectKind: flow.AuditSettings, SubjectID: tenant.String(),
			Details: mustJSON(map[string][]string{"fields": changed}),
		})
		return tx.Commit(ctx, pipe)
	})
	return out, storeError("change settings", err)
}

// changedSettings are the names of the fields that differ.
func changedSettings(before, after flow.Settings) []string {
	var names []string
	for _, field := range []struct {
		name          string
		before, after any
	}{
		{"name", before.Name, after.Name},
		{"time_zone", before.TimeZone, after.TimeZone},
		{"default_region", before.DefaultRegion, after.DefaultRegion},
		{"business_hours", before.BusinessHours, after.BusinessHours},
		{"contact_windows", before.ContactWindows, after.ContactWindows},
		{"match_mode", before.MatchMode, after.MatchMode},
		{"one_execution_per_contact", before.OneExecutionPerContact, after.OneExecutionPerContact},
		{"call_concurrency", before.CallConcurrency, after.CallConcurrency},
	} {
		if !bytes.Equal(mustJSON(field.before), mustJSON(field.after)) {
			names = append(names, field.name)
		}
	}
	return names
}

func settingsOf(rows []db.GetSettingsRow) (flow.Settings, error) {
	if len(rows) == 0 {
		return flow.Settings{}, flow.ErrUnknownTenant
	}
	r := rows[0]
	tenant, err := tenantOf(db.GetTenantRow{
		ID: r.ID, Name: r.Name, TimeZone: r.TimeZone, DefaultRegion: r.DefaultRegion, BusinessHours: r.BusinessHours,
		ContactWindows: r.ContactWindows, MatchMode: r.MatchMode, OneExecutionPerContact: r.OneExecutionPerContact,
		CallConcurrency: r.CallConcurrency,
	})
	return flow.Settings{Tenant: tenant, CallConcurrency: int(r.CallConcurrency), UpdatedAt: r.UpdatedAt.UTC()}, err
}
