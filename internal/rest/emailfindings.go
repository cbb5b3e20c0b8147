package rest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/template"
)

// Warning is something in an e-mail template that works, but perhaps not as meant.
type Warning struct {
	Code    string `json:"code" enum:"unknown_variable,no_default,no_text"`
	Field   string `json:"field" enum:"subject,html,body_text"`
	Message string `json:"message"`
}

// The codes of warnings.
const (
	unknownVariable = "unknown_variable"
	noDefault       = "no_default"
	noText          = "no_text"
)

// part is one of a template's texts, by its name in JSON.
type part struct{ field, source string }

func partsOf(t flow.EmailTemplate) []part {
	return []part{{"subject", t.Subject}, {"html", t.HTML}, {"body_text", t.Text}}
}

// templateProblems finds everything wrong with a template, its Liquid included.
func templateProblems(t *flow.EmailTemplate) []flow.FieldError {
	return append(flow.ValidateEmailTemplate(t), liquidProblems(*t)...)
}

func liquidProblems(t flow.EmailTemplate) (out []flow.FieldError) {
	for _, p := range partsOf(t) {
		if err := template.Check(p.source); err != nil {
			out = append(out, flow.FieldError{Field: p.field, Message: p.field + ": " + err.Error()})
		}
	}
	return out
}

// alwaysThere are variables that every mail's contact and execution have.
var alwaysThere = []string{"email", "flow_name", "trigger_source", unsubscribeURL}

// unsubscribeURL is what only mails have: the address at which the contact
// says that it wants no more.
const unsubscribeURL = "unsubscribe_url"

// findings are the variables of a template, each once, and what is odd in it.
func findings(t flow.EmailTemplate) (variables []string, warnings []Warning) {
	variables, warnings = []string{}, []Warning{}
	for _, p := range partsOf(t) {
		for _, v := range template.Variables(p.source) {
			if !slices.Contains(variables, v.Name) {
				variables = append(variables, v.Name)
			}
			switch {
			case !template.Known(v.Name) && v.Name != unsubscribeURL:
				warnings = append(warnings, Warning{unknownVariable, p.field, fmt.Sprintf("No contact has a variable %q", v.Name)})
			case v.Printed && !slices.Contains(alwaysThere, v.Name):
				warnings = append(warnings, Warning{noDefault, p.field, fmt.Sprintf(
					"A contact without %s cannot be sent this: give a default, such as {{ %s | default: \"…\" }}", v.Name, v.Name)})
			}
		}
	}
	if strings.TrimSpace(t.Text) == "" {
		warnings = append(warnings, Warning{noText, "body_text", "There is no text part: mail without one is more often taken for spam"})
	}
	return variables, warnings
}
