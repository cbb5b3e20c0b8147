package provider

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const secret = "sk-very-secret-0123"

// rawServer serves each connection with handle; n counts connections from 1.
func rawServer(t *testing.T, handle func(n int, conn net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	wg.Go(func() {
		for n := 1; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer func() { _ = conn.Close() }()
				handle(n, conn)
			})
		}
	})
	return "http://" + l.Addr().String()
}

// readRequest takes one whole request off the connection.
func readRequest(conn net.Conn) error {
	req, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, req.Body)
	return err
}

// reset closes the connection with RST.
func reset(conn net.Conn) {
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

// untilClosed holds the connection until the other side lets go.
func untilClosed(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

func refusedAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	return "http://" + l.Addr().String()
}

func post(ctx context.Context, client *http.Client, url string) Reply {
	return Ask(ctx, client, Request{Method: http.MethodPost, URL: url, Secret: secret, Body: map[string]string{"to": "+911234567890"}})
}

func TestWhatAnAnswerProves(t *testing.T) {
	t.Parallel()
	answer := func(status int, header, body string) func(*testing.T) string {
		return func(t *testing.T) string {
			return rawServer(t, func(_ int, conn net.Conn) {
				if readRequest(conn) != nil {
					return
				}
				_, _ = fmt.Fprintf(conn, "HTTP/1.1 %d X\r\n%sContent-Length: %d\r\n\r\n%s", status, header, len(body), body)
			})
		}
	}
	raw := func(handle func(conn net.Conn)) func(*testing.T) string {
		return func(t *testing.T) string {
			return rawServer(t, func(_ int, conn net.Conn) { handle(conn) })
		}
	}
	after := func(handle func(conn net.Conn)) func(*testing.T) string {
		return raw(func(conn net.Conn) {
			if readRequest(conn) == nil {
				handle(conn)
			}
		})
	}
	// Either side may be the first; both answers are true then.
	const either Class = "unknown or not taken"
	cases := []struct {
		name   string
		url    func(*testing.T) string
		class  Class
		reason string
		code   string
		wait   time.Duration
	}{
		{"400 with words", answer(400, "", `{"error":400,"message":"agent not found"}`), Refused, "HTTP 400: agent not found", "400", 0},
		{"401 repeating the key", answer(401, "", `{"message":"bad key `+secret+`"}`), Refused, "HTTP 401: bad key [secret]", "401", 0},
		{"403 with a page", answer(403, "Content-Type: text/html\r\n", "<h1>no</h1>"), Refused, "HTTP 403: Forbidden", "403", 0},
		{"404", answer(404, "", ""), Refused, "HTTP 404: Not Found", "404", 0},
		{"409", answer(409, "", `{"detail":[{"msg":"twice"}]}`), Refused, "HTTP 409: twice", "409", 0},
		{"425", answer(425, "", ""), Refused, "HTTP 425: Too Early", "425", 0},
		{"408", answer(408, "", ""), Unknown, "HTTP 408: Request Timeout", "408", 0},
		{"429", answer(429, "", ""), NotTaken, "HTTP 429: Too Many Requests", "429", 0},
		{"429 with seconds", answer(429, "Retry-After: 17\r\n", ""), NotTaken, "HTTP 429: Too Many Requests", "429", 17 * time.Second},
		{
			"429 with a date", answer(429, "Date: Sun, 22 Nov 2026 08:00:00 GMT\r\nRetry-After: Sun, 22 Nov 2026 08:01:30 GMT\r\n", ""),
			NotTaken, "HTTP 429: Too Many Requests", "429", 90 * time.Second,
		},
		{"500", answer(500, "", `{"error":{"message":"boom"}}`), Unknown, "HTTP 500: boom", "500", 0},
		{"503 with Retry-After", answer(503, "Retry-After: 5\r\n", ""), Unknown, "HTTP 503: Service Unavailable", "503", 0},
		{"301", answer(301, "Location: /elsewhere\r\n", ""), Unknown, "HTTP 301: Moved Permanently", "301", 0},
		{"303", answer(303, "Location: /elsewhere\r\n", ""), Unknown, "HTTP 303: See Other", "303", 0},
		{"307", answer(307, "Location: /elsewhere\r\n", ""), Unknown, "HTTP 307: Temporary Redirect", "307", 0},
		{"200 that nobody understood", answer(200, "", "ok"), Unknown, "The provider's answer could not be understood", "200", 0},
		{"200 larger than we read", func(t *testing.T) string {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				chunk := make([]byte, 1<<20)
				for range 9 {
					_, _ = w.Write(chunk)
				}
			}))
			t.Cleanup(s.Close)
			return s.URL
		}, Unknown, "The provider's answer broke off: the answer is larger than 8388608 bytes", "200", 0},
		{"200 that breaks off", after(func(conn net.Conn) {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"execution_id\":")
		}), Unknown, "The provider's answer broke off: unexpected EOF", "200", 0},
		{"400 that breaks off", after(func(conn net.Conn) {
			_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad\r\nContent-Length: 100\r\n\r\n{")
		}), Refused, "HTTP 400: Bad Request", "400", 0},
		{"closed before reading", raw(func(net.Conn) {}), either, "", "", 0},
		{"reset before reading", raw(reset), either, "", "", 0},
		{"reset after reading", after(reset), Unknown, "", "", 0},
		{"closed after reading", after(func(net.Conn) {}), Unknown, "No answer from the provider: EOF", "", 0},
		{"half a header", after(func(conn net.Conn) { _, _ = io.WriteString(conn, "HTTP/1.1 20") }), Unknown, "", "", 0},
		{"no HTTP at all", after(func(conn net.Conn) { _, _ = io.WriteString(conn, "220 smtp.example ESMTP\r\n") }), Unknown, "", "", 0},
		{"hangs", after(untilClosed), Unknown, "No answer from the provider: the time allowed was over", "", 0},
		{"hangs in the body", after(func(conn net.Conn) {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
			untilClosed(conn)
		}), Unknown, "The provider's answer broke off: the time allowed was over", "200", 0},
		{"connection refused", refusedAddress, NotTaken, "", "", 0},
		{
			"unknown name", func(*testing.T) string { return "http://nowhere.invalid" }, NotTaken,
			"The provider could not be reached: its name could not be resolved", "", 0,
		},
		{"TLS against a plain server", func(t *testing.T) string {
			return strings.Replace(rawServer(t, func(_ int, conn net.Conn) {
				_, _ = io.WriteString(conn, "HTTP/1.1 400 plain\r\n\r\n")
				untilClosed(conn)
			}), "http:", "https:", 1)
		}, NotTaken, "", "", 0},
		{"TLS handshake that hangs", func(t *testing.T) string {
			return strings.Replace(rawServer(t, func(_ int, conn net.Conn) { untilClosed(conn) }), "http:", "https:", 1)
		}, NotTaken, "The provider could not be reached: the time allowed was over", "", 0},
		{"TLS certificate of a stranger", func(t *testing.T) string {
			s := httptest.NewUnstartedServer(http.NotFoundHandler())
			s.Config.ErrorLog = nil
			s.StartTLS()
			t.Cleanup(s.Close)
			return s.URL
		}, NotTaken, "", "", 0},
		{
			"an address that is none", func(*testing.T) string { return "http://%zz" }, Refused,
			"The request could not be made: the provider's address is not a valid URL", "", 0,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			reply := post(ctx, NewHTTPClient(nil), c.url(t))
			got := reply.Answer()
			if c.class == either {
				require.Contains(t, []Class{Unknown, NotTaken}, got.Class)
			} else {
				require.Equal(t, c.class, got.Class, got.Reason)
			}
			require.Equal(t, c.code, got.Code)
			require.Equal(t, c.wait, got.RetryAfter)
			require.NotEmpty(t, got.Reason)
			if c.reason != "" {
				require.Equal(t, c.reason, got.Reason)
			}
			require.NotContains(t, got.Reason, secret)
			require.NotContains(t, got.Reason, "://")
		})
	}
}

