package email

import (
	"bytes"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"strings"
	"unicode"

	mail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"github.com/auto-engagement/flows/internal/provider"
)

// built is a mail ready for the wire.
type built struct {
	from, to  string
	messageID string
	raw       []byte
}

// international reports whether an address has a local part that only an
// SMTPUTF8 server takes. Domains are always in their ASCII form.
func (b built) international() bool { return !isASCII(b.from) || !isASCII(b.to) }

// build makes the MIME message: text and HTML as alternatives (one of them may
// be missing), our Message-ID, and the one-click unsubscribe headers.
//
// Nothing that is rendered from a template or given by a person can begin a
// header of its own: control characters in the subject and in names become
// spaces, and in addresses, the Message-ID and the unsubscribe address they
// are an error.
func build(m provider.Mail) (built, error) {
	var b built
	var err error
	if b.from, err = address(m.From); err != nil {
		return built{}, fmt.Errorf("sender address: %w", err)
	}
	if b.to, err = address(m.To); err != nil {
		return built{}, fmt.Errorf("receiver address: %w", err)
	}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&netmail.Address{Name: displayName(m.FromName), Address: b.from})
	msg.AddToMailAddress(&netmail.Address{Name: displayName(m.ToName), Address: b.to})
	if m.ReplyTo != "" {
		reply, err := address(m.ReplyTo)
		if err != nil {
			return built{}, fmt.Errorf("reply address: %w", err)
		}
		msg.ReplyToMailAddress(&netmail.Address{Address: reply})
	}
	msg.Subject(oneLine(m.Subject))
	if b.messageID, err = messageID(m, b.from); err != nil {
		return built{}, err
	}
	msg.SetMessageIDWithValue(b.messageID)
	if m.Unsubscribe != "" {
		if err := unsubscribe(msg, m.Unsubscribe); err != nil {
			return built{}, err
		}
	}
	switch {
	case m.HTML == "":
		msg.SetBodyString(mail.TypeTextPlain, m.Text)
	case m.Text == "":
		msg.SetBodyString(mail.TypeTextHTML, m.HTML)
	default:
		msg.SetBodyString(mail.TypeTextPlain, m.Text)
		msg.AddAlternativeString(mail.TypeTextHTML, m.HTML)
	}
	var out bytes.Buffer
	if _, err := msg.WriteTo(&out); err != nil {
		return built{}, fmt.Errorf("write message: %w", err)
	}
	b.raw = out.Bytes()
	return b, nil
}

// messageID is the mail's, without its angle brackets; our id at the sender's
// domain when the mail has none.
func messageID(m provider.Mail, from string) (string, error) {
	id := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(m.MessageID), "<"), ">")
	if id == "" {
		return m.ID.String() + "@" + from[strings.LastIndexByte(from, '@')+1:], nil
	}
	left, right, ok := strings.Cut(id, "@")
	if !ok || left == "" || right == "" || !isASCII(id) || strings.ContainsFunc(id, notInToken) || len(id) > 200 {
		return "", errors.New("the Message-ID is not valid")
	}
	return id, nil
}

// unsubscribe sets the two headers of RFC 8058. It asks for https; http is let
// through for the local stack, whose address has no certificate.
func unsubscribe(msg *mail.Msg, address string) error {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || !isASCII(address) || strings.ContainsFunc(address, notInToken) {
		return errors.New("the unsubscribe address is not valid")
	}
	msg.SetGenHeaderPreformatted(mail.HeaderListUnsubscribe, "<"+u.String()+">")
	msg.SetGenHeaderPreformatted(mail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	return nil
}

// address checks one bare address, and gives its domain the ASCII form that
// DNS knows (xn--…).
func address(s string) (string, error) {
	s = strings.TrimSpace(s)
	if strings.ContainsFunc(s, unicode.IsControl) {
		return "", errors.New("it holds a control character")
	}
	parsed, err := netmail.ParseAddress(s)
	if err != nil || parsed.Name != "" || strings.ContainsAny(s, "<>") {
		return "", errors.New("it is not valid")
	}
	at := strings.LastIndexByte(parsed.Address, '@')
	local, domain := parsed.Address[:at], parsed.Address[at+1:]
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || ascii == "" {
		return "", errors.New("its domain is not valid")
	}
	// RFC 5321, section 4.5.3.1. A local part that needs quoting is valid on
	// paper, and no mailbox that we could meet has one.
	if len(local) > 64 || len(local)+len(ascii) > 253 || strings.ContainsAny(local, " \t\"\\,:;()[]") {
		return "", errors.New("it is not valid")
	}
	return local + "@" + ascii, nil
}

// oneLine is text for a header: valid UTF-8 without control characters, and
// without what would be read as an encoded word (RFC 2047) though nobody
// encoded it.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.TrimSpace(strings.ReplaceAll(s, "=?", "= ?"))
}

// displayName is a name for an address header. A backslash beside letters
// outside ASCII makes net/mail write an encoded word that is not valid.
func displayName(s string) string {
	return oneLine(strings.ReplaceAll(s, `\`, " "))
}

func notInToken(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("<>,\"\\", r)
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}
