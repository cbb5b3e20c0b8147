package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/clock"
	"github.com/auto-engagement/flows/internal/intake"
	"github.com/auto-engagement/flows/internal/postgres"
)

var update = flag.Bool("update", false, "write the examples anew")

// story is a day of a tenant. What it asks and is answered becomes the
// examples of the document, with the same ids and times in each run.
type story struct {
	*testBundle

	begun    time.Time
	ids      map[string]string
	examples map[string]*recorded // by operation id
	// instead has fixed texts for those of this run.
	instead map[string]string
}

// recorded is a file of examples.
type recorded struct {
	Request   map[string]any            `json:"request,omitempty"`
	Responses map[string]map[string]any `json:"responses"`
}

// play sends a request of an operation and keeps it, with its answer, under a
// name: of a failure that is its text. in fills the places of the path, and
// adds a query to it: "<id>", "<id>/3", "<id>?limit=5".
func (s *story) play(status int, operation, name, in string, body any) answer {
	s.t.Helper()
	method, path := s.operation(operation)
	places, query, _ := strings.Cut(in, "?")
	for place := range strings.SplitSeq(places, "/") {
		if found := firstPlace.FindString(path); found != "" {
			path = strings.Replace(path, found, place, 1)
		}
	}
	if query != "" {
		path += "?" + query
	}
	out := s.do(status, method, path, body)
	e := s.examples[operation]
	if e == nil {
		e = &recorded{Request: map[string]any{}, Responses: map[string]map[string]any{}}
		s.examples[operation] = e
	}
	if status >= http.StatusBadRequest {
		name = out.body["error"].(string)
	} else if body != nil {
		e.Request[name] = s.still(roundTrip(s.t, body))
	}
	code := strconv.Itoa(status)
	if e.Responses[code] == nil {
		e.Responses[code] = map[string]any{}
	}
	name = s.still(name).(string)
	require.NotContains(s.t, e.Responses[code], name, "%s has two examples of one name", operation)
	e.Responses[code][name] = s.still(roundTrip(s.t, json.RawMessage(out.raw)))
	return out
}

var firstPlace = regexp.MustCompile(`\{[a-z]+\}`)

func (s *story) operation(id string) (method, path string) {
	s.t.Helper()
	for path, item := range document().root["paths"].(object) {
		for method, op := range item.(object) {
			if op.(object)["operationId"] == id {
				return strings.ToUpper(method), path
			}
		}
	}
	require.Fail(s.t, "no operation "+id)
	return "", ""
}

func roundTrip(tb testing.TB, v any) (out any) {
	tb.Helper()
	raw, err := json.Marshal(v)
	require.NoError(tb, err)
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	require.NoError(tb, decoder.Decode(&out))
	return out
}

var (
	anyID      = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	anyAddress = regexp.MustCompile(`/webhooks/(bolna|leads|ses)/[A-Za-z0-9_-]{20,}$`)
	anyStamp   = regexp.MustCompile(`-\d{8}-\d{6}\.csv$`)
	anyInstant = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)
)

// still puts fixed ids and times in place of those of this run.
func (s *story) still(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			switch {
			case key == "request_id":
				v[key] = "0197e0b0-0000-7000-8000-00000000ffff"
			case key == "next_cursor" && v[key] != nil:
				v[key] = "AAZKJqrJoAABl-CwAABwAIAAAAAAAAAA"
			default:
				v[key] = s.still(v[key])
			}
		}
	case []any:
		for i := range v {
			v[i] = s.still(v[i])
		}
	case string:
		if at, err := time.Parse(time.RFC3339Nano, v); err == nil && anyInstant.MatchString(v) && at.After(s.begun) {
			return "2026-02-05T10:00:00.000Z"
		}
		for _, text := range slices.Sorted(maps.Keys(s.instead)) {
			v = strings.ReplaceAll(v, text, s.instead[text])
		}
		v = anyStamp.ReplaceAllString(v, "-20260205-100000.csv")
		v = anyAddress.ReplaceAllString(v, "/webhooks/$1/a-token-of-43-characters")
		return anyID.ReplaceAllStringFunc(v, func(id string) string {
			if s.ids[id] == "" {
				s.ids[id] = fmt.Sprintf("0197e0b0-0000-7000-8000-%012d", len(s.ids)+1)
			}
			return s.ids[id]
		})
	}
	return v
}

