package flow

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// validFlow is a flow with one of everything.
func validFlow() Definition {
	step := func(order int, kind ActionType, config string) Action {
		return Action{Order: order, Type: kind, Config: json.RawMessage(config)}
	}
	d := Definition{
		Name: "Welcome", Priority: 0, UseCustomBusinessHours: true, OutsideHours: Defer, ReentryMinutes: 60,
		BusinessHoursStart: new("09:00:00"), BusinessHoursEnd: new("18:00:00"), BusinessHoursTimezone: new("Asia/Kolkata"),
		BusinessHoursDays: []int{1, 2, 3, 4, 5},
		Conditions:        []Condition{conditionOn("lead_source", Equals, new("IndiaMART")), conditionOn("contact:city", In, new("Pune,Goa"))},
		Actions: []Action{
			step(1, AICall, `{"agent_id":"a","phone_number_id":"p","max_retries":5,"retry_delay_minutes":0,"respect_dnc":false}`),
			step(2, WhatsAppMessage, `{"whatsapp_phone_number_id":"1","template_id":"hello","language":"hi","variable_mappings":{"1":"name","header.1":"{{ city }}"}}`),
			step(4, Email, `{"email_template_id":"t","from_name":"Asha","subject_override":"Hi"}`),
			step(3, Wait, `{"duration_minutes":525600,"wait_until_business_hours":true}`),
		},
	}
	d.Actions[1].ConditionType, d.Actions[1].ConditionValue = new(CallOutcome), new("not_answered")
	d.Actions[2].ConditionType, d.Actions[2].ConditionValue = new(PreviousActionStatus), new("skipped")
	d.Actions[3].ConditionType = new(Always)
	return d
}

func TestAValidFlowHasNothingWrong(t *testing.T) {
	d := validFlow()
	require.Nil(t, Validate(&d))
	minimal := Definition{Name: "x"}
	require.Nil(t, Validate(&minimal))
}

func TestValidationBringsAFlowIntoItsStoredForm(t *testing.T) {
	d := validFlow()
	d.BusinessHoursStart, d.BusinessHoursEnd, d.BusinessHoursDays, d.OutsideHours = new("09:00"), new("18:30"), nil, ""
	d.Actions[3].ConditionValue = new("")
	require.Nil(t, Validate(&d))
	require.Equal(t, "09:00:00", *d.BusinessHoursStart)
	require.Equal(t, "18:30:00", *d.BusinessHoursEnd)
	require.Equal(t, []int{1, 2, 3, 4, 5, 6, 7}, d.BusinessHoursDays)
	require.Equal(t, NextFlow, d.OutsideHours)
	require.Nil(t, d.Actions[3].ConditionValue)
	d.BusinessHoursDays = []int{7, 1}
	require.Nil(t, Validate(&d))
	require.Equal(t, []int{1, 7}, d.BusinessHoursDays)
}

