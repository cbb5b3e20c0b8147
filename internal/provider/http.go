package provider

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Bounds of every request to a provider. The context's deadline bounds the
// whole of it.
const (
	// MaxBody bounds what is read of an answer, in bytes. A listing of fifty
	// calls with their transcripts stays well below it.
	MaxBody = 8 << 20

	dialTimeout      = 5 * time.Second
	handshakeTimeout = 5 * time.Second
	// idleTimeout is short on purpose. A connection that the provider has
	// meanwhile closed swallows a request without an answer, and then the
	// effect is unknown; the shortest keep-alive among the servers we meet is
	// five seconds. net/http compares by the wall clock, so it also holds
	// when the process was frozen between two invocations.
	idleTimeout = 2 * time.Second
)

// NewHTTPClient returns the client that every provider is asked with: it
// follows no redirect, speaks HTTP/1.1 only (HTTP/2 may send a request again
// by itself when a server goes away), takes no cookies, and keeps connections
// for two idle seconds. tlsConfig may be nil.
func NewHTTPClient(tlsConfig *tls.Config) *http.Client {
	return newHTTPClient(tlsConfig, &net.Dialer{Timeout: dialTimeout, KeepAlive: 15 * time.Second}, http.ProxyFromEnvironment)
}

// NewPublicHTTPClient is NewHTTPClient for servers that tenants name: it
// reaches only addresses of the internet, and goes through no proxy, which
// would reach others for it.
func NewPublicHTTPClient(tlsConfig *tls.Config) *http.Client {
	return newHTTPClient(tlsConfig, &net.Dialer{Timeout: dialTimeout, KeepAlive: 15 * time.Second, Control: PublicOnly}, nil)
}

func newHTTPClient(tlsConfig *tls.Config, dialer *net.Dialer, proxy func(*http.Request) (*url.URL, error)) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  proxy,
			DialContext:            dialWire(dialer),
			TLSClientConfig:        tlsConfig,
			TLSHandshakeTimeout:    handshakeTimeout,
			IdleConnTimeout:        idleTimeout,
			MaxIdleConnsPerHost:    4,
			MaxResponseHeaderBytes: 64 << 10,
			Protocols:              protocols,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Request is one question to a provider.
type Request struct {
	Method string
	URL    string
	// Secret is sent as a bearer token, and kept out of every reason; empty
	// sends none.
	Secret string
	// Body is sent as JSON; nil sends no body.
	Body any
}

// Reply is what came of a Request: an answer, or Err.
type Reply struct {
	// Status is the HTTP status; 0 when there was no answer.
	Status int
	Header http.Header
	Body   []byte
	// Err says why there is no answer, or no whole body of one.
	Err error
	// Untouched is true when it is proven that no byte of the request left.
	Untouched bool

	secret string
	// unsendable is true when there was nothing that could be sent.
	unsendable bool
}

// errTooLarge is the Err of a Reply whose body exceeds MaxBody.
var errTooLarge = fmt.Errorf("the answer is larger than %d bytes", MaxBody)

// Ask sends one request, once. It returns no error: what cannot be asked is
// told by the Reply too.
func Ask(ctx context.Context, client *http.Client, r Request) Reply {
	reply := Reply{secret: r.Secret}
	traced, proof := Trace(ctx)
	req, err := newRequest(traced, r)
	if err != nil {
		reply.Err, reply.Untouched, reply.unsendable = err, true, true
		return reply
	}
	res, err := client.Do(req)
	if err != nil {
		reply.Err, reply.Untouched = err, proof.NothingWritten()
		return reply
	}
	defer func() { _ = res.Body.Close() }()
	reply.Status, reply.Header = res.StatusCode, res.Header
	reply.Body, reply.Err = io.ReadAll(io.LimitReader(res.Body, MaxBody+1))
	if reply.Err == nil && len(reply.Body) > MaxBody {
		reply.Body, reply.Err = nil, errTooLarge
	}
	return reply
}

func newRequest(ctx context.Context, r Request) (*http.Request, error) {
	var body io.Reader
	var raw []byte
	if r.Body != nil {
		var err error
		if raw, err = json.Marshal(r.Body); err != nil {
			return nil, fmt.Errorf("encode request: %w", err)
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, body)
	if err != nil {
		return nil, errors.New("the provider's address is not a valid URL")
	}
	// Without GetBody net/http has no way to send a body a second time.
	req.GetBody = nil
	req.Header.Set("Accept", "application/json")
	if r.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.Secret != "" {
		req.Header.Set("Authorization", "Bearer "+r.Secret)
	}
	return req, nil
}

// OK reports whether the provider answered with 2xx and a body that could be
// read whole.
func (r Reply) OK() bool {
	return r.Err == nil && r.Status >= 200 && r.Status < 300
}

// Decode reads a 2xx answer as JSON into v.
func (r Reply) Decode(v any) error {
	if !r.OK() {
		return r.Failure()
	}
	if err := json.Unmarshal(r.Body, v); err != nil {
		return fmt.Errorf("the provider's answer is not the JSON that was expected: %w", err)
	}
	return nil
}

// Failure describes a Reply that is no 2xx, in words that may be stored and
// shown: a *QuestionError. It is for questions; effects are judged by Answer.
func (r Reply) Failure() error {
	if r.Status == 0 || (r.Err != nil && r.Status < 300) {
		return r.question(r.trouble())
	}
	return r.question(r.refusal(Words(r.Body)))
}
