package flow

import (
	"net/mail"
	"strings"
	"unicode"
)

// UsableEmail reads an e-mail address as people write it; `Asha Rao
// <asha@example.com>` is its address alone. ok is false for what cannot be
// an address; address is then as given, trimmed.
func UsableEmail(given string) (address string, ok bool) {
	given = strings.TrimSpace(given)
	parsed, err := mail.ParseAddress(given)
	if err != nil {
		return given, false
	}
	unusual := func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`"(),:;<>[\]`, r)
	}
	if strings.Count(parsed.Address, "@") != 1 || strings.ContainsFunc(parsed.Address, unusual) {
		return given, false
	}
	return parsed.Address, true
}

// EmailKey is the same for all spellings of one e-mail address.
func EmailKey(address string) string {
	usable, _ := UsableEmail(address)
	return fold(usable)
}
