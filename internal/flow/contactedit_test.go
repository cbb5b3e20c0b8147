package flow_test

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

func TestSearchTerms(t *testing.T) {
	t.Parallel()
	for search, want := range map[string]struct {
		terms []string
		or    string
	}{
		"":                   {[]string{}, ""},
		"  ":                 {[]string{}, ""},
		"asha":               {[]string{"asha"}, ""},
		" Asha  Rao ":        {[]string{"Asha", "Rao"}, ""},
		"as r":               {[]string{" as", " r"}, ""},
		"éü":                 {[]string{" éü"}, ""},
		"+91 (98450) 12-345": {[]string{"919845012345"}, "+91 (98450) 12-345"},
		"00919845":           {[]string{"919845"}, "00919845"},
		"९८४५":               {[]string{"9845"}, "९८४५"},
		"007":                {[]string{"007"}, ""},
		"12":                 {[]string{" 12"}, ""},
		"crm-17":             {[]string{"crm-17"}, ""},
	} {
		terms, or := flow.SearchTerms(search)
		require.Equal(t, want.terms, terms, search)
		require.Equal(t, want.or, or, search)
	}
}

func TestAnEditKeepsAZoneWhilePhoneAndCountryStay(t *testing.T) {
	t.Parallel()
	tenant := flow.Tenant{DefaultRegion: "IN"}
	old := flow.Contact{Name: "Asha", Email: "a@example.com", Country: "United States", TimeZone: "America/Chicago"}
	given := old.Given()
	given.Name = "Asha Rao"
	require.Equal(t, "America/Chicago", old.Edited(given, tenant).TimeZone)
	given.Country = "Canada"
	require.Empty(t, old.Edited(given, tenant).TimeZone)
	given.Phone = "+91 98450 12345"
	require.Equal(t, "Asia/Kolkata", old.Edited(given, tenant).TimeZone)
}

func TestAnEditMayEmptyWhatALeadMayNot(t *testing.T) {
	t.Parallel()
	old := flow.Contact{Name: "Asha", Phone: "+919845012345", PhoneValid: true, Tags: []string{"hot"}, CustomFields: map[string]any{"a": 1}}
	edited := old.Edited(flow.EventContact{Email: "a@example.com"}, flow.Tenant{DefaultRegion: "IN"})
	require.Equal(t, flow.Contact{Email: "a@example.com", Tags: []string{}, CustomFields: map[string]any{}}, edited)
	added, removed := flow.KeysChanged(old, edited)
	require.Equal(t, []flow.Key{{Kind: flow.KeyEmail, Value: "a@example.com"}}, added)
	require.Equal(t, []flow.Key{{Kind: flow.KeyPhone, Value: "+919845012345"}}, removed)
}

func TestAMaskedAddressCannotBeUsed(t *testing.T) {
	t.Parallel()
	require.Equal(t, "…2345", flow.Suppression{Kind: "phone", Value: "+919845012345"}.Masked())
	require.Equal(t, "…@example.com", flow.Suppression{Kind: "email", Value: "asha@example.com"}.Masked())
}

func TestNamesAreErasedAsTextNotAsPatterns(t *testing.T) {
	t.Parallel()
	pattern := regexp.MustCompile(flow.ErasurePattern(flow.Contact{Name: "A. (Rao) [x]*", Phone: "12"}))
	require.Equal(t, "called [erased] at [erased] and AB (Rao)", pattern.ReplaceAllString("called A. (Rao) [x]* at a@example.com and AB (Rao)", flow.ErasedText))
}

func TestAnAnonymousStepKeepsWhatItCameTo(t *testing.T) {
	t.Parallel()
	step := flow.Step{Error: flow.DeliveryUnknown, Result: json.RawMessage(`{"status":"sent","to_phone":"+919845012345"}`)}.Anonymous()
	require.Equal(t, flow.DeliveryUnknown, step.Error)
	require.JSONEq(t, `{"status":"sent"}`, string(step.Result))
	require.Nil(t, flow.Step{}.Anonymous().Result)
}
