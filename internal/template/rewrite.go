package template

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/osteele/liquid/expressions"
	"github.com/osteele/liquid/parser"
)

// Names of our own tags.
const (
	outTag  = "__out"
	tickTag = "__tick"
	keepTag = "__keep"
)

// maxExpression bounds one placeholder or tag, in bytes.
const maxExpression = 4 << 10

// rewrite puts our own tags into a template, line by line as it was:
//
//   - {{ expression }} becomes a tag of ours, which knows what a missing value
//     and an escaped one is. The library's own printing can be taught neither.
//     The expression travels in hexadecimal digits, because it may hold "%}".
//   - Into everything that can repeat or compute, a tag that counts the work.
//   - After a capture, a tag that remembers its text as already escaped.
func (e *engine) rewrite(source string) (string, error) {
	if len(source) > MaxSource {
		return "", fmt.Errorf("the template is longer than %d bytes", MaxSource)
	}
	var out strings.Builder
	var captures []string
	verbatim := "" // the tag that ends a raw or comment block
	for _, tok := range parser.Scan(source, parser.SourceLoc{LineNo: 1}, nil) {
		if verbatim != "" {
			out.WriteString(tok.Source)
			if tok.Type == parser.TagTokenType && tok.Name == verbatim {
				verbatim = ""
			}
			continue
		}
		switch tok.Type {
		case parser.TextTokenType:
			if opened.MatchString(tok.Source) {
				return "", e.syntaxError(tok, "a placeholder or tag is opened and not closed on its line")
			}
			out.WriteString(tok.Source)
		case parser.ObjTokenType:
			if err := e.checkExpression(tok, tok.Args); err != nil {
				return "", err
			}
			left, right := trimMarks(tok.Source)
			out.WriteString("{%" + left + " " + outTag + " " + hex.EncodeToString([]byte(tok.Args)) +
				strings.Repeat("\n", strings.Count(tok.Source, "\n")) + " " + right + "%}")
		case parser.TagTokenType:
			if err := e.checkTag(tok); err != nil {
				return "", err
			}
			out.WriteString(tok.Source)
			switch tok.Name {
			case "raw", "comment":
				verbatim = "end" + tok.Name
			case "for", "tablerow", "assign", "if", "elsif", "unless", "when":
				out.WriteString("{% " + tickTag + " %}")
			case "capture":
				captures = append(captures, tok.Args)
			case "endcapture":
				if len(captures) > 0 {
					out.WriteString("{% " + keepTag + " " + captures[len(captures)-1] + " %}")
					captures = captures[:len(captures)-1]
				}
			}
		}
	}
	return out.String(), nil
}

// opened matches the beginning of a placeholder or tag.
var opened = regexp.MustCompile(`\{[{%]`)

// trimMarks are the hyphens of {{- and -}}.
func trimMarks(source string) (left, right string) {
	if source[2] == '-' {
		left = "-"
	}
	if source[len(source)-3] == '-' {
		right = "-"
	}
	return left, right
}

var captureName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

func (e *engine) checkTag(tok parser.Token) error {
	switch {
	case strings.HasPrefix(tok.Name, "__"):
		return e.syntaxError(tok, "there is no such tag")
	case tok.Name == "capture" && !captureName.MatchString(tok.Args):
		return e.syntaxError(tok, "capture needs a name")
	case len(tok.Args) > maxExpression:
		return e.syntaxError(tok, "the tag is too long")
	}
	return e.checkFilters(tok, tok.Args)
}

func (e *engine) checkExpression(tok parser.Token, expression string) error {
	if len(expression) > maxExpression {
		return e.syntaxError(tok, "the placeholder is too long")
	}
	if _, err := expressions.Parse(expression); err != nil {
		return e.syntaxError(tok, "the placeholder cannot be read")
	}
	return e.checkFilters(tok, expression)
}

func (e *engine) checkFilters(tok parser.Token, expression string) error {
	for _, m := range lexemes.FindAllStringSubmatch(expression, -1) {
		if name := m[1]; name != "" && !e.filters[name] {
			return e.syntaxError(tok, fmt.Sprintf("there is no filter %q", name))
		}
	}
	return nil
}

func (e *engine) syntaxError(tok parser.Token, what string) error {
	line, shown := tok.SourceLoc.LineNo, tok.Source
	if tok.Type == parser.TextTokenType {
		at := opened.FindStringIndex(shown)[0]
		line += strings.Count(shown[:at], "\n")
		shown = shown[at:]
	}
	shown = strings.TrimSpace(shown)
	if runes := []rune(shown); len(runes) > 60 {
		shown = string(runes[:60]) + "…"
	}
	return fmt.Errorf("the template has a syntax error in line %d: %s: %s", line, what, shown)
}

// lexemes tells apart strings, filters (1) and paths (2) in an expression.
var lexemes = regexp.MustCompile(`"[^"]*"|'[^']*'|\|\s*([A-Za-z_][A-Za-z0-9_-]*\??)|` +
	`([A-Za-z_][A-Za-z0-9_-]*\??(?:\.[A-Za-z_][A-Za-z0-9_-]*\??|\[\s*(?:"[^"]*"|'[^']*'|-?\d+|[A-Za-z_][A-Za-z0-9_.-]*)\s*\])*)`)

// notVariables are the words of the expression language.
var notVariables = map[string]bool{
	"and": true, "or": true, "contains": true, "in": true, "true": true, "false": true, "nil": true,
}

// pathsOf lists the variables that an expression reads, and says whether a
// default is given in it.
func pathsOf(expression string) (paths []string, defaulted bool) {
	for _, m := range lexemes.FindAllStringSubmatch(expression, -1) {
		switch {
		case m[1] == "default":
			defaulted = true
		case m[2] != "" && !notVariables[m[2]]:
			paths = append(paths, m[2])
		}
	}
	return paths, defaulted
}
