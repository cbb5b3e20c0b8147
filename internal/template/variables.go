package template

import (
	"slices"
	"strings"

	"github.com/osteele/liquid/parser"
)

// Variable is a variable that a template reads from outside.
type Variable struct {
	// Name is as the template writes it, for example custom.budget.
	Name string
	// Printed is true when it stands in a placeholder without a default, so
	// that a contact who lacks it cannot be sent the template.
	Printed bool
}

// Variables lists the variables that a template reads, in the order of their
// first use, each once. What the template itself sets (assign, capture, for)
// is not among them. A template that does not parse has none.
func Variables(source string) []Variable {
	if Check(source) != nil {
		return nil
	}
	var found reader
	verbatim := ""
	for _, tok := range parser.Scan(source, parser.SourceLoc{LineNo: 1}, nil) {
		switch {
		case verbatim != "":
			if tok.Type == parser.TagTokenType && tok.Name == verbatim {
				verbatim = ""
			}
		case tok.Type == parser.ObjTokenType:
			paths, defaulted := pathsOf(tok.Args)
			found.add(paths, !defaulted)
		case tok.Type == parser.TagTokenType && (tok.Name == "raw" || tok.Name == "comment"):
			verbatim = "end" + tok.Name
		case tok.Type == parser.TagTokenType:
			found.tag(tok.Name, tok.Args)
		}
	}
	return found.variables
}

// reader collects the variables of a template from its beginning to its end.
type reader struct {
	variables []Variable
	// own are the names that the template has set so far.
	own []string
}

// tag reads the arguments of a tag.
func (r *reader) tag(name, arguments string) {
	switch name {
	case "assign":
		target, expression, _ := strings.Cut(arguments, "=")
		r.read(expression)
		r.own = append(r.own, strings.TrimSpace(target))
	case "capture", "increment", "decrement":
		r.own = append(r.own, strings.TrimSpace(arguments))
	case "for", "tablerow":
		item, expression, _ := strings.Cut(arguments, " in ")
		// What follows the list are the loop's own words: reversed, limit:2.
		list := strings.Fields(strings.TrimSpace(expression))
		if len(list) > 0 {
			r.read(list[0])
		}
		r.own = append(r.own, strings.TrimSpace(item), "forloop", "tablerowloop")
	case "if", "elsif", "unless", "case", "when":
		r.read(arguments)
	}
}

func (r *reader) read(expression string) {
	paths, _ := pathsOf(expression)
	r.add(paths, false)
}

func (r *reader) add(paths []string, printed bool) {
	for _, path := range paths {
		if slices.Contains(r.own, Root(path)) {
			continue
		}
		at := slices.IndexFunc(r.variables, func(v Variable) bool { return v.Name == path })
		if at < 0 {
			r.variables = append(r.variables, Variable{Name: path, Printed: printed})
			continue
		}
		r.variables[at].Printed = r.variables[at].Printed || printed
	}
}

// Root is the first name of a variable's path: custom of custom.budget.
func Root(path string) string {
	if end := strings.IndexAny(path, ".["); end >= 0 {
		return path[:end]
	}
	return path
}

// Known reports whether a variable is one that Vars, or a live execution, may
// give a value to.
func Known(path string) bool {
	root := Root(path)
	if root == "custom" {
		return len(path) > len(root)
	}
	return slices.Contains(KnownVariables, root)
}

// KnownVariables are the names that Vars and the metadata of an execution give
// values to, beside custom, which holds the contact's own fields.
var KnownVariables = []string{
	"name", "first_name", "phone", "email", "company", "city", "country", "external_id", "tags",
	"lead_source", "entry_type", "notes", "flow_name", "trigger_source", "contact_phone", "contact_name",
}
