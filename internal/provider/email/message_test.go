package email

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/auto-engagement/flows/internal/provider"
)

const ours = "019ae5a0-0000-7000-8000-000000000017"

func aMail() provider.Mail {
	return provider.Mail{
		ID: uuid.MustParse(ours), FromName: "Acme", From: "hello@acme.example", To: "asha@example.com", ToName: "Asha Rao",
		ReplyTo: "support@acme.example", Subject: "Your demo", Text: "Hi Asha,\n.\nbye", HTML: "<p>Hi <b>Asha</b></p>",
		MessageID: "<m1@acme.example>", Unsubscribe: "https://flows.example/unsubscribe/tok",
	}
}

func read(t require.TestingT, b built) *netmail.Message {
	msg, err := netmail.ReadMessage(bytes.NewReader(b.raw))
	require.NoError(t, err)
	return msg
}

func decoded(t require.TestingT, header string) string {
	s, err := new(mime.WordDecoder).DecodeHeader(header)
	require.NoError(t, err)
	return s
}

func TestBuildMakesTextAndHTMLAlternatives(t *testing.T) {
	t.Parallel()
	b, err := build(aMail())
	require.NoError(t, err)
	msg := read(t, b)
	require.Equal(t, `"Acme" <hello@acme.example>`, msg.Header.Get("From"))
	require.Equal(t, `"Asha Rao" <asha@example.com>`, msg.Header.Get("To"))
	require.Equal(t, `<support@acme.example>`, msg.Header.Get("Reply-To"))
	require.Equal(t, "Your demo", msg.Header.Get("Subject"))
	require.Equal(t, "<m1@acme.example>", msg.Header.Get("Message-ID"))
	require.Equal(t, "<https://flows.example/unsubscribe/tok>", msg.Header.Get("List-Unsubscribe"))
	require.Equal(t, "List-Unsubscribe=One-Click", msg.Header.Get("List-Unsubscribe-Post"))
	require.NotEmpty(t, msg.Header.Get("Date"))
	require.Empty(t, msg.Header.Get("X-Mailer"))

	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	require.NoError(t, err)
	require.Equal(t, "multipart/alternative", kind)
	parts := multipart.NewReader(msg.Body, params["boundary"])
	for _, want := range []struct{ kind, body string }{
		{"text/plain", "Hi Asha,\r\n.\r\nbye"}, {"text/html", "<p>Hi <b>Asha</b></p>"},
	} {
		part, err := parts.NextPart()
		require.NoError(t, err)
		kind, params, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		require.NoError(t, err)
		require.Equal(t, want.kind, kind)
		require.Equal(t, "UTF-8", params["charset"])
		body, err := io.ReadAll(part)
		require.NoError(t, err)
		require.Equal(t, want.body, string(body))
	}
	_, err = parts.NextPart()
	require.ErrorIs(t, err, io.EOF)
}

func TestBuildWithOneBodyOnly(t *testing.T) {
	t.Parallel()
	m := aMail()
	m.HTML, m.Unsubscribe, m.MessageID, m.ReplyTo = "", "", "", ""
	b, err := build(m)
	require.NoError(t, err)
	msg := read(t, b)
	require.Equal(t, "text/plain; charset=UTF-8", msg.Header.Get("Content-Type"))
	require.Equal(t, "<"+ours+"@acme.example>", msg.Header.Get("Message-ID"))
	require.NotContains(t, msg.Header, "List-Unsubscribe")
	require.NotContains(t, msg.Header, "Reply-To")
	m.Text, m.HTML = "", "<p>x</p>"
	b, err = build(m)
	require.NoError(t, err)
	require.Equal(t, "text/html; charset=UTF-8", read(t, b).Header.Get("Content-Type"))
}

