package rest

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// Jobs keeps imports and exports, and sees one tenant's alone. What is not
// there is flow.ErrImportNotFound or flow.ErrExportNotFound.
type Jobs interface {
	// CreateImport stores an import that waits for its file; id, tenant, file,
	// mapping and upload's end are given.
	CreateImport(ctx context.Context, r flow.ImportRecord, once *flow.Once[flow.ImportRecord]) (flow.ImportRecord, error)
	Import(ctx context.Context, tenant, id uuid.UUID) (flow.ImportRecord, error)
	// ListImports gives imports, newest first.
	ListImports(ctx context.Context, tenant uuid.UUID, p flow.Page) ([]flow.ImportRecord, flow.Total, error)
	// ImportErrors gives row errors by row.
	ImportErrors(ctx context.Context, tenant, id uuid.UUID, p flow.Page) ([]flow.RowError, flow.Total, error)
	// StartImport starts an import with a mapping (nil: its own), or notes that it
	// is to start when its file is there, unless check refuses; flow.ErrJobEnded.
	StartImport(ctx context.Context, tenant, id uuid.UUID, mapping flow.Mapping, check func(flow.ImportRecord) error) (flow.ImportRecord, error)
	// CancelImport cancels an import that has not ended; flow.ErrJobEnded.
	CancelImport(ctx context.Context, tenant, id uuid.UUID) (flow.ImportRecord, error)

	// CreateExport stores an export that is to be made; id, tenant, kind and filter are given.
	CreateExport(ctx context.Context, r flow.ExportRecord, once *flow.Once[flow.ExportRecord]) (flow.ExportRecord, error)
	Export(ctx context.Context, tenant, id uuid.UUID) (flow.ExportRecord, error)
	// ListExports gives exports, newest first.
	ListExports(ctx context.Context, tenant uuid.UUID, p flow.Page) ([]flow.ExportRecord, flow.Total, error)
}

// JobFiles signs the addresses of files; that needs no request.
type JobFiles interface {
	// UploadURL is an address to PUT a file of this size (nil: any) to.
	UploadURL(ctx context.Context, key string, size *int64, lasts time.Duration) (string, error)
	// DownloadURL is an address to GET a file from, under a name.
	DownloadURL(ctx context.Context, key, fileName string, lasts time.Duration) (string, error)
}

// Workers take jobs up. One that was not reached is no failure: due work
// reaches it.
type Workers interface {
	Import(ctx context.Context, tenant, id uuid.UUID) error
	Export(ctx context.Context, tenant, id uuid.UUID) error
}

const (
	// uploadLasts is how long an address to upload to is good.
	uploadLasts = time.Hour
	// downloadLasts is how long an address to download from is good; each reading
	// of the job gives a new one.
	downloadLasts = 15 * time.Minute
)

// takeUp has a job worked on now rather than when it is due.
func (a *api) takeUp(ctx context.Context, take func(ctx context.Context, tenant, id uuid.UUID) error, id uuid.UUID) {
	if err := take(ctx, who(ctx).TenantID, id); err != nil {
		a.Log.WarnContext(ctx, "a job is taken up by the sweeper", "job_id", id, "tenant_id", who(ctx).TenantID, "error", err)
	}
}

// download is the address of a job's file, nil when the file is not kept any
// more or was never made.
func (a *api) download(ctx context.Context, made *time.Time, key, fileName string) (*string, error) {
	if made == nil || time.Since(*made) > flow.FilesKept-downloadLasts {
		return nil, nil
	}
	url, err := a.Files.DownloadURL(ctx, key, fileName, downloadLasts)
	if err != nil {
		return nil, err
	}
	return &url, nil
}
