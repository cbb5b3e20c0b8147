package template

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// Vars are the variables that templates may use: name, first_name, phone,
// email, company, city, country, external_id, tags (a list), custom (the
// contact's own fields, as custom.budget), and extra (lead_source, entry_type,
// notes, …), which may also replace one of the former. What is empty is absent.
func Vars(contact flow.Contact, extra map[string]any) map[string]any {
	vars := map[string]any{"custom": map[string]any{}}
	set := func(name string, v any) {
		if s, ok := v.(string); v == nil || (ok && strings.TrimSpace(s) == "") {
			return
		}
		vars[name] = v
	}
	set("name", strings.TrimSpace(contact.Name))
	if words := strings.Fields(contact.Name); len(words) > 0 {
		set("first_name", words[0])
	}
	set("phone", contact.Phone)
	set("email", contact.Email)
	set("company", contact.Company)
	set("city", contact.City)
	set("country", contact.Country)
	set("external_id", contact.ExternalID)
	if len(contact.Tags) > 0 {
		set("tags", contact.Tags)
	}
	custom := make(map[string]any, len(contact.CustomFields))
	for name, v := range contact.CustomFields {
		if s, ok := v.(string); v != nil && (!ok || strings.TrimSpace(s) != "") {
			custom[name] = v
		}
	}
	vars["custom"] = custom
	for name, v := range extra {
		set(name, v)
	}
	return vars
}

// maxDepth bounds how deep a value's lists and objects are followed.
const maxDepth = 20

// plain reduces a value to what Liquid understands: nil, bool, int, float64,
// string, time.Time, []any, map[string]any. A whole number is an int, however
// it was decoded, because the library writes 2500000.0 as 2.5e+06.
func plain(value any, depth int) any {
	if depth > maxDepth {
		return nil
	}
	switch v := value.(type) {
	case nil, string, bool, int, time.Time:
		return v
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int(v)
		}
		return v
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return int(n)
		}
		if f, err := v.Float64(); err == nil {
			return plain(f, depth)
		}
		return v.String()
	case uuid.UUID:
		return v.String()
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, item := range v {
			out[name] = plain(item, depth+1)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = plain(item, depth+1)
		}
		return out
	case json.RawMessage:
		var decoded any
		if json.Unmarshal(v, &decoded) != nil {
			return nil
		}
		return plain(decoded, depth+1)
	}
	return plainKind(reflect.ValueOf(value), depth)
}

// plainKind reduces what is no JSON value by the kind of its type.
func plainKind(v reflect.Value, depth int) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem().Interface(), depth+1)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return int(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return int(v.Uint())
	case reflect.Float32:
		return plain(v.Float(), depth)
	case reflect.Bool:
		return v.Bool()
	case reflect.String:
		return v.String()
	case reflect.Slice, reflect.Array:
		out := make([]any, v.Len())
		for i := range out {
			out[i] = plain(v.Index(i).Interface(), depth+1)
		}
		return out
	case reflect.Map:
		out := make(map[string]any, v.Len())
		for _, key := range v.MapKeys() {
			out[fmt.Sprint(key.Interface())] = plain(v.MapIndex(key).Interface(), depth+1)
		}
		return out
	}
	return fmt.Sprint(v.Interface())
}
