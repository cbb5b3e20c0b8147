package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/auto-engagement/flows/internal/flow"
)

const (
	previewRows = 10
	// previewCell is how many characters of a cell a preview shows.
	previewCell = 200
	// uploadGrace lies between the end of an upload's time and giving up: an
	// upload begun in time may take that long.
	uploadGrace = 15 * time.Minute
)

// look looks at the uploaded file, if there is a new one. done is false when
// the import was to start at once, and the worker goes on with it.
func (in *Importer) look(ctx context.Context, job *Job, now time.Time) (done bool, err error) {
	key := flow.UploadKey(job.TenantID, job.ID)
	file, found, err := in.Files.Stat(ctx, key)
	if err != nil {
		return true, fmt.Errorf("look for the file of import %s: %w", job.ID, err)
	}
	over := job.UploadUntil.Add(uploadGrace)
	switch {
	case !found && job.Status == flow.ImportReady:
		return true, badFile("The uploaded file is gone")
	case !found && !now.Before(over):
		return true, badFile("No file was uploaded in time")
	case !found:
		return true, in.Store.Release(ctx, job, over)
	case file.ETag == job.ETag:
		return true, in.Store.Release(ctx, job, job.CreatedAt.Add(flow.JobsKept))
	}
	if most := int64(maxBytes(job.Format)); file.Size > most {
		return true, badFile("The file has more than %d MB", most>>20)
	}
	preview, err := in.preview(ctx, job, key, file)
	if err != nil {
		return true, err
	}
	seen, err := in.Store.Preview(ctx, job, preview, in.Clock.Real(), in.Clock.Real().Add(firstLease))
	if err != nil {
		return true, err
	}
	job.ImportRecord = seen
	if job.Status != flow.ImportRunning {
		return true, nil
	}
	if problems := job.Mapping.Check(job.Columns); len(problems) > 0 {
		return true, badFile("%s", problems[0].Message)
	}
	return false, nil
}

func maxBytes(format flow.FileFormat) int {
	if format == flow.XLSX {
		return MaxXLSXBytes
	}
	return MaxCSVBytes
}

func (in *Importer) preview(ctx context.Context, job *Job, key string, file File) (Preview, error) {
	p := Preview{ETag: file.ETag, Size: file.Size, Rows: [][]string{}}
	content, err := in.Files.Open(ctx, key, file.ETag)
	if err != nil {
		return p, fmt.Errorf("open the file of import %s: %w", job.ID, err)
	}
	defer func() { _ = content.Close() }()
	table, err := openRows(job.Format, content)
	if err != nil {
		return p, err
	}
	defer table.close()
	p.Columns, p.Mapping = table.columns, mappingFor(job, table.columns)
	for ctx.Err() == nil {
		_, cells, err := table.next()
		if errors.Is(err, io.EOF) {
			p.Total = table.read
			return p, nil
		}
		if err != nil {
			return p, err
		}
		if len(p.Rows) < previewRows {
			row := make([]string, len(p.Columns))
			for i := range min(len(cells), len(row)) {
				row[i] = shortened(cleaned(cells[i]), previewCell)
			}
			p.Rows = append(p.Rows, row)
		}
	}
	return p, ctx.Err()
}

// mappingFor is what was given, else guessed. Of a file that took the place of
// another what still fits is kept.
func mappingFor(job *Job, columns []string) flow.Mapping {
	if job.Mapping != nil && job.ETag == "" {
		return job.Mapping
	}
	mapping := flow.GuessMapping(columns)
	for column, field := range job.Mapping {
		if slices.Contains(columns, column) {
			mapping[column] = field
		}
	}
	return mapping
}
