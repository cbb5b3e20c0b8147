// Package webhook takes in what providers tell of calls and messages. Each
// entry is stored before anything is answered, so that nothing is lost; it is
// applied right after, and again by due work when that failed.
package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/unsubscribe"
)

// MaxBody is how large a webhook may be, in bytes. Meta batches up to 1,000
// updates and names 3 MB as the largest payload (Cloud API, webhooks).
const MaxBody = 3 << 20

// Handler serves the public webhook endpoints.
type Handler struct {
	// Receive stores and applies entries of one kind and tenant.
	Receive func(ctx context.Context, kind string, tenant uuid.UUID, bodies []json.RawMessage) error
	// Route finds a tenant by the SHA-256 of a token or number id.
	Route func(ctx context.Context, kind string, hash []byte) (uuid.UUID, bool, error)
	// WhatsAppApp gives the app secret and the verify token; empty when
	// WhatsApp is not set up.
	WhatsAppApp func(ctx context.Context) (secret, verifyToken string, err error)
	// Verify checks X-Hub-Signature-256 over the raw body.
	Verify func(secret string, body []byte, signature string) bool
	// TakeLead stores a lead of a tenant and puts it on the queue; a
	// *flow.RejectError refuses a body that can never be one.
	TakeLead func(ctx context.Context, tenant uuid.UUID, body []byte, as flow.Arrival, once *flow.Once[flow.TakenLead]) (flow.TakenLead, error)
	// Split takes a WhatsApp webhook apart: entries by phone number id.
	Split func(body []byte) (map[string][]json.RawMessage, error)
	// OpenSNS verifies a message of Amazon SNS and gives what it holds; nil when
	// it holds nothing to apply. ErrRefused refuses for good.
	OpenSNS func(ctx context.Context, body []byte) (json.RawMessage, error)
	// ReadLink reads the token of a link to unsubscribe, Refuse has no more
	// mail go to that mail's receiver.
	ReadLink func(token string) (link unsubscribe.Link, ok bool)
	Refuse   func(ctx context.Context, tenant, mail uuid.UUID) (known bool, err error)
}

// Routes are the endpoints, for an http.Server or a Lambda adapter.
func (h *Handler) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhooks/bolna/{token}", h.bolna)
	mux.HandleFunc("GET /webhooks/whatsapp", h.handshake)
	mux.HandleFunc("POST /webhooks/whatsapp", h.whatsapp)
	mux.HandleFunc("POST /webhooks/leads/{token}", h.lead)
	mux.HandleFunc("POST /webhooks/ses/{token}", h.ses)
	mux.HandleFunc("GET /unsubscribe/{token}", h.askUnsubscribe)
	mux.HandleFunc("POST /unsubscribe/{token}", h.unsubscribe)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fail(w, http.StatusNotFound, "Not found") })
	return logged(mux)
}

func (h *Handler) bolna(w http.ResponseWriter, r *http.Request) {
	tenant, body, ok := h.open(w, r, "bolna")
	if !ok {
		return
	}
	entries, err := split(body)
	if err != nil {
		fail(w, http.StatusBadRequest, "The body must be a JSON object")
		return
	}
	if err := h.Receive(r.Context(), "bolna", tenant, entries); err != nil {
		unavailable(w, err)
		return
	}
	answer(w, http.StatusOK, map[string]any{"success": true})
}

// handshake answers Meta's verification of the webhook's address.
func (h *Handler) handshake(w http.ResponseWriter, r *http.Request) {
	_, token, err := h.WhatsAppApp(r.Context())
	if err != nil {
		unavailable(w, err)
		return
	}
	q := r.URL.Query()
	if token == "" || q.Get("hub.mode") != "subscribe" || !hmac.Equal([]byte(q.Get("hub.verify_token")), []byte(token)) {
		fail(w, http.StatusForbidden, "The verify token does not match")
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, q.Get("hub.challenge")) //nolint:gosec // text/plain, never sniffed, and the token was right
}

