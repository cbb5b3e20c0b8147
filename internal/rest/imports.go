package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// Import is an import of contacts from a file.
type Import struct {
	ID         uuid.UUID         `json:"id" format:"uuid"`
	Status     flow.ImportStatus `json:"status" enum:"awaiting_upload,ready,running,completed,failed,cancelled" doc:"ready: the file was looked at, and waits for the start"`
	FileName   string            `json:"file_name"`
	Format     flow.FileFormat   `json:"format" enum:"csv,xlsx"`
	Size       *int64            `json:"size" doc:"In bytes; null until told or seen"`
	LeadSource string            `json:"lead_source"`
	EntryType  string            `json:"entry_type"`
	Columns    []string          `json:"columns" doc:"Names of the file's columns; empty until the file was looked at"`
	Preview    [][]string        `json:"preview" doc:"The first rows, as long as columns each"`
	Mapping    flow.Mapping      `json:"mapping" nullable:"true" doc:"Columns and their fields, given or guessed; null until the file was looked at"`
	Progress   ImportProgress    `json:"progress"`
	Error      *string           `json:"error" doc:"Why it failed"`
	ErrorsURL  *string           `json:"errors_url" doc:"CSV of the row errors, for 15 minutes; each reading gives a new address"`
	CreatedAt  instant           `json:"created_at"`
	CreatedBy  *string           `json:"created_by"`
	StartedAt  *instant          `json:"started_at" nullable:"true"`
	EndedAt    *instant          `json:"completed_at" nullable:"true"`
}

// ImportProgress counts rows, without the header and without empty ones.
type ImportProgress struct {
	Total    *int `json:"total" doc:"null until the file was looked at"`
	Read     int  `json:"read"`
	Accepted int  `json:"accepted" doc:"Became leads"`
	Rejected int  `json:"rejected" doc:"See the row errors"`
}

// NewImport is an import with the address to upload its file to.
type NewImport struct {
	Import

	Upload Upload `json:"upload"`
}

// Upload says how to send a file.
type Upload struct {
	Method    string  `json:"method" enum:"PUT"`
	URL       string  `json:"url" doc:"Takes the file as the body, without a form and without a token"`
	ExpiresAt instant `json:"expires_at"`
}

// ImportRowError says what is wrong with a row.
type ImportRowError struct {
	Row    int    `json:"row" doc:"As spreadsheets count: the header is row 1 where nothing stands above it"`
	Column string `json:"column" doc:"Empty when it is about the whole row"`
	Error  string `json:"error"`
}

func (a *api) registerImports() {
	optional := &huma.RequestBody{}
	register(a, huma.Operation{
		OperationID: "list-imports", Method: http.MethodGet, Path: Root + "/contacts/imports",
		Summary: "List imports of contacts, newest first", Tags: contactsTag,
	}, a.listImports)
	register(a, huma.Operation{
		OperationID: "create-import", Method: http.MethodPost, Path: Root + "/contacts/imports",
		Summary: "Import contacts from a CSV or XLSX file", Tags: contactsTag, DefaultStatus: http.StatusCreated,
		Errors: []int{http.StatusConflict},
		Description: "Upload the file to upload.url with PUT, read the import until it is ready, correct the mapping where need be, and start it. " +
			"With start it goes on by itself. Each good row becomes a lead event with source import; what is wrong with the others can be read.",
	}, a.createImport)
	register(a, huma.Operation{
		OperationID: "get-import", Method: http.MethodGet, Path: Root + "/contacts/imports/{id}",
		Summary: "Read an import with its columns, preview and progress", Tags: contactsTag, Errors: []int{http.StatusNotFound},
	}, a.readImport)
	register(a, huma.Operation{
		OperationID: "list-import-errors", Method: http.MethodGet, Path: Root + "/contacts/imports/{id}/errors",
		Summary: "List an import's row errors by row", Tags: contactsTag, Errors: []int{http.StatusNotFound},
		Description: "The first 10,000 are kept; progress.rejected counts all.",
	}, a.listImportErrors)
	register(a, huma.Operation{
		OperationID: "start-import", Method: http.MethodPost, Path: Root + "/contacts/imports/{id}/start",
		Summary: "Start an import", Tags: contactsTag, Errors: []int{http.StatusNotFound, http.StatusConflict}, RequestBody: optional,
		Description: "One whose file is not there yet starts as soon as it is. One that runs already goes on as it does.",
	}, a.startImport)
	// A body is required of every operation whose input has one; here it is not.
	optional.Required = false
	register(a, huma.Operation{
		OperationID: "cancel-import", Method: http.MethodPost, Path: Root + "/contacts/imports/{id}/cancel",
		Summary:     "Cancel an import; rows accepted before stay",
		Description: "Contacts that were made of them stay too. An import that has ended is refused with 409.",
		Tags:        contactsTag,
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
	}, a.cancelImport)
}

func (a *api) listImports(ctx context.Context, in *struct{ Paging }) (*answer[list[Import]], error) {
	records, total, err := a.Jobs.ListImports(ctx, who(ctx).TenantID, in.page())
	if err != nil {
		return nil, err
	}
	data := make([]Import, len(records))
	for i, r := range records {
		if data[i], err = a.importOf(ctx, r); err != nil {
			return nil, err
		}
	}
	return listOf(data, total, in.Paging), nil
}

