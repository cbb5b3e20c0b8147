package flow

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// conditionOn makes a condition. Type custom_field unless the field says
// "lead_source", "entry_type" or "contact:<name>"; value nil is a null operand.
func conditionOn(field string, operator Operator, value *string) Condition {
	c := Condition{Type: CustomField, Operator: operator, Value: value, CustomFieldName: &field}
	switch name, isContact := strings.CutPrefix(field, "contact:"); {
	case isContact:
		c.Type, c.CustomFieldName = ContactField, &name
	case field == string(LeadSource) || field == string(EntryType):
		c.Type, c.CustomFieldName = ConditionType(field), nil
	}
	return c
}

var (
	someLead    = Lead{LeadSource: "IndiaMART", EntryType: "CSV Import"}
	someContact = Contact{
		Name: "Asha Rao", Company: "Straße & Söhne", City: "Pune", Country: "IN", Email: "Asha@Example.com",
		Phone: "+919845012345", PhoneValid: true, Tags: []string{"Hot", "trade-show 2026"},
		CustomFields: map[string]any{
			"tags": "not these", "null": nil, "blank": "", "spaces": "  ", "zero": json.Number("0"), "no": false, "yes": true,
			"budget": json.Number("250000"), "float": 250000.5, "int": 7, "text_number": " 42 ", "code": "007",
			"huge": json.Number("1e400"), "long": strings.Repeat("9", 3000), "nan": "NaN", "inf": math.Inf(1),
			"list": []any{"a", json.Number("5"), true, nil, []any{"deep"}}, "empty_list": []any{}, "texts": []string{"x", "y"},
			"object": map[string]any{"a": "b"}, "empty_object": map[string]any{},
			"day": "2026-02-01", "moment": "2026-02-01T20:00:00Z", "old": "1999-12-31", "soon": "2026-03-01",
			"plan": "Gold, Silver", "state": "Maharashtra",
		},
	}
	// someNow is 10:00 on Monday, 2026-02-02, in Kolkata.
	someNow = time.Date(2026, 2, 2, 4, 30, 0, 0, time.UTC).In(time.FixedZone("IST", 19800))
)

