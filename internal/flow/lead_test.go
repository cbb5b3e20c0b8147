package flow

import (
	"encoding/json"
	"testing"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

var indianTenant = Tenant{TimeZone: "Asia/Kolkata", DefaultRegion: "IN"}

func TestALeadIsNormalised(t *testing.T) {
	event, err := ParseEvent(eventWith("Asha Rao", ` Asha\r\nRao `, "asha@example.com", " Asha@Example.com ", `["hot"]`, `["hot"," HOT ","","VIP"]`, "IndiaMART", ` IndiaMART\t`))
	require.NoError(t, err)
	require.Equal(t, Lead{
		Source: "indiamart", EventID: "lead-8f2c", LeadSource: "IndiaMART", EntryType: "webhook", Notes: "wants a demo",
		Contact: Contact{
			ExternalID: "crm-17", Name: "Asha  Rao", Phone: "+919845012345", PhoneValid: true, Email: "Asha@Example.com", City: "Pune",
			Country: "IN", TimeZone: "Asia/Kolkata", Tags: []string{"hot", "VIP"}, CustomFields: map[string]any{"budget": json.Number("250000")},
		},
	}, event.Lead(indianTenant))
}

func TestPhonesAreReadAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct{ given, country, want string }{
		{"+91 98450 12345", "", "+919845012345"},
		{"9845012345", "", "+919845012345"},
		{"09845012345", "", "+919845012345"},
		{"919845012345", "", "+919845012345"},
		{"0091-98450-12345", "", "+919845012345"},
		{"(+91) 98450.12345", "", "+919845012345"},
		{"tel:+91-98450-12345", "", "+919845012345"},
		{"９８４５０１２３４５", "", "+919845012345"},
		{"९८४५०१२३४५", "", "+919845012345"},
		{"𝟗𝟖𝟒𝟓𝟎𝟏𝟐𝟑𝟒𝟓", "", "+919845012345"},
		{"\u202a+91\u00a098450\u200b12345\u202c", "", "+919845012345"}, // as copied from a chat
		{"98450 12345 / 98450 12346", "", "+919845012345"},
		{"98450 12345 ext. 7", "", "+919845012345"},
		{"+1 415 555 0123", "", "+14155550123"},
		{"415-555-0123", "US", "+14155550123"},
		{"415-555-0123", "united states", "+14155550123"},
		{"050 123 4567", "UAE", "+971501234567"},
		{"020 7183 8750", "UK", "+442071838750"},
		{"9845012345", "GB", "+919845012345"}, // in Britain a premium-rate number
		{"9845012345", "Atlantis", "+919845012345"},
		{"+1 415 555 0123", "IN", "+14155550123"},
		{"9845012345", "AE", "+919845012345"}, // no number of the Emirates, so the tenant's region
	} {
		got, ok := NormalizePhone(c.given, c.country, "IN")
		require.True(t, ok, c.given)
		require.Equal(t, c.want, got, "%s in %s", c.given, c.country)
	}
}

func TestAnUnusablePhoneIsKeptAsGiven(t *testing.T) {
	for _, given := range []string{"12345", "n/a", "98450123", "+91 98450 12345 678", "+999 123", "-", "١٢", "call me", "911", "+15555550100", "+19005550123"} {
		got, ok := NormalizePhone("  "+given+" ", "IN", "IN")
		require.False(t, ok, given)
		require.Equal(t, given, got)
	}
	lead := Event{Contact: EventContact{Phone: " 12345 "}}.Lead(indianTenant)
	require.Equal(t, "12345", lead.Contact.Phone)
	require.False(t, lead.Contact.PhoneValid)
	_, ok := NormalizePhone("9845012345", "", "")
	require.False(t, ok, "no region tells the country")
}

func TestAnyTextIsAPhoneOrNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		given := rapid.OneOf(rapid.StringMatching(`[+0-9()./ x;=-]{0,20}`), rapid.String()).Draw(t, "given")
		got, ok := NormalizePhone(given, rapid.SampledFrom([]string{"", "US", "india"}).Draw(t, "country"), "IN")
		if ok {
			require.Regexp(t, `^\+[1-9][0-9]{5,14}$`, got)
			again, stillOK := NormalizePhone(got, "", "")
			require.True(t, stillOK)
			require.Equal(t, got, again)
		}
	})
}

func TestDigitsOfEveryScriptAreRead(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		got := asciiDigit(r)
		if !unicode.IsDigit(r) {
			if got != r {
				t.Fatalf("U+%04X is no digit", r)
			}
			continue
		}
		decomposed := norm.NFKC.String(string(r))
		if len(decomposed) == 1 {
			require.Equal(t, decomposed, string(got), "U+%04X", r)
		}
		require.Equal(t, got != '0', unicode.IsDigit(r-1) && asciiDigit(r-1) == got-1, "U+%04X", r)
	}
}