// However names, subject and texts are rendered, the mail has our headers and
// no others, each once, and says what was meant.
func TestNothingCanAddAHeader(t *testing.T) {
	t.Parallel()
	evil := []string{
		"\r\nBcc: all@example.com", "\nBcc: x", "\rX: y", "a\r\n\r\n<html>", "\x00", "=?utf-8?q?=0d=0aBcc:_x?=", `" <x@y>, "`,
		"\u2028Bcc: x", "\u0085", ", other@example.com", "<script>", "(comment)", "ü", "नमस्ते", "🙂", strings.Repeat("long ", 300), "\xff\xfe",
	}
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(evil), rapid.String()), 0, 4).Draw(t, "pieces"), "")
	})
	rapid.Check(t, func(t *rapid.T) {
		m := aMail()
		m.Subject, m.FromName, m.ToName = text.Draw(t, "subject"), text.Draw(t, "from name"), text.Draw(t, "to name")
		m.Text, m.HTML = "t"+text.Draw(t, "text"), "h"+text.Draw(t, "html")
		b, err := build(m)
		require.NoError(t, err)
		head, _, found := bytes.Cut(b.raw, []byte("\r\n\r\n"))
		require.True(t, found)
		require.NotContains(t, strings.ReplaceAll(string(head), "\r\n", ""), "\n")
		require.NotContains(t, strings.ReplaceAll(string(head), "\r\n", ""), "\r")
		msg := read(t, b)
		for name, values := range msg.Header {
			require.Len(t, values, 1, name)
			require.Contains(t, []string{
				"Date", "Mime-Version", "Message-Id", "Subject", "List-Unsubscribe", "List-Unsubscribe-Post",
				"From", "To", "Reply-To", "Content-Type",
			}, name)
		}
		to, err := msg.Header.AddressList("To")
		require.NoError(t, err)
		require.Len(t, to, 1)
		require.Equal(t, "asha@example.com", to[0].Address)
		sender, err := msg.Header.AddressList("From")
		require.NoError(t, err)
		require.Len(t, sender, 1)
		require.Equal(t, "hello@acme.example", sender[0].Address)
		require.Equal(t, strings.Join(strings.Fields(oneLine(m.Subject)), " "),
			strings.Join(strings.Fields(decoded(t, msg.Header.Get("Subject"))), " "))
	})
}

func TestAddressesAreCheckedAndInternational(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"asha@example.com":       "asha@example.com",
		"Asha.Rao+x@Example.COM": "Asha.Rao+x@example.com",
		"asha@münchen.example":   "asha@xn--mnchen-3ya.example",
		"आशा@उदाहरण.भारत":        "आशा@xn--p1b6ci4b4b3a.xn--h2brj9c",
		"o'brien@example.com":    "o'brien@example.com",
		"a@localhost":            "a@localhost",
	} {
		got, err := address(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got)
	}
	trimmed, err := address(" asha@example.com ")
	require.NoError(t, err)
	require.Equal(t, "asha@example.com", trimmed)
	for _, in := range []string{
		"", "asha", "@example.com", "asha@", "a b@example.com", `"a b"@example.com`, "a@b@c", "Asha <asha@example.com>", "<asha@example.com>",
		"a@example.com, b@example.com", "a@example.com\r\nBcc: b@example.com", "a\n@example.com", "a@exa mple.com", "a@-bad-.com",
		"a@[127.0.0.1]", "a@example..com", strings.Repeat("a", 65) + "@example.com", "a@" + strings.Repeat("b.", 130) + "com", "a@\x00",
	} {
		_, err := address(in)
		require.Error(t, err, "%q", in)
	}
}

func TestBuildRefusesWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*provider.Mail){
		"no receiver":             func(m *provider.Mail) { m.To = "" },
		"receiver with a header":  func(m *provider.Mail) { m.To = "a@b.example\r\nBcc: c@d.example" },
		"no sender":               func(m *provider.Mail) { m.From = "" },
		"bad reply address":       func(m *provider.Mail) { m.ReplyTo = "x" },
		"Message-ID with a line":  func(m *provider.Mail) { m.MessageID = "a@b\r\nX: y" },
		"Message-ID without @":    func(m *provider.Mail) { m.MessageID = "ab" },
		"unsubscribe with a line": func(m *provider.Mail) { m.Unsubscribe = "https://x.example/\r\nX: y" },
		"unsubscribe by script":   func(m *provider.Mail) { m.Unsubscribe = "javascript:x" },
		"unsubscribe with >":      func(m *provider.Mail) { m.Unsubscribe = "https://x.example/>,<mailto:y" },
	} {
		m := aMail()
		change(&m)
		_, err := build(m)
		require.Error(t, err, name)
	}
}

func TestNonASCIIHeadersAreEncoded(t *testing.T) {
	t.Parallel()
	m := aMail()
	m.Subject, m.ToName, m.Text, m.HTML = "नमस्ते आशा — आपका डेमो", "आशा राव", "नमस्ते", ""
	b, err := build(m)
	require.NoError(t, err)
	require.True(t, isASCII(string(b.raw)))
	msg := read(t, b)
	require.Equal(t, m.Subject, decoded(t, msg.Header.Get("Subject")))
	to, err := msg.Header.AddressList("To")
	require.NoError(t, err)
	require.Equal(t, m.ToName, to[0].Name)
	body, err := io.ReadAll(quotedprintable.NewReader(msg.Body))
	require.NoError(t, err)
	require.Equal(t, "नमस्ते", strings.TrimSpace(string(body)))
}
