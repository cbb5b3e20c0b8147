package engine_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
)

// mailing is the bundle with an e-mail template, and a step that sends it.
func mailing(b *bundle, html, text string) func(order int) flow.Action {
	id := uuid.Must(uuid.NewV7())
	b.exec(`insert into email_templates (id, tenant_id, name, subject, html, body_text, created_at, updated_at)
		values ($1, $2, 'Welcome', 'Hello', $3, $4, now(), now())`, id, b.tenant, html, text)
	return func(order int) flow.Action {
		return action(order, flow.Email, flow.EmailConfig{TemplateID: id.String()})
	}
}

// event hands an event of a provider to the engine.
func (b *bundle) event(kind string, tenant uuid.UUID, event string) {
	b.t.Helper()
	require.NoError(b.t, b.Receive(b.t.Context(), kind, tenant, []json.RawMessage{json.RawMessage(event)}))
	require.Equal(b.t, "0", b.text("select count(*) from due_work where kind = 'inbox'"), "nothing is left to apply")
}

func (b *bundle) suppressed() string {
	return b.text("select string_agg(channel || ' ' || value || ': ' || reason, '; ' order by channel) from suppressions where tenant_id = $1", b.tenant)
}

// step reads the status and error of an execution's first step.
func (b *bundle) firstStep(in engine.Input) string {
	return b.text("select state || ': ' || coalesce(error_message, skip_reason, '') from flow_action_logs where execution_id = $1 and step = 1", in.ExecutionID)
}

func TestANumberThatSaysStopGetsNeitherMessagesNorCalls(t *testing.T) {
	b := setup(t)
	in := b.start(message(1), call(2))
	b.event("whatsapp", b.tenant, `{"phone_number_id":"1","message":{"from":"919845012300","id":"wamid.1","type":"text","text":{"body":"Please STOP!"}}}`)
	require.Equal(t, "ai_call +919845012300: asked by WhatsApp to stop; whatsapp_message +919845012300: asked by WhatsApp to stop", b.suppressed())
	b.drive(in)
	require.Zero(t, b.providers.count())
	require.Equal(t, "skipped", b.text("select status from flow_executions where id = $1", in.ExecutionID))

	other := b.db.Tenant(t)
	b.event("whatsapp", other, `{"phone_number_id":"2","message":{"from":"919845012300","id":"wamid.2","type":"text","text":{"body":"don't stop now"}}}`)
	require.Equal(t, "0", b.text("select count(*) from suppressions where tenant_id = $1", other), "not every word with stop in it")
}

func TestEveryMailCarriesALinkThatStopsMail(t *testing.T) {
	b := setup(t)
	mail := mailing(b, "<html><body><p>Hello</p></BODY></html>", "Hello")
	in := b.start(mail(1))
	b.drive(in)
	require.Len(t, b.providers.mails, 1)
	sent := b.providers.mails[0]
	link := "https://flows.example/unsubscribe/" + sent.ID.String()
	require.Equal(t, link, sent.Unsubscribe)
	require.Contains(t, sent.Text, "Hello\n\n-- \nUnsubscribe: "+link)
	require.Regexp(t, `<p>Hello</p><p [^>]*><a href="`+link+`"[^>]*>Unsubscribe</a></p></BODY></html>$`, sent.HTML)

	known, err := b.Refuse(t.Context(), uuid.New(), sent.ID)
	require.NoError(t, err)
	require.False(t, known, "another tenant's")
	for range 2 { // people press twice
		known, err = b.Refuse(t.Context(), b.tenant, sent.ID)
		require.NoError(t, err)
		require.True(t, known)
	}
	require.Equal(t, "email asha@example.com: unsubscribed by the link in a mail", b.suppressed())
	next := b.start(mail(1))
	b.drive(next)
	require.Len(t, b.providers.mails, 1)
	require.Contains(t, b.firstStep(next), "skipped: ")
}

func TestATemplateMayPlaceTheLinkItself(t *testing.T) {
	b := setup(t)
	mail := mailing(b, `<a href="{{ unsubscribe_url }}">Enough</a>`, "Enough: {{ unsubscribe_url }}")
	b.drive(b.start(mail(1)))
	link := b.providers.mails[0].Unsubscribe
	require.Equal(t, "Enough: "+link, b.providers.mails[0].Text)
	require.Equal(t, `<a href="`+link+`">Enough</a>`, b.providers.mails[0].HTML)
}

func TestEventsOfMailsCorrectTheLogAndStopDeadAddresses(t *testing.T) {
	says := func(kind, more string, id uuid.UUID) string {
		return fmt.Sprintf(`{"eventType":%q,"mail":{"messageId":"ses-1","tags":{"aef_message_id":[%q]}}%s}`, kind, id, more)
	}
	const (
		dead      = `,"bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"Asha@Example.com","diagnosticCode":"550 no such user"}]}`
		full      = `,"bounce":{"bounceType":"Transient","bounceSubType":"MailboxFull","bouncedRecipients":[{"emailAddress":"asha@example.com"}]}`
		complaint = `,"complaint":{"complainedRecipients":[{"emailAddress":"asha@example.com"}]}`
	)
	for name, c := range map[string]struct {
		events [][2]string
		step   string
		status string
		stops  string
	}{
		"delivered": {[][2]string{{"Send", ""}, {"Delivery", ""}}, "done: ", "completed", "null"},
		"delivered, told in any order, twice": {
			[][2]string{{"Delivery", ""}, {"Send", ""}, {"Delivery", ""}}, "done: ", "completed", "null",
		},
		"a dead mailbox": {
			[][2]string{{"Send", ""}, {"Bounce", dead}},
			"failed: the mail came back: 550 no such user", "failed",
			"email asha@example.com: a mail came back for good",
		},
		"a dead mailbox behind a server that took the mail": {
			[][2]string{{"Delivery", ""}, {"Bounce", dead}},
			"failed: the mail came back: 550 no such user", "failed",
			"email asha@example.com: a mail came back for good",
		},
		"a full mailbox": {
			[][2]string{{"Bounce", full}}, "failed: the mail came back: mailboxfull", "failed", "null",
		},
		"spam": {
			[][2]string{{"Delivery", ""}, {"Complaint", complaint}}, "done: ", "completed", "email asha@example.com: marked a mail as spam",
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			in := b.start(mailing(b, "", "Hello")(1))
			b.drive(in)
			id := b.providers.mails[0].ID
			for _, e := range c.events {
				b.event("ses", b.tenant, says(e[0], e[1], id))
			}
			require.Equal(t, c.step, b.firstStep(in))
			require.Equal(t, c.status, b.text("select status from flow_executions where id = $1", in.ExecutionID))
			require.Equal(t, c.stops, b.suppressed())
		})
	}
	t.Run("a mail of nobody here stops nobody", func(t *testing.T) {
		b := setup(t)
		b.event("ses", b.tenant, says("Bounce", dead, uuid.New()))
		require.Equal(t, "null", b.suppressed())
	})
}
