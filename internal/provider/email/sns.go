package email

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // signature version 1 of SNS is SHA-1; the topic's owner chooses the version
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"time"
)

// Notification is one message of Amazon SNS as it is posted to an HTTPS
// subscriber. Source: "Parsing Amazon SNS message formats" and "Verifying the
// signatures of Amazon SNS messages" of the SNS developer guide.
type Notification struct {
	// Type is Notification, SubscriptionConfirmation or UnsubscribeConfirmation.
	Type      string  `json:"Type"`
	MessageID string  `json:"MessageId"`
	TopicARN  string  `json:"TopicArn"`
	Subject   *string `json:"Subject"`
	Message   string  `json:"Message"`
	Timestamp string  `json:"Timestamp"`

	Token        string `json:"Token"`
	SubscribeURL string `json:"SubscribeURL"`

	SignatureVersion string `json:"SignatureVersion"`
	Signature        string `json:"Signature"`
	SigningCertURL   string `json:"SigningCertURL"`
}

// The types of notifications that are acted on.
const (
	typeNotification = "Notification"
	typeConfirmation = "SubscriptionConfirmation"
)

// ErrNotSNS says that a body is not a signed message of an allowed topic.
var ErrNotSNS = errors.New("not a signed message of an allowed topic")

// SNS takes in what Amazon SNS posts.
type SNS struct {
	// Topics are the ARNs of the topics that are believed; none believes none.
	Topics []string
	// Client fetches signing certificates and confirms subscriptions.
	Client *http.Client

	mu    sync.Mutex
	certs map[string]*x509.Certificate
}

// Open verifies a posted body and gives the message inside. A subscription
// that asks to be confirmed is confirmed, and gives nil. ErrNotSNS refuses for
// good; any other error passes.
func (s *SNS) Open(ctx context.Context, body []byte) (json.RawMessage, error) {
	var n Notification
	if err := json.Unmarshal(body, &n); err != nil {
		return nil, fmt.Errorf("%w: no JSON", ErrNotSNS)
	}
	if !slices.Contains(s.Topics, n.TopicARN) {
		return nil, fmt.Errorf("%w: its topic is not among those allowed", ErrNotSNS)
	}
	if err := s.verify(ctx, n); err != nil {
		return nil, err
	}
	switch n.Type {
	case typeNotification:
		if !json.Valid([]byte(n.Message)) {
			return nil, nil // SES says "Successfully validated SNS topic" in plain words
		}
		return json.RawMessage(n.Message), nil
	case typeConfirmation:
		return nil, s.confirm(ctx, n)
	default:
		return nil, nil
	}
}

// amazonHost is where certificates and confirmations lie.
var amazonHost = regexp.MustCompile(`^sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$`)

func atAmazon(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.User == nil && u.Port() == "" && amazonHost.MatchString(u.Host)
}

func (s *SNS) verify(ctx context.Context, n Notification) error {
	signature, err := base64.StdEncoding.DecodeString(n.Signature)
	if err != nil || !atAmazon(n.SigningCertURL) {
		return fmt.Errorf("%w: its signature cannot be read", ErrNotSNS)
	}
	cert, err := s.certificate(ctx, n.SigningCertURL)
	if err != nil {
		return err
	}
	key, is := cert.PublicKey.(*rsa.PublicKey)
	if !is {
		return fmt.Errorf("%w: its certificate holds no RSA key", ErrNotSNS)
	}
	text := n.signed()
	switch n.SignatureVersion {
	case "1":
		sum := sha1.Sum(text) //nolint:gosec // as above
		err = rsa.VerifyPKCS1v15(key, crypto.SHA1, sum[:], signature)
	case "2":
		sum := sha256.Sum256(text)
		err = rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature)
	default:
		err = errors.New("unknown version")
	}
	if err != nil {
		return fmt.Errorf("%w: its signature does not match", ErrNotSNS)
	}
	return nil
}

// signed is the text that SNS signs: names and values in the order of their
// names, each on a line of its own; a subject only where there is one.
func (n Notification) signed() []byte {
	var b bytes.Buffer
	add := func(name, value string) { fmt.Fprintf(&b, "%s\n%s\n", name, value) }
	add("Message", n.Message)
	add("MessageId", n.MessageID)
	if n.Type == typeNotification {
		if n.Subject != nil {
			add("Subject", *n.Subject)
		}
	} else {
		add("SubscribeURL", n.SubscribeURL)
	}
	add("Timestamp", n.Timestamp)
	if n.Type != typeNotification {
		add("Token", n.Token)
	}
	add("TopicArn", n.TopicARN)
	add("Type", n.Type)
	return b.Bytes()
}

// maxFetched is how much of an answer of SNS is read, in bytes; a certificate
// has about 2 KB. fetchTime is well below the 15 s in which SNS wants an answer.
const (
	maxFetched = 64 << 10
	fetchTime  = 8 * time.Second
)

// certificate is kept once fetched: its address names its content.
func (s *SNS) certificate(ctx context.Context, address string) (*x509.Certificate, error) {
	s.mu.Lock()
	cert := s.certs[address]
	s.mu.Unlock()
	if cert != nil {
		return cert, nil
	}
	text, err := s.get(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("fetch the certificate of SNS: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%w: its certificate cannot be read", ErrNotSNS)
	}
	if cert, err = x509.ParseCertificate(block.Bytes); err != nil {
		return nil, fmt.Errorf("%w: its certificate cannot be read", ErrNotSNS)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.certs == nil || len(s.certs) > 100 {
		s.certs = map[string]*x509.Certificate{}
	}
	s.certs[address] = cert
	return cert, nil
}

func (s *SNS) confirm(ctx context.Context, n Notification) error {
	if !atAmazon(n.SubscribeURL) {
		return fmt.Errorf("%w: its confirmation leads elsewhere", ErrNotSNS)
	}
	if _, err := s.get(ctx, n.SubscribeURL); err != nil {
		return fmt.Errorf("confirm the subscription of %s: %w", n.TopicARN, err)
	}
	return nil
}

func (s *SNS) get(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	answer, err := s.Client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answered %d", answer.StatusCode)
	}
	return io.ReadAll(io.LimitReader(answer.Body, maxFetched))
}
