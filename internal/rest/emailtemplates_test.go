package rest_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// emailTemplate creates a template of tenant a and gives its id.
func (b *testBundle) emailTemplate(body object) string {
	b.t.Helper()
	all := with(object{"name": "Follow-up", "subject": "Hi {{ name | default: \"there\" }}", "html": "<p>Hi</p>", "body_text": "Hi"})
	maps.Copy(all, body)
	return b.do(http.StatusCreated, "POST", "/api/email-templates", all).data()["id"].(string)
}

func TestATemplateTellsItsVariablesAndWhatIsOdd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	out := b.do(http.StatusCreated, "POST", "/api/email-templates", object{
		"name": "Offer", "category": "sales", "subject": "{{ first_name | default: \"Hello\" }}, {{ company }}",
		"html": `{% assign greeting = name %}{% for tag in tags %}{{ tag }}{% endfor %}{% if custom.budget > 5 %}<b>{{ greeting }}</b>{% endif %}{{ custumer }}{% raw %}{{ not_one }}{% endraw %}`,
	})
	require.Equal(t, []any{"first_name", "company", "name", "tags", "custom.budget", "custumer"}, out.data()["variables"])
	var odd []string
	for _, w := range out.data()["warnings"].([]any) {
		w := w.(object)
		odd = append(odd, w["field"].(string)+" "+w["code"].(string))
	}
	require.Equal(t, []string{"subject no_default", "html unknown_variable", "body_text no_text"}, odd)
	require.Equal(t, `"1"`, out.header.Get("ETag"))
	require.Equal(t, 1, out.data()["version"])
	require.Equal(t, true, out.data()["is_active"])
	require.Equal(t, b.a.String(), out.data()["user_id"])

	read := b.do(http.StatusOK, "GET", "/api/email-templates/"+out.data()["id"].(string), nil)
	require.Equal(t, out.data(), read.data())
}

func TestTemplatesAreListedByNameAndFiltered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.emailTemplate(object{"name": "B", "category": "sales", "is_active": false})
	b.emailTemplate(object{"name": "A", "category": "sales"})
	b.emailTemplate(object{"name": "C 100%", "subject": "Your quote"})
	for query, want := range map[string][]string{
		"": {"A", "B", "C 100%"}, "?category=sales": {"A", "B"}, "?is_active=true": {"A", "C 100%"}, "?is_active=false&category=sales": {"B"},
		"?search=QUOTE": {"C 100%"}, "?search=0%25": {"C 100%"}, "?category=none": {}, "?limit=1&offset=1": {"B"},
	} {
		out := b.do(http.StatusOK, "GET", "/api/email-templates"+query, nil)
		names := []string{}
		for _, item := range out.list() {
			names = append(names, item["name"].(string))
			require.NotContains(t, item, "html")
		}
		require.Equal(t, want, names, query)
	}
	require.Equal(t, 3, b.do(http.StatusOK, "GET", "/api/email-templates?limit=1", nil).meta()["total"])
	b.refused(http.StatusBadRequest, "is_active must be true or false", "GET", "/api/email-templates?is_active=perhaps", nil)
}

func TestAllThatIsWrongWithATemplateIsSaid(t *testing.T) {
	t.Parallel()
	b := setup(t)
	out := b.do(http.StatusBadRequest, "POST", "/api/email-templates", object{"subject": "{{ name", "html": "{% if %}", "is_active": "yes", "colour": 1})
	require.ElementsMatch(t, []string{"colour", "is_active", "name", "subject", "html"}, out.fields())
	out = b.do(http.StatusBadRequest, "POST", "/api/email-templates", object{"name": strings.Repeat("é", 256), "category": strings.Repeat("c", 256), "subject": " "})
	require.Equal(t, []string{"name", "category", "subject", "html"}, out.fields())
	b.refused(http.StatusBadRequest, `subject: the template has a syntax error in line 1: there is no filter "shout": {{ name | shout }}`,
		"POST", "/api/email-templates", object{"name": "F", "subject": "{{ name | shout }}", "body_text": "Hi"})
}

