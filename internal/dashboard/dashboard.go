// Package dashboard serves the browser application: the embedded build, the
// settings it reads when it starts, and the headers that bound what a page may do.
package dashboard

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Base is the path that the application lies under, Start the page it opens with.
const (
	Base  = "/dashboard"
	Start = Base + "/auto-engagement"
)

// Config is what a deployment sets.
type Config struct {
	// Files is the build, with index.html; without it a page says that there is none.
	Files fs.FS
	// APIBase is the API's origin, like "https://api.example.com"; "" is the
	// dashboard's own.
	APIBase string
	OIDC    OIDC
	// ConnectTo are further origins that pages send requests to, as the bucket
	// that takes imports.
	ConnectTo []string
}

// OIDC is how people sign in. Without an authority nobody can.
type OIDC struct {
	// Authority is the issuer's address, ClientID the public client's id there,
	// Scope the scopes asked for, separated by spaces.
	Authority, ClientID, Scope string
	// Metadata is the issuer's discovery document as JSON, for an issuer that
	// publishes none; empty: the browser reads it at the authority.
	Metadata string
}

// settings is /config.json.
type settings struct {
	APIBase string       `json:"api_base"`
	OIDC    oidcSettings `json:"oidc"`
}

type oidcSettings struct {
	Authority string          `json:"authority"`
	ClientID  string          `json:"client_id"`
	Scope     string          `json:"scope"`
	Metadata  json.RawMessage `json:"metadata"`
}

// metadata is what the browser needs of a discovery document.
type metadata struct {
	Issuer                string `json:"issuer"`
	AuthorizationEndpoint string `json:"authorization_endpoint"`
	TokenEndpoint         string `json:"token_endpoint"`
	EndSessionEndpoint    string `json:"end_session_endpoint,omitempty"`
	JWKSURI               string `json:"jwks_uri"`
	UserinfoEndpoint      string `json:"userinfo_endpoint,omitempty"`
}

// New is the handler of everything that the dashboard function answers: the
// application under Base, /config.json, and a redirect from / to Start.
func New(c Config) (http.Handler, error) {
	meta, err := readMetadata(c.OIDC.Metadata)
	if err != nil {
		return nil, err
	}
	config, err := json.Marshal(settings{
		APIBase: c.APIBase,
		OIDC:    oidcSettings{c.OIDC.Authority, c.OIDC.ClientID, c.OIDC.Scope, meta.raw},
	})
	if err != nil {
		return nil, fmt.Errorf("encode the settings: %w", err)
	}
	connect, err := origins(append([]string{c.APIBase, c.OIDC.Authority, meta.TokenEndpoint, meta.UserinfoEndpoint, meta.JWKSURI}, c.ConnectTo...))
	if err != nil {
		return nil, err
	}
	b, err := readBuild(c.Files)
	if err != nil {
		return nil, err
	}
	b.connect = connect

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", redirectRoot)
	mux.HandleFunc("GET /config.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(config)
	})
	mux.HandleFunc("GET "+Base, b.serve)
	mux.HandleFunc("GET "+Base+"/{name...}", b.serve)
	return secured(mux), nil
}

// redirectRoot leads into the application. The sign-in page returns to the
// root too, with its answer in the query.
func redirectRoot(w http.ResponseWriter, r *http.Request) {
	to := Start
	if q := r.URL.Query(); q.Has("code") || q.Has("error") {
		to = Base + "/callback?" + q.Encode()
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusFound) //nolint:gosec // always a path of the dashboard
}

type readMeta struct {
	metadata

	raw json.RawMessage
}

func readMetadata(text string) (readMeta, error) {
	if strings.TrimSpace(text) == "" {
		return readMeta{raw: json.RawMessage("null")}, nil
	}
	var m readMeta
	if err := json.Unmarshal([]byte(text), &m.metadata); err != nil {
		return m, fmt.Errorf("read OIDC_METADATA as JSON: %w", err)
	}
	if m.Issuer == "" || m.AuthorizationEndpoint == "" || m.TokenEndpoint == "" || m.JWKSURI == "" {
		return m, errors.New("OIDC_METADATA lacks one of issuer, authorization_endpoint, token_endpoint, jwks_uri")
	}
	var err error
	m.raw, err = json.Marshal(m.metadata)
	return m, err
}

// origins are the addresses' origins, each once; empty addresses are the page's own.
func origins(addresses []string) ([]string, error) {
	var found []string
	for _, address := range addresses {
		if address == "" {
			continue
		}
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil, fmt.Errorf("%q is no http or https address", address)
		}
		// Whatever ends a source or a directive of the policy is no host.
		if strings.ContainsAny(u.Host, ";, '\"") {
			return nil, fmt.Errorf("%q has a host that no policy can name", address)
		}
		found = append(found, u.Scheme+"://"+u.Host)
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}
