package flow

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// fold makes texts comparable without case: Unicode full case folding, with
// canonically equal spellings made the same, and without white space at the
// ends, which people cannot see.
func fold(text string) string { return strings.TrimSpace(foldExact(text)) }

// foldExact is fold that keeps white space: "Dr " is a prefix of its own.
func foldExact(text string) string {
	if isASCII(text) {
		return strings.ToLower(text)
	}
	folded := cases.Fold().String(norm.NFD.String(text))
	return norm.NFC.String(strings.Map(foldCherokee, folded))
}

// foldCherokee mends the one script that cases.Fold gets wrong: it swaps the
// case of Cherokee, which by Unicode folds to its capitals.
func foldCherokee(r rune) rune {
	if unicode.Is(unicode.Cherokee, r) {
		return unicode.ToUpper(r)
	}
	return r
}

// foldSource is fold for lead_source and entry_type, where spaces, "-" and
// "_" are the same: "CSV Import" is "csv_import".
func foldSource(text string) string { return sameSeparators(fold(text)) }

func sameSeparators(folded string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || unicode.IsSpace(r) {
			return '_'
		}
		return r
	}, folded)
}

// foldLetters keeps letters and digits alone, in compatibility form, folded:
// "Do-Not Call" and "DO_NOT_CALL" are "donotcall".
func foldLetters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, foldExact(norm.NFKC.String(text)))
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
