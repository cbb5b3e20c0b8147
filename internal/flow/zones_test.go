package flow

import (
	"archive/zip"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/nyaruka/phonenumbers"
	"github.com/stretchr/testify/require"
)

var updateZones = flag.Bool("update-zones", false, "rewrite zones.txt from the Go toolchain's zone database")

// TestZoneNamesAreThoseThatGoEmbeds fails when a Go upgrade brings new zones:
// run it with -update-zones then.
func TestZoneNamesAreThoseThatGoEmbeds(t *testing.T) {
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Skip("the Go toolchain is not at hand")
	}
	archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	require.NoError(t, err)
	defer func() { require.NoError(t, archive.Close()) }()
	var names []string
	for _, file := range archive.File {
		// Factory is the database's name for a clock that nobody has set.
		if !strings.HasSuffix(file.Name, "/") && file.Name != "Factory" {
			names = append(names, file.Name)
		}
	}
	slices.Sort(names)
	want := strings.Join(names, "\n") + "\n"
	if *updateZones {
		require.NoError(t, os.WriteFile("zones.txt", []byte(want), 0o600))
	}
	require.Equal(t, want, zoneNames)
}

func everyZone() []string { return strings.Fields(zoneNames) }

func TestEveryZoneNameLoads(t *testing.T) {
	require.Greater(t, len(everyZone()), 590)
	for _, name := range everyZone() {
		location, err := LoadZone(name)
		require.NoError(t, err)
		require.Equal(t, name, location.String())
		again, err := LoadZone(name)
		require.NoError(t, err)
		require.Same(t, location, again, "a zone is loaded once")
	}
}

func TestWhatIsNoZoneIsRefused(t *testing.T) {
	for _, name := range []string{
		"", " ", "Local", "local", "IST", "asia/kolkata", "Asia/Kolkata ", "Mars/Base", "+05:30", "UTC+5",
		"../etc/passwd", "/etc/localtime", "localtime", "posixrules", "right/Asia/Kolkata", "posix/UTC", "Factory", "Asia",
	} {
		require.False(t, ValidZone(name), name)
		_, err := LoadZone(name)
		require.ErrorContains(t, err, "unknown time zone", name)
	}
}

func TestRenamedZonesAreOfTheDataAndLeadToRealOnes(t *testing.T) {
	for old, current := range renamedZones {
		require.True(t, ValidZone(old), old)
		require.True(t, ValidZone(current), current)
		require.True(t, sameClock(old, current), "%s is %s", old, current)
	}
	zones, err := phonenumbers.GetTimezonesForPrefix("91")
	require.NoError(t, err)
	require.Equal(t, []string{"Asia/Calcutta"}, zones, "the data still has the old name")
}

func TestTenantLocalIsNowInItsZone(t *testing.T) {
	now := time.Date(2026, 2, 1, 20, 0, 0, 0, time.UTC)
	require.Equal(t, "2026-02-02T01:30:00+05:30", Tenant{TimeZone: "Asia/Kolkata"}.Local(now).Format(time.RFC3339))
	require.Equal(t, "2026-02-01T20:00:00Z", Tenant{TimeZone: "nowhere"}.Local(now).Format(time.RFC3339))
	require.Equal(t, "2026-02-01T20:00:00Z", Tenant{}.Local(now).Format(time.RFC3339))
}
