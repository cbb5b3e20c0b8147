package exporter

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// ErrLost says that the export is no longer the worker's. Nothing was written.
var ErrLost = errors.New("the export is no longer this worker's")

// ErrHeld says that another worker holds the export, or that there is none.
var ErrHeld = errors.New("the export is held by another worker, or gone")

// ErrNoUpload says that there is no such multipart upload, or no longer.
var ErrNoUpload = errors.New("no such upload")

// Job is an export as its worker holds it.
type Job struct {
	flow.ExportRecord

	// Lease proves that the worker holds it.
	Lease    uuid.UUID
	Progress Progress
}

// Progress is what of the file is in S3 already.
type Progress struct {
	// Upload is the multipart upload's id; empty before there is one.
	Upload string `json:"upload"`
	// Parts are the ETags of the parts in order.
	Parts []string `json:"parts"`
	Bytes int64    `json:"bytes"`
	// Before is the place of the last row in the parts; nil: none is.
	Before *flow.Cursor `json:"before"`
}

// Store keeps exports, and reads what they hold. Instants are real. Methods
// that write return ErrLost when the lease is not the job's any more.
type Store interface {
	// Claim takes the lease of an export until an instant, with the duty to look
	// after it just later. held is false when another has it, or there is no
	// such export.
	Claim(ctx context.Context, tenant, id, lease uuid.UUID, now, until time.Time) (job *Job, held bool, err error)
	// Advance stores the job's progress and rows, and renews the lease.
	Advance(ctx context.Context, job *Job, until time.Time) error
	// Release gives the lease back; the export is due again at an instant.
	Release(ctx context.Context, job *Job, due time.Time) error
	// End ends the export as completed, or as failed with a sentence.
	End(ctx context.Context, job *Job, problem string, now time.Time) error
	// Forget deletes the export with its duty.
	Forget(ctx context.Context, job *Job) error

	// The pages below are newest first, from below a place.

	ExportExecutions(ctx context.Context, tenant uuid.UUID, f flow.ExecutionFilter, before *flow.Cursor, most int) ([]flow.ExecutionRecord, error)
	ExportLeads(ctx context.Context, tenant uuid.UUID, f flow.LeadFilter, before *flow.Cursor, most int) ([]flow.LeadRecord, error)
	ExportContacts(ctx context.Context, tenant uuid.UUID, f flow.ContactSearch, before *flow.Cursor, most int) ([]flow.ExportedContact, error)

	// ExportAnalytics gives all flows selected, by priority: a tenant has no more
	// than flow.MaxFlows.
	ExportAnalytics(ctx context.Context, tenant uuid.UUID, f flow.FlowSelection) ([]flow.FlowResult, error)
}

// Files makes files part by part.
type Files interface {
	// Begin opens a multipart upload and gives its id.
	Begin(ctx context.Context, key, contentType string) (upload string, err error)
	// Part uploads a part, from number 1 on, and gives its ETag. All but the last
	// must have 5 MiB. The error is ErrNoUpload when the upload is gone.
	Part(ctx context.Context, key, upload string, number int, body []byte) (etag string, err error)
	// Complete makes the file of the parts; ErrNoUpload when the upload is gone.
	Complete(ctx context.Context, key, upload string, parts []string) error
	// Size is the size of a file; found is false when there is none.
	Size(ctx context.Context, key string) (size int64, found bool, err error)
	// Abort gives an upload up; one that is gone is no error.
	Abort(ctx context.Context, key, upload string) error
	// Delete deletes a file; one that is not there is no error.
	Delete(ctx context.Context, key string) error
}
