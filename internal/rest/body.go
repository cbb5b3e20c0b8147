package rest

import (
	"bytes"
	"encoding"
	"fmt"
	"math"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/auto-engagement/flows/internal/flow"
)

const maxBodyBytes = 1 << 20

// body is a request's body as it came. T documents it and is what decode
// makes of it.
type body[T any] struct{ raw []byte }

// Schema implements huma.SchemaProvider.
func (body[T]) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), true, "")
}

func (b *body[T]) keep(raw []byte) { b.raw = bytes.Clone(raw) }

// keepBody is what huma calls to decode: bodies keep what came, since it is
// the handler that decodes them.
func keepBody(raw []byte, v any) error {
	b, ok := v.(interface{ keep(raw []byte) })
	if !ok {
		return fmt.Errorf("no body: %T", v)
	}
	b.keep(raw)
	return nil
}

// requireJSON refuses bodies of another type with 415.
func (a *api) requireJSON(ctx huma.Context, next func(huma.Context)) {
	if ctx.Operation().RequestBody == nil {
		next(ctx)
		return
	}
	r, _ := humago.Unwrap(ctx)
	if sent := r.Header.Get("Content-Type"); sent != "" {
		kind, params, err := mime.ParseMediaType(sent)
		charset := strings.ToLower(params["charset"])
		if err != nil || kind != "application/json" || charset != "" && charset != "utf-8" {
			a.refuse(ctx, &failure{status: http.StatusUnsupportedMediaType, Message: "Content-Type must be application/json"})
			return
		}
		r.Header.Set("Content-Type", "application/json") // huma knows no other spelling
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		a.refuse(ctx, &failure{status: http.StatusUnsupportedMediaType, Message: "Content-Encoding is not supported"})
		return
	}
	next(ctx)
}

// Optional is a field that may be left out, and is not null.
type Optional[T any] struct {
	Sent  bool
	Value T
}

// Nullable is a field that may be left out (not Sent) or null (Sent, Value nil).
type Nullable[T any] struct {
	Sent  bool
	Value *T
}

func (o *Optional[T]) begin() any { o.Sent = true; return &o.Value }
func (o *Optional[T]) null() bool { return false }

func (n *Nullable[T]) begin() any { n.Sent, n.Value = true, new(T); return n.Value }
func (n *Nullable[T]) null() bool { n.Sent = true; return true }

// Schema implements huma.SchemaProvider.
func (Optional[T]) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), true, "")
}

// Schema implements huma.SchemaProvider.
func (Nullable[T]) Schema(r huma.Registry) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[T](), true, "")
	if s.Ref != "" {
		return &huma.Schema{AnyOf: []*huma.Schema{&s, {Type: "null"}}}
	}
	s.Nullable = s.Type != "" // a schema without a type lets null pass
	return &s
}

type optional interface {
	begin() any
	null() bool
}

// decoder fills structs whose fields are Optional, Nullable or ReadOnly, named
// by their json tag and, where camel is allowed, also by their camel tag.
type decoder struct {
	camel    bool
	problems []flow.FieldError
}

// decode reads a body into a T. problems are all fields that are wrong; the
// rest is filled. The error is for a body that is no JSON object.
func decode[T any](b body[T], camel bool) (v T, problems []flow.FieldError, err error) {
	n, err := parseJSON(b.raw)
	if err != nil {
		return v, nil, err
	}
	if n.kind != jsonObject {
		return v, nil, badRequest("The body must be a JSON object")
	}
	d := decoder{camel: camel}
	d.object(n, "", reflect.ValueOf(&v).Elem())
	return v, d.problems, nil
}

// decodeOptional is decode of a body that may be left out.
func decodeOptional[T any](b body[T]) (v T, problems []flow.FieldError, err error) {
	if len(b.raw) == 0 {
		return v, nil, nil
	}
	return decode(b, false)
}

func (d *decoder) add(path, what string) {
	path = shortened(path)
	d.problems = append(d.problems, flow.FieldError{Field: path, Message: path + " " + what})
}

