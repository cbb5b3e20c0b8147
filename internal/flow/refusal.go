package flow

import (
	"slices"
	"strings"
	"unicode"
)

// DNC reports whether the contact is tagged as not to be contacted: DNC,
// do-not-call or do_not_contact, in any case and with any separators.
func (c Contact) DNC() bool {
	return slices.ContainsFunc(c.Tags, isDNC)
}

func isDNC(tag string) bool {
	switch foldLetters(tag) {
	case "dnc", "donotcall", "donotcontact":
		return true
	}
	return false
}

// Suppressed finds the first suppression that stops a channel for a contact.
// A suppression of AllChannels stops every channel, whether it names the
// contact's phone or its e-mail; one of a channel looks at the address that
// the channel uses. Asked for AllChannels, only those of AllChannels count.
func Suppressed(channel Channel, contact Contact, list []Suppression) (Suppression, bool) {
	for _, s := range list {
		if s.stops(channel) && s.names(contact) {
			return s, true
		}
	}
	return Suppression{}, false
}

func (s Suppression) stops(channel Channel) bool {
	if s.Channel == AllChannels {
		return true
	}
	kind := KeyPhone
	if channel == Channel(Email) {
		kind = KeyEmail
	}
	return s.Channel == channel && s.Kind == string(kind)
}

// names compares phones by their digits, so that an unusable number is found
// however it was spaced, and e-mails folded.
func (s Suppression) names(contact Contact) bool {
	switch KeyKind(s.Kind) {
	case KeyPhone:
		digits := phoneDigits(s.Value)
		return digits != "" && digits == phoneDigits(contact.Phone)
	case KeyEmail:
		return strings.TrimSpace(s.Value) != "" && EmailKey(s.Value) == EmailKey(contact.Email)
	}
	return false
}

func phoneDigits(phone string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return asciiDigit(r)
		}
		return -1
	}, phone)
}
