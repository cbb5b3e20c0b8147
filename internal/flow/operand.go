package flow

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// maxDays bounds within_last_days: a century.
const maxDays = 36500

// condition is a trigger condition with its operand read.
type condition struct {
	Condition

	attribute attribute
	operand   operand
}

// operand is what a condition compares with, in the form its operator needs.
type operand struct {
	// null is an operand that is not there.
	null bool
	text string
	// folded serves contains, starts_with and ends_with.
	folded string
	// keys are the equality keys: one, or those of a list.
	keys []string
	// low and high serve the numeric operators; both are the same but for between.
	low, high decimal
	days      int
	// problem says why the operand cannot be used; the condition is then false.
	problem string
}

func newCondition(c Condition) condition {
	made := condition{Condition: c, attribute: attribute{kind: c.Type}}
	if c.CustomFieldName != nil && !made.attribute.isSource() {
		made.attribute.name = *c.CustomFieldName
	}
	made.operand = made.attribute.readOperand(c.Operator, c.Value)
	return made
}

func (a attribute) readOperand(operator Operator, given *string) operand {
	if given == nil {
		return operand{null: true}
	}
	read := operand{text: *given}
	switch operator {
	case Equals, NotEquals:
		read.keys = []string{a.equalityKey(*given)}
	case Contains, StartsWith, EndsWith:
		read.folded = foldExact(*given)
		if a.isSource() {
			read.folded = foldSource(*given)
		}
		read.keys = []string{a.equalityKey(*given)}
	case In, NotIn:
		for _, item := range splitList(*given) {
			read.keys = append(read.keys, a.equalityKey(item))
		}
	case GreaterThan, GreaterOrEqual, LessThan, LessOrEqual:
		number, ok := parseNumber(*given)
		read.low, read.high = number, number
		if !ok {
			read.problem = "the condition's value is not a number"
		}
	case Between:
		var ok bool
		if read.low, read.high, ok = parseRange(*given); !ok {
			read.problem = "the condition's value is not two numbers"
		}
	case WithinLastDays:
		days, err := strconv.Atoi(strings.TrimSpace(*given))
		if read.days = days; err != nil || days < 0 || days > maxDays {
			read.problem = "the condition's value is not a number of days"
		}
	}
	return read
}

// splitList reads an operand that is a list: a JSON array of texts, numbers
// and booleans, else items between commas. Items are trimmed, empty ones left out.
func splitList(text string) []string {
	items, ok := jsonList(text)
	if !ok {
		items = strings.Split(text, ",")
	}
	kept := items[:0]
	for _, item := range items {
		if item = strings.TrimSpace(item); item != "" {
			kept = append(kept, item)
		}
	}
	return kept
}

// jsonList reads a JSON array; what is neither text, number nor boolean in it
// is left out, since nothing a contact has can equal it.
func jsonList(text string) ([]string, bool) {
	trimmed := strings.TrimSpace(text)
	if !strings.HasPrefix(trimmed, "[") || !json.Valid([]byte(trimmed)) {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(trimmed)))
	decoder.UseNumber()
	var raw []any
	if err := decoder.Decode(&raw); err != nil {
		return nil, false
	}
	items := []string{}
	for _, item := range raw {
		if itemText, isScalar := scalarText(item); isScalar {
			items = append(items, itemText)
		}
	}
	return items, true
}

func parseRange(text string) (low, high decimal, ok bool) {
	items := splitList(text)
	if len(items) != 2 {
		return decimal{}, decimal{}, false
	}
	low, lowOK := parseNumber(items[0])
	high, highOK := parseNumber(items[1])
	return low, high, lowOK && highOK
}
