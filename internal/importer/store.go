package importer

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/intake"
)

// ErrLost says that the import is no longer the worker's: another took it
// over, or it was cancelled. Nothing was written.
var ErrLost = errors.New("the import is no longer this worker's")

// ErrHeld says that another worker holds the import, or that there is none.
var ErrHeld = errors.New("the import is held by another worker, or gone")

// ErrFileChanged says that the file is not the one that was looked at, or gone.
var ErrFileChanged = errors.New("the file was changed")

// Job is an import as its worker holds it.
type Job struct {
	flow.ImportRecord

	// Lease proves that the worker holds it.
	Lease uuid.UUID
	// Region is the tenant's, for phone numbers without a country code.
	Region string
}

// Preview is what the first look at a file found.
type Preview struct {
	ETag    string
	Size    int64
	Columns []string
	Rows    [][]string
	Mapping flow.Mapping
	Total   int
}

// Batch is what a few rows came to, and goes into one transaction.
type Batch struct {
	Events []intake.ReceivedEvent
	Errors []flow.RowError
	// Accepted and Rejected count rows; Errors may be fewer than Rejected.
	Accepted, Rejected int
}

// Store keeps imports. All instants are real. Methods that write return
// ErrLost when the lease is not the job's any more.
type Store interface {
	// Claim takes the lease of an import until an instant, with the duty to look
	// after it just later. held is false when another has it, or there is no
	// such import.
	Claim(ctx context.Context, tenant, id, lease uuid.UUID, now, until time.Time) (job *Job, held bool, err error)
	// Preview stores what was found, and gives the import as it is then: running
	// with the lease until an instant when it was to start at once, else ready
	// and without a lease.
	Preview(ctx context.Context, job *Job, p Preview, now, until time.Time) (flow.ImportRecord, error)
	// Advance stores a batch and renews the lease.
	Advance(ctx context.Context, job *Job, b Batch, until time.Time) error
	// Release gives the lease back; the import is due again at an instant.
	Release(ctx context.Context, job *Job, due time.Time) error
	// End ends the import as completed, or as failed with a sentence.
	End(ctx context.Context, job *Job, problem string, now time.Time) error
	// RowErrors gives the stored errors by row.
	RowErrors(ctx context.Context, tenant, id uuid.UUID) ([]flow.RowError, error)
	// Forget deletes the import with its duty.
	Forget(ctx context.Context, job *Job) error
}

// File is what is known of a file without reading it.
type File struct {
	// ETag names its content.
	ETag string
	Size int64
}

// Files keeps files by key.
type Files interface {
	// Stat tells of a file; found is false when there is none.
	Stat(ctx context.Context, key string) (f File, found bool, err error)
	// Open reads the file with this content; ErrFileChanged when it is another, or gone.
	Open(ctx context.Context, key, etag string) (io.ReadCloser, error)
	// Put writes a whole file.
	Put(ctx context.Context, key, contentType string, body []byte) error
	// Delete deletes a file; one that is not there is no error.
	Delete(ctx context.Context, key string) error
}

// Acceptor checks a lead event and adds it to a batch; intake.Outbox.Accept is it.
type Acceptor func(tx intake.ReceivedWriter, tenant uuid.UUID, body []byte) (uuid.UUID, error)

// Queue is the lead queue.
type Queue interface {
	// SendLeads puts lead events on the queue, in the tenant's message group.
	SendLeads(ctx context.Context, tenant uuid.UUID, bodies [][]byte) error
}
