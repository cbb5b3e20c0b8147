package email

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/provider"
)

// hangUp and silence stand in place of an answer.
const (
	hangUp  = "(hang up)"
	silence = "(silence)"
)

// server is an SMTP server that says what its script says. Keys are greeting,
// EHLO, AUTH, MAIL, RCPT, DATA and "." (the end of the mail); without a key it
// says what a good server says.
type server struct {
	script map[string]string
	tls    *tls.Config
	atOnce bool // TLS from the first byte

	mu    sync.Mutex
	lines []string // the commands
	mails []string
	done  chan struct{}
}

func (s *server) start(t *testing.T) (host string, port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.done = make(chan struct{})
	var wg sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	wg.Go(func() {
		defer close(s.done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		if s.atOnce {
			conn = tls.Server(conn, s.tls)
		}
		s.serve(conn)
	})
	addr := l.Addr().(*net.TCPAddr)
	return "127.0.0.1", addr.Port
}

var good = map[string]string{
	"greeting": "220 mx.example ESMTP", "AUTH": "235 2.7.0 welcome", "MAIL": "250 ok", "RCPT": "250 ok",
	"DATA": "354 go ahead", ".": "250 2.0.0 queued as 17", "QUIT": "221 bye", "STARTTLS": "220 go",
	"EHLO": "250-mx.example\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES",
}

// say answers one step; false ends the session.
func (s *server) say(conn net.Conn, step string) bool {
	line, ok := s.script[step]
	if !ok {
		line = good[step]
	}
	switch line {
	case hangUp:
		return false
	case silence:
		_, _ = io.Copy(io.Discard, conn)
		return false
	}
	_, err := fmt.Fprintf(conn, "%s\r\n", line)
	return err == nil
}

func (s *server) serve(conn net.Conn) {
	in := bufio.NewReader(conn)
	if !s.say(conn, "greeting") {
		return
	}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		s.mu.Lock()
		s.lines = append(s.lines, line)
		s.mu.Unlock()
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		if !s.say(conn, verb) {
			return
		}
		switch {
		case verb == "QUIT":
			return
		case verb == "STARTTLS":
			conn = tls.Server(conn, s.tls)
			in = bufio.NewReader(conn)
		case verb == "DATA" && s.script["DATA"] == "":
			if !s.take(conn, in) {
				return
			}
		}
	}
}

func (s *server) take(conn net.Conn, in *bufio.Reader) bool {
	var mail strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		mail.WriteString(line)
	}
	s.mu.Lock()
	s.mails = append(s.mails, mail.String())
	s.mu.Unlock()
	return s.say(conn, ".")
}

func settings(host string, port int, more string) provider.Credentials {
	return provider.Credentials{
		Config: json.RawMessage(fmt.Sprintf(`{"mode":"smtp","host":%q,"port":%d%s}`, host, port, more)),
		Secret: "smtp-password",
	}
}

func send(t *testing.T, s *server, more string, mail provider.Mail) provider.Answer {
	t.Helper()
	host, port := s.start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	return New(nil, nil, nil).Send(ctx, settings(host, port, more), mail)
}

func TestSMTPDelivers(t *testing.T) {
	t.Parallel()
	s := &server{}
	got := send(t, s, `,"tls":"none"`, aMail())
	require.Equal(t, provider.Answer{Class: provider.Accepted, ProviderID: "m1@acme.example"}, got)
	<-s.done
	require.Equal(t, []string{"MAIL FROM:<hello@acme.example> BODY=8BITMIME", "RCPT TO:<asha@example.com>", "DATA", "QUIT"}, s.lines[1:])
	require.Len(t, s.mails, 1)
	require.Contains(t, s.mails[0], "Message-ID: <m1@acme.example>\r\n")
	require.Contains(t, s.mails[0], "\r\n..\r\n", "a dot alone on a line is doubled")
}

