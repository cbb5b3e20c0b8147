package rest

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// Export is a CSV file that is made, or was.
type Export struct {
	ID        uuid.UUID         `json:"id" format:"uuid"`
	Kind      flow.ExportKind   `json:"kind" enum:"executions,leads,contacts,analytics"`
	Status    flow.ExportStatus `json:"status" enum:"queued,running,completed,failed"`
	Rows      int               `json:"rows" doc:"Written so far, without the header"`
	Size      *int64            `json:"size" doc:"Of the finished file, in bytes"`
	FileName  string            `json:"file_name"`
	URL       *string           `json:"url" doc:"Gives the finished file for 15 minutes; each reading gives a new address. null before, and when the file is not kept any more"`
	ExpiresAt *instant          `json:"expires_at" nullable:"true" doc:"Until when the file is kept"`
	Error     *string           `json:"error" doc:"Why it failed"`
	CreatedAt instant           `json:"created_at"`
	CreatedBy *string           `json:"created_by"`
	StartedAt *instant          `json:"started_at" nullable:"true"`
	EndedAt   *instant          `json:"completed_at" nullable:"true"`
}

// ExportInput says what to export.
type ExportInput struct {
	Kind   Optional[exportKindParam]   `json:"kind"`
	Filter Optional[ExportFilterInput] `json:"filter" required:"false" doc:"As the list of that kind is filtered, and GET /analytics; default: all"`
}

// ExportFilterInput selects records. Which keys count depends on the kind:
// executions all but outcome and source, leads from, to, outcome and source,
// contacts search, analytics flow_id, from and to.
type ExportFilterInput struct {
	FlowID       Optional[uuidParam]            `json:"flow_id" required:"false" doc:"executions, also of a flow that is gone; analytics"`
	ContactID    Optional[uuidParam]            `json:"contact_id" required:"false" doc:"executions"`
	Status       Optional[executionStatusParam] `json:"status" required:"false" doc:"executions"`
	TestRunsOnly Optional[bool]                 `json:"test_runs_only" required:"false" doc:"executions"`
	From         Optional[momentParam]          `json:"from" required:"false" doc:"executions, leads; analytics, as a day, by default 29 days before the last"`
	To           Optional[momentParam]          `json:"to" required:"false" doc:"executions, leads; analytics, as a day, by default today"`
	Search       Optional[textParam]            `json:"search" required:"false" doc:"executions, contacts"`
	Outcome      Optional[leadOutcomeParam]     `json:"outcome" required:"false" doc:"leads"`
	Source       Optional[textParam]            `json:"source" required:"false" doc:"leads"`
}

func (a *api) registerExports() {
	register(a, huma.Operation{
		OperationID: "list-exports", Method: http.MethodGet, Path: Base + "/exports",
		Summary: "List exports, newest first", Tags: exportsTag,
	}, a.listExports)
	register(a, huma.Operation{
		OperationID: "create-export", Method: http.MethodPost, Path: Base + "/exports",
		Summary: "Export executions, leads, contacts or how flows did as CSV", Tags: exportsTag, DefaultStatus: http.StatusAccepted,
		Errors: []int{http.StatusConflict},
		Description: "Read the export until it is completed, then its url. CSV after RFC 4180 in UTF-8 with a byte order mark; a text that a " +
			"spreadsheet would take for a formula has an apostrophe before it.",
	}, a.createExport)
	register(a, huma.Operation{
		OperationID: "get-export", Method: http.MethodGet, Path: Base + "/exports/{id}",
		Summary: "Read an export with its progress and the address of its file", Tags: exportsTag, Errors: []int{http.StatusNotFound},
	}, a.readExport)
}

func (a *api) listExports(ctx context.Context, in *struct{ Paging }) (*answer[list[Export]], error) {
	records, total, err := a.Jobs.ListExports(ctx, who(ctx).TenantID, in.page())
	if err != nil {
		return nil, err
	}
	data := make([]Export, len(records))
	for i, r := range records {
		if data[i], err = a.exportOf(ctx, r); err != nil {
			return nil, err
		}
	}
	return listOf(data, total, in.Paging), nil
}

func (a *api) createExport(ctx context.Context, in *struct {
	IdempotencyKey

	Body body[ExportInput]
},
) (*answer[shown[success[Export]]], error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	if problems = withOthers(problems, input.check()); len(problems) > 0 {
		return nil, invalid(problems)
	}
	filter, err := a.exportFilter(ctx, input)
	if err != nil {
		return nil, err
	}
	show := func(r flow.ExportRecord) success[Export] { return success[Export]{true, shownExport(r, nil)} }
	once, err := onceFor(in.IdempotencyKey, show, "create-export", in.Body.raw)
	if err != nil {
		return nil, err
	}
	by := who(ctx)
	record, err := a.Jobs.CreateExport(ctx, flow.ExportRecord{
		ID: uuid.Must(uuid.NewV7()), TenantID: by.TenantID, Kind: input.Kind.Value.kind, Filter: filter, CreatedBy: orNil(by.UserID),
	}, once)
	if err != nil {
		return nil, err
	}
	if once == nil || once.Given == nil {
		a.takeUp(ctx, a.Workers.Export, record.ID)
	}
	return &answer[shown[success[Export]]]{shownOnce(once, record, show)}, nil
}

