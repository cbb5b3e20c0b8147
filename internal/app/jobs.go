package app

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/auto-engagement/flows/internal/bucket"
	"github.com/auto-engagement/flows/internal/exporter"
	"github.com/auto-engagement/flows/internal/importer"
	"github.com/auto-engagement/flows/internal/invoke"
	"github.com/auto-engagement/flows/internal/postgres"
)

// files is the bucket of imports and exports.
func (a *App) files() *bucket.Bucket { return bucket.New(a.aws, a.Config.Bucket) }

// functions are those that work on jobs.
func (a *App) functions() *invoke.Functions {
	return invoke.New(lambda.NewFromConfig(a.aws), a.Config.ImporterFunction, a.Config.ExporterFunction)
}

// needWorkers refuses to start without the functions that work on jobs.
func (a *App) needWorkers() error {
	return cmp.Or(need("IMPORTER_FUNCTION", a.Config.ImporterFunction), need("EXPORTER_FUNCTION", a.Config.ExporterFunction))
}

// Importer works on imports.
func (a *App) Importer(ctx context.Context) (*importer.Importer, error) {
	for name, value := range map[string]string{"LEAD_QUEUE_URL": a.Config.LeadQueueURL, "BUCKET": a.Config.Bucket, "IMPORTER_FUNCTION": a.Config.ImporterFunction} {
		if err := need(name, value); err != nil {
			return nil, err
		}
	}
	pool, err := a.Pool(ctx)
	if err != nil {
		return nil, err
	}
	return &importer.Importer{
		Store: postgres.ImportStore{Pool: pool}, Files: a.files(), Accept: a.outbox(pool).Accept, Queue: a.queue(),
		Clock: a.Clock, Again: a.functions().Import,
	}, nil
}

// Exporter works on exports.
func (a *App) Exporter(ctx context.Context) (*exporter.Exporter, error) {
	for name, value := range map[string]string{"BUCKET": a.Config.Bucket, "EXPORTER_FUNCTION": a.Config.ExporterFunction} {
		if err := need(name, value); err != nil {
			return nil, err
		}
	}
	pool, err := a.Pool(ctx)
	if err != nil {
		return nil, err
	}
	return &exporter.Exporter{Store: postgres.ExportStore{Pool: pool}, Files: a.files(), Clock: a.Clock, Again: a.functions().Export}, nil
}
