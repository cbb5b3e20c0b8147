package flow

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDNCTags(t *testing.T) {
	for _, tag := range []string{
		"DNC", "dnc", " Dnc ", "D.N.C.", "do-not-call", "Do Not Call", "DO_NOT_CALL", "donotcall", "do-not_call", "do_not_contact",
		"Do Not Contact", "do\u2011not\u2011call", "ＤＮＣ", "do – not – contact", "#dnc",
	} {
		require.True(t, Contact{Tags: []string{"hot", tag}}.DNC(), tag)
	}
	for _, tag := range []string{"", "dnc list", "not dnc", "call", "do call", "dncx", "no-call", "контакт"} {
		require.False(t, Contact{Tags: []string{tag}}.DNC(), tag)
	}
	require.False(t, Contact{CustomFields: map[string]any{"tags": "DNC"}}.DNC())
	require.False(t, Contact{}.DNC())
}

func TestSuppressions(t *testing.T) {
	contact := Contact{Phone: "+919845012345", PhoneValid: true, Email: "Asha@Example.com"}
	const phone, email = "+919845012345", "asha@example.COM "
	on := func(channel Channel, kind, value string) Suppression {
		return Suppression{Channel: channel, Kind: kind, Value: value}
	}
	call, whatsapp, mail := Channel(AICall), Channel(WhatsAppMessage), Channel(Email)
	for _, c := range []struct {
		name  string
		s     Suppression
		stops []Channel
	}{
		{"every channel by phone", on(AllChannels, "phone", phone), []Channel{AllChannels, call, whatsapp, mail}},
		{"every channel by e-mail", on(AllChannels, "email", email), []Channel{AllChannels, call, whatsapp, mail}},
		{"calls", on(call, "phone", phone), []Channel{call}},
		{"messages", on(whatsapp, "phone", phone), []Channel{whatsapp}},
		{"mails", on(mail, "email", email), []Channel{mail}},
		{"mails of a phone mean nothing", on(mail, "phone", phone), nil},
		{"calls of an e-mail mean nothing", on(call, "email", email), nil},
		{"another's phone", on(AllChannels, "phone", "+919845012346"), nil},
		{"another's e-mail", on(AllChannels, "email", "b@example.com"), nil},
		{"a phone with spaces", on(call, "phone", "+91 98450-12345"), []Channel{call}},
		{"an empty phone", on(AllChannels, "phone", ""), nil},
		{"an empty e-mail", on(AllChannels, "email", " "), nil},
		{"an unknown kind", on(AllChannels, "pigeon", phone), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			other := on(AllChannels, "phone", "+15005550006")
			for _, channel := range []Channel{AllChannels, call, whatsapp, mail} {
				found, stopped := Suppressed(channel, contact, []Suppression{other, c.s})
				require.Equal(t, slices.Contains(c.stops, channel), stopped, channel)
				if stopped {
					require.Equal(t, c.s, found)
				}
			}
		})
	}
}

func TestAContactWithoutAddressesIsNotSuppressed(t *testing.T) {
	for _, kind := range []string{"phone", "email"} {
		for _, value := range []string{"", " ", "+"} {
			_, stopped := Suppressed(AllChannels, Contact{}, []Suppression{{Channel: AllChannels, Kind: kind, Value: value}})
			require.False(t, stopped)
		}
	}
	_, stopped := Suppressed(AllChannels, Contact{Phone: "12345"}, []Suppression{{Channel: AllChannels, Kind: "phone", Value: "12345"}})
	require.True(t, stopped, "an unusable phone can be refused too")
}
