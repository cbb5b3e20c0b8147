package flow

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const eventTenant = "0198c0de-0000-7000-8000-000000000001"

// eventWith is the whole event of the design with some texts replaced:
// pairs of what to replace, and by what.
func eventWith(pairs ...string) []byte {
	const whole = `{"specversion":"1.0","id":"lead-8f2c","source":"indiamart","type":"lead.created","time":"2026-11-22T04:30:00Z","tenantid":"` + eventTenant + `",
 "data":{"contact":{"name":"Asha Rao","phone":"+91 98450 12345","email":"asha@example.com","company":"","city":"Pune","country":"IN","tags":["hot"],"external_id":"crm-17","custom_fields":{"budget":250000}},
         "lead_source":"IndiaMART","entry_type":"webhook","notes":"wants a demo"}}`
	return []byte(strings.NewReplacer(pairs...).Replace(whole))
}

func rejected(t require.TestingT, body []byte) *RejectError {
	_, err := ParseEvent(body)
	var refusal *RejectError
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, refusal.Reason, refusal.Error())
	return refusal
}

func TestAnEventIsRead(t *testing.T) {
	event, err := ParseEvent(eventWith())
	require.NoError(t, err)
	at := time.Date(2026, 11, 22, 4, 30, 0, 0, time.UTC)
	body := event.Body
	event.Body = nil
	require.Equal(t, Event{
		TenantID: uuid.MustParse(eventTenant), Source: "indiamart", ID: "lead-8f2c", Type: "lead.created", Time: &at,
		LeadSource: "IndiaMART", EntryType: "webhook", Notes: "wants a demo",
		Contact: EventContact{
			ExternalID: "crm-17", Name: "Asha Rao", Phone: "+91 98450 12345", Email: "asha@example.com", City: "Pune", Country: "IN",
			Tags: []string{"hot"}, CustomFields: map[string]any{"budget": json.Number("250000")},
		},
	}, event)
	require.JSONEq(t, string(eventWith()), string(body))
}

func TestWhatIsOptionalMayBeMissing(t *testing.T) {
	for _, body := range []string{
		`{"specversion":"1.0","id":"1","source":"s","tenantid":"` + eventTenant + `","data":{"contact":{"phone":"1"}}}`,
		`{"specversion":"1.0","id":"1","source":"s","tenantid":"` + eventTenant + `","data":{"contact":{"email":"a@b"},"lead_source":null,"notes":null}}`,
		`{"specversion":"1.0","id":"1","source":"s","tenantid":"` + eventTenant + `","data":{"contact":{"phone":"1","name":null,"tags":null,"custom_fields":null}}}`,
		`{"specversion":"1.0","id":"1","source":"s","time":"yesterday","type":7,"subject":{},"traceparent":"00-a","tenantid":"` + eventTenant + `","data":{"contact":{"phone":"1","shoe_size":9}}}`,
		"\ufeff" + `  {"specversion":"1.0","id":"1","source":"s","tenantid":"` + strings.ToUpper(eventTenant) + `","data":{"contact":{"phone":"1"}}}  `,
	} {
		event, err := ParseEvent([]byte(body))
		require.NoError(t, err, body)
		require.Nil(t, event.Time)
		require.Equal(t, "1", event.ID)
		require.Equal(t, uuid.MustParse(eventTenant), event.TenantID)
	}
}

func TestNumbersAreTakenAsText(t *testing.T) {
	for number, want := range map[string]string{
		"919845012345": "919845012345", "9.198450123450e11": "919845012345", "9845012345.0": "9845012345", "1e99": "1e99", "-5": "-5", "1.5": "1.5",
	} {
		event, err := ParseEvent(eventWith(`"+91 98450 12345"`, number, `"lead-8f2c"`, number, `"crm-17"`, number, `["hot"]`, "["+number+"]"))
		require.NoError(t, err)
		require.Equal(t, want, event.Contact.Phone)
		require.Equal(t, want, event.ID)
		require.Equal(t, want, event.Contact.ExternalID)
		require.Equal(t, []string{want}, event.Contact.Tags)
	}
}

func TestTagsMayBeOneText(t *testing.T) {
	event, err := ParseEvent(eventWith(`["hot"]`, `" hot, cold ,,DNC "`))
	require.NoError(t, err)
	require.Equal(t, []string{"hot", "cold", "DNC"}, event.Lead(Tenant{}).Contact.Tags)
}

