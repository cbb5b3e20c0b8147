package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

// again is the lead's person asking once more.
func again(l lead) lead {
	l.ID += "-again"
	return l
}

func TestWhoeverUnsubscribesByTheMailsOwnLinkGetsNoMoreMail(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	n.flow(t, "Mail", object{"reentry_minutes": 0}, n.mail())
	l := n.lead("99")
	s.put(t, l)
	s.comesTo(t, l, flow.ExecutionCompleted, "1 email success")

	// The mail as its receiver's program sees it.
	var mail struct {
		Headers map[string][]string `json:"headers"`
		Text    string              `json:"text"`
		HTML    string              `json:"html"`
	}
	mails := s.mails(t, l.Email)
	require.Len(t, mails, 1)
	mails[0].read(t, &mail)
	require.Equal(t, []string{"List-Unsubscribe=One-Click"}, mail.Headers["List-Unsubscribe-Post"])
	link := strings.Trim(mail.Headers["List-Unsubscribe"][0], "<>")
	require.Contains(t, mail.Text, "Unsubscribe: "+link)
	require.Contains(t, mail.HTML, `<a href="`+link+`"`)
	path, ours := strings.CutPrefix(link, s.address.API)
	require.True(t, ours, link)

	page := s.send(t, "", http.MethodGet, path, nil)
	require.Equal(t, http.StatusOK, page.Status)
	require.Contains(t, page.Text, `<form method="post">`)
	require.Zero(t, s.count(t, "select count(*) from suppressions where tenant_id = $1", n.id), "looking is not asking")
	require.Equal(t, http.StatusNotFound, s.send(t, "", http.MethodPost, path[:len(path)-2]+"xx", nil).Status)

	done := s.send(t, "", http.MethodPost, path, nil)
	require.Equal(t, http.StatusOK, done.Status, done.Text)
	require.Contains(t, done.Text, "You are unsubscribed")
	next := again(l)
	s.put(t, next)
	s.comesTo(t, next, flow.ExecutionSkipped, "1 email skipped")
	require.Equal(t, reached{Mails: 1}, s.reached(t, l))
}

func TestWhoeverWritesStopIsNeitherWrittenToNorCalled(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	n.flow(t, "Write and call", object{"reentry_minutes": 0}, n.message(), n.call(), n.mail())
	l := n.lead("00")
	s.put(t, l)
	s.comesTo(t, l, flow.ExecutionCompleted, "1 whatsapp_message success", "2 ai_call success answered", "3 email success")

	s.sandbox(t, http.MethodPost, "/whatsapp/inbound", object{"phone_number_id": n.sender, "from": l.Phone, "name": "Asha", "text": "Stop please"}, nil)
	wait(t, soon, "the number is suppressed", func() (struct{}, string) {
		if s.count(t, "select count(*) from suppressions where tenant_id = $1 and value = $2", n.id, l.Phone) < 2 {
			return struct{}{}, "not yet"
		}
		return struct{}{}, ""
	})
	next := again(l)
	s.put(t, next)
	s.comesTo(t, next, flow.ExecutionCompleted, "1 whatsapp_message skipped", "2 ai_call skipped", "3 email success")
	require.Equal(t, reached{Calls: 1, Messages: 1, Mails: 2}, s.reached(t, l))
}
