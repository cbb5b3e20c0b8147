package provider

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"testing"

	"github.com/stretchr/testify/require"
)

// The proof must hold also against a write that was only about to happen.
func TestASealedWireWritesNoMore(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	defer func() { _ = far.Close() }()
	w := &wire{Conn: near}
	_, p := Trace(context.Background())
	p.gotConn(httptrace.GotConnInfo{Conn: w})
	require.True(t, p.NothingWritten())
	_, err := w.Write([]byte("late"))
	require.ErrorIs(t, err, net.ErrClosed)
}

func TestAWireThatWroteIsNotSealed(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	go func() { _, _ = io.Copy(io.Discard, far) }()
	defer func() { _ = near.Close() }()
	w := &wire{Conn: near}
	_, err := w.Write([]byte("an earlier request"))
	require.NoError(t, err)
	_, p := Trace(context.Background())
	p.gotConn(httptrace.GotConnInfo{Conn: w})
	_, err = w.Write([]byte("G"))
	require.NoError(t, err)
	require.False(t, p.NothingWritten())
	_, err = w.Write([]byte("ET"))
	require.NoError(t, err)
}

func TestThroughAForeignClientNothingIsProven(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	ctx, p := Trace(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, http.NoBody)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.False(t, p.NothingWritten())
}

func TestServersOfTenantsAreInTheInternet(t *testing.T) {
	t.Parallel()
	for address, public := range map[string]bool{
		"8.8.8.8:443": true, "[2606:4700::1111]:443": true, "127.0.0.1:9001": false, "[::1]:80": false, "10.1.2.3:443": false,
		"172.16.0.1:25": false, "192.168.1.1:25": false, "169.254.169.254:80": false, "100.64.0.1:80": false, "0.0.0.0:80": false,
		"[::ffff:127.0.0.1]:80": false, "[fd00::1]:80": false, "[fe80::1]:80": false, "224.0.0.1:80": false, "nonsense": false,
	} {
		require.Equal(t, public, PublicOnly("tcp", address, nil) == nil, address)
	}
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	reply := Ask(t.Context(), NewPublicHTTPClient(nil), Request{Method: http.MethodGet, URL: s.URL})
	require.ErrorIs(t, reply.Err, ErrPrivateAddress)
	require.True(t, reply.Untouched)
}
