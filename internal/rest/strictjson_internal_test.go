package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// plain turns a node back into what encoding/json makes of the same text.
func (n node) plain() any {
	switch n.kind {
	case jsonObject:
		out := map[string]any{}
		for _, m := range n.members {
			out[m.key] = m.value.plain()
		}
		return out
	case jsonArray:
		out := make([]any, len(n.items))
		for i := range n.items {
			out[i] = n.items[i].plain()
		}
		return out
	case jsonString:
		return n.text
	case jsonNumber:
		return json.Number(n.raw)
	case jsonBool:
		return n.raw[0] == 't'
	default:
		return nil
	}
}

func standard(raw []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

// text draws something between JSON and noise.
func text(t *rapid.T) []byte {
	out := make([]byte, 0, 256)
	for range rapid.IntRange(0, 40).Draw(t, "length") {
		piece := rapid.SampledFrom([]string{
			"{", "}", "[", "]", ",", ":", `"`, `"a"`, `"b":`, `\`, `\u`, `"\ud83d\ude00"`, `"\ud800"`, `"\\ud800"`,
			`"\u0000"`, "\xff", "é", " ", "\n", "0", "-1", "1e400", "true", "false", "null", `"a":1`, "{}", "[]", `{"a":{"b":[1,2]}}`,
		}).Draw(t, "piece")
		out = append(out, piece...)
	}
	return out
}

func TestWhatIsReadStrictlyIsWhatTheStandardLibraryReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := text(t)
		n, err := parseJSON(raw)
		want, standardErr := standard(raw)
		if !json.Valid(raw) {
			require.Error(t, err)
			return
		}
		require.NoError(t, standardErr)
		if err != nil {
			return // stricter, as other tests say
		}
		require.True(t, utf8.Valid(raw))
		require.Equal(t, want, n.plain())
		require.Equal(t, bytes.TrimSpace(raw), n.raw)
	})
}

func TestAnyValueSurvives(t *testing.T) {
	value := rapid.OneOf(rapid.Just[any](nil), rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.Int(), func(i int) any { return i }), rapid.Map(rapid.StringMatching(`[^\x00]*`), func(s string) any { return s }))
	rapid.Check(t, func(t *rapid.T) {
		v := map[string]any{}
		for i := range rapid.IntRange(0, 6).Draw(t, "keys") {
			v[fmt.Sprint(i, rapid.StringMatching(`[^\x00]*`).Draw(t, "key"))] = []any{value.Draw(t, "v"), map[string]any{"k": value.Draw(t, "w")}}
		}
		raw, err := json.Marshal(v)
		require.NoError(t, err)
		n, err := parseJSON(raw)
		require.NoError(t, err)
		want, err := standard(raw)
		require.NoError(t, err)
		require.Equal(t, want, n.plain())
	})
}

func FuzzParseJSON(f *testing.F) {
	f.Add([]byte(`{"a":[1,"\ud83d\ude00",null]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := parseJSON(raw); err == nil && !json.Valid(raw) {
			t.Fatalf("accepted %q", raw)
		}
	})
}