func TestADeadlineThatEndedBeforehandProvesThatNothingWasTaken(t *testing.T) {
	t.Parallel()
	var seen atomic.Int64
	url := rawServer(t, func(_ int, conn net.Conn) {
		if readRequest(conn) == nil {
			seen.Add(1)
		}
	})
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	reply := post(ctx, NewHTTPClient(nil), url)
	require.Equal(t, NotTaken, reply.Answer().Class)
	require.Zero(t, seen.Load())
}

// Whenever the deadline falls, a request that is called not taken has not
// arrived, and none arrives later.
func TestNotTakenNeverArrives(t *testing.T) {
	t.Parallel()
	var arrived sync.Map
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived.Store(r.URL.Path, true)
		_, _ = io.WriteString(w, "{}")
	}))
	client := NewHTTPClient(nil)
	var notTaken []string
	for i := range 400 {
		path := fmt.Sprintf("/%d", i)
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*2*time.Microsecond)
		if post(ctx, client, s.URL+path).Answer().Class == NotTaken {
			notTaken = append(notTaken, path)
		}
		cancel()
	}
	client.CloseIdleConnections()
	s.Close() // waits for every request that arrived
	require.NotEmpty(t, notTaken)
	for _, path := range notTaken {
		_, ok := arrived.Load(path)
		require.False(t, ok, "%s was called not taken and arrived", path)
	}
}