// check refuses a filter that has nothing to do with the kind: what it was
// meant to leave out would be exported.
func (in ExportInput) check() []flow.FieldError {
	if !in.Kind.Sent {
		return []flow.FieldError{{Field: "kind", Message: "kind " + oneOf("", exportKinds).Error()}}
	}
	f := in.Filter.Value
	sent := []struct {
		field string
		sent  bool
		kinds []flow.ExportKind
	}{
		{"flow_id", f.FlowID.Sent, []flow.ExportKind{flow.ExportExecutions, flow.ExportAnalytics}},
		{"contact_id", f.ContactID.Sent, []flow.ExportKind{flow.ExportExecutions}},
		{"status", f.Status.Sent, []flow.ExportKind{flow.ExportExecutions}},
		{"test_runs_only", f.TestRunsOnly.Sent, []flow.ExportKind{flow.ExportExecutions}},
		{"from", f.From.Sent, []flow.ExportKind{flow.ExportExecutions, flow.ExportLeads, flow.ExportAnalytics}},
		{"to", f.To.Sent, []flow.ExportKind{flow.ExportExecutions, flow.ExportLeads, flow.ExportAnalytics}},
		{"search", f.Search.Sent, []flow.ExportKind{flow.ExportExecutions, flow.ExportContacts}},
		{"outcome", f.Outcome.Sent, []flow.ExportKind{flow.ExportLeads}},
		{"source", f.Source.Sent, []flow.ExportKind{flow.ExportLeads}},
	}
	var problems []flow.FieldError
	for _, s := range sent {
		if s.sent && !slices.Contains(s.kinds, in.Kind.Value.kind) {
			problems = append(problems, flow.FieldError{Field: "filter." + s.field, Message: "filter." + s.field + " does not filter " + string(in.Kind.Value.kind)})
		}
	}
	if in.Kind.Value.kind == flow.ExportAnalytics {
		for _, day := range []struct {
			field  string
			moment momentParam
		}{{"filter.from", f.From.Value}, {"filter.to", f.To.Value}} {
			if day.moment.at != nil {
				problems = append(problems, flow.FieldError{Field: day.field, Message: day.field + " must be a date (YYYY-MM-DD)"})
			}
		}
	}
	return problems
}

func (a *api) exportFilter(ctx context.Context, in ExportInput) (out flow.ExportFilter, err error) {
	f := in.Filter.Value
	if in.Kind.Value.kind == flow.ExportAnalytics {
		days, err := a.days(ctx, DayParams{From: dayParam{f.From.Value.day}, To: dayParam{f.To.Value.day}})
		if refused, is := errors.AsType[*failure](err); is {
			return out, badRequest(refused.Message) // its details name a query's parameter
		}
		if err == nil {
			out.Analytics = days.Select(f.FlowID.Value.id)
		}
		return out, err
	}
	span, err := a.span(ctx, SpanParams{From: f.From.Value, To: f.To.Value})
	if err != nil {
		return out, err
	}
	switch in.Kind.Value.kind {
	case flow.ExportLeads:
		out.Leads = flow.LeadFilter{Outcome: f.Outcome.Value.outcome, Source: f.Source.Value.text, Received: span}
	case flow.ExportContacts:
		out.Contacts = flow.ContactSearch{Search: f.Search.Value.text}
	default:
		out.Executions = flow.ExecutionFilter{
			FlowID: f.FlowID.Value.id, ContactID: f.ContactID.Value.id, Status: f.Status.Value.status,
			TestRunsOnly: f.TestRunsOnly.Value, Triggered: span, Search: f.Search.Value.text,
		}
	}
	return out, nil
}

func (a *api) readExport(ctx context.Context, in *struct {
	ID uuidParam `path:"id"`
},
) (*answer[success[Export]], error) {
	r, err := a.Jobs.Export(ctx, who(ctx).TenantID, *in.ID.id)
	if err != nil {
		return nil, err
	}
	out, err := a.exportOf(ctx, r)
	if err != nil {
		return nil, err
	}
	return ok(out), nil
}

func (a *api) exportOf(ctx context.Context, r flow.ExportRecord) (Export, error) {
	if r.Status != flow.ExportCompleted {
		return shownExport(r, nil), nil
	}
	url, err := a.download(ctx, r.CompletedAt, flow.ExportKey(r.TenantID, r.ID), r.FileName())
	return shownExport(r, url), err
}

func shownExport(r flow.ExportRecord, url *string) Export {
	out := Export{
		ID: r.ID, Kind: r.Kind, Status: r.Status, Rows: r.Rows, Size: r.Size, FileName: r.FileName(), URL: url,
		Error: orNil(r.Problem), CreatedAt: instant(r.CreatedAt), CreatedBy: r.CreatedBy,
		StartedAt: instantOrNil(r.StartedAt), EndedAt: instantOrNil(r.CompletedAt),
	}
	if r.Status == flow.ExportCompleted && r.CompletedAt != nil {
		out.ExpiresAt = new(instant(r.CompletedAt.Add(flow.FilesKept)))
	}
	return out
}

type exportKindParam struct{ kind flow.ExportKind }

var exportKinds = []string{string(flow.ExportExecutions), string(flow.ExportLeads), string(flow.ExportContacts), string(flow.ExportAnalytics)}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *exportKindParam) UnmarshalText(b []byte) error {
	p.kind = flow.ExportKind(b)
	return oneOf(string(b), exportKinds)
}

// Schema implements huma.SchemaProvider.
func (exportKindParam) Schema(huma.Registry) *huma.Schema { return enum(exportKinds) }
