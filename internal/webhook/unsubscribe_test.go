package webhook_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func (b *bundle) get(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestLookingAtTheLinkUnsubscribesNobody(t *testing.T) {
	b := setup()
	w := b.get("/unsubscribe/" + uuid.NewString())
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Body.String(), `<form method="post">`)
	require.Empty(t, b.refused)

	require.Equal(t, http.StatusNotFound, b.get("/unsubscribe/other").Code)
	require.Equal(t, http.StatusNotFound, b.post("/unsubscribe/other", "", "").Code)
}

func TestPostingUnsubscribesInOneStep(t *testing.T) {
	b := setup()
	mail := uuid.New()
	// RFC 8058, section 3.1: what a mail program sends; and what the page's form does.
	for _, body := range []string{"List-Unsubscribe=One-Click", ""} {
		w := b.post("/unsubscribe/"+mail.String(), body, "")
		require.Equal(t, http.StatusOK, w.Code)
		require.Contains(t, w.Body.String(), "You are unsubscribed")
	}
	require.Equal(t, []uuid.UUID{mail, mail}, b.refused)

	b.fail = errors.New("away")
	w := b.post("/unsubscribe/"+mail.String(), "List-Unsubscribe=One-Click", "")
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.NotEmpty(t, w.Header().Get("Retry-After"))
	require.Contains(t, w.Body.String(), "try again")
}

func TestTheLinkOfATestSaysSoAndUnsubscribesNobody(t *testing.T) {
	b := setup()
	path := "/unsubscribe/test-" + uuid.NewString()
	for _, w := range []*httptest.ResponseRecorder{b.get(path), b.post(path, "List-Unsubscribe=One-Click", ""), b.post(path, "", "")} {
		require.Equal(t, http.StatusOK, w.Code, "a mail program's button works as in a real mail")
		require.Contains(t, w.Body.String(), "This was a test")
		require.NotContains(t, w.Body.String(), "<form")
	}
	require.Empty(t, b.refused)
}

func TestThePageBringsNothingFromElsewhere(t *testing.T) {
	b := setup()
	w := b.get("/unsubscribe/" + uuid.NewString())
	policy := w.Header().Get("Content-Security-Policy")
	require.Regexp(t, `^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; form-action 'self'`, policy)
	require.Equal(t, 1, strings.Count(w.Body.String(), "<style>"))
	for _, word := range []string{"http://", "https://", "<script", " style="} {
		require.NotContains(t, w.Body.String(), word)
	}
	require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	require.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"), "the address is a key")
}
