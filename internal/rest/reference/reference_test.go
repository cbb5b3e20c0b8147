package reference_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/rest/reference"
)

func get(t *testing.T, path, encoding string) *httptest.ResponseRecorder {
	t.Helper()
	mux := http.NewServeMux()
	reference.Register(mux)
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code, path)
	return w
}

func TestThePageAndItsPartsComeFromHere(t *testing.T) {
	t.Parallel()
	page := get(t, "/docs", "").Body.String()
	parts := regexp.MustCompile(`(?:src|href)="(docs/[^"]+)"`).FindAllStringSubmatch(page, -1)
	require.Len(t, parts, 4)
	for _, part := range parts {
		require.NotZero(t, get(t, "/"+part[1], "").Body.Len(), part[1])
	}
	require.NotRegexp(t, `(src|href)="(https?:)?//`, page, "nothing is loaded from elsewhere")
	require.NotRegexp(t, `<script>|<style>|\son[a-z]+=`, page, "nothing that the policy forbids")
}

func TestThePolicyLetsOnlyThisHostIn(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/docs", "/docs/page.js", "/docs/swagger-ui-bundle.js"} {
		policy := get(t, path, "").Header().Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'")
		require.Contains(t, policy, "script-src 'self';")
		require.NotContains(t, policy, "http")
	}
}

func TestLargePartsAreSentCompressedToThoseWhoCanReadIt(t *testing.T) {
	t.Parallel()
	plain := get(t, "/docs/swagger-ui-bundle.js", "br")
	require.Empty(t, plain.Header().Get("Content-Encoding"))
	packed := get(t, "/docs/swagger-ui-bundle.js", "gzip, br")
	require.Equal(t, "gzip", packed.Header().Get("Content-Encoding"))
	require.Less(t, packed.Body.Len(), 600<<10)
	reader, err := gzip.NewReader(packed.Body)
	require.NoError(t, err)
	unpacked, err := io.ReadAll(reader)
	require.NoError(t, err)
	require.Equal(t, plain.Body.Bytes(), unpacked)
}
