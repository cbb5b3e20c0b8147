package leads

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Progress is what has become of a lead so far.
type Progress struct {
	// Outcome is the decision: empty before there is one, then matched, none,
	// skipped or rejected, with Reason.
	Outcome    string
	Reason     string
	Executions []Execution
}

// Execution is a flow running for the lead.
type Execution struct {
	ID     uuid.UUID
	Flow   string
	Status string
	Error  string
	Steps  []Step
}

// Step is one attempt at a step.
type Step struct {
	Order, Attempt int
	Type           string
	State          string
	Outcome        string
	Detail         string
	// Until and RetryAt are when it goes on, nil when it waits for neither.
	Until, RetryAt *time.Time
	// Reason says why it failed or was skipped.
	Reason string
}

// Ended tells whether nothing more will become of the lead.
func (p Progress) Ended() bool {
	switch p.Outcome {
	case "", "received":
		return false
	case "matched":
		if len(p.Executions) == 0 {
			return false
		}
	}
	for _, e := range p.Executions {
		if e.Status == "running" {
			return false
		}
	}
	return true
}

// confirmed tells whether the provider has said of each WhatsApp message how it
// ended. An execution does not wait for that.
func (p Progress) confirmed() bool {
	for _, e := range p.Executions {
		for _, s := range e.Steps {
			if s.Type == "whatsapp_message" && s.State == "sent" {
				return false
			}
		}
	}
	return true
}

// Read reads what has become of a lead.
func Read(ctx context.Context, db *pgx.Conn, l Lead) (Progress, error) {
	var p Progress
	var event uuid.UUID
	err := db.QueryRow(ctx, `select id, outcome, reason from lead_events where tenant_id = $1 and source = $2 and event_id = $3`,
		l.Tenant, l.Source, l.Event).Scan(&event, &p.Outcome, &p.Reason)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, nil
	}
	if err != nil {
		return p, fmt.Errorf("read a lead: %w", err)
	}
	rows, err := db.Query(ctx, `select id, coalesce(flow_name, ''), status, coalesce(error_message, '') from flow_executions
		where tenant_id = $1 and lead_event_id = $2 order by id`, l.Tenant, event)
	if err != nil {
		return p, fmt.Errorf("read a lead's executions: %w", err)
	}
	p.Executions, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Execution, err error) {
		return e, row.Scan(&e.ID, &e.Flow, &e.Status, &e.Error)
	})
	if err != nil {
		return p, fmt.Errorf("read a lead's executions: %w", err)
	}
	for i := range p.Executions {
		if p.Executions[i].Steps, err = steps(ctx, db, l.Tenant, p.Executions[i].ID); err != nil {
			return p, err
		}
	}
	return p, nil
}

func steps(ctx context.Context, db *pgx.Conn, tenant, execution uuid.UUID) ([]Step, error) {
	rows, err := db.Query(ctx, `select step, attempt, action_type, state, outcome, detail, until, retry_at,
			coalesce(error_message, skip_reason, '')
		from flow_action_logs where tenant_id = $1 and execution_id = $2 order by step, attempt`, tenant, execution)
	if err != nil {
		return nil, fmt.Errorf("read an execution's steps: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Step, err error) {
		return s, row.Scan(&s.Order, &s.Attempt, &s.Type, &s.State, &s.Outcome, &s.Detail, &s.Until, &s.RetryAt, &s.Reason)
	})
	if err != nil {
		return nil, fmt.Errorf("read an execution's steps: %w", err)
	}
	return found, nil
}
