package email

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/provider"
)

// event is an event of Amazon SES as it is published to SNS. Source: "Contents
// of event data that Amazon SES publishes to Amazon SNS". Feedback
// notifications, the older way, call eventType notificationType.
type event struct {
	EventType        string `json:"eventType"`
	NotificationType string `json:"notificationType"`
	Mail             struct {
		MessageID string              `json:"messageId"`
		Tags      map[string][]string `json:"tags"`
	} `json:"mail"`
	Bounce struct {
		BounceType        string      `json:"bounceType"`
		BounceSubType     string      `json:"bounceSubType"`
		BouncedRecipients []recipient `json:"bouncedRecipients"`
	} `json:"bounce"`
	Complaint struct {
		ComplainedRecipients  []recipient `json:"complainedRecipients"`
		ComplaintFeedbackType string      `json:"complaintFeedbackType"`
	} `json:"complaint"`
	Reject struct {
		Reason string `json:"reason"`
	} `json:"reject"`
	Failure struct {
		ErrorMessage string `json:"errorMessage"`
	} `json:"failure"`
}

type recipient struct {
	EmailAddress   string `json:"emailAddress"`
	DiagnosticCode string `json:"diagnosticCode"`
}

// Report reads one event of Amazon SES, and says false of those that tell
// nothing of a mail's fate: opens, clicks, delays.
func (m *Mailer) Report(body []byte) (report provider.MailReport, is bool, err error) {
	var e event
	if err := provider.Decode(body, &e); err != nil {
		return report, false, fmt.Errorf("read an event of Amazon SES: %w", err)
	}
	report.ProviderID = e.Mail.MessageID
	if tags := e.Mail.Tags[MessageIDTag]; len(tags) == 1 {
		report.OurID, _ = uuid.Parse(tags[0]) // zero when it is not ours
	}
	kind := e.EventType
	if kind == "" {
		kind = e.NotificationType
	}
	switch kind {
	case "Send":
		report.Status = provider.MailSent
	case "Delivery":
		report.Status = provider.MailDelivered
	case "Bounce":
		bounced(&report, e)
	case "Complaint":
		report.Status = provider.MailComplained
		report.Reason = "the receiver marked the mail as spam"
		report.Refusing = addresses(e.Complaint.ComplainedRecipients)
	case "Reject":
		report.Status, report.Code = provider.MailFailed, "reject"
		report.Reason = "Amazon SES rejected the mail: " + provider.Clean(e.Reject.Reason)
	case "Rendering Failure":
		report.Status, report.Code = provider.MailFailed, "rendering"
		report.Reason = provider.Clean(e.Failure.ErrorMessage)
	default:
		return report, false, nil
	}
	return report, true, nil
}

// bounced fills in what a bounce means: a permanent one is about the address,
// any other about this mail alone.
func bounced(report *provider.MailReport, e event) {
	report.Status, report.Code = provider.MailFailed, strings.ToLower(e.Bounce.BounceType)
	report.Reason = "the mail came back"
	words := strings.ToLower(e.Bounce.BounceSubType)
	if len(e.Bounce.BouncedRecipients) > 0 {
		words = cmp.Or(provider.Clean(e.Bounce.BouncedRecipients[0].DiagnosticCode), words)
	}
	if words != "" {
		report.Reason += ": " + words
	}
	if e.Bounce.BounceType == "Permanent" {
		report.Dead = addresses(e.Bounce.BouncedRecipients)
	}
}

func addresses(list []recipient) []string {
	var out []string
	for _, r := range list {
		if r.EmailAddress != "" {
			out = append(out, r.EmailAddress)
		}
	}
	return out
}
