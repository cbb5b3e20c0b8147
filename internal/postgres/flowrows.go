package postgres

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/postgres/db"
)

// flowRead is the three queries that read a flow whole.
type flowRead struct {
	flows      *[]db.AutoEngagementFlow
	conditions *[]db.FlowTriggerCondition
	actions    *[]db.FlowAction
}

// pipeFlow queues them; query is the one that reads, and may lock, the flow.
func pipeFlow(pipe *Pipe, query string, tenant, id uuid.UUID) flowRead {
	return flowRead{
		flows:      Rows[db.AutoEngagementFlow](pipe, query, tenant, id),
		conditions: Rows[db.FlowTriggerCondition](pipe, db.FlowConditions, tenant, id),
		actions:    Rows[db.FlowAction](pipe, db.FlowActions, tenant, id),
	}
}

func (r flowRead) flow() (flow.Stored, error) {
	if len(*r.flows) == 0 {
		return flow.Stored{}, flow.ErrFlowNotFound
	}
	out := storedFlow((*r.flows)[0])
	for _, c := range *r.conditions {
		out.Conditions = append(out.Conditions, flow.Condition{
			ID: c.ID, Type: flow.ConditionType(c.ConditionType), Operator: flow.Operator(c.ConditionOperator),
			Value: c.ConditionValue, CustomFieldName: c.CustomFieldName, Group: int(c.ConditionGroup),
			CreatedAt: c.CreatedAt.UTC(),
		})
	}
	for _, a := range *r.actions {
		out.Actions = append(out.Actions, flow.Action{
			ID: a.ID, Order: int(a.ActionOrder), Type: flow.ActionType(a.ActionType), Config: a.ActionConfig,
			ConditionType: (*flow.StepConditionType)(a.ConditionType), ConditionValue: a.ConditionValue,
			CreatedAt: a.CreatedAt.UTC(),
		})
	}
	return out, nil
}

// storedFlow reads a flow's row; conditions and actions are empty lists.
func storedFlow(row db.AutoEngagementFlow) flow.Stored {
	days := make([]int, len(row.BusinessHoursDays))
	for i, d := range row.BusinessHoursDays {
		days[i] = int(d)
	}
	return flow.Stored{
		Definition: flow.Definition{
			ID: row.ID, Name: row.Name, Description: row.Description, IsEnabled: row.IsEnabled,
			Priority: int(row.Priority), UseCustomBusinessHours: row.UseCustomBusinessHours,
			BusinessHoursStart: timeOfDay(row.BusinessHoursStart), BusinessHoursEnd: timeOfDay(row.BusinessHoursEnd),
			BusinessHoursTimezone: row.BusinessHoursTimezone, BusinessHoursDays: days,
			OutsideHours: flow.OutsideHours(row.OutsideHours), ReentryMinutes: int(row.ReentryMinutes),
			Version: int(row.Version), Conditions: []flow.Condition{}, Actions: []flow.Action{},
		},
		CreatedAt: row.CreatedAt.UTC(), UpdatedAt: row.UpdatedAt.UTC(), CreatedBy: row.CreatedBy,
	}
}

// columns are a flow's columns as both writing statements take them.
type columns db.InsertFlowParams

func flowColumns(tenant uuid.UUID, d flow.Definition, now time.Time) columns {
	days := make([]int32, len(d.BusinessHoursDays))
	for i, day := range d.BusinessHoursDays {
		days[i] = int32(day)
	}
	return columns{
		ID: d.ID, TenantID: tenant, Name: d.Name, Description: d.Description, IsEnabled: d.IsEnabled,
		Priority: int32(d.Priority), UseCustomBusinessHours: d.UseCustomBusinessHours,
		BusinessHoursStart: pgTime(d.BusinessHoursStart), BusinessHoursEnd: pgTime(d.BusinessHoursEnd),
		BusinessHoursTimezone: d.BusinessHoursTimezone, BusinessHoursDays: days,
		OutsideHours: string(d.OutsideHours), ReentryMinutes: int32(d.ReentryMinutes),
		Version: int32(d.Version), Now: now,
	}
}