func TestOfARepeatedKeyTheLastCounts(t *testing.T) {
	event, err := ParseEvent(eventWith(`"name":"Asha Rao"`, `"name":"First","name":"Last"`))
	require.NoError(t, err)
	require.Equal(t, "Last", event.Contact.Name)
	require.NotContains(t, string(event.Body), "First")
	event, err = ParseEvent(eventWith(`"name":"Asha Rao"`, `"Name":"Other"`))
	require.NoError(t, err)
	require.Empty(t, event.Contact.Name, "names are exact")
}

// TestRejections lists every reason.
func TestRejections(t *testing.T) {
	long := strings.Repeat("x", 256)
	deep := strings.Repeat("[", 101) + strings.Repeat("]", 101)
	for _, c := range []struct {
		reason string
		body   []byte
	}{
		{"The event is empty", nil},
		{"The event is empty", []byte(" \n\ufeff")[:2]},
		{"The event is empty", []byte("\ufeff")},
		{"The event is not valid JSON", []byte("hello")},
		{"The event is not valid JSON", []byte(`{"specversion":"1.0"`)},
		{"The event is not valid JSON", eventWith("}}", "}}}")},
		{"The event is not valid JSON", []byte("]]]]")},
		{"The event is not valid JSON", []byte(`{"a":NaN}`)},
		{"The event is not a JSON object", []byte(`[1]`)},
		{"The event is not a JSON object", []byte(`null`)},
		{"The event is not a JSON object", []byte(`"text"`)},
		{"The event is not valid UTF-8", eventWith("Asha", "As\xffha")},
		{"The event is not valid UTF-8", eventWith("Asha", "\xed\xa0\x80")},
		{"The event contains the character NUL, which cannot be stored", eventWith("Asha", `\u0000`)},
		{"The event contains the character NUL, which cannot be stored", eventWith("budget", `\u0000`)},
		{"The event contains the character NUL, which cannot be stored", eventWith(`"hot"`, `{"a":["\u0000"]}`)},
		{"The event contains a number too large to be stored", eventWith("250000", "1e131073")},
		{"The event contains a number too large to be stored", eventWith("250000", "1e-16384")},
		{"The event contains a number too large to be stored", eventWith("250000", "0e999999999999999999999")},
		{"The event contains a number too large to be stored", eventWith("250000", "[1e131071,1e131071,1]")},
		{"The event contains a number too large to be stored", eventWith("250000", "0."+strings.Repeat("0", 16384))},
		{"The event's JSON is nested deeper than 100 levels", eventWith("250000", deep)},
		{"The event's JSON is nested deeper than 100 levels", []byte(strings.Repeat("[", 200_000))},
		{`specversion must be "1.0"`, eventWith(`"1.0"`, `"0.3"`)},
		{`specversion must be "1.0"`, eventWith(`"1.0"`, `1.0`)},
		{`specversion must be "1.0"`, eventWith(`"specversion":"1.0",`, ``)},
		{`specversion must be "1.0"`, []byte(`{}`)},
		{"tenantid is missing", eventWith(`"tenantid"`, `"tenant"`)},
		{"tenantid is missing", eventWith(eventTenant, "")},
		{"tenantid is not a UUID", eventWith(eventTenant, "acme")},
		{"tenantid is not a UUID", eventWith(eventTenant, "{"+eventTenant+"}")},
		{"tenantid is not a UUID", eventWith(`"`+eventTenant+`"`, "17")},
		{"source is missing", eventWith(`"indiamart"`, `" "`)},
		{"source is missing", eventWith(`"indiamart"`, `null`)},
		{"source must be text", eventWith(`"indiamart"`, `{}`)},
		{"source is longer than 255 characters", eventWith("indiamart", long)},
		{"id is missing", eventWith(`"id":"lead-8f2c",`, "")},
		{"id must be text", eventWith(`"lead-8f2c"`, "true")},
		{"id is longer than 255 characters", eventWith("lead-8f2c", long)},
		{"data is missing", []byte(`{"specversion":"1.0","id":"1","source":"s","tenantid":"` + eventTenant + `"}`)},
		{"data must be a JSON object", []byte(`{"specversion":"1.0","id":"1","source":"s","tenantid":"` + eventTenant + `","data":"{}"}`)},
		{"data.contact is missing", []byte(`{"specversion":"1.0","id":"1","source":"s","tenantid":"` + eventTenant + `","data":{}}`)},
		{"data.contact must be a JSON object", []byte(`{"specversion":"1.0","id":"1","source":"s","tenantid":"` + eventTenant + `","data":{"contact":[]}}`)},
		{"data.lead_source must be text", eventWith(`"IndiaMART"`, "[]")},
		{"data.entry_type is longer than 255 characters", eventWith("webhook", long)},
		{"data.notes must be text", eventWith(`"wants a demo"`, "{}")},
		{"data.contact.name must be text", eventWith(`"Asha Rao"`, "{}")},
		{"data.contact.name is longer than 255 characters", eventWith("Asha Rao", strings.Repeat("é", 256))},
		{"data.contact.company is longer than 255 characters", eventWith(`"company":""`, `"company":"`+long+`"`)},
		{"data.contact.city must be text", eventWith(`"Pune"`, "false")},
		{"data.contact.country is longer than 255 characters", eventWith(`"IN"`, `"`+long+`"`)},
		{"data.contact.email is longer than 255 characters", eventWith("asha@", long+"@")},
		{"data.contact.phone is longer than 255 characters", eventWith("98450", long)},
		{"data.contact.external_id is longer than 255 characters", eventWith("crm-17", long)},
		{"data.contact.tags must be a list of texts", eventWith(`["hot"]`, "{}")},
		{"data.contact.tags[1] must be text", eventWith(`["hot"]`, `["hot",[]]`)},
		{"data.contact.tags[0] is longer than 255 characters", eventWith("hot", long)},
		{"data.contact.tags has more than 100 tags", eventWith(`["hot"]`, "["+strings.Repeat(`"a",`, 100)+`"a"]`)},
		{"data.contact.custom_fields must be a JSON object", eventWith(`{"budget":250000}`, "[]")},
		{"data.contact.custom_fields has a name longer than 255 characters", eventWith("budget", long)},
		{"data.contact.custom_fields has more than 200 fields", eventWith(`{"budget":250000}`, manyFields(201))},
		{"The lead has neither a phone nor an e-mail", eventWith("+91 98450 12345", " ", "asha@example.com", "")},
		{"The lead has neither a phone nor an e-mail", eventWith(`"+91 98450 12345"`, "null", `"asha@example.com"`, "null")},
		{"The lead has no phone, and its e-mail is not an address", eventWith("+91 98450 12345", "", "asha@example.com", "asha at example")},
	} {
		_, err := ParseEvent(c.body)
		require.Error(t, err, c.reason)
		refusal := rejected(t, c.body)
		require.Equal(t, c.reason, refusal.Reason)
		require.NotContains(t, refusal.Reason, "Asha")
	}
}