// RFC 5321, sections 3.8 (lost connections), 4.2.1 (what a reply's first digit
// says) and 4.3.2 (which reply may come where); RFC 3463 for the codes behind.
func TestWhatAnSMTPAnswerProves(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		step, says string
		class      provider.Class
		code       string
		reason     string
	}{
		{"greeting", "421 4.3.2 busy", provider.NotTaken, "421", "The mail server could not be used: 421 4.3.2 busy"},
		{"greeting", "554 5.7.1 go away", provider.Refused, "554", "The mail server could not be used: 554 5.7.1 go away"},
		{"greeting", hangUp, provider.NotTaken, "", ""},
		{"greeting", silence, provider.NotTaken, "", "The mail server could not be used: the time allowed was over"},
		{"greeting", "HTTP/1.1 400 Bad Request", provider.NotTaken, "", ""},
		{"EHLO", silence, provider.NotTaken, "", "The mail server could not be used: the time allowed was over"},
		{"MAIL", "451 4.3.0 later", provider.NotTaken, "451", "The mail server refused the sender: 451 4.3.0 later"},
		{"MAIL", "553 5.1.8 not your address", provider.Refused, "553", "The mail server refused the sender: 553 5.1.8 not your address"},
		{"MAIL", hangUp, provider.NotTaken, "", ""},
		{"MAIL", silence, provider.NotTaken, "", "The mail server refused the sender: the time allowed was over"},
		{"RCPT", "450 4.2.1 greylisted", provider.NotTaken, "450", "The mail server refused the receiver: 450 4.2.1 greylisted"},
		{"RCPT", "550 5.1.1 no such user", provider.Refused, "550", "The mail server refused the receiver: 550 5.1.1 no such user"},
		{"RCPT", hangUp, provider.NotTaken, "", ""},
		{"DATA", "452 4.3.1 disk full", provider.NotTaken, "452", "The mail server refused the mail: 452 4.3.1 disk full"},
		{"DATA", "554 5.5.1 no", provider.Refused, "554", "The mail server refused the mail: 554 5.5.1 no"},
		{"DATA", hangUp, provider.NotTaken, "", ""},
		{".", "451 4.7.1 later", provider.NotTaken, "451", "The mail server refused the mail: 451 4.7.1 later"},
		{".", "554 5.7.1 spam", provider.Refused, "554", "The mail server refused the mail: 554 5.7.1 spam"},
		{".", hangUp, provider.Unknown, "", ""},
		{".", silence, provider.Unknown, "", "The mail server gave no answer to the mail: the time allowed was over"},
		{".", "25", provider.Unknown, "", ""},
		{"QUIT", silence, provider.Accepted, "", ""},
		{"QUIT", hangUp, provider.Accepted, "", ""},
	} {
		t.Run(c.step+" "+c.says, func(t *testing.T) {
			t.Parallel()
			got := send(t, &server{script: map[string]string{c.step: c.says}}, `,"tls":"none"`, aMail())
			require.Equal(t, c.class, got.Class, got.Reason)
			require.Equal(t, c.code, got.Code)
			if c.reason != "" {
				require.Equal(t, c.reason, got.Reason)
			}
			if c.class != provider.Accepted {
				require.NotEmpty(t, got.Reason)
			}
		})
	}
}

// A mail that broke off must not be ended by a dot: the server would take the
// half of it.
func TestABrokenMailIsNotEnded(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	sent, given := make(chan []byte, 1), make(chan struct{})
	go func() { // takes the commands, and of the mail nothing until the sender has given up
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		in := bufio.NewReader(conn)
		_, _ = io.WriteString(conn, "220 hi\r\n")
		for _, answer := range []string{"250 hi", "250 ok", "250 ok", "354 go"} {
			_, _ = in.ReadString('\n')
			_, _ = io.WriteString(conn, answer+"\r\n")
		}
		<-given
		rest, _ := io.ReadAll(in)
		sent <- rest
	}()
	large := built{from: "a@acme.example", to: "b@example.com", raw: bytes.Repeat([]byte("larger than all buffers on its way\r\n"), 1<<19)}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	cfg := Config{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: None}
	got := New(nil, nil, nil).sendSMTP(ctx, cfg, "", large)
	close(given)
	require.Equal(t, provider.NotTaken, got.Class, got.Reason)
	rest := <-sent
	require.Greater(t, len(rest), 1<<16, "the mail was to break off in its middle")
	require.NotContains(t, string(rest), "\r\n.\r\n")
}