// TestEachProblemOfAFlow changes one thing of a valid flow. The messages that
// the contract fixes are written out.
func TestEachProblemOfAFlow(t *testing.T) {
	const (
		format = "Business hours must be in HH:MM:SS format"
		order  = "business_hours_start must be before business_hours_end"
		both   = "Both business_hours_start and business_hours_end are required when use_custom_business_hours is true"
		zone   = "Invalid timezone identifier"
	)
	for _, c := range []struct {
		field, message string
		change         func(*Definition)
	}{
		{"name", "Flow name is required", func(d *Definition) { d.Name = "" }},
		{"name", "Flow name is required", func(d *Definition) { d.Name = " \t" }},
		{"name", "Flow name must be at most 255 characters", func(d *Definition) { d.Name = strings.Repeat("é", 256) }},
		{"priority", "priority must be an integer of 0 or more", func(d *Definition) { d.Priority = -1 }},
		{"priority", "priority must be an integer of 0 or more", func(d *Definition) { d.Priority = 1 << 31 }},
		{"business_hours_start", both, func(d *Definition) { d.BusinessHoursStart = nil }},
		{"business_hours_end", both, func(d *Definition) { d.BusinessHoursEnd = nil }},
		{"business_hours_start", both, func(d *Definition) { d.BusinessHoursStart, d.BusinessHoursEnd = nil, nil }},
		{"business_hours_start", format, func(d *Definition) { d.BusinessHoursStart = new("9am") }},
		{"business_hours_start", format, func(d *Definition) { d.BusinessHoursStart = new("") }},
		{"business_hours_end", format, func(d *Definition) { d.BusinessHoursEnd = new("24:00:00") }},
		{"business_hours_end", format, func(d *Definition) { d.UseCustomBusinessHours = false; d.BusinessHoursEnd = new("25:00") }},
		{"business_hours_start", order, func(d *Definition) { d.BusinessHoursEnd = new("09:00") }},
		{"business_hours_start", order, func(d *Definition) { d.BusinessHoursStart = new("18:00:01") }},
		{"business_hours_timezone", zone, func(d *Definition) { d.BusinessHoursTimezone = new("") }},
		{"business_hours_timezone", zone, func(d *Definition) { d.BusinessHoursTimezone = new("Local") }},
		{"business_hours_timezone", zone, func(d *Definition) { d.BusinessHoursTimezone = new("IST+5:30") }},
		{"business_hours_days", "business_hours_days must name at least one day", func(d *Definition) { d.BusinessHoursDays = []int{} }},
		{"business_hours_days[1]", "business_hours_days must be 1 (Monday) to 7 (Sunday)", func(d *Definition) { d.BusinessHoursDays = []int{1, 0} }},
		{"business_hours_days[0]", "business_hours_days must be 1 (Monday) to 7 (Sunday)", func(d *Definition) { d.BusinessHoursDays = []int{8} }},
		{"business_hours_days[2]", "business_hours_days must be unique", func(d *Definition) { d.BusinessHoursDays = []int{3, 4, 3} }},
		{"outside_hours", "outside_hours must be one of next_flow, defer", func(d *Definition) { d.OutsideHours = "drop" }},
		{"reentry_minutes", "reentry_minutes must be 0 to 525600", func(d *Definition) { d.ReentryMinutes = -1 }},
		{"reentry_minutes", "reentry_minutes must be 0 to 525600", func(d *Definition) { d.ReentryMinutes = 525601 }},
		{"trigger_conditions", "A flow can have at most 100 conditions", func(d *Definition) {
			for range 100 {
				d.Conditions = append(d.Conditions, d.Conditions[0])
			}
		}},
		{"actions", "A flow can have at most 50 actions", func(d *Definition) {
			for i := range 47 {
				d.Actions = append(d.Actions, Action{Order: 10 + i, Type: Wait, Config: json.RawMessage(`{"duration_minutes":1}`)})
			}
		}},
		{"actions[1].action_order", "Action orders must be unique within a flow", func(d *Definition) { d.Actions[1].Order = 1 }},
		{"actions[0].action_order", "Action orders must be positive integers", func(d *Definition) { d.Actions[0].Order = 0 }},
		{"actions[2].action_order", "Action orders must be positive integers", func(d *Definition) { d.Actions[2].Order = -4 }},
		{"actions[2].action_order", "Action orders must be positive integers", func(d *Definition) { d.Actions[2].Order = 1 << 31 }},
		{"actions[0].action_type", "action_type must be one of ai_call, whatsapp_message, email, wait", func(d *Definition) { d.Actions[0].Type = "sms" }},
		{"actions[3].condition_value", "condition_value must be null for a step that always runs", func(d *Definition) { d.Actions[3].ConditionValue = new("answered") }},
		{"actions[0].condition_value", "condition_value must be null for a step that always runs", func(d *Definition) { d.Actions[0].ConditionValue = new("answered") }},
		{"actions[1].condition_type", "condition_type must be one of always, call_outcome, previous_action_status", func(d *Definition) { d.Actions[1].ConditionType = new(StepConditionType("sometimes")) }},
		{"actions[1].condition_value", "condition_value must be one of answered, missed, failed, not_answered, voicemail, busy, no_answer for call_outcome", func(d *Definition) { d.Actions[1].ConditionValue = new("success") }},
		{"actions[1].condition_value", "condition_value must be one of answered, missed, failed, not_answered, voicemail, busy, no_answer for call_outcome", func(d *Definition) { d.Actions[1].ConditionValue = nil }},
		{"actions[2].condition_value", "condition_value must be one of success, failed, skipped for previous_action_status", func(d *Definition) { d.Actions[2].ConditionValue = new("answered") }},
	} {
		d := validFlow()
		c.change(&d)
		require.Equal(t, []FieldError{{c.field, c.message}}, Validate(&d))
	}
}

