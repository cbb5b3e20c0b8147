package provider

import (
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestRetryAfterReadsSecondsAndDates(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                              0,
		"0":                             0,
		"120":                           2 * time.Minute,
		" 1.5 ":                         1500 * time.Millisecond,
		"-3":                            0,
		"NaN":                           0,
		"1e300":                         24 * time.Hour,
		"soon":                          0,
		"Sun, 22 Nov 2026 08:00:10 GMT": 10 * time.Second,
		"Sun, 22 Nov 2026 07:00:00 GMT": 0,
		"Sun, 22 Nov 2099 07:00:00 GMT": 24 * time.Hour,
	} {
		require.Equal(t, want, RetryAfter(http.Header{"Retry-After": {value}}, now), "%q", value)
	}
}

func TestWordsFindsTheSentence(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		``:                            "",
		`<html>`:                      "",
		`{"message":"a"}`:             "a",
		`{"error":"b"}`:               "b",
		`{"error":{"message":"c"}}`:   "c",
		`{"error":400,"message":"d"}`: "d",
		`{"success":false,"error":"Bad Request","message":"e"}`: "e",
		`{"detail":"f"}`:                       "f",
		`{"detail":[{"loc":["x"],"msg":"g"}]}`: "g",
		`{"errors":[{"title":"h"}]}`:           "h",
		`"i"`:                                  "i",
		`[]`:                                   "",
		`{"a":1}`:                              "",
		strings.Repeat("[", 100) + strings.Repeat("]", 100): "",
	} {
		require.Equal(t, want, Words([]byte(body)), body)
	}
}

func TestCleanIsOneShortLineWithoutSecrets(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		hidden := rapid.StringMatching(`[a-z0-9]{8,20}`).Draw(t, "secret")
		s := rapid.String().Draw(t, "before") + hidden + rapid.String().Draw(t, "after")
		got := Clean(s, hidden)
		require.True(t, utf8.ValidString(got))
		require.LessOrEqual(t, utf8.RuneCountInString(got), 500)
		require.NotContains(t, got, hidden)
		require.False(t, strings.ContainsAny(got, "\r\n\t\x00"))
	})
}
