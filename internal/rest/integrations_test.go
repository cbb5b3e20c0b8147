package rest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	vault "github.com/auto-engagement/flows/internal/secret"
)

const integrations = "/api/integrations"

// route is the tenant that a webhook with this token, or of this number, reaches.
func (b *testBundle) route(kind, token string) string {
	b.t.Helper()
	return query[string](b, "select coalesce((select tenant_id::text from webhook_routes where kind = $1 and hash = sha256($2::text::bytea)), '')", kind, token)
}

// webhookToken is the token at the end of the integration's webhook address.
func webhookToken(t testing.TB, out answer) string {
	t.Helper()
	address, is := out.data()["webhook_url"].(string)
	require.True(t, is, string(out.raw))
	hook := out.data()["kind"].(string)
	if hook == "email" {
		hook = "ses" // who reports
	}
	require.True(t, strings.HasPrefix(address, "https://api.example.com/webhooks/"+hook+"/"), address)
	return address[strings.LastIndexByte(address, '/')+1:]
}

func (b *testBundle) as(role string) string {
	return token(b.t, map[string]any{"userId": b.a, "isTeamMember": true, "teamMemberRole": role})
}

func TestBolnaIsConnectedAndItsAddressShownToAdmins(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := b.do(http.StatusOK, "GET", integrations, nil).list()
	require.Len(t, list, 4)
	require.Equal(t, object{"kind": "bolna", "connected": false, "config": nil, "has_secret": false, "webhook_url": nil, "updated_at": nil}, list[0])

	a := b.open()
	out := b.do(http.StatusOK, "PUT", integrations+"/bolna", a.bolnaBody)
	require.Equal(t, true, out.data()["connected"])
	require.Equal(t, true, out.data()["has_secret"])
	require.Equal(t, object{}, out.data()["config"])
	first := webhookToken(t, out)
	require.GreaterOrEqual(t, len(first), 43, "256 bits")
	require.Equal(t, b.a.String(), b.route("bolna", first))

	// Again: the address stays, also after a disconnect.
	require.Equal(t, first, webhookToken(t, b.do(http.StatusOK, "PUT", integrations+"/bolna", object{})))
	b.do(http.StatusOK, "DELETE", integrations+"/bolna", nil)
	b.refused(http.StatusNotFound, "Bolna is not connected", "DELETE", integrations+"/bolna", nil)
	b.refused(http.StatusBadRequest, "secret is required", "PUT", integrations+"/bolna", object{})
	require.Equal(t, first, webhookToken(t, b.do(http.StatusOK, "PUT", integrations+"/bolna", a.bolnaBody)))

	for role, sees := range map[string]bool{"owner": true, "admin": true, "manager": false, "viewer": false} {
		out := b.request(b.as(role), "GET", integrations+"/bolna", nil)
		require.Equal(t, http.StatusOK, out.status)
		require.Equal(t, sees, out.data()["webhook_url"] != nil, role)
		require.Equal(t, sees, strings.Contains(string(b.request(b.as(role), "GET", integrations, nil).raw), first), role)
	}
	second := webhookToken(t, b.do(http.StatusOK, "POST", integrations+"/bolna/rotate-token", nil))
	require.NotEqual(t, first, second)
	require.Empty(t, b.route("bolna", first), "the address before no longer works")
	require.Equal(t, b.a.String(), b.route("bolna", second))
}

func TestOnlyAdminsChangeIntegrations(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.open()
	for role, status := range map[string]int{"owner": 200, "admin": 200, "manager": 403, "agent": 403, "viewer": 403} {
		who := b.as(role)
		require.Equal(t, status, b.request(who, "PUT", integrations+"/bolna", a.bolnaBody).status, role)
		require.Equal(t, status, b.request(who, "PUT", integrations+"/email", a.emailBody).status, role)
		require.Equal(t, status, b.request(who, "POST", integrations+"/leads/rotate-token", nil).status, role)
		require.Equal(t, status, b.request(who, "DELETE", integrations+"/leads", nil).status, role)
	}
	require.Equal(t, http.StatusOK, b.request(b.as("manager"), "POST", integrations+"/bolna/check", nil).status)
	require.Equal(t, http.StatusForbidden, b.request(b.viewer, "POST", integrations+"/bolna/check", nil).status)
	require.Equal(t, http.StatusOK, b.request(b.viewer, "GET", integrations+"/bolna/agents", nil).status)
}

