package template

import (
	"errors"
	stdhtml "html"
	"reflect"
	"regexp"
	"strings"

	"github.com/osteele/liquid/render"
	"github.com/osteele/liquid/values"
)

// Bounds of what a filter takes and gives.
const (
	maxFilterText = 256 << 10 // bytes
	maxFilterList = 2_000     // items
)

var errFilterSize = errors.New("a value is too large for a filter")

// guardedFilters adds filters that are bounded, and that give nothing for
// nothing: Liquid's filters take an absent value for an empty or zero one, and
// then {{ date | date: "%Y" | default: "soon" }} would print a year 1.
type guardedFilters struct {
	cfg   *render.Config
	known map[string]bool
}

// unwanted are filters of the library that tell of Go instead of the value.
var unwanted = map[string]bool{"inspect": true, "type": true}

// AddFilter adds fn, guarded, as the filter name.
func (g guardedFilters) AddFilter(name string, fn any) {
	if unwanted[name] {
		return
	}
	g.known[name] = true
	if name == "default" {
		g.cfg.AddFilter(name, fn)
		return
	}
	inner := reflect.ValueOf(fn)
	g.cfg.AddFilter(name, guarded(name, inner))
}

var (
	anyType   = reflect.TypeFor[any]()
	errorType = reflect.TypeFor[error]()
)

// guarded wraps a filter. Where the filter takes a plain value, the wrapper
// takes any, so that it sees what is absent; optional arguments, which the
// library passes as functions, stay what they are.
func guarded(name string, inner reflect.Value) any {
	t := inner.Type()
	in := make([]reflect.Type, t.NumIn())
	for i := range in {
		in[i] = anyType
		if t.In(i).Kind() == reflect.Func {
			in[i] = t.In(i)
		}
	}
	wrapper := reflect.FuncOf(in, []reflect.Type{anyType, errorType}, false)
	return reflect.MakeFunc(wrapper, func(args []reflect.Value) []reflect.Value {
		result, err := callGuarded(name, inner, args)
		return []reflect.Value{boxed(anyType, result), boxed(errorType, err)}
	}).Interface()
}

// boxed is v as a value of the interface type t; v may be nil.
func boxed(t reflect.Type, v any) reflect.Value {
	out := reflect.New(t).Elem()
	if v != nil {
		out.Set(reflect.ValueOf(v))
	}
	return out
}

func callGuarded(name string, inner reflect.Value, args []reflect.Value) (any, error) {
	if args[0].IsNil() {
		return nil, nil //nolint:nilnil // nothing gives nothing
	}
	t := inner.Type()
	converted := make([]reflect.Value, len(args))
	for i, arg := range args {
		switch {
		case arg.Kind() == reflect.Func:
			converted[i] = arg
		case arg.IsNil():
			converted[i] = reflect.Zero(t.In(i))
		default:
			v, err := checked(arg.Interface(), t.In(i))
			if err != nil {
				return nil, err
			}
			converted[i] = v
		}
	}
	if err := foresee(name, converted); err != nil {
		return nil, err
	}
	out := inner.Call(converted)
	if len(out) == 2 && !out[1].IsNil() {
		err, _ := reflect.TypeAssert[error](out[1])
		return nil, err
	}
	result := out[0].Interface()
	if b, ok := result.([]byte); ok {
		result = string(b)
	}
	if s, ok := result.(string); ok && len(s) > MaxOutput {
		return nil, errFilterSize
	}
	return result, nil
}

// checked converts an argument to what the filter takes, within the bounds.
func checked(arg any, t reflect.Type) (reflect.Value, error) {
	if r, ok := arg.(values.Range); ok && (r.Len() > maxFilterList || r.Len() < 0) {
		return reflect.Value{}, errFilterSize
	}
	if number, ok := arg.(float64); ok && t.Kind() == reflect.String {
		arg = printed(number)
	}
	v, err := values.Convert(arg, t)
	if err != nil {
		return reflect.Value{}, errors.New("a value does not fit the filter")
	}
	out := boxed(t, nil)
	if v != nil {
		out = reflect.ValueOf(v)
	}
	if out.Kind() == reflect.Interface {
		out = out.Elem()
	}
	switch {
	case !out.IsValid():
		return reflect.Zero(t), nil
	case out.Kind() == reflect.String && out.Len() > maxFilterText,
		(out.Kind() == reflect.Slice || out.Kind() == reflect.Map) && out.Len() > maxFilterList:
		return reflect.Value{}, errFilterSize
	}
	return out, nil
}

// longNumber is a width in a date format that no date needs.
var longNumber = regexp.MustCompile(`\d{3,}`)

// foresee refuses what a filter would make far larger than what it takes.
func foresee(name string, args []reflect.Value) error {
	size := 0
	switch name {
	case "replace":
		size = strings.Count(args[0].String(), args[1].String()) * args[2].Len()
	case "join":
		if separator := optionalText(args[1], " "); separator != "" {
			size = args[0].Len() * len(separator)
		}
		for i := range args[0].Len() {
			size += len(printed(args[0].Index(i).Interface()))
		}
	case "date":
		if longNumber.MatchString(optionalText(args[1], "")) {
			return errFilterSize
		}
	}
	if size > MaxOutput {
		return errFilterSize
	}
	return nil
}

// optionalText is an optional argument, which the library passes as a function
// of its default.
func optionalText(fn reflect.Value, otherwise string) string {
	return fn.Call([]reflect.Value{reflect.ValueOf(otherwise)})[0].String()
}

// addOwn replaces filters of the library that fail on ordinary text, and those
// that escape: in HTML every value is escaped once, when it is printed.
func (g guardedFilters) addOwn(html bool) {
	g.AddFilter("truncate", truncate)
	g.AddFilter("truncatewords", truncateWords)
	if html {
		g.AddFilter("escape", func(s string) string { return s })
		g.AddFilter("escape_once", stdhtml.UnescapeString)
		g.AddFilter("newline_to_br", func(s string) string {
			return strings.NewReplacer("\r\n", lineBreak, "\n", lineBreak).Replace(s)
		})
	}
}

// truncate shortens to length characters (default 50), the ellipsis counted in.
func truncate(s string, length func(int) int, ellipsis func(string) string) string {
	n, end := max(length(50), 0), ellipsis("...")
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	keep := max(n-len([]rune(end)), 0)
	return string(runes[:keep]) + end
}

// truncateWords shortens to length words (default 15).
func truncateWords(s string, length func(int) int, ellipsis func(string) string) string {
	words := strings.Fields(s)
	n := max(length(15), 1)
	if len(words) <= n {
		return s
	}
	return strings.Join(words[:n], " ") + ellipsis("...")
}
