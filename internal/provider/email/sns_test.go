package email

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const topic = "arn:aws:sns:ap-south-1:123456789012:mail-events"

// amazon signs like SNS, and answers as its host does.
type amazon struct {
	key      *rsa.PrivateKey
	cert     []byte
	asked    []string
	unwell   bool
	received *SNS
}

func atSNS(t *testing.T) *amazon {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sns.amazonaws.com"}, NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	require.NoError(t, err)
	a := &amazon{key: key, cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
	a.received = &SNS{Topics: []string{topic}, Client: &http.Client{Transport: a}}
	return a
}

// RoundTrip implements http.RoundTripper.
func (a *amazon) RoundTrip(r *http.Request) (*http.Response, error) {
	a.asked = append(a.asked, r.URL.String())
	answer := &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(a.cert)), Header: http.Header{}, Request: r}
	if a.unwell {
		answer.StatusCode = http.StatusServiceUnavailable
	}
	return answer, nil
}

func (a *amazon) sign(t *testing.T, n Notification) []byte {
	t.Helper()
	var signature []byte
	var err error
	if n.SignatureVersion == "1" {
		sum := sha1.Sum(n.signed())
		signature, err = rsa.SignPKCS1v15(rand.Reader, a.key, crypto.SHA1, sum[:])
	} else {
		sum := sha256.Sum256(n.signed())
		signature, err = rsa.SignPKCS1v15(rand.Reader, a.key, crypto.SHA256, sum[:])
	}
	require.NoError(t, err)
	n.Signature = base64.StdEncoding.EncodeToString(signature)
	body, err := json.Marshal(n)
	require.NoError(t, err)
	return body
}

func notification(version string) Notification {
	return Notification{
		Type: "Notification", MessageID: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", TopicARN: topic,
		Message: `{"eventType":"Send"}`, Timestamp: "2026-11-22T04:30:00.000Z", SignatureVersion: version,
		SigningCertURL: "https://sns.ap-south-1.amazonaws.com/SimpleNotificationService-0123.pem",
	}
}

// Amazon SNS developer guide, "HTTP/HTTPS notification JSON format" and
// "Verifying the signatures of Amazon SNS messages".
func TestASignedNotificationIsOpened(t *testing.T) {
	t.Parallel()
	a := atSNS(t)
	for _, version := range []string{"1", "2"} {
		n := notification(version)
		message, err := a.received.Open(t.Context(), a.sign(t, n))
		require.NoError(t, err)
		require.JSONEq(t, n.Message, string(message))
		subject := "Amazon SES Email Event Notification"
		n.Subject = &subject
		_, err = a.received.Open(t.Context(), a.sign(t, n))
		require.NoError(t, err)
	}
	require.Len(t, a.asked, 1, "the certificate is fetched once")

	n := notification("2")
	n.Message = "Successfully validated SNS topic for Amazon SES event publishing."
	message, err := a.received.Open(t.Context(), a.sign(t, n))
	require.NoError(t, err)
	require.Nil(t, message)
}

// "HTTP/HTTPS subscription confirmation JSON format".
func TestASubscriptionIsConfirmed(t *testing.T) {
	t.Parallel()
	a := atSNS(t)
	n := notification("2")
	n.Type, n.Token, n.Message = "SubscriptionConfirmation", "tok", "You have chosen to subscribe"
	n.SubscribeURL = "https://sns.ap-south-1.amazonaws.com/?Action=ConfirmSubscription&Token=tok"
	message, err := a.received.Open(t.Context(), a.sign(t, n))
	require.NoError(t, err)
	require.Nil(t, message)
	require.Equal(t, n.SubscribeURL, a.asked[1])

	a.unwell = true
	_, err = a.received.Open(t.Context(), a.sign(t, n))
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrNotSNS, "tried again later")
	a.unwell = false

	n.SubscribeURL = "https://evil.example/?Action=ConfirmSubscription"
	asked := len(a.asked)
	_, err = a.received.Open(t.Context(), a.sign(t, n))
	require.ErrorIs(t, err, ErrNotSNS)
	require.Len(t, a.asked, asked)
}

func TestWhatSNSDidNotSignIsRefused(t *testing.T) {
	t.Parallel()
	a, other := atSNS(t), atSNS(t)
	change := func(f func(*Notification)) []byte {
		n := notification("2")
		f(&n)
		return a.sign(t, n)
	}
	good := string(a.sign(t, notification("2")))
	for name, body := range map[string][]byte{
		"not JSON":                []byte("{"),
		"another key":             other.sign(t, notification("2")),
		"another topic":           change(func(n *Notification) { n.TopicARN += "x" }),
		"a changed message":       []byte(strings.Replace(good, "Send", "Bounce", 1)),
		"a changed id":            []byte(strings.Replace(good, "22b80b92", "32b80b92", 1)),
		"no version":              change(func(n *Notification) { n.SignatureVersion = "" }),
		"version 1 for 2":         []byte(strings.Replace(good, `"SignatureVersion":"2"`, `"SignatureVersion":"1"`, 1)),
		"a certificate elsewhere": change(func(n *Notification) { n.SigningCertURL = "https://evil.example/x.pem" }),
		"a look-alike host":       change(func(n *Notification) { n.SigningCertURL = "https://sns.ap-south-1.amazonaws.com.evil.example/x.pem" }),
		"a host in the user part": change(func(n *Notification) { n.SigningCertURL = "https://sns.ap-south-1.amazonaws.com@evil.example/x.pem" }),
		"a plain address":         change(func(n *Notification) { n.SigningCertURL = "http://sns.ap-south-1.amazonaws.com/x.pem" }),
		"a bucket":                change(func(n *Notification) { n.SigningCertURL = "https://s3.amazonaws.com/x.pem" }),
	} {
		_, err := a.received.Open(context.Background(), body)
		require.ErrorIs(t, err, ErrNotSNS, name)
	}
	for _, address := range a.asked {
		require.Contains(t, address, "https://sns.ap-south-1.amazonaws.com/")
	}
	none := &SNS{Client: &http.Client{Transport: a}}
	_, err := none.Open(t.Context(), a.sign(t, notification("2")))
	require.ErrorIs(t, err, ErrNotSNS, "no topic is allowed until one is named")
}
