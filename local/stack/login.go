package main

import (
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/local/stack/accounts"
	"github.com/auto-engagement/flows/local/stack/settings"
)

// fileLogin is what a program or a person needs to sign in: the code flow with
// PKCE at the emulator's Cognito. Its tokens name AWS's address as their
// issuer; the endpoints are those that this machine's browser reaches.
type fileLogin struct {
	Issuer            string `json:"issuer"`
	ClientID          string `json:"client_id"`
	Scope             string `json:"scope"`
	AuthorizeEndpoint string `json:"authorize_endpoint"`
	TokenEndpoint     string `json:"token_endpoint"`
	LogoutEndpoint    string `json:"logout_endpoint"`
	JWKSURL           string `json:"jwks_url"`
	// RedirectURL is one that the sign-in page returns to.
	RedirectURL string       `json:"redirect_url"`
	Users       []filePerson `json:"users"`
}

type filePerson struct {
	Email    string    `json:"email"`
	Password string    `json:"password"`
	Role     string    `json:"role"`
	TenantID uuid.UUID `json:"tenant_id"`
}

// loginParameters are the template's that make a user pool of the emulator.
func loginParameters(s settings.Settings) []string {
	// A dashboard under development is served by Vite, at its usual address.
	vite := "http://localhost:5173"
	urls := s.GatewayURL() + "/," + s.GatewayURL() + "/callback," + vite + "/," + vite + "/callback"
	return []string{"CreateUserPool=true", "CognitoEndpoint=" + s.EmulatorURL(), "LoginRedirectUrls=" + urls}
}

func login(s settings.Settings, a accounts.Accounts, outputs map[string]string) fileLogin {
	l := fileLogin{
		Issuer: outputs["OidcAuthority"], ClientID: outputs["OidcClientId"], Scope: outputs["OidcScope"],
		AuthorizeEndpoint: s.EmulatorURL() + "/oauth2/authorize", TokenEndpoint: s.EmulatorURL() + "/oauth2/token",
		LogoutEndpoint: s.EmulatorURL() + "/logout",
		JWKSURL:        s.EmulatorURL() + "/" + outputs["UserPoolId"] + "/.well-known/jwks.json",
		RedirectURL:    s.GatewayURL() + "/",
	}
	l.Users = people(a)
	return l
}

func people(a accounts.Accounts) (all []filePerson) {
	for _, p := range a.People() {
		all = append(all, filePerson{p.Email, a.LoginPassword, p.Role, p.Tenant})
	}
	return all
}