func TestATemplateChangesByVersion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	path := "/api/email-templates/" + b.emailTemplate(object{"category": "sales"})
	out := b.do(http.StatusOK, "PATCH", path, object{"subject": "New", "category": nil}, "If-Match", `"1"`)
	require.Equal(t, 2, out.data()["version"])
	require.Equal(t, `"2"`, out.header.Get("ETag"))
	require.Nil(t, out.data()["category"])
	require.Equal(t, "Hi", out.data()["body_text"], "what is not sent stays")
	b.refused(http.StatusConflict, "The e-mail template has changed: it is at version 2", "PATCH", path, object{"subject": "Old"}, "If-Match", `"1"`)
	require.Equal(t, 2, b.do(http.StatusOK, "PATCH", path, object{"subject": "New"}).data()["version"], "the same again is no version")
	// What was read can be sent back whole.
	require.Equal(t, 2, b.do(http.StatusOK, "PATCH", path, b.do(http.StatusOK, "GET", path, nil).data()).data()["version"])
	require.Equal(t, []string{"html"}, b.do(http.StatusBadRequest, "PATCH", path, object{"html": "", "body_text": nil}).fields())
	b.refused(http.StatusConflict, "The e-mail template has changed: it is at version 2", "DELETE", path, nil, "If-Match", `"1"`)
	b.do(http.StatusOK, "DELETE", path, nil)
	b.refused(http.StatusNotFound, "E-mail template not found", "GET", path, nil)
	b.refused(http.StatusNotFound, "E-mail template not found", "DELETE", path, nil)
}

func TestATemplateIsCreatedOncePerKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	body := object{"name": "F", "subject": "S", "body_text": "T"}
	first := b.do(http.StatusCreated, "POST", "/api/email-templates", body, "Idempotency-Key", "k")
	second := b.do(http.StatusCreated, "POST", "/api/email-templates", body, "Idempotency-Key", "k")
	require.Equal(t, string(first.raw), string(second.raw))
	require.Equal(t, 1, query[int](b, "select count(*)::int from email_templates"))
	b.do(http.StatusConflict, "POST", "/api/email-templates", with(body, "name", "G"), "Idempotency-Key", "k")
}

func TestATemplateThatIsNeededStays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.emailTemplate(object{})
	mail := object{"action_order": 1, "action_type": "email", "action_config": object{"email_template_id": id}}
	flowID := b.flow(object{"name": "Welcome", "is_enabled": true, "actions": []object{mail}})
	b.flow(object{"name": "Off", "actions": []object{mail}})
	text := "The e-mail template is used by Welcome: disable what uses it, or let it use another, first"
	b.refused(http.StatusConflict, text, "DELETE", "/api/email-templates/"+id, nil)

	// Disabled, but a contact is on the way to the mail.
	b.do(http.StatusOK, "PATCH", "/flows/"+flowID, object{"is_enabled": false})
	execution := b.execution(b.a, flowID, "running", noon)
	b.exec("update flow_executions set flow_version = 1, flow_name = 'Welcome' where id = $1", execution)
	b.refused(http.StatusConflict, text, "DELETE", "/api/email-templates/"+id, nil)

	b.exec("update flow_executions set status = 'completed' where id = $1", execution)
	b.do(http.StatusOK, "DELETE", "/api/email-templates/"+id, nil)
	require.Equal(t, 0, query[int](b, "select count(*)::int from email_templates"))
}

func TestPreviewRendersForAContactAndSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.emailTemplate(object{"subject": "Hi {{ name }}", "html": "<p>{{ company }} {{ custom.budget }}</p>", "body_text": "{{ city | default: \"your town\" }}"})
	path := "/api/email-templates/" + id + "/preview"
	out := b.do(http.StatusOK, "POST", path, nil).data()
	require.Equal(t, "Hi Asha Rao", out["subject"])
	require.Equal(t, "<p>Rao Traders [custom.budget]</p>", out["html"])
	require.Equal(t, []any{"custom.budget"}, out["missing"])

	out = b.do(http.StatusOK, "POST", path, object{"contact_data": object{"name": `<b onload="x">Eve & Co</b>`, "custom_fields": object{"budget": 250000}}}).data()
	require.Equal(t, `Hi <b onload="x">Eve & Co</b>`, out["subject"])
	require.Equal(t, "<p>[company] 250000</p>", out["html"])
	require.Equal(t, "your town", out["text"])

	out = b.do(http.StatusOK, "POST", path, object{
		"html": "<i>{{ name }}</i>", "contact_data": object{"name": `<script>alert("1")</script>`},
	}).data()
	require.Equal(t, "<i>&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;</i>", out["html"], "values are escaped, drafts replace what is stored")

	contact := b.contactOf(b.a, "Meera")
	out = b.do(http.StatusOK, "POST", path, object{"contact_id": contact}).data()
	require.Equal(t, "Hi Meera", out["subject"])
	b.refused(http.StatusNotFound, "Contact not found", "POST", path, object{"contact_id": b.contactOf(b.b, "Other")})
	b.refused(http.StatusNotFound, "E-mail template not found", "POST", "/api/email-templates/"+uuid.NewString()+"/preview", object{})

	draft := b.request(b.viewer, "POST", "/api/email-templates/preview", object{"subject": "{{ agency | default: \"x\" }}"})
	require.Equal(t, http.StatusOK, draft.status)
	require.Equal(t, "x", draft.data()["subject"])
	require.Equal(t, "unknown_variable", draft.data()["warnings"].([]any)[0].(object)["code"])
	require.Equal(t, []any{"agency"}, draft.data()["variables"])
	require.Equal(t, []string{"subject"}, b.do(http.StatusBadRequest, "POST", "/api/email-templates/preview", object{"subject": "{{ name"}).fields())

	mail := b.do(http.StatusOK, "POST", "/api/email-templates/preview", object{"body_text": "Enough: {{ unsubscribe_url }}"}).data()
	require.Equal(t, "Enough: https://example.com/unsubscribe", mail["text"])
	require.Empty(t, mail["missing"])
	require.Empty(t, mail["warnings"], "every mail has an address to unsubscribe at")
}

// contactOf makes a contact of a tenant.
func (b *testBundle) contactOf(tenant uuid.UUID, name string) string {
	b.t.Helper()
	id := uuid.Must(uuid.NewV7())
	b.exec(`insert into contacts (id, tenant_id, name, email, created_at, updated_at) values ($1, $2, $3, $4, now(), now())`,
		id, tenant, name, name+"@example.com")
	return id.String()
}

