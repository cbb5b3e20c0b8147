package email

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	mail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"github.com/auto-engagement/flows/internal/provider"
)

// defaultTimeout bounds a delivery whose context has no deadline.
const defaultTimeout = 30 * time.Second

// sendSMTP delivers to the configured server. A mail is taken only by the
// server's answer to the dot that ends DATA: whatever fails before that dot is
// sent proves that nothing was taken, and after it only an answer proves
// anything.
func (m *Mailer) sendSMTP(ctx context.Context, cfg Config, password string, b built) provider.Answer {
	return m.session(ctx, cfg, password, func(ctx context.Context, session *smtp.Client) provider.Answer {
		answer := deliver(ctx, session, b, password)
		if answer.Class == provider.Accepted {
			// Said, not waited for. After a failure it is not even said: in a DATA
			// that was cut short, QUIT would first write the dot that must not be.
			_, _ = session.Text.Cmd("QUIT")
		}
		return answer
	})
}

// deliver runs one mail transaction.
func deliver(ctx context.Context, session *smtp.Client, b built, password string) provider.Answer {
	if utf8, _ := session.Extension("SMTPUTF8"); b.international() && !utf8 {
		return refuse("The mail server does not deliver to addresses with letters outside ASCII before the @")
	}
	if err := session.Mail("<" + b.from + ">"); err != nil {
		return beforeTheDot(ctx, "The mail server refused the sender", err, password)
	}
	if err := session.Rcpt("<" + b.to + ">"); err != nil {
		return beforeTheDot(ctx, "The mail server refused the receiver", err, password)
	}
	data, err := session.Data()
	if err != nil {
		return beforeTheDot(ctx, "The mail server refused the mail", err, password)
	}
	if _, err := data.Write(b.raw); err != nil {
		return beforeTheDot(ctx, "The connection to the mail server broke", err, password)
	}
	if err := data.Close(); err != nil {
		var answer *textproto.Error
		if errors.As(err, &answer) && answer.Code >= 400 && answer.Code < 600 {
			return beforeTheDot(ctx, "The mail server refused the mail", err, password)
		}
		return provider.Answer{Class: provider.Unknown, Reason: "The mail server gave no answer to the mail: " + trouble(ctx, err, password)}
	}
	return provider.Answer{Class: provider.Accepted, ProviderID: b.messageID}
}

// beforeTheDot judges a failure that proves that the mail was not taken. A 5xx
// is the server's last word; anything else may go better another time.
func beforeTheDot(ctx context.Context, what string, err error, password string) provider.Answer {
	a := provider.Answer{Class: provider.NotTaken, Reason: what + ": " + trouble(ctx, err, password)}
	if answer, ok := errors.AsType[*textproto.Error](err); ok {
		a.Code = strconv.Itoa(answer.Code)
		if answer.Code >= 500 && answer.Code < 600 {
			a.Class = provider.Refused
		}
	}
	return a
}

// trouble is the server's words, or what went wrong on the way.
func trouble(ctx context.Context, err error, password string) string {
	var answer *textproto.Error
	switch {
	case errors.As(err, &answer):
		return provider.Clean(fmt.Sprintf("%d %s", answer.Code, answer.Msg), password)
	case ctx.Err() != nil:
		return "the time allowed was over"
	}
	return provider.Trouble(err, password)
}

// loginsUnderTLS are the mechanisms by preference where the connection hides
// what is said; without TLS the library picks one that does not show the
// password, or gives up.
var loginsUnderTLS = []mail.SMTPAuthType{
	mail.SMTPAuthSCRAMSHA256PLUS, mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1PLUS, mail.SMTPAuthSCRAMSHA1,
	mail.SMTPAuthCramMD5, mail.SMTPAuthPlain, mail.SMTPAuthLogin,
}

// smtpClient sets up the connection; it does not connect.
func (m *Mailer) smtpClient(cfg Config, password string, conn *line) (*mail.Client, error) {
	if cfg.Host == "" || strings.ContainsAny(cfg.Host, " \r\n\t/@") {
		return nil, errors.New("no valid host")
	}
	tlsConfig := m.tls.Clone()
	tlsConfig.ServerName = cfg.Host
	options := []mail.Option{
		mail.WithTimeout(time.Until(conn.until)), mail.WithDialContextFunc(conn.dial), mail.WithTLSConfig(tlsConfig),
		mail.WithoutNoop(), mail.WithoutRset(),
	}
	port, login := 587, mail.WithOpportunisticSMTPAuth(loginsUnderTLS...)
	switch cfg.TLS {
	case StartTLS, "":
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	case TLS:
		port, conn.tls = 465, tlsConfig
		options = append(options, mail.WithSSL())
	case None:
		login = mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover)
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		return nil, errors.New("tls must be starttls, tls or none")
	}
	if cfg.Username != "" {
		options = append(options, login, mail.WithUsername(cfg.Username), mail.WithPassword(password))
	}
	return mail.NewClient(cfg.Host, append(options, mail.WithPort(cmp.Or(cfg.Port, port)))...)
}
