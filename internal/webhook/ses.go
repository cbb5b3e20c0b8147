package webhook

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
)

// ErrRefused says that a body is not what its sender makes it out to be.
var ErrRefused = errors.New("refused")

// ses takes in what Amazon SES publishes to a topic of Amazon SNS.
func (h *Handler) ses(w http.ResponseWriter, r *http.Request) {
	tenant, body, ok := h.open(w, r, "ses")
	if !ok {
		return
	}
	event, err := h.OpenSNS(r.Context(), body)
	if errors.Is(err, ErrRefused) {
		slog.Warn("a message of SNS was refused", "tenant_id", tenant, "error", err)
		fail(w, http.StatusForbidden, "The body is not a signed message of an allowed topic")
		return
	}
	if err != nil {
		unavailable(w, err)
		return
	}
	if event != nil {
		if err := h.Receive(r.Context(), "ses", tenant, []json.RawMessage{event}); err != nil {
			unavailable(w, err)
			return
		}
	}
	answer(w, http.StatusOK, map[string]any{"success": true})
}
