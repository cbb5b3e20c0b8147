package lambdaio

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/core"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
)

// HTTP serves an API Gateway HTTP API (payload format 2.0) with an ordinary handler.
func HTTP(handler http.Handler) func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	proxy := httpadapter.NewV2(handler).ProxyWithContext
	return func(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		event.RawPath = escaped(cmp.Or(event.RawPath, event.RequestContext.HTTP.Path))
		return proxy(ctx, event)
	}
}

// escaped is a path as it may stand in a URL. The gateway has decoded what came,
// all but %25: without this a control character would be no request at all, and
// a question mark the beginning of a query.
func escaped(path string) string {
	var out strings.Builder
	for i := range len(path) {
		c := path[i]
		switch {
		case c == '%' && i+2 < len(path) && hexadecimal(path[i+1]) && hexadecimal(path[i+2]),
			'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~!$&'()*+,;=:@/", c) >= 0:
			out.WriteByte(c)
		default:
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}

func hexadecimal(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// RequestID is the id that API Gateway gave to a request, or "".
func RequestID(r *http.Request) string {
	gateway, found := core.GetAPIGatewayV2ContextFromContext(r.Context())
	if !found {
		return ""
	}
	return gateway.RequestID
}
