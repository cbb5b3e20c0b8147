package dashboard

import (
	"net/http"
	"strings"
)

// previewFile is the frame that shows e-mails. It stands alone: its policy
// gives it an origin of its own, so that a mail reaches nothing of ours.
const previewFile = "preview.html"

// pagePolicy allows scripts of the build alone, and styles of the build or with
// the nonce. Style attributes that scripts set are outside of any policy.
func pagePolicy(nonce string, connect []string) string {
	return strings.Join([]string{
		"default-src 'none'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'",
		"script-src 'self'",
		"style-src 'self' 'nonce-" + nonce + "'",
		"img-src 'self' data: blob:",
		"font-src 'self'",
		"frame-src 'self'",
		"connect-src " + strings.Join(append([]string{"'self'"}, connect...), " "),
	}, "; ")
}

// previewPolicy lets a mail show its own styles and pictures, and nothing else.
// The one script, of the build, puts the mail into the frame. Links open apart.
const previewPolicy = "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; default-src 'none'; base-uri 'none'; " +
	"form-action 'none'; frame-ancestors 'self'; script-src 'self'; style-src 'unsafe-inline' https:; img-src https: data:; font-src https: data:"

// guideFile is the guide for the people who run flows: words and pictures.
const guideFile = "guide.html"

const guidePolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'self'; img-src 'self'"

// secured sets what every answer has. An answer with a policy of its own
// replaces the strictest one.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Strict-Transport-Security", "max-age=31536000")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		next.ServeHTTP(w, r)
	})
}
