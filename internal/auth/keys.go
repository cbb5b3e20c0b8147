package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"
)

const (
	// refreshAfter is how old a key set may grow before it is fetched again.
	refreshAfter = time.Hour
	// retryAfter lies between two fetches that a token can cause, so that
	// tokens with made-up key ids do not become a flood on the issuer.
	retryAfter = 30 * time.Second
	// retryFirst lies between two fetches as long as no key is known at all.
	retryFirst = time.Second
	// maxKeySetBytes is far above what issuers publish.
	maxKeySetBytes = 1 << 20
)

// keyTypes gives the type of key (RFC 7517 kty) that an algorithm needs; what
// is not in it is not accepted.
var keyTypes = map[string]string{"RS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}

// keySet is an issuer's published keys. It is fetched when first needed, when
// it has grown old, and when a token names a key that it does not have. Keys
// once seen stay good while the issuer cannot be reached. It has no goroutine
// of its own: a function instance is frozen between two requests.
type keySet struct {
	url    string
	client *http.Client
	now    func() time.Time

	mu      sync.Mutex
	keys    map[string]jwk.Key
	fetched time.Time // the last success
	tried   time.Time
	failure error // of the last try
}

func (s *keySet) find(ctx context.Context, kid, alg string) (jwk.Key, error) {
	if kid == "" {
		return nil, fmt.Errorf("%w: no key id", ErrInvalid)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := s.keys[kid]
	if key == nil || s.now().Sub(s.fetched) > refreshAfter {
		s.refresh(ctx)
		key = s.keys[kid]
	}
	if key == nil && s.failure != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, s.failure)
	}
	if key == nil || key.KeyType().String() != keyTypes[alg] {
		return nil, fmt.Errorf("%w: unknown key", ErrInvalid)
	}
	if own, ok := key.Algorithm(); ok && own.String() != alg {
		return nil, fmt.Errorf("%w: key of another algorithm", ErrInvalid)
	}
	return key, nil
}

func (s *keySet) refresh(ctx context.Context) {
	wait := retryAfter
	if s.keys == nil {
		wait = retryFirst
	}
	if !s.tried.IsZero() && s.now().Sub(s.tried) < wait {
		return
	}
	s.tried = s.now()
	// One caller that goes away must not fail the fetch for those who wait.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	keys, err := fetchKeys(ctx, s.client, s.url)
	s.failure = err
	if err == nil {
		s.fetched, s.keys = s.tried, keys
	}
}

// fetchKeys fetches the signing keys of a key set (RFC 7517), by key id. Keys
// of a kind that is not understood are left out; a set without any is an error.
func fetchKeys(ctx context.Context, client *http.Client, url string) (map[string]jwk.Key, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("ask for keys: %w", err)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("fetch keys: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch keys: status %d", response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxKeySetBytes))
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	set, err := jwk.Parse(body, jwk.WithIgnoreParseError(true))
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	keys := make(map[string]jwk.Key, set.Len())
	for i := range set.Len() {
		key, _ := set.Key(i)
		kid, ok := key.KeyID()
		if use, has := key.KeyUsage(); !ok || has && use != "sig" {
			continue
		}
		keys[kid] = key
	}
	if len(keys) == 0 {
		return nil, errors.New("read keys: no signing key with an id")
	}
	return keys, nil
}
