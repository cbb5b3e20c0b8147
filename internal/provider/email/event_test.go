package email

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/provider"
)

// Shapes of "Examples of event data that Amazon SES publishes to Amazon SNS"
// in the Amazon SES developer guide.
func TestEventsOfSESSayHowAMailFared(t *testing.T) {
	t.Parallel()
	mail := `"mail":{"messageId":"EXAMPLE7c191be45","destination":["asha@example.com"],"tags":{"ses:configuration-set":["flows"],"aef_message_id":["` + ours + `"]}}`
	id := uuid.MustParse(ours)
	for name, c := range map[string]struct {
		body string
		want provider.MailReport
	}{
		"send":     {`{"eventType":"Send",` + mail + `,"send":{}}`, provider.MailReport{Status: provider.MailSent}},
		"delivery": {`{"eventType":"Delivery",` + mail + `,"delivery":{"smtpResponse":"250 ok"}}`, provider.MailReport{Status: provider.MailDelivered}},
		"a permanent bounce": {
			`{"eventType":"Bounce",` + mail + `,"bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"asha@example.com","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]}}`,
			provider.MailReport{Status: provider.MailFailed, Code: "permanent", Reason: "the mail came back: smtp; 550 5.1.1 user unknown", Dead: []string{"asha@example.com"}},
		},
		"a transient bounce": {
			`{"eventType":"Bounce",` + mail + `,"bounce":{"bounceType":"Transient","bounceSubType":"MailboxFull","bouncedRecipients":[{"emailAddress":"asha@example.com"}]}}`,
			provider.MailReport{Status: provider.MailFailed, Code: "transient", Reason: "the mail came back: mailboxfull"},
		},
		"a complaint": {
			`{"eventType":"Complaint",` + mail + `,"complaint":{"complainedRecipients":[{"emailAddress":"asha@example.com"}],"complaintFeedbackType":"abuse"}}`,
			provider.MailReport{Status: provider.MailComplained, Reason: "the receiver marked the mail as spam", Refusing: []string{"asha@example.com"}},
		},
		"a complaint, told the older way": {
			`{"notificationType":"Complaint",` + mail + `,"complaint":{"complainedRecipients":[{"emailAddress":"asha@example.com"}]}}`,
			provider.MailReport{Status: provider.MailComplained, Reason: "the receiver marked the mail as spam", Refusing: []string{"asha@example.com"}},
		},
		"a reject": {
			`{"eventType":"Reject",` + mail + `,"reject":{"reason":"Bad content"}}`,
			provider.MailReport{Status: provider.MailFailed, Code: "reject", Reason: "Amazon SES rejected the mail: Bad content"},
		},
		"a rendering failure": {
			`{"eventType":"Rendering Failure",` + mail + `,"failure":{"errorMessage":"Attribute 'x' is not present"}}`,
			provider.MailReport{Status: provider.MailFailed, Code: "rendering", Reason: "Attribute 'x' is not present"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.want.OurID, c.want.ProviderID = id, "EXAMPLE7c191be45"
			report, is, err := (&Mailer{}).Report([]byte(c.body))
			require.NoError(t, err)
			require.True(t, is)
			require.Equal(t, c.want, report)
		})
	}
	// What is missing, new or odd costs nothing of the rest.
	for body, want := range map[string]provider.MailReport{
		`{"eventType":"Delivery","mail":{"messageId":"E","tags":{"aef_message_id":["` + ours + `"],"odd":7},"headers":"x"},"delivery":[1],"unheard_of":{}}`:     {ProviderID: "E", OurID: id, Status: provider.MailDelivered},
		`{"eventType":"Delivery","mail":{"messageId":"E","tags":null}}`:                                                                                         {ProviderID: "E", Status: provider.MailDelivered},
		`{"eventType":"Delivery","mail":{"messageId":"E","tags":{"aef_message_id":"x"}}}`:                                                                       {ProviderID: "E", Status: provider.MailDelivered},
		`{"eventType":"Bounce","mail":{"messageId":"E"},"bounce":null}`:                                                                                         {ProviderID: "E", Status: provider.MailFailed, Reason: "the mail came back"},
		`{"eventType":"Bounce","mail":{"messageId":"E"},"bounce":{"bounceType":"Permanent","bouncedRecipients":[7,{"emailAddress":"a@b.example","status":5}]}}`: {ProviderID: "E", Status: provider.MailFailed, Code: "permanent", Reason: "the mail came back", Dead: []string{"a@b.example"}},
		`{"eventType":"Complaint","mail":{"messageId":"E"},"complaint":{"complainedRecipients":"x"}}`:                                                           {ProviderID: "E", Status: provider.MailComplained, Reason: "the receiver marked the mail as spam"},
	} {
		report, is, err := (&Mailer{}).Report([]byte(body))
		require.NoError(t, err, body)
		require.True(t, is, body)
		require.Equal(t, want, report, body)
	}
	for _, body := range []string{`{"eventType":"Open",` + mail + `}`, `{"eventType":"DeliveryDelay",` + mail + `}`, `{}`} {
		_, is, err := (&Mailer{}).Report([]byte(body))
		require.NoError(t, err)
		require.False(t, is)
	}
	_, _, err := (&Mailer{}).Report([]byte(`[`))
	require.Error(t, err)
}
