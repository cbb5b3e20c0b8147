package template_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/template"
)

func TestVariablesAreThoseReadFromOutside(t *testing.T) {
	t.Parallel()
	for source, want := range map[string][]template.Variable{
		"Hello":                             nil,
		"{{ name }} {{ name }}":             {{Name: "name", Printed: true}},
		"{{ name | default: city }}":        {{Name: "name"}, {Name: "city"}},
		"{{ name | default: 'x' }}{{name}}": {{Name: "name", Printed: true}},
		"{% if custom.budget > 5 and city %}a{% elsif tags contains 'hot' %}b{% endif %}": {{Name: "custom.budget"}, {Name: "city"}, {Name: "tags"}},
		"{% assign who = name %}{{ who }}":                                                {{Name: "name"}},
		"{% capture hi %}Hi {{ name }}{% endcapture %}{{ hi }}":                           {{Name: "name", Printed: true}},
		"{% for t in tags limit:2 reversed %}{{ t }}{{ forloop.index }}{% endfor %}":      {{Name: "tags"}},
		"{% for i in (1..3) %}{{ i }}{% endfor %}":                                        nil,
		"{% raw %}{{ name }}{% endraw %}{% comment %}{{ city }}{% endcomment %}":          nil,
		"{{ 'name' }}{{ true }}{{ 17 }}":                                                  nil,
		"{% case city %}{% when 'Pune' %}a{% endcase %}":                                  {{Name: "city"}},
		"{{ name": nil,
	} {
		require.Equal(t, want, template.Variables(source), source)
	}
}

func TestWhatVarsGivesIsKnown(t *testing.T) {
	t.Parallel()
	contact := flow.Contact{
		Name: "a b", Phone: "1", Email: "e", Company: "c", City: "c", Country: "c", ExternalID: "e", Tags: []string{"t"},
		CustomFields: map[string]any{"budget": 1},
	}
	for name := range template.Vars(contact, nil) {
		if name != "custom" {
			require.True(t, template.Known(name), name)
		}
	}
	require.True(t, template.Known("custom.budget"))
	require.False(t, template.Known("custom"))
	require.False(t, template.Known("agency"))
}
