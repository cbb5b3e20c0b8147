// Package gate stands before every HTTP route of a provider: it records the
// request and lets injected faults happen.
package gate

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/auto-engagement/flows/local/sandbox/faults"
	"github.com/auto-engagement/flows/local/sandbox/journal"
)

// MaxBody is the largest request body taken, in bytes.
const MaxBody = 1 << 20

// Gate records requests in Journal and asks Faults what shall happen.
type Gate struct {
	Journal *journal.Journal
	Faults  *faults.Queue
}

type visitKey struct{}

// visit is what the gate knows of the request under way.
type visit struct {
	body  []byte
	taken func()
}

// Body gives the whole body of a request that came through a gate.
func Body(r *http.Request) []byte {
	v, _ := r.Context().Value(visitKey{}).(*visit)
	if v == nil {
		return nil
	}
	return v.body
}

// Taken notes that the request had its effect.
func Taken(r *http.Request) {
	if v, _ := r.Context().Value(visitKey{}).(*visit); v != nil {
		v.taken()
	}
}

// Wrap puts the gate before next. errorBody makes the provider's own body for
// an injected status; strip is the prefix of the path that next does not see.
func (g *Gate) Wrap(provider, strip string, errorBody func(status int) any, next http.Handler) http.Handler {
	next = http.StripPrefix(strip, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			JSON(w, http.StatusRequestEntityTooLarge, errorBody(http.StatusRequestEntityTooLarge))
			return
		}
		if err != nil {
			return // the client went away before it had said everything
		}
		entry := g.record(provider, r, body)
		update := func(change func(*journal.Request)) { g.Journal.Requests.Update(entry, change) }
		v := &visit{body: body, taken: func() { update(func(e *journal.Request) { e.Taken = true }) }}
		r = r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
		r.Body = io.NopCloser(bytes.NewReader(body))

		answer := &capture{ResponseWriter: w}
		defer func() { update(func(e *journal.Request) { e.Status = answer.status }) }()

		fault, struck := g.Faults.Take(provider, func(f faults.Fault) bool { return f.Matches(r.Method, r.URL.Path) })
		if !struck {
			next.ServeHTTP(answer, r)
			return
		}
		update(func(e *journal.Request) { e.Fault = fault.Kind() })
		if fault.Taken {
			serveUnheard(next, r)
		}
		strike(answer, r, fault, errorBody)
	})
}

func (g *Gate) record(provider string, r *http.Request, body []byte) int64 {
	return g.Journal.Requests.Add(len(body), func(id int64) journal.Request {
		return journal.Request{
			ID: id, Provider: provider, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
			At: time.Now().UTC(), Headers: journal.PublicHeaders(r.Header), Body: journal.Body(body),
		}
	})
}

// serveUnheard lets the request have its effect and throws the answer away.
// A handler that would hang does not: its effect came before.
func serveUnheard(next http.Handler, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	cancel()
	defer func() {
		if thrown := recover(); thrown != nil && thrown != http.ErrAbortHandler { //nolint:errorlint // panics carry it as it is
			panic(thrown)
		}
	}()
	next.ServeHTTP(&capture{ResponseWriter: &deaf{header: http.Header{}}}, r.WithContext(ctx))
}

func strike(w http.ResponseWriter, r *http.Request, f faults.Fault, errorBody func(int) any) {
	switch f.Kind() {
	case "reset":
		Reset(w)
	case "hang":
		Hang(r, f.HangFor())
	default:
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
		}
		if f.Body != nil {
			JSON(w, f.Status, f.Body)
			return
		}
		JSON(w, f.Status, errorBody(f.Status))
	}
}

// Hang keeps the client waiting until it gives up, the sandbox stops or limit
// is over, and closes the connection without an answer. It does not return.
func Hang(r *http.Request, limit time.Duration) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
	panic(http.ErrAbortHandler)
}

// Reset closes the client's connection with a TCP RST. It does not return.
func Reset(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		ResetConn(conn)
	}
	panic(http.ErrAbortHandler)
}

// ResetConn closes a connection with a TCP RST.
func ResetConn(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