func TestSecretsAreSealedForTheTenantAndNeverShown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.connected()
	leads := webhookToken(t, b.do(http.StatusOK, "POST", integrations+"/leads/rotate-token", nil))

	sealed := query[[]byte](b, "select secret from integrations where tenant_id = $1 and kind = 'bolna'", b.a)
	require.NotContains(t, string(sealed), a.bolnaKey)
	box := vault.NewBox(keys{}, "key")
	opened, err := box.Open(t.Context(), b.a, sealed)
	require.NoError(t, err)
	require.Equal(t, a.bolnaKey, opened)
	_, err = box.Open(t.Context(), b.b, sealed)
	require.Error(t, err, "copied into another tenant's row it does not open")

	var shown []string
	for _, path := range []string{"", "/bolna", "/whatsapp", "/email", "/leads", "/bolna/agents", "/bolna/phone-numbers", "/whatsapp/phone-numbers", "/whatsapp/templates"} {
		shown = append(shown, string(b.do(http.StatusOK, "GET", integrations+path, nil).raw))
	}
	for _, kind := range []string{"bolna", "whatsapp", "email"} {
		shown = append(shown, string(b.do(http.StatusOK, "POST", integrations+"/"+kind+"/check", nil).raw))
	}
	wrong := with(a.whatsAppBody, "secret", "EAAG-wrong-token")
	shown = append(shown, string(b.do(http.StatusBadRequest, "PUT", integrations+"/whatsapp", wrong).raw))
	for _, text := range append(shown, b.log.String()) {
		for _, hidden := range []string{a.bolnaKey, a.token, "EAAG-wrong-token"} {
			require.NotContains(t, text, hidden)
		}
	}
	require.NotContains(t, b.log.String(), leads)
}

func TestWhoConnectsDisconnectsAndRotatesIsOnRecord(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.open()
	b.do(http.StatusOK, "PUT", integrations+"/bolna", a.bolnaBody)
	b.do(http.StatusOK, "POST", integrations+"/bolna/rotate-token", nil)
	b.do(http.StatusOK, "PUT", integrations+"/whatsapp", a.whatsAppBody)
	b.do(http.StatusOK, "DELETE", integrations+"/bolna", nil)
	b.do(http.StatusOK, "POST", integrations+"/leads/rotate-token", nil)
	b.do(http.StatusOK, "DELETE", integrations+"/leads", nil)
	// What does not happen is not on record.
	b.do(http.StatusNotFound, "DELETE", integrations+"/bolna", nil)
	b.do(http.StatusBadRequest, "PUT", integrations+"/bolna", object{"secret": ""})
	require.Equal(t, http.StatusConflict, b.request(b.other, "PUT", integrations+"/whatsapp", a.whatsAppBody).status)

	entries := b.do(http.StatusOK, "GET", "/api/audit-log", nil)
	got := []string{}
	for _, e := range entries.list() {
		require.Equal(t, []any{"person-1", "integration", object{}}, []any{e["actor"], e["subject_kind"], e["details"]})
		got = append(got, e["action"].(string)+" "+e["subject_id"].(string))
	}
	require.ElementsMatch(t, []string{
		"integration.connected bolna", "integration.token_rotated bolna", "integration.connected whatsapp", "integration.disconnected bolna",
		"integration.token_rotated leads", "integration.disconnected leads",
	}, got)
	require.Zero(t, query[int](b, "select count(*)::int from audit_log where tenant_id = $1", b.b))
	for _, hidden := range []string{a.bolnaKey, a.token, a.numberID} {
		require.NotContains(t, string(entries.raw), hidden)
	}
}

func TestAWhatsAppNumberIsOneTenants(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.open()
	out := b.do(http.StatusOK, "PUT", integrations+"/whatsapp", a.whatsAppBody)
	require.Equal(t, []any{a.numberID}, out.data()["config"].(object)["phone_number_ids"])
	require.Equal(t, b.a.String(), b.route("whatsapp", a.numberID))
	require.Equal(t, "https://api.example.com/webhooks/whatsapp", out.data()["webhook_url"])

	conflict := b.request(b.other, "PUT", integrations+"/whatsapp", a.whatsAppBody)
	require.Equal(t, http.StatusConflict, conflict.status)
	b.isFailure(conflict, "The WhatsApp number "+a.numberID+" is connected to another account")
	require.Equal(t, 0, query[int](b, "select count(*)::int from integrations where tenant_id = $1", b.b), "nothing of it was stored")

	// Nobody takes a number that Meta does not give to his token.
	mine := b.open()
	stolen := b.request(b.other, "PUT", integrations+"/whatsapp", with(mine.whatsAppBody, "config", object{"phone_number_id": "9" + a.numberID}))
	require.Equal(t, http.StatusBadRequest, stolen.status)
	require.Contains(t, stolen.body["error"], "WhatsApp refuses these settings: HTTP 400: Unsupported get request")
	require.Empty(t, b.route("whatsapp", "9"+a.numberID))
	b.refused(http.StatusBadRequest, "config.phone_number_id is none of the business account's numbers", "PUT", integrations+"/whatsapp",
		object{"config": object{"business_account_id": a.wabaID, "phone_number_id": mine.numberID}})

	// Another number in its place frees the first, and so does a disconnect.
	b.control(object{"whatsapp": []object{{"access_token": a.token, "phone_number_id": "77" + a.numberID}}})
	b.do(http.StatusOK, "PUT", integrations+"/whatsapp", object{"config": object{"phone_number_id": "77" + a.numberID}})
	require.Empty(t, b.route("whatsapp", a.numberID))
	require.Equal(t, http.StatusOK, b.request(b.other, "PUT", integrations+"/whatsapp", a.whatsAppBody).status)
	b.do(http.StatusOK, "DELETE", integrations+"/whatsapp", nil)
	require.Empty(t, b.route("whatsapp", "77"+a.numberID))
	require.Equal(t, b.b.String(), b.route("whatsapp", a.numberID))
}

func TestTwoTenantsAtOnceGetANumberOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.open()
	var group sync.WaitGroup
	statuses := make([]int, 8)
	for i := range statuses {
		group.Go(func() {
			statuses[i] = b.request([]string{b.owner, b.other}[i%2], "PUT", integrations+"/whatsapp", a.whatsAppBody).status
		})
	}
	group.Wait()
	require.Contains(t, statuses, http.StatusOK)
	require.Equal(t, 1, query[int](b, "select count(*)::int from integrations where kind = 'whatsapp'"))
	require.NotContains(t, statuses, http.StatusInternalServerError, b.causes())
}

func TestAllThatIsWrongWithSettingsIsSaid(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for kind, cases := range map[string]map[string][]string{
		"bolna": {
			`{}`: {"secret"}, `{"secret":""}`: {"secret"}, `{"secret":"a b"}`: {"secret"}, `{"secret":"k\nX: y"}`: {"secret"},
			`{"config":{"url":"x"},"secret":"k"}`: {"config.url"}, `{"secret":5}`: {"secret"},
		},
		"whatsapp": {
			`{"config":{},"secret":"k"}`: {"config.business_account_id"}, `{"config":{"phone_number_id":"../me"},"secret":"k"}`: {"config.phone_number_id"},
			`{"config":{"mode":"chat_agent","base_url":"ftp://x.example"}}`: {"config.base_url"}, `{"config":{"mode":"fax"},"secret":"k"}`: {"config.mode"},
			`{"config":{"phone_number_id":"1"}}`: {"secret"},
		},
		"email": {
			`{"config":{}}`: {"config.mode", "config.from"},
			`{"config":{"mode":"smtp","host":"smtp example","port":99999,"tls":"ssl","from":"Me <a@b.example>","reply_to":"x","from_name":"a\nb","username":"u"}}`: {
				"config.host", "config.port", "config.tls", "config.from", "config.reply_to", "config.from_name", "secret",
			},
			`{"config":{"mode":"ses","from":"a@b.example","host":"h","configuration_set":"a b"}}`: {"config.host", "config.configuration_set"},
			`{"config":{"mode":"ses","from":"a@b.example"},"secret":"k"}`:                         {"secret"},
		},
	} {
		for body, want := range cases {
			out := b.do(http.StatusBadRequest, "PUT", integrations+"/"+kind, body)
			require.Equal(t, want, out.fields(), "%s: %s", body, out.raw)
		}
	}
	b.refused(http.StatusBadRequest, "kind must be one of bolna, whatsapp, email, leads", "GET", integrations+"/fax", nil)
	b.refused(http.StatusBadRequest, "kind must be one of bolna, email, leads", "POST", integrations+"/whatsapp/rotate-token", nil)
	require.Equal(t, 0, query[int](b, "select count(*)::int from integrations"))
}

