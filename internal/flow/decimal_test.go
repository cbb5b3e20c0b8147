package flow

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNumbersCompareExactly(t *testing.T) {
	for _, c := range []struct {
		a    string
		want int
		b    string
	}{
		{"9", -1, "10"},
		{"10", 0, "10.0"},
		{"1e2", 0, "100"},
		{"-0", 0, "0"},
		{"0e5", 0, "0"},
		{"-1", -1, "0"},
		{"-10", -1, "-9"},
		{"0.1", 1, "0.09"},
		{"1e400", 1, "1e399"},
		{"-1e400", -1, "1e-400"},
		{"1e-400", 1, "0"},
		{"0.30000000000000001", 1, "0.3"},
		{"9007199254740993", 1, "9007199254740992"},
		{"007", 0, "7"},
		{".5", 0, "0.5"},
		{"5.", 0, "5"},
		{"+5", 0, "5"},
		{" 5\t", 0, "5"},
		{"1E+2", 0, "1e2"},
		{"1e999999999999999", 1, "1e999999999999998"},
		{"1e0000000000000000000001", 0, "10"},
		{strings.Repeat("9", 5000), 1, strings.Repeat("9", 4999)},
		{"1" + strings.Repeat("0", 4999), 0, "1e4999"},
		{"0." + strings.Repeat("0", 4999) + "1", 0, "1e-5000"},
	} {
		a, ok := parseNumber(c.a)
		require.True(t, ok, c.a)
		b, ok := parseNumber(c.b)
		require.True(t, ok, c.b)
		require.Equal(t, c.want, a.compare(b), "%.40s against %.40s", c.a, c.b)
		require.Equal(t, -c.want, b.compare(a))
		require.Equal(t, c.want == 0, a.key() == b.key())
	}
}

func TestWhatIsNoNumber(t *testing.T) {
	for _, text := range []string{
		"", " ", "NaN", "Inf", "-Infinity", "0x10", "1_000", "1,000", "1 000", "1e", "e5", "1e+", ".", "-", "+", "--1", "+-1", "-+1",
		"1.2.3", "1e1e1", "1e1.5", "five", "٣", "1e9999999999999999", "1e-9999999999999999", "½", "12a", "\x001",
	} {
		_, ok := parseNumber(text)
		require.False(t, ok, text)
	}
}

func TestNumbersInJSONGrammarAreThoseOfJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[-+]?[0-9]{0,3}\.?[0-9]{0,3}([eE][-+]?[0-9]{0,3})?`).Draw(t, "text")
		_, ok := parseJSONNumber(text)
		require.Equal(t, json.Valid([]byte(text)) && text != "", ok, text)
	})
}

func TestComparisonEqualsThatOfRationals(t *testing.T) {
	numbers := rapid.StringMatching(`-?[0-9]{1,12}(\.[0-9]{1,12})?([eE][-+]?[0-9]{1,2})?`)
	rapid.Check(t, func(t *rapid.T) {
		textA, textB := numbers.Draw(t, "a"), numbers.Draw(t, "b")
		a, ok := parseNumber(textA)
		require.True(t, ok)
		b, ok := parseNumber(textB)
		require.True(t, ok)
		ratA, _ := new(big.Rat).SetString(textA)
		ratB, _ := new(big.Rat).SetString(textB)
		require.Equal(t, ratA.Cmp(ratB), a.compare(b))
		require.Equal(t, ratA.Cmp(ratB) == 0, a.key() == b.key())
		if plain, whole := a.plain(200); whole {
			require.True(t, ratA.IsInt())
			require.Equal(t, ratA.Num().String(), plain)
		} else {
			require.False(t, ratA.IsInt())
		}
	})
}

func TestWrittenDigits(t *testing.T) {
	for text, want := range map[string][2]int64{
		"0": {1, 0}, "-12": {2, 0}, "1.50": {1, 2}, "1e3": {4, 0}, "1.5e3": {4, 1}, "1e-3": {1, 3}, "0e999": {1000, 0},
	} {
		whole, fraction, ok := writtenDigits(text)
		require.True(t, ok, text)
		require.Equal(t, want, [2]int64{whole, fraction}, text)
	}
	for _, text := range []string{"", "x", "01", "1e99999999999999999999", "+1"} {
		_, _, ok := writtenDigits(text)
		require.False(t, ok, text)
	}
}

// TestHugeNumbersCostNoMoreThanTheirText would take hours with arithmetic.
func TestHugeNumbersCostNoMoreThanTheirText(t *testing.T) {
	begun := time.Now()
	for range 1000 {
		a, _ := parseNumber("1e999999999999999")
		b, _ := parseNumber("-1e-999999999999999")
		require.Positive(t, a.compare(b))
		_, whole := a.plain(30)
		require.False(t, whole)
	}
	require.Less(t, time.Since(begun), 5*time.Second)
}
