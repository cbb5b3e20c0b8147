// Package importer turns an uploaded table of contacts into lead events: a
// first look at the file for columns, a preview and a guessed mapping, then
// the rows, a hundred to a transaction, each accepted through the intake's
// outbox or recorded with what is wrong with it. A worker may be killed
// anywhere: the next one goes on after the last batch that was committed.
package importer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/flow"
)

const (
	// firstLease is for opening a file and for finding the place in it.
	firstLease = 3 * time.Minute
	// nextLease is for a batch.
	nextLease = time.Minute
	// reserve is what is left of a function's time when it stops at a batch's end.
	reserve = 20 * time.Second
	// maxAttempts is how often an import may be taken up without a step succeeding.
	maxAttempts = 6
	// DefaultErrorsKept is how many row errors of an import are stored; all are counted.
	DefaultErrorsKept = 10_000
)

// Importer works on imports. All fields but ErrorsKept must be set.
type Importer struct {
	Store  Store
	Files  Files
	Accept Acceptor
	Queue  Queue
	Clock  clock.Clock
	// Again has an import taken up by a fresh invocation.
	Again func(ctx context.Context, tenant, id uuid.UUID) error
	// ErrorsKept is how many row errors are stored; 0: DefaultErrorsKept.
	ErrorsKept int
}

// Run takes an import as far as it can go now: it looks at an uploaded file,
// loads the rows of one that was started, and deletes one whose time is over.
// ErrHeld says that it left an import alone that another worker holds, or that
// is not there. Any other error is worth another try; due work brings it.
func (in *Importer) Run(ctx context.Context, tenant, id uuid.UUID) error {
	started := time.Now()
	now := in.Clock.Real()
	job, held, err := in.Store.Claim(ctx, tenant, id, uuid.Must(uuid.NewV7()), now, now.Add(firstLease))
	if err != nil {
		return err
	}
	if !held {
		return ErrHeld
	}
	err = in.work(ctx, job, now)
	log := slog.With("import_id", id, "tenant_id", tenant, "status", job.Status, "rows_read", job.Read,
		"rows_rejected", job.Rejected, "ms", time.Since(started).Milliseconds())
	var bad *FileError
	switch {
	case errors.As(err, &bad):
		log.InfoContext(ctx, "an import cannot go on", "problem", bad.Sentence)
		return in.end(ctx, job, bad.Sentence)
	case errors.Is(err, ErrLost):
		log.InfoContext(ctx, "an import was taken over or cancelled")
		return nil
	case err != nil:
		log.WarnContext(ctx, "an import is tried again", "attempts", job.Attempts, "error", err)
		return errors.Join(err, in.release(ctx, job, in.Clock.Real().Add(time.Minute)))
	}
	log.InfoContext(ctx, "import")
	return nil
}

func (in *Importer) work(ctx context.Context, job *Job, now time.Time) error {
	switch {
	case job.Status != flow.ImportRunning && now.Sub(job.CreatedAt) >= flow.JobsKept:
		return in.forget(ctx, job)
	case job.Status.Ended():
		return in.Store.Release(ctx, job, job.CreatedAt.Add(flow.JobsKept))
	case job.Attempts > maxAttempts:
		return badFile("The file could not be read to its end in several tries")
	case job.Status == flow.ImportRunning:
		return in.load(ctx, job)
	}
	if done, err := in.look(ctx, job, now); done || err != nil {
		return err
	}
	return in.load(ctx, job)
}

func (in *Importer) end(ctx context.Context, job *Job, problem string) error {
	if err := in.keepErrors(ctx, job); err != nil {
		return err
	}
	err := in.Store.End(ctx, job, problem, in.Clock.Real())
	if errors.Is(err, ErrLost) {
		return nil
	}
	return err
}

// release hands an import back, also when the time is up.
func (in *Importer) release(ctx context.Context, job *Job, due time.Time) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := in.Store.Release(ctx, job, due); err != nil && !errors.Is(err, ErrLost) {
		return fmt.Errorf("release import %s: %w", job.ID, err)
	}
	return nil
}

func (in *Importer) forget(ctx context.Context, job *Job) error {
	for _, key := range []string{flow.UploadKey(job.TenantID, job.ID), flow.ErrorsKey(job.TenantID, job.ID)} {
		if err := in.Files.Delete(ctx, key); err != nil {
			return fmt.Errorf("delete a file of import %s: %w", job.ID, err)
		}
	}
	return in.Store.Forget(ctx, job)
}
