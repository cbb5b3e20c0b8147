// Package services says what the stack runs beside the deployed functions:
// Postgres, the AWS emulator, the provider sandbox and the HTTP gateway.
package services

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/auto-engagement/flows/local/stack/proc"
	"github.com/auto-engagement/flows/local/stack/settings"
)

// The names of the services.
const (
	Postgres = "postgres"
	Emulator = "emulator"
	Sandbox  = "sandbox"
	Gateway  = "gateway"
)

// All are the services in the order they are stopped.
var All = []string{Gateway, Emulator, Sandbox, Postgres}

// Keeper keeps the services of a stack.
func Keeper(s settings.Settings) proc.Keeper { return proc.Keeper{Dir: s.Path("run")} }

// SandboxSpec is the provider sandbox, built at binary.
func SandboxSpec(s settings.Settings, binary string) (proc.Spec, error) {
	version, err := checksum(binary)
	if err != nil {
		return proc.Spec{}, err
	}
	return proc.Spec{
		Name: Sandbox, Title: "the provider sandbox", Version: version,
		Command: []string{
			binary,
			"-http", "127.0.0.1:" + strconv.Itoa(s.SandboxPort()),
			"-smtp", "127.0.0.1:" + strconv.Itoa(s.SMTPPort()),
		},
		Env: bare(s), Dir: s.Dir, Log: s.Path("logs", "sandbox.log"),
		Ports: []int{s.SandboxPort(), s.SMTPPort()},
		Ready: s.SandboxURL() + "/_sandbox/health", Stop: syscall.SIGTERM,
	}, nil
}

// GatewaySpec is this program as the plain address in front of an HTTP API of
// the emulator.
func GatewaySpec(s settings.Settings, apiID string) (proc.Spec, error) {
	self, err := os.Executable()
	if err != nil {
		return proc.Spec{}, fmt.Errorf("find this program: %w", err)
	}
	version, err := checksum(self)
	if err != nil {
		return proc.Spec{}, err
	}
	return proc.Spec{
		Name: Gateway, Title: "the HTTP gateway", Version: version,
		Command: []string{
			self, "gateway",
			"-listen", "127.0.0.1:" + strconv.Itoa(s.GatewayPort()),
			"-emulator", s.EmulatorURL(), "-api", apiID,
		},
		Env: bare(s), Dir: s.Dir, Log: s.Path("logs", "gateway.log"),
		Ports: []int{s.GatewayPort()},
		Ready: s.GatewayURL() + "/_gateway/health", Stop: syscall.SIGTERM,
	}, nil
}

// bare is an environment that holds nothing of whoever started the stack.
func bare(s settings.Settings, more ...string) []string {
	return append([]string{"PATH=/usr/bin:/bin", "HOME=" + s.Dir, "LANG=C.UTF-8", "TZ=UTC"}, more...)
}

// tools changes with the Python tools.
func tools(s settings.Settings) (string, error) {
	return checksum(filepath.Join(s.Root, "local", "requirements.txt"))
}

func checksum(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read what is to be run: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8]), nil
}
