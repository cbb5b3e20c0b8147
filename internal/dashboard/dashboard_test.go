package dashboard_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/dashboard"
)

const page = `<meta property="csp-nonce" nonce="__CSP_NONCE__"><script nonce="__CSP_NONCE__" src="/dashboard/assets/a-1.js">`

type bundle struct{ handler http.Handler }

func setup(t *testing.T, change func(*dashboard.Config)) *bundle {
	t.Helper()
	c := dashboard.Config{
		Files: fstest.MapFS{
			"index.html":       {Data: []byte(page)},
			"index.html.br":    {Data: []byte("not to be served: it has no nonce")},
			"not-built.html":   {Data: []byte("not built")},
			"preview.html":     {Data: []byte("<p>")},
			"guide.html":       {Data: []byte("<h1>")},
			"guide/flows.png":  {Data: []byte("png")},
			"assets/a-1.js":    {Data: []byte("plain")},
			"assets/a-1.js.br": {Data: []byte("brotli")},
			"assets/a-1.js.gz": {Data: []byte("gzip")},
			"assets/b-1.woff2": {Data: []byte("font")},
		},
		OIDC: dashboard.OIDC{Authority: "https://id.example.com/pool", ClientID: "c1", Scope: "openid"},
	}
	if change != nil {
		change(&c)
	}
	handler, err := dashboard.New(c)
	require.NoError(t, err)
	return &bundle{handler}
}

func (b *bundle) get(t *testing.T, path string, headers ...string) *http.Response {
	t.Helper()
	request := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	b.handler.ServeHTTP(recorder, request)
	return recorder.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	body := make([]byte, 4096)
	n, _ := r.Body.Read(body)
	return string(body[:n])
}

func TestEveryAddressUnderDashboardIsTheApplication(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for _, path := range []string{
		"/dashboard", "/dashboard/", "/dashboard/index.html", "/dashboard/auto-engagement",
		"/dashboard/auto-engagement/executions/0197a000-0000-7000-8000-000000000001", "/dashboard/email-templates",
	} {
		r := b.get(t, path, "Accept-Encoding", "br, gzip")
		require.Equal(t, http.StatusOK, r.StatusCode, path)
		require.Equal(t, "text/html; charset=utf-8", r.Header.Get("Content-Type"), path)
		require.Equal(t, "no-cache", r.Header.Get("Cache-Control"), path)
		require.Empty(t, r.Header.Get("Content-Encoding"), path)
		require.Contains(t, text(t, r), "/dashboard/assets/a-1.js", path)
	}
}

func TestEachPageHasANonceOfItsOwn(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	seen := map[string]bool{}
	for range 3 {
		r := b.get(t, "/dashboard")
		policy := r.Header.Get("Content-Security-Policy")
		nonce := regexp.MustCompile(`style-src 'self' 'nonce-([A-Z0-9]{20,})'`).FindStringSubmatch(policy)
		require.Len(t, nonce, 2, policy)
		body := text(t, r)
		require.NotContains(t, body, "__CSP_NONCE__")
		require.Contains(t, body, `<meta property="csp-nonce" nonce="`+nonce[1]+`">`)
		seen[nonce[1]] = true
	}
	require.Len(t, seen, 3)
}

func TestThePolicyAllowsNoInlineScriptAndOnlyTheOriginsInUse(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *dashboard.Config) {
		c.APIBase = "https://api.example.com"
		c.ConnectTo = []string{"https://bucket.example.com/x"}
		c.OIDC.Metadata = `{"issuer":"https://id.example.com/pool","authorization_endpoint":"https://login.example.com/authorize",` +
			`"token_endpoint":"https://login.example.com/token","jwks_uri":"https://id.example.com/keys"}`
	})
	policy := b.get(t, "/dashboard").Header.Get("Content-Security-Policy")
	require.Contains(t, policy, "default-src 'none'; ")
	require.Contains(t, policy, "; script-src 'self'; ")
	require.NotContains(t, policy, "unsafe")
	require.Contains(t, policy, "connect-src 'self' https://api.example.com https://bucket.example.com https://id.example.com https://login.example.com")
}

func TestTheBestEncodingThatABrowserTakesIsServed(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for accept, want := range map[string]string{
		"":                         "plain",
		"br":                       "brotli",
		"gzip, deflate, br":        "brotli",
		"GZIP":                     "gzip",
		"gzip;q=0.5, br;q=0":       "gzip",
		"gzip; q=0, deflate":       "plain",
		"brotli, x-gzip":           "plain",
		"br;q=none":                "plain",
		"identity, gzip;q = 0.001": "gzip",
	} {
		r := b.get(t, "/dashboard/assets/a-1.js", "Accept-Encoding", accept)
		require.Equal(t, want, text(t, r), accept)
		require.Equal(t, map[string]string{"plain": "", "brotli": "br", "gzip": "gzip"}[want], r.Header.Get("Content-Encoding"), accept)
		require.Equal(t, "text/javascript; charset=utf-8", r.Header.Get("Content-Type"), accept)
		require.Equal(t, "Accept-Encoding", r.Header.Get("Vary"), accept)
	}
	font := b.get(t, "/dashboard/assets/b-1.woff2", "Accept-Encoding", "br")
	require.Equal(t, "font", text(t, font))
	require.Empty(t, font.Header.Get("Content-Encoding"))
}

