package flow

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestKeysNameAContact(t *testing.T) {
	require.Equal(t, []Key{{KeyExternalID, "crm-17"}, {KeyPhone, "+919845012345"}, {KeyEmail, "asha@example.com"}},
		Keys(Contact{ExternalID: " crm-17 ", Phone: "+919845012345", PhoneValid: true, Email: "Asha@Example.com"}))
	require.Empty(t, Keys(Contact{Phone: "12345", Email: "nobody", ExternalID: " "}), "what is unusable names nobody")
	require.Empty(t, Keys(Contact{PhoneValid: true}))
	require.NotEqual(t, Keys(Contact{ExternalID: "A"}), Keys(Contact{ExternalID: "a"}), "external ids are exact")
}

func TestMerging(t *testing.T) {
	old := Contact{
		ID: uuid.New(), ExternalID: "crm-17", Name: "Asha", Phone: "+919845012345", PhoneValid: true, Email: "asha@example.com",
		Company: "Rao & Co", City: "Pune", Country: "IN", TimeZone: "Asia/Kolkata", Tags: []string{"DNC", "hot"},
		CustomFields: map[string]any{"budget": json.Number("1"), "plan": "gold", "blank": "", "list": []any{"a"}},
	}
	t.Run("nothing new changes nothing", func(t *testing.T) {
		require.Empty(t, cmp.Diff(old, Merge(old, Contact{})))
		blank := Contact{Name: " ", Company: "\t", CustomFields: map[string]any{"budget": nil, "plan": " ", "list": []any{}, "blank": nil}}
		require.Empty(t, cmp.Diff(old, Merge(old, blank)))
	})
	t.Run("full values replace", func(t *testing.T) {
		got := Merge(old, Contact{
			ID: uuid.New(), ExternalID: "crm-18", Name: "Asha Rao", Phone: "+14155550123", PhoneValid: true, Email: "a@example.com",
			Company: "Rao", City: "San Francisco", Country: "US", TimeZone: "America/Los_Angeles", Tags: []string{"HOT", "vip"},
			CustomFields: map[string]any{"budget": json.Number("0"), "new": nil, "blank": false, "list": map[string]any{}},
		})
		require.Empty(t, cmp.Diff(Contact{
			ID: old.ID, ExternalID: "crm-18", Name: "Asha Rao", Phone: "+14155550123", PhoneValid: true, Email: "a@example.com",
			Company: "Rao", City: "San Francisco", Country: "US", TimeZone: "America/Los_Angeles", Tags: []string{"DNC", "hot", "vip"},
			CustomFields: map[string]any{"budget": json.Number("0"), "plan": "gold", "new": nil, "blank": false, "list": []any{"a"}},
		}, got))
	})
	t.Run("what is unusable does not replace what is usable", func(t *testing.T) {
		got := Merge(old, Contact{Phone: "12345", Email: "nobody"})
		require.Equal(t, old.Phone, got.Phone)
		require.True(t, got.PhoneValid)
		require.Equal(t, old.Email, got.Email)
	})
	t.Run("what is unusable replaces the like, and is replaced", func(t *testing.T) {
		got := Merge(Contact{Phone: "1", Email: "x"}, Contact{Phone: "2", Email: "y"})
		require.Equal(t, [2]string{"2", "y"}, [2]string{got.Phone, got.Email})
		got = Merge(got, Contact{Phone: "+919845012345", PhoneValid: true, Email: "a@b"})
		require.Equal(t, [2]string{"+919845012345", "a@b"}, [2]string{got.Phone, got.Email})
		require.True(t, got.PhoneValid)
		require.Equal(t, "Asia/Kolkata", got.TimeZone)
	})
	t.Run("the zone is the merged phone's", func(t *testing.T) {
		require.Equal(t, "Asia/Kolkata", Merge(old, Contact{Country: "DE", TimeZone: "Europe/Berlin"}).TimeZone)
		tollFree := Contact{Phone: "+18005550199", PhoneValid: true, Country: "US"}
		require.Empty(t, Merge(old, tollFree).TimeZone, "the old number's zone is not the new one's")
		kept := Contact{Phone: "+18005550199", PhoneValid: true, TimeZone: "America/Denver"}
		require.Equal(t, "America/Denver", Merge(kept, Contact{Name: "x"}).TimeZone)
	})
	t.Run("arguments stay as they are", func(t *testing.T) {
		before := old
		before.Tags, before.CustomFields = slices.Clone(old.Tags), maps.Clone(old.CustomFields)
		got := Merge(old, Contact{Tags: []string{"x"}, CustomFields: map[string]any{"x": 1}})
		got.Tags[0], got.CustomFields["plan"] = "changed", "changed"
		require.Empty(t, cmp.Diff(before, old))
	})
}

func drawContact() *rapid.Generator[Contact] {
	text := rapid.SampledFrom([]string{"", " ", "a", "b", "Ä"})
	field := rapid.SampledFrom([]any{nil, "", " ", "x", json.Number("0"), false, []any{}, []any{"a"}, map[string]any{}})
	return rapid.Custom(func(t *rapid.T) Contact {
		c := Contact{
			ExternalID: text.Draw(t, "external id"), Name: text.Draw(t, "name"), Company: text.Draw(t, "company"), City: text.Draw(t, "city"),
			Country:      rapid.SampledFrom([]string{"", "IN", "US"}).Draw(t, "country"),
			Phone:        rapid.SampledFrom([]string{"", "12345", "+919845012345", "+14155550123", "+18005550199"}).Draw(t, "phone"),
			Email:        rapid.SampledFrom([]string{"", "x", "a@example.com", "b@example.com"}).Draw(t, "email"),
			Tags:         rapid.SliceOfN(rapid.SampledFrom([]string{"DNC", "dnc", "do not call", "hot", "HOT", "", " vip"}), 0, 3).Draw(t, "tags"),
			CustomFields: rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "c"}), field, 0, 3).Draw(t, "fields"),
		}
		c.PhoneValid = len(c.Phone) > 5
		c.TimeZone = zoneOf(c)
		return c
	})
}

func TestMergingNeverWeakensNorErases(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old, news := drawContact().Draw(t, "old"), drawContact().Draw(t, "new")
		got := Merge(old, news)

		require.Equal(t, old.DNC() || news.DNC(), got.DNC(), "a refusal stays")
		for _, tag := range slices.Concat(old.Tags, news.Tags) {
			if fold(tag) != "" {
				require.True(t, slices.ContainsFunc(got.Tags, func(kept string) bool { return fold(kept) == fold(tag) }))
			}
		}
		if old.PhoneValid || news.PhoneValid {
			require.True(t, got.PhoneValid)
		}
		require.Equal(t, len(got.Phone) > 5, got.PhoneValid, "phone and its mark stay together")
		for _, pair := range [][3]string{
			{old.Name, news.Name, got.Name},
			{old.Company, news.Company, got.Company},
			{old.City, news.City, got.City},
			{old.Country, news.Country, got.Country},
			{old.ExternalID, news.ExternalID, got.ExternalID},
		} {
			require.Equal(t, either(pair[1], pair[0]), pair[2])
		}
		for name, field := range old.CustomFields {
			if !emptyField(field) {
				require.False(t, emptyField(got.CustomFields[name]), name)
			}
		}
		for name, field := range news.CustomFields {
			require.Contains(t, got.CustomFields, name)
			if !emptyField(field) {
				require.Equal(t, field, got.CustomFields[name])
			}
		}
		require.Empty(t, cmp.Diff(got, Merge(got, news)), "the same news twice is the same news")
		require.Equal(t, zoneOf(got), got.TimeZone)
	})
}
