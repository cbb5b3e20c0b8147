package digits_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/local/sandbox/digits"
)

func TestTheLastTwoDigitsAreReadWhateverStandsBetween(t *testing.T) {
	t.Parallel()
	for phone, want := range map[string]int{
		"+919845012301": 1, "+91 98450 123-0 7": 7, "919845012345": 45, "+919845012390": 90, "5": 0, "": 0, "Asha": 0,
	} {
		require.Equal(t, want, digits.Of(phone), phone)
	}
}

func TestEverySecondTryOfAKeyIsTheFirst(t *testing.T) {
	t.Parallel()
	var turns digits.Turns
	require.True(t, turns.First("a"))
	require.True(t, turns.First("b"))
	require.False(t, turns.First("a"))
	require.True(t, turns.First("a"))
	require.False(t, turns.First("b"))
}