func TestEachProblemOfACondition(t *testing.T) {
	const at = "trigger_conditions[0]."
	const days = "condition_value must be a whole number of days, 1 to 36500, for within_last_days"
	const between = "condition_value must be two numbers separated by a comma, the lower first, for between"
	long := strings.Repeat("é", 256)
	operand := func(operator Operator, value string) Condition { return conditionOn("f", operator, &value) }
	for _, c := range []struct {
		condition      Condition
		field, message string
	}{
		{Condition{Type: "weather", Operator: Any}, "condition_type", "condition_type must be one of lead_source, entry_type, custom_field, contact_field"},
		{conditionOn("f", "sounds_like", new("x")), "condition_operator", "condition_operator must be one of equals, not_equals, contains, any, starts_with, ends_with, in, not_in, is_set, is_not_set, gt, gte, lt, lte, between, before, after, within_last_days"},
		{operand(Equals, long), "condition_value", "condition_value must be at most 255 characters"},
		{operand(Any, long), "condition_value", "condition_value must be at most 255 characters"},
		{Condition{Type: CustomField, Operator: Any}, "custom_field_name", "custom_field_name is required for custom_field"},
		{Condition{Type: ContactField, Operator: Any, CustomFieldName: new(" ")}, "custom_field_name", "custom_field_name is required for contact_field"},
		{conditionOn(long, Any, nil), "custom_field_name", "custom_field_name must be at most 255 characters"},
		{conditionOn("contact:shoe_size", Any, nil), "custom_field_name", "custom_field_name must be one of name, company, city, country, email, phone_country for contact_field"},
		{inGroup(-1, operand(Any, "")), "condition_group", "condition_group must be an integer of 0 or more"},
		{conditionOn("f", Contains, nil), "condition_value", "condition_value is required for contains"},
		{operand(Contains, ""), "condition_value", "condition_value is required for contains"},
		{operand(StartsWith, " "), "condition_value", "condition_value is required for starts_with"},
		{conditionOn("f", EndsWith, nil), "condition_value", "condition_value is required for ends_with"},
		{conditionOn("f", In, nil), "condition_value", "condition_value is required for in"},
		{operand(In, ", ,"), "condition_value", "condition_value must list at least one value for in"},
		{operand(NotIn, "[null]"), "condition_value", "condition_value must list at least one value for not_in"},
		{conditionOn("f", GreaterThan, nil), "condition_value", "condition_value is required for gt"},
		{operand(GreaterThan, "many"), "condition_value", "condition_value must be a number for gt"},
		{operand(GreaterOrEqual, "NaN"), "condition_value", "condition_value must be a number for gte"},
		{operand(LessThan, "1,000"), "condition_value", "condition_value must be a number for lt"},
		{operand(LessOrEqual, "0x1"), "condition_value", "condition_value must be a number for lte"},
		{conditionOn("f", Between, nil), "condition_value", "condition_value is required for between"},
		{operand(Between, "1"), "condition_value", between},
		{operand(Between, "1,2,3"), "condition_value", between},
		{operand(Between, "2,1"), "condition_value", between},
		{operand(Between, "a,b"), "condition_value", between},
		{operand(Before, "tomorrow"), "condition_value", "condition_value must be a date (YYYY-MM-DD) or an RFC 3339 time for before"},
		{operand(After, "2026-02-30"), "condition_value", "condition_value must be a date (YYYY-MM-DD) or an RFC 3339 time for after"},
		{operand(WithinLastDays, "0"), "condition_value", days},
		{operand(WithinLastDays, "1.5"), "condition_value", days},
		{operand(WithinLastDays, "36501"), "condition_value", days},
		{operand(WithinLastDays, "a week"), "condition_value", days},
	} {
		require.Equal(t, []FieldError{{at + c.field, c.message}}, ValidateConditions("trigger_conditions", []Condition{c.condition}))
	}
	for _, fine := range []Condition{
		operand(Equals, ""), conditionOn("f", Equals, nil), conditionOn("f", NotEquals, nil), conditionOn("f", Any, nil), conditionOn("tags", IsSet, nil),
		operand(In, `["a, b"]`), operand(Between, "[1, 2.5]"), operand(Between, "-1,1"), operand(Before, "2026-02-28"), operand(GreaterThan, " 1e400 "),
		operand(After, "2026-02-28T10:00:00+05:30"), operand(WithinLastDays, "36500"), operand(Equals, strings.Repeat("é", 255)),
		conditionOn("contact:phone_country", Equals, new("IN")),
		{Type: LeadSource, Operator: Any, CustomFieldName: new("")},
	} {
		require.Nil(t, ValidateConditions("trigger_conditions", []Condition{fine}), "%s %v", fine.Operator, fine.Value)
	}
}