// TestOperators says each operator's meaning, one line a case. value "-" is a
// null operand.
func TestOperators(t *testing.T) {
	for _, c := range []struct {
		field    string
		operator Operator
		value    string
		want     bool
		note     string
	}{
		{"lead_source", Equals, "indiamart", true, ""},
		{"lead_source", Equals, "India MART", false, ""},
		{"lead_source", NotEquals, "indiamart", false, ""},
		{"lead_source", Contains, "mart", true, ""},
		{"lead_source", StartsWith, "INDIA", true, ""},
		{"lead_source", EndsWith, "mart", true, ""},
		{"lead_source", In, "justdial, indiamart", true, ""},
		{"lead_source", NotIn, "justdial,facebook", true, ""},
		{"lead_source", IsSet, "-", true, ""},
		{"entry_type", Equals, "csv_import", true, ""},
		{"entry_type", Equals, "CSV-import", true, ""},
		{"entry_type", Equals, "csvimport", false, ""},
		{"entry_type", In, `["csv_import"]`, true, ""},
		{"entry_type", StartsWith, "csv_", true, ""},
		{"entry_type", Contains, "V-I", true, ""},
		{"entry_type", Any, "-", true, ""},

		{"absent", Equals, "x", false, "no value"},
		{"absent", Equals, "", false, "no value"},
		{"absent", Equals, "-", true, "no value"},
		{"absent", NotEquals, "x", true, "no value"},
		{"absent", NotEquals, "", true, "no value"},
		{"absent", NotEquals, "-", false, "no value"},
		{"absent", Contains, "", false, "no value"},
		{"absent", StartsWith, "", false, "no value"},
		{"absent", EndsWith, "", false, "no value"},
		{"absent", In, "a,b", false, "no value"},
		{"absent", NotIn, "a,b", true, "no value"},
		{"absent", IsSet, "-", false, ""},
		{"absent", IsNotSet, "-", true, ""},
		{"absent", Any, "-", true, ""},
		{"absent", GreaterThan, "0", false, "no value"},
		{"absent", LessThan, "0", false, "no value"},
		{"absent", Between, "0,9", false, "no value"},
		{"absent", Before, "2026-01-01", false, "no value"},
		{"absent", WithinLastDays, "3", false, "no value"},
		{"null", Equals, "-", true, "no value"},
		{"null", Equals, "null", false, "no value"},
		{"null", Equals, "", false, "no value"},
		{"null", IsNotSet, "-", true, ""},
		{"blank", Equals, "", true, ""},
		{"blank", Equals, "-", false, ""},
		{"blank", NotEquals, "-", true, ""},
		{"blank", IsSet, "-", false, ""},
		{"blank", Contains, "", true, ""},
		{"blank", GreaterThan, "-1", false, "not a number"},
		{"spaces", IsSet, "-", false, ""},
		{"spaces", Equals, "", true, ""},
		{"zero", IsSet, "-", true, ""},
		{"zero", Equals, "0.0", true, ""},
		{"zero", Equals, "-0", true, ""},
		{"no", IsSet, "-", true, ""},
		{"no", Equals, "FALSE", true, ""},
		{"no", Equals, "0", false, ""},
		{"yes", Equals, "true", true, ""},
		{"yes", GreaterThan, "0", false, "not a number"},
		{"yes", In, "false,true", true, ""},

		{"budget", Equals, "250000", true, ""},
		{"budget", Equals, "250000.00", true, ""},
		{"budget", Equals, "2.5e5", true, ""},
		{"budget", Equals, "250001", false, ""},
		{"budget", Equals, "x", false, ""},
		{"budget", NotEquals, "x", true, ""},
		{"budget", Contains, "500", true, ""},
		{"budget", StartsWith, "25", true, ""},
		{"budget", In, "1, 250000.0", true, ""},
		{"budget", GreaterThan, "99999", true, ""},
		{"budget", GreaterThan, "250000", false, ""},
		{"budget", GreaterOrEqual, "250000.0", true, ""},
		{"budget", LessThan, "1e6", true, ""},
		{"budget", LessThan, "250000", false, ""},
		{"budget", LessOrEqual, "250000", true, ""},
		{"budget", Between, "250000,250000", true, ""},
		{"budget", Between, "[100, 300000]", true, ""},
		{"budget", Between, "300000,100", false, ""},
		{"budget", Between, "250000.5,9e9", false, ""},
		{"budget", Between, "1", false, "the condition's value is not two numbers"},
		{"budget", Between, "1,2,3", false, "the condition's value is not two numbers"},
		{"budget", Between, "a,b", false, "the condition's value is not two numbers"},
		{"budget", GreaterThan, "lots", false, "the condition's value is not a number"},
		{"budget", GreaterThan, "-", false, "the condition has no value to compare with"},
		{"budget", Before, "2026-01-01", false, "not a date"},
		{"float", GreaterThan, "250000.4", true, ""},
		{"float", Equals, "250000.5", true, ""},
		{"int", Equals, "7", true, ""},
		{"int", LessThan, "10", true, ""},
		{"text_number", Equals, "42.0", true, ""},
		{"text_number", GreaterThan, "5", true, ""},
		{"code", Equals, "7", false, ""},
		{"code", Equals, "007", true, ""},
		{"code", GreaterThan, "6", true, ""},
		{"huge", GreaterThan, "1e399", true, ""},
		{"huge", LessThan, "1e401", true, ""},
		{"huge", Equals, "10e399", true, ""},
		{"long", GreaterThan, "1e2999", true, ""},
		{"long", LessThan, "1e3000", true, ""},
		{"nan", GreaterThan, "0", false, "not a number"},
		{"nan", LessThan, "0", false, "not a number"},
		{"nan", Equals, "nan", true, ""},
		{"inf", GreaterThan, "0", false, "not a number"},
		{"state", GreaterThan, "0", false, "not a number"},
		{"list", GreaterThan, "0", false, "not a number"},
		{"object", LessThan, "0", false, "not a number"},

		{"state", Equals, "maharashtra", true, ""},
		{"state", Equals, " MAHARASHTRA ", true, ""},
		{"state", NotEquals, "maharashtra", false, ""},
		{"state", Equals, "maha_rashtra", false, ""},
		{"state", Contains, "RASH", true, ""},
		{"state", Contains, "-", false, "the condition has no value to compare with"},
		{"state", StartsWith, "maha", true, ""},
		{"state", StartsWith, "tra", false, ""},
		{"state", EndsWith, "TRA", true, ""},
		{"state", EndsWith, "maha", false, ""},
		{"state", In, "goa,maharashtra", true, ""},
		{"state", In, "goa,,", false, ""},
		{"state", In, "-", false, ""},
		{"state", NotIn, "-", true, ""},
		{"plan", In, `["Gold, Silver","Bronze"]`, true, ""},
		{"plan", In, "Gold, Silver", false, ""},
		{"plan", In, `["Gold, Silver"`, false, ""},
		{"state", In, `[null, {"a":1}, "maharashtra"]`, true, ""},
		{"state", In, `[]`, false, ""},

		{"tags", Contains, "hot", true, ""},
		{"tags", Contains, "ho", false, ""},
		{"tags", Contains, "HOT", true, ""},
		{"tags", Equals, "hot", true, ""},
		{"tags", NotEquals, "hot", false, ""},
		{"tags", NotEquals, "vip", true, ""},
		{"tags", In, "vip,hot", true, ""},
		{"tags", NotIn, "vip,cold", true, ""},
		{"tags", StartsWith, "trade-show", true, ""},
		{"tags", EndsWith, "2026", true, ""},
		{"tags", StartsWith, "cold", false, ""},
		{"tags", Contains, "not these", false, ""},
		{"tags", IsSet, "-", true, ""},
		{"tags", Equals, "-", false, ""},
		{"list", Contains, "A", true, ""},
		{"list", Contains, "5.0", true, ""},
		{"list", Contains, "true", true, ""},
		{"list", Contains, "deep", false, ""},
		{"list", Equals, "a", true, ""},
		{"list", IsSet, "-", true, ""},
		{"texts", Contains, "y", true, ""},
		{"empty_list", IsSet, "-", false, ""},
		{"empty_list", Equals, "-", false, ""},
		{"empty_list", NotEquals, "x", true, ""},
		{"empty_list", Contains, "", false, ""},
		{"object", Equals, "b", false, "an object, not comparable"},
		{"object", NotEquals, "b", true, "an object, not comparable"},
		{"object", Contains, "a", false, "an object, not comparable"},
		{"object", IsSet, "-", true, ""},
		{"empty_object", IsSet, "-", false, ""},

		{"day", Before, "2026-02-02", true, ""},
		{"day", Before, "2026-02-01", false, ""},
		{"day", After, "2026-01-31", true, ""},
		{"day", After, "2026-02-01", false, ""},
		// The day is over in Kolkata when UTC still has 18:30 of it.
		{"day", Before, "2026-02-01T18:30:00Z", true, ""},
		{"day", Before, "2026-02-01T18:29:59Z", false, ""},
		{"moment", After, "2026-02-01", true, ""},
		{"moment", After, "2026-02-02", false, ""},
		{"moment", Before, "2026-02-03", true, ""},
		{"moment", Before, "2026-02-02T01:30:00.001+05:30", true, ""},
		{"moment", Before, "2026-02-02T01:30:00+05:30", false, ""},
		{"moment", After, "2026-02-02T01:30:00+05:30", false, ""},
		{"moment", After, "yesterday", false, "the condition's value is not a date"},
		{"moment", After, "-", false, "the condition has no value to compare with"},
		{"state", After, "2026-01-01", false, "not a date"},
		{"list", After, "2026-01-01", false, "not a date"},
		{"day", WithinLastDays, "1", true, ""},
		{"day", WithinLastDays, "0", false, ""},
		{"moment", WithinLastDays, "1", true, ""},
		{"old", WithinLastDays, "7", false, ""},
		{"old", WithinLastDays, "36500", true, ""},
		{"soon", WithinLastDays, "7", false, ""},
		{"day", WithinLastDays, "-3", false, "the condition's value is not a number of days"},
		{"day", WithinLastDays, "1.5", false, "the condition's value is not a number of days"},
		{"day", WithinLastDays, "99999999999999999999", false, "the condition's value is not a number of days"},
		{"state", WithinLastDays, "7", false, "not a date"},

		{"contact:name", Contains, "asha", true, ""},
		{"contact:company", Equals, "STRASSE & SÖHNE", true, ""},
		{"contact:company", EndsWith, "so\u0308hne", true, ""},
		{"contact:city", Equals, "pune", true, ""},
		{"contact:country", Equals, "in", true, ""},
		{"contact:email", EndsWith, "@example.com", true, ""},
		{"contact:phone_country", Equals, "IN", true, ""},
		{"contact:phone_country", In, "us,gb", false, ""},
		{"contact:nickname", IsSet, "-", false, ""},
		{"contact:city", "sounds_like", "poona", false, "unknown operator"},
	} {
		var value *string
		if c.value != "-" {
			value = &c.value
		}
		made := newCondition(conditionOn(c.field, c.operator, value))
		got := made.check(newSubject(someLead, someContact, someNow))
		require.Equal(t, c.want, got.Result, "%s %s %q", c.field, c.operator, c.value)
		require.Equal(t, c.note, got.Note, "%s %s %q", c.field, c.operator, c.value)
	}
}

