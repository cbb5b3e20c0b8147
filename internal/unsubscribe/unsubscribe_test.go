package unsubscribe_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/auto-engagement/flows/internal/unsubscribe"
)

const key = "a key of thirty-two bytes or more."

func TestALinkNamesItsMailAndNothingElseDoes(t *testing.T) {
	t.Parallel()
	links, err := unsubscribe.New("https://flows.example/", key)
	require.NoError(t, err)
	tenant, mail := uuid.New(), uuid.New()
	token, found := strings.CutPrefix(links.Address(tenant, mail), "https://flows.example/unsubscribe/")
	require.True(t, found)

	link, ok := links.Read(token)
	require.True(t, ok)
	require.Equal(t, unsubscribe.Link{Tenant: tenant, Mail: mail}, link)

	others, err := unsubscribe.New("https://flows.example", strings.ToUpper(key))
	require.NoError(t, err)
	_, ok = others.Read(token)
	require.False(t, ok, "another key")
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(token)-1).Draw(t, "at")
		c := rapid.SampledFrom([]rune("ABCXYZabcxyz019-_=+/ ")).Draw(t, "letter")
		changed := token[:i] + string(c) + token[i+1:]
		if _, ok := links.Read(changed); ok != (changed == token) {
			t.Fatalf("%q was taken for %q", changed, token)
		}
	})
	for _, bad := range []string{"", "x", token + "A", token[1:], strings.Repeat("A", len(token))} {
		_, ok := links.Read(bad)
		require.False(t, ok, bad)
	}
}

func TestALinkOfATestIsOneAndNoneOfARealMailBecomesOne(t *testing.T) {
	t.Parallel()
	links, err := unsubscribe.New("https://flows.example", key)
	require.NoError(t, err)
	tenant, mail := uuid.New(), uuid.New()
	last := func(address string) string { return strings.TrimPrefix(address, "https://flows.example/unsubscribe/") }
	test, sent := last(links.TestAddress(tenant, mail)), last(links.Address(tenant, mail))
	link, ok := links.Read(test)
	require.True(t, ok)
	require.Equal(t, unsubscribe.Link{Tenant: tenant, Mail: mail, Test: true}, link)
	// The first two letters hold the kind, and the signature covers it.
	for _, forged := range []string{test[:2] + sent[2:], sent[:2] + test[2:]} {
		require.NotContains(t, []string{test, sent}, forged)
		_, ok := links.Read(forged)
		require.False(t, ok)
	}
}

func TestLinksNeedAnAddressAndALongKey(t *testing.T) {
	t.Parallel()
	for base, k := range map[string]string{"https://flows.example": "short", "flows.example": key, "": key} {
		_, err := unsubscribe.New(base, k)
		require.Error(t, err)
	}
}
