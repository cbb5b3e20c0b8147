package whatsapp

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// stopWords are the messages that mean: write to me no more. The whole message
// must be one of them: "don't stop" is none. CANCEL and END, which carriers
// also take for SMS, are left out: on WhatsApp they answer a question about an
// appointment.
var stopWords = wordSet(
	"stop", "stop all", "stopall", "stop it", "stop now", "stop this", "stop messages", "stop messaging",
	"stop messaging me", "stop sending", "stop sending messages", "stop sending me messages", "stop promotions",
	"stop whatsapp", "unsubscribe", "unsubscribe me", "unsub", "opt out", "optout", "opt me out", "quit",
	"remove me", "remove my number", "do not message", "do not message me", "dont message", "dont message me",
	"do not contact", "do not contact me", "dont contact me", "do not disturb", "dnd", "no more messages", "leave me alone",
	// Hindi, in Latin letters.
	"band karo", "band kro", "band kare", "band karen", "band karein", "band kar do", "band kardo", "message band karo",
	"msg band karo", "mat bhejo", "mat bhejna", "message mat bhejo", "msg mat bhejo", "message mat karo", "msg mat karo",
	"roko", "rok do", "ruko",
	// Hindi, in Devanagari.
	"स्टॉप", "स्टाप", "बंद", "बंद करो", "बंद करें", "बंद करे", "बंद कर दो", "बंद कीजिए", "बंद कर दीजिए", "मैसेज बंद करो",
	"मैसेज बंद करें", "संदेश बंद करें", "रोको", "रोकें", "रोक दो", "रुको", "मत भेजो", "मत भेजें", "मत भेजिए", "न भेजें",
	"मैसेज मत भेजो", "मैसेज मत करो", "संदेश मत भेजो", "संदेश न भेजें", "अनसब्सक्राइब", "सदस्यता समाप्त", "सदस्यता समाप्त करें",
)

// politeWords are left aside.
var politeWords = wordSet("please", "pls", "plz", "kindly", "sir", "madam", "thanks", "ji", "कृपया", "प्लीज", "प्लीज़", "जी", "सर")

// IsStop reports whether a person's message asks not to be written to any
// more: STOP and its common English and Hindi forms, whatever the case,
// punctuation and politeness.
func IsStop(text string) bool {
	const longest = 100
	if len(text) > 4*longest {
		return false
	}
	words := strings.Fields(fold(text))
	kept := words[:0]
	for _, w := range words {
		if !politeWords[w] {
			kept = append(kept, w)
		}
	}
	return stopWords[strings.Join(kept, " ")]
}

// fold keeps letters, their marks, and single spaces, in lower case. The nasal
// half-letter and the dot over a vowel are two spellings of one sound.
func fold(s string) string {
	s = norm.NFKC.String(strings.ToLower(s))
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) { // joiners, marks of direction
			return -1
		}
		return r
	}, s)
	s = strings.NewReplacer("'", "", "’", "", "न्द", "ंद").Replace(s)
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r)
	}), " ")
}

func wordSet(words ...string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, w := range words {
		set[fold(w)] = true
	}
	return set
}