// net/http sends a request again by itself when a kept connection breaks; a
// POST must not be among them.
func TestAPostIsNeverSentAgain(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(net.Conn){
		"closed": func(conn net.Conn) { _ = conn.Close() },
		"reset":  reset,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests, conns atomic.Int64
			url := rawServer(t, func(_ int, conn net.Conn) {
				conns.Add(1)
				in := bufio.NewReader(conn)
				for first := true; ; first = false {
					req, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, req.Body)
					requests.Add(1)
					if !first {
						end(conn)
						return
					}
					_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
				}
			})
			client := NewHTTPClient(nil)
			require.True(t, post(t.Context(), client, url).OK())
			require.Equal(t, Unknown, post(t.Context(), client, url).Answer().Class)
			require.EqualValues(t, 2, requests.Load())
			require.EqualValues(t, 1, conns.Load(), "the connection was to be kept, or this test proves nothing")
		})
	}
}

// A server that hangs up an idle connection loses no request: either it was
// noticed before writing, and then it is proven that nothing was taken or a
// new connection carried it, or it is unknown. Nothing arrives twice.
func TestAnIdleConnectionThatTheServerClosed(t *testing.T) {
	t.Parallel()
	for range 20 {
		var requests atomic.Int64
		closed := make(chan struct{})
		url := rawServer(t, func(n int, conn net.Conn) {
			if readRequest(conn) != nil {
				return
			}
			requests.Add(1)
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
			if n == 1 {
				_ = conn.Close()
				close(closed)
			}
		})
		client := NewHTTPClient(nil)
		require.True(t, post(t.Context(), client, url).OK())
		<-closed
		reply := post(t.Context(), client, url)
		switch {
		case reply.OK():
			require.EqualValues(t, 2, requests.Load())
		case reply.Answer().Class == NotTaken:
			require.EqualValues(t, 1, requests.Load())
		default:
			require.Equal(t, Unknown, reply.Answer().Class)
			require.EqualValues(t, 1, requests.Load())
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var followed atomic.Bool
	mux := http.NewServeMux()
	mux.HandleFunc("/a", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/b", http.StatusTemporaryRedirect) })
	mux.HandleFunc("/b", func(http.ResponseWriter, *http.Request) { followed.Store(true) })
	s := httptest.NewServer(mux)
	defer s.Close()
	require.Equal(t, Unknown, post(t.Context(), NewHTTPClient(nil), s.URL+"/a").Answer().Class)
	require.False(t, followed.Load())
}

func TestOverTLSTheRequestArrivesAndTheProofHolds(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+secret || r.ProtoMajor != 1 {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		if r.URL.Path == "/hang" {
			_, _ = io.Copy(io.Discard, r.Body) // or the server does not watch the connection
			<-r.Context().Done()
		}
		_, _ = io.WriteString(w, `{"ok":true}`)
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	client := NewHTTPClient(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})
	var got struct{ OK bool }
	require.NoError(t, post(t.Context(), client, s.URL).Decode(&got))
	require.True(t, got.OK)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	require.Equal(t, Unknown, post(ctx, client, s.URL+"/hang").Answer().Class)
}
