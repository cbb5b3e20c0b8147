package gateway_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/local/stack/gateway"
)

func TestRequestsReachTheAPIAsTheyWereSent(t *testing.T) {
	var got *http.Request
	var body string
	emulator := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		got, body = r, string(text)
		w.Header().Set("X-Request-Id", "r-1")
		w.WriteHeader(http.StatusTeapot)
	}))
	defer emulator.Close()
	target, err := url.Parse(emulator.URL)
	require.NoError(t, err)
	front := httptest.NewServer(gateway.Handler(target, "abc123"))
	defer front.Close()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, front.URL+"/api/x%2Fy?a=1&a=2", strings.NewReader("{}"))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer t")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	require.Equal(t, http.StatusTeapot, response.StatusCode)
	require.Equal(t, "r-1", response.Header.Get("X-Request-Id"))
	require.Equal(t, http.MethodPatch, got.Method)
	require.Equal(t, "/_aws/execute-api/abc123/$default/api/x%2Fy?a=1&a=2", got.RequestURI)
	require.Equal(t, "Bearer t", got.Header.Get("Authorization"))
	require.NotEmpty(t, got.Header.Get("X-Forwarded-For"))
	require.Equal(t, "{}", body)
}

func TestAnEmulatorThatIsAwayIsABadGateway(t *testing.T) {
	emulator := httptest.NewServer(http.NotFoundHandler())
	target, err := url.Parse(emulator.URL)
	require.NoError(t, err)
	emulator.Close()

	for path, status := range map[string]int{"/api/flows": http.StatusBadGateway, "/_gateway/health": http.StatusNoContent} {
		recorder := httptest.NewRecorder()
		gateway.Handler(target, "abc123").ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
		require.Equal(t, status, recorder.Code, path)
	}
}
