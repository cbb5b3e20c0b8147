package lambdaio_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/lambdaio"
)

func TestAnyPathThatTheGatewayDecodedReachesTheHandlerAsItWas(t *testing.T) {
	t.Parallel()
	for decoded, want := range map[string]string{
		"/api/flows":              "/api/flows",
		"/api/flows/\t\U0004accb": "/api/flows/\t\U0004accb",
		"/api/flows/\x00\x7f":     "/api/flows/\x00\x7f",
		"/api/flows/a b":          "/api/flows/a b",
		"/api/flows/a?limit=9":    "/api/flows/a?limit=9",
		"/api/flows/a#b":          "/api/flows/a#b",
		"/api/flows/100%25":       "/api/flows/100%",
		"/api/flows/%zz":          "/api/flows/%zz",
		"/api/flows/%":            "/api/flows/%",
		"/api/flows/a+b@c:d":      "/api/flows/a+b@c:d",
		"/api/\xff":               "/api/\xff",
		"":                        "/",
	} {
		serve := lambdaio.HTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, want, r.URL.Path)
			assert.Equal(t, "limit=5", r.URL.RawQuery)
			w.WriteHeader(http.StatusTeapot)
		}))
		event := events.APIGatewayV2HTTPRequest{RawPath: decoded, RawQueryString: "limit=5"}
		event.RequestContext.DomainName, event.RequestContext.HTTP.Method = "api.example.com", http.MethodGet
		answer, err := serve(t.Context(), event)
		require.NoError(t, err, "%q", decoded)
		require.Equal(t, http.StatusTeapot, answer.StatusCode)
	}
}
