package flow

import (
	"maps"
	"slices"
	"strings"
)

// KeyKind is a kind of what names a contact.
type KeyKind string

// What names a contact, in the order in which contacts are looked for.
const (
	KeyExternalID KeyKind = "external_id"
	KeyPhone      KeyKind = "phone"
	KeyEmail      KeyKind = "email"
)

// Key names a contact within its tenant.
type Key struct {
	Kind  KeyKind
	Value string
}

// Keys are what names a contact, in the order in which contacts are looked
// for: the external id as it is, a valid phone in E.164, a usable e-mail
// folded.
func Keys(c Contact) []Key {
	var keys []Key
	if id := strings.TrimSpace(c.ExternalID); id != "" {
		keys = append(keys, Key{KeyExternalID, id})
	}
	if c.PhoneValid && c.Phone != "" {
		keys = append(keys, Key{KeyPhone, c.Phone})
	}
	if _, usable := UsableEmail(c.Email); usable {
		keys = append(keys, Key{KeyEmail, EmailKey(c.Email)})
	}
	return keys
}

// Merge is the contact that remains when a lead brings news of one that is
// known. An empty value never erases a full one, an unusable phone or e-mail
// never replaces a usable one, tags are united, so that a refusal stays, and
// custom fields merge by key. The time zone follows phone and country. The id
// is the old one's. Neither argument is changed.
func Merge(old, news Contact) Contact {
	merged := old
	merged.ExternalID = either(news.ExternalID, old.ExternalID)
	merged.Name = either(news.Name, old.Name)
	merged.Company = either(news.Company, old.Company)
	merged.City = either(news.City, old.City)
	merged.Country = either(news.Country, old.Country)
	if news.Phone != "" && (news.PhoneValid || !old.PhoneValid) {
		merged.Phone, merged.PhoneValid = news.Phone, news.PhoneValid
	}
	_, newUsable := UsableEmail(news.Email)
	_, oldUsable := UsableEmail(old.Email)
	if news.Email != "" && (newUsable || !oldUsable) {
		merged.Email = news.Email
	}
	merged.Tags = uniteTags(old.Tags, news.Tags)
	merged.CustomFields = mergeFields(old.CustomFields, news.CustomFields)
	merged.TimeZone = mergedZone(old, news, merged)
	return merged
}

func either(preferred, other string) string {
	if strings.TrimSpace(preferred) != "" {
		return preferred
	}
	return other
}

// mergedZone keeps the old zone while phone and country stay; a zone derived
// from a number that is no longer the contact's would be wrong.
func mergedZone(old, news, merged Contact) string {
	if zone := zoneOf(merged); zone != "" {
		return zone
	}
	if old.TimeZone != "" && merged.Phone == old.Phone && merged.Country == old.Country {
		return old.TimeZone
	}
	return news.TimeZone
}

// uniteTags keeps the first spelling of tags that differ in case only; empty
// ones are left out.
func uniteTags(lists ...[]string) []string {
	united := []string{}
	seen := make(map[string]bool)
	for _, tag := range slices.Concat(lists...) {
		tag = strings.TrimSpace(tag)
		if key := fold(tag); key != "" && !seen[key] {
			seen[key] = true
			united = append(united, tag)
		}
	}
	return united
}

func mergeFields(old, news map[string]any) map[string]any {
	merged := make(map[string]any, len(old)+len(news))
	maps.Copy(merged, old)
	for name, field := range news {
		if _, known := old[name]; known && emptyField(field) {
			continue
		}
		merged[name] = field
	}
	return merged
}

// emptyField is true of null, blank text, and empty lists and objects; zero
// and false say something.
func emptyField(field any) bool {
	switch field := field.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(field) == ""
	case []any:
		return len(field) == 0
	case map[string]any:
		return len(field) == 0
	}
	return false
}
