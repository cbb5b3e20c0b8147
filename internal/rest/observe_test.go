package rest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/rest"
)

func TestOneLogLineARequestWithoutPersonalThings(t *testing.T) {
	t.Parallel()
	b := setup(t)
	log := &lockedBuffer{}
	c := config(t, b.db, log)
	c.RequestID = func(r *http.Request) string { return r.Header.Get("X-Test-Id") }
	b.handler = rest.New(c)
	id := query[uuid.UUID](b, "select gen_random_uuid()")
	out := b.request(b.owner, "GET", "/flows/"+id.String()+"?search=Asha", nil, "X-Test-Id", "gateway-1=")
	require.Equal(t, "gateway-1=", out.header.Get("X-Request-ID"))
	var line map[string]any
	require.NoError(t, json.Unmarshal([]byte(log.String()), &line))
	whole(line)
	require.Equal(t, "gateway-1=", line["request_id"])
	require.Equal(t, "GET", line["method"])
	require.Equal(t, rest.Base+"/flows/{id}", line["route"])
	require.Equal(t, 404, line["status"])
	require.Equal(t, b.a.String(), line["tenant_id"])
	require.Contains(t, line, "duration_ms")
	require.NotContains(t, log.String(), "Asha")
	require.NotContains(t, log.String(), b.owner)

	odd := b.request(b.owner, "GET", "/flows", nil, "X-Test-Id", "two words\n")
	require.NoError(t, uuid.Validate(odd.header.Get("X-Request-ID")), "an odd id is replaced")
	require.Equal(t, 2, strings.Count(log.String(), "\n"))
}

func TestAPanicIsA500WithoutItsText(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.config()
	c.Tokens = verifierFunc(func() error { panic("secret text") })
	b.handler = rest.New(c)
	out := b.request(b.owner, "GET", "/flows", nil)
	require.Equal(t, http.StatusInternalServerError, out.status)
	b.isFailure(out, "Internal server error")
	require.NotContains(t, string(out.raw), "secret text")
	require.Contains(t, b.causes(), "secret text")
}

func TestAnswersAreNeverCachedAndSayTheirType(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, accept := range []string{"", "text/html", "application/xml", "*/*", "application/json;q=0.1"} {
		out := b.do(http.StatusOK, "GET", "/flows", nil, "Accept", accept)
		require.Equal(t, "application/json", out.header.Get("Content-Type"), accept)
		require.Equal(t, "no-store", out.header.Get("Cache-Control"))
	}
	head := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodHead, rest.Base+"/flows", nil)
	r.Header.Set("Authorization", "Bearer "+b.owner)
	b.handler.ServeHTTP(head, r)
	require.Equal(t, http.StatusOK, head.Code)
}
