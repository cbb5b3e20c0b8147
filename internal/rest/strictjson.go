package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/auto-engagement/flows/internal/flow"
)

// maxDepth is deeper than any body of the contract.
const maxDepth = 32

type jsonKind byte

const (
	jsonObject jsonKind = iota
	jsonArray
	jsonString
	jsonNumber
	jsonBool
	jsonNull
)

// node is a JSON value that keeps what encoding/json forgets: the order of
// keys and the digits of numbers.
type node struct {
	kind    jsonKind
	raw     []byte
	text    string // of a string
	members []member
	items   []node
}

type member struct {
	key   string
	value node
}

// parseJSON reads a body strictly: keys given twice, NUL, UTF-8 that is none,
// lone surrogates and deep nesting are refused, with the field they stand in.
func parseJSON(raw []byte) (node, error) {
	var syntax *json.SyntaxError
	var whole json.RawMessage
	if err := json.Unmarshal(raw, &whole); errors.As(err, &syntax) {
		return node{}, badRequest(fmt.Sprintf("Malformed JSON at byte %d of the body", syntax.Offset))
	} else if err != nil {
		return node{}, badRequest("Malformed JSON in the body")
	}
	p := parser{rest: raw}
	return p.value("", 0)
}

// parser walks JSON whose syntax is known to be right.
type parser struct{ rest []byte }

func (p *parser) value(path string, depth int) (node, error) {
	if depth > maxDepth {
		return node{}, badField(path, "is nested too deeply")
	}
	p.space()
	begun := p.rest
	var n node
	var err error
	switch p.rest[0] {
	case '{':
		n, err = p.object(path, depth)
	case '[':
		n, err = p.array(path, depth)
	case '"':
		n.kind = jsonString
		n.text, err = p.string(path)
	default:
		n.kind = p.scalar()
	}
	n.raw = begun[:len(begun)-len(p.rest)]
	return n, err
}

func (p *parser) object(path string, depth int) (node, error) {
	n := node{kind: jsonObject}
	seen := map[string]bool{}
	for p.next('}') {
		key, err := p.string(path)
		if err != nil {
			return n, err
		}
		at := join(path, key)
		if seen[key] {
			return n, badField(at, "is given twice")
		}
		seen[key] = true
		p.space()
		p.rest = p.rest[1:] // the colon
		value, err := p.value(at, depth+1)
		if err != nil {
			return n, err
		}
		n.members = append(n.members, member{key, value})
	}
	return n, nil
}

func (p *parser) array(path string, depth int) (node, error) {
	n := node{kind: jsonArray}
	for p.next(']') {
		item, err := p.value(index(path, len(n.items)), depth+1)
		if err != nil {
			return n, err
		}
		n.items = append(n.items, item)
	}
	return n, nil
}

// next passes the opening bracket or a comma, and says whether an element follows.
func (p *parser) next(end byte) bool {
	p.space()
	if p.rest[0] == end {
		p.rest = p.rest[1:]
		return false
	}
	p.rest = p.rest[1:]
	p.space()
	if p.rest[0] == end { // an empty list; after a comma it cannot be
		p.rest = p.rest[1:]
		return false
	}
	return true
}

func (p *parser) string(path string) (string, error) {
	end := 1
	for p.rest[end] != '"' {
		if p.rest[end] == '\\' {
			end++
		}
		end++
	}
	quoted := p.rest[:end+1]
	p.rest = p.rest[end+1:]
	if !utf8.Valid(quoted) {
		return "", badField(path, "is not valid UTF-8")
	}
	if !bytes.ContainsRune(quoted, '\\') {
		return string(quoted[1:end]), nil
	}
	if loneSurrogate(quoted) {
		return "", badField(path, "holds half of a surrogate pair")
	}
	var text string
	if err := json.Unmarshal(quoted, &text); err != nil {
		return "", badField(path, "is not a JSON string")
	}
	if strings.IndexByte(text, 0) >= 0 {
		return "", badField(path, "must not hold NUL characters")
	}
	return text, nil
}

// loneSurrogate finds a \u escape that is half of a character, which
// encoding/json would silently replace.
func loneSurrogate(quoted []byte) bool {
	for i := 0; i < len(quoted); i++ {
		if quoted[i] != '\\' {
			continue
		}
		i++
		if quoted[i] != 'u' {
			continue
		}
		first := escaped(quoted[i+1:])
		i += 4
		if !utf16.IsSurrogate(first) {
			continue
		}
		follow := quoted[i+1:]
		if len(follow) < 6 || follow[0] != '\\' || follow[1] != 'u' ||
			utf16.DecodeRune(first, escaped(follow[2:])) == utf8.RuneError {
			return true
		}
		i += 6
	}
	return false
}

func escaped(digits []byte) rune {
	n, _ := strconv.ParseUint(string(digits[:4]), 16, 16) // four hexadecimal digits by syntax
	return rune(n)
}

func (p *parser) scalar() jsonKind {
	end := 0
	for end < len(p.rest) && strings.IndexByte(",]} \t\r\n", p.rest[end]) < 0 {
		end++
	}
	first := p.rest[0]
	p.rest = p.rest[end:]
	switch first {
	case 't', 'f':
		return jsonBool
	case 'n':
		return jsonNull
	}
	return jsonNumber
}

func (p *parser) space() { p.rest = bytes.TrimLeft(p.rest, " \t\r\n") }

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// badField is the 400 of a field that cannot even be read.
func badField(path, what string) *failure {
	if path == "" {
		return badRequest("The body " + what)
	}
	path = shortened(path)
	return invalid([]flow.FieldError{{Field: path, Message: path + " " + what}})
}

// shortened keeps a key that a client made up from filling an answer.
func shortened(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return string(bytes.ToValidUTF8([]byte(s[:most]), nil)) + "…"
}
