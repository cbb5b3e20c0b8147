package rest_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// wordy gives bodies that say more than their sample does: a text or a number
// for every kind of field that an operation knows.
var wordy = map[string]func(ids map[string]string) object{
	"POST /flows":                func(map[string]string) object { return wordyFlow },
	"PATCH /flows/{id}":          func(map[string]string) object { return wordyFlow },
	"POST /flows/import":         func(map[string]string) object { return object{"flows": []object{wordyFlow}} },
	"PUT /flows/{id}/conditions": func(map[string]string) object { return object{"conditions": wordyFlow["trigger_conditions"]} },
	"PUT /flows/{id}/actions":    func(map[string]string) object { return object{"actions": wordyFlow["actions"]} },
	"POST /leads": func(map[string]string) object {
		return object{
			"source": "s", "entry_type": "e", "lead_source": "l", "notes": "n",
			"contact": object{
				"phone": "+919845012345", "email": "a@example.com", "name": "n", "company": "c", "city": "c", "country": "IN",
				"external_id": "x", "tags": []string{"t"}, "custom_fields": object{"text": "t", "number": 1},
			},
		}
	},
	"POST /flows/{id}/test": func(map[string]string) object {
		return object{
			"contact_data": object{"lead_source": "l", "entry_type": "e", "name": "n", "phone": "+919845012345", "custom_field": object{"text": "t", "number": 1}},
			"outcomes":     object{"1": "missed"},
		}
	},
	"PATCH /api/contacts/{id}": func(map[string]string) object {
		return object{
			"external_id": "x", "name": "n", "phone": "+919845012345", "email": "a@example.com", "company": "c", "city": "c", "country": "IN",
			"tags": []string{"t"}, "custom_fields": object{"text": "t", "number": 1},
		}
	},
	"PATCH /api/email-templates/{id}": func(map[string]string) object {
		return object{"name": "n", "category": "c", "subject": "s", "html": "h", "body_text": "b", "is_active": true}
	},
	"POST /api/email-templates/{id}/preview": func(map[string]string) object {
		return object{
			"subject": "s", "html": "h", "body_text": "b",
			"contact_data": object{"name": "n", "email": "a@example.com", "lead_source": "l", "custom_field": object{"text": "t"}},
		}
	},
	"POST /api/email-templates/{id}/test-send": func(map[string]string) object {
		return object{"to": "a@example.com", "contact_data": object{"name": "n"}}
	},
	"POST /api/suppressions": func(map[string]string) object {
		return object{"channel": "email", "kind": "email", "value": "a@example.com", "reason": "r"}
	},
	"POST /api/contacts/imports": func(map[string]string) object {
		return object{"file_name": "a.csv", "size": 12, "format": "csv", "mapping": object{"A": "phone"}, "lead_source": "l", "entry_type": "e", "start": true}
	},
	"POST /api/contacts/imports/{id}/start": func(map[string]string) object { return object{"mapping": object{"Mobile": "phone"}} },
	"POST /exports": func(ids map[string]string) object {
		return object{"kind": "executions", "filter": object{
			"flow_id": ids["flows"], "contact_id": ids["contacts"], "status": "failed", "test_runs_only": true,
			"from": "2026-02-05", "to": "2026-02-06T10:00:00Z", "search": "s",
		}}
	},
	"POST /executions/bulk-cancel": func(ids map[string]string) object {
		return object{"ids": []string{ids["executions"]}, "reason": "r"}
	},
	"PATCH /api/settings": func(map[string]string) object {
		return object{
			"name": "n", "time_zone": "Asia/Kolkata", "default_region": "IN", "match_mode": "all", "one_execution_per_contact": false, "call_concurrency": 3,
			"business_hours":  object{"start": "09:00", "end": "18:00", "days": []int{1}, "time_zone": "Asia/Kolkata"},
			"contact_windows": object{"ai_call": object{"start": "09:00", "end": "18:00", "days": []int{1}}},
		}
	},
	"PUT /api/integrations/email": func(map[string]string) object {
		return object{"secret": "s", "config": object{
			"mode": "smtp", "host": "smtp.example.com", "port": 587, "tls": "none", "username": "u", "from": "a@example.com",
			"from_name": "f", "reply_to": "b@example.com",
		}}
	},
}