func TestAnEmptyContactHasNoValues(t *testing.T) {
	for _, field := range []string{
		"lead_source", "entry_type", "tags", "anything", "contact:name", "contact:company", "contact:city", "contact:country",
		"contact:email", "contact:phone_country",
	} {
		s := newSubject(Lead{LeadSource: " "}, Contact{}, someNow)
		for operator, want := range map[Operator]bool{IsSet: false, IsNotSet: true, Equals: true, NotEquals: false, Any: true} {
			made := newCondition(conditionOn(field, operator, nil))
			check := made.check(s)
			require.Equal(t, want, check.Result, "%s %s null", field, operator)
			require.Nil(t, check.ContactValue)
		}
	}
}

func TestAPhoneThatIsNotValidHasNoCountry(t *testing.T) {
	require.Empty(t, Contact{Phone: "+919845012345"}.PhoneCountry())
	require.Empty(t, Contact{Phone: "garbage", PhoneValid: true}.PhoneCountry())
	require.Empty(t, Contact{Phone: "+80012345678", PhoneValid: true}.PhoneCountry(), "an international freephone number")
	require.Equal(t, "GB", Contact{Phone: "+442071838750", PhoneValid: true}.PhoneCountry())
}

func TestAnUnknownConditionTypeIsFalse(t *testing.T) {
	made := newCondition(Condition{Type: "weather", Operator: Any})
	check := made.check(newSubject(someLead, someContact, someNow))
	require.False(t, check.Result)
	require.Equal(t, "unknown condition type", check.Note)
}