func TestEveryRegionsExampleIsRead(t *testing.T) {
	for region := range phonenumbers.GetSupportedRegions() {
		example := phonenumbers.GetExampleNumber(region)
		require.NotNil(t, example, region)
		national := phonenumbers.Format(example, phonenumbers.NATIONAL)
		got, ok := NormalizePhone(national, region, "IN")
		require.True(t, ok, region)
		require.Equal(t, phonenumbers.Format(example, phonenumbers.E164), got, region)
		require.NotPanics(t, func() { zoneOf(Contact{Phone: got, PhoneValid: true, Country: region}) })
	}
}

func TestCountriesAreRead(t *testing.T) {
	for country, want := range map[string]string{
		"IN": "IN", "in": "IN", " IND ": "IN", "India": "IN", "INDIA": "IN", "UK": "GB", "United Kingdom": "GB", "usa": "US",
		"United States of America": "US", "U.A.E.": "AE", "Côte d'Ivoire": "CI", "Ivory Coast": "CI", "Turkey": "TR", "Hong Kong": "HK",
		"": "", " ": "", "Atlantis": "", "EU": "", "ZZ": "", "Europe": "", "?": "", "भारत": "",
	} {
		require.Equal(t, want, RegionCode(country), country)
	}
}

func TestTheTimeZoneFollowsPhoneThenCountry(t *testing.T) {
	for _, c := range []struct{ phone, country, want string }{
		{"+919845012345", "", "Asia/Kolkata"},
		{"+919845012345", "US", "Asia/Kolkata"},
		{"", "IN", "Asia/Kolkata"},
		{"", "India", "Asia/Kolkata"},
		{"+14155550123", "", "America/Los_Angeles"},
		{"+12025550123", "IN", "America/New_York"},
		{"+18005550199", "", ""},               // toll-free: anywhere in America
		{"+18005550199", "US", ""},             // a country of several zones
		{"+18005550199", "IN", "Asia/Kolkata"}, // the country tells more
		{"+447400123456", "", "Europe/London"},
		{"", "GB", "Europe/London"},
		{"", "GG", "Europe/Guernsey"}, // the same clock by another name
		{"", "Germany", "Europe/Berlin"},
		{"+9779841234567", "", "Asia/Kathmandu"},
		{"", "VN", "Asia/Ho_Chi_Minh"},
		{"", "ES", ""}, // the Canaries are an hour behind
		{"", "US", ""},
		{"", "", ""},
		{"", "Atlantis", ""},
		{"+80012345678", "", ""},
	} {
		got := zoneOf(Contact{Phone: c.phone, PhoneValid: c.phone != "", Country: c.country})
		require.Equal(t, c.want, got, "%s %s", c.phone, c.country)
	}
	require.Empty(t, zoneOf(Contact{Phone: "+919845012345"}), "an unusable phone tells nothing")
}

func TestEveryZoneDerivedIsARealOne(t *testing.T) {
	for region := range phonenumbers.GetSupportedRegions() {
		for _, contact := range []Contact{
			{Country: region},
			{Phone: phonenumbers.Format(phonenumbers.GetExampleNumber(region), phonenumbers.E164), PhoneValid: true},
		} {
			if zone := zoneOf(contact); zone != "" {
				require.True(t, ValidZone(zone), "%s for %v", zone, contact)
				require.NotContains(t, renamedZones, zone)
			}
		}
	}
}

func TestEmails(t *testing.T) {
	for given, want := range map[string]string{
		"asha@example.com": "asha@example.com", " Asha@Example.COM\n": "Asha@Example.COM", "Asha Rao <asha@example.com>": "asha@example.com",
		"a@b": "a@b", "a+b@example.co.in": "a+b@example.co.in", "उदा@उदाहरण.भारत": "उदा@उदाहरण.भारत",
	} {
		got, ok := UsableEmail(given)
		require.True(t, ok, given)
		require.Equal(t, want, got)
	}
	for _, given := range []string{
		"", " ", "asha", "asha@", "@example.com", "a b@example.com", "a@b@c", "asha@example.com,b@example.com", `"a b"@example.com`,
		"a@[127.0.0.1]", "asha@exam ple.com", "asha@example.com\x00", "a@b\r\nBcc: c@d", "<a@b", "mailto:a@b",
	} {
		_, ok := UsableEmail(given)
		require.False(t, ok, given)
	}
	require.Equal(t, EmailKey("asha@example.com"), EmailKey(" ASHA <Asha@EXAMPLE.com>"))
}

func TestAnUnusableEmailIsKeptBesideAPhone(t *testing.T) {
	event, err := ParseEvent(eventWith("asha@example.com", "asha at example"))
	require.NoError(t, err)
	contact := event.Lead(indianTenant).Contact
	require.Equal(t, "asha at example", contact.Email)
	require.Equal(t, []Key{{KeyExternalID, "crm-17"}, {KeyPhone, "+919845012345"}}, Keys(contact))
}
