package flow

import (
	"slices"
	"strings"
	"time"
)

// ConditionCheck is one trigger condition held against one contact: what is
// stored with a lead's decision and shown by test mode.
type ConditionCheck struct {
	Type     ConditionType `json:"type"`
	Operator Operator      `json:"operator"`
	// Value is the condition's operand.
	Value *string `json:"value"`
	// CustomFieldName is set for custom_field and contact_field.
	CustomFieldName *string `json:"custom_field_name,omitempty"`
	// ContactValue is what the contact or the event has, null when missing;
	// values over 200 characters are cut, ending in "…".
	ContactValue any  `json:"contact_value"`
	Result       bool `json:"result"`
	Group        int  `json:"group"`
	// Note explains a result that is not plain: "no value", "not a number", …
	Note string `json:"note,omitempty"`
}

// Notes of condition checks.
const (
	noteNoValue       = "no value"
	noteNotNumber     = "not a number"
	noteNotDate       = "not a date"
	noteNotComparable = "an object, not comparable"
	noteNoOperand     = "the condition has no value to compare with"
	noteOperandDate   = "the condition's value is not a date"
	noteOperator      = "unknown operator"
	noteType          = "unknown condition type"
)

// subject is the contact and event that conditions look at. Values are
// prepared once, however many conditions ask.
type subject struct {
	lead    Lead
	contact Contact
	// now carries the zone in which days are read.
	now    time.Time
	values map[attribute]*value
}

func newSubject(lead Lead, contact Contact, now time.Time) *subject {
	return &subject{lead: lead, contact: contact, now: now, values: make(map[attribute]*value)}
}

func (s *subject) value(a attribute) *value {
	if known, ok := s.values[a]; ok {
		return known
	}
	made := s.read(a)
	s.values[a] = &made
	return &made
}

func (s *subject) read(a attribute) value {
	switch a.kind {
	case LeadSource:
		return a.newField(s.lead.LeadSource)
	case EntryType:
		return a.newField(s.lead.EntryType)
	case CustomField:
		if !a.isTags() {
			return a.newValue(s.contact.CustomFields[a.name])
		}
		if len(s.contact.Tags) == 0 {
			return value{}
		}
		return a.newValue(s.contact.Tags)
	case ContactField:
		return a.newField(s.contact.field(a.name))
	}
	return value{}
}

// field is a contact's own field by the name that conditions use; empty for
// names that are none.
func (c Contact) field(name string) string {
	switch name {
	case "name":
		return c.Name
	case "company":
		return c.Company
	case "city":
		return c.City
	case "country":
		return c.Country
	case "email":
		return c.Email
	case "phone_country":
		return c.PhoneCountry()
	}
	return ""
}

// check holds the condition against a subject.
func (c *condition) check(s *subject) ConditionCheck {
	found := s.value(c.attribute)
	result, note := c.holds(*found, s.now)
	check := ConditionCheck{
		Type: c.Type, Operator: c.Operator, Value: c.Value,
		ContactValue: found.shown, Result: result, Group: c.Group, Note: note,
	}
	if !c.attribute.isSource() {
		check.CustomFieldName = c.CustomFieldName
	}
	return check
}

// holds is the meaning of the operators. Negative operators are exactly the
// opposites of their positive ones, so a missing value passes them.
func (c *condition) holds(v value, now time.Time) (result bool, note string) {
	switch c.attribute.kind {
	case LeadSource, EntryType, CustomField, ContactField:
	default:
		return false, noteType
	}
	switch c.Operator {
	case Any:
		return true, ""
	case IsSet:
		return v.set(), ""
	case IsNotSet:
		return !v.set(), ""
	case Equals:
		return c.equal(v), c.plainNote(v)
	case NotEquals:
		return !c.equal(v), c.plainNote(v)
	case In:
		return c.among(v), c.plainNote(v)
	case NotIn:
		return !c.among(v), c.plainNote(v)
	case Contains, StartsWith, EndsWith:
		if c.operand.null {
			return false, noteNoOperand
		}
		return c.partOf(v), c.plainNote(v)
	case GreaterThan, GreaterOrEqual, LessThan, LessOrEqual, Between:
		return c.number(v)
	case Before, After, WithinLastDays:
		return c.date(v, now)
	}
	return false, noteOperator
}

func (c *condition) plainNote(v value) string {
	switch v.shape {
	case missing:
		return noteNoValue
	case object:
		return noteNotComparable
	}
	return ""
}

// equal: nothing equals a missing value but a null operand, and a null
// operand equals nothing else.
func (c *condition) equal(v value) bool {
	if c.operand.null {
		return v.shape == missing
	}
	return c.among(v)
}

func (c *condition) among(v value) bool {
	return slices.ContainsFunc(v.keys(), func(key string) bool { return slices.Contains(c.operand.keys, key) })
}

// partOf: a list contains its elements, a text its parts.
func (c *condition) partOf(v value) bool {
	if c.Operator == Contains && v.shape == list {
		return c.among(v)
	}
	return v.anyScalar(func(item value) bool {
		switch c.Operator {
		case StartsWith:
			return strings.HasPrefix(item.folded, c.operand.folded)
		case EndsWith:
			return strings.HasSuffix(item.folded, c.operand.folded)
		default:
			return strings.Contains(item.folded, c.operand.folded)
		}
	})
}

func (c *condition) number(v value) (result bool, note string) {
	if note = c.unusable(v); note != "" {
		return false, note
	}
	number, ok := parseNumber(v.text)
	if v.shape != scalar || !ok {
		return false, noteNotNumber
	}
	low, high := number.compare(c.operand.low), number.compare(c.operand.high)
	switch c.Operator {
	case GreaterThan:
		return low > 0, ""
	case GreaterOrEqual:
		return low >= 0, ""
	case LessThan:
		return high < 0, ""
	case LessOrEqual:
		return high <= 0, ""
	default:
		return low >= 0 && high <= 0, ""
	}
}

func (c *condition) date(v value, now time.Time) (result bool, note string) {
	if note = c.unusable(v); note != "" {
		return false, note
	}
	date, ok := parseDate(strings.TrimSpace(v.text), now.Location())
	if v.shape != scalar || !ok {
		return false, noteNotDate
	}
	if c.Operator == WithinLastDays {
		return date.withinLastDays(c.operand.days, now), ""
	}
	bound, ok := parseDate(strings.TrimSpace(c.operand.text), now.Location())
	switch {
	case !ok:
		return false, noteOperandDate
	case c.Operator == Before:
		return date.before(bound), ""
	default:
		return date.after(bound), ""
	}
}

// unusable says why an operator that needs both sides cannot compare.
func (c *condition) unusable(v value) string {
	switch {
	case c.operand.null:
		return noteNoOperand
	case c.operand.problem != "":
		return c.operand.problem
	case v.shape == missing:
		return noteNoValue
	}
	return ""
}
