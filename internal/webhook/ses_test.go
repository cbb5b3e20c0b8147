package webhook_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnEventOfSESIsStoredForTheTokensTenant(t *testing.T) {
	b := setup()
	body := `{"eventType":"Delivery"}`
	require.Equal(t, http.StatusOK, b.post("/webhooks/ses/the-token", body, "").Code)
	require.Equal(t, []received{{"ses", b.tenant, []json.RawMessage{json.RawMessage(body)}}}, b.got)

	require.Equal(t, http.StatusOK, b.post("/webhooks/ses/the-token", "a confirmation", "").Code)
	require.Equal(t, http.StatusForbidden, b.post("/webhooks/ses/the-token", "forged", "").Code)
	require.Equal(t, http.StatusNotFound, b.post("/webhooks/ses/other", body, "").Code)
	require.Len(t, b.got, 1)

	b.fail = errors.New("away")
	for _, later := range []string{body, "a confirmation"} {
		w := b.post("/webhooks/ses/the-token", later, "")
		require.Equal(t, http.StatusServiceUnavailable, w.Code, "SNS sends it again")
	}
}
