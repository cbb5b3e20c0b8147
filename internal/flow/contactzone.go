package flow

import (
	"slices"
	"strconv"
	"time"

	"github.com/nyaruka/phonenumbers"
)

// zoneOf derives a contact's time zone from the phone number, else from the
// country; empty when both leave it open (a toll-free number, a country with
// several zones).
func zoneOf(c Contact) string {
	if number := c.number(); number != nil {
		zones, err := phonenumbers.GetTimezonesForNumber(number)
		if err == nil {
			if zone := agreedZone(zones, phonenumbers.GetRegionCodeForNumber(number)); zone != "" {
				return zone
			}
		}
	}
	region := RegionCode(c.Country)
	code := phonenumbers.GetCountryCodeForRegion(region)
	if code == 0 {
		return ""
	}
	zones, err := phonenumbers.GetTimezonesForPrefix(strconv.Itoa(code))
	if err != nil {
		return ""
	}
	return agreedZone(zones, region)
}

// agreedZone is the one zone that several names come to: the only one, or any
// when their clocks always agree. Of several, the one where the region's
// example number is, since a Briton expects London and not Guernsey.
func agreedZone(names []string, region string) string {
	zones := slices.Clone(names)
	for i, name := range zones {
		if current, renamed := renamedZones[name]; renamed {
			zones[i] = current
		}
		if !ValidZone(zones[i]) || !sameClock(zones[0], zones[i]) {
			return ""
		}
	}
	if len(zones) == 0 {
		return ""
	}
	if len(zones) > 1 {
		if example := phonenumbers.GetExampleNumber(region); example != nil {
			usual, err := phonenumbers.GetTimezonesForNumber(example)
			if err == nil && len(usual) == 1 && slices.Contains(zones, usual[0]) {
				return usual[0]
			}
		}
	}
	return zones[0]
}

// sameClock reports whether two zones agreed at noon UTC on the first of each
// month of a recent year, so that different rules for daylight saving show.
func sameClock(a, b string) bool {
	if a == b {
		return true
	}
	first, err := LoadZone(a)
	if err != nil {
		return false
	}
	second, err := LoadZone(b)
	if err != nil {
		return false
	}
	for month := time.January; month <= time.December; month++ {
		at := time.Date(2026, month, 1, 12, 0, 0, 0, time.UTC)
		_, one := at.In(first).Zone()
		_, other := at.In(second).Zone()
		if one != other {
			return false
		}
	}
	return true
}

// renamedZones are the names in libphonenumber's data that the IANA database
// has renamed since; the old ones are only links.
var renamedZones = map[string]string{
	"Africa/Asmera":        "Africa/Asmara",
	"America/Buenos_Aires": "America/Argentina/Buenos_Aires",
	"America/Godthab":      "America/Nuuk",
	"Asia/Calcutta":        "Asia/Kolkata",
	"Asia/Katmandu":        "Asia/Kathmandu",
	"Asia/Rangoon":         "Asia/Yangon",
	"Atlantic/Faeroe":      "Atlantic/Faroe",
	"Pacific/Enderbury":    "Pacific/Kanton",
	"Pacific/Ponape":       "Pacific/Pohnpei",
	"Pacific/Truk":         "Pacific/Chuuk",
}