var wordyFlow = object{
	"name": "n", "description": "d", "priority": 40, "reentry_minutes": 5, "business_hours_start": "09:00", "business_hours_end": "18:00",
	"business_hours_timezone": "Asia/Kolkata", "business_hours_days": []int{1}, "outside_hours": "defer",
	"trigger_conditions": []object{{"condition_type": "custom_field", "condition_operator": "equals", "condition_value": "v", "custom_field_name": "f", "condition_group": 1}},
	"actions": []object{
		{"action_order": 1, "action_type": "ai_call", "action_config": object{"agent_id": "a", "phone_number_id": "p", "max_retries": 1}},
		{
			"action_order": 2, "action_type": "whatsapp_message", "condition_type": "call_outcome", "condition_value": "missed",
			"action_config": object{"whatsapp_phone_number_id": "w", "template_id": "t", "language": "en", "variable_mappings": object{"1": "name"}},
		},
		{"action_order": 3, "action_type": "email", "action_config": object{"email_template_id": "t", "from_name": "f", "subject_override": "s"}},
	},
}

func (o endpoint) wordy(ids map[string]string) object {
	if body, has := wordy[o.method+" "+o.path]; has {
		return body(ids)
	}
	body, _ := o.body(ids["flows"]).(object)
	return body
}

const here = "here it is"

// places are copies of a body, each with another of its leaves replaced by
// `here`, by the leaf's path.
func places(body any) map[string]any {
	out := map[string]any{}
	var walk func(path string, v any, set func(any) any)
	walk = func(path string, v any, set func(any) any) {
		switch v := v.(type) {
		case map[string]any:
			for key, below := range v {
				walk(path+"."+key, below, func(x any) any {
					changed := maps.Clone(v)
					changed[key] = x
					return set(changed)
				})
			}
		case []any:
			for i, below := range v {
				walk(path+"[]", below, func(x any) any {
					changed := slices.Clone(v)
					changed[i] = x
					return set(changed)
				})
			}
		default:
			out[path] = set(here)
		}
	}
	walk("", body, func(x any) any { return x })
	return out
}

// plain is a body as decoded JSON.
func plain(t *testing.T, body any) any {
	t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	var out any
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}

func marshal(t *testing.T, body any) string {
	t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	return string(raw)
}

// unreadable are JSON literals that are refused wherever they stand.
var unreadable = map[string]string{
	"NUL escaped":           `"a\u0000b"`,
	"NUL":                   "\"a\x00b\"",
	"half a surrogate pair": `"\ud800"`,
	"the other half":        `"x\udc00"`,
	"invalid UTF-8":         "\"\xff\"",
	"overlong UTF-8":        "\"\xc0\xaf\"",
	"surrogate in UTF-8":    "\"\xed\xa0\x80\"",
	"cut UTF-8":             "\"\xf0\x9f\x98\"",
	"a line feed":           "\"a\nb\"",
	"NaN":                   `NaN`,
	"Infinity":              `-Infinity`,
	"hexadecimal":           `0x10`,
	"a leading zero":        `007`,
	"deep lists":            strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
	"deep objects":          strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000),
	"a key twice":           `{"a":1,"a":2}`,
	"a key twice, escaped":  `{"a":1,"\u0061":2}`,
}

func TestWhatCannotBeReadIsRefusedInEveryFieldOfEveryOperation(t *testing.T) {
	t.Parallel()
	b, _, ids := besieged(t)
	before := b.rows(b.a)
	tried := 0
	for _, o := range b.operations() {
		body := o.wordy(ids)
		if body == nil {
			continue
		}
		name := o.method + " " + o.path
		whole := marshal(t, body)
		for what, raw := range map[string]string{
			"cut":          whole[:len(whole)-1],
			"more behind":  whole + "{}",
			"in a list":    "[" + whole + "]",
			"byte order":   "\xef\xbb\xbf" + whole,
			"UTF-16":       "\xff\xfe{\x00}\x00",
			"null":         "null",
			"text":         `"x"`,
			"unknown NUL":  `{"\u0000":1}`,
			"unknown deep": `{"x":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`,
		} {
			b.isClearRefusal(b.request(b.owner, o.method, o.in(ids), raw), name, what)
		}
		for path, place := range places(plain(t, body)) {
			for what, literal := range unreadable {
				raw := strings.Replace(marshal(t, place), `"`+here+`"`, literal, 1)
				b.isClearRefusal(b.request(b.owner, o.method, o.in(ids), raw), name+path, what)
				tried++
			}
		}
	}
	require.Greater(t, tried, 500)
	require.Equal(t, before, b.rows(b.a), "nothing was changed")
}