func (h *Handler) whatsapp(w http.ResponseWriter, r *http.Request) {
	body, ok := read(w, r)
	if !ok {
		return
	}
	secret, _, err := h.WhatsAppApp(r.Context())
	if err != nil {
		unavailable(w, err)
		return
	}
	if secret == "" || !h.Verify(secret, body, r.Header.Get("X-Hub-Signature-256")) {
		fail(w, http.StatusUnauthorized, "The signature does not match")
		return
	}
	entries, err := h.Split(body)
	if err != nil {
		fail(w, http.StatusBadRequest, "The body is not a WhatsApp webhook")
		return
	}
	for number, bodies := range entries {
		tenant, found, err := h.tenant(r.Context(), "whatsapp", number)
		if err != nil {
			unavailable(w, err)
			return
		}
		if !found {
			slog.Warn("a webhook for a phone number id that belongs to no tenant", "entries", len(bodies))
			continue
		}
		// Entries stored before a later failure are stored again when Meta
		// sends the whole again: applying is idempotent.
		if err := h.Receive(r.Context(), "whatsapp", tenant, bodies); err != nil {
			unavailable(w, err)
			return
		}
	}
	answer(w, http.StatusOK, map[string]any{"success": true})
}

// open reads a request to an address with a token, and finds whose it is. When
// ok is false it has been answered.
func (h *Handler) open(w http.ResponseWriter, r *http.Request, kind string) (tenant uuid.UUID, body []byte, ok bool) {
	if body, ok = read(w, r); !ok {
		return uuid.Nil, nil, false
	}
	tenant, found, err := h.tenant(r.Context(), kind, r.PathValue("token"))
	if err != nil {
		unavailable(w, err)
		return uuid.Nil, nil, false
	}
	if !found {
		fail(w, http.StatusNotFound, "No such webhook")
		return uuid.Nil, nil, false
	}
	return tenant, body, true
}

func (h *Handler) tenant(ctx context.Context, kind, token string) (uuid.UUID, bool, error) {
	sum := sha256.Sum256([]byte(token))
	return h.Route(ctx, kind, sum[:])
}

// split takes one object, or a list of them.
func split(body []byte) ([]json.RawMessage, error) {
	var one map[string]json.RawMessage
	if err := json.Unmarshal(body, &one); err == nil && one != nil {
		return []json.RawMessage{body}, nil
	}
	var many []map[string]json.RawMessage
	if err := json.Unmarshal(body, &many); err != nil {
		return nil, errors.New("neither an object nor a list of objects")
	}
	entries := make([]json.RawMessage, 0, len(many))
	for _, m := range many {
		entry, err := json.Marshal(m)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

func read(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		fail(w, http.StatusRequestEntityTooLarge, "The body is larger than 3 MiB")
		return nil, false
	case err != nil:
		fail(w, http.StatusBadRequest, "The body could not be read")
		return nil, false
	case !utf8.Valid(body):
		fail(w, http.StatusBadRequest, "The body is not valid UTF-8")
		return nil, false
	}
	return body, true
}

func logUnavailable(err error) { slog.Error("a webhook could not be stored", "error", err) }

func unavailable(w http.ResponseWriter, err error) {
	logUnavailable(err)
	w.Header().Set("Retry-After", "10")
	fail(w, http.StatusServiceUnavailable, "The event could not be stored, send it again")
}

func fail(w http.ResponseWriter, status int, text string) {
	answer(w, status, map[string]any{"success": false, "error": text})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the receiver may have gone
}

// logged writes one line a request: the route's pattern, never its token.
func logged(next *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		_, pattern := next.Handler(r)
		next.ServeHTTP(rec, r)
		slog.Info("webhook", "route", pattern, "status", rec.status, "ms", time.Since(started).Milliseconds())
	})
}

type recorder struct {
	http.ResponseWriter

	status int
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}
