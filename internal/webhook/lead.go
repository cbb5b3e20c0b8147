package webhook

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/auto-engagement/flows/internal/flow"
)

// maxKey is the longest Idempotency-Key taken, in bytes.
const maxKey = 255

// lead takes in a lead of an outside system. The token says whose it is.
func (h *Handler) lead(w http.ResponseWriter, r *http.Request) {
	tenant, body, ok := h.open(w, r, "leads")
	if !ok {
		return
	}
	key := r.Header.Get("Idempotency-Key")
	if len(key) > maxKey {
		fail(w, http.StatusBadRequest, "Idempotency-Key must have at most 255 characters")
		return
	}
	taken, err := h.TakeLead(r.Context(), tenant, body, flow.Arrival{Source: "webhook", EntryType: "webhook", ID: key}, nil)
	if refused, is := errors.AsType[*flow.RejectError](err); is {
		slog.Info("a lead was refused", "tenant_id", tenant, "reason", refused.Reason)
		fail(w, http.StatusBadRequest, refused.Reason)
		return
	}
	if err != nil {
		unavailable(w, err)
		return
	}
	answer(w, http.StatusAccepted, map[string]any{"success": true, "data": map[string]any{"id": taken.ID, "event_id": taken.EventID}})
}