func TestEachProblemOfAnActionConfig(t *testing.T) {
	const (
		call     = "AI call action requires agent_id and phone_number_id"
		whatsapp = "WhatsApp action requires whatsapp_phone_number_id and template_id"
		email    = "Email action requires email_template_id"
		wait     = "Wait action requires positive duration_minutes"
		object   = "action_config must be a JSON object"
	)
	long := strings.Repeat("x", 256)
	for _, c := range []struct {
		kind   ActionType
		config string
		want   []FieldError
	}{
		{AICall, ``, []FieldError{{".agent_id", call}, {".phone_number_id", call}}},
		{AICall, `null`, []FieldError{{".agent_id", call}, {".phone_number_id", call}}},
		{AICall, `{}`, []FieldError{{".agent_id", call}, {".phone_number_id", call}}},
		{AICall, `{"agent_id":"a"}`, []FieldError{{".phone_number_id", call}}},
		{AICall, `{"agent_id":" ","phone_number_id":"p"}`, []FieldError{{".agent_id", call}}},
		{AICall, `{"agent_id":7,"phone_number_id":"p"}`, []FieldError{{".agent_id", call}}},
		{AICall, `{"agent_id":"` + long + `","phone_number_id":"p"}`, []FieldError{{".agent_id", "agent_id must be at most 255 characters"}}},
		{AICall, `{"Agent_ID":"a","agent_id":"a","phone_number_id":"p"}`, []FieldError{{".Agent_ID", `Unknown key "Agent_ID" in action_config of ai_call`}}},
		{AICall, `{"agent_id":"a","phone_number_id":"p","x":1,"max_retries":6}`, []FieldError{{".x", `Unknown key "x" in action_config of ai_call`}, {".max_retries", "max_retries must be a whole number from 0 to 5"}}},
		{AICall, `{"agent_id":"a","phone_number_id":"p","max_retries":-1}`, []FieldError{{".max_retries", "max_retries must be a whole number from 0 to 5"}}},
		{AICall, `{"agent_id":"a","phone_number_id":"p","max_retries":1.5}`, []FieldError{{".max_retries", "max_retries must be a whole number from 0 to 5"}}},
		{AICall, `{"agent_id":"a","phone_number_id":"p","max_retries":"2"}`, []FieldError{{".max_retries", "max_retries must be a whole number from 0 to 5"}}},
		{AICall, `{"agent_id":"a","phone_number_id":"p","max_retries":null,"retry_delay_minutes":1e99}`, []FieldError{{".retry_delay_minutes", "retry_delay_minutes must be a whole number from 0 to 525600"}}},
		{AICall, `{"agent_id":"a","phone_number_id":"p","respect_dnc":"no"}`, []FieldError{{".respect_dnc", "respect_dnc must be true or false"}}},
		{AICall, `[]`, []FieldError{{"", object}}},
		{AICall, `"x"`, []FieldError{{"", object}}},
		{AICall, `{"agent_id":`, []FieldError{{"", object}}},
		{AICall, `{} {}`, []FieldError{{"", object}}},
		{WhatsAppMessage, `{}`, []FieldError{{".whatsapp_phone_number_id", whatsapp}, {".template_id", whatsapp}}},
		{WhatsAppMessage, `{"whatsapp_phone_number_id":"1","template_id":"t","language":7}`, []FieldError{{".language", "language must be text"}}},
		{WhatsAppMessage, `{"whatsapp_phone_number_id":"1","template_id":"t","language":"` + long + `"}`, []FieldError{{".language", "language must be at most 255 characters"}}},
		{WhatsAppMessage, `{"whatsapp_phone_number_id":"1","template_id":"t","variable_mappings":["name"]}`, []FieldError{{".variable_mappings", "variable_mappings must be an object of texts"}}},
		{WhatsAppMessage, `{"whatsapp_phone_number_id":"1","template_id":"t","variable_mappings":{"2":null,"1":7,"":"x"}}`, []FieldError{
			{".variable_mappings", "The names in variable_mappings must have 1 to 255 characters"},
			{".variable_mappings.1", "The values in variable_mappings must be text"},
			{".variable_mappings.2", "The values in variable_mappings must be text"},
		}},
		{WhatsAppMessage, `{"whatsapp_phone_number_id":"1","template_id":"t","variable_mappings":{"1":"` + strings.Repeat("y", 1025) + `"}}`, []FieldError{{".variable_mappings.1", "The values in variable_mappings must have at most 1024 characters"}}},
		{WhatsAppMessage, `{"whatsapp_phone_number_id":"1","template_id":"t","agent_id":"a"}`, []FieldError{{".agent_id", `Unknown key "agent_id" in action_config of whatsapp_message`}}},
		{Email, `{}`, []FieldError{{".email_template_id", email}}},
		{Email, `{"email_template_id":"t","from_name":[],"subject_override":true}`, []FieldError{{".from_name", "from_name must be text"}, {".subject_override", "subject_override must be text"}}},
		{Wait, `{}`, []FieldError{{".duration_minutes", wait}}},
		{Wait, `{"duration_minutes":0}`, []FieldError{{".duration_minutes", wait}}},
		{Wait, `{"duration_minutes":-5}`, []FieldError{{".duration_minutes", wait}}},
		{Wait, `{"duration_minutes":"5"}`, []FieldError{{".duration_minutes", wait}}},
		{Wait, `{"duration_minutes":1.5}`, []FieldError{{".duration_minutes", wait}}},
		{Wait, `{"duration_minutes":525601}`, []FieldError{{".duration_minutes", "duration_minutes must be at most 525600"}}},
		{Wait, `{"duration_minutes":1,"wait_until_business_hours":1}`, []FieldError{{".wait_until_business_hours", "wait_until_business_hours must be true or false"}}},
	} {
		want := make([]FieldError, len(c.want))
		for i, problem := range c.want {
			want[i] = FieldError{"actions[0].action_config" + problem.Field, problem.Message}
		}
		got := ValidateActions("actions", []Action{{Order: 1, Type: c.kind, Config: json.RawMessage(c.config)}})
		require.Equal(t, want, got, c.config)
	}
}

