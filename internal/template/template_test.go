package template

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/auto-engagement/flows/internal/flow"
)

func asha() map[string]any {
	return Vars(flow.Contact{
		Name: "Asha Rao", Phone: "+919845012345", Email: "asha@example.com", City: "Pune", Country: "IN",
		ExternalID: "crm-17", Tags: []string{"hot", "demo"},
		CustomFields: map[string]any{
			"budget": 2500000.0, "rate": 7.25, "note": "a < b & \"c\"", "empty": "", "nothing": nil, "big": json.Number("12345678901"),
			"items": []any{"x", "y"}, "nested": map[string]any{"deep": true}, "two lines": "one\ntwo",
		},
	}, map[string]any{"lead_source": "IndiaMART", "notes": ""})
}

func TestRender(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"":                                      "",
		"no placeholder":                        "no placeholder",
		"Hi {{ name }}!":                        "Hi Asha Rao!",
		"{{first_name}}, {{ city }}":            "Asha, Pune",
		`{{ company | default: "you" }}`:        "you",
		`{{ unheard_of | default: "x" }}`:       "x",
		`{{ name | default: "there" }}`:         "Asha Rao",
		`{{ custom.empty | default: "none" }}`:  "none",
		`{{ company | upcase | default: "X" }}`: "X",
		`{{ company | split: " " | first | default: "there" }}`:                 "there",
		`{{ custom.when | date: "%Y" | default: "soon" }}`:                      "soon",
		`{{ custom.n | times: 2 | default: 7 }}`:                                "7",
		"{{ custom.budget }}":                                                   "2500000",
		`{{ custom.budget | append: " INR" }}`:                                  "2500000 INR",
		"{{ custom.budget | times: 2 }}":                                        "5000000",
		"{{ custom.rate }} {{ custom.rate | plus: 1 }}":                         "7.25 8.25",
		"{{ custom.big }}":                                                      "12345678901",
		`{{ custom["two lines"] }}`:                                             "one\ntwo",
		`{{ custom.items | join: ", " }}`:                                       "x, y",
		"{{ custom.items[1] }}{{ custom.items.first }}":                         "yx",
		"{{ custom.nested.deep }}":                                              "true",
		"{{ tags | size }} {{ tags }}":                                          "2 hotdemo",
		"{% for t in tags %}[{{ t }}{{ forloop.index }}]{% endfor %}":           "[hot1][demo2]",
		"{% if company %}c{% else %}none{% endif %}":                            "none",
		"{% if company and name %}c{% elsif name %}n{% endif %}":                "n",
		"{% unless company %}none{% endunless %}":                               "none",
		`{% if lead_source == "IndiaMART" %}yes{% endif %}`:                     "yes",
		`{% case city %}{% when "Pune" %}P{% else %}o{% endcase %}`:             "P",
		`{% assign who = company | default: "all" %}{{ who }}`:                  "all",
		"{% capture g %}Hi {{ name }}{% endcapture %}{{ g }}! {{ g.size }}":     "Hi Asha Rao! 11",
		"a {%- if name -%}  b  {%- endif %} c {{- name -}} d":                   "ab cAsha Raod",
		"{% raw %}{{ name }}{% endraw %}{% comment %}{{ zzz }}{% endcomment %}": "{{ name }}",
		"{% raw %}{% if %}{{{% endraw %}":                                       "{% if %}{{",
		`{{ "100%}" }}`:                                                         "100%}",
		`{{ "a" | append: name }}`:                                              "aAsha Rao",
		`{{ name | truncate: 5 }} {{ name | truncatewords: 1 }}`:                "As... Asha...",
		`{{ name | slice: 0, 4 }}`:                                              "Asha",
		"{{ (1..3) }} {% for i in (1..3) %}{{ i }}{% endfor %}":                 "1..3 123",
		"@media print{.a{color:red}}":                                           "@media print{.a{color:red}}",
		"{{ custom.note }}":                                                     `a < b & "c"`,
		"नमस्ते {{ name }} 🙂":                                                   "नमस्ते Asha Rao 🙂",
		`{{ "2026-11-22" | date: "%d %b %Y" }}`:                                 "22 Nov 2026",
	} {
		got, err := Render(source, asha())
		require.NoError(t, err, source)
		require.Equal(t, want, got, source)
	}
}

