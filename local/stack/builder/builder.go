// Package builder builds the stack's programs and deploys its template.
package builder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/auto-engagement/flows/local/stack/services"
	"github.com/auto-engagement/flows/local/stack/settings"
)

// Bucket takes the deployed code.
const Bucket = settings.StackName + "-deploy"

// Builder builds one stack.
type Builder struct{ settings.Settings }

// Architecture is this machine's, as the template names it. The emulator runs
// the functions' binaries as they are, so they are built for this machine.
func Architecture() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}

func (b Builder) environment() []string {
	return append(os.Environ(), "LAMBDA_OS="+runtime.GOOS, "LAMBDA_ARCH="+Architecture())
}

// binaries is where the Makefile leaves the functions' binaries.
func (b Builder) binaries() string {
	return filepath.Join(b.Root, ".build", "lambda-"+runtime.GOOS+"-"+Architecture())
}

// Functions builds the functions' binaries; what has not changed is not built again.
func (b Builder) Functions(ctx context.Context) error {
	return b.run(ctx, "build.log", "the functions do not build", b.environment(), "make", "--no-print-directory", "functions")
}

// Sandbox builds the provider sandbox and returns its path.
func (b Builder) Sandbox(ctx context.Context) (string, error) {
	path := filepath.Join(b.Root, ".build", "sandbox")
	return path, b.run(ctx, "build.log", "the sandbox does not build", os.Environ(), "go", "build", "-o", path, "./local/sandbox")
}

// Fingerprint is of everything that a deploy with these parameters would bring.
func (b Builder) Fingerprint(parameters []string) (string, error) {
	sum := sha256.New()
	for _, p := range parameters {
		_, _ = fmt.Fprintln(sum, p)
	}
	for _, name := range []string{"template.yaml", "samconfig.toml", "statemachines", b.binaries()} {
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(b.Root, name)
		}
		err := filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			part := sha256.Sum256(text)
			_, _ = fmt.Fprintf(sum, "%s %x\n", filepath.Base(file), part)
			return nil
		})
		if err != nil {
			return "", fmt.Errorf("read what is to be deployed: %w", err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Deploy builds the template with SAM and deploys it to the emulator.
func (b Builder) Deploy(ctx context.Context, parameters []string) error {
	env := append(b.environment(),
		"SAM_CLI_TELEMETRY=0", "AWS_EC2_METADATA_DISABLED=true", "AWS_ENDPOINT_URL="+b.EmulatorURL(),
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_SESSION_TOKEN=", "AWS_PROFILE=",
		"AWS_REGION="+services.Region, "AWS_DEFAULT_REGION="+services.Region,
		// Neither the person's own profiles nor their default region are meant.
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull)
	// An empty profile is looked up by its empty name.
	env = slices.DeleteFunc(env, func(entry string) bool {
		return strings.HasPrefix(entry, "AWS_PROFILE=") || strings.HasPrefix(entry, "AWS_SESSION_TOKEN=")
	})
	sam, config := b.Tool("sam"), filepath.Join(b.Root, "samconfig.toml")
	err := b.run(ctx, "deploy.log", "sam build failed", env, sam, "build",
		"--config-file", config, "--config-env", "local", "--template-file", filepath.Join(b.Root, "template.yaml"),
		"--build-dir", b.Path("build"), "--parameter-overrides", "Architecture="+Architecture())
	if err != nil {
		return err
	}
	args := append([]string{
		// It would look for its settings beside the built template.
		"deploy", "--config-file", config, "--config-env", "local", "--template-file", b.Path("build", "template.yaml"),
		"--stack-name", settings.StackName, "--s3-bucket", Bucket, "--region", services.Region, "--parameter-overrides",
	}, parameters...)
	return b.run(ctx, "deploy.log", "sam deploy failed", env, sam, args...)
}

// run runs a program in the repository, its output in a log of the stack. When
// it fails the error is one sentence with what the program said last.
func (b Builder) run(ctx context.Context, log, failed string, env []string, name string, args ...string) error {
	path := b.Path("logs", log)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make the log's directory: %w", err)
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = b.Root, env
	out, err := cmd.CombinedOutput()
	entry := fmt.Appendf(nil, "$ %s %s\n%s\n", filepath.Base(name), strings.Join(args, " "), out)
	file, openErr := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if openErr == nil {
		_, _ = file.Write(entry)
		_ = file.Close()
	}
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%s: %s (all of it: %s)", failed, telling(string(out), err), path)
}

// telling is the part of a program's output that names its failure.
func telling(out string, err error) string {
	var lines []string
	for line := range strings.Lines(out) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "make") {
			lines = append(lines, line)
		}
	}
	// The compiler's first complaint tells more than what follows from it.
	for _, line := range lines {
		if strings.Contains(line, ".go:") || strings.Contains(line, "_FAILED") {
			return line
		}
	}
	for _, line := range slices.Backward(lines) {
		if strings.HasPrefix(line, "Error:") {
			return line
		}
	}
	if len(lines) == 0 {
		return err.Error()
	}
	return lines[len(lines)-1]
}