func TestFilesWithAHashInTheirNameAreKeptForever(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	require.Equal(t, "public, max-age=31536000, immutable", b.get(t, "/dashboard/assets/a-1.js").Header.Get("Cache-Control"))

	gone := b.get(t, "/dashboard/assets/of-an-earlier-release.js")
	require.Equal(t, http.StatusNotFound, gone.StatusCode)
	require.Empty(t, gone.Header.Get("Cache-Control"))
}

func TestOtherFilesAreAskedForAgainByTheirTag(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	first := b.get(t, "/dashboard/preview.html")
	require.Equal(t, "no-cache", first.Header.Get("Cache-Control"))
	tag := first.Header.Get("ETag")
	require.NotEmpty(t, tag)
	require.Equal(t, http.StatusNotModified, b.get(t, "/dashboard/preview.html", "If-None-Match", tag).StatusCode)
	require.Equal(t, http.StatusOK, b.get(t, "/dashboard/preview.html", "If-None-Match", `"other"`).StatusCode)
}

func TestTheFrameOfMailsHasAnOriginOfItsOwn(t *testing.T) {
	t.Parallel()
	policy := setup(t, nil).get(t, "/dashboard/preview.html").Header.Get("Content-Security-Policy")
	require.Contains(t, policy, "sandbox allow-scripts")
	require.NotContains(t, policy, "allow-same-origin")
	require.Contains(t, policy, "frame-ancestors 'self'")
}

func TestSettingsAreReadWhenThePageStarts(t *testing.T) {
	t.Parallel()
	r := setup(t, nil).get(t, "/config.json")
	require.Equal(t, "application/json", r.Header.Get("Content-Type"))
	require.Equal(t, "no-cache", r.Header.Get("Cache-Control"))
	require.JSONEq(t, `{"api_base":"","oidc":{"authority":"https://id.example.com/pool","client_id":"c1","scope":"openid","metadata":null}}`, text(t, r))

	given := setup(t, func(c *dashboard.Config) {
		c.OIDC.Metadata = `{"issuer":"i","authorization_endpoint":"http://a/1","token_endpoint":"http://a/2","jwks_uri":"http://a/3","end_session_endpoint":"http://a/4","other":1}`
	}).get(t, "/config.json")
	require.JSONEq(t, `{"api_base":"","oidc":{"authority":"https://id.example.com/pool","client_id":"c1","scope":"openid","metadata":
		{"issuer":"i","authorization_endpoint":"http://a/1","token_endpoint":"http://a/2","jwks_uri":"http://a/3","end_session_endpoint":"http://a/4"}}}`, text(t, given))
}

func TestEveryAnswerIsHardened(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for _, path := range []string{"/", "/config.json", "/dashboard", "/dashboard/assets/a-1.js", "/dashboard/assets/gone.js", "/elsewhere"} {
		h := b.get(t, path).Header
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), path)
		require.Equal(t, "no-referrer", h.Get("Referrer-Policy"), path)
		require.Contains(t, h.Get("Content-Security-Policy"), "default-src 'none'", path)
		require.Contains(t, h.Get("Content-Security-Policy"), "frame-ancestors 'none'", path)
	}
}

func TestTheRootLeadsToTheFlows(t *testing.T) {
	t.Parallel()
	r := setup(t, nil).get(t, "/")
	require.Equal(t, http.StatusFound, r.StatusCode)
	require.Equal(t, "/dashboard/auto-engagement", r.Header.Get("Location"))
}

func TestTheSignInPagesAnswerReachesTheApplication(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for query, want := range map[string]string{
		"code=a%2Fb&state=s":          "/dashboard/callback?code=a%2Fb&state=s",
		"error=access_denied":         "/dashboard/callback?error=access_denied",
		"utm=1":                       "/dashboard/auto-engagement",
		"code=1&x=//evil.example.com": "/dashboard/callback?code=1&x=%2F%2Fevil.example.com",
	} {
		require.Equal(t, want, b.get(t, "/?"+query).Header.Get("Location"), query)
	}
}

func TestWithoutABuildAPageSaysSo(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *dashboard.Config) { c.Files = fstest.MapFS{"not-built.html": {Data: []byte("not built")}} })
	r := b.get(t, "/dashboard/auto-engagement")
	require.Equal(t, http.StatusServiceUnavailable, r.StatusCode)
	require.Equal(t, "not built", text(t, r))
	require.Equal(t, "no-store", r.Header.Get("Cache-Control"))
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*dashboard.Config){
		"OIDC_METADATA as JSON":    func(c *dashboard.Config) { c.OIDC.Metadata = "{" },
		"lacks one of":             func(c *dashboard.Config) { c.OIDC.Metadata = `{"issuer":"x"}` },
		"no http or https address": func(c *dashboard.Config) { c.OIDC.Authority = "id.example.com" },
		"no policy can name":       func(c *dashboard.Config) { c.ConnectTo = []string{"https://a;script-src"} },
	} {
		c := dashboard.Config{Files: fstest.MapFS{}}
		change(&c)
		_, err := dashboard.New(c)
		require.ErrorContains(t, err, name)
	}
}

func TestTheGuideShowsItsPicturesAndRunsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	guide := b.get(t, "/dashboard/guide.html")
	require.Equal(t, http.StatusOK, guide.StatusCode)
	policy := guide.Header.Get("Content-Security-Policy")
	require.Contains(t, policy, "img-src 'self'")
	require.Contains(t, policy, "default-src 'none'")
	require.NotContains(t, policy, "script-src")
	require.Equal(t, "image/png", b.get(t, "/dashboard/guide/flows.png").Header.Get("Content-Type"))
}