func TestAVariableWithoutAValueIsNamed(t *testing.T) {
	t.Parallel()
	for source, name := range map[string]string{
		"{{ company }}":                                     "company",
		"{{- company -}}":                                   "company",
		"Hi {{ naem }}":                                     "naem",
		"{{ company | upcase }}":                            "company",
		"{{ company | append: '!' }}":                       "company",
		`{{ "Dear " | append: company }}`:                   "company",
		"{{ custom.empty }}":                                "custom.empty",
		"{{ custom.nothing }}":                              "custom.nothing",
		"{{ custom.zzz | times: 2 }}":                       "custom.zzz",
		`{{ custom["no such"] }}`:                           `custom["no such"]`,
		"{{ custom.items[7] }}":                             "custom.items[7]",
		"{{ notes }}":                                       "notes",
		"{{ name.first.second }}":                           "name.first.second",
		"{% if name %}{{ company }}{% endif %}":             "company",
		"{% capture x %}{{ company }}{% endcapture %}":      "company",
		"{% for t in tags %}{{ t }}{{ t.zzz }}{% endfor %}": "t.zzz",
		"{% assign who = company | upcase %}{{ who }}":      "who",
		"{{ company | default: nil }}":                      "company",
		`{{ "x|default: y" | append: company }}`:            "company",
		"{{ nil }}":                                         "nil",
	} {
		_, err := Render(source, asha())
		var missing *MissingVariableError
		require.ErrorAs(t, err, &missing, source)
		require.Equal(t, name, missing.Name, source)
		require.Contains(t, err.Error(), "has no value")
	}
	got, err := Render("{% if zzz %}{{ company }}{% endif %}", asha())
	require.NoError(t, err)
	require.Empty(t, got, "what is not printed need not be there")
}

func TestRenderHTMLEscapesValuesAndNothingElse(t *testing.T) {
	t.Parallel()
	const note = `a &lt; b &amp; &#34;c&#34;`
	for source, want := range map[string]string{
		"<p>{{ custom.note }}</p>":                                       "<p>" + note + "</p>",
		"{{ custom.note | escape }}":                                     note,
		"{{ custom.note | escape_once }}":                                note,
		"{{ custom.note | upcase }}":                                     `A &lt; B &amp; &#34;C&#34;`,
		"{{ custom.note.size }}":                                         "11",
		`{% if custom.note contains "<" %}yes{% endif %}`:                "yes",
		`{{ company | default: "<b>" }}`:                                 "&lt;b&gt;",
		"{% capture g %}<b>{{ custom.note }}</b>{% endcapture %}{{ g }}": "<b>" + note + "</b>",
		"{% capture g %}<b>{{ custom.note }}</b>{% endcapture %}{{ g }}{{ g | append: '<' }}": "<b>" + note + "</b>" +
			"&lt;b&gt;a &amp;lt; b &amp;amp; &amp;#34;c&amp;#34;&lt;/b&gt;&lt;",
		"{{ custom['two lines'] | newline_to_br }}":  "one<br />\ntwo",
		"{{ '<i>' | append: name | newline_to_br }}": "&lt;i&gt;Asha Rao",
		`<a href="{{ custom.note }}">`:               `<a href="` + note + `">`,
		"{{ custom.nested }}":                        `{&#34;deep&#34;:true}`,
	} {
		got, err := RenderHTML(source, asha())
		require.NoError(t, err, source)
		require.Equal(t, want, got, source)
	}
}

func TestNoValueBecomesMarkup(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[<>&"' a-z\n/]{1,20}`).Draw(t, "value")
		chain := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
			"upcase", "escape", "escape_once", "newline_to_br", "strip_html", "append: x", "prepend: x", "replace: 'a', x",
			"url_decode", "json", "split: '' | join: x", "reverse | join", "truncate: 5", "default: x", "capitalize", "strip",
		}), 0, 4).Draw(t, "filters"), " | ")
		if chain != "" {
			chain = " | " + chain
		}
		got, err := RenderHTML("{{ x"+chain+" }}", map[string]any{"x": value})
		if err != nil {
			return
		}
		got = strings.ReplaceAll(got, "<br />\n", "")
		require.False(t, strings.ContainsAny(got, `<>"'`), got)
	})
}

