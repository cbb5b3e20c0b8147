package auth_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/auth"
)

var (
	now    = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	secret = []byte("a shared secret of more than 32 bytes")
	tenant = uuid.MustParse("0193a5b0-0000-7000-8000-00000000000a")

	rsaKey     = must(rsa.GenerateKey(rand.Reader, 2048))
	ecKey      = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	_, edKey   = ed()
	otherKey   = must(rsa.GenerateKey(rand.Reader, 2048))
	issuerName = "https://issuer.example/pool"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func ed() (ed25519.PublicKey, ed25519.PrivateKey) {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return pub, key
}

type claims = map[string]any

// with gives base's claims changed by more; a nil value removes one.
func with(base, more claims) claims {
	out := claims{}
	for _, m := range []claims{base, more} {
		maps.Copy(out, m)
	}
	for k, v := range out {
		if v == nil {
			delete(out, k)
		}
	}
	return out
}

func sign(t testing.TB, alg jwa.SignatureAlgorithm, key any, kid string, c claims) string {
	t.Helper()
	headers := jws.NewHeaders()
	if kid != "" {
		require.NoError(t, headers.Set("kid", kid))
	}
	payload, err := json.Marshal(c)
	require.NoError(t, err)
	signed, err := jws.Sign(payload, jws.WithKey(alg, key, jws.WithProtectedHeaders(headers)))
	require.NoError(t, err)
	return string(signed)
}

// forge assembles a token of any header and signature.
func forge(header string, c claims, signature func(input string) []byte) string {
	enc := base64.RawURLEncoding
	payload := must(json.Marshal(c))
	input := enc.EncodeToString([]byte(header)) + "." + enc.EncodeToString(payload)
	return input + "." + enc.EncodeToString(signature(input))
}

func mac(key []byte) func(string) []byte {
	return func(input string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(input))
		return h.Sum(nil)
	}
}

var older = claims{"userId": tenant.String(), "sub": "person-1", "type": "access", "exp": now.Add(time.Minute).Unix()}

func sharedVerifier(t testing.TB, change func(*auth.Config)) *auth.Verifier {
	t.Helper()
	c := auth.Config{Secret: auth.SharedSecret{Key: secret}, Now: func() time.Time { return now }}
	if change != nil {
		change(&c)
	}
	v, err := auth.New(c)
	require.NoError(t, err)
	return v
}

func TestOlderTokensNameOwnerAndTeamMember(t *testing.T) {
	v := sharedVerifier(t, nil)
	other := uuid.MustParse("0193a5b0-0000-7000-8000-00000000000b")
	for name, c := range map[string]struct {
		more  claims
		want  auth.Identity
		write bool
	}{
		"owner":                        {nil, auth.Identity{TenantID: tenant, UserID: "person-1", Role: auth.Owner}, true},
		"no subject":                   {claims{"sub": nil}, auth.Identity{TenantID: tenant, UserID: tenant.String(), Role: auth.Owner}, true},
		"not a team member":            {claims{"isTeamMember": false}, auth.Identity{TenantID: tenant, UserID: "person-1", Role: auth.Owner}, true},
		"manager":                      {claims{"isTeamMember": true, "teamMemberRole": "Manager"}, auth.Identity{TenantID: tenant, UserID: "person-1", Role: auth.Manager}, true},
		"admin":                        {claims{"isTeamMember": true, "teamMemberRole": "admin"}, auth.Identity{TenantID: tenant, UserID: "person-1", Role: auth.Admin}, true},
		"agent":                        {claims{"isTeamMember": true, "teamMemberRole": "agent"}, auth.Identity{TenantID: tenant, UserID: "person-1", Role: auth.Agent}, false},
		"viewer":                       {claims{"isTeamMember": true, "teamMemberRole": "viewer"}, auth.Identity{TenantID: tenant, UserID: "person-1", Role: auth.Viewer}, false},
		"unknown role":                 {claims{"isTeamMember": true, "teamMemberRole": "root"}, auth.Identity{TenantID: tenant, UserID: "person-1"}, false},
		"member without role":          {claims{"isTeamMember": true}, auth.Identity{TenantID: tenant, UserID: "person-1"}, false},
		"member said as text":          {claims{"isTeamMember": "true"}, auth.Identity{TenantID: tenant, UserID: "person-1"}, false},
		"role without being a member":  {claims{"teamMemberRole": "viewer"}, auth.Identity{TenantID: tenant, UserID: "person-1", Role: auth.Viewer}, false},
		"tenant claim before userId":   {claims{"tenant_id": other.String()}, auth.Identity{TenantID: other, UserID: "person-1", Role: auth.Owner}, true},
		"tenant claim, no type":        {claims{"tenant_id": other.String(), "type": nil}, auth.Identity{TenantID: other, UserID: "person-1", Role: auth.Owner}, true},
		"a tenant that is no UUID":     {claims{"userId": "17"}, auth.Identity{UserID: "person-1", Role: auth.Owner}, true},
		"a tenant that is no text":     {claims{"userId": 17}, auth.Identity{UserID: "person-1", Role: auth.Owner}, true},
		"not before within the leeway": {claims{"nbf": now.Add(10 * time.Second).Unix()}, auth.Identity{TenantID: tenant, UserID: "person-1", Role: auth.Owner}, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := v.Verify(context.Background(), sign(t, jwa.HS256(), secret, "", with(older, c.more)))
			require.NoError(t, err)
			require.Equal(t, c.want, got)
			require.Equal(t, c.write, got.CanWrite())
		})
	}
}

