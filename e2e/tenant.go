package e2e

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// tenant is a tenant of one test, with accounts of its own at the sandbox.
type tenant struct {
	*stack
	id    uuid.UUID
	owner string // token
	// agent and number are Bolna's ids, sender is Meta's phone number id,
	// template the e-mail template.
	agent, number, sender string
	template              uuid.UUID
	// hook is the secret part of its Bolna webhook's address.
	hook string
}

// trait changes how a tenant is made.
type trait func(*traits)

type traits struct {
	windows string
	deaf    bool
	lines   int
}

// lines is how many calls the tenant may have out at once. Without it no call
// waits for another.
func lines(n int) trait { return func(t *traits) { t.lines = n } }

// deaf has Bolna send no webhooks.
func deaf(t *traits) { t.deaf = true }

// windows sets the contact windows, JSON by channel. Without it a tenant may
// be contacted at any hour.
func windows(text string) trait { return func(t *traits) { t.windows = text } }

// tenant makes a tenant with all three integrations.
func (s *stack) tenant(t *testing.T, with ...trait) *tenant {
	t.Helper()
	as := traits{windows: "{}", lines: 100}
	for _, w := range with {
		w(&as)
	}
	secret := func() string { return strings.ToLower(rand.Text()) }
	n := &tenant{
		stack: s, id: uuid.Must(uuid.NewV7()), agent: uuid.NewString(), number: uuid.NewString(),
		sender: "2" + digits(14), template: uuid.Must(uuid.NewV7()), hook: secret(),
	}
	n.owner = s.token(t, n.id, "owner")
	caller, bolnaKey, accessToken := "+9180"+digits(8), "bn-"+secret(), "EAA"+secret()
	address := s.webhooks + "/" + n.hook
	if as.deaf {
		address = ""
	}
	s.sandbox(t, http.MethodPost, "/config", object{
		"bolna": []object{{
			"name": n.id.String(), "api_key": bolnaKey, "webhook_url": address,
			"agents": []object{{"id": n.agent, "name": "Asha"}}, "phone_numbers": []object{{"id": n.number, "phone_number": caller}},
		}},
		"whatsapp": []object{{"access_token": accessToken, "phone_number_id": n.sender}},
	}, nil)

	s.exec(t, "insert into tenants (id, name, contact_windows, call_concurrency) values ($1, $2, $3, $4)", n.id, "Tenant of "+t.Name(), as.windows, as.lines)
	n.integrate(t, "bolna", object{}, bolnaKey)
	n.integrate(t, "whatsapp", object{"mode": "cloud", "phone_number_id": n.sender}, accessToken)
	n.integrate(t, "email", object{
		"mode": "smtp", "host": "127.0.0.1", "port": n.settings.SMTPPort(), "tls": "none",
		"from": "hello@shop.example", "from_name": "The Shop",
	}, "")
	s.exec(t, `insert into email_templates (id, tenant_id, name, subject, html, body_text, created_at, updated_at)
		values ($1, $2, 'Welcome', 'Hello {{ name }}', '<p>Hello {{ name }}</p>', 'Hello {{ name }}', now(), now())`, n.template, n.id)
	for kind, token := range map[string]string{"bolna": n.hook, "whatsapp": n.sender} {
		sum := sha256.Sum256([]byte(token))
		s.exec(t, "insert into webhook_routes (kind, hash, tenant_id) values ($1, $2, $3)", kind, sum[:], n.id)
	}
	return n
}

// integrate stores settings of a provider, the secret encrypted as the
// functions expect it.
func (n *tenant) integrate(t *testing.T, kind string, config object, secret string) {
	t.Helper()
	encoded, err := json.Marshal(config)
	require.NoError(t, err)
	var sealed []byte
	if secret != "" {
		sealed, err = n.cloud.Encrypt(t.Context(), n.key, n.id.String(), secret)
		require.NoError(t, err)
	}
	n.exec(t, `insert into integrations (tenant_id, kind, config, secret) values ($1, $2, $3, $4)
		on conflict (tenant_id, kind) do update set config = excluded.config, secret = excluded.secret`, n.id, kind, string(encoded), sealed)
}

// api asks the HTTP API as the tenant's owner.
func (n *tenant) api(t *testing.T, method, path string, body any) reply {
	t.Helper()
	return n.send(t, n.owner, method, base+path, body)
}

// action is a step of a flow as the API takes it.
type action object

// when gives a step a condition.
func (a action) when(kind, value string) action {
	a["condition_type"], a["condition_value"] = kind, value
	return a
}

// with sets a key of the step's action_config.
func (a action) with(key string, value any) action {
	a["action_config"].(object)[key] = value
	return a
}

func makeAction(kind string, config object) action {
	return action{"action_type": kind, "action_config": config}
}

// call is a step that calls, message one that sends a WhatsApp message, mail an
// e-mail, pause a wait of virtual minutes.
func (n *tenant) call() action {
	return makeAction("ai_call", object{"agent_id": n.agent, "phone_number_id": n.number})
}

func (n *tenant) message() action {
	return makeAction("whatsapp_message", object{
		"whatsapp_phone_number_id": n.sender, "template_id": "welcome", "language": "en", "variable_mappings": object{"1": "name"},
	})
}

func (n *tenant) mail() action {
	return makeAction("email", object{"email_template_id": n.template.String()})
}

func pause(minutes int) action { return makeAction("wait", object{"duration_minutes": minutes}) }

// ordered numbers actions from 1.
func ordered(actions ...action) []action {
	for i, a := range actions {
		a["action_order"] = i + 1
	}
	return actions
}

// flow makes an enabled flow through the API and gives its id. Settings
// replace what is set here.
func (n *tenant) flow(t *testing.T, name string, settings object, actions ...action) uuid.UUID {
	t.Helper()
	body := object{"name": name, "is_enabled": true, "trigger_conditions": []object{}, "actions": ordered(actions...)}
	maps.Copy(body, settings)
	answer := n.api(t, http.MethodPost, "/flows", body)
	require.Equal(t, http.StatusCreated, answer.Status, answer.Text)
	id, err := uuid.Parse(answer.data()["id"].(string))
	require.NoError(t, err)
	return id
}

// condition is a trigger condition as the API takes it.
func condition(kind, operator, value string) object {
	return object{"condition_type": kind, "condition_operator": operator, "condition_value": value}
}
