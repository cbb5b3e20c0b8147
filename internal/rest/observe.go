package rest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/auth"
	"github.com/auto-engagement/flows/internal/flow"
)

// exchange is what is known of one request besides its content.
type exchange struct {
	requestID string
	who       auth.Identity
	// err is the cause of a 500 or 503, for the log alone.
	err error
	// quota is how the tenant stands; nil where requests are not limited.
	quota func() flow.Quota
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *exchange {
	if e, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return e
	}
	return &exchange{}
}

var plainID = regexp.MustCompile(`^[A-Za-z0-9._=:/+-]{1,128}$`)

// observe gives the request its id, logs one line when it is over, and turns
// a panic into a 500.
func (a *api) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		e := &exchange{}
		if a.RequestID != nil {
			e.requestID = a.RequestID(r)
		}
		if !plainID.MatchString(e.requestID) {
			e.requestID = uuid.NewString()
		}
		w.Header().Set("X-Request-ID", e.requestID)
		w.Header().Set("Cache-Control", "no-store")
		r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, e))
		out := &watched{ResponseWriter: w, before: e.tell}
		defer func() {
			if cause := recover(); cause != nil {
				e.err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
				if out.status == 0 {
					writeFailure(out, r, &failure{status: http.StatusInternalServerError, Message: internalError})
				}
			}
			a.line(r, e, out.status, time.Since(begun))
		}()
		next.ServeHTTP(out, r)
	})
}

func (a *api) line(r *http.Request, e *exchange, status int, took time.Duration) {
	_, route, _ := strings.Cut(r.Pattern, " ")
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("request_id", e.requestID), slog.String("method", r.Method), slog.String("route", route),
		slog.Int("status", status), slog.Float64("duration_ms", float64(took.Microseconds())/1000),
	}
	if e.who.TenantID != uuid.Nil {
		attrs = append(attrs, slog.String("tenant_id", e.who.TenantID.String()))
	}
	if e.err != nil {
		level = slog.LevelWarn
		if status == http.StatusInternalServerError {
			level = slog.LevelError
		}
		attrs = append(attrs, slog.String("error", e.err.Error()))
	}
	a.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

// watched remembers the status that was answered.
type watched struct {
	http.ResponseWriter

	status int
	// before is called once, when the headers are about to be sent.
	before func(http.Header)
}

// WriteHeader implements http.ResponseWriter.
func (w *watched) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
		w.before(w.Header())
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *watched) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the writer below.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }
