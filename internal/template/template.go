// Package template renders the Liquid placeholders of messages and mails:
// {{ name }}, {{ name | default: "there" }}, {{ custom.budget }}, and the usual
// tags and filters (github.com/osteele/liquid).
//
// It differs from plain Liquid where a message to a person demands it: a
// variable without a value is an error that names it, unless the default
// filter catches it; a placeholder that is never closed is an error; nothing
// is read from files; and the work that a template can cause is bounded.
package template

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Bounds of one rendering. A template that exceeds them is an error.
const (
	// MaxSource bounds a template, in bytes.
	MaxSource = 512 << 10
	// MaxOutput bounds what is rendered, in bytes.
	MaxOutput = 1 << 20
)

// MissingVariableError says that a template prints a variable that has no
// value, without a default.
type MissingVariableError struct {
	// Name is the variable as the template writes it, for example custom.budget.
	Name string
}

// Error is a sentence for people.
func (e *MissingVariableError) Error() string {
	return fmt.Sprintf("the variable %q has no value, and no default is given", e.Name)
}

var (
	text = newEngine(false)
	html = newEngine(true)
)

// Render renders a template as plain text: the body of a message, a subject.
// The error is a *MissingVariableError, or describes what is wrong with the
// template, in words for people. Absent, nil and an empty list of a kind are
// told apart as Liquid does; an empty string is a value.
func Render(source string, vars map[string]any) (string, error) {
	return text.render(source, vars)
}

// RenderHTML renders a template as HTML: what comes from variables is escaped
// (& < > " '), what the template itself says is not. The filter escape does
// nothing more to a value, and newline_to_br makes its line breaks <br />.
func RenderHTML(source string, vars map[string]any) (string, error) {
	return html.render(source, vars)
}

// Check reports whether a template can be rendered, given its variables.
func Check(source string) error {
	_, err := text.parse(source)
	return err
}

var bareIdentifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*$`)

// Mapping is the template that the value of a variable mapping stands for: a
// bare identifier such as name or custom.budget means its placeholder,
// anything else is a template as it is.
func Mapping(value string) string {
	if trimmed := strings.TrimSpace(value); bareIdentifier.MatchString(trimmed) {
		return "{{ " + trimmed + " }}"
	}
	return value
}

// errTooLarge is the error of a template whose output exceeds MaxOutput.
var errTooLarge = errors.New("the template renders to more text than is allowed")

// errTooMuchWork is the error of a template that loops without end.
var errTooMuchWork = errors.New("the template takes too much work to render")
