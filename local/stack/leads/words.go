package leads

import (
	"fmt"
	"strings"
	"time"

	"github.com/auto-engagement/flows/local/stack/console"
)

// channels are the words for action types.
var channels = map[string]string{"ai_call": "call", "whatsapp_message": "WhatsApp", "email": "e-mail", "wait": "wait"}

// Name is the step's kind, with its attempt from the second on.
func (s Step) Name() string {
	name := channels[s.Type]
	if name == "" {
		name = s.Type
	}
	if s.Attempt > 1 {
		name += fmt.Sprintf(" (attempt %d)", s.Attempt)
	}
	return name
}

// Says is how the step stands, in words.
func (s Step) Says() string {
	switch s.State {
	case "planned":
		if at := s.goesOn(); at != nil {
			return "waits until " + at.Local().Format(time.TimeOnly)
		}
		return "planned"
	case "queued":
		return "waits for a line"
	case "claimed":
		return "asking the provider"
	case "unknown":
		return "the provider did not answer; looking it up"
	case "sent":
		if s.Type == "ai_call" {
			return "placed"
		}
		return "sent"
	case "done":
		return s.success()
	default:
		return withReason(s.State, s.Reason)
	}
}

func (s Step) goesOn() *time.Time {
	if s.RetryAt != nil {
		return s.RetryAt
	}
	return s.Until
}

func (s Step) success() string {
	switch s.Type {
	case "ai_call":
		if s.Outcome != "answered" && s.Detail != "" {
			return s.Outcome + " (" + strings.ReplaceAll(s.Detail, "_", " ") + ")"
		}
		return s.Outcome
	case "wait":
		return "over"
	default:
		return "delivered"
	}
}

// Decision is what the matcher made of the lead, in words.
func (p Progress) Decision() string {
	if p.Outcome != "matched" {
		return withReason(p.Outcome, p.Reason)
	}
	names := make([]string, 0, len(p.Executions))
	for _, e := range p.Executions {
		names = append(names, "“"+e.Flow+"”")
	}
	return "enters " + strings.Join(names, ", ")
}

// Result is how the lead's executions ended, in words.
func (p Progress) Result() string {
	if len(p.Executions) == 0 {
		return withReason(p.Outcome, p.Reason)
	}
	results := make([]string, 0, len(p.Executions))
	for _, e := range p.Executions {
		results = append(results, withReason(e.Status, e.Error))
	}
	return strings.Join(results, ", ")
}

// Path is the steps taken, in words.
func (p Progress) Path() string {
	var path []string
	for _, e := range p.Executions {
		for _, s := range e.Steps {
			if s.State != "skipped" {
				path = append(path, s.Name()+" "+s.Says())
			}
		}
	}
	return strings.Join(path, " → ")
}

// Table shows what has become of leads, a row for each execution.
func Table(sent []Lead, progress []Progress) string {
	rows := [][]string{{"Lead", "From", "Flow", "Steps taken", "Result"}}
	for i, l := range sent {
		executions := progress[i].Executions
		if len(executions) == 0 {
			rows = append(rows, []string{l.Title(), l.LeadSource, "", "", progress[i].Result()})
		}
		for _, e := range executions {
			one := Progress{Executions: []Execution{e}}
			rows = append(rows, []string{l.Title(), l.LeadSource, e.Flow, one.Path(), one.Result()})
		}
	}
	return console.Table(rows)
}

func withReason(word, reason string) string {
	if reason == "" {
		return word
	}
	return word + ": " + reason
}