func TestExamplesAreWhatTheAPIAnswers(t *testing.T) {
	t.Parallel()
	// Each is told of a tenant of its own.
	for name, tell := range map[string]func(*story){
		"flows": (*story).tellOfFlows, "versions": (*story).tellOfVersions, "executions": (*story).tellOfExecutions,
		"leads": (*story).tellOfLeads, "contacts": (*story).tellOfContacts, "imports": (*story).tellOfImports,
		"templates": (*story).tellOfTemplates, "integrations": (*story).tellOfIntegrations, "analytics": (*story).tellOfAnalytics,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &story{testBundle: setup(t), begun: time.Now().Add(-time.Minute), ids: map[string]string{}, examples: map[string]*recorded{}}
			s.exec("update tenants set name = 'Rao Exports' where id = $1", s.a)
			tell(s)
			s.compare()
		})
	}
}

func (s *story) compare() {
	const how = "`go test ./internal/rest -run TestExamples -update && make generate` writes the examples of %s anew"
	for id, got := range s.examples {
		raw, err := json.MarshalIndent(got, "", "  ")
		require.NoError(s.t, err)
		raw = append(raw, '\n')
		path := filepath.Join("examples", id+".json")
		if *update {
			require.NoError(s.t, os.WriteFile(path, raw, 0o600))
			continue
		}
		kept, err := os.ReadFile(path)
		require.NoError(s.t, err, how, id)
		require.Equal(s.t, string(kept), string(raw), how, id)
	}
}

// nothing is an id that is nobody's.
var nothing = uuid.MustParse("0197e0b0-ffff-7000-8000-000000000000")

