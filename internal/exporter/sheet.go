package exporter

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/auto-engagement/flows/internal/flow"
)

// sheet is what an export of one kind holds.
type sheet struct {
	header []string
	// page gives the next rows below a place, and the place of the last of them.
	page func(ctx context.Context, before *flow.Cursor) (rows [][]string, last *flow.Cursor, err error)
}

func (x *Exporter) sheet(job *Job) sheet {
	switch job.Kind {
	case flow.ExportLeads:
		return sheet{leadHeader, func(ctx context.Context, before *flow.Cursor) ([][]string, *flow.Cursor, error) {
			records, err := x.Store.ExportLeads(ctx, job.TenantID, job.Filter.Leads, before, pageRows)
			return rowsOf(records, err, leadRow, func(r flow.LeadRecord) flow.Cursor { return flow.Cursor{At: r.ReceivedAt, ID: r.ID} })
		}}
	case flow.ExportContacts:
		return sheet{contactHeader, func(ctx context.Context, before *flow.Cursor) ([][]string, *flow.Cursor, error) {
			records, err := x.Store.ExportContacts(ctx, job.TenantID, job.Filter.Contacts, before, pageRows)
			return rowsOf(records, err, contactRow, func(r flow.ExportedContact) flow.Cursor { return flow.Cursor{At: r.CreatedAt, ID: r.ID} })
		}}
	case flow.ExportAnalytics:
		return sheet{flowHeader, func(ctx context.Context, before *flow.Cursor) ([][]string, *flow.Cursor, error) {
			if before != nil {
				return nil, nil, nil // the first page has all
			}
			records, err := x.Store.ExportAnalytics(ctx, job.TenantID, job.Filter.Analytics)
			return rowsOf(records, err, flowRow, func(r flow.FlowResult) flow.Cursor { return flow.Cursor{ID: r.ID} })
		}}
	default:
		return sheet{executionHeader, func(ctx context.Context, before *flow.Cursor) ([][]string, *flow.Cursor, error) {
			records, err := x.Store.ExportExecutions(ctx, job.TenantID, job.Filter.Executions, before, pageRows)
			return rowsOf(records, err, executionRow, func(r flow.ExecutionRecord) flow.Cursor { return flow.Cursor{At: r.TriggeredAt, ID: r.ID} })
		}}
	}
}

func rowsOf[T any](records []T, err error, row func(T) ([]string, error), place func(T) flow.Cursor) ([][]string, *flow.Cursor, error) {
	if err != nil || len(records) == 0 {
		return nil, nil, err
	}
	rows := make([][]string, len(records))
	for i, r := range records {
		if rows[i], err = row(r); err != nil {
			return nil, nil, err
		}
	}
	return rows, new(place(records[len(records)-1])), nil
}

var executionHeader = []string{
	"id", "flow_id", "flow_name", "flow_version", "contact_id", "contact_name", "contact_phone", "status",
	"current_action_step", "is_test_run", "trigger_source", "triggered_at", "completed_at", "error_message", "cancel_reason",
}

func executionRow(e flow.ExecutionRecord) ([]string, error) {
	var metadata struct {
		TriggerSource string `json:"trigger_source"`
	}
	if err := json.Unmarshal(e.Metadata, &metadata); err != nil {
		return nil, fmt.Errorf("read metadata of execution %s: %w", e.ID, err)
	}
	version, flowID := "", ""
	if e.FlowVersion != nil {
		version = strconv.Itoa(*e.FlowVersion)
	}
	if e.FlowID != nil {
		flowID = e.FlowID.String()
	}
	return []string{
		e.ID.String(), flowID, text(e.FlowName), version, e.ContactID.String(), e.ContactName, e.ContactPhone, string(e.Status),
		strconv.Itoa(e.CurrentStep), strconv.FormatBool(e.IsTestRun), metadata.TriggerSource, at(&e.TriggeredAt), at(e.CompletedAt),
		text(e.ErrorMessage), text(e.CancelReason),
	}, nil
}

var leadHeader = []string{
	"id", "received_at", "source", "event_id", "lead_source", "entry_type", "contact_id", "contact_name", "contact_phone",
	"outcome", "reason", "decided_at", "flows",
}

func leadRow(l flow.LeadRecord) ([]string, error) {
	contact := ""
	if l.ContactID != nil {
		contact = l.ContactID.String()
	}
	var flows []string
	for _, e := range l.Executions {
		flows = append(flows, text(e.FlowName))
	}
	return []string{
		l.ID.String(), at(&l.ReceivedAt), l.Source, l.EventID, l.LeadSource, l.EntryType, contact, l.ContactName, l.ContactPhone,
		string(l.Outcome), l.Reason, at(l.DecidedAt), strings.Join(flows, "; "),
	}, nil
}

var contactHeader = []string{
	"id", "external_id", "name", "phone", "email", "company", "city", "country", "time_zone", "tags", "custom_fields",
	"created_at", "updated_at",
}

func contactRow(c flow.ExportedContact) ([]string, error) {
	custom := ""
	if len(c.CustomFields) > 0 {
		encoded, err := json.Marshal(c.CustomFields)
		if err != nil {
			return nil, fmt.Errorf("show custom fields of contact %s: %w", c.ID, err)
		}
		custom = string(encoded)
	}
	return []string{
		c.ID.String(), c.ExternalID, c.Name, c.Phone, c.Email, c.Company, c.City, c.Country, c.TimeZone,
		strings.Join(c.Tags, ", "), custom, at(&c.CreatedAt), at(&c.UpdatedAt),
	}, nil
}

var flowHeader = []string{
	"flow_id", "flow_name", "priority", "is_enabled", "executions", "completed", "failed", "cancelled", "skipped", "success_rate", "last_execution",
}

func flowRow(f flow.FlowResult) ([]string, error) {
	t := f.Tally
	return []string{
		f.ID.String(), f.Name, strconv.Itoa(f.Priority), strconv.FormatBool(f.IsEnabled), strconv.Itoa(t.Total), strconv.Itoa(t.Completed),
		strconv.Itoa(t.Failed), strconv.Itoa(t.Cancelled), strconv.Itoa(t.Skipped), t.SuccessRate(), at(f.LastExecution),
	}, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// at is an instant as the HTTP API writes it.
func at(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