func TestSyntaxErrorsAreSentences(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"Hi\n{{ name":                             "the template has a syntax error in line 2: a placeholder or tag is opened and not closed on its line: {{ name",
		"\n{{ name\n}}\n{{ | }}":                  "in line 4: the placeholder cannot be read: {{ | }}",
		"{{ name\n}}{% if %}":                     "(line 2)",
		"{{ name\n| upcase }}":                    "not closed on its line",
		"a {% if name":                            "not closed on its line",
		"{{ name | nosuch }}":                     `there is no filter "nosuch"`,
		"{% if name | nosuch %}{% endif %}":       `there is no filter "nosuch"`,
		"{{ name | inspect }}":                    `there is no filter "inspect"`,
		"{{ | }}":                                 "the placeholder cannot be read: {{ | }}",
		"{{ name city }}":                         "cannot be read",
		"{% if name %}":                           `unterminated "if" block`,
		"{% endif %}":                             "endif",
		"{% nosuch %}":                            `undefined tag "nosuch"`,
		"{% include '/etc/passwd' %}":             "include is not allowed",
		"{% __keep x %}":                          "there is no such tag",
		"{% capture %}x{% endcapture %}":          "capture needs a name",
		"{{ " + strings.Repeat("(", 5000) + " }}": "too long",
		strings.Repeat("x", MaxSource+1):          "longer than",
	} {
		for _, err := range []error{Check(source), renderError(source)} {
			require.ErrorContains(t, err, want, source[:min(len(source), 60)])
			require.NotContains(t, err.Error(), outTag, "our own tags do not show")
			require.Less(t, len(err.Error()), 300)
		}
	}
	require.NoError(t, Check("{{ anything }}"))
}

func renderError(source string) error {
	_, err := Render(source, asha())
	return err
}

func TestNothingRunsAway(t *testing.T) {
	t.Parallel()
	double := "{% assign s = 'xxxxxxxxxxxxxxxx' %}" + strings.Repeat("{% assign s = s | append: s %}", 64) + "{{ s }}"
	for name, source := range map[string]string{
		"an endless loop":       "{% for i in (1..999999999) %}{% endfor %}",
		"an endless table":      "{% tablerow i in (1..999999999) %}{% endtablerow %}",
		"loops in loops":        strings.Repeat("{% for i in (1..1000) %}", 5) + strings.Repeat("{% endfor %}", 5),
		"a reversed loop":       "{% for i in (1..999999999) reversed %}x{% endfor %}",
		"an empty loop, often":  "{% for i in (1..999999999) %}{% assign x = i %}{% endfor %}",
		"endless text":          "{% for i in (1..49000) %}" + strings.Repeat("x", 1000) + "{% endfor %}",
		"doubling by append":    double,
		"doubling by capture":   strings.Repeat("{% capture s %}{{ s | default: 'xxxxxxxxxxxxxxxx' }}{{ s | default: 'x' }}{% endcapture %}", 64),
		"doubling by concat":    "{% assign a = 'x,x' | split: ',' %}" + strings.Repeat("{% assign a = a | concat: a %}", 64),
		"replacing nothing":     "{% assign s = custom.long | replace: '', custom.long %}{{ s }}",
		"joining by much":       "{{ custom.long | split: '' | join: custom.long }}",
		"a range as a list":     "{{ (1..999999999) | join }}",
		"a range of everything": "{{ (-9223372036854775807..9223372036854775807) | size }}",
		"a wide date":           `{{ "now" | date: "%999999999d" }}`,
		"a long default":        "{{ custom.long | url_encode | url_encode | url_encode | url_encode | url_encode }}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begun := time.Now()
			out, err := Render(source, map[string]any{"custom": map[string]any{"long": strings.Repeat("&", 200_000)}})
			require.Error(t, err)
			require.Empty(t, out)
			require.Less(t, time.Since(begun), 10*time.Second)
		})
	}
}

