package mail

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
)

// Letter is one mail, or one try to send one, as the journal shows it.
type Letter struct {
	// From and To are those of the envelope.
	From    string              `json:"from"`
	To      []string            `json:"to"`
	Subject string              `json:"subject"`
	Headers map[string][]string `json:"headers,omitempty"`
	// Text and HTML are the decoded bodies of the first parts of those types.
	Text string `json:"text"`
	HTML string `json:"html"`
	// Size is the message's length in bytes as it came.
	Size int `json:"size"`
	// Raw is the whole message when it could not be read as one.
	Raw string `json:"raw,omitempty"`
}

var words = new(mime.WordDecoder)

// read fills in what the message itself says.
func (l *Letter) read(raw []byte) {
	l.Size = len(raw)
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		l.Raw = string(raw)
		return
	}
	l.Headers = m.Header
	l.Subject = decodeWords(m.Header.Get("Subject"))
	l.part(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
}

func decodeWords(value string) string {
	if decoded, err := words.DecodeHeader(value); err == nil {
		return decoded
	}
	return value
}

// part takes a body, or the bodies in it, whatever their depth.
func (l *Letter) part(contentType, encoding string, body io.Reader) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return // the end, or a message that breaks off
			}
			l.part(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)
		}
	}
	content, _ := io.ReadAll(decoded(encoding, body))
	switch {
	case kind == "text/plain" && l.Text == "":
		l.Text = string(content)
	case kind == "text/html" && l.HTML == "":
		l.HTML = string(content)
	}
}

func decoded(encoding string, body io.Reader) io.Reader {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	default:
		return body
	}
}
