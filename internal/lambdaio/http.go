package lambdaio

import (
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/core"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
)

// HTTP serves an API Gateway HTTP API (payload format 2.0) with an ordinary handler.
func HTTP(handler http.Handler) func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	return httpadapter.NewV2(handler).ProxyWithContext
}

// RequestID is the id that API Gateway gave to a request, or "".
func RequestID(r *http.Request) string {
	gateway, found := core.GetAPIGatewayV2ContextFromContext(r.Context())
	if !found {
		return ""
	}
	return gateway.RequestID
}