func (s *story) tellOfFlows() {
	for _, wrong := range []object{
		{"name": " "},
		{"name": "F", "use_custom_business_hours": true},
		{"name": "F", "business_hours_start": "9 o'clock"},
		{"name": "F", "business_hours_start": "18:00", "business_hours_end": "09:00"},
		{"name": "F", "business_hours_timezone": "Mars/Olympus"},
		{"name": "F", "actions": []object{wait, wait}},
		{"name": "F", "actions": []object{with(wait, "action_order", 0)}},
		{"name": "F", "actions": []object{with(call, "action_config", object{})}},
		{"name": "F", "actions": []object{with(whatsapp, "action_config", object{})}},
		{"name": "F", "actions": []object{with(email, "action_config", object{})}},
		{"name": "F", "actions": []object{with(wait, "action_config", object{"duration_minutes": 0})}},
		{"name": "F", "colour": "red"},
	} {
		s.play(http.StatusBadRequest, "create-flow", "", "", wrong)
	}
	made := s.play(http.StatusCreated, "create-flow", "A call, and a message when it was missed", "", object{
		"name": "Website leads", "is_enabled": true,
		"trigger_conditions": []object{{"condition_type": "lead_source", "condition_operator": "in", "condition_value": "Website, IndiaMART"}},
		"actions":            []object{call, whatsapp},
	}).data()["id"].(string)
	s.play(http.StatusBadRequest, "create-flow", "", "", object{"name": "F", "priority": 0})
	second := s.play(http.StatusCreated, "create-flow", "Hours of its own, a wait and an e-mail", "", object{
		"name": "Night leads", "description": "Waits for the morning", "use_custom_business_hours": true, "outside_hours": "defer",
		"business_hours_start": "09:00", "business_hours_end": "18:30", "business_hours_timezone": "Asia/Kolkata", "business_hours_days": []int{1, 2, 3, 4, 5},
		"actions": []object{with(wait, "action_order", 1), with(email, "action_order", 2)},
	}).data()["id"].(string)
	s.play(http.StatusOK, "list-flows", "Two flows by priority", "", nil)
	s.play(http.StatusBadRequest, "list-flows", "", "?limit=201", nil)
	s.play(http.StatusOK, "get-flow", "A flow with its conditions and actions", made, nil)
	s.play(http.StatusNotFound, "get-flow", "", nothing.String(), nil)
	s.play(http.StatusOK, "change-flow", "Another name; all else stays", made, object{"name": "Website and marketplace leads"})
	s.play(http.StatusBadRequest, "change-flow", "", made, object{"reentry_minutes": -1})
	s.play(http.StatusNotFound, "change-flow", "", nothing.String(), object{})
	s.play(http.StatusOK, "toggle-flow", "Switch off", second, object{"enabled": false})
	s.play(http.StatusBadRequest, "toggle-flow", "", second, object{"enabled": "yes"})
	s.play(http.StatusOK, "replace-conditions", "In camelCase", second, object{"conditions": []object{
		{"conditionType": "contact_field", "conditionOperator": "equals", "conditionValue": "IN", "customFieldName": "phone_country"},
	}})
	s.play(http.StatusOK, "replace-conditions", "In snake_case", second, object{"conditions": []object{fromA}})
	s.play(http.StatusBadRequest, "replace-conditions", "", second, object{"conditions": object{}})
	s.play(http.StatusOK, "replace-actions", "In camelCase", second, object{"actions": []object{
		{"actionOrder": 1, "actionType": "wait", "actionConfig": object{"duration_minutes": 60}},
	}})
	s.play(http.StatusOK, "replace-actions", "In snake_case", second, object{"actions": []object{with(wait, "action_order", 1), with(email, "action_order", 2)}})
	s.play(http.StatusBadRequest, "replace-actions", "", second, object{"actions": object{}})
	s.play(http.StatusOK, "change-priorities", "Two flows change places", "", object{"updates": []object{
		{"id": made, "priority": 1}, {"id": second, "priority": 0},
	}})
	s.play(http.StatusBadRequest, "change-priorities", "", "", object{})
	s.play(http.StatusBadRequest, "change-priorities", "", "", object{"updates": []object{{"id": made, "priority": 7}, {"id": second, "priority": 7}}})
	s.play(http.StatusBadRequest, "change-priorities", "", "", object{"updates": []object{{"id": made, "priority": 0}}})
	s.play(http.StatusNotFound, "change-priorities", "", "", object{"updates": []object{{"id": nothing, "priority": 9}}})
	s.play(http.StatusOK, "test-flow", "A lead as it could come", made, object{
		"contact_data": object{"name": "Asha Rao", "phone": "+919845012345", "lead_source": "Website"},
		"at":           "2026-02-05T10:00:00Z", "outcomes": object{"1": "missed"},
	})
	s.play(http.StatusBadRequest, "test-flow", "", made, object{"outcomes": object{"9": "missed"}})
	s.play(http.StatusNotFound, "test-flow", "", nothing.String(), object{})
	copied := s.play(http.StatusCreated, "duplicate-flow", "The copy is switched off", made, nil).data()["id"].(string)
	s.play(http.StatusNotFound, "duplicate-flow", "", nothing.String(), nil)
	s.play(http.StatusOK, "delete-flow", "Deleted", copied, nil)
	s.play(http.StatusNotFound, "delete-flow", "", copied, nil)
	exported := s.play(http.StatusOK, "export-flows", "Every flow", "", nil)
	s.play(http.StatusOK, "import-flows", "What would change", "", object{"dry_run": true, "flows": exported.data()["flows"]})
	s.play(http.StatusOK, "import-flows", "A new flow", "", object{"flows": []object{{"name": "Trade fair", "actions": []object{with(wait, "action_order", 1)}}}})
	s.play(http.StatusBadRequest, "import-flows", "", "", object{"flows": object{}})
}

func (s *story) tellOfVersions() {
	id := s.flow(object{"name": "Follow-up", "actions": []object{with(wait, "action_order", 1)}})
	s.do(http.StatusOK, "PATCH", "/flows/"+id, object{"name": "Follow-up of quotes"})
	s.play(http.StatusOK, "list-versions", "Two versions", id, nil)
	s.play(http.StatusNotFound, "list-versions", "", nothing.String(), nil)
	s.play(http.StatusOK, "get-version", "The first version", id+"/1", nil)
	s.play(http.StatusNotFound, "get-version", "", id+"/9", nil)
	s.play(http.StatusOK, "compare-versions", "What the change was", id+"/1?with=2", nil)
	s.play(http.StatusBadRequest, "compare-versions", "", id+"/1", nil)
	s.play(http.StatusNotFound, "compare-versions", "", id+"/1?with=9", nil)
	s.play(http.StatusOK, "restore-version", "The first version is the third now", id+"/1", nil)
	s.play(http.StatusNotFound, "restore-version", "", id+"/9", nil)
}

