package app

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/sethvargo/go-envconfig"

	"github.com/auto-engagement/flows/internal/dashboard"
)

// dashboardConfig is what the template sets for the dashboard alone.
type dashboardConfig struct {
	// APIBase is the API's origin; empty where it is the dashboard's own.
	APIBase string `env:"API_BASE"`
	// OIDCAuthority is the issuer's address, OIDCClientID the dashboard's public
	// client there. Without them nobody can sign in.
	OIDCAuthority string `env:"OIDC_AUTHORITY"`
	OIDCClientID  string `env:"OIDC_CLIENT_ID"`
	OIDCScope     string `env:"OIDC_SCOPE, default=openid profile email"`
	// OIDCMetadata is the issuer's discovery document as JSON; empty: browsers
	// read it at the authority.
	OIDCMetadata string `env:"OIDC_METADATA"`
	// ConnectTo are further origins that pages send requests to.
	ConnectTo []string `env:"CONNECT_ORIGINS"`
}

// Dashboard serves the browser application's build. It needs neither the
// database nor AWS.
func Dashboard(ctx context.Context, files fs.FS) (http.Handler, error) {
	var c dashboardConfig
	if err := envconfig.Process(ctx, &c); err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	handler, err := dashboard.New(dashboard.Config{
		Files: files, APIBase: c.APIBase, ConnectTo: c.ConnectTo,
		OIDC: dashboard.OIDC{Authority: c.OIDCAuthority, ClientID: c.OIDCClientID, Scope: c.OIDCScope, Metadata: c.OIDCMetadata},
	})
	if err != nil {
		return nil, fmt.Errorf("set up the dashboard: %w", err)
	}
	return handler, nil
}