// isClearRefusal is a 400 that says what is wrong.
func (b *testBundle) isClearRefusal(out answer, where, what string) {
	b.t.Helper()
	require.Equal(b.t, http.StatusBadRequest, out.status, "%s: %s: %s %s", where, what, out.raw, b.causes())
	require.NotEmpty(b.t, out.body["error"], "%s: %s", where, what)
	require.NotEqual(b.t, "Bad request", out.body["error"], "%s: %s", where, what)
	for _, text := range []string{"SQLSTATE", "pq:", "pgx", "json:", "unmarshal", "goroutine"} {
		require.NotContains(b.t, string(out.raw), text, "%s: %s", where, what)
	}
}

// odd are texts that are as good as any other.
var odd = map[string]string{
	"emoji":           "👩‍👩‍👧‍👦 🇮🇳 \U0001F9D1\U0001F3FD",
	"right to left":   "שלום \u202e\u202b مرحبا",
	"Devanagari":      "नमस्ते ज़िन्दगी",
	"combining":       "e\u0301\u0323 Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
	"SQL":             `'; drop table tenants; -- " or 1=1 \'`,
	"SQL wildcards":   `%_\%`,
	"HTML":            `<script>alert(1)</script><img src=x onerror="alert('1')">&amp;`,
	"Liquid":          `{{ name }}{% raw %}`,
	"JSON":            `{"a":[1,"\\u0000"]}`,
	"not NUL":         `\u0000 \ud800 %00`,
	"control":         "a\tb\r\nc\u0001\u007f\u0085\u2028\ufeff",
	"last of Unicode": "\U0010ffff\ufffe",
	"prototype":       "__proto__",
	"number":          "1e400",
	"spreadsheet":     `=cmd|'/c calc'!A1`,
}

// keptWhole are fields whose text any operation that takes it gives back.
var keptWhole = []string{".name", ".description", ".condition_value", ".custom_field_name", ".agent_id", ".from_name", ".subject_override"}

func TestOddTextsAreKeptOrRefusedInEveryFieldOfEveryOperation(t *testing.T) {
	t.Parallel()
	b, _, ids := besieged(t)
	kept := 0
	for _, o := range b.operations() {
		body := o.wordy(ids)
		if body == nil {
			continue
		}
		name := o.method + " " + o.path
		for path, place := range places(plain(t, body)) {
			for what, text := range odd {
				raw := strings.Replace(marshal(t, place), `"`+here+`"`, marshal(t, text), 1)
				out := b.request(b.owner, o.method, o.in(ids), raw)
				if out.status >= 300 {
					refusals := []int{http.StatusBadRequest, http.StatusNotFound}
					switch name {
					case "POST /api/contacts", "POST /api/contacts/imports/{id}/start": // the first has the phone, or has started it
						refusals = append(refusals, http.StatusConflict)
					case "POST /api/email-templates/{id}/test-send": // nobody's mail server is there
						refusals = append(refusals, http.StatusServiceUnavailable)
					}
					require.Contains(t, refusals, out.status, "%s%s: %s: %s %s", name, path, what, out.raw, b.causes())
					continue
				}
				echoes := strings.HasPrefix(o.path, "/flows") && o.path != "/flows/{id}/test" && o.path != "/flows/import" ||
					strings.HasPrefix(o.path, "/api/email-templates") && o.method == http.MethodPatch
				if echoes && slices.ContainsFunc(keptWhole, func(field string) bool { return strings.HasSuffix(path, field) }) {
					kept++
					require.True(t, contains(out.body["data"], text), "%s%s: %s: %s", name, path, what, out.raw)
				}
			}
		}
	}
	require.Greater(t, kept, 150)
	require.Equal(t, 2, query[int](b, "select count(*) from tenants"))
	// Stored is what was sent, not what a database or a page makes of it.
	for what, text := range odd {
		require.True(t, query[bool](b, "select exists (select from auto_engagement_flows where name = $1)", text), what)
		require.True(t, query[bool](b, "select exists (select from lead_events where body -> 'data' -> 'contact' ->> 'name' = $1)", text), what)
	}
}