func (d *decoder) object(n node, path string, v reflect.Value) {
	taken := make([]bool, len(n.members))
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name := field.Tag.Get("json")
		names := []string{name}
		if camel := field.Tag.Get("camel"); d.camel && camel != "" {
			names = append(names, camel)
		}
		found := false
		for j, m := range n.members {
			if m.key != names[0] && (len(names) < 2 || m.key != names[1]) {
				continue
			}
			taken[j] = true
			if found {
				d.add(join(path, m.key), "is the same field as another")
				continue
			}
			found = true
			target, _ := reflect.TypeAssert[optional](v.Field(i).Addr()) // all fields are
			d.field(m.value, join(path, name), target, field.Tag.Get("wrong"))
		}
	}
	for j, m := range n.members {
		if !taken[j] {
			at := shortened(join(path, m.key))
			d.problems = append(d.problems, flow.FieldError{Field: at, Message: fmt.Sprintf("Unknown field %q", at)})
		}
	}
}

// field decodes one field. wrong is the message for a value of a wrong type,
// where the contract gives one.
func (d *decoder) field(n node, path string, o optional, wrong string) {
	if n.kind == jsonNull && o.null() {
		return
	}
	before := len(d.problems)
	d.value(n, path, o.begin())
	if wrong != "" && len(d.problems) > before && d.problems[before].Field == path {
		d.problems[before].Message = wrong
	}
}

func (d *decoder) value(n node, path string, target any) {
	switch t := target.(type) {
	case *config:
		if n.kind != jsonObject {
			d.add(path, "must be an object")
			return
		}
		*t = config(n.raw)
	case *objectJSON:
		if n.kind != jsonObject {
			d.add(path, "must be an object")
			return
		}
		*t = objectJSON(n.raw)
	case *ReadOnly:
		t.Text = n.text
	case *anyJSON:
		t.raw = n.raw
	case *outcomesInput:
		given, good := orders(n)
		if !good {
			d.add(path, "must be an object of texts by action_order")
			return
		}
		*t = given
	case *mappingInput:
		given, good := mapping(n)
		if !good {
			d.add(path, "must be an object of fields by column")
			return
		}
		*t = given
	case *bool:
		if n.kind != jsonBool {
			d.add(path, "must be true or false")
			return
		}
		*t = n.raw[0] == 't'
	case *int:
		whole, ok := integer(n)
		if !ok {
			d.add(path, "must be an integer")
			return
		}
		*t = whole
	case encoding.TextUnmarshaler: // the types of parameters
		if n.kind != jsonString {
			d.add(path, "must be a string")
		} else if err := t.UnmarshalText([]byte(n.text)); err != nil {
			d.add(path, err.Error())
		}
	default:
		d.reflected(n, path, reflect.ValueOf(target).Elem())
	}
}

func (d *decoder) reflected(n node, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if n.kind != jsonString {
			d.add(path, "must be a string")
			return
		}
		v.SetString(n.text)
	case reflect.Slice:
		if n.kind != jsonArray {
			d.add(path, "must be an array")
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
		for i, item := range n.items {
			d.value(item, index(path, i), v.Index(i).Addr().Interface())
		}
	default:
		if n.kind != jsonObject {
			d.add(path, "must be an object")
			return
		}
		d.object(n, path, v)
	}
}

// integer reads a whole number in any of JSON's spellings: 5, 5.0, 5e0. What
// a float64 does not hold exactly is none.
func integer(n node) (int, bool) {
	if n.kind != jsonNumber {
		return 0, false
	}
	if whole, err := strconv.Atoi(string(n.raw)); err == nil {
		return whole, true
	}
	f, err := strconv.ParseFloat(string(n.raw), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int(f), true
}

// ReadOnly is a field that clients send back as they read it, and that is not
// theirs to set: any value is accepted. Text is that of a string.
type ReadOnly struct{ Text string }

func (r *ReadOnly) begin() any { return r }
func (r *ReadOnly) null() bool { return true }

// Schema implements huma.SchemaProvider.
func (r *ReadOnly) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Description: "Read only: accepted, and not changed"}
}
