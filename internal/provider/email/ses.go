package email

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/provider"
)

// MessageIDTag is the e-mail tag that carries our id, so that SES events can
// be told to whom they belong.
const MessageIDTag = "aef_message_id"

// sendSES sends the raw message with SendEmail, once: the SDK's own retries
// are off.
func (m *Mailer) sendSES(ctx context.Context, cfg Config, id uuid.UUID, b built) provider.Answer {
	if m.ses == nil {
		return refuse("Sending by Amazon SES is not set up")
	}
	if !isASCII(b.from) || !isASCII(b.to) {
		return refuse("Amazon SES does not deliver to addresses with letters outside ASCII before the @")
	}
	in := &sesv2.SendEmailInput{
		FromEmailAddress: &b.from,
		Destination:      &types.Destination{ToAddresses: []string{b.to}},
		Content:          &types.EmailContent{Raw: &types.RawMessage{Data: b.raw}},
		EmailTags:        []types.MessageTag{{Name: aws.String(MessageIDTag), Value: aws.String(id.String())}},
	}
	if cfg.ConfigurationSet != "" {
		in.ConfigurationSetName = &cfg.ConfigurationSet
	}
	traced, proof := provider.Trace(ctx)
	out, err := m.ses.SendEmail(traced, in, func(o *sesv2.Options) {
		o.Retryer = aws.NopRetryer{}
		if m.client != nil {
			o.HTTPClient = m.client
		}
	})
	if err != nil {
		return judgeSES(err, proof)
	}
	if out.MessageId == nil || *out.MessageId == "" {
		return provider.Answer{Class: provider.Unknown, Reason: "Amazon SES gave the mail no id"}
	}
	return provider.Answer{Class: provider.Accepted, ProviderID: *out.MessageId}
}

// throttled are the error codes by which SES says: not now.
var throttled = map[string]bool{
	"TooManyRequestsException": true, "ThrottlingException": true, "Throttling": true, "RequestThrottled": true,
	"RequestThrottledException": true, "SlowDown": true, "RequestLimitExceeded": true, "PriorRequestNotComplete": true,
}

// judgeSES classifies a failure of SendEmail.
func judgeSES(err error, proof *provider.Proof) provider.Answer {
	a := provider.Answer{Class: provider.Unknown, Reason: "Amazon SES gave no answer that could be read"}
	var answer *awshttp.ResponseError
	if !errors.As(err, &answer) || answer.HTTPStatusCode() == 0 {
		if proof.NothingWritten() {
			return provider.Answer{Class: provider.NotTaken, Reason: "Amazon SES could not be reached"}
		}
		return a
	}
	status := answer.HTTPStatusCode()
	a.Code = strconv.Itoa(status)
	var told smithy.APIError
	if errors.As(err, &told) && told.ErrorCode() != "" && status >= 400 {
		a.Code, a.Reason = told.ErrorCode(), provider.Clean(told.ErrorCode()+": "+told.ErrorMessage())
	}
	switch {
	case status == http.StatusTooManyRequests || (status < 500 && throttled[a.Code]):
		a.Class = provider.NotTaken
		if answer.Response != nil && answer.Response.Response != nil {
			a.RetryAfter = provider.RetryAfter(answer.Response.Header, time.Now())
		}
	case status == http.StatusRequestTimeout:
	case status >= 400 && status < 500:
		a.Class = provider.Refused
	}
	return a
}