func TestAnSMTPServerThatIsNotThere(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	require.NoError(t, l.Close())
	require.Equal(t, provider.NotTaken, New(nil, nil, nil).Send(t.Context(), settings("127.0.0.1", port, ""), aMail()).Class)
	require.Equal(t, provider.NotTaken, New(nil, nil, nil).Send(t.Context(), settings("nowhere.invalid", 25, ""), aMail()).Class)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.Equal(t, provider.NotTaken, New(nil, nil, nil).Send(ctx, settings("127.0.0.1", port, ""), aMail()).Class)
}

func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates, MinVersion: tls.VersionTLS12}, roots
}

func TestTheConnectionIsProtectedAsConfigured(t *testing.T) {
	t.Parallel()
	own, roots := certificate(t)
	trusting := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	const offers = "250-mx.example\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS"
	for _, c := range []struct {
		name   string
		server *server
		more   string
		client *tls.Config
		class  provider.Class
		mails  int
	}{
		{"starttls", &server{tls: own, script: map[string]string{"EHLO": offers}}, `,"tls":"starttls","username":"u"`, trusting, provider.Accepted, 1},
		{"starttls is the default", &server{tls: own, script: map[string]string{"EHLO": offers}}, `,"username":"u"`, trusting, provider.Accepted, 1},
		{"starttls not offered is not done without", &server{}, `,"tls":"starttls"`, trusting, provider.NotTaken, 0},
		{"starttls with a stranger's certificate", &server{tls: own, script: map[string]string{"EHLO": offers}}, `,"tls":"starttls"`, nil, provider.NotTaken, 0},
		{"tls", &server{tls: own, atOnce: true, script: map[string]string{"EHLO": offers}}, `,"tls":"tls","username":"u"`, trusting, provider.Accepted, 1},
		{"tls with a stranger's certificate", &server{tls: own, atOnce: true}, `,"tls":"tls"`, nil, provider.NotTaken, 0},
		{"none sends no password in the clear", &server{script: map[string]string{"EHLO": offers}}, `,"tls":"none","username":"u"`, trusting, provider.NotTaken, 0},
		{"a wrong password", &server{tls: own, script: map[string]string{"EHLO": offers, "AUTH": "535 5.7.8 bad credentials"}}, `,"username":"u"`, trusting, provider.Refused, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			host, port := c.server.start(t)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			got := New(nil, nil, c.client).Send(ctx, settings(host, port, c.more), aMail())
			require.Equal(t, c.class, got.Class, got.Reason)
			require.NotContains(t, got.Reason, "smtp-password")
			<-c.server.done
			require.Len(t, c.server.mails, c.mails)
			for _, line := range c.server.lines {
				require.NotContains(t, line, "smtp-password")
			}
		})
	}
}

func TestInternationalAddressesNeedAServerThatKnowsThem(t *testing.T) {
	t.Parallel()
	mail := aMail()
	mail.To = "आशा@उदाहरण.भारत"
	require.Equal(t, provider.Refused, send(t, &server{}, `,"tls":"none"`, mail).Class)
	s := &server{script: map[string]string{"EHLO": "250-mx.example\r\n250-8BITMIME\r\n250 SMTPUTF8"}}
	require.Equal(t, provider.Accepted, send(t, s, `,"tls":"none"`, mail).Class)
	<-s.done
	require.Contains(t, s.lines[1], "SMTPUTF8")
	require.Equal(t, "RCPT TO:<आशा@xn--p1b6ci4b4b3a.xn--h2brj9c>", s.lines[2])
}

func TestSettingsThatCannotWorkAreRefusedUntried(t *testing.T) {
	t.Parallel()
	for _, config := range []string{
		``, `[`, `{}`, `{"mode":"pigeon"}`, `{"mode":"ses"}`, `{"mode":"smtp"}`, `{"mode":"smtp","host":"a b"}`,
		`{"mode":"smtp","host":"127.0.0.1","tls":"maybe"}`, `{"mode":"smtp","host":"127.0.0.1","port":99999}`,
	} {
		got := New(nil, nil, nil).Send(t.Context(), provider.Credentials{Config: json.RawMessage(config)}, aMail())
		require.Equal(t, provider.Refused, got.Class, config)
	}
	bad := aMail()
	bad.To = "nobody"
	got := New(nil, nil, nil).Send(t.Context(), settings("127.0.0.1", 1, ""), bad)
	require.Equal(t, provider.Answer{Class: provider.Refused, Reason: "The mail could not be made: receiver address: it is not valid"}, got)
}
