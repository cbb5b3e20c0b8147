package rest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBodiesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.flow(object{})
	deep := strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)
	for _, c := range []struct{ body, text, field string }{
		{``, "Request body is required", ""},
		{` `, "Malformed JSON at byte 1 of the body", ""},
		{`{"name":"x"`, "Malformed JSON at byte 11 of the body", ""},
		{`{"name":"x",}`, "Malformed JSON at byte 13 of the body", ""},
		{`{'name':'x'}`, "Malformed JSON at byte 2 of the body", ""},
		{`{"name":"x"} {}`, "Malformed JSON at byte 14 of the body", ""},
		{"{\"name\":\"a\x00b\"}", "Malformed JSON at byte 11 of the body", ""},
		{"\xef\xbb\xbf{}", "Malformed JSON at byte 1 of the body", ""},
		{`{"priority":NaN}`, "Malformed JSON at byte 13 of the body", ""},
		{`null`, "The body must be a JSON object", ""},
		{`[]`, "The body must be a JSON object", ""},
		{`"x"`, "The body must be a JSON object", ""},
		{`17`, "The body must be a JSON object", ""},
		{deep, "Malformed JSON at byte 10001 of the body", ""},
		{`{"name":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, "", ""},
		{`{"name":"x","name":"y"}`, "name is given twice", "name"},
		{`{"actions":[{"action_config":{"a":1,"\u0061":2}}]}`, "actions[0].action_config.a is given twice", "actions[0].action_config.a"},
		{`{"name":"a\u0000b"}`, "name must not hold NUL characters", "name"},
		{`{"actions":[{},{"action_config":{"agent_id":"\u0000"}}]}`, "actions[1].action_config.agent_id must not hold NUL characters", "actions[1].action_config.agent_id"},
		{`{"a\u0000":1}`, "The body must not hold NUL characters", ""},
		{"{\"name\":\"a\xffb\"}", "name is not valid UTF-8", "name"},
		{"{\"name\":\"\xed\xa0\x80\"}", "name is not valid UTF-8", "name"},
		{`{"name":"\ud800"}`, "name holds half of a surrogate pair", "name"},
		{`{"name":"\ud800\u0041"}`, "name holds half of a surrogate pair", "name"},
		{`{"name":"\udc00\ud800"}`, "name holds half of a surrogate pair", "name"},
		{`{"name":"\ud83d\ud83d\ude00"}`, "name holds half of a surrogate pair", "name"},
		{`{"description":7}`, "description must be a string", "description"},
		{`{"priority":1e400}`, "priority must be an integer", "priority"},
		{`{"priority":99999999999999999999}`, "priority must be an integer", "priority"},
		{`{"priority":"1"}`, "priority must be an integer", "priority"},
		{`{"priority":null}`, "priority must be an integer", "priority"},
		{`{"business_hours_days":[1,"x"]}`, "business_hours_days[1] must be an integer", "business_hours_days[1]"},
		{`{"business_hours_days":null}`, "business_hours_days must be an array", "business_hours_days"},
		{`{"trigger_conditions":{}}`, "trigger_conditions must be an array", "trigger_conditions"},
		{`{"trigger_conditions":[null]}`, "trigger_conditions[0] must be an object", "trigger_conditions[0]"},
		{`{"":1}`, `Unknown field ""`, ""},
		{`{"__proto__":{}}`, `Unknown field "__proto__"`, "__proto__"},
		{`{"` + strings.Repeat("k", 5000) + `":1}`, `Unknown field "` + strings.Repeat("k", 200) + `…"`, strings.Repeat("k", 200) + "…"},
	} {
		out := b.request(b.owner, "PATCH", "/flows/"+id, c.body)
		require.Equal(t, http.StatusBadRequest, out.status, "%.80s: %s", c.body, out.raw)
		if c.text == "" {
			require.Contains(t, out.body["error"], "is nested too deeply")
			continue
		}
		b.isFailure(out, c.text)
		if c.field != "" {
			require.Equal(t, []string{c.field}, out.fields())
		}
	}
	require.Equal(t, 1, b.do(http.StatusOK, "GET", "/flows/"+id, nil).data()["version"])
}

func TestTextsThatOnlyLookOddAreKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for body, want := range map[string]string{
		`{"name":"\ud83d\ude00"}`:                     "😀",
		`{"name":"\\ud800 is text"}`:                  `\ud800 is text`,
		`{"name":"\"\\\/\b\f\n\r\t"}`:                 "\"\\/\b\f\n\r\t",
		`{"name":"शुभ <script>&\u2028"}`:              "शुभ <script>&\u2028",
		`{"name":"` + strings.Repeat("é", 255) + `"}`: strings.Repeat("é", 255),
		` { "name" : "spaced" } `:                     "spaced",
		`{"name":"'; drop table tenants; --"}`:        "'; drop table tenants; --",
		`{"name":"\uFFFD"}`:                           "\uFFFD",
	} {
		require.Equal(t, want, b.do(http.StatusCreated, "POST", "/flows", body).data()["name"])
	}
	b.refused(http.StatusBadRequest, "Flow name must be at most 255 characters", "POST", "/flows", object{"name": strings.Repeat("é", 256)})
}

func TestBodySizes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	fill := func(n int) string {
		const frame = `{"name":"F","description":""}`
		return strings.Replace(frame, `""`, `"`+strings.Repeat("x", n-len(frame))+`"`, 1)
	}
	b.do(http.StatusCreated, "POST", "/flows", fill(1<<20))
	out := b.do(http.StatusRequestEntityTooLarge, "POST", "/flows", fill(1<<20+1))
	b.isFailure(out, "Request body is larger than 1 MiB")
	b.do(http.StatusRequestEntityTooLarge, "POST", "/flows", fill(3<<20))
}

func TestContentTypes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, good := range []string{"application/json", "Application/JSON; Charset=\"UTF-8\"", "application/json;charset=utf-8;x=a+b", ""} {
		b.do(http.StatusCreated, "POST", "/flows", object{"name": "F"}, "Content-Type", good)
	}
	for _, bad := range []string{"text/plain", "application/x-www-form-urlencoded", "application/merge-patch+json", "application/json; charset=latin1", "json", ";", "application/jsonx"} {
		out := b.do(http.StatusUnsupportedMediaType, "POST", "/flows", object{"name": "F"}, "Content-Type", bad)
		b.isFailure(out, "Content-Type must be application/json")
	}
	b.do(http.StatusUnsupportedMediaType, "POST", "/flows", "x", "Content-Encoding", "gzip")
	b.do(http.StatusOK, "GET", "/flows", nil, "Content-Type", "text/plain")
}
