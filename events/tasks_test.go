package events_test

import (
	"encoding/json"
	"os"

	"github.com/auto-engagement/flows/internal/engine"
)

// What the tasks of the state machine answer: the directive to follow next.
var taskEvents = map[string]want{
	"plan/fresh-execution": {
		answer: `{"v": 1, "run_no": 1, "kind": "ai_call", "step": 1, "attempt": 1}`,
		rows:   map[string]string{"select started_at is not null from flow_executions where id = '" + executionID(1) + "'": "true"},
	},
	"plan/call-missed": {answer: `{"v": 1, "run_no": 1, "kind": "whatsapp_message", "step": 2, "attempt": 1}`},
	"plan/message-sent": {
		answer: `{"v": 1, "run_no": 1, "kind": "wait", "step": 3, "attempt": 1, "until": "…"}`,
		rows:   map[string]string{step(3, 3): "planned", stepField(3, 3, "until > now()"): "true", watched(3): "true"},
	},
	"plan/call-under-way": {
		answer: `{"v": 1, "run_no": 1, "kind": "await", "step": 1, "attempt": 1}`,
		rows:   map[string]string{watched(14): "true"},
	},
	"plan/old-run-number":       {answer: doneWith(1), rows: map[string]string{status(4): "running", watched(4): "false"}},
	"plan/ended-execution":      {answer: doneWith(1), rows: map[string]string{status(5): "completed"}},
	"plan/unknown-execution":    {answer: doneWith(1)},
	"plan/step-held-by-another": {fails: "Transient"},

	"call/place": {
		answer: `{"v": 1, "run_no": 1, "kind": "await", "step": 1, "attempt": 1}`,
		asked:  []string{"GET /bolna/phone-numbers/all 200", "POST /bolna/call 200"},
		rows: map[string]string{
			step(6, 1): "sent", stepField(6, 1, "provider_id <> ''"): "true", stepField(6, 1, "result_data ->> 'call_outcome'"): "initiated",
			watched(6): "true",
		},
	},
	"call/told-to-slow-down": {
		answer: `{"v": 1, "run_no": 1, "kind": "wait", "step": 1, "attempt": 1, "until": "…"}`,
		asked:  []string{"GET /bolna/phone-numbers/all 200", "POST /bolna/call 429"},
		rows:   map[string]string{step(7, 1): "planned", stepField(7, 1, "retry_at > now() - interval '30 seconds'"): "true"},
	},
	"call/contact-refused-since": {
		answer: `{"v": 1, "run_no": 1, "kind": "wait", "step": 3, "attempt": 1, "until": "…"}`,
		rows:   map[string]string{step(8, 1): "skipped", stepField(8, 1, "skip_kind"): "dnc", step(8, 2): "skipped"},
	},
	"call/placed-before": {
		answer: `{"v": 1, "run_no": 1, "kind": "await", "step": 1, "attempt": 1}`,
		rows:   map[string]string{stepField(14, 1, "provider_id"): "bolna-14"},
	},
	"call/step-held-by-another": {fails: "Transient", rows: map[string]string{step(25, 1): "claimed"}},
	"call/old-run-number":       {answer: doneWith(1), rows: map[string]string{steps(4): "0"}},

	"whatsapp/send": {
		answer: `{"v": 1, "run_no": 1, "kind": "wait", "step": 3, "attempt": 1, "until": "…"}`,
		asked:  []string{"POST /whatsapp/v23.0/106540352242922/messages 200"},
		rows:   map[string]string{step(10, 2): "sent", stepField(10, 2, "result_data ->> 'status'"): "sent"},
	},
	"whatsapp/not-on-whatsapp": {
		answer: `{"v": 1, "run_no": 1, "kind": "wait", "step": 3, "attempt": 1, "until": "…"}`,
		asked:  []string{"POST /whatsapp/v23.0/106540352242922/messages 400"},
		rows:   map[string]string{step(11, 2): "failed", stepField(11, 2, "result_data ->> 'error_code'"): "131026"},
	},

	"email/send": {
		answer: doneWith(1), asked: []string{"DATA mail 250"},
		rows: map[string]string{
			step(12, 4): "sent", stepField(12, 4, "result_data ->> 'subject'"): "Hello Lata Iyer", status(12): "completed",
		},
	},
	"email/mailbox-unknown": {
		answer: doneWith(1), asked: []string{"RCPT mail 550"},
		rows: map[string]string{step(13, 4): "failed", stepField(13, 4, "error_message <> ''"): "true", status(13): "completed"},
	},

	"await/call-under-way": {
		answer: `{}`,
		rows:   map[string]string{stepField(14, 1, "token"): tokenOf("await/call-under-way")},
	},
	"await/outcome-known":  {answer: `{}`, answered: []string{tokenOf("await/outcome-known")}},
	"await/old-run-number": {answer: `{}`, answered: []string{tokenOf("await/old-run-number")}},
}

// doneWith is the directive that ends a machine.
func doneWith(run int) string {
	answer, err := json.Marshal(map[string]any{"v": 1, "run_no": run, "kind": "done", "step": 0, "attempt": 0})
	if err != nil {
		panic(err) // numbers and a text
	}
	return string(answer)
}

// watched says whether due work looks after an execution in the near future,
// and not, as seed.sql has it, from 2100 on.
func watched(n int) string {
	return "select due_at < '2100-01-01' from due_work where kind = 'run' and ref = '" + executionID(n) + "'"
}

// tokenOf is the task token of an event.
func tokenOf(name string) string {
	var event engine.Input
	raw, err := os.ReadFile(name + ".json")
	if err == nil {
		err = json.Unmarshal(raw, &event)
	}
	if err != nil {
		panic(err) // the file is part of the package
	}
	return event.Token
}