func TestAKeptSecretGoesToNoOtherServer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	smtp := object{"mode": "smtp", "host": "smtp.acme.example", "username": "u", "from": "a@acme.example"}
	b.do(http.StatusOK, "PUT", integrations+"/email", object{"config": smtp, "secret": "p"})
	b.do(http.StatusOK, "PUT", integrations+"/email", object{"config": with(smtp, "from_name", "Acme")})
	require.Equal(t, true, b.do(http.StatusOK, "GET", integrations+"/email", nil).data()["has_secret"])
	for _, moved := range []object{with(smtp, "host", "evil.example"), with(smtp, "tls", "none"), with(smtp, "username", "v"), with(smtp, "port", 2525)} {
		b.refused(http.StatusBadRequest, "secret must be sent again, since it would go to another server or account", "PUT", integrations+"/email", object{"config": moved})
	}
	b.do(http.StatusOK, "PUT", integrations+"/email", object{"config": with(smtp, "host", "other.example"), "secret": "p2"})
	out := b.do(http.StatusOK, "PUT", integrations+"/email", object{"config": with(smtp, "username", nil)})
	require.Equal(t, false, out.data()["has_secret"], "without a login there is none to keep")

	agent := object{"mode": "chat_agent", "base_url": "https://chat.acme.example"}
	b.do(http.StatusOK, "PUT", integrations+"/whatsapp", object{"config": agent, "secret": "p"})
	b.do(http.StatusBadRequest, "PUT", integrations+"/whatsapp", object{"config": with(agent, "base_url", "https://evil.example")})
}

func TestAmazonSESReportsToAnAddressOfTheTenant(t *testing.T) {
	t.Parallel()
	b := setup(t)
	smtp := object{"mode": "smtp", "host": "smtp.acme.example", "from": "a@acme.example"}
	require.Nil(t, b.do(http.StatusOK, "PUT", integrations+"/email", object{"config": smtp}).data()["webhook_url"], "SMTP reports nothing")
	ses := object{"config": object{"mode": "ses", "from": "a@acme.example", "configuration_set": "flows"}}
	first := webhookToken(t, b.do(http.StatusOK, "PUT", integrations+"/email", ses))
	require.Equal(t, b.a.String(), b.route("ses", first))
	require.Equal(t, first, webhookToken(t, b.do(http.StatusOK, "PUT", integrations+"/email", ses)), "kept")
	b.do(http.StatusOK, "DELETE", integrations+"/email", nil)
	require.Equal(t, b.a.String(), b.route("ses", first), "mails under way still bounce")
	second := webhookToken(t, b.do(http.StatusOK, "POST", integrations+"/email/rotate-token", nil))
	require.Empty(t, b.route("ses", first))
	require.Equal(t, b.a.String(), b.route("ses", second))
}

func TestTheLeadWebhookHasAnAddress(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.refused(http.StatusNotFound, "The lead webhook is not connected", "DELETE", integrations+"/leads", nil)
	token := webhookToken(t, b.do(http.StatusOK, "POST", integrations+"/leads/rotate-token", nil))
	out := b.do(http.StatusOK, "GET", integrations+"/leads", nil)
	require.Equal(t, token, webhookToken(t, out))
	require.Equal(t, true, out.data()["connected"])
	require.Equal(t, b.a.String(), b.route("leads", token))
	b.do(http.StatusOK, "DELETE", integrations+"/leads", nil)
	require.Empty(t, b.route("leads", token))
	require.Equal(t, false, b.do(http.StatusOK, "GET", integrations+"/leads", nil).data()["connected"])
}

func TestChecksTellWhatTheProviderSays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.refused(http.StatusBadRequest, "Connect WhatsApp first", "POST", integrations+"/whatsapp/check", nil)
	a := b.connected()
	check := func(kind string) object {
		return b.do(http.StatusOK, "POST", integrations+"/"+kind+"/check", nil).data()
	}
	require.Equal(t, object{"ok": true, "message": "Bolna accepts the key; the account has 2 agents"}, check("bolna"))
	require.Equal(t, object{"ok": true, "message": "WhatsApp accepts the token; it may send from 1 number"}, check("whatsapp"))
	require.Equal(t, object{"ok": true, "message": "The mail server accepts the connection; it is used without login"}, check("email"))

	b.do(http.StatusOK, "PUT", integrations+"/bolna", object{"secret": "bn-wrong"})
	require.Equal(t, object{"ok": false, "message": "Bolna cannot be used: HTTP 401: Access denied"}, check("bolna"))
	b.do(http.StatusOK, "PUT", integrations+"/email", with(a.emailBody, "config", with(a.emailBody["config"].(object), "port", 1)))
	require.Equal(t, "E-mail cannot be used: The mail server could not be used: connect: connection refused", check("email")["message"])
}

