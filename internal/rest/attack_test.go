package rest_test

import (
	"cmp"
	"context"
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
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/auth"
	"github.com/auto-engagement/flows/internal/rest"
)

// issuer signs tokens with a key that it publishes, as "main".
type issuer struct {
	t    testing.TB
	key  *rsa.PrivateKey
	keys *httptest.Server
}

const (
	issuerName = "https://issuer.example/pool"
	clientID   = "dashboard-client"
)

func newIssuer(t testing.TB) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	public, err := jwk.Import(&key.PublicKey)
	require.NoError(t, err)
	require.NoError(t, public.Set("kid", "main"))
	set := jwk.NewSet()
	require.NoError(t, set.AddKey(public))
	i := &issuer{t: t, key: key}
	i.keys = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(set) }))
	t.Cleanup(i.keys.Close)
	return i
}

func (i *issuer) config() auth.Issuer {
	return auth.Issuer{Issuer: issuerName, JWKSURL: i.keys.URL, Audience: clientID, AudienceClaim: "client_id"}
}

// claims are those of an owner of the tenant, with changes; nil takes one away.
func (i *issuer) claims(tenant uuid.UUID, changes object) []byte {
	i.t.Helper()
	all := object{
		"iss": issuerName, "client_id": clientID, "sub": "person-1", "token_use": "access", "tenant_id": tenant,
		"cognito:groups": []string{"owner"}, "exp": time.Now().Add(time.Hour).Unix(),
	}
	maps.Copy(all, changes)
	maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
	raw, err := json.Marshal(all)
	require.NoError(i.t, err)
	return raw
}

func (i *issuer) sign(payload []byte, kid string) string {
	i.t.Helper()
	headers := jws.NewHeaders()
	require.NoError(i.t, headers.Set("kid", kid))
	signed, err := jws.Sign(payload, jws.WithKey(jwa.RS256(), i.key, jws.WithProtectedHeaders(headers)))
	require.NoError(i.t, err)
	return string(signed)
}

// forge is a token whose header and signature are anything at all.
func forge(header string, payload []byte, sign func(input string) []byte) string {
	encode := base64.RawURLEncoding.EncodeToString
	input := encode([]byte(header)) + "." + encode(payload)
	return input + "." + encode(sign(input))
}

func hs256(key []byte) func(string) []byte {
	return func(input string) []byte {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(input))
		return mac.Sum(nil)
	}
}

func unsigned(string) []byte { return nil }

// attacks are tokens that must open nothing, and good the one they are made of.
func (i *issuer) attacks(tenant, other uuid.UUID) (good string, bad map[string]string) {
	i.t.Helper()
	owner := i.claims(tenant, nil)
	good = i.sign(owner, "main")
	parts := strings.Split(good, ".")
	der, err := x509.MarshalPKIXPublicKey(&i.key.PublicKey)
	require.NoError(i.t, err)
	asPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	now := time.Now()
	bad = map[string]string{
		"expired":                                 i.sign(i.claims(tenant, object{"exp": now.Add(-time.Second).Unix()}), "main"),
		"expired long ago":                        i.sign(i.claims(tenant, object{"exp": 1}), "main"),
		"without expiry":                          i.sign(i.claims(tenant, object{"exp": nil}), "main"),
		"not yet valid":                           i.sign(i.claims(tenant, object{"nbf": now.Add(time.Minute).Unix()}), "main"),
		"wrong iss":                               i.sign(i.claims(tenant, object{"iss": "https://evil.example"}), "main"),
		"iss with a slash behind":                 i.sign(i.claims(tenant, object{"iss": issuerName + "/"}), "main"),
		"wrong client_id":                         i.sign(i.claims(tenant, object{"client_id": "another-client"}), "main"),
		"audience in the wrong claim":             i.sign(i.claims(tenant, object{"client_id": nil, "aud": clientID}), "main"),
		"refresh token":                           i.sign(i.claims(tenant, object{"token_use": "refresh"}), "main"),
		"ID token":                                i.sign(i.claims(tenant, object{"token_use": "id"}), "main"),
		"none":                                    forge(`{"alg":"none","kid":"main"}`, owner, unsigned),
		"None":                                    forge(`{"alg":"None","kid":"main"}`, owner, unsigned),
		"none, without iss":                       forge(`{"alg":"none"}`, i.claims(tenant, object{"iss": nil, "userId": tenant, "type": "access"}), unsigned),
		"HS256 with the public key, DER":          forge(`{"alg":"HS256","kid":"main"}`, owner, hs256(der)),
		"HS256 with the public key, PEM":          forge(`{"alg":"HS256","kid":"main"}`, owner, hs256(asPEM)),
		"HS256 with the modulus":                  forge(`{"alg":"HS256","kid":"main"}`, owner, hs256(i.key.N.Bytes())),
		"HS256 with an empty key":                 forge(`{"alg":"HS256","kid":"../../../../dev/null"}`, owner, hs256(nil)),
		"payload exchanged":                       parts[0] + "." + base64.RawURLEncoding.EncodeToString(i.claims(other, nil)) + "." + parts[2],
		"signature cut":                           parts[0] + "." + parts[1] + ".",
		"signature of another":                    parts[0] + "." + parts[1] + "." + strings.Split(i.sign(i.claims(other, nil), "main"), ".")[2],
		"older token, expired":                    token(i.t, object{"userId": tenant, "exp": now.Add(-time.Second).Unix()}),
		"older token, refresh":                    token(i.t, object{"userId": tenant, "type": "refresh"}),
		"older token, refresh with a tenant":      token(i.t, object{"tenant_id": tenant, "type": "refresh"}),
		"older token, not yet valid":              token(i.t, object{"userId": tenant, "nbf": now.Add(time.Minute).Unix()}),
		"older token, none":                       forge(`{"alg":"none"}`, i.claims(tenant, object{"iss": nil, "type": "access"}), unsigned),
		"the key itself":                          string(secret),
		"a JWT of five parts":                     good + ".x.y",
		"a token in another's clothes":            "Bearer " + good,
		"kid with a directory":                    i.sign(owner, "../main"),
		"kid with a file":                         i.sign(owner, "/etc/passwd"),
		"kid with an address":                     i.sign(owner, i.keys.URL),
		"kid with SQL":                            i.sign(owner, "main' or '1'='1"),
		"kid with NUL":                            i.sign(owner, "main\x00"),
		"kid of none":                             i.sign(owner, ""),
		"kid in capitals":                         i.sign(owner, "MAIN"),
		"kid that is a list":                      forge(`{"alg":"RS256","kid":["main"]}`, owner, hs256(der)),
		"key by its own address":                  forge(`{"alg":"RS256","kid":"main","jku":"`+i.keys.URL+`"}`, owner, hs256(der)),
		"HS256 of the shared secret, iss of JWKS": forge(`{"alg":"RS256","kid":"main"}`, owner, hs256(secret)),
	}
	return good, bad
}

