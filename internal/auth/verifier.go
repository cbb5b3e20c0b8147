package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

// MinSecretBytes is the shortest shared secret that is accepted (RFC 7518 §3.2).
const MinSecretBytes = 32

// maxTokenBytes is more than an issuer puts in a header that gateways let pass.
const maxTokenBytes = 16 << 10

// leeway forgives an issuer whose clock runs a little ahead. It is not granted
// to the expiry.
const leeway = 30 * time.Second

// Config says whose tokens are accepted. At least one of Secret and Issuers
// must be set: there is no default secret.
type Config struct {
	// Secret is the shared secret of HS256 tokens; empty means that none are
	// accepted.
	Secret SharedSecret
	// Issuers publish their keys; each is known by the iss claim.
	Issuers []Issuer
	// Client fetches key sets; nil means one with a time-out of 3 s that
	// follows no redirects.
	Client *http.Client
	// Now is the time by which tokens expire; nil means real time.
	Now func() time.Time
}

// SharedSecret configures HS256 tokens.
type SharedSecret struct {
	// Key has at least MinSecretBytes.
	Key []byte
	// Issuer and Audience are checked when not empty.
	Issuer   string
	Audience string
	// TenantClaim names the claim that holds the tenant's id, default
	// "tenant_id". A token without it names its tenant by userId, the id of
	// the account's owner: for a team member too.
	TenantClaim string
	// RoleClaim is looked at before teamMemberRole when not empty. A token
	// without any of them is the owner's.
	RoleClaim string
}

// Issuer configures tokens signed with RS256, ES256 or EdDSA. Its JSON form is
// what ParseIssuers reads.
type Issuer struct {
	// Issuer is the exact iss claim.
	Issuer string `json:"issuer"`
	// JWKSURL is where the keys are; it need not be under Issuer.
	JWKSURL string `json:"jwks_url"`
	// Audience is what aud must contain, or client_id be where a token has no
	// aud (as access tokens of Cognito do). Required.
	Audience string `json:"audience"`
	// AudienceClaim is "aud" or "client_id" to look at that one alone.
	AudienceClaim string `json:"audience_claim"`
	// Algorithms are those accepted; empty means RS256, ES256 and EdDSA.
	Algorithms []string `json:"algorithms"`
	// TenantClaim names the claim that holds the tenant's id, default "tenant_id".
	TenantClaim string `json:"tenant_claim"`
	// RoleClaim names the claim with the role or a list of them, default
	// "cognito:groups". A token without it has no role, and reads.
	RoleClaim string `json:"role_claim"`
}

// ParseIssuers reads a JSON list of issuers; none from an empty text. A key
// that no issuer has is an error: a setting that is misspelt must not be left out.
func ParseIssuers(text string) ([]Issuer, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var issuers []Issuer
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&issuers); err != nil {
		return nil, fmt.Errorf("read the list of issuers: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("read the list of issuers: there is something after it")
	}
	return issuers, nil
}

// Verifier verifies bearer tokens. It is safe for concurrent use.
type Verifier struct {
	secret  SharedSecret
	issuers map[string]*issuer
	now     func() time.Time
}

type issuer struct {
	Issuer

	keys *keySet
}

