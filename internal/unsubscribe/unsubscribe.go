// Package unsubscribe makes and reads the links by which the receiver of an
// e-mail says that they want no more: one address a mail, which names the mail
// and proves that it is ours, and holds nothing personal.
package unsubscribe

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/google/uuid"
)

// Links makes and reads links.
type Links struct {
	base string
	key  []byte
}

// minKey is the length of the shortest key taken, in bytes.
const minKey = 32

// New returns Links under base, the public address of the HTTP API like
// "https://flows.example.com". Whoever has the key can unsubscribe receivers,
// and links made with another key are dead; it has 32 bytes or more.
func New(base, key string) (*Links, error) {
	if !strings.HasPrefix(base, "https://") && !strings.HasPrefix(base, "http://") {
		return nil, errors.New("the public address must begin with https://")
	}
	if len(key) < minKey {
		return nil, errors.New("the key of links must have 32 bytes or more")
	}
	return &Links{base: strings.TrimRight(base, "/"), key: []byte(key)}, nil
}

// Link is what a link stands for.
type Link struct {
	Tenant, Mail uuid.UUID
	// Test says that the mail was a test of a template. Its link is as good as
	// any for mail programs and for people who try it, and changes nothing: who
	// gets tests is whoever writes templates, and a press of the button, or of a
	// program that checks mail, would have real mail refused to them.
	Test bool
}

// A token is its kind, the tenant, the mail, and half an HMAC-SHA256 over
// them: 128 bits are more than can be tried out over HTTP.
const (
	realMail = 1
	testMail = 2

	signedLen = 1 + 16 + 16
	tokenLen  = signedLen + sha256.Size/2
)

// Address is the link in a mail of a tenant.
func (l *Links) Address(tenant, mail uuid.UUID) string {
	return l.address(realMail, tenant, mail)
}

// TestAddress is the link in a test of a template.
func (l *Links) TestAddress(tenant, mail uuid.UUID) string {
	return l.address(testMail, tenant, mail)
}

func (l *Links) address(kind byte, tenant, mail uuid.UUID) string {
	token := append(append([]byte{kind}, tenant[:]...), mail[:]...)
	token = append(token, l.sign(token)...)
	return l.base + "/unsubscribe/" + base64.RawURLEncoding.EncodeToString(token)
}

// Read tells what a link's last part stands for; ok is false when it is none
// of ours.
func (l *Links) Read(token string) (link Link, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != tokenLen || raw[0] != realMail && raw[0] != testMail || !hmac.Equal(raw[signedLen:], l.sign(raw[:signedLen])) {
		return Link{}, false
	}
	return Link{Tenant: uuid.UUID(raw[1:17]), Mail: uuid.UUID(raw[17:33]), Test: raw[0] == testMail}, true
}

func (l *Links) sign(b []byte) []byte {
	mac := hmac.New(sha256.New, l.key)
	mac.Write([]byte("unsubscribe")) // the key may come to sign other things
	mac.Write(b)
	return mac.Sum(nil)[:sha256.Size/2]
}