func (a *api) createImport(ctx context.Context, in *struct {
	IdempotencyKey

	Body body[NewImportInput]
},
) (*answer[shown[success[NewImport]]], error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	record, more := input.record()
	if problems = withOthers(problems, more); len(problems) > 0 {
		return nil, invalid(problems)
	}
	by := who(ctx)
	record.ID, record.TenantID, record.CreatedBy = uuid.Must(uuid.NewV7()), by.TenantID, orNil(by.UserID)
	record.UploadUntil = time.Now().UTC().Add(uploadLasts).Truncate(time.Millisecond)
	url, err := a.Files.UploadURL(ctx, flow.UploadKey(record.TenantID, record.ID), record.Size, uploadLasts)
	if err != nil {
		return nil, err
	}
	show := func(r flow.ImportRecord) success[NewImport] {
		return success[NewImport]{true, NewImport{shownImport(r, nil), Upload{http.MethodPut, url, instant(r.UploadUntil)}}}
	}
	once, err := onceFor(in.IdempotencyKey, show, "create-import", in.Body.raw)
	if err != nil {
		return nil, err
	}
	record, err = a.Jobs.CreateImport(ctx, record, once)
	if err != nil {
		return nil, err
	}
	return &answer[shown[success[NewImport]]]{shownOnce(once, record, show)}, nil
}

// ImportPath names an import.
type ImportPath struct {
	ID uuidParam `path:"id"`
}

func (a *api) readImport(ctx context.Context, in *ImportPath) (*answer[success[Import]], error) {
	return a.showImport(ctx)(a.Jobs.Import(ctx, who(ctx).TenantID, *in.ID.id))
}

func (a *api) listImportErrors(ctx context.Context, in *struct {
	ImportPath
	Paging
},
) (*answer[list[ImportRowError]], error) {
	wrong, total, err := a.Jobs.ImportErrors(ctx, who(ctx).TenantID, *in.ID.id, in.page())
	if err != nil {
		return nil, err
	}
	data := make([]ImportRowError, len(wrong))
	for i, w := range wrong {
		data[i] = ImportRowError{w.Row, w.Column, w.Message}
	}
	return listOf(data, total, in.Paging), nil
}

func (a *api) startImport(ctx context.Context, in *struct {
	ImportPath

	Body body[StartImportInput]
},
) (*answer[success[Import]], error) {
	input, problems, err := decodeOptional(in.Body)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		return nil, invalid(problems)
	}
	given := flow.Mapping(input.Mapping.Value)
	record, err := a.Jobs.StartImport(ctx, who(ctx).TenantID, *in.ID.id, given, func(r flow.ImportRecord) error {
		mapping, columns := given, r.Columns
		if !input.Mapping.Sent {
			mapping = r.Mapping
		}
		if r.Status == flow.ImportAwaitingUpload {
			if mapping == nil {
				return nil
			}
			columns = nil
		}
		if problems := mapping.Check(columns); len(problems) > 0 {
			return invalid(problems)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.takeUp(ctx, a.Workers.Import, record.ID)
	return a.showImport(ctx)(record, nil)
}

func (a *api) cancelImport(ctx context.Context, in *ImportPath) (*answer[success[Import]], error) {
	return a.showImport(ctx)(a.Jobs.CancelImport(ctx, who(ctx).TenantID, *in.ID.id))
}

func (a *api) showImport(ctx context.Context) func(flow.ImportRecord, error) (*answer[success[Import]], error) {
	return func(r flow.ImportRecord, err error) (*answer[success[Import]], error) {
		if err != nil {
			return nil, err
		}
		out, err := a.importOf(ctx, r)
		if err != nil {
			return nil, err
		}
		return ok(out), nil
	}
}

func (a *api) importOf(ctx context.Context, r flow.ImportRecord) (Import, error) {
	if r.Rejected == 0 || !r.Status.Ended() || r.Status == flow.ImportCancelled {
		return shownImport(r, nil), nil
	}
	url, err := a.download(ctx, r.CompletedAt, flow.ErrorsKey(r.TenantID, r.ID), "import-errors.csv")
	return shownImport(r, url), err
}

func shownImport(r flow.ImportRecord, errorsURL *string) Import {
	return Import{
		ID: r.ID, Status: r.Status, FileName: r.FileName, Format: r.Format, Size: r.Size, LeadSource: r.LeadSource, EntryType: r.EntryType,
		Columns: r.Columns, Preview: r.Preview, Mapping: r.Mapping,
		Progress: ImportProgress{Total: r.Total, Read: r.Read, Accepted: r.Accepted, Rejected: r.Rejected},
		Error:    orNil(r.Problem), ErrorsURL: errorsURL, CreatedAt: instant(r.CreatedAt), CreatedBy: r.CreatedBy,
		StartedAt: instantOrNil(r.StartedAt), EndedAt: instantOrNil(r.CompletedAt),
	}
}

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