func TestATestSendGoesOutMarked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.emailTemplate(object{"subject": "Hi {{ name }}", "html": "<p>{{ name }}</p>", "body_text": "{{ name }}", "is_active": false})
	path := "/api/email-templates/" + id + "/test-send"
	b.refused(http.StatusBadRequest, "Connect E-mail first", "POST", path, object{"to": "asha@example.com"})
	b.connected()
	to := "asha-" + uuid.NewString() + "@example.com"
	out := b.do(http.StatusOK, "POST", path, object{"to": to, "contact_data": object{"name": "Eve\r\nBcc: all@example.com"}})
	require.Equal(t, to, out.data()["to"])
	require.NotEmpty(t, out.data()["message_id"])

	mail := b.mailTo(to)
	require.Equal(t, "hello@acme.example", mail["from"])
	require.Contains(t, mail["subject"], "[Test] Hi Eve")
	headers := strings.ToLower(strings.Join(keysOf(mail["headers"].(map[string]any)), " "))
	require.NotContains(t, headers, "bcc", "no value begins a header of its own")
	require.NotContains(t, b.log.String(), to)

	b.refused(http.StatusBadRequest, "to must be an e-mail address", "POST", path, object{"to": "asha@example.com\nBcc: x@example.com"})
	b.refused(http.StatusBadRequest, "to must be an e-mail address", "POST", path, object{})
	refused := b.do(http.StatusBadRequest, "POST", path, object{"to": "bounce@example.com"})
	require.Contains(t, refused.body["error"], "The mail was refused: The mail server refused the receiver: 550")
	busy := b.do(http.StatusServiceUnavailable, "POST", path, object{"to": "defer-" + uuid.NewString() + "@example.com"})
	require.Contains(t, busy.body["error"], "The mail could not be sent right now")
	require.NotEmpty(t, busy.header.Get("Retry-After"))

	b.exec(`insert into suppressions (id, tenant_id, channel, kind, value, reason) values ($1, $2, 'email', 'email', 'stop@example.com', 'unsubscribed')`, uuid.New(), b.a)
	b.refused(http.StatusConflict, "No mail may go to this address: unsubscribed", "POST", path, object{"to": "Stop@Example.com"})
	require.Equal(t, http.StatusForbidden, b.request(b.viewer, "POST", path, object{"to": to}).status)
}

// testLink is the link in test mails of a tenant.
func testLink(tenant, mail uuid.UUID) string {
	return "https://api.example.com/unsubscribe/test-" + tenant.String() + "-" + mail.String()
}

func TestATestMailLetsItsReceiverUnsubscribeLikeARealOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connected()
	for name, c := range map[string]struct{ html, text string }{
		"named in the texts":  {`<p><a href="{{ unsubscribe_url }}">Enough</a></p>`, "Enough: {{ unsubscribe_url }}"},
		"named in none":       {"<html><body><p>Hi</p></body></html>", "Hi"},
		"without a text part": {"<p>Hi</p>", ""},
	} {
		id := b.emailTemplate(object{"subject": "Hi", "html": c.html, "body_text": c.text})
		to := "asha-" + uuid.NewString() + "@example.com"
		b.do(http.StatusOK, "POST", "/api/email-templates/"+id+"/test-send", object{"to": to})
		mail := b.mailTo(to)
		headers := mail["headers"].(map[string]any)
		link := strings.Trim(fmt.Sprint(headers["List-Unsubscribe"]), "[]<>")
		require.Regexp(t, "^"+testLink(b.a, uuid.Nil)[:len(testLink(b.a, uuid.Nil))-36]+"[0-9a-f-]{36}$", link, name)
		require.Equal(t, "List-Unsubscribe=One-Click", strings.Trim(fmt.Sprint(headers["List-Unsubscribe-Post"]), "[]"), "%s: RFC 8058, section 3.1", name)
		require.Equal(t, 1, strings.Count(mail["html"].(string), link), "%s: %s", name, mail["html"])
		if c.text != "" {
			require.Equal(t, 1, strings.Count(mail["text"].(string), link), "%s: %s", name, mail["text"])
		}
	}
}

func keysOf(m map[string]any) []string {
	out := []string{}
	for k := range m {
		out = append(out, k)
	}
	return out
}

// mailTo is the mail that the sandbox took for an address.
func (b *testBundle) mailTo(address string) object {
	b.t.Helper()
	var taken struct {
		Requests []struct {
			Body  object `json:"body"`
			Taken bool   `json:"taken"`
		} `json:"requests"`
	}
	b.ask("GET", "/_sandbox/requests?provider=email", nil, &taken)
	for _, r := range taken.Requests {
		if to, _ := r.Body["to"].([]any); r.Taken && len(to) == 1 && to[0] == address {
			return r.Body
		}
	}
	require.Fail(b.t, "no mail was taken for "+address)
	return nil
}
