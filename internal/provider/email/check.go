package email

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/wneessen/go-mail/smtp"

	"github.com/auto-engagement/flows/internal/provider"
)

var _ provider.MailChecker = (*Mailer)(nil)

// TenantTag is the tag of an SES identity by which the operator says whose it
// is: ids of tenants, parted by spaces, or `all`.
const TenantTag = "tenant_id"

// CheckMail implements provider.MailChecker. Nothing is sent.
func (m *Mailer) CheckMail(ctx context.Context, cred provider.Credentials) (string, error) {
	var cfg Config
	if err := json.Unmarshal(cred.Config, &cfg); err != nil {
		return "", no("The e-mail settings of this account are not valid")
	}
	from, err := address(cfg.From)
	if err != nil {
		return "", no("The sender address is not valid: " + err.Error())
	}
	if cfg.Mode == SES {
		identity, _, err := m.identity(ctx, from)
		if err != nil {
			return "", err
		}
		return "Amazon SES sends from " + identity, nil
	}
	found := "The mail server accepts the connection; it is used without login"
	if cfg.Username != "" {
		found = "The mail server accepts the login"
	}
	return found, m.login(ctx, cfg, cred.Secret)
}

// login connects to the SMTP server and takes leave.
func (m *Mailer) login(ctx context.Context, cfg Config, password string) error {
	answer := m.session(ctx, cfg, password, func(_ context.Context, session *smtp.Client) provider.Answer {
		// A server that hangs up now has accepted the login too.
		_ = session.Quit()
		return provider.Answer{Class: provider.Accepted}
	})
	if answer.Class == provider.Accepted {
		return nil
	}
	return asked(answer)
}

// SenderTenants implements provider.MailChecker.
func (m *Mailer) SenderTenants(ctx context.Context, from string) ([]string, error) {
	from, err := address(from)
	if err != nil {
		return nil, no("The sender address is not valid: " + err.Error())
	}
	_, tags, err := m.identity(ctx, from)
	if err != nil {
		return nil, err
	}
	for _, tag := range tags {
		if aws.ToString(tag.Key) == TenantTag {
			return strings.Fields(aws.ToString(tag.Value)), nil
		}
	}
	return nil, nil
}

// identity finds the verified SES identity by which an address may send: its
// own, its domain's, or that of a domain above (Amazon SES developer guide,
// "Creating and verifying identities": a domain's covers its subdomains).
func (m *Mailer) identity(ctx context.Context, from string) (string, []types.Tag, error) {
	if m.ses == nil {
		return "", nil, no("Sending by Amazon SES is not set up")
	}
	domain := from[strings.LastIndexByte(from, '@')+1:]
	names := []string{from}
	for rest := domain; strings.Contains(rest, "."); _, rest, _ = strings.Cut(rest, ".") {
		names = append(names, rest)
	}
	for _, name := range names {
		out, err := m.readIdentity(ctx, name)
		if err != nil {
			return "", nil, err
		}
		if out != nil && out.VerifiedForSendingStatus {
			return name, out.Tags, nil
		}
	}
	return "", nil, no("Amazon SES has no verified identity for " + domain)
}

// readIdentity is nil for an identity that is not there.
func (m *Mailer) readIdentity(ctx context.Context, name string) (*sesv2.GetEmailIdentityOutput, error) {
	traced, proof := provider.Trace(ctx)
	out, err := m.ses.GetEmailIdentity(traced, &sesv2.GetEmailIdentityInput{EmailIdentity: &name}, func(o *sesv2.Options) {
		o.Retryer = aws.NopRetryer{}
		if m.client != nil {
			o.HTTPClient = m.client
		}
	})
	if _, missing := errors.AsType[*types.NotFoundException](err); missing {
		return nil, nil
	}
	if err != nil {
		return nil, asked(judgeSES(err, proof))
	}
	return out, nil
}

// no is the error of settings that cannot work.
func no(reason string) error {
	return &provider.QuestionError{Status: http.StatusBadRequest, Reason: reason}
}

// asked is the error that an answer to a question comes to.
func asked(a provider.Answer) error {
	e := &provider.QuestionError{Reason: a.Reason, RetryAfter: a.RetryAfter}
	if a.Class == provider.Refused {
		e.Status = http.StatusBadRequest
	}
	return e
}

// session connects and logs in, and lets use do the rest; the connection ends
// with it. What fails before use is told as an Answer.
func (m *Mailer) session(ctx context.Context, cfg Config, password string, use func(context.Context, *smtp.Client) provider.Answer) provider.Answer {
	until := time.Now().Add(defaultTimeout)
	if deadline, ok := ctx.Deadline(); ok {
		until = deadline
	}
	if ctx.Err() != nil || !time.Now().Before(until) {
		return provider.Answer{Class: provider.NotTaken, Reason: "The time allowed was over before the mail server was asked"}
	}
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	conn := &line{until: until, control: m.control}
	client, err := m.smtpClient(cfg, password, conn)
	if err != nil {
		return refuse("The e-mail settings of this account are not valid: " + provider.Clean(err.Error(), password))
	}
	defer conn.close()
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return beforeTheDot(ctx, "The mail server could not be used", err, password)
	}
	stop := context.AfterFunc(ctx, conn.close)
	defer stop()
	return use(ctx, session)
}
