package rest

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/auto-engagement/flows/internal/flow"
)

func TestCursorsAreReadBackAsTheyWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := flow.Cursor{At: time.UnixMicro(rapid.Int64Range(0, 253402300799_000000).Draw(t, "at")).UTC(), ID: uuid.New()}
		var p cursorParam
		require.NoError(t, p.UnmarshalText([]byte(encodeCursor(c))))
		require.Equal(t, c, *p.at)
	})
}
