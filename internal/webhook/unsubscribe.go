package webhook

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Unsubscribing takes two steps on the page, since programs that check mail
// for viruses follow links: GET changes nothing, POST does it. A mail
// program's own button posts at once (RFC 8058, List-Unsubscribe=One-Click).

//go:embed unsubscribe.html
var unsubscribePage string

var unsubscribeTemplate = template.Must(template.New("unsubscribe").Parse(unsubscribePage))

// page is what the page shows: ask, done, test, gone or away.
type page struct{ State string }

func (h *Handler) askUnsubscribe(w http.ResponseWriter, r *http.Request) {
	switch link, ok := h.ReadLink(r.PathValue("token")); {
	case !ok:
		show(w, http.StatusNotFound, "gone")
	case link.Test:
		show(w, http.StatusOK, "test")
	default:
		show(w, http.StatusOK, "ask")
	}
}

func (h *Handler) unsubscribe(w http.ResponseWriter, r *http.Request) {
	// Whatever the body says, the address alone is the wish.
	_, _ = io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, MaxBody))
	link, ok := h.ReadLink(r.PathValue("token"))
	if !ok {
		show(w, http.StatusNotFound, "gone")
		return
	}
	if link.Test {
		show(w, http.StatusOK, "test")
		return
	}
	// A mail whose receiver was erased has nobody left to write to.
	if _, err := h.Refuse(r.Context(), link.Tenant, link.Mail); err != nil {
		logUnavailable(err)
		w.Header().Set("Retry-After", "10")
		show(w, http.StatusServiceUnavailable, "away")
		return
	}
	show(w, http.StatusOK, "done")
}

// styleHash lets the page's one style through its own policy.
var styleHash = sync.OnceValue(func() string {
	_, style, _ := strings.Cut(unsubscribePage, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	return base64.StdEncoding.EncodeToString(sum[:])
})

func show(w http.ResponseWriter, status int, state string) {
	var b bytes.Buffer
	if err := unsubscribeTemplate.Execute(&b, page{state}); err != nil {
		panic(err) // the template is constant, and a test shows each state
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Robots-Tag", "noindex")
	header.Set("Content-Security-Policy", strings.Join([]string{
		"default-src 'none'", "style-src 'sha256-" + styleHash() + "'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
	}, "; "))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the receiver may have gone
}
