package services

import (
	_ "embed"
	"fmt"
	"os"
	"strconv"
	"syscall"

	"github.com/auto-engagement/flows/local/stack/proc"
	"github.com/auto-engagement/flows/local/stack/settings"
)

// Region is where the local AWS is.
const Region = "us-east-1"

// emulated are the AWS services in use; the emulator loads no others.
const emulated = "apigateway,cloudformation,cognito-idp,events,iam,kms,lambda,logs,monitoring,s3,secretsmanager,sqs,ssm,states,sts"

// site is read by Python before the emulator starts.
//
//go:embed sitecustomize.py
var site []byte

// EmulatorSpec is the AWS emulator. It checks the functions' policies, and
// keeps its state over a stop in order.
func EmulatorSpec(s settings.Settings) (proc.Spec, error) {
	for _, dir := range []string{"python", "state", "s3", "tmp"} {
		if err := os.MkdirAll(s.Path("emulator", dir), 0o755); err != nil {
			return proc.Spec{}, fmt.Errorf("make the emulator's directory: %w", err)
		}
	}
	if err := os.WriteFile(s.Path("emulator", "python", "sitecustomize.py"), site, 0o600); err != nil {
		return proc.Spec{}, fmt.Errorf("write the emulator's start file: %w", err)
	}
	version, err := tools(s)
	if err != nil {
		return proc.Spec{}, err
	}
	return proc.Spec{
		Name: Emulator, Title: "the AWS emulator", Version: version,
		Command: []string{s.Tool("python"), "-m", "ministack"},
		Env: bare(
			s,
			"PYTHONPATH="+s.Path("emulator", "python"), "PYTHONUNBUFFERED=1", "TMPDIR="+s.Path("emulator", "tmp"),
			"BIND_HOST=127.0.0.1", "MINISTACK_HOST=127.0.0.1", "GATEWAY_PORT="+strconv.Itoa(s.EmulatorPort()),
			// Functions inherit this one: without it they would call AWS itself.
			"AWS_ENDPOINT_URL="+s.EmulatorURL(),
			"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
			"AWS_DEFAULT_REGION="+Region, "MINISTACK_REGION="+Region,
			// A storm of leads warms hundreds of function processes; they need not
			// stay for the usual five minutes.
			"LAMBDA_WARM_TTL_SECONDS=60",
			// As in AWS nobody signs in when the trigger fails.
			"MINISTACK_COGNITO_PRETOKEN_STRICT=1",
			"SERVICES="+emulated, "AUTH=true", "IOT_MTLS_ENABLED=0", "SFTP_ENABLED=0",
			"PERSIST_STATE=1", "STATE_DIR="+s.Path("emulator", "state"),
			"S3_PERSIST=1", "S3_DATA_DIR="+s.Path("emulator", "s3"),
			// Containers of this machine are none of its business.
			"DOCKER_HOST=unix:///nonexistent",
		),
		Dir: s.Path("emulator"), Log: s.Path("logs", "emulator.log"),
		Ports: []int{s.EmulatorPort()},
		Ready: s.EmulatorURL() + "/_ministack/health", Stop: syscall.SIGTERM,
	}, nil
}
