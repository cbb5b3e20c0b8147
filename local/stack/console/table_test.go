package console_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/local/stack/console"
)

func TestColumnsAreAsWideAsTheirWidestCell(t *testing.T) {
	require.Equal(t, ""+
		"  Lead   Result\n"+
		"  ─────  ─────────\n"+
		"  Aśka   completed\n"+
		"  Meera\n",
		console.Table([][]string{{"Lead", "Result"}, {"Aśka", "completed"}, {"Meera"}}))
}
