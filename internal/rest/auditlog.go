package rest

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// AuditLog reads what people did that is on record, newest first.
type AuditLog interface {
	ListAudit(ctx context.Context, tenant uuid.UUID, f flow.AuditFilter, p flow.Page) ([]flow.AuditEntry, flow.Total, error)
}

// AuditEntry is something that a person did.
type AuditEntry struct {
	ID          uuid.UUID        `json:"id" format:"uuid"`
	At          instant          `json:"at"`
	Actor       *string          `json:"actor" doc:"The person's id as the token's issuer names it; null when unknown"`
	Action      flow.AuditAction `json:"action" example:"suppression.removed"`
	SubjectKind string           `json:"subject_kind" example:"suppression"`
	SubjectID   string           `json:"subject_id"`
	Details     json.RawMessage  `json:"details" doc:"An object; it holds no secrets, names, phones or e-mails"`
}

func (a *api) registerAuditLog() {
	register(a, huma.Operation{
		OperationID: "list-audit-log", Method: http.MethodGet, Path: Root + "/audit-log",
		Summary:     "List what people did that is on record, newest first",
		Description: "For owner and admin. Entries are never changed and hold no secrets, names, phones or e-mails.",
		Tags:        auditTag,
		Metadata:    map[string]any{accessKey: forAdmins},
	}, a.listAuditLog)
}

func (a *api) listAuditLog(ctx context.Context, in *struct {
	FeedPaging

	Action      textParam `query:"action" doc:"Such as suppression.removed, contact.dnc_removed, contact.erased, flow.deleted, integration.connected, integration.disconnected, integration.token_rotated, settings.changed"`
	SubjectKind textParam `query:"subject_kind" doc:"Such as contact, suppression, flow, integration, settings"`
	SubjectID   textParam `query:"subject_id"`
},
) (*answer[feed[AuditEntry]], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	filter := flow.AuditFilter{Action: flow.AuditAction(in.Action.text), SubjectKind: in.SubjectKind.text, SubjectID: in.SubjectID.text}
	entries, total, err := a.Audit.ListAudit(ctx, who(ctx).TenantID, filter, page)
	if err != nil {
		return nil, err
	}
	place := func(e flow.AuditEntry) flow.Cursor { return flow.Cursor{At: e.At, ID: e.ID} }
	show := func(e flow.AuditEntry) (AuditEntry, error) {
		out := AuditEntry{
			ID: e.ID, At: instant(e.At), Action: e.Action, SubjectKind: e.SubjectKind, SubjectID: e.SubjectID, Details: e.Details,
		}
		if e.Actor != "" {
			out.Actor = &e.Actor
		}
		return out, nil
	}
	return feedOf(entries, total, in.Paging, place, show)
}