// besieged is the API with both kinds of token, and a record of each kind of
// tenant a; ids has theirs.
func besieged(t *testing.T) (b *testBundle, from *issuer, ids map[string]string) {
	t.Helper()
	b = setup(t)
	flowID := b.flow(object{"name": "A's own", "actions": []object{call}})
	execution := b.execution(b.a, flowID, "running", noon)
	lead := uuid.Must(uuid.NewV7())
	b.exec(`insert into lead_events (id, tenant_id, source, event_id, body, received_at) values ($1, $2, 's', 'e', '{}', now())`, lead, b.a)
	contact := query[uuid.UUID](b, "select contact_id from flow_executions where id = $1", execution)
	b.exec(`insert into contacts (id, tenant_id, name, phone, phone_valid, email, created_at, updated_at)
		values ($1, $2, 'Asha Rao', '+919845012345', true, 'asha.rao@acme.example', now(), now())`, contact, b.a)
	imported := b.do(http.StatusCreated, "POST", imports, object{"file_name": "A's own.csv"}).data()["id"].(string)
	b.looked(imported)
	ids = map[string]string{
		"flows": flowID, "analytics": flowID, "executions": execution.String(), "leads": lead.String(), "contacts": contact.String(),
		"contacts/imports": imported,
		"exports":          b.do(http.StatusAccepted, "POST", "/exports", object{"kind": "leads"}).data()["id"].(string),
		"suppressions":     b.do(http.StatusCreated, "POST", "/api/suppressions", object{"kind": "email", "value": "ravi@acme.example"}).data()["id"].(string),
		"email-templates":  b.emailTemplate(object{"name": "A's own"}),
	}
	b.connected()
	from = newIssuer(t)
	c := b.config()
	verifier, err := auth.New(auth.Config{Secret: auth.SharedSecret{Key: secret}, Issuers: []auth.Issuer{from.config()}})
	require.NoError(t, err)
	c.Tokens = verifier
	b.handler = rest.New(c)
	return b, from, ids
}

// in is the operation's path with the tenant's own record in it.
func (o endpoint) in(ids map[string]string) string {
	return o.at(cmp.Or(ids[o.subject()], ids["flows"]))
}

// subject is what the operation is about, by its path.
func (o endpoint) subject() string {
	if strings.HasPrefix(o.path, imports) {
		return "contacts/imports"
	}
	return strings.Split(strings.TrimPrefix(o.path, rest.Root), "/")[1]
}

