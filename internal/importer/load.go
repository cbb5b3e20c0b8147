package importer

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/intake"
)

const (
	batchRows  = 100
	batchBytes = 1 << 20
	// sendAtOnce is how many batches may be on their way to the queue.
	sendAtOnce = 4
	// resendAfter is when the sweeper sends a row again that is not decided yet.
	// A large import is on the queue for minutes, and sent again it only grows.
	resendAfter = 15 * time.Minute
)

// load reads the rows below those read before, batch by batch.
func (in *Importer) load(ctx context.Context, job *Job) error {
	content, err := in.Files.Open(ctx, flow.UploadKey(job.TenantID, job.ID), job.ETag)
	if errors.Is(err, ErrFileChanged) {
		return badFile("The file was replaced or deleted after the import was started")
	}
	if err != nil {
		return fmt.Errorf("open the file of import %s: %w", job.ID, err)
	}
	defer func() { _ = content.Close() }()
	table, err := openRows(job.Format, content)
	if err != nil {
		return err
	}
	defer table.close()
	if err := table.skip(job.Read); err != nil {
		return err
	}
	var sending errgroup.Group
	sending.SetLimit(sendAtOnce)
	defer func() { _ = sending.Wait() }() // what cannot be sent the sweeper sends
	r := newReader(job, table.columns, in.Accept, in.Clock.Now())
	for {
		batch, last, err := in.batch(r, table)
		if err != nil {
			return err
		}
		if batch.Accepted+batch.Rejected > 0 {
			if err := in.Store.Advance(ctx, job, batch, in.Clock.Real().Add(nextLease)); err != nil {
				return err
			}
			job.Read, job.Accepted, job.Rejected = job.Read+batch.Accepted+batch.Rejected, job.Accepted+batch.Accepted, job.Rejected+batch.Rejected
			sending.Go(func() error { in.send(ctx, job, batch.Events); return nil })
		}
		if last {
			_ = sending.Wait()
			return in.end(ctx, job, "")
		}
		if deadline, set := ctx.Deadline(); set && time.Until(deadline) < reserve {
			_ = sending.Wait()
			return in.later(ctx, job)
		}
	}
}

// later leaves the rest to a fresh invocation, or else to due work.
func (in *Importer) later(ctx context.Context, job *Job) error {
	if err := in.Store.Release(ctx, job, in.Clock.Real().Add(time.Minute)); err != nil {
		return err
	}
	if err := in.Again(ctx, job.TenantID, job.ID); err != nil {
		slog.WarnContext(ctx, "an import goes on with the sweeper", "import_id", job.ID, "tenant_id", job.TenantID, "error", err)
	}
	return nil
}

// batch reads the next rows. last is true when there are no more.
func (in *Importer) batch(r *reader, table *rows) (b Batch, last bool, err error) {
	var events collected
	for size := 0; b.Accepted+b.Rejected < batchRows && size < batchBytes; {
		number, cells, err := table.next()
		if errors.Is(err, io.EOF) {
			last = true
			break
		}
		if err != nil {
			return b, false, err
		}
		wrong, err := r.read(number, cells, &events)
		if err != nil {
			return b, false, err
		}
		if wrong == nil {
			b.Accepted++
			size += len(events[len(events)-1].Body)
			continue
		}
		b.Rejected++
		if r.job.Rejected+len(b.Errors) < in.errorsKept() {
			b.Errors = append(b.Errors, *wrong)
		}
	}
	b.Events = events
	for i := range b.Events {
		b.Events[i].DueAt = in.Clock.Real().Add(resendAfter)
	}
	return b, last, nil
}

func (in *Importer) errorsKept() int {
	if in.ErrorsKept > 0 {
		return in.ErrorsKept
	}
	return DefaultErrorsKept
}

// send puts a committed batch on the queue.
func (in *Importer) send(ctx context.Context, job *Job, events []intake.ReceivedEvent) {
	bodies := make([][]byte, len(events))
	for i, e := range events {
		bodies[i] = e.Body
	}
	if err := in.Queue.SendLeads(ctx, job.TenantID, bodies); err != nil {
		slog.WarnContext(ctx, "rows of an import are sent to the queue later", "import_id", job.ID, "tenant_id", job.TenantID,
			"rows", len(bodies), "error", err)
	}
}

// collected are events that were accepted.
type collected []intake.ReceivedEvent

// AddReceived implements intake.ReceivedWriter.
func (c *collected) AddReceived(e intake.ReceivedEvent) { *c = append(*c, e) }

// keepErrors writes the row errors as a file to be downloaded.
func (in *Importer) keepErrors(ctx context.Context, job *Job) error {
	if job.Rejected == 0 {
		return nil
	}
	wrong, err := in.Store.RowErrors(ctx, job.TenantID, job.ID)
	if err != nil {
		return err
	}
	body, err := errorsCSV(wrong)
	if err != nil {
		return err
	}
	if err := in.Files.Put(ctx, flow.ErrorsKey(job.TenantID, job.ID), "text/csv; charset=utf-8", body); err != nil {
		return fmt.Errorf("write the row errors of import %s: %w", job.ID, err)
	}
	return nil
}

func errorsCSV(wrong []flow.RowError) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("\ufeff") // by it Excel knows UTF-8
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	_ = w.Write([]string{"row", "column", "error"})
	for _, e := range wrong {
		_ = w.Write([]string{strconv.Itoa(e.Row), flow.CSVCell(e.Column), flow.CSVCell(e.Message)})
	}
	w.Flush()
	return out.Bytes(), w.Error()
}