// New makes a Verifier, or says what is wrong with its configuration.
func New(c Config) (*Verifier, error) {
	v := &Verifier{secret: c.Secret, issuers: map[string]*issuer{}, now: c.Now}
	if v.now == nil {
		v.now = time.Now
	}
	if len(c.Secret.Key) == 0 && len(c.Issuers) == 0 {
		return nil, errors.New("no token issuer and no secret configured")
	}
	if n := len(c.Secret.Key); n > 0 && n < MinSecretBytes {
		return nil, fmt.Errorf("the HS256 secret has %d bytes: at least %d are needed", n, MinSecretBytes)
	}
	if v.secret.TenantClaim == "" {
		v.secret.TenantClaim = "tenant_id"
	}
	client := c.Client
	if client == nil {
		client = &http.Client{
			Timeout:       3 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	for _, i := range c.Issuers {
		ready, err := i.withDefaults()
		if err != nil {
			return nil, err
		}
		if v.issuers[i.Issuer] != nil {
			return nil, fmt.Errorf("issuer %s is configured twice", i.Issuer)
		}
		v.issuers[i.Issuer] = &issuer{Issuer: ready, keys: &keySet{url: i.JWKSURL, client: client, now: v.now}}
	}
	return v, nil
}

func (i Issuer) withDefaults() (Issuer, error) {
	if i.Issuer == "" || i.JWKSURL == "" || i.Audience == "" {
		return i, errors.New("an issuer needs its name, the address of its keys and the audience")
	}
	if !slices.Contains([]string{"", "aud", "client_id"}, i.AudienceClaim) {
		return i, fmt.Errorf("issuer %s: audience claim %q is neither aud nor client_id", i.Issuer, i.AudienceClaim)
	}
	if len(i.Algorithms) == 0 {
		i.Algorithms = []string{"RS256", "ES256", "EdDSA"}
	}
	for _, a := range i.Algorithms {
		if keyTypes[a] == "" {
			return i, fmt.Errorf("issuer %s: algorithm %q is not one of RS256, ES256, EdDSA", i.Issuer, a)
		}
	}
	if i.TenantClaim == "" {
		i.TenantClaim = "tenant_id"
	}
	if i.RoleClaim == "" {
		i.RoleClaim = "cognito:groups"
	}
	return i, nil
}

// Verify tells whose token it is. The error is ErrInvalid or ErrUnavailable,
// wrapped with the cause, which is for logs only.
func (v *Verifier) Verify(ctx context.Context, token string) (Identity, error) {
	if len(token) > maxTokenBytes || strings.Count(token, ".") != 2 {
		return Identity{}, fmt.Errorf("%w: not a compact JWS", ErrInvalid)
	}
	message, err := jws.ParseString(token, jws.WithCompact())
	if err != nil || len(message.Signatures()) != 1 {
		return Identity{}, fmt.Errorf("%w: unreadable", ErrInvalid)
	}
	header := message.Signatures()[0].ProtectedHeaders()
	if header.Has("crit") {
		// No extension is understood, so by RFC 7515 §4.1.11 none is accepted.
		return Identity{}, fmt.Errorf("%w: critical header", ErrInvalid)
	}
	alg, _ := header.Algorithm()
	if alg == jwa.HS256() {
		return v.shared(token)
	}
	unverified, err := jwt.ParseInsecure([]byte(token))
	if err != nil {
		return Identity{}, fmt.Errorf("%w: unreadable claims", ErrInvalid)
	}
	name, _ := unverified.Issuer()
	from := v.issuers[name]
	if from == nil {
		return Identity{}, fmt.Errorf("%w: unknown issuer", ErrInvalid)
	}
	kid, _ := header.KeyID()
	return v.published(ctx, from, alg, kid, token)
}

// shared verifies an HS256 token. Its key never meets another algorithm, and
// published keys never meet HS256.
func (v *Verifier) shared(token string) (Identity, error) {
	if len(v.secret.Key) == 0 {
		return Identity{}, fmt.Errorf("%w: HS256 is off", ErrInvalid)
	}
	claims, err := jwt.ParseString(token, jwt.WithKey(jwa.HS256(), v.secret.Key), jwt.WithValidate(false))
	if err != nil {
		return Identity{}, fmt.Errorf("%w: signature", ErrInvalid)
	}
	if err := v.inTime(claims); err != nil {
		return Identity{}, err
	}
	if iss, _ := claims.Issuer(); v.secret.Issuer != "" && iss != v.secret.Issuer {
		return Identity{}, fmt.Errorf("%w: issuer", ErrInvalid)
	}
	if v.secret.Audience != "" && !meantFor(claims, "", v.secret.Audience) {
		return Identity{}, fmt.Errorf("%w: audience", ErrInvalid)
	}
	return v.secret.identity(claims)
}

func (v *Verifier) published(ctx context.Context, from *issuer, alg jwa.SignatureAlgorithm, kid, token string) (Identity, error) {
	if !slices.Contains(from.Algorithms, alg.String()) {
		return Identity{}, fmt.Errorf("%w: algorithm", ErrInvalid)
	}
	key, err := from.keys.find(ctx, kid, alg.String())
	if err != nil {
		return Identity{}, err
	}
	claims, err := jwt.ParseString(token, jwt.WithKey(alg, key), jwt.WithValidate(false))
	if err != nil {
		return Identity{}, fmt.Errorf("%w: signature", ErrInvalid)
	}
	if err := v.inTime(claims); err != nil {
		return Identity{}, err
	}
	if iss, _ := claims.Issuer(); iss != from.Issuer.Issuer {
		return Identity{}, fmt.Errorf("%w: issuer", ErrInvalid)
	}
	if !meantFor(claims, from.AudienceClaim, from.Audience) {
		return Identity{}, fmt.Errorf("%w: audience", ErrInvalid)
	}
	return from.identity(claims)
}

// inTime requires an expiry that lies ahead, and a nbf, if any, that has come.
func (v *Verifier) inTime(claims jwt.Token) error {
	now := v.now()
	if exp, ok := claims.Expiration(); !ok || !now.Before(exp) {
		return fmt.Errorf("%w: expired", ErrInvalid)
	}
	if nbf, ok := claims.NotBefore(); ok && now.Add(leeway).Before(nbf) {
		return fmt.Errorf("%w: not yet valid", ErrInvalid)
	}
	return nil
}
