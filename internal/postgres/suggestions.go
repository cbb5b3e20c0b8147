package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// seenLookedAt is how many of the newest leads or contacts are looked at.
const seenLookedAt = 2000

var seenQueries = map[flow.SeenField]string{
	flow.SeenLeadSource:  db.SeenLeadSources,
	flow.SeenEntryType:   db.SeenEntryTypes,
	flow.SeenCustomField: db.SeenCustomFields,
	flow.SeenCity:        db.SeenCities,
}

// Seen gives a limited number of values of a field that contain search, the most
// frequent first, among the 2,000 newest leads (lead_source, entry_type) or
// contacts (custom_field, city). Values that differ only in case, or where
// matching does not tell them apart, are one.
func (r ExecutionReader) Seen(ctx context.Context, tenant uuid.UUID, field flow.SeenField, search string, most int) ([]flow.Seen, error) {
	query, known := seenQueries[field]
	if !known {
		return nil, fmt.Errorf("no values of %q are kept", field)
	}
	pipe := NewPipe()
	rows := Rows[db.SeenLeadSourcesRow](pipe, query, arguments(db.SeenLeadSourcesParams{
		TenantID: tenant, LookedAt: seenLookedAt, Pattern: containing(search), Most: int32(most),
	})...)
	if err := r.Pool.read(ctx, tenant, pipe); err != nil {
		return nil, storeError("read values seen", err)
	}
	out := make([]flow.Seen, len(*rows))
	for i, row := range *rows {
		out[i] = flow.Seen{Value: row.Value, Times: int(row.Times)}
	}
	return out, nil
}
