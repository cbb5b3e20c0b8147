package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// maxReason bounds a reason, in characters.
	maxReason = 500
	// maxRetryAfter bounds what a provider may ask us to wait.
	maxRetryAfter = 24 * time.Hour
)

// Answer classifies a reply that was not accepted. A 2xx is Unknown here: who
// knows the provider's language looks for an acceptance first, and comes here
// when there is none to be read.
//
// A redirect is Unknown too. It is not followed, and it proves nothing: 303 is
// what a server says after it has done what was asked, 301 what one says that
// has done nothing. Calling it refused could call a message failed that was
// sent; neither class ever sends again.
func (r Reply) Answer() Answer {
	switch {
	case r.unsendable:
		return Answer{Class: Refused, Reason: r.clean("The request could not be made: " + r.trouble())}
	case r.Untouched:
		return Answer{Class: NotTaken, Reason: r.clean("The provider could not be reached: " + r.trouble())}
	case r.Status == 0:
		return Answer{Class: Unknown, Reason: r.clean("No answer from the provider: " + r.trouble())}
	}
	a := Answer{Class: Unknown, Code: strconv.Itoa(r.Status), Reason: r.refusal(Words(r.Body))}
	switch {
	case r.Status == http.StatusTooManyRequests:
		a.Class, a.RetryAfter = NotTaken, RetryAfter(r.Header, time.Now())
	case r.Status == http.StatusRequestTimeout:
	case r.Status >= 400 && r.Status < 500:
		a.Class = Refused
	case r.Status >= 200 && r.Status < 300 && r.Err != nil:
		a.Reason = r.clean("The provider's answer broke off: " + r.trouble())
	case r.Status >= 200 && r.Status < 300:
		a.Reason = "The provider's answer could not be understood"
	}
	return a
}

// refusal is a sentence of the status and the provider's words.
func (r Reply) refusal(words string) string {
	if words == "" {
		words = http.StatusText(r.Status)
	}
	return r.clean(fmt.Sprintf("HTTP %d: %s", r.Status, words))
}

func (r Reply) trouble() string { return Trouble(r.Err, r.secret) }

// Trouble says in a few words why there was no answer. It repeats neither URLs
// nor addresses, which may hold what is nobody's business, nor the secrets.
func Trouble(err error, secrets ...string) string {
	if inURL, ok := errors.AsType[*url.Error](err); ok {
		err = inURL.Err
	}
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case err == nil:
		return "no answer"
	case errors.As(err, &dns) && !dns.IsTimeout:
		return "its name could not be resolved"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "the time allowed was over"
	case errors.Is(err, context.Canceled):
		return "the request was given up"
	case errors.As(err, &op):
		err = op.Err
	}
	return Clean(err.Error(), secrets...)
}

func (r Reply) clean(s string) string { return Clean(s, r.secret) }

// Clean makes a provider's words fit to be stored and shown: one line of valid
// UTF-8, at most 500 characters, without the secrets.
func Clean(s string, secrets ...string) string {
	for _, secret := range secrets {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "[secret]")
		}
	}
	s = strings.ToValidUTF8(s, "")
	s = strings.Join(strings.FieldsFunc(s, func(c rune) bool {
		return unicode.IsSpace(c) || unicode.IsControl(c)
	}), " ")
	if utf8.RuneCountInString(s) > maxReason {
		s = string([]rune(s)[:maxReason-1]) + "…"
	}
	return s
}

// Words finds the sentence for people in the usual shapes of error bodies:
// {"message"}, {"error":"…"}, {"error":{"message"}}, {"detail":"…"},
// {"detail":[{"msg"}]}, {"errors":[{"message"}]}. "" when there is none; a
// page of HTML is none.
func Words(body []byte) string {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return ""
	}
	return words(v, 0)
}

func words(v any, depth int) string {
	if depth > 3 {
		return ""
	}
	switch v := v.(type) {
	case string:
		return v
	case []any:
		for _, item := range v {
			if s := words(item, depth+1); s != "" {
				return s
			}
		}
	case map[string]any:
		for _, key := range []string{"message", "msg", "error_message", "detail", "error", "errors", "title"} {
			if s := words(v[key], depth+1); s != "" {
				return s
			}
		}
	}
	return ""
}

// RetryAfter reads the header of RFC 9110, section 10.2.3: seconds, or a date,
// which is compared with the answer's own Date when it has one. 0 when absent
// or past, 24 hours at most.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0
	}
	var wait time.Duration
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		if !(seconds > 0) {
			return 0
		}
		if seconds > maxRetryAfter.Seconds() {
			return maxRetryAfter
		}
		wait = time.Duration(seconds * float64(time.Second))
	} else if at, err := http.ParseTime(value); err == nil {
		if date, err := http.ParseTime(h.Get("Date")); err == nil {
			now = date
		}
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}