// contains looks for a text in decoded JSON.
func contains(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return v == text
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(v)), func(below any) bool { return contains(below, text) })
	case []any:
		return slices.ContainsFunc(v, func(below any) bool { return contains(below, text) })
	}
	return false
}

func TestOddNumbersAreRefusedOrKept(t *testing.T) {
	t.Parallel()
	b, _, ids := besieged(t)
	for _, o := range b.operations() {
		body := o.wordy(ids)
		if body == nil {
			continue
		}
		for path, place := range places(plain(t, body)) {
			for _, literal := range []string{"1e400", "-1e400", "1e-400", "1e99999999999", "99999999999999999999999", "-1", "-0", "1.5", "2147483648", "9223372036854775808", "true", "null", "{}", "[]"} {
				raw := strings.Replace(marshal(t, place), `"`+here+`"`, literal, 1)
				out := b.request(b.owner, o.method, o.in(ids), raw)
				require.Less(t, out.status, 500, "%s %s%s: %s: %s %s", o.method, o.path, path, literal, out.raw, b.causes())
			}
		}
	}
}

func TestOddTextsInEveryParameterOfTheQuery(t *testing.T) {
	t.Parallel()
	b, _, ids := besieged(t)
	values := append(slices.Collect(maps.Values(odd)), "\x00", "a\x00b", "\xff", "\xed\xa0\x80", strings.Repeat("x", 10_000),
		"99999999999999999999", "-1", "1e400", "0", "true", "2026-02-30", "+275760-09-13T00:00:00Z", "0000-01-01", ids["flows"])
	document := b.request("", "GET", "/openapi.json", nil)
	tried := 0
	for _, o := range b.operations() {
		described, has := document.body["paths"].(object)["/api/auto-engagement"+o.path]
		if !has {
			described = document.body["paths"].(object)[o.path]
		}
		parameters, _ := described.(object)[strings.ToLower(o.method)].(object)["parameters"].([]any)
		for _, p := range parameters {
			parameter := p.(object)
			if parameter["in"] != "query" || o.method != http.MethodGet {
				continue
			}
			for _, value := range values {
				path, _, _ := strings.Cut(o.in(ids), "?")
				out := b.request(b.owner, o.method, path+"?"+url.Values{parameter["name"].(string): {value}}.Encode(), nil)
				require.Contains(t, []int{http.StatusOK, http.StatusBadRequest, http.StatusNotFound}, out.status,
					"%s %s %v=%q: %s %s", o.method, o.path, parameter["name"], value, out.raw, b.causes())
				tried++
			}
		}
	}
	require.Greater(t, tried, 300)
}

func TestOddHeaders(t *testing.T) {
	t.Parallel()
	b, _, ids := besieged(t)
	for what, text := range odd {
		if strings.ContainsAny(text, "\r\n") {
			continue // no client could send it
		}
		for _, header := range []string{"Idempotency-Key", "If-Match", "Accept", "Accept-Language", "X-Request-Id", "X-Agent-ID", "Origin", "X-Forwarded-For"} {
			for _, c := range []struct{ method, path string }{{"POST", "/flows"}, {"PATCH", "/flows/" + ids["flows"]}} {
				out := b.request(b.owner, c.method, c.path, object{"name": "F"}, header, text)
				require.Less(t, out.status, 500, "%s: %s: %s %s", header, what, out.raw, b.causes())
				require.NotContains(t, out.header.Get("X-Request-Id"), text)
			}
		}
	}
}
