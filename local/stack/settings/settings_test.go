package settings_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/local/stack/settings"
)

func TestSettingsAreKeptWithTheStack(t *testing.T) {
	dir := t.TempDir()
	s, known, err := settings.Load(dir, ".", ".venv")
	require.NoError(t, err)
	require.False(t, known)
	require.Equal(t, settings.DefaultPort, s.Port)

	s.Port, s.Clock = 18400, "2026-11-22T10:00:00Z,2026-11-22T10:00:00Z,60"
	require.NoError(t, s.Keep())
	again, known, err := settings.Load(dir, ".", ".venv")
	require.NoError(t, err)
	require.True(t, known)
	require.Equal(t, s, again)
	require.Equal(t, "http://127.0.0.1:18401", again.EmulatorURL())
}

func TestDamagedSettingsSayHowToGoOn(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/settings.json", []byte("{"), 0o600))
	_, _, err := settings.Load(dir, ".", ".venv")
	require.ErrorContains(t, err, "make clean")
}

func TestAScaledClockBeginsNowAndRunsFaster(t *testing.T) {
	text, err := settings.Scaled("100", time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	require.Equal(t, "2026-11-22T10:00:00Z,2026-11-22T10:00:00Z,100", text)
	for _, bad := range []string{"", "fast", "0", "-3"} {
		_, err := settings.Scaled(bad, time.Now())
		require.ErrorContains(t, err, "CLOCK_SCALE", bad)
	}
}