// insert gives the arguments of db.InsertFlow.
func (c columns) insert(createdBy *string) []any {
	return []any{
		c.ID, c.TenantID, c.Name, c.Description, c.IsEnabled, c.Priority, c.UseCustomBusinessHours,
		c.BusinessHoursStart, c.BusinessHoursEnd, c.BusinessHoursTimezone, c.BusinessHoursDays, c.OutsideHours,
		c.ReentryMinutes, c.Version, c.Now, createdBy,
	}
}

// update gives the arguments of db.UpdateFlow.
func (c columns) update() []any {
	return []any{
		c.Name, c.Description, c.IsEnabled, c.Priority, c.UseCustomBusinessHours, c.BusinessHoursStart,
		c.BusinessHoursEnd, c.BusinessHoursTimezone, c.BusinessHoursDays, c.OutsideHours, c.ReentryMinutes,
		c.Version, c.Now, c.TenantID, c.ID,
	}
}

func writeDetails(pipe *Pipe, tenant uuid.UUID, d flow.Definition) {
	if len(d.Conditions) > 0 {
		pipe.Exec(db.InsertFlowConditions, tenant, d.ID, mustJSON(d.Conditions))
	}
	if len(d.Actions) > 0 {
		pipe.Exec(db.InsertFlowActions, tenant, d.ID, mustJSON(d.Actions))
	}
}

func writeVersion(pipe *Pipe, tenant uuid.UUID, d flow.Definition, now time.Time, by string) error {
	definition, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("encode version %d of flow %s: %w", d.Version, d.ID, err)
	}
	pipe.Exec(db.InsertFlowVersion, tenant, d.ID, d.Version, json.RawMessage(definition), now, orNil(by))
	return nil
}

// withIDs gives an id and an instant of creation to what has none, and sorts
// actions by their order.
func withIDs(d flow.Definition, now time.Time) flow.Definition {
	d.Conditions, d.Actions = slices.Clone(d.Conditions), slices.Clone(d.Actions)
	if d.Conditions == nil {
		d.Conditions = []flow.Condition{}
	}
	if d.Actions == nil {
		d.Actions = []flow.Action{}
	}
	for i := range d.Conditions {
		if c := &d.Conditions[i]; c.ID == uuid.Nil {
			c.ID, c.CreatedAt = uuid.Must(uuid.NewV7()), now
		}
	}
	for i := range d.Actions {
		if a := &d.Actions[i]; a.ID == uuid.Nil {
			a.ID, a.CreatedAt = uuid.Must(uuid.NewV7()), now
		}
	}
	slices.SortFunc(d.Actions, func(a, b flow.Action) int { return a.Order - b.Order })
	return d
}

// same compares definitions by what they say: jsonb does not keep the order
// of an object's keys.
func same(a, b flow.Definition) bool {
	return reflect.DeepEqual(generic(withIDs(a, time.Time{})), generic(withIDs(b, time.Time{})))
}

func generic(d flow.Definition) any {
	var v any
	if err := json.Unmarshal(mustJSON(d), &v); err != nil {
		panic(err) // it was just encoded
	}
	return v
}

// mustJSON encodes definitions and their parts; their action_config is JSON
// that was decoded before.
func mustJSON(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

const microsecondsPerSecond = 1_000_000

// pgTime reads "HH:MM:SS", which was validated.
func pgTime(s *string) pgtype.Time {
	if s == nil {
		return pgtype.Time{}
	}
	var seconds int64
	for part := range strings.SplitSeq(*s, ":") {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			panic(err) // a time of day that was not validated is a bug
		}
		seconds = seconds*60 + n
	}
	return pgtype.Time{Microseconds: seconds * microsecondsPerSecond, Valid: true}
}

func timeOfDay(t pgtype.Time) *string {
	if !t.Valid {
		return nil
	}
	seconds := t.Microseconds / microsecondsPerSecond
	s := fmt.Sprintf("%02d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	return &s
}

// containing is the ILIKE pattern that finds s anywhere; "" for no search.
func containing(s string) string {
	if s == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) + "%"
}

func total(count []int64) flow.Total {
	n := int(count[0])
	return flow.Total{Count: min(n, flow.MaxCounted), Capped: n > flow.MaxCounted}
}

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
