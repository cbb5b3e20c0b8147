package email

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/provider"
)

func sesMailer(endpoint string) *Mailer {
	api := sesv2.New(sesv2.Options{
		Region: "ap-south-1", BaseEndpoint: &endpoint,
		Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider("AKID", "SECRET", "")),
	})
	return New(api, provider.NewHTTPClient(nil), nil)
}

var sesCred = provider.Credentials{Config: json.RawMessage(`{"mode":"ses","from":"hello@acme.example","from_name":"Acme","configuration_set":"aef"}`)}

// Amazon SES API v2 reference, SendEmail: POST /v2/email/outbound-emails.
func TestSESSendsTheRawMessageWithOurTag(t *testing.T) {
	t.Parallel()
	var target string
	var sent struct {
		FromEmailAddress     string `json:"FromEmailAddress"`
		ConfigurationSetName string `json:"ConfigurationSetName"`
		Destination          struct {
			ToAddresses []string `json:"ToAddresses"`
		} `json:"Destination"`
		EmailTags []struct {
			Name  string `json:"Name"`
			Value string `json:"Value"`
		} `json:"EmailTags"`
		Content struct {
			Raw struct {
				Data []byte `json:"Data"`
			} `json:"Raw"`
		} `json:"Content"`
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		target = r.Method + " " + r.URL.Path
		_ = json.NewDecoder(r.Body).Decode(&sent)
		_, _ = io.WriteString(w, `{"MessageId":"010001823456-abc"}`)
	}))
	defer s.Close()
	mail := aMail()
	mail.From, mail.FromName = "", ""
	got := sesMailer(s.URL).Send(t.Context(), sesCred, mail)
	require.Equal(t, provider.Answer{Class: provider.Accepted, ProviderID: "010001823456-abc"}, got)
	require.Equal(t, "POST /v2/email/outbound-emails", target)
	require.Equal(t, "hello@acme.example", sent.FromEmailAddress)
	require.Equal(t, "aef", sent.ConfigurationSetName)
	require.Equal(t, []string{"asha@example.com"}, sent.Destination.ToAddresses)
	require.Len(t, sent.EmailTags, 1)
	require.Equal(t, MessageIDTag, sent.EmailTags[0].Name)
	require.Equal(t, ours, sent.EmailTags[0].Value)
	require.Contains(t, string(sent.Content.Raw.Data), "From: \"Acme\" <hello@acme.example>\r\n")
	require.Contains(t, string(sent.Content.Raw.Data), "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
}

// Amazon SES API v2 reference: "SendEmail", Errors, and "Common Error Types".
func TestWhatAnSESAnswerProves(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status     int
		kind, body string
		class      provider.Class
		code       string
		reason     string
	}{
		{429, "TooManyRequestsException", `{"message":"Too many"}`, provider.NotTaken, "TooManyRequestsException", "TooManyRequestsException: Too many"},
		{400, "ThrottlingException", `{"message":"Maximum sending rate exceeded."}`, provider.NotTaken, "ThrottlingException", ""},
		{400, "MessageRejected", `{"message":"Email address is not verified."}`, provider.Refused, "MessageRejected", "MessageRejected: Email address is not verified."},
		{400, "MailFromDomainNotVerifiedException", `{}`, provider.Refused, "MailFromDomainNotVerifiedException", ""},
		{400, "SendingPausedException", `{}`, provider.Refused, "SendingPausedException", ""},
		{403, "AccessDeniedException", `{"message":"no"}`, provider.Refused, "AccessDeniedException", ""},
		{404, "NotFoundException", `{}`, provider.Refused, "NotFoundException", ""},
		{408, "RequestTimeout", `{}`, provider.Unknown, "RequestTimeout", ""},
		{500, "InternalServiceErrorException", `{}`, provider.Unknown, "InternalServiceErrorException", ""},
		{503, "ThrottlingException", `{}`, provider.Unknown, "ThrottlingException", ""},
		{200, "", `{"MessageId":`, provider.Unknown, "200", ""},
		{200, "", `{}`, provider.Unknown, "", ""},
	} {
		requests := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			requests++
			w.Header().Set("X-Amzn-Errortype", c.kind)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		}))
		got := sesMailer(s.URL).Send(t.Context(), sesCred, aMail())
		s.Close()
		require.Equal(t, c.class, got.Class, "%d %s: %s", c.status, c.kind, got.Reason)
		require.Equal(t, c.code, got.Code, "%d %s", c.status, c.kind)
		if c.reason != "" {
			require.Equal(t, c.reason, got.Reason)
		}
		require.Equal(t, 1, requests, "SES is asked once")
	}
}

func TestSESOutOfReach(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.Equal(t, provider.NotTaken, sesMailer("http://"+l.Addr().String()).Send(t.Context(), sesCred, aMail()).Class)

	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	require.Equal(t, provider.Unknown, sesMailer(s.URL).Send(ctx, sesCred, aMail()).Class)
}

func TestSESWithoutAsciiAddressIsRefused(t *testing.T) {
	t.Parallel()
	mail := aMail()
	mail.To = "आशा@example.com"
	require.Equal(t, provider.Refused, sesMailer("http://127.0.0.1:1").Send(t.Context(), sesCred, mail).Class)
}
