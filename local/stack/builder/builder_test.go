package builder

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/local/stack/settings"
)

func TestAFailureIsToldInTheProgramsOwnWords(t *testing.T) {
	failed := errors.New("exit status 1")
	for out, want := range map[string]string{
		"":                            "exit status 1",
		"make: *** [x] Error 1\n":     "exit status 1",
		"# pkg\na.go:3:1: no\nb.go:4": "a.go:3:1: no",
		"Waiting\nError: Stack aef-local is in a bad state\nmore\n": "Error: Stack aef-local is in a bad state",
		"CREATE_FAILED  LeadQueue  no\nError: Failed to create":     "CREATE_FAILED  LeadQueue  no",
		"something odd\n": "something odd",
	} {
		require.Equal(t, want, telling(out, failed))
	}
}

func TestTheFingerprintFollowsWhatIsDeployed(t *testing.T) {
	b := Builder{settings.Settings{Root: t.TempDir()}}
	write := func(name, text string) {
		path := name
		if !filepath.IsAbs(name) {
			path = filepath.Join(b.Root, name)
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	write("template.yaml", "a")
	write("samconfig.toml", "a")
	write("statemachines/flow.asl.json", "a")
	write(filepath.Join(b.binaries(), "api"), "a")
	fingerprint := func(parameters ...string) string {
		sum, err := b.Fingerprint(parameters)
		require.NoError(t, err)
		return sum
	}
	first := fingerprint("Clock=")
	require.Equal(t, first, fingerprint("Clock="))
	seen := map[string]bool{first: true, fingerprint("Clock=x"): true}
	for _, name := range []string{"template.yaml", "samconfig.toml", "statemachines/flow.asl.json", filepath.Join(b.binaries(), "api")} {
		write(name, "b")
		seen[fingerprint("Clock=")] = true
	}
	require.Len(t, seen, 6)
}
