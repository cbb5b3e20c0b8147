// Package reference serves a page on which people read and try the HTTP API:
// Swagger UI (Apache-2.0), embedded, so that nothing is loaded from elsewhere.
// vendor.sh says which version it is, and fetches another.
package reference

import (
	"compress/gzip"
	"embed"
	"io"
	"net/http"
	"path"
	"strings"
)

//go:embed assets
var assets embed.FS

// What a page of ours may do: its own scripts, and requests to this API.
// Swagger UI sets styles of elements, and has pictures in its style sheet.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

var types = map[string]string{".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

// Register puts the page at /docs, and its parts below.
func Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /docs", serve("index.html"))
	for _, name := range []string{"page.js", "page.css", "swagger-ui-bundle.js", "swagger-ui.css"} {
		mux.HandleFunc("GET /docs/"+name, serve(name))
	}
}

func serve(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", types[path.Ext(name)])
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "public, max-age=3600")
		raw, err := assets.Open("assets/" + name)
		if err == nil {
			defer func() { _ = raw.Close() }()
			_, _ = io.Copy(w, raw) // the client is gone
			return
		}
		// The large ones are kept compressed.
		packed, err := assets.Open("assets/" + name + ".gz")
		if err != nil {
			panic(err) // embedded, and read by a test
		}
		defer func() { _ = packed.Close() }()
		h.Add("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			_, _ = io.Copy(w, packed)
			return
		}
		plain, err := gzip.NewReader(packed)
		if err != nil {
			panic(err)
		}
		_, _ = io.Copy(w, plain) //nolint:gosec // G110: the file is our own
	}
}
