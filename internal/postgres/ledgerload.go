package postgres

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// load is the pipeline that locks an execution and reads all that decides its
// next step.
type load struct {
	pipe         *Pipe
	executions   *[]db.LockExecutionRow
	tenants      *[]db.GetTenantRow
	contacts     *[]db.LoadExecutionContactRow
	suppressions *[]db.LoadExecutionSuppressionsRow
	versions     *[]json.RawMessage
	steps        *[]db.LoadLedgerRow
	messages     *[]time.Time
	integrations *[]db.LoadIntegrationsRow
	templates    *[]db.LoadExecutionTemplatesRow
}

func newLoad(tenant, execution uuid.UUID) load {
	p := NewPipe()
	return load{
		pipe:         p,
		executions:   Rows[db.LockExecutionRow](p, db.LockExecution, execution),
		tenants:      Rows[db.GetTenantRow](p, db.GetTenant, tenant),
		contacts:     Rows[db.LoadExecutionContactRow](p, db.LoadExecutionContact, execution),
		suppressions: Rows[db.LoadExecutionSuppressionsRow](p, db.LoadExecutionSuppressions, execution),
		versions:     Scalars[json.RawMessage](p, db.LoadExecutionVersion, execution),
		steps:        Rows[db.LoadLedgerRow](p, db.LoadLedger, execution),
		messages:     Scalars[time.Time](p, db.LoadLastMessage, execution),
		integrations: Rows[db.LoadIntegrationsRow](p, db.LoadIntegrations),
		templates:    Rows[db.LoadExecutionTemplatesRow](p, db.LoadExecutionTemplates, execution),
	}
}

func (l load) snapshot() (engine.Snapshot, error) {
	if len(*l.executions) == 0 || len(*l.tenants) == 0 {
		return engine.Snapshot{}, engine.ErrNotFound
	}
	row := (*l.executions)[0]
	s := engine.Snapshot{Integrations: map[string]engine.Integration{}, Templates: map[string]engine.EmailTemplate{}}
	s.Execution = engine.Execution{
		ID: row.ID, TenantID: row.TenantID, FlowID: row.FlowID, FlowName: orEmpty(row.FlowName), ContactID: row.ContactID,
		Status: flow.ExecutionStatus(row.Status), RunNo: int(row.RunNo), NotBefore: row.NotBefore,
		CurrentStep: int(row.CurrentActionStep), IsTestRun: row.IsTestRun, IdleRuns: int(row.IdleRuns),
		SettledSteps: int(row.SettledSteps), Error: orEmpty(row.ErrorMessage), CancelReason: orEmpty(row.CancelReason), TriggeredAt: row.TriggeredAt,
		StartedAt: row.StartedAt, CompletedAt: row.CompletedAt, CancelDone: row.CancelDoneAt,
	}
	if err := json.Unmarshal(row.Metadata, &s.Execution.Metadata); err != nil {
		return s, fmt.Errorf("read metadata of execution %s: %w", row.ID, err)
	}
	var err error
	if s.Tenant, err = tenantOf((*l.tenants)[0]); err != nil {
		return s, err
	}
	// A contact that was erased leaves nobody to reach.
	if len(*l.contacts) > 0 {
		if s.Contact, err = contactOf((*l.contacts)[0]); err != nil {
			return s, err
		}
	}
	for _, r := range *l.suppressions {
		s.Suppressions = append(s.Suppressions, flow.Suppression{Channel: flow.Channel(r.Channel), Kind: r.Kind, Value: r.Value, Reason: r.Reason})
	}
	if len(*l.versions) > 0 {
		s.Flow = &flow.Definition{}
		if err := json.Unmarshal((*l.versions)[0], s.Flow); err != nil {
			return s, fmt.Errorf("read the flow version of execution %s: %w", row.ID, err)
		}
	}
	for _, r := range *l.steps {
		s.Steps = append(s.Steps, stepOf(r))
	}
	if len(*l.messages) > 0 {
		s.MessagedUntil = &(*l.messages)[0]
	}
	for _, r := range *l.integrations {
		s.Integrations[r.Kind] = engine.Integration{Config: r.Config, Secret: r.Secret}
	}
	for _, r := range *l.templates {
		s.Templates[r.ID.String()] = engine.EmailTemplate{ID: r.ID, Name: r.Name, Subject: r.Subject, HTML: r.Html, Text: r.BodyText, IsActive: r.IsActive}
	}
	return s, nil
}

func tenantOf(r db.GetTenantRow) (flow.Tenant, error) {
	t := flow.Tenant{
		ID: r.ID, Name: r.Name, TimeZone: r.TimeZone, DefaultRegion: r.DefaultRegion,
		MatchMode: flow.MatchMode(r.MatchMode), OneExecutionPerContact: r.OneExecutionPerContact,
	}
	if len(r.BusinessHours) > 0 {
		if err := json.Unmarshal(r.BusinessHours, &t.BusinessHours); err != nil {
			return t, fmt.Errorf("read business hours of tenant %s: %w", r.ID, err)
		}
	}
	if err := json.Unmarshal(r.ContactWindows, &t.ContactWindows); err != nil {
		return t, fmt.Errorf("read contact windows of tenant %s: %w", r.ID, err)
	}
	return t, nil
}

func contactOf(r db.LoadExecutionContactRow) (flow.Contact, error) {
	c := flow.Contact{
		ID: r.ID, ExternalID: r.ExternalID, Name: r.Name, Phone: r.Phone, PhoneValid: r.PhoneValid, Email: r.Email,
		Company: r.Company, City: r.City, Country: r.Country, TimeZone: r.TimeZone, Tags: r.Tags,
	}
	err := readCustomFields(&c, r.CustomFields)
	return c, err
}

func stepOf(r db.LoadLedgerRow) flow.Step {
	return flow.Step{
		ID: r.ID, Order: int(r.Step), Attempt: int(r.Attempt), Type: flow.ActionType(r.ActionType), State: flow.State(r.State),
		Until: r.Until, RetryAt: r.RetryAt, FirstTriedAt: r.FirstTriedAt, ClaimID: r.ClaimID, ClaimUntil: r.ClaimUntil,
		Tries: int(r.Tries), ProviderID: r.ProviderID, Outcome: flow.Outcome(r.Outcome), Detail: r.Detail,
		Reported: r.Reported, SkipKind: flow.SkipKind(r.SkipKind), Looks: int(r.Looks), GoneSince: r.GoneSince,
		Token: orEmpty(r.Token), StartedAt: r.StartedAt, CompletedAt: r.CompletedAt, Result: r.ResultData,
		Error: orEmpty(r.ErrorMessage), SkipReason: orEmpty(r.SkipReason), Line: flow.LineState(r.Line), LineSince: r.LineSince,
	}
}
