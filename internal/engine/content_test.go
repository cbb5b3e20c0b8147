package engine_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
	"github.com/auto-engagement/flows/internal/provider/bolna"
)

const errorOf = "select error_message from flow_action_logs where execution_id = $1 and step = 1"

// A step whose texts cannot be made fails with a sentence that names what is
// missing; nothing is sent, and later steps go on.
func TestAStepThatCannotBeWrittenFailsByName(t *testing.T) {
	missing := func(key, value string) flow.Action {
		return action(1, flow.WhatsAppMessage, flow.WhatsAppConfig{PhoneNumberID: "1", TemplateID: "offer", VariableMappings: map[string]string{"1": "name", key: value}})
	}
	const of = `insert into email_templates (id, tenant_id, name, subject, html, body_text, is_active, created_at, updated_at) values ($1, $2, 'Welcome', `
	for name, c := range map[string]struct {
		step func(template uuid.UUID) flow.Action
		// stored makes the e-mail template; empty: there is none.
		stored string
		says   []string
	}{
		"a body value":        {func(uuid.UUID) flow.Action { return missing("2", "custom.budget") }, "", []string{"variable 2 of template offer", `"custom.budget"`}},
		"a header value":      {func(uuid.UUID) flow.Action { return missing("header.1", "city") }, "", []string{"variable header.1 of template offer", `"city"`}},
		"a button value":      {func(uuid.UUID) flow.Action { return missing("button.0.1", "{{ company }}/x") }, "", []string{"variable button.0.1 of template offer", `"company"`}},
		"a subject's value":   {func(id uuid.UUID) flow.Action { return mail(1, id) }, of + `'Hi {{ city }}', '<p>x</p>', 'x', true, now(), now())`, []string{`the subject of e-mail template "Welcome"`, `"city"`}},
		"a text's value":      {func(id uuid.UUID) flow.Action { return mail(1, id) }, of + `'Hi', '<p>x</p>', '{{ city }}', true, now(), now())`, []string{`the text of e-mail template "Welcome"`, `"city"`}},
		"a page's value":      {func(id uuid.UUID) flow.Action { return mail(1, id) }, of + `'Hi', '<p>{{ city }}</p>', 'x', true, now(), now())`, []string{`the html of e-mail template "Welcome"`, `"city"`}},
		"an inactive mail":    {func(id uuid.UUID) flow.Action { return mail(1, id) }, of + `'Hi', '<p>x</p>', 'x', false, now(), now())`, []string{`the e-mail template "Welcome" is not active`}},
		"a mail that is gone": {func(id uuid.UUID) flow.Action { return mail(1, id) }, "", []string{"the e-mail template", "no longer exists"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			template := uuid.New()
			if c.stored != "" {
				b.exec(c.stored, template, b.tenant)
			}
			in := b.start(c.step(template), message(2))
			b.drive(in)
			require.Equal(t, "failed", b.text(stateOf, in.ExecutionID, 1))
			for _, words := range c.says {
				require.Contains(t, b.text(errorOf, in.ExecutionID), words)
			}
			require.Equal(t, "sent", b.text(stateOf, in.ExecutionID, 2))
			require.Equal(t, 1, b.providers.count(), "of the second step alone")
		})
	}
}

func TestAMissingValueWithADefaultIsSent(t *testing.T) {
	b := setup(t)
	in := b.start(action(1, flow.WhatsAppMessage, flow.WhatsAppConfig{
		PhoneNumberID: "1", TemplateID: "offer", VariableMappings: map[string]string{"1": `{{ custom.budget | default: "your budget" }}`},
	}))
	b.drive(in)
	require.Equal(t, "sent", b.text(stateOf, in.ExecutionID, 1))
}

// asWritten opens a secret that stands there as it is.
type asWritten struct{}

func (asWritten) Open(_ context.Context, _ uuid.UUID, ciphertext []byte) (string, error) {
	return string(ciphertext), nil
}

// The same process that met a wrong key goes on with the right one as soon as
// the tenant has stored it. What the provider said of the wrong one is a
// sentence, and the key is not in it.
func TestAWrongKeyIsTheProvidersSentenceAndAChangedOneCountsAtOnce(t *testing.T) {
	b := setup(t)
	// www.bolna.ai/docs, API reference: "Make a phone call", and its 401.
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if key := r.Header.Get("Authorization"); key != "Bearer bn-right" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"message":"Access denied for `+key+`"}`)
			return
		}
		_, _ = io.WriteString(w, `{"message":"done","status":"queued","execution_id":"`+uuid.NewString()+`"}`)
	}))
	t.Cleanup(s.Close)
	b.Secrets, b.Calls = asWritten{}, bolna.New(s.URL, provider.NewHTTPClient(nil))
	placed := func(key string) (state, says string) {
		b.exec("update integrations set secret = $2 where tenant_id = $1 and kind = 'bolna'", b.tenant, []byte(key))
		in := b.start(call(1))
		_, err := b.Plan(t.Context(), in)
		require.NoError(t, err)
		_, err = b.Act(t.Context(), flow.DoCall, in)
		require.NoError(t, err)
		b.exec("delete from call_lines where execution_id = $1", in.ExecutionID)
		return b.text(stateOf, in.ExecutionID, 1), b.text(errorOf, in.ExecutionID)
	}
	state, says := placed("bn-wrong")
	require.Equal(t, "failed", state)
	require.Contains(t, says, "HTTP 401: Access denied for Bearer [secret]")
	require.NotContains(t, says, "bn-wrong")
	state, _ = placed("bn-right")
	require.Equal(t, "sent", state)
	state, _ = placed("bn-wrong")
	require.Equal(t, "failed", state, "a key that was taken back counts at once too")
}
