package flow

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
)

// NormalizePhone reads a phone number as people write it and gives it in
// E.164. A number without a country code is read in the contact's country
// when that is told (a code or an English name), else, or when that makes no
// valid number, in the tenant's default region. Of several numbers, such as
// "98450 12345 / 98450 12346", the first is taken. ok is false for what is no
// valid number by libphonenumber's metadata, and for premium-rate numbers;
// text is then as given, trimmed.
func NormalizePhone(given, country, defaultRegion string) (text string, ok bool) {
	given = strings.TrimSpace(given)
	plain := strings.Map(dialable, given)
	candidates := []string{plain}
	if i := strings.IndexAny(plain, "/,;|"); i > 0 {
		candidates = append(candidates, plain[:i])
	}
	for _, candidate := range candidates {
		for _, region := range []string{RegionCode(country), RegionCode(defaultRegion)} {
			number, err := phonenumbers.Parse(candidate, region)
			if err == nil && callable(number) {
				return phonenumbers.Format(number, phonenumbers.E164), true
			}
		}
	}
	return given, false
}

// callable leaves out premium-rate numbers: they are nobody's own, and whoever
// fills a public form with them earns from every call.
func callable(number *phonenumbers.PhoneNumber) bool {
	return phonenumbers.IsValidNumber(number) && phonenumbers.GetNumberType(number) != phonenumbers.PREMIUM_RATE
}

// dialable drops what is invisible, such as the direction marks that come with
// numbers copied from chats, and makes digits of any script ASCII.
func dialable(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return asciiDigit(r)
}

// asciiDigit makes a decimal digit of any script one of 0 to 9; the parser
// knows those of a few scripts only. Unicode keeps the ten of a script together.
func asciiDigit(r rune) rune {
	if r < utf8.RuneSelf || !unicode.IsDigit(r) {
		return r
	}
	for _, block := range unicode.Nd.R16 {
		if r >= rune(block.Lo) && r <= rune(block.Hi) {
			return '0' + (r-rune(block.Lo))%10
		}
	}
	for _, block := range unicode.Nd.R32 {
		if r >= rune(block.Lo) && r <= rune(block.Hi) {
			return '0' + (r-rune(block.Lo))%10
		}
	}
	return r
}

// PhoneCountry is the ISO 3166 region of the contact's phone, such as "IN";
// empty without a valid phone, and for numbers of no region.
func (c Contact) PhoneCountry() string {
	number := c.number()
	if number == nil {
		return ""
	}
	region := phonenumbers.GetRegionCodeForNumber(number)
	if region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY {
		return ""
	}
	return region
}

// number is the contact's phone, nil when there is no valid one.
func (c Contact) number() *phonenumbers.PhoneNumber {
	if !c.PhoneValid {
		return nil
	}
	number, err := phonenumbers.Parse(c.Phone, phonenumbers.UNKNOWN_REGION)
	if err != nil {
		return nil
	}
	return number
}
