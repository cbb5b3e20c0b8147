// Package gateway gives the emulator's HTTP API one plain address. Where host
// names like <api>.execute-api.localhost do not resolve, and for anyone with
// curl, http://127.0.0.1:PORT/path is all there is to know.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"
)

// Serve forwards what comes in at listen to the HTTP API with this id until
// the context ends. GET /_gateway/health answers by itself.
func Serve(ctx context.Context, listen, emulator, api string) error {
	target, err := url.Parse(emulator)
	if err != nil {
		return fmt.Errorf("read the emulator's address: %w", err)
	}
	server := &http.Server{Handler: Handler(target, api), ReadHeaderTimeout: 10 * time.Second}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	go func() {
		<-ctx.Done()
		ended, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(ended)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// Handler forwards requests to the HTTP API with this id.
func Handler(emulator *url.URL, api string) http.Handler {
	prefix := "/_aws/execute-api/" + api + "/$default"
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetXForwarded()
			r.Out.URL.Scheme, r.Out.URL.Host = emulator.Scheme, emulator.Host
			r.Out.Host = emulator.Host
			r.Out.URL.Path = prefix + r.In.URL.Path
			if r.In.URL.RawPath != "" {
				// Escaped slashes and the like arrive as they were sent.
				r.Out.URL.RawPath = prefix + r.In.URL.RawPath
			}
		},
		FlushInterval: -1,
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			slog.Warn("the emulator does not answer", "method", r.Method, "error", err)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write([]byte(`{"message":"The AWS emulator does not answer."}` + "\n"))
		},
	}
	// Not a ServeMux: it would clean paths, and answer some by itself.
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/_gateway/health" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		proxy.ServeHTTP(w, r)
	})
}