func TestWholeNumbersOfAConfigMayBeSpelledInAnyWay(t *testing.T) {
	for given, stored := range map[string]string{
		`{"duration_minutes":60.0}`:                                      `{"duration_minutes":60}`,
		`{"duration_minutes":6e1,"wait_until_business_hours":true}`:      `{"duration_minutes":60,"wait_until_business_hours":true}`,
		`{ "duration_minutes": 60 }`:                                     `{ "duration_minutes": 60 }`,
		`{"wait_until_business_hours":false,"duration_minutes":5.256e5}`: `{"duration_minutes":525600,"wait_until_business_hours":false}`,
	} {
		actions := []Action{{Order: 1, Type: Wait, Config: json.RawMessage(given)}}
		require.Empty(t, ValidateActions("actions", actions))
		require.Equal(t, stored, string(actions[0].Config))
		_, err := actions[0].Wait()
		require.NoError(t, err)
	}
	for _, wrong := range []string{"0.0", "1e-1", "1e19", "1e400", "-60.0", "525600.5"} {
		require.NotEmpty(t, ValidateActions("actions", []Action{{Order: 1, Type: Wait, Config: json.RawMessage(`{"duration_minutes":` + wrong + `}`)}}), wrong)
	}
}

func TestAllProblemsComeAtOnceInTheOrderOfTheFlow(t *testing.T) {
	d := validFlow()
	d.Name, d.Priority, d.BusinessHoursTimezone = "", -1, new("Mars")
	d.Conditions[1].Value = nil
	d.Actions[1].Order, d.Actions[1].Config = 1, json.RawMessage(`{"template_id":"t"}`)
	encoded, err := json.Marshal(Validate(&d))
	require.NoError(t, err)
	require.JSONEq(t, `[
		{"field":"name","message":"Flow name is required"},
		{"field":"priority","message":"priority must be an integer of 0 or more"},
		{"field":"business_hours_timezone","message":"Invalid timezone identifier"},
		{"field":"trigger_conditions[1].condition_value","message":"condition_value is required for in"},
		{"field":"actions[1].action_order","message":"Action orders must be unique within a flow"},
		{"field":"actions[1].action_config.whatsapp_phone_number_id","message":"WhatsApp action requires whatsapp_phone_number_id and template_id"}
	]`, string(encoded))
}