func TestARoleClaimCountsBeforeTeamMemberRole(t *testing.T) {
	v := sharedVerifier(t, func(c *auth.Config) { c.Secret.RoleClaim = "role" })
	got, err := v.Verify(context.Background(), sign(t, jwa.HS256(), secret, "", with(older, claims{"role": "viewer"})))
	require.NoError(t, err)
	require.Equal(t, auth.Viewer, got.Role)
}

func TestSharedSecretTokensAreRefused(t *testing.T) {
	good := sign(t, jwa.HS256(), secret, "", older)
	parts := strings.Split(good, ".")
	strict := func(c *auth.Config) { c.Secret.Issuer, c.Secret.Audience = "flows", "dashboard" }
	for name, c := range map[string]struct {
		token  string
		change func(*auth.Config)
	}{
		"empty":                    {token: ""},
		"two parts":                {token: parts[0] + "." + parts[1]},
		"four parts":               {token: good + ".x"},
		"not base64":               {token: "!!!." + parts[1] + "." + parts[2]},
		"no signature":             {token: parts[0] + "." + parts[1] + "."},
		"huge":                     {token: strings.Repeat("a", 1<<20) + ".b.c"},
		"other secret":             {token: sign(t, jwa.HS256(), []byte("some other secret of over 32 bytes"), "", older)},
		"payload exchanged":        {token: parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"userId":"x","type":"access","exp":9999999999}`)) + "." + parts[2]},
		"none":                     {token: forge(`{"alg":"none"}`, older, func(string) []byte { return nil })},
		"none in capitals":         {token: forge(`{"alg":"NONE"}`, older, func(string) []byte { return nil })},
		"none with good signature": {token: forge(`{"alg":"none"}`, older, mac(secret))},
		"no algorithm":             {token: forge(`{}`, older, mac(secret))},
		"HS512":                    {token: sign(t, jwa.HS512(), []byte(strings.Repeat("k", 64)), "", older)},
		"critical header":          {token: forge(`{"alg":"HS256","crit":["x"],"x":1}`, older, mac(secret))},
		"unencoded payload":        {token: forge(`{"alg":"HS256","crit":["b64"],"b64":false}`, older, mac(secret))},
		"expired":                  {token: sign(t, jwa.HS256(), secret, "", with(older, claims{"exp": now.Unix()}))},
		"no expiry":                {token: sign(t, jwa.HS256(), secret, "", with(older, claims{"exp": nil}))},
		"expiry as text":           {token: sign(t, jwa.HS256(), secret, "", with(older, claims{"exp": "tomorrow"}))},
		"not yet valid":            {token: sign(t, jwa.HS256(), secret, "", with(older, claims{"nbf": now.Add(time.Minute).Unix()}))},
		"refresh token":            {token: sign(t, jwa.HS256(), secret, "", with(older, claims{"type": "refresh"}))},
		"no type":                  {token: sign(t, jwa.HS256(), secret, "", with(older, claims{"type": nil}))},
		"refresh with tenant":      {token: sign(t, jwa.HS256(), secret, "", with(older, claims{"tenant_id": tenant.String(), "type": "refresh"}))},
		"subject with NUL":         {token: sign(t, jwa.HS256(), secret, "", with(older, claims{"sub": "a\x00b"}))},
		"claims are a list":        {token: forge(`{"alg":"HS256"}`, nil, mac(secret))},
		"issuer missing":           {token: sign(t, jwa.HS256(), secret, "", with(older, claims{"aud": "dashboard"})), change: strict},
		"audience missing":         {token: sign(t, jwa.HS256(), secret, "", with(older, claims{"iss": "flows"})), change: strict},
		"other audience":           {token: sign(t, jwa.HS256(), secret, "", with(older, claims{"iss": "flows", "aud": "else"})), change: strict},
		"asymmetric, no issuer":    {token: sign(t, jwa.RS256(), rsaKey, "rsa", older)},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sharedVerifier(t, c.change).Verify(context.Background(), c.token)
			require.ErrorIs(t, err, auth.ErrInvalid)
		})
	}
	_, err := sharedVerifier(t, strict).Verify(context.Background(),
		sign(t, jwa.HS256(), secret, "", with(older, claims{"iss": "flows", "aud": []string{"x", "dashboard"}})))
	require.NoError(t, err)
}

// publisher is an issuer's key endpoint.
type publisher struct {
	*httptest.Server

	set   atomic.Pointer[jwk.Set]
	down  atomic.Bool
	asked atomic.Int32
}

func publish(t testing.TB, keys map[string]any) *publisher {
	t.Helper()
	p := &publisher{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		p.asked.Add(1)
		if p.down.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		_ = json.NewEncoder(w).Encode(*p.set.Load())
	}))
	t.Cleanup(p.Close)
	p.put(t, keys)
	return p
}

func (p *publisher) put(t testing.TB, keys map[string]any) {
	t.Helper()
	set := jwk.NewSet()
	for kid, raw := range keys {
		key, err := jwk.Import(raw)
		require.NoError(t, err)
		require.NoError(t, key.Set("kid", kid))
		require.NoError(t, set.AddKey(key))
	}
	p.set.Store(&set)
}

func (p *publisher) issuer() auth.Issuer {
	return auth.Issuer{Issuer: issuerName, JWKSURL: p.URL, Audience: "client-1"}
}

var cognito = claims{
	"iss": issuerName, "client_id": "client-1", "sub": "person-2", "token_use": "access",
	"tenant_id": tenant.String(), "cognito:groups": []string{"viewer", "manager"}, "exp": now.Add(time.Minute).Unix(),
}

func TestPublishedKeysOfEachAlgorithmVerify(t *testing.T) {
	p := publish(t, map[string]any{"rsa": &rsaKey.PublicKey, "ec": &ecKey.PublicKey, "ed": edKey.Public()})
	v, err := auth.New(auth.Config{Issuers: []auth.Issuer{p.issuer()}, Now: func() time.Time { return now }})
	require.NoError(t, err)
	want := auth.Identity{TenantID: tenant, UserID: "person-2", Role: auth.Manager}
	for kid, c := range map[string]struct {
		alg jwa.SignatureAlgorithm
		key any
	}{"rsa": {jwa.RS256(), rsaKey}, "ec": {jwa.ES256(), ecKey}, "ed": {jwa.EdDSA(), edKey}} {
		got, err := v.Verify(context.Background(), sign(t, c.alg, c.key, kid, cognito))
		require.NoError(t, err, kid)
		require.Equal(t, want, got)
	}
	require.EqualValues(t, 1, p.asked.Load(), "keys are cached")

	got, err := v.Verify(context.Background(), sign(t, jwa.RS256(), rsaKey, "rsa", with(cognito, claims{"cognito:groups": nil})))
	require.NoError(t, err)
	require.False(t, got.CanWrite(), "no group is no owner")
	_, err = v.Verify(context.Background(), sign(t, jwa.RS256(), rsaKey, "rsa", with(cognito, claims{"client_id": nil, "aud": "client-1"})))
	require.NoError(t, err)
}

func TestTokensOfAnIssuerAreRefused(t *testing.T) {
	p := publish(t, map[string]any{"rsa": &rsaKey.PublicKey, "ec": &ecKey.PublicKey, "oct": []byte(strings.Repeat("k", 32))})
	der := x509.MarshalPKCS1PublicKey(&rsaKey.PublicKey)
	spki := must(x509.MarshalPKIXPublicKey(&rsaKey.PublicKey))
	asPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki})
	for name, token := range map[string]string{
		"other key, known id":            sign(t, jwa.RS256(), otherKey, "rsa", cognito),
		"unknown key id":                 sign(t, jwa.RS256(), rsaKey, "new", cognito),
		"no key id":                      sign(t, jwa.RS256(), rsaKey, "", cognito),
		"unknown issuer":                 sign(t, jwa.RS256(), rsaKey, "rsa", with(cognito, claims{"iss": "https://evil.example"})),
		"no issuer":                      sign(t, jwa.RS256(), rsaKey, "rsa", with(cognito, claims{"iss": nil})),
		"other audience":                 sign(t, jwa.RS256(), rsaKey, "rsa", with(cognito, claims{"client_id": "client-2"})),
		"no audience":                    sign(t, jwa.RS256(), rsaKey, "rsa", with(cognito, claims{"client_id": nil})),
		"aud hides another client_id":    sign(t, jwa.RS256(), rsaKey, "rsa", with(cognito, claims{"aud": "else"})),
		"expired":                        sign(t, jwa.RS256(), rsaKey, "rsa", with(cognito, claims{"exp": now.Add(-time.Second).Unix()})),
		"no expiry":                      sign(t, jwa.RS256(), rsaKey, "rsa", with(cognito, claims{"exp": nil})),
		"id token":                       sign(t, jwa.RS256(), rsaKey, "rsa", with(cognito, claims{"token_use": "id"})),
		"RS512":                          sign(t, jwa.RS512(), rsaKey, "rsa", cognito),
		"PS256":                          sign(t, jwa.PS256(), rsaKey, "rsa", cognito),
		"EC algorithm with RSA key id":   sign(t, jwa.ES256(), ecKey, "rsa", cognito),
		"HS256 with the public key, DER": forge(`{"alg":"HS256","kid":"rsa"}`, cognito, mac(der)),
		"HS256 with the public key, PEM": forge(`{"alg":"HS256","kid":"rsa"}`, cognito, mac(asPEM)),
		"HS256 with a published secret":  forge(`{"alg":"HS256","kid":"oct"}`, cognito, mac([]byte(strings.Repeat("k", 32)))),
		"HS256 with an empty key":        forge(`{"alg":"HS256","kid":"rsa"}`, cognito, mac(nil)),
		"none":                           forge(`{"alg":"none","kid":"rsa"}`, cognito, func(string) []byte { return nil }),
		"its own key in the header":      forge(ownKeyHeader(), cognito, rs256(otherKey)),
		"its own key by address":         forge(`{"alg":"RS256","kid":"rsa","jku":"`+p.URL+`"}`, cognito, rs256(otherKey)),
	} {
		t.Run(name, func(t *testing.T) {
			v, err := auth.New(auth.Config{Issuers: []auth.Issuer{p.issuer()}, Now: func() time.Time { return now }})
			require.NoError(t, err)
			_, err = v.Verify(context.Background(), token)
			require.ErrorIs(t, err, auth.ErrInvalid)
			require.NotErrorIs(t, err, auth.ErrUnavailable)
		})
	}
}

func ownKeyHeader() string {
	key := must(json.Marshal(must(jwk.Import(&otherKey.PublicKey))))
	return `{"alg":"RS256","kid":"rsa","jwk":` + string(key) + `}`
}

func rs256(key *rsa.PrivateKey) func(string) []byte {
	return func(input string) []byte {
		sum := sha256.Sum256([]byte(input))
		return must(rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:]))
	}
}

func TestBothKindsOfTokenSideBySideNeverMix(t *testing.T) {
	p := publish(t, map[string]any{"rsa": &rsaKey.PublicKey})
	v := sharedVerifier(t, func(c *auth.Config) { c.Issuers = []auth.Issuer{p.issuer()} })
	_, err := v.Verify(context.Background(), sign(t, jwa.HS256(), secret, "", older))
	require.NoError(t, err)
	_, err = v.Verify(context.Background(), sign(t, jwa.RS256(), rsaKey, "rsa", cognito))
	require.NoError(t, err)
	_, err = v.Verify(context.Background(), forge(`{"alg":"HS256","kid":"rsa"}`, cognito, mac(x509.MarshalPKCS1PublicKey(&rsaKey.PublicKey))))
	require.ErrorIs(t, err, auth.ErrInvalid)
}

func TestConfigurationsAreRefused(t *testing.T) {
	good := auth.Issuer{Issuer: "i", JWKSURL: "http://127.0.0.1/keys", Audience: "a"}
	for name, c := range map[string]auth.Config{
		"nothing":         {},
		"short secret":    {Secret: auth.SharedSecret{Key: secret[:31]}},
		"no audience":     {Issuers: []auth.Issuer{{Issuer: "i", JWKSURL: "u"}}},
		"no keys":         {Issuers: []auth.Issuer{{Issuer: "i", Audience: "a"}}},
		"no name":         {Issuers: []auth.Issuer{{JWKSURL: "u", Audience: "a"}}},
		"twice":           {Issuers: []auth.Issuer{good, good}},
		"HS256 of issuer": {Issuers: []auth.Issuer{{Issuer: "i", JWKSURL: "u", Audience: "a", Algorithms: []string{"HS256"}}}},
		"audience claim":  {Issuers: []auth.Issuer{{Issuer: "i", JWKSURL: "u", Audience: "a", AudienceClaim: "azp"}}},
	} {
		_, err := auth.New(c)
		require.Error(t, err, name)
	}
}