func (s *story) tellOfExecutions() {
	id := s.flow(object{"name": "Call back", "actions": []object{call}})
	run := s.play(http.StatusAccepted, "test-run-flow", "A call that is not answered", id, object{"contact_id": s.contact(), "outcomes": object{"1": "no_answer"}}).data()["id"].(string)
	s.play(http.StatusBadRequest, "test-run-flow", "", id, object{})
	s.play(http.StatusNotFound, "test-run-flow", "", nothing.String(), object{"contact_id": nothing})
	s.play(http.StatusOK, "list-executions", "Test runs, newest first", "?test_runs_only=true", nil)
	s.play(http.StatusBadRequest, "list-executions", "", "?status=asleep", nil)
	s.play(http.StatusOK, "list-flow-executions", "Those of one flow", id, nil)
	s.play(http.StatusNotFound, "list-flow-executions", "", nothing.String(), nil)
	s.exec(`insert into flow_action_logs (id, tenant_id, execution_id, step, action_id, action_type, action_config, state, started_at, completed_at, result_data)
		values ($1, $2, $3, 1, $1, 'ai_call', '{"agent_id": "agent-1", "phone_number_id": "pn-1"}', 'done', now(), now(), '{"simulated": true, "action_type": "ai_call", "to_phone": "+919845012345"}')`,
		uuid.Must(uuid.NewV7()), s.a, run)
	s.play(http.StatusOK, "get-execution", "An execution with its steps", run, nil)
	s.play(http.StatusNotFound, "get-execution", "", nothing.String(), nil)
	s.play(http.StatusOK, "cancel-execution", "With a reason", run, object{"reason": "wrong list"})
	s.play(http.StatusNotFound, "cancel-execution", "", run, nil)
	s.play(http.StatusOK, "bulk-cancel-executions", "All that runs of a flow", "", object{"filter": object{"flow_id": id}, "reason": "The offer has ended"})
	s.play(http.StatusBadRequest, "bulk-cancel-executions", "", "", object{})
}

func (s *story) tellOfLeads() {
	s.flow(object{"name": "Website leads", "is_enabled": true, "actions": []object{call}, "trigger_conditions": []object{
		{"condition_type": "lead_source", "condition_operator": "in", "condition_value": "Website, IndiaMART"},
	}})
	s.play(http.StatusAccepted, "create-lead", "A lead", "", object{
		"id": "lead-8f2c", "lead_source": "Website", "notes": "wants a demo",
		"contact": object{"name": "Asha Rao", "phone": "+91 98450 12345", "email": "asha@example.com", "city": "Pune", "tags": []string{"hot"}, "custom_fields": object{"budget": 250000}},
	})
	event := object{
		"specversion": "1.0", "id": "lead-8f2d", "source": "indiamart", "type": "lead.created",
		"data": object{"contact": object{"phone": "+919845012346"}, "lead_source": "IndiaMART"},
	}
	s.play(http.StatusAccepted, "create-lead", "A whole event", "", event)
	s.play(http.StatusAccepted, "create-lead", "The older body", "", object{"lead_name": "Asha Rao", "recipient_phone_number": "9845012345", "Source": "Form", "id": "17"})
	s.play(http.StatusBadRequest, "create-lead", "", "", object{"contact": object{"name": "Asha Rao"}})
	decider := &intake.Intake{Store: postgres.IntakeStore{Pool: s.db.App}, Machines: idleMachines{}, Clock: clock.Clock{}}
	require.Empty(s.t, decider.Process(context.Background(), []intake.Record{{MessageID: "m", Body: s.queue.sent[0]}}))
	leads := s.play(http.StatusOK, "list-leads", "Leads, newest first", "", nil).list()
	s.play(http.StatusBadRequest, "list-leads", "", "?from=2026-02-09&to=2026-02-05", nil)
	for _, lead := range leads {
		if lead["event_id"] == "lead-8f2c" {
			s.play(http.StatusOK, "get-lead", "A lead with its decision", lead["id"].(string), nil)
		}
	}
	s.play(http.StatusNotFound, "get-lead", "", nothing.String(), nil)
	s.dead.messages = 1
	s.refusedLead(s.a, "rejected", "10 seconds")
	s.play(http.StatusOK, "list-dead-letters", "A lead was refused", "", nil)
	s.play(http.StatusOK, "list-suggestions", "Sources seen", "?field=lead_source", nil)
	s.play(http.StatusBadRequest, "list-suggestions", "", "?field=colour", nil)
	s.play(http.StatusOK, "get-me", "The owner", "", nil)
}

func exampleFiles(t *testing.T) (names []string) {
	t.Helper()
	files, err := os.ReadDir("examples")
	require.NoError(t, err)
	for _, file := range files {
		names = append(names, file.Name())
	}
	return names
}