func TestConfigsAreRead(t *testing.T) {
	d := validFlow()
	call, err := d.Actions[0].Call()
	require.NoError(t, err)
	require.Equal(t, CallConfig{AgentID: "a", PhoneNumberID: "p", MaxRetries: 5, RetryDelayMinutes: new(0), RespectDNC: new(false)}, call)
	message, err := d.Actions[1].WhatsApp()
	require.NoError(t, err)
	require.Equal(t, WhatsAppConfig{PhoneNumberID: "1", TemplateID: "hello", Language: "hi", VariableMappings: map[string]string{"1": "name", "header.1": "{{ city }}"}}, message)
	mail, err := d.Actions[2].Email()
	require.NoError(t, err)
	require.Equal(t, EmailConfig{TemplateID: "t", FromName: "Asha", SubjectOverride: "Hi"}, mail)
	wait, err := d.Actions[3].Wait()
	require.NoError(t, err)
	require.Equal(t, WaitConfig{DurationMinutes: 525600, WaitUntilBusinessHours: true}, wait)

	message, err = Action{Type: WhatsAppMessage, Config: json.RawMessage(`{"of a newer version":1}`)}.WhatsApp()
	require.NoError(t, err)
	require.Equal(t, "en", message.Language)
	_, err = d.Actions[0].Wait()
	require.EqualError(t, err, "step 1 is ai_call, not wait")
	_, err = Action{Order: 7, Type: Wait, Config: json.RawMessage(`[]`)}.Wait()
	require.ErrorContains(t, err, "read configuration of step 7 (wait)")
}

// TestWhatIsValidCompilesAndReads: what Validate lets pass, the rest of the
// core can use.
func TestWhatIsValidCompilesAndReads(t *testing.T) {
	maybe := func(t *rapid.T, label string, texts ...string) *string {
		if rapid.IntRange(0, 3).Draw(t, label+"?") == 0 {
			return nil
		}
		return new(rapid.SampledFrom(texts).Draw(t, label))
	}
	valid := 0
	rapid.Check(t, func(t *rapid.T) {
		d := Definition{
			Name: "x", IsEnabled: true, UseCustomBusinessHours: rapid.Bool().Draw(t, "custom"),
			BusinessHoursStart: maybe(t, "start", "09:00", "10:00:00", "late"), BusinessHoursEnd: maybe(t, "end", "18:00", "17:00:30", "09:30"),
			BusinessHoursTimezone: maybe(t, "zone", "Asia/Kolkata", "UTC", "Local"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "conditions") {
			d.Conditions = append(d.Conditions, conditionOn("f", rapid.SampledFrom(operators).Draw(t, "operator"), maybe(t, "value", "5", "5", "1,2", "2,1", "abc", "2026-02-01", "[1,2]", " ")))
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "actions") {
			minutes := rapid.IntRange(0, 9).Draw(t, "minutes")
			d.Actions = append(d.Actions, Action{Order: i + 1, Type: Wait, Config: json.RawMessage(fmt.Sprintf(`{"duration_minutes":%d}`, minutes))})
		}
		if Validate(&d) != nil {
			return
		}
		valid++
		compiled, err := Compile(d)
		require.NoError(t, err)
		for _, c := range compiled.conditions {
			require.Empty(t, c.operand.problem, "%s %v", c.Operator, c.Value)
			_, note := c.holds(attribute{kind: CustomField}.newValue("5"), someNow)
			require.NotContains(t, note, "condition's value")
		}
		for _, a := range d.Actions {
			config, err := a.Wait()
			require.NoError(t, err)
			require.Positive(t, config.DurationMinutes)
		}
		require.Nil(t, Validate(&d), "the stored form is valid")
	})
	require.Positive(t, valid)
}
