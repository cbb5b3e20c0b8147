package server_test

import (
	"context"
	"errors"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
	gomail "github.com/wneessen/go-mail"
)

const letter = "From: Sales <sales@example.com>\r\nTo: asha@example.com\r\nSubject: =?UTF-8?q?Gr=C3=BC=C3=9Fe?=\r\n" +
	"List-Unsubscribe: <https://example.com/u/1>\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n" +
	"--a\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe, Asha\r\n" +
	"--a\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+QXNoYTwvcD4=\r\n--a--\r\n--m--\r\n"

// dial opens a connection, which is closed with the test.
func (b *testBundle) dial(t *testing.T) *smtp.Client {
	t.Helper()
	c, err := smtp.Dial(b.sandbox.SMTPAddr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// post sends the letter on a connection of its own.
func (b *testBundle) post(t *testing.T, to ...string) error {
	t.Helper()
	return b.dial(t).SendMail("bounces@example.com", to, strings.NewReader(letter))
}

func code(err error) int {
	if refused := (*smtp.SMTPError)(nil); errors.As(err, &refused) {
		return refused.Code
	}
	if refused := (*textproto.Error)(nil); errors.As(err, &refused) {
		return refused.Code
	}
	return 0
}

func (b *testBundle) mails(t *testing.T) []object {
	t.Helper()
	return b.items(t, "/_sandbox/requests?provider=email", "requests")
}

func TestAMailIsAcceptedAndReadable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.post(t, "asha@example.com", "ravi@example.com"))
	mails := b.mails(t)
	require.Len(t, mails, 1)
	require.Equal(t, "DATA", mails[0]["method"])
	require.Equal(t, 250.0, mails[0]["status"])
	require.Equal(t, true, mails[0]["taken"])
	body := mails[0]["body"].(object)
	require.Equal(t, "bounces@example.com", body["from"])
	require.Equal(t, []any{"asha@example.com", "ravi@example.com"}, body["to"])
	require.Equal(t, "Grüße", body["subject"])
	require.Equal(t, "Grüße, Asha", body["text"])
	require.Equal(t, "<p>Asha</p>", body["html"])
	require.Equal(t, []any{"<https://example.com/u/1>"}, body["headers"].(object)["List-Unsubscribe"])
}

func TestWhatBecomesOfAMailFollowsFromItsReceiver(t *testing.T) {
	t.Parallel()
	cases := map[string][]struct {
		code   int
		method string
	}{
		"bounce@example.com":      {{550, "RCPT"}, {550, "RCPT"}},
		"Bounce.asha@example.com": {{550, "RCPT"}},
		"defer@example.com":       {{451, "RCPT"}, {0, "DATA"}, {451, "RCPT"}},
		"reject@example.com":      {{554, "DATA"}},
		"asha@example.com":        {{0, "DATA"}, {0, "DATA"}},
	}
	for to, tries := range cases {
		t.Run(to, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			for i, want := range tries {
				require.Equal(t, want.code, code(b.post(t, to)))
				mails := b.mails(t)
				require.Len(t, mails, i+1)
				require.Equal(t, want.method, mails[i]["method"])
				require.Equal(t, want.code == 0, mails[i]["taken"])
				require.Equal(t, []any{to}, mails[i]["body"].(object)["to"])
			}
		})
	}
}

func TestMailNeedsALoginOnceThereAreUsers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.post(t, "asha@example.com"))
	b.configure(t, object{"smtp": []object{{"username": "u", "password": "p"}}})
	require.Equal(t, 530, code(b.post(t, "asha@example.com")))

	require.Equal(t, 535, code(b.dial(t).Auth(sasl.NewPlainClient("", "u", "wrong"))))
	for _, client := range []sasl.Client{sasl.NewPlainClient("", "u", "p"), sasl.NewLoginClient("u", "p")} {
		c := b.dial(t)
		require.NoError(t, c.Auth(client))
		require.NoError(t, c.SendMail("bounces@example.com", []string{"asha@example.com"}, strings.NewReader(letter)))
	}
	require.Equal(t, []any{250.0, 530.0, 535.0, 250.0, 250.0}, column(b.mails(t), "status"))
}

func TestTheUsualGoClientGetsItsMailThrough(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.configure(t, object{"smtp": []object{{"username": "u", "password": "p"}}})
	host, port := splitAddress(t, b.sandbox.SMTPAddr)
	for _, kind := range []gomail.SMTPAuthType{gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc} {
		c, err := gomail.NewClient(host, gomail.WithPort(port), gomail.WithTLSPolicy(gomail.NoTLS),
			gomail.WithSMTPAuth(kind), gomail.WithUsername("u"), gomail.WithPassword("p"))
		require.NoError(t, err)
		m := gomail.NewMsg()
		require.NoError(t, m.From("sales@example.com"))
		require.NoError(t, m.To("asha@example.com"))
		m.Subject("नमस्ते")
		m.SetBodyString(gomail.TypeTextPlain, "hello = you")
		m.AddAlternativeString(gomail.TypeTextHTML, "<p>hello</p>")
		require.NoError(t, c.DialAndSendWithContext(t.Context(), m))
	}
	body := b.mails(t)[1]["body"].(object)
	require.Equal(t, "नमस्ते", body["subject"])
	require.Equal(t, "hello = you", strings.TrimSpace(body["text"].(string)))
	require.Equal(t, "<p>hello</p>", strings.TrimSpace(body["html"].(string)))
}

func TestMailMeetsFaultsAtTheirPlaces(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fault(t, object{"provider": "email", "status": 421})
	require.Equal(t, 421, code(b.post(t, "asha@example.com")))
	for _, f := range []object{{"reset": true}, {"hang": 0.05}, {"hang": 0.05, "taken": true}} {
		f["provider"] = "email"
		b.fault(t, f)
		err := b.post(t, "asha@example.com")
		require.Error(t, err)
		require.Zero(t, code(err), "no answer came")
	}
	require.NoError(t, b.post(t, "asha@example.com"))
	mails := b.mails(t)
	require.Equal(t, []any{"MAIL", "DATA", "DATA", "DATA", "DATA"}, column(mails, "method"))
	require.Equal(t, []any{421.0, 0.0, 0.0, 0.0, 250.0}, column(mails, "status"))
	require.Equal(t, []any{false, false, false, true, true}, column(mails, "taken"))
	require.Equal(t, []any{"status", "reset", "hang", "hang", nil}, column(mails, "fault"))
}

func TestAHangingMailDoesNotHoldUpTheEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fault(t, object{"provider": "email", "hang": 300})
	ended := make(chan error, 1)
	go func() { ended <- b.post(t, "asha@example.com") }() //nolint:testifylint // a failed dial ends the test either way
	require.Eventually(t, func() bool { return len(b.mails(t)) == 1 }, deadline, 5*time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	go func() {
		b.sandbox.Close()
		cancel()
	}()
	<-ctx.Done()
	require.ErrorIs(t, ctx.Err(), context.Canceled, "the sandbox did not close in time")
	require.Error(t, <-ended)
}
