package flow

import (
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// RegionCode reads a country as people write it, an ISO 3166 code of two or
// three letters or an English name, into the code of two letters. It is empty
// for anything else.
func RegionCode(country string) string {
	country = strings.TrimSpace(country)
	if region, err := language.ParseRegion(strings.ToUpper(country)); err == nil && region.IsCountry() {
		return region.Canonicalize().String()
	}
	return regionNames()[foldLetters(country)]
}

// regionNames are the English names of the CLDR, and common ones that it
// lacks, by their letters.
var regionNames = sync.OnceValue(func() map[string]string {
	names := map[string]string{
		"uae": "AE", "hongkong": "HK", "macau": "MO", "myanmar": "MM", "burma": "MM", "czechrepublic": "CZ",
		"unitedstatesofamerica": "US", "greatbritain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
		"ivorycoast": "CI", "eswatini": "SZ", "northmacedonia": "MK",
	}
	english := display.English.Regions()
	for code := range phonenumbers.GetSupportedRegions() {
		if region, err := language.ParseRegion(code); err == nil {
			names[foldLetters(english.Name(region))] = code
		}
	}
	delete(names, "")
	return names
})
