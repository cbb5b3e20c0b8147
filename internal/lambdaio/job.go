package lambdaio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/exporter"
	"github.com/auto-engagement/flows/internal/importer"
)

// jobEvent is what a job's function is invoked with: a job by its ids, or S3's
// notification of an upload.
type jobEvent struct {
	TenantID uuid.UUID              `json:"tenant_id"`
	ID       uuid.UUID              `json:"id"`
	Records  []events.S3EventRecord `json:"Records"`
}

// Job makes a handler of what works on one job. A job that another holds is no
// failure, unless a file was just uploaded: Lambda then tries again in a minute.
func Job(run func(ctx context.Context, tenant, id uuid.UUID) error) func(context.Context, json.RawMessage) error {
	return func(ctx context.Context, payload json.RawMessage) error {
		var event jobEvent
		if err := json.Unmarshal(payload, &event); err != nil {
			return fmt.Errorf("read the event: %w", err)
		}
		if event.ID != uuid.Nil {
			err := run(ctx, event.TenantID, event.ID)
			if errors.Is(err, importer.ErrHeld) || errors.Is(err, exporter.ErrHeld) {
				return nil
			}
			return err
		}
		var all error
		for _, record := range event.Records {
			tenant, id, ok := uploaded(record.S3.Object.Key)
			if !ok {
				slog.WarnContext(ctx, "an upload is of no import", "event", record.EventName)
				continue
			}
			all = errors.Join(all, run(ctx, tenant, id))
		}
		return all
	}
}

// uploaded reads the key of an upload, imports/<tenant>/<import>, which S3
// escapes as a query does.
func uploaded(escaped string) (tenant, id uuid.UUID, ok bool) {
	key, err := url.QueryUnescape(escaped)
	if err != nil {
		return tenant, id, false
	}
	parts := strings.Split(key, "/")
	if len(parts) != 3 || parts[0] != "imports" {
		return tenant, id, false
	}
	var tenantErr, idErr error
	tenant, tenantErr = uuid.Parse(parts[1])
	id, idErr = uuid.Parse(parts[2])
	return tenant, id, tenantErr == nil && idErr == nil
}
