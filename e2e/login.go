package e2e

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// login is what stack.json says about signing in.
type login struct {
	Issuer    string `json:"issuer"`
	ClientID  string `json:"client_id"`
	Scope     string `json:"scope"`
	Authorize string `json:"authorize_endpoint"`
	Token     string `json:"token_endpoint"`
	Redirect  string `json:"redirect_url"`
	Users     []struct {
		Email    string    `json:"email"`
		Password string    `json:"password"`
		Role     string    `json:"role"`
		Tenant   uuid.UUID `json:"tenant_id"`
	} `json:"users"`
}

// tokens are what the token endpoint answers.
type tokens struct {
	Access  string `json:"access_token"`
	ID      string `json:"id_token"`
	Refresh string `json:"refresh_token"`
	Error   string `json:"error"`
}

// browser follows no redirect: the last one is the application's.
var browser = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// code signs in at the hosted page, and gives the authorization code and the
// state that it returns with; an empty code when the page comes again.
func (l login) code(t *testing.T, email, password, challenge, state string) (code, back string) {
	t.Helper()
	query := url.Values{
		"response_type": {"code"}, "client_id": {l.ClientID}, "redirect_uri": {l.Redirect}, "scope": {l.Scope},
		"state": {state}, "code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	page, status, _ := visit(t, http.MethodGet, l.Authorize+"?"+query.Encode(), nil)
	require.Equal(t, http.StatusOK, status, page)
	form := url.Values{"username": {email}, "password": {password}}
	for _, input := range hiddenInput.FindAllStringSubmatch(page, -1) {
		form.Set(input[1], html.UnescapeString(input[2]))
	}
	action := regexp.MustCompile(`<form method="POST" action="([^"]*)"`).FindStringSubmatch(page)
	require.NotEmpty(t, action, page)
	at, err := url.Parse(l.Authorize)
	require.NoError(t, err)
	at, err = at.Parse(action[1])
	require.NoError(t, err)
	page, status, location := visit(t, http.MethodPost, at.String(), form)
	if status == http.StatusOK {
		require.Contains(t, page, "Incorrect username or password")
		return "", ""
	}
	require.Equal(t, http.StatusFound, status, page)
	require.True(t, strings.HasPrefix(location, l.Redirect+"?"), location)
	returned, err := url.Parse(location)
	require.NoError(t, err)
	return returned.Query().Get("code"), returned.Query().Get("state")
}

func (l login) exchange(t *testing.T, form url.Values) (out tokens) {
	t.Helper()
	form.Set("client_id", l.ClientID)
	text, _, _ := visit(t, http.MethodPost, l.Token, form)
	require.NoError(t, json.Unmarshal([]byte(text), &out), text)
	return out
}

func visit(t *testing.T, method, address string, form url.Values) (text string, status int, location string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Origin", "http://localhost:5173")
	answer, err := browser.Do(r)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, "*", answer.Header.Get("Access-Control-Allow-Origin"), "a page of another origin reads the answer")
	return string(body), answer.StatusCode, answer.Header.Get("Location")
}

// challenge makes a verifier and its challenge (RFC 7636, S256).
func challenge() (verifier, challenge string) {
	verifier = rand.Text() + rand.Text()
	sum := sha256.Sum256([]byte(verifier))
	return verifier, base64.RawURLEncoding.EncodeToString(sum[:])
}
