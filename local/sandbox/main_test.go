package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestItSaysWhereItListensAndStopsOnSIGTERM(t *testing.T) {
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(t.Context(), []string{"-http", "127.0.0.1:0", "-smtp", "127.0.0.1:0"}, environment(nil), writer)
	}()
	line, err := bufio.NewReader(reader).ReadString('\n')
	require.NoError(t, err)
	var httpURL, smtpAddress string
	_, err = fmt.Sscanf(line, "sandbox listening: http %s smtp %s\n", &httpURL, &smtpAddress)
	require.NoError(t, err, line)

	res, err := http.Get(httpURL + "/_sandbox/health")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusOK, res.StatusCode)
	conn, err := net.Dial("tcp", smtpAddress)
	require.NoError(t, err)
	greeting, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, greeting, "220 ")

	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGTERM))
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(10 * time.Second):
		require.Fail(t, "it did not stop")
	}
	_, err = net.Dial("tcp", smtpAddress)
	require.Error(t, err)
}

func TestATakenPortIsAnError(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for _, flag := range []string{"-http", "-smtp"} {
		args := []string{"-http", "127.0.0.1:0", "-smtp", "127.0.0.1:0", flag, taken.Addr().String()}
		require.ErrorContains(t, run(t.Context(), args, environment(nil), io.Discard), "address already in use")
	}
}

func TestFlagsGoBeforeTheEnvironment(t *testing.T) {
	env := environment(map[string]string{
		"SANDBOX_HTTP": "127.0.0.1:1", "SANDBOX_CALL_DURATION": "3s", "SANDBOX_SPEED": "2", "SANDBOX_WEBHOOK_TRIES": "4",
	})
	o, err := parse([]string{"-http", "127.0.0.1:9"}, env)
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:9", o.HTTP)
	require.Equal(t, "127.0.0.1:2525", o.SMTP)
	require.Equal(t, 3*time.Second, o.CallDuration)
	require.Equal(t, 2.0, o.Speed)
	require.Equal(t, 4, o.Webhooks.Tries)
}

func TestWrongSettingsAreErrors(t *testing.T) {
	for _, args := range [][]string{{"-speed", "0"}, {"-speed", "-1"}, {"more"}, {"-call-duration", "-1s"}} {
		args = append([]string{"-http", "127.0.0.1:0", "-smtp", "127.0.0.1:0"}, args...)
		require.Error(t, run(t.Context(), args, environment(nil), io.Discard), args)
	}
	require.ErrorContains(t, run(t.Context(), nil, environment(map[string]string{"SANDBOX_SPEED": "fast"}), io.Discard), "SANDBOX_SPEED")
}
