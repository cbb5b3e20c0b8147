// Package exporter writes executions, leads, contacts or how flows did as a CSV
// file into S3:
// page by page below the last row, part by part of a multipart upload. After
// each part its place is committed, so that whoever follows a killed worker
// goes on from there.
package exporter

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/flow"
)

const (
	// lease is for filling and uploading one part.
	lease = 2 * time.Minute
	// reserve is what is left of a function's time when it stops at a part's end.
	reserve = 60 * time.Second
	// maxAttempts is how often an export may be taken up without a part succeeding.
	maxAttempts = 6
	// DefaultPartBytes is the size of a part; S3 wants at least 5 MiB.
	DefaultPartBytes = 8 << 20
	// pageRows is how many rows are read at a time.
	pageRows = 1000
)

// Exporter works on exports. Store, Files and Again must be set.
type Exporter struct {
	Store Store
	Files Files
	Clock clock.Clock
	// Again has an export taken up by a fresh invocation.
	Again func(ctx context.Context, tenant, id uuid.UUID) error
	// PartBytes is from what size on a part is uploaded; 0: DefaultPartBytes.
	PartBytes int
}

// Run takes an export as far as it can go now, and deletes one whose time is
// over. ErrHeld says that it left an export alone that another worker holds,
// or that is not there. Any other error is worth another try; due work brings it.
func (x *Exporter) Run(ctx context.Context, tenant, id uuid.UUID) error {
	started := time.Now()
	now := x.Clock.Real()
	job, held, err := x.Store.Claim(ctx, tenant, id, uuid.Must(uuid.NewV7()), now, now.Add(lease))
	if err != nil {
		return err
	}
	if !held {
		return ErrHeld
	}
	err = x.work(ctx, job, now)
	log := slog.With("export_id", id, "tenant_id", tenant, "kind", job.Kind, "status", job.Status, "rows", job.Rows,
		"ms", time.Since(started).Milliseconds())
	switch {
	case errors.Is(err, ErrLost):
		log.InfoContext(ctx, "an export was taken over")
		return nil
	case err != nil:
		log.WarnContext(ctx, "an export is tried again", "attempts", job.Attempts, "error", err)
		return errors.Join(err, x.release(ctx, job))
	}
	log.InfoContext(ctx, "export")
	return nil
}

func (x *Exporter) work(ctx context.Context, job *Job, now time.Time) error {
	key := flow.ExportKey(job.TenantID, job.ID)
	switch {
	case job.Status.Ended() && now.Sub(job.CreatedAt) >= flow.JobsKept:
		if err := x.Files.Delete(ctx, key); err != nil {
			return fmt.Errorf("delete the file of export %s: %w", job.ID, err)
		}
		return x.Store.Forget(ctx, job)
	case job.Status.Ended():
		return x.Store.Release(ctx, job, job.CreatedAt.Add(flow.JobsKept))
	case job.Attempts > maxAttempts:
		if err := x.Files.Abort(ctx, key, job.Progress.Upload); err != nil {
			return fmt.Errorf("give up the upload of export %s: %w", job.ID, err)
		}
		return x.Store.End(ctx, job, "The file could not be written in several tries", x.Clock.Real())
	}
	err := x.write(ctx, job, key)
	if !errors.Is(err, ErrNoUpload) {
		return err
	}
	// The upload is gone: completed by a worker that was killed then, or
	// removed by the bucket's lifecycle.
	size, found, err := x.Files.Size(ctx, key)
	if err != nil {
		return fmt.Errorf("look for the file of export %s: %w", job.ID, err)
	}
	if found && size >= job.Progress.Bytes {
		job.Size = &size
		return x.Store.End(ctx, job, "", x.Clock.Real())
	}
	job.Progress, job.Rows = Progress{}, 0
	return x.write(ctx, job, key)
}

func (x *Exporter) release(ctx context.Context, job *Job) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := x.Store.Release(ctx, job, x.Clock.Real().Add(time.Minute)); err != nil && !errors.Is(err, ErrLost) {
		return fmt.Errorf("release export %s: %w", job.ID, err)
	}
	return nil
}

// write reads on below the last part's end, and uploads.
func (x *Exporter) write(ctx context.Context, job *Job, key string) error {
	if job.Progress.Upload == "" {
		upload, err := x.Files.Begin(ctx, key, "text/csv; charset=utf-8")
		if err != nil {
			return fmt.Errorf("begin the file of export %s: %w", job.ID, err)
		}
		job.Progress.Upload = upload
		if err := x.Store.Advance(ctx, job, x.Clock.Real().Add(lease)); err != nil {
			return err
		}
	}
	sheet := x.sheet(job)
	var part bytes.Buffer
	out := csv.NewWriter(&part)
	out.UseCRLF = true // RFC 4180
	if len(job.Progress.Parts) == 0 {
		part.WriteString("\ufeff") // by it Excel knows UTF-8
		_ = out.Write(sheet.header)
	}
	before := job.Progress.Before
	for {
		rows, last, err := sheet.page(ctx, before)
		if err != nil {
			return err
		}
		for _, row := range rows {
			for i, cell := range row {
				row[i] = flow.CSVCell(cell)
			}
			_ = out.Write(row) // a buffer takes all
		}
		out.Flush()
		job.Rows += len(rows)
		if len(rows) < pageRows {
			return x.finish(ctx, job, key, part.Bytes())
		}
		before = last
		if part.Len() < x.partBytes() {
			continue
		}
		if err := x.upload(ctx, job, key, part.Bytes()); err != nil {
			return err
		}
		job.Progress.Before = before
		part.Reset()
		if err := x.Store.Advance(ctx, job, x.Clock.Real().Add(lease)); err != nil {
			return err
		}
		if deadline, set := ctx.Deadline(); set && time.Until(deadline) < reserve {
			return x.later(ctx, job)
		}
	}
}

func (x *Exporter) partBytes() int {
	if x.PartBytes > 0 {
		return x.PartBytes
	}
	return DefaultPartBytes
}

func (x *Exporter) upload(ctx context.Context, job *Job, key string, body []byte) error {
	etag, err := x.Files.Part(ctx, key, job.Progress.Upload, len(job.Progress.Parts)+1, body)
	if err != nil {
		return fmt.Errorf("upload a part of export %s: %w", job.ID, err)
	}
	job.Progress.Parts = append(job.Progress.Parts, etag)
	job.Progress.Bytes += int64(len(body))
	return nil
}

// finish uploads the last part, of whatever size, and makes the file.
func (x *Exporter) finish(ctx context.Context, job *Job, key string, body []byte) error {
	if len(body) > 0 || len(job.Progress.Parts) == 0 {
		if err := x.upload(ctx, job, key, body); err != nil {
			return err
		}
	}
	if err := x.Files.Complete(ctx, key, job.Progress.Upload, job.Progress.Parts); err != nil {
		return fmt.Errorf("complete the file of export %s: %w", job.ID, err)
	}
	job.Size = &job.Progress.Bytes
	return x.Store.End(ctx, job, "", x.Clock.Real())
}

// later leaves the rest to a fresh invocation, or else to due work.
func (x *Exporter) later(ctx context.Context, job *Job) error {
	if err := x.Store.Release(ctx, job, x.Clock.Real().Add(time.Minute)); err != nil {
		return err
	}
	if err := x.Again(ctx, job.TenantID, job.ID); err != nil {
		slog.WarnContext(ctx, "an export goes on with the sweeper", "export_id", job.ID, "tenant_id", job.TenantID, "error", err)
	}
	return nil
}
