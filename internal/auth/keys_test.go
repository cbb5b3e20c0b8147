package auth_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/auth"
)

// moving is a time that tests move on.
type moving struct {
	mu sync.Mutex
	at time.Time
}

func (m *moving) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at
}

func (m *moving) on(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = m.at.Add(d)
}

func watched(t *testing.T, p *publisher) (*auth.Verifier, *moving) {
	t.Helper()
	clock := &moving{at: now}
	v, err := auth.New(auth.Config{Issuers: []auth.Issuer{p.issuer()}, Now: clock.Now})
	require.NoError(t, err)
	return v, clock
}

var lasting = with(cognito, claims{"exp": now.Add(1000 * time.Hour).Unix()})

func TestANewKeyIsFoundAndMadeUpIdsAreNoFlood(t *testing.T) {
	p := publish(t, map[string]any{"one": &rsaKey.PublicKey})
	v, clock := watched(t, p)
	ctx := context.Background()
	_, err := v.Verify(ctx, sign(t, jwa.RS256(), rsaKey, "one", lasting))
	require.NoError(t, err)

	p.put(t, map[string]any{"two": &otherKey.PublicKey})
	clock.on(time.Minute)
	_, err = v.Verify(ctx, sign(t, jwa.RS256(), otherKey, "two", lasting))
	require.NoError(t, err)
	require.EqualValues(t, 2, p.asked.Load())
	_, err = v.Verify(ctx, sign(t, jwa.RS256(), rsaKey, "one", lasting))
	require.ErrorIs(t, err, auth.ErrInvalid, "a withdrawn key is refused")

	for range 100 {
		_, err = v.Verify(ctx, sign(t, jwa.RS256(), rsaKey, "made-up", lasting))
		require.ErrorIs(t, err, auth.ErrInvalid)
	}
	require.EqualValues(t, 2, p.asked.Load())
}

func TestAnOutageOfTheIssuerDoesNotLockOutKnownKeys(t *testing.T) {
	p := publish(t, map[string]any{"one": &rsaKey.PublicKey})
	v, clock := watched(t, p)
	ctx := context.Background()
	token := sign(t, jwa.RS256(), rsaKey, "one", lasting)
	_, err := v.Verify(ctx, token)
	require.NoError(t, err)

	p.down.Store(true)
	clock.on(100 * time.Hour)
	for range 10 {
		_, err = v.Verify(ctx, token)
		require.NoError(t, err)
	}
	require.EqualValues(t, 2, p.asked.Load(), "one try, then a pause")
	_, err = v.Verify(ctx, sign(t, jwa.RS256(), otherKey, "two", lasting))
	require.ErrorIs(t, err, auth.ErrUnavailable, "an unknown key is neither good nor bad now")

	p.down.Store(false)
	p.put(t, map[string]any{"one": &rsaKey.PublicKey, "two": &otherKey.PublicKey})
	clock.on(time.Minute)
	_, err = v.Verify(ctx, sign(t, jwa.RS256(), otherKey, "two", lasting))
	require.NoError(t, err)
}

func TestWithoutAnyKeyYetTheAnswerIsUnavailable(t *testing.T) {
	p := publish(t, map[string]any{"one": &rsaKey.PublicKey})
	p.down.Store(true)
	v, clock := watched(t, p)
	token := sign(t, jwa.RS256(), rsaKey, "one", lasting)
	_, err := v.Verify(context.Background(), token)
	require.ErrorIs(t, err, auth.ErrUnavailable)
	require.NotErrorIs(t, err, auth.ErrInvalid)
	p.down.Store(false)
	clock.on(2 * time.Second)
	_, err = v.Verify(context.Background(), token)
	require.NoError(t, err)
}

func TestKeySetsOfNoUseAreAnOutage(t *testing.T) {
	for name, body := range map[string]string{"not JSON": "<html>", "empty": `{"keys":[]}`, "for encryption": `{"keys":[{"kty":"oct","k":"AAAA","kid":"one","use":"enc"}]}`} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
		t.Cleanup(server.Close)
		v, err := auth.New(auth.Config{Issuers: []auth.Issuer{{Issuer: issuerName, JWKSURL: server.URL, Audience: "client-1"}}})
		require.NoError(t, err)
		_, err = v.Verify(context.Background(), sign(t, jwa.RS256(), rsaKey, "one", lasting))
		require.ErrorIs(t, err, auth.ErrUnavailable, name)
	}
}
