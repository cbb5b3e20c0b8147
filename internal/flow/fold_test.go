package flow

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestFolding(t *testing.T) {
	for _, pair := range [][2]string{
		{"PUNE", "pune"},
		{"Straße", "STRASSE"},
		{"ΣΊΣΥΦΟΣ", "σίσυφος"},
		{"É", "e\u0301"},
		{" Pune\t", "pune"},
		{"МОСКВА", "москва"},
		{"ﬁ", "FI"},
		{"K", "\u212A"},
		{"\u00a0Pune", "pune"},
	} {
		require.Equal(t, fold(pair[0]), fold(pair[1]), pair)
	}
	for _, pair := range [][2]string{{"a", "b"}, {"e", "é"}, {"csv import", "csv_import"}, {"ab", "a b"}} {
		require.NotEqual(t, fold(pair[0]), fold(pair[1]), pair)
	}
}

func TestSourcesFoldSeparatorsToo(t *testing.T) {
	for _, spelled := range []string{"CSV Import", "csv_import", "csv-import", "Csv\u00a0IMPORT", " csv import "} {
		require.Equal(t, "csv_import", foldSource(spelled), spelled)
	}
	require.NotEqual(t, foldSource("csvimport"), foldSource("csv import"))
}

// TestEveryCharacterFoldsWithItsOtherCases compares with the standard
// library's table, which has the simple foldings.
func TestEveryCharacterFoldsWithItsOtherCases(t *testing.T) {
	for r := range unicode.MaxRune + 1 {
		folded := foldExact(string(r))
		if again := foldExact(folded); again != folded {
			t.Fatalf("U+%04X folds to %q, and that to %q", r, folded, again)
		}
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			if foldExact(string(other)) != folded {
				t.Fatalf("U+%04X and U+%04X fold apart", r, other)
			}
		}
	}
}

func TestFoldingAgreesWithEqualFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		if !utf8.ValidString(text) {
			return
		}
		require.Equal(t, fold(text), fold(fold(text)), "folding twice is folding once")
		for _, other := range []string{strings.ToUpper(text), strings.ToLower(text), norm.NFD.String(text), norm.NFC.String(text)} {
			if strings.EqualFold(text, other) || norm.NFC.String(text) == norm.NFC.String(other) {
				require.Equal(t, fold(text), fold(other))
			}
		}
	})
}
