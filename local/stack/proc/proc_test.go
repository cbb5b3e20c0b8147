package proc_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/local/stack/proc"
)

// TestMain is also the service that the tests start: it serves HTTP, and
// leaves a child behind when it is told to end.
func TestMain(m *testing.M) {
	switch os.Getenv("SERVICE") {
	case "":
		os.Exit(m.Run())
	case "broken":
		fmt.Println("first words")
		fmt.Println("the disk is full")
		os.Exit(3)
	}
	child := exec.Command("sleep", "600")
	if err := child.Start(); err != nil {
		panic(err)
	}
	if err := http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), http.NotFoundHandler()); err != nil {
		panic(err)
	}
}

type bundle struct {
	keeper proc.Keeper
	spec   proc.Spec
}

func setup(t *testing.T) bundle {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := listener.Addr().(*net.TCPAddr).Port
	require.NoError(t, listener.Close())
	self, err := os.Executable()
	require.NoError(t, err)
	dir := t.TempDir()
	b := bundle{
		keeper: proc.Keeper{Dir: filepath.Join(dir, "run")},
		spec: proc.Spec{
			Name: "service", Title: "the service", Command: []string{self}, Version: "1",
			Env: []string{"SERVICE=whole", "PORT=" + strconv.Itoa(port), "PATH=" + os.Getenv("PATH")},
			Dir: dir, Log: filepath.Join(dir, "logs", "service.log"), Ports: []int{port},
			Ready: "http://127.0.0.1:" + strconv.Itoa(port) + "/", Stop: syscall.SIGTERM,
		},
	}
	t.Cleanup(func() { _ = b.keeper.Stop(t.Context(), "service") })
	return b
}

func (b bundle) pid(t *testing.T) int {
	t.Helper()
	_, pid, _, err := b.keeper.Find("service")
	require.NoError(t, err)
	return pid
}

func TestAServiceRunsUntilItIsStoppedWithAllItStarted(t *testing.T) {
	b := setup(t)
	started, err := b.keeper.Ensure(t.Context(), b.spec)
	require.NoError(t, err)
	require.True(t, started)
	pid := b.pid(t)
	require.NotZero(t, pid)
	children := proc.Members(pid)
	require.Len(t, children, 1)
	require.Equal(t, "whole", proc.Variable(children[0], "SERVICE"))

	require.NoError(t, b.keeper.Stop(t.Context(), "service"))
	require.Zero(t, b.pid(t))
	require.Eventually(t, func() bool { return len(proc.Members(pid)) == 0 }, 5*time.Second, 10*time.Millisecond)

	require.NoError(t, b.keeper.Start(t.Context(), "service"))
	require.NotZero(t, b.pid(t))
}

func TestARunningServiceIsLeftAloneUntilItWouldRunDifferently(t *testing.T) {
	b := setup(t)
	_, err := b.keeper.Ensure(t.Context(), b.spec)
	require.NoError(t, err)
	first := b.pid(t)

	started, err := b.keeper.Ensure(t.Context(), b.spec)
	require.NoError(t, err)
	require.False(t, started)
	require.Equal(t, first, b.pid(t))

	b.spec.Version = "2"
	started, err = b.keeper.Ensure(t.Context(), b.spec)
	require.NoError(t, err)
	require.True(t, started)
	require.NotEqual(t, first, b.pid(t))
}

func TestAServiceThatEndsAtOnceSaysWhy(t *testing.T) {
	b := setup(t)
	b.spec.Env[0] = "SERVICE=broken"
	_, err := b.keeper.Ensure(t.Context(), b.spec)
	require.ErrorContains(t, err, "the service did not start")
	require.ErrorContains(t, err, "the disk is full")
}

func TestATakenPortIsNamed(t *testing.T) {
	b := setup(t)
	listener, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(b.spec.Ports[0]))
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	_, err = b.keeper.Ensure(t.Context(), b.spec)
	require.ErrorContains(t, err, fmt.Sprintf("port %d, needed by the service, is taken", b.spec.Ports[0]))
}

func TestAServiceThatWasNeverStartedCannotBeStartedAgain(t *testing.T) {
	b := setup(t)
	require.ErrorContains(t, b.keeper.Start(t.Context(), "service"), "was never started")
	require.NoError(t, b.keeper.Stop(t.Context(), "service"))
}