func TestPickersListWhatTheTenantHas(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.connected()
	out := b.do(http.StatusOK, "GET", integrations+"/bolna/agents", nil)
	require.Equal(t, object{"id": a.agent, "name": "Asha", "status": "processed"}, out.list()[0])
	require.Equal(t, object{"total": 2, "limit": 50, "offset": 0}, out.meta())
	require.Equal(t, "Ravi", b.do(http.StatusOK, "GET", integrations+"/bolna/agents?search=rav", nil).list()[0]["name"])
	require.Equal(t, "Ravi", b.do(http.StatusOK, "GET", integrations+"/bolna/agents?limit=1&offset=1", nil).list()[0]["name"])
	require.Equal(t, []map[string]any{{"id": a.caller, "phone_number": "+918035739222", "agent_id": nil}},
		b.do(http.StatusOK, "GET", integrations+"/bolna/phone-numbers", nil).list())
	require.Equal(t, a.numberID, b.do(http.StatusOK, "GET", integrations+"/whatsapp/phone-numbers", nil).list()[0]["id"])
	template := b.do(http.StatusOK, "GET", integrations+"/whatsapp/templates", nil).list()[0]
	require.Equal(t, "enquiry_follow_up", template["name"])
	require.Equal(t, "en", template["language"])
	require.Equal(t, "APPROVED", template["status"])
	require.Equal(t, []any{"header.1", "1", "2", "button.0.1"}, template["variables"])
	require.Len(t, template["components"], 3)
}

func TestListsAreKeptUntilTheSettingsChange(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.connected()
	path := integrations + "/bolna/agents"
	require.Len(t, b.do(http.StatusOK, "GET", path, nil).list(), 2)
	b.control(object{"bolna": []object{{"api_key": a.bolnaKey, "agents": []object{{"id": "third-" + a.agent, "name": "Third"}}}}})
	require.Len(t, b.do(http.StatusOK, "GET", path, nil).list(), 2, "kept")
	other := b.open()
	b.do(http.StatusOK, "PUT", integrations+"/bolna", other.bolnaBody)
	require.Equal(t, other.agent, b.do(http.StatusOK, "GET", path, nil).list()[0]["id"])
	b.do(http.StatusOK, "PUT", integrations+"/bolna", object{"secret": "bn-wrong"})
	b.refused(http.StatusBadRequest, "The provider refuses: HTTP 401: Access denied", "GET", path, nil)
}

func TestAProviderThatIsAwayIs503(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.connected()
	for _, fault := range []object{{"status": 503}, {"status": 429, "retry_after": 9}} {
		all := with(fault, "provider", "whatsapp", "method", "GET", "path", "/whatsapp/v23.0/"+a.wabaID)
		b.ask("POST", "/_sandbox/faults", all, nil)
		out := b.do(http.StatusServiceUnavailable, "PUT", integrations+"/whatsapp", a.whatsAppBody)
		require.Contains(t, out.body["error"], "The provider cannot be asked right now: ")
		require.NotEmpty(t, out.header.Get("Retry-After"))
	}
}

func TestAConnectionChangedMeanwhileIs409(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.open()
	b.do(http.StatusOK, "PUT", integrations+"/bolna", a.bolnaBody)
	b.exec(`create function age() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger age before update on integrations for each row execute function age()`)
	b.refused(http.StatusConflict, "The integration was changed meanwhile, please try again", "PUT", integrations+"/bolna", a.bolnaBody)
}

func TestTheDocumentKnowsConfigs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	document := b.request("", "GET", "/openapi.json", nil)
	raw, err := json.Marshal(document.body["components"].(object)["schemas"].(object)["Integration"])
	require.NoError(t, err)
	for _, name := range []string{"BolnaSettings", "WhatsAppSettings", "EmailSettings"} {
		require.Contains(t, string(raw), name)
	}
}
