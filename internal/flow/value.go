package flow

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// attribute names what a condition looks at.
type attribute struct {
	kind ConditionType
	// name is the custom field's or the contact field's; else empty.
	name string
}

// tagsField is the custom field name that stands for the contact's tags.
const tagsField = "tags"

// The contact fields that conditions can look at.
var contactFields = []string{"name", "company", "city", "country", "email", "phone_country"}

func (a attribute) isSource() bool { return a.kind == LeadSource || a.kind == EntryType }

func (a attribute) isTags() bool { return a.kind == CustomField && a.name == tagsField }

// equalityKey is the same for two texts exactly if they are equal under this
// attribute: as numbers when both are numbers in JSON's grammar, else folded.
func (a attribute) equalityKey(text string) string {
	if a.isSource() {
		return "=" + foldSource(text)
	}
	if number, ok := parseJSONNumber(strings.TrimSpace(text)); ok {
		return "#" + number.key()
	}
	return "=" + fold(text)
}

// shape is the kind of a value.
type shape int

const (
	// missing is absent, JSON null, or an empty field of the contact itself.
	missing shape = iota
	// scalar is text, a number or a boolean.
	scalar
	list
	object
)

// value is one value of a contact, prepared for comparison once per lead.
type value struct {
	shape shape
	// shown is the value for explanations, shortened when long.
	shown any
	text  string
	// folded serves the operators that look at parts of a text.
	folded string
	key    string
	items  []value
	// empty is true of an object without members.
	empty bool
}

// newValue prepares a JSON value as encoding/json decodes it (numbers as
// json.Number or float64), or as Go programs build it.
func (a attribute) newValue(raw any) value {
	switch raw := raw.(type) {
	case nil:
		return value{}
	case []string:
		items := make([]any, len(raw))
		for i, item := range raw {
			items[i] = item
		}
		return a.newList(items)
	case []any:
		return a.newList(raw)
	}
	text, ok := scalarText(raw)
	if !ok {
		members, isMap := raw.(map[string]any)
		return value{shape: object, shown: shorten(raw), empty: isMap && len(members) == 0}
	}
	made := value{shape: scalar, shown: shorten(raw), text: text, key: a.equalityKey(text)}
	if a.isSource() {
		made.folded = foldSource(text)
	} else {
		made.folded = foldExact(text)
	}
	return made
}

func (a attribute) newList(raw []any) value {
	made := value{shape: list, shown: shorten(raw)}
	for _, item := range raw {
		made.items = append(made.items, a.newValue(item))
	}
	return made
}

// newField prepares a field of the contact itself or of the event, whose
// empty text means that there is none.
func (a attribute) newField(text string) value {
	if strings.TrimSpace(text) == "" {
		return value{}
	}
	return a.newValue(text)
}

// set is false for what is missing, and for an empty text, list or object.
func (v value) set() bool {
	switch v.shape {
	case scalar:
		return strings.TrimSpace(v.text) != ""
	case list:
		return len(v.items) > 0
	case object:
		return !v.empty
	default:
		return false
	}
}

// keys are the equality keys of the value: a list equals what one of its
// elements equals.
func (v value) keys() []string {
	switch v.shape {
	case scalar:
		return []string{v.key}
	case list:
		var keys []string
		for _, item := range v.items {
			if item.shape == scalar {
				keys = append(keys, item.key)
			}
		}
		return keys
	default:
		return nil
	}
}

// anyScalar reports whether the value, or one element of the list, passes.
func (v value) anyScalar(pass func(value) bool) bool {
	if v.shape == scalar {
		return pass(v)
	}
	for _, item := range v.items {
		if item.shape == scalar && pass(item) {
			return true
		}
	}
	return false
}

// scalarText is the text of a text, number or boolean.
func scalarText(raw any) (string, bool) {
	switch raw := raw.(type) {
	case string:
		return raw, true
	case bool:
		return strconv.FormatBool(raw), true
	case json.Number:
		return raw.String(), true
	case float64:
		return floatText(raw), true
	case float32:
		return strconv.FormatFloat(float64(raw), 'f', -1, 32), true
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return fmt.Sprint(raw), true
	}
	return "", false
}

// floatText writes whole numbers out up to 21 digits, as JavaScript does, so
// that a phone number or an amount reads as it was sent.
func floatText(number float64) string {
	if math.Abs(number) < 1e21 {
		return strconv.FormatFloat(number, 'f', -1, 64)
	}
	return strconv.FormatFloat(number, 'g', -1, 64)
}

// maxShown is how many characters of a value an explanation shows. Without
// it, one long custom field would be stored once per condition.
const maxShown = 200

func shorten(raw any) any {
	switch raw := raw.(type) {
	case string:
		return cut(raw)
	case json.Number:
		if !json.Valid([]byte(raw)) || len(raw) > maxShown {
			return cut(raw.String())
		}
		return raw
	case float64:
		if math.IsNaN(raw) || math.IsInf(raw, 0) {
			return floatText(raw)
		}
		return raw
	case bool, nil, float32, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return raw
	}
	encoded, err := json.Marshal(raw)
	if err != nil {
		return "(unreadable)"
	}
	if len(encoded) > maxShown {
		return cut(string(encoded))
	}
	return raw
}

// cut keeps at most maxShown characters of a text.
func cut(text string) string {
	if len(text) <= maxShown || utf8.RuneCountInString(text) <= maxShown {
		return text
	}
	runes := 0
	for i := range text {
		if runes == maxShown-1 {
			return text[:i] + "…"
		}
		runes++
	}
	return text
}
