package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

// execution is a row of flow_executions.
type execution struct {
	ID           uuid.UUID
	TenantID     uuid.UUID
	FlowID       *uuid.UUID
	FlowVersion  *int
	FlowName     *string
	ContactID    uuid.UUID
	LeadEventID  *uuid.UUID
	Status       flow.ExecutionStatus
	RunNo        int
	NotBefore    *time.Time
	ErrorMessage *string
	CancelDoneAt *time.Time
	TriggeredAt  time.Time
	CompletedAt  *time.Time
}

// step is a row of flow_action_logs.
type step struct {
	ID           uuid.UUID
	Step         int
	Attempt      int
	ActionType   flow.ActionType
	ActionConfig json.RawMessage
	State        flow.State
	Until        *time.Time
	ProviderID   string
	Outcome      flow.Outcome
	Detail       string
	Reported     bool
	Tries        int
	Token        *string
	ResultData   json.RawMessage
	ErrorMessage *string
	SkipReason   *string
	CompletedAt  *time.Time
}

// status is the step's status as the HTTP contract shows it.
func (s step) status() flow.LogStatus {
	return flow.Step{State: s.State, Type: s.ActionType, Until: s.Until}.Status()
}

// result is a field of result_data.
func (s step) result(field string) any {
	var all map[string]any
	_ = json.Unmarshal(s.ResultData, &all) // absent is empty
	return all[field]
}

func (s step) String() string {
	text := fmt.Sprintf("%d %s %s", s.Step, s.ActionType, s.status())
	if s.Attempt > 1 {
		text = fmt.Sprintf("%d.%d %s %s", s.Step, s.Attempt, s.ActionType, s.status())
	}
	if s.Outcome != "" {
		text += " " + string(s.Outcome)
	}
	return text
}

// event is a row of lead_events.
type event struct {
	ID        uuid.UUID
	ContactID *uuid.UUID
	Outcome   flow.LeadOutcome
	Reason    string
	Decision  *decision
}

// decision is what a lead event's decision says.
type decision struct {
	flow.Decision
	Contact struct {
		ID  uuid.UUID `json:"id"`
		New bool      `json:"new"`
	} `json:"contact"`
}

// of is what was decided of one flow.
func (d *decision) of(t *testing.T, id uuid.UUID) flow.FlowDecision {
	t.Helper()
	for _, f := range d.Flows {
		if f.FlowID == id {
			return f
		}
	}
	t.Fatalf("the decision does not mention flow %s: %+v", id, d)
	return flow.FlowDecision{}
}

// rows reads all rows of a query into structs, by column names.
func rows[T any](s *stack, t *testing.T, sql string, args ...any) []T {
	t.Helper()
	found, err := s.db.Query(t.Context(), sql, args...)
	require.NoError(t, err, sql)
	list, err := pgx.CollectRows(found, pgx.RowToStructByNameLax[T])
	require.NoError(t, err, sql)
	return list
}

// count reads one number.
func (s *stack) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, s.db.QueryRow(t.Context(), sql, args...).Scan(&n), sql)
	return n
}

// exec changes rows behind the stack's back.
func (s *stack) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	_, err := s.db.Exec(t.Context(), sql, args...)
	require.NoError(t, err, sql)
}

const executionColumns = `id, tenant_id, flow_id, flow_version, flow_name, contact_id, lead_event_id, status, run_no,
	not_before, error_message, cancel_done_at, triggered_at, completed_at`

func (s *stack) execution(t *testing.T, id uuid.UUID) execution {
	t.Helper()
	found := rows[execution](s, t, "select "+executionColumns+" from flow_executions where id = $1", id)
	require.Len(t, found, 1, "execution %s", id)
	return found[0]
}

// steps are an execution's steps, by order and attempt.
func (s *stack) steps(t *testing.T, id uuid.UUID) []step {
	t.Helper()
	return rows[step](s, t, `select id, step, attempt, action_type, action_config, state, until, provider_id, outcome,
		detail, reported, tries, token, result_data, error_message, skip_reason, completed_at
		from flow_action_logs where execution_id = $1 order by step, attempt`, id)
}

// ledger is an execution's steps, one short line each: order, type, status as
// the contract shows it, and a call's outcome.
func (s *stack) ledger(t *testing.T, id uuid.UUID) []string {
	t.Helper()
	lines := []string{}
	for _, row := range s.steps(t, id) {
		lines = append(lines, row.String())
	}
	return lines
}

// explain tells all that is known of an execution, for a failing test.
func (s *stack) explain(t *testing.T, id uuid.UUID) string {
	t.Helper()
	var b strings.Builder
	for title, sql := range map[string]string{
		"execution":       "select to_jsonb(x) from flow_executions x where id = $1",
		"steps":           "select to_jsonb(x) - 'token' - 'action_config' from flow_action_logs x where execution_id = $1 order by step, attempt",
		"due work":        "select to_jsonb(x) from due_work x where ref = $1::uuid::text or ref in (select id::text from flow_action_logs where execution_id = $1)",
		"events unsolved": "select to_jsonb(x) - 'body' from provider_events x where applied_at is null and tenant_id = (select tenant_id from flow_executions where id = $1)",
	} {
		found, err := s.db.Query(t.Context(), sql, id)
		if err != nil {
			fmt.Fprintf(&b, "%s: %v\n", title, err)
			continue
		}
		lines, err := pgx.CollectRows(found, pgx.RowTo[string])
		fmt.Fprintf(&b, "%s (%v):\n  %s\n", title, err, strings.Join(lines, "\n  "))
	}
	for run := 1; run <= max(1, s.execution(t, id).RunNo); run++ {
		fmt.Fprintf(&b, "run %d: %s\n", run, s.history(t, id, run))
	}
	fmt.Fprintf(&b, "logs:\n%s", s.logs(t, id.String()))
	return b.String()
}

// logs are the functions' log lines that hold a text.
func (s *stack) logs(t *testing.T, text string) string {
	t.Helper()
	lines, err := s.cloud.Logs(t.Context(), s.name(), "", s.opened, map[string]bool{})
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, line := range lines {
		if strings.Contains(line.Text, text) {
			fmt.Fprintf(&b, "  %s %s %s\n", line.At.Format("15:04:05.000"), line.Function, line.Text)
		}
	}
	return b.String()
}
