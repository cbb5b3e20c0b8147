package flow

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Why a store of jobs refuses. What is another tenant's is not found.
var (
	ErrImportNotFound = errors.New("import not found")
	ErrExportNotFound = errors.New("export not found")
	// ErrJobEnded refuses to start or cancel what has ended.
	ErrJobEnded = errors.New("the job has ended")
)

// How long jobs are kept. The bucket's lifecycle deletes files by itself, so
// FilesKept is also written in template.yaml.
const (
	// JobsKept is how long a job can be read after it was created.
	JobsKept = 30 * 24 * time.Hour
	// FilesKept is how long an uploaded or made file can be read.
	FilesKept = 7 * 24 * time.Hour
)

// FileFormat is what a table is stored as.
type FileFormat string

// The formats that an import takes.
const (
	CSV  FileFormat = "csv"
	XLSX FileFormat = "xlsx"
)

// ImportStatus is how far an import is.
type ImportStatus string

// The statuses of an import. The last three are ends.
const (
	ImportAwaitingUpload ImportStatus = "awaiting_upload"
	// ImportReady has its file looked at, and waits to be started.
	ImportReady     ImportStatus = "ready"
	ImportRunning   ImportStatus = "running"
	ImportCompleted ImportStatus = "completed"
	ImportFailed    ImportStatus = "failed"
	ImportCancelled ImportStatus = "cancelled"
)

// Ended says that nothing more happens to the import.
func (s ImportStatus) Ended() bool {
	return s == ImportCompleted || s == ImportFailed || s == ImportCancelled
}

// ImportRecord is an import of contacts from a file. Times are real.
type ImportRecord struct {
	ID       uuid.UUID
	TenantID uuid.UUID
	Status   ImportStatus
	FileName string
	Format   FileFormat
	// LeadSource and EntryType are those of rows that say none themselves.
	LeadSource string
	EntryType  string
	// Mapping gives columns their fields; nil until given or guessed.
	Mapping Mapping
	// StartWanted starts it as soon as its file has been looked at.
	StartWanted bool
	UploadUntil time.Time
	// ETag names the content that was looked at; empty before.
	ETag string
	// Size is in bytes; nil until told or seen.
	Size    *int64
	Columns []string
	// Preview are the first rows, as long as Columns each.
	Preview [][]string
	// Total counts the rows that hold anything, without the header; nil until
	// the file was looked at.
	Total    *int
	Read     int
	Accepted int
	Rejected int
	// Problem is one sentence that says why it failed; else empty.
	Problem     string
	Attempts    int
	CreatedAt   time.Time
	CreatedBy   *string
	StartedAt   *time.Time
	CompletedAt *time.Time
}

// RowError says what is wrong with a row of an import, and nothing of what it holds.
type RowError struct {
	// Row is its number as spreadsheets count: the header's is 1 where nothing stands above it.
	Row    int
	Column string
	// Message is one sentence.
	Message string
}

// ExportKind is what an export holds.
type ExportKind string

// The kinds of exports.
const (
	ExportExecutions ExportKind = "executions"
	ExportLeads      ExportKind = "leads"
	ExportContacts   ExportKind = "contacts"
	// ExportAnalytics is how flows did in a stretch of days, a row each.
	ExportAnalytics ExportKind = "analytics"
)

// ExportStatus is how far an export is.
type ExportStatus string

// The statuses of an export.
const (
	ExportQueued    ExportStatus = "queued"
	ExportRunning   ExportStatus = "running"
	ExportCompleted ExportStatus = "completed"
	ExportFailed    ExportStatus = "failed"
)

// Ended says that nothing more happens to the export.
func (s ExportStatus) Ended() bool { return s == ExportCompleted || s == ExportFailed }

// ExportFilter selects what an export holds; the one of its kind counts.
type ExportFilter struct {
	Executions ExecutionFilter `json:"executions,omitzero"`
	Leads      LeadFilter      `json:"leads,omitzero"`
	Contacts   ContactSearch   `json:"contacts,omitzero"`
	Analytics  FlowSelection   `json:"analytics,omitzero"`
}

// FlowSelection selects flows and the days on which their executions count.
type FlowSelection struct {
	// FlowID selects one flow; nil: all that there are.
	FlowID *uuid.UUID `json:"flow_id"`
	// From and To are the first and the last day, YYYY-MM-DD.
	From string `json:"from"`
	To   string `json:"to"`
	// Zone is what the days are those of, by its IANA name.
	Zone string `json:"zone"`
}

// Select says which flows and days are meant.
func (d Days) Select(id *uuid.UUID) FlowSelection {
	return FlowSelection{FlowID: id, From: d.Date(0), To: d.Date(d.Count - 1), Zone: d.Zone.String()}
}

// Days are the days that a selection means.
func (s FlowSelection) Days() (Days, error) {
	first, err := time.Parse(time.DateOnly, s.From)
	if err != nil {
		return Days{}, fmt.Errorf("read the first day: %w", err)
	}
	last, err := time.Parse(time.DateOnly, s.To)
	if err != nil {
		return Days{}, fmt.Errorf("read the last day: %w", err)
	}
	zone, err := LoadZone(s.Zone)
	if err != nil {
		return Days{}, err
	}
	return DaysBetween(&first, &last, last, zone)
}

// ContactSearch selects contacts; its zero value selects all.
type ContactSearch struct {
	// Search is looked for in name, phone, e-mail and company, in any case.
	Search string `json:"search"`
}

// ExportRecord is an export. Times are real.
type ExportRecord struct {
	ID       uuid.UUID
	TenantID uuid.UUID
	Kind     ExportKind
	Filter   ExportFilter
	Status   ExportStatus
	// Rows are those written so far, without the header.
	Rows int
	// Size is the finished file's, in bytes.
	Size        *int64
	Problem     string
	Attempts    int
	CreatedAt   time.Time
	CreatedBy   *string
	StartedAt   *time.Time
	CompletedAt *time.Time
}

// FileName is what the finished file is called where it is downloaded.
func (e ExportRecord) FileName() string {
	return string(e.Kind) + "-" + e.CreatedAt.UTC().Format("20060102-150405") + ".csv"
}

// UploadKey is the file that an import reads, in the bucket.
func UploadKey(tenant, id uuid.UUID) string {
	return "imports/" + tenant.String() + "/" + id.String()
}

// ErrorsKey is the CSV of an import's row errors.
func ErrorsKey(tenant, id uuid.UUID) string {
	return "errors/" + tenant.String() + "/" + id.String() + ".csv"
}

// ExportKey is the file that an export makes.
func ExportKey(tenant, id uuid.UUID) string {
	return "exports/" + tenant.String() + "/" + id.String() + ".csv"
}

// ExportedContact is a contact as an export shows it.
type ExportedContact struct {
	Contact

	CreatedAt time.Time
	UpdatedAt time.Time
}