func TestAConditionCheckShowsBothSides(t *testing.T) {
	made := newCondition(conditionOn("budget", GreaterThan, new("100")))
	made.Group = 3
	encoded, err := json.Marshal(made.check(newSubject(someLead, someContact, someNow)))
	require.NoError(t, err)
	require.JSONEq(t, `{"type":"custom_field","operator":"gt","value":"100","custom_field_name":"budget",
		"contact_value":250000,"result":true,"group":3}`, string(encoded))

	made = newCondition(conditionOn("lead_source", Equals, nil))
	encoded, err = json.Marshal(made.check(newSubject(Lead{}, Contact{}, someNow)))
	require.NoError(t, err)
	require.JSONEq(t, `{"type":"lead_source","operator":"equals","value":null,"contact_value":null,"result":true,
		"group":0,"note":"no value"}`, string(encoded))
}

func TestShownValuesAreShortAndAlwaysJSON(t *testing.T) {
	long := strings.Repeat("é", 500)
	contact := Contact{CustomFields: map[string]any{
		"long": long, "digits": json.Number(strings.Repeat("7", 5000)), "list": []any{long, long}, "inf": math.Inf(-1),
		"broken": json.Number("12..3"), "short": []any{"a"}, "object": map[string]any{"a": long}, "odd": make(chan int),
	}}
	s := newSubject(Lead{}, contact, someNow)
	for name := range contact.CustomFields {
		made := newCondition(conditionOn(name, IsSet, nil))
		check := made.check(s)
		encoded, err := json.Marshal(check)
		require.NoError(t, err, name)
		require.Less(t, len(encoded), 1000, name)
	}
	shown := shorten(long).(string)
	require.Len(t, []rune(shown), maxShown)
	require.True(t, strings.HasSuffix(shown, "é…"))
	require.Equal(t, strings.Repeat("é", maxShown), shorten(strings.Repeat("é", maxShown)))
	require.Empty(t, cmp.Diff([]any{"a"}, shorten([]any{"a"})))
}
