package flow

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

var conditionTypes = []ConditionType{LeadSource, EntryType, CustomField, ContactField}

var operators = []Operator{
	Equals, NotEquals, Contains, Any, StartsWith, EndsWith, In, NotIn, IsSet, IsNotSet,
	GreaterThan, GreaterOrEqual, LessThan, LessOrEqual, Between, Before, After, WithinLastDays,
}

// ValidateConditions finds everything wrong with trigger conditions. list is
// the path of the list in the request, such as "trigger_conditions".
func ValidateConditions(list string, conditions []Condition) []FieldError {
	var found problems
	if len(conditions) > MaxConditions {
		found.addf(list, "A flow can have at most %d conditions", MaxConditions)
	}
	for i := range conditions {
		found.condition(fmt.Sprintf("%s[%d]", list, i), &conditions[i])
	}
	return found
}

func (p *problems) condition(path string, c *Condition) {
	if !slices.Contains(conditionTypes, c.Type) {
		p.addf(path+".condition_type", "condition_type must be one of %s", oneOf(conditionTypes))
	}
	p.conditionField(path+".custom_field_name", c)
	if c.Group < 0 || c.Group > maxDatabaseInt {
		p.add(path+".condition_group", "condition_group must be an integer of 0 or more")
	}
	if !slices.Contains(operators, c.Operator) {
		p.addf(path+".condition_operator", "condition_operator must be one of %s", oneOf(operators))
		return
	}
	if c.Value != nil && utf8.RuneCountInString(*c.Value) > maxValue {
		p.addf(path+".condition_value", "condition_value must be at most %d characters", maxValue)
		return
	}
	if message := operandProblem(c.Operator, c.Value); message != "" {
		p.add(path+".condition_value", message)
	}
}

func (p *problems) conditionField(path string, c *Condition) {
	if c.Type != CustomField && c.Type != ContactField {
		return
	}
	switch {
	case c.CustomFieldName == nil || strings.TrimSpace(*c.CustomFieldName) == "":
		p.addf(path, "custom_field_name is required for %s", c.Type)
	case utf8.RuneCountInString(*c.CustomFieldName) > maxValue:
		p.addf(path, "custom_field_name must be at most %d characters", maxValue)
	case c.Type == ContactField && !slices.Contains(contactFields, *c.CustomFieldName):
		p.addf(path, "custom_field_name must be one of %s for contact_field", oneOf(contactFields))
	}
}

// operandProblem says what is wrong with an operand, or nothing. equals and
// not_equals take a missing one: it stands for a missing value.
func operandProblem(operator Operator, value *string) string {
	switch operator {
	case Any, IsSet, IsNotSet, Equals, NotEquals:
		return ""
	}
	if value == nil || strings.TrimSpace(*value) == "" {
		return fmt.Sprintf("condition_value is required for %s", operator)
	}
	switch operator {
	case In, NotIn:
		if len(splitList(*value)) == 0 {
			return fmt.Sprintf("condition_value must list at least one value for %s", operator)
		}
	case GreaterThan, GreaterOrEqual, LessThan, LessOrEqual:
		if _, ok := parseNumber(*value); !ok {
			return fmt.Sprintf("condition_value must be a number for %s", operator)
		}
	case Between:
		if low, high, ok := parseRange(*value); !ok || low.compare(high) > 0 {
			return "condition_value must be two numbers separated by a comma, the lower first, for between"
		}
	case Before, After:
		if _, ok := parseDate(strings.TrimSpace(*value), time.UTC); !ok {
			return fmt.Sprintf("condition_value must be a date (YYYY-MM-DD) or an RFC 3339 time for %s", operator)
		}
	case WithinLastDays:
		if days, err := strconv.Atoi(strings.TrimSpace(*value)); err != nil || days < 1 || days > maxDays {
			return fmt.Sprintf("condition_value must be a whole number of days, 1 to %d, for within_last_days", maxDays)
		}
	}
	return ""
}