func TestOrdinaryWorkIsNotTooMuch(t *testing.T) {
	t.Parallel()
	source := "<html>" + strings.Repeat("<p>Hi {{ name }}, {% if city %}{{ city | upcase }}{% endif %}</p>\n", 5000)
	out, err := RenderHTML(source, asha())
	require.NoError(t, err)
	require.Equal(t, 5000, strings.Count(out, "<p>Hi Asha Rao, PUNE</p>"))
}

func TestMapping(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"name": "{{ name }}", " first_name ": "{{ first_name }}", "custom.budget": "{{ custom.budget }}",
		"{{ name }}": "{{ name }}", "Hello there": "Hello there", "": "", "50%": "50%", "1": "1", "a.b-c": "{{ a.b-c }}",
		"name | upcase": "name | upcase", "नाम": "नाम",
	} {
		require.Equal(t, want, Mapping(value))
	}
}

func TestVarsLeaveOutWhatIsEmpty(t *testing.T) {
	t.Parallel()
	require.Equal(t, map[string]any{
		"custom": map[string]any{"a": 1}, "name": "Asha", "first_name": "Asha", "entry_type": "webhook", "phone": "+911",
	}, Vars(flow.Contact{Name: "  Asha ", Phone: "+910", Company: " ", CustomFields: map[string]any{"a": 1, "b": "", "c": nil}},
		map[string]any{"entry_type": "webhook", "lead_source": "", "notes": nil, "phone": "+911"}))
}

func TestRenderingLeavesTheVariablesAlone(t *testing.T) {
	t.Parallel()
	vars := map[string]any{"a": "1", "m": map[string]any{"b": []any{"x"}}}
	_, err := Render("{% assign a = '2' %}{% assign z = 1 %}{{ a }}{{ m.b | concat: m.b | join }}", vars)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"a": "1", "m": map[string]any{"b": []any{"x"}}}, vars)
}

func TestOneTemplateRendersInManyGoroutines(t *testing.T) {
	t.Parallel()
	const source = "{% capture g %}{{ n }}{% endcapture %}{% for i in (1..20) %}{% cycle 'a', 'b' %}{% assign x = n %}{% endfor %}{{ g }}{{ x }}"
	var wg sync.WaitGroup
	for n := range 16 {
		wg.Go(func() {
			for range 50 {
				out, err := RenderHTML(source, map[string]any{"n": n})
				if err != nil || out != strings.Repeat("ab", 10)+fmt.Sprintf("%d%d", n, n) {
					t.Errorf("%q, %v", out, err)
				}
			}
		})
	}
	wg.Wait()
}

// pieces are the stuff of which templates are made.
var pieces = []string{
	"{{", "}}", "{%", "%}", "{{-", "-}}", "{%-", "-%}", " ", "\n", "name", "custom", ".", "[", "]", "(1..3)", "(", ")", "|", ":", ",", "'", "\"",
	"if", "endif", "else", "elsif", "unless", "endunless", "for", "endfor", "in", "tablerow", "endtablerow", "case", "when", "endcase", "assign", "=",
	"capture", "endcapture", "cycle", "break", "continue", "raw", "endraw", "comment", "endcomment", "limit:", "offset:", "cols:", "reversed",
	"default", "upcase", "split", "join", "first", "last", "size", "map", "sort", "uniq", "date", "times", "divided_by", "modulo", "round", "slice",
	"replace", "truncate", "json", "concat", "-1", "0", "1", "2.5", "99999999999999999999", "true", "nil", "and", "or", "contains", "==", "<", "{{ name }}",
	"{% for i in tags %}", "{{ i | append: forloop }}", "{% assign forloop = 1 %}", "{% endfor %}", "é", "\x00", "\xff", "__out", "a-b?",
}

func TestNoTemplatePanics(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		source := strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), rapid.String()), 0, 30).Draw(t, "pieces"), "")
		_, _ = Render(source, asha())
		_, _ = RenderHTML(source, asha())
	})
}

func FuzzRender(f *testing.F) {
	for _, p := range pieces {
		f.Add(p)
	}
	f.Add(`{% for i in (1..3) %}{{ i | times: 2 | default: "x" }}{% endfor %}`)
	vars := asha()
	f.Fuzz(func(_ *testing.T, source string) {
		_, _ = Render(source, vars)
		_, _ = RenderHTML(source, vars)
	})
}