func TestForgedTokensOpenNoOperation(t *testing.T) {
	t.Parallel()
	b, from, ids := besieged(t)
	good, bad := from.attacks(b.a, b.b)
	me := b.request(good, "GET", "/me", nil)
	require.Equal(t, http.StatusOK, me.status, "%s", me.raw)
	require.Equal(t, "owner", me.data()["role"])
	before := b.rows(b.a)
	for _, o := range b.operations() {
		path := o.in(ids)
		for name, forged := range bad {
			out := b.request(forged, o.method, path, o.body(ids["flows"]))
			require.Equal(t, http.StatusUnauthorized, out.status, "%s %s: %s", o.method, path, name)
			b.isFailure(out, "Invalid or expired token")
		}
		// A token is taken from its header alone.
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		for _, where := range []string{"access_token", "token", "authorization", "jwt"} {
			out := b.request("", o.method, path+separator+where+"="+good, o.body(ids["flows"]))
			require.Equal(t, http.StatusUnauthorized, out.status, "%s %s", o.method, path)
			b.isFailure(out, "Authorization token is required")
		}
		for _, header := range []string{"Cookie", "X-Access-Token", "Proxy-Authorization", "X-Authorization"} {
			out := b.request("", o.method, path, o.body(ids["flows"]), header, "Bearer "+good)
			require.Equal(t, http.StatusUnauthorized, out.status, "%s %s", o.method, path)
		}
	}
	require.Equal(t, before, b.rows(b.a), "nothing was changed")
	require.Empty(t, b.queue.sent)
}

func TestTenantsAreOfTheTokenAlone(t *testing.T) {
	t.Parallel()
	b, from, ids := besieged(t)
	intruder := from.sign(from.claims(b.b, nil), "main")
	before := b.rows(b.a)
	foreign := append(slices.Collect(maps.Values(ids)), b.a.String())
	// What was asked for may be repeated in an error; nothing else of A may appear.
	secretive := func(name string, out answer) {
		t.Helper()
		for _, text := range []string{"A's own", "Asha", "+919845012345", "acme.example", b.a.String()} {
			require.NotContains(t, string(out.raw), text, name)
		}
	}
	for _, o := range b.operations() {
		name := o.method + " " + o.path
		if o.method == http.MethodGet {
			for _, id := range foreign {
				path := o.at(id)
				separator := "?"
				if strings.Contains(path, "?") {
					separator = "&"
				}
				for _, parameter := range []string{"flow_id", "flowId", "contact_id", "tenant_id", "tenantId", "user_id"} {
					out := b.request(intruder, o.method, path+separator+parameter+"="+id, nil, "X-Tenant-Id", b.a.String(), "X-Agent-ID", b.a.String())
					require.Less(t, out.status, 500, "%s %s", name, parameter)
					secretive(name, out)
				}
			}
			continue
		}
		body, _ := o.body(ids["flows"]).(object)
		for _, id := range foreign {
			path := o.at(id)
			out := b.request(intruder, o.method, path, body, "X-Tenant-Id", b.a.String())
			secretive(name, out)
			if strings.Contains(path, id) {
				require.Contains(t, []int{http.StatusNotFound, http.StatusBadRequest}, out.status, "%s: %s", name, out.raw)
			}
		}
		if body == nil {
			continue
		}
		for _, key := range []string{"tenant_id", "tenantId", "user_id", "userId", "created_by"} {
			out := b.request(intruder, o.method, o.at(ids["flows"]), with(body, key, b.a))
			secretive(name, out)
			if name == "POST /leads" { // takes what outside systems add, and heeds none of it
				require.Equal(t, b.b, query[uuid.UUID](b, "select tenant_id from lead_events where id = $1", out.data()["id"]))
				continue
			}
			if name == "POST /api/email-templates" && key == "user_id" { // what was read may be sent back, and says nothing
				require.Equal(t, b.b.String(), out.data()["user_id"])
				continue
			}
			require.Contains(t, []int{http.StatusBadRequest, http.StatusNotFound}, out.status, "%s with %s: %s", name, key, out.raw)
		}
	}
	// Records named in bodies.
	for path, body := range map[string]object{
		"/flows/priorities/bulk-update": {"updates": []object{{"id": ids["flows"], "priority": 9}}},
		"/executions/bulk-cancel":       {"ids": []string{ids["executions"]}},
	} {
		out := b.request(intruder, "POST", path, body)
		require.Less(t, out.status, 500)
		secretive(path, out)
	}
	own := b.request(intruder, "POST", "/flows", object{"name": "B's", "is_enabled": true})
	require.Equal(t, http.StatusCreated, own.status)
	for _, operation := range []string{"test", "test-run"} {
		out := b.request(intruder, "POST", "/flows/"+own.data()["id"].(string)+"/"+operation, object{"contact_id": ids["contacts"]})
		require.Equal(t, http.StatusNotFound, out.status, "%s", out.raw)
		b.isFailure(out, "Contact not found")
	}
	require.Equal(t, before, b.rows(b.a), "nothing of A was changed")
}

// rows sums up all rows of a tenant.
func (b *testBundle) rows(tenant uuid.UUID) map[string]string {
	b.t.Helper()
	ctx := context.Background()
	tables, err := b.db.Admin.Query(ctx, `select table_name::text from information_schema.columns where table_schema = 'public' and column_name = 'tenant_id'`)
	require.NoError(b.t, err)
	out := map[string]string{}
	for tables.Next() {
		var name string
		require.NoError(b.t, tables.Scan(&name))
		out[name] = ""
	}
	require.NoError(b.t, tables.Err())
	for name := range out {
		out[name] = query[string](b, "select coalesce(md5(string_agg(r::text, '|' order by r::text)), '') from "+name+" r where tenant_id = $1", tenant)
	}
	return out
}
