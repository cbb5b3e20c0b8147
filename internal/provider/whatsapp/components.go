package whatsapp

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/auto-engagement/flows/internal/provider"
)

// message is the body of POST /{phone_number_id}/messages.
type message struct {
	Product       string   `json:"messaging_product"`
	RecipientType string   `json:"recipient_type"`
	To            string   `json:"to"`
	Type          string   `json:"type"`
	Template      template `json:"template"`
	// CallbackData comes back in every status of the message.
	CallbackData string `json:"biz_opaque_callback_data"`
}

type template struct {
	Name       string      `json:"name"`
	Language   language    `json:"language"`
	Components []component `json:"components,omitempty"`
}

type language struct {
	Code string `json:"code"`
}

type component struct {
	Type       string      `json:"type"`
	SubType    string      `json:"sub_type,omitempty"`
	Index      string      `json:"index,omitempty"`
	Parameters []parameter `json:"parameters"`
}

type parameter struct {
	Type string `json:"type"`
	// Name is of templates whose placeholders are named.
	Name string `json:"parameter_name,omitempty"`
	Text string `json:"text"`
}

// defaultLanguage is of messages that name none.
const defaultLanguage = "en"

func cloudBody(m provider.Message) (message, error) {
	components, err := componentsOf(m.Parameters)
	if err != nil {
		return message{}, err
	}
	return message{
		Product:       "whatsapp",
		RecipientType: "individual",
		To:            m.To,
		Type:          "template",
		Template: template{
			Name: m.Template, Language: language{Code: cmp.Or(m.Language, defaultLanguage)}, Components: components,
		},
		CallbackData: m.ID.String(),
	}, nil
}

// key is a parsed placeholder: `1` or `name` in the body, `header.1`,
// `button.0.1`.
type key struct {
	part     string // header, body, button
	button   int
	position int    // 0 for a named one
	name     string // "" for a numbered one
}

var placeholder = regexp.MustCompile(`^(?:(header)\.|(button)\.([0-9]{1,2})\.)?(?:([0-9]{1,3})|([A-Za-z_][A-Za-z0-9_]*))$`)

func parseKey(s string) (key, error) {
	m := placeholder.FindStringSubmatch(s)
	if m == nil {
		return key{}, fmt.Errorf("the placeholder %q is not written as 1, header.1 or button.0.1", provider.Clean(s))
	}
	k := key{part: "body", name: m[5]}
	switch {
	case m[1] != "":
		k.part = m[1]
	case m[2] != "":
		k.part = m[2]
		k.button, _ = strconv.Atoi(m[3])
	}
	k.position, _ = strconv.Atoi(m[4])
	return k, nil
}

// componentsOf makes the template's components from values by placeholder:
// header, body, then the buttons by index; in each by position, then by name.
// A button's parameter is the variable end of its address (sub_type url).
func componentsOf(parameters map[string]string) ([]component, error) {
	keys := make([]key, 0, len(parameters))
	values := make(map[key]string, len(parameters))
	for text, value := range parameters {
		k, err := parseKey(text)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
		values[k] = value
	}
	order := map[string]int{"header": 0, "body": 1, "button": 2}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(
			cmp.Compare(order[a.part], order[b.part]), cmp.Compare(a.button, b.button),
			cmp.Compare(a.position, b.position), cmp.Compare(a.name, b.name),
		)
	})
	var out []component
	for i, k := range keys {
		if i == 0 || keys[i-1].part != k.part || keys[i-1].button != k.button {
			c := component{Type: k.part}
			if k.part == "button" {
				c.SubType, c.Index = "url", strconv.Itoa(k.button)
			}
			out = append(out, c)
		}
		last := &out[len(out)-1]
		last.Parameters = append(last.Parameters, parameter{Type: "text", Name: k.name, Text: plainText(values[k])})
	}
	return out, nil
}

var manySpaces = regexp.MustCompile(` {5,}`)

// plainText makes a value fit for a parameter, which may hold no line break,
// no tab and no more than four spaces in a row ("Messages", template
// parameters); the provider refuses the whole message otherwise.
func plainText(s string) string {
	s = strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ", "\t", " ", "\u2028", " ", "\u2029", " ").Replace(s)
	return strings.TrimSpace(manySpaces.ReplaceAllString(s, "    "))
}
