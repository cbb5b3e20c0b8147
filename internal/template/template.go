// Package template renders placeholders in Liquid.
package template

import (
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/osteele/liquid"

	"github.com/auto-engagement/flows/internal/flow"
)

var engine = func() *liquid.Engine {
	e := liquid.NewEngine()
	e.StrictVariables()
	return e
}()

// Vars are the variables that a contact offers. Empty fields are missing.
func Vars(c flow.Contact, extra map[string]any) map[string]any {
	vars := map[string]any{"custom": c.CustomFields}
	for k, v := range extra {
		vars[k] = v
	}
	for k, v := range map[string]string{"name": c.Name, "first_name": strings.SplitN(c.Name, " ", 2)[0], "phone": c.Phone,
		"email": c.Email, "company": c.Company, "city": c.City, "country": c.Country} {
		if v != "" {
			vars[k] = v
		}
	}
	return vars
}

// Render renders a text.
func Render(text string, vars map[string]any) (string, error) {
	out, err := engine.ParseAndRenderString(text, vars)
	if err != nil {
		return "", fmt.Errorf("%w", err)
	}
	return out, nil
}

// RenderHTML renders a text whose values are escaped.
func RenderHTML(text string, vars map[string]any) (string, error) {
	return Render(text, escaped(vars).(map[string]any))
}

func escaped(v any) any {
	switch v := v.(type) {
	case string:
		return html.EscapeString(v)
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			out[k] = escaped(e)
		}
		return out
	default:
		return v
	}
}

var bare = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`)

// RenderMapping renders a variable mapping: a bare identifier means its value.
func RenderMapping(text string, vars map[string]any) (string, error) {
	if bare.MatchString(text) {
		text = "{{ " + text + " }}"
	}
	return Render(text, vars)
}