func manyFields(n int) string {
	fields := map[string]int{}
	for i := range n {
		fields[strings.Repeat("k", i+1)] = i
	}
	encoded, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

func TestTheLimitsThemselvesAreAllowed(t *testing.T) {
	long := strings.Repeat("é", 255)
	event, err := ParseEvent(eventWith("Asha Rao", long, "crm-17", long, "lead-8f2c", long, "indiamart", long, "hot", long, `{"budget":250000}`, manyFields(200)))
	require.NoError(t, err)
	require.Equal(t, long, event.Contact.Name)

	_, err = ParseEvent(eventWith("250000", strings.Repeat("[", 96)+"1e400"+strings.Repeat("]", 96)))
	require.NoError(t, err, "100 levels in all")
	_, err = ParseEvent(eventWith("250000", strings.Repeat("[", 97)+strings.Repeat("]", 97)))
	require.Error(t, err)
	_, err = ParseEvent(eventWith("250000", "[1e131071,1e-16383]"))
	require.NoError(t, err)
	_, err = ParseEvent(eventWith("wants a demo", `braces [[[[ in text \" [[[[ `+strings.Repeat("[", 500)))
	require.NoError(t, err)
}

func TestSizeIsLimitedTo256KiB(t *testing.T) {
	body := eventWith()
	fitting := eventWith("wants a demo", "wants a demo"+strings.Repeat("!", MaxEventBytes-len(body)))
	require.Len(t, fitting, MaxEventBytes)
	_, err := ParseEvent(fitting)
	require.NoError(t, err)

	refusal := rejected(t, append(fitting, ' '))
	require.Equal(t, "The event has 262145 bytes, more than the 262144 allowed", refusal.Reason)
	require.Equal(t, [3]string{eventTenant, "indiamart", "lead-8f2c"}, [3]string{refusal.Tenant, refusal.Source, refusal.ID})

	refusal = rejected(t, append(fitting, strings.Repeat(" ", maxClaimBytes)...))
	require.Empty(t, refusal.Tenant, "what is larger than any message is not read at all")
}

func TestARefusalCarriesTheNamesThatCouldBeRead(t *testing.T) {
	for _, c := range []struct {
		body               []byte
		tenant, source, id string
	}{
		{eventWith("+91 98450 12345", "", "asha@example.com", ""), eventTenant, "indiamart", "lead-8f2c"},
		{eventWith("Asha", `\u0000`), eventTenant, "indiamart", "lead-8f2c"},
		{eventWith("Asha", "\xff"), eventTenant, "indiamart", "lead-8f2c"},
		{eventWith("250000", strings.Repeat("[", 101)+strings.Repeat("]", 101)), eventTenant, "indiamart", "lead-8f2c"},
		{eventWith(eventTenant, "acme"), "acme", "indiamart", "lead-8f2c"},
		{eventWith(eventTenant, "acme", `"indiamart"`, "{}", "lead-8f2c", `a\u0000`), "acme", "", ""},
		{eventWith(eventTenant, strings.Repeat("x", 300), "indiamart", "\xff"), "", "", "lead-8f2c"},
		{[]byte("not JSON"), "", "", ""},
		{[]byte("[]"), "", "", ""},
		{nil, "", "", ""},
	} {
		refusal := rejected(t, c.body)
		require.Equal(t, [3]string{c.tenant, c.source, c.id}, [3]string{refusal.Tenant, refusal.Source, refusal.ID})
	}
}

func TestHalfACharacterIsReplaced(t *testing.T) {
	event, err := ParseEvent(eventWith("wants a demo", `wants a demo \ud83d`, "Pune", `\ude00 \ud83d\ude00`))
	require.NoError(t, err)
	require.Equal(t, "wants a demo \ufffd", event.Notes)
	require.Equal(t, "\ufffd \U0001F600", event.Contact.City)
	require.NotContains(t, string(event.Body), `\ud83d`)
	require.True(t, utf8.Valid(event.Body))
}

func TestTheBodyKeptIsReadTheSame(t *testing.T) {
	event, err := ParseEvent(eventWith("wants", `<b>&\u2028\n\"`, "250000", "1.50e3"))
	require.NoError(t, err)
	again, err := ParseEvent(event.Body)
	require.NoError(t, err)
	require.Equal(t, event, again)
	require.Contains(t, string(event.Body), "<b>&")
}

// TestAnyBytesAreReadOrRefused: no panic, and a refusal always has a reason.
func TestAnyBytesAreReadOrRefused(t *testing.T) {
	pieces := rapid.SampledFrom([]string{
		`"`, `{`, `}`, `[`, `]`, `,`, `:`, `\`, `null`, `1e9`, `-`, "\x00", "\xff", `\u0000`, "é", `{"a":`, `"phone"`, `"data"`, " ", "💥",
	})
	rapid.Check(t, func(t *rapid.T) {
		body := eventWith()
		at := rapid.IntRange(0, len(body)).Draw(t, "at")
		upTo := rapid.IntRange(at, min(len(body), at+40)).Draw(t, "up to")
		insert := strings.Join(rapid.SliceOfN(pieces, 0, 6).Draw(t, "pieces"), "")
		broken := append(append(append([]byte{}, body[:at]...), insert...), body[upTo:]...)
		event, err := ParseEvent(broken)
		if err != nil {
			require.NotEmpty(t, rejected(t, broken).Reason)
			return
		}
		require.True(t, json.Valid(event.Body))
		require.NotContains(t, string(event.Body), `\u0000`)
		event.Lead(Tenant{DefaultRegion: "IN"})
	})
}

func FuzzParseEvent(f *testing.F) {
	f.Add(eventWith())
	f.Add(eventWith("Asha", `\ud83d`, "250000", "1e400"))
	f.Fuzz(func(t *testing.T, body []byte) {
		event, err := ParseEvent(body)
		if err != nil {
			require.NotEmpty(t, rejected(t, body).Reason)
			return
		}
		lead := event.Lead(Tenant{DefaultRegion: "IN"})
		Keys(lead.Contact)
		Merge(lead.Contact, lead.Contact)
	})
}
