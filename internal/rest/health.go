package rest

import (
	"context"
	"net/http"
	"time"
)

// health says whether the API can serve: 503 while the database is away.
func (a *api) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	if err := a.Tenants.Ping(ctx); err != nil {
		writeFailure(w, r, failureOf(r.Context(), err))
		return
	}
	writeJSON(w, http.StatusOK, success[status]{true, status{"ok"}})
}

type status struct {
	Status string `json:"status"`
}
