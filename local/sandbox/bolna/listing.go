package bolna

import (
	"net/url"
	"strconv"
	"time"
)

// listing is the query of GET /v2/agent/{agent_id}/executions.
type listing struct {
	page, size               int
	status, callType, source string
	voicemail                *bool
	batch                    string
	from, to                 time.Time
}

const (
	defaultPageSize = 20
	maxPageSize     = 50
)

// parseListing says in problem what Bolna would refuse.
func parseListing(v url.Values) (q listing, problem string) {
	var ok bool
	if q.page, ok = positive(v.Get("page_number"), 1); !ok {
		return q, "page_number must be at least 1"
	}
	if q.size, ok = positive(v.Get("page_size"), defaultPageSize); !ok || q.size > maxPageSize {
		return q, "page_size must be between 1 and 50"
	}
	if raw := v.Get("answered_by_voice_mail"); raw != "" {
		b, err := strconv.ParseBool(raw)
		if err != nil {
			return q, "answered_by_voice_mail must be a boolean"
		}
		q.voicemail = &b
	}
	for name, at := range map[string]*time.Time{"from": &q.from, "to": &q.to} {
		raw := v.Get(name)
		if raw == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, raw)
		if err != nil {
			return q, name + " must be a UTC datetime in ISO 8601"
		}
		*at = t
	}
	q.status, q.callType, q.source, q.batch = v.Get("status"), v.Get("call_type"), v.Get("provider"), v.Get("batch_id")
	return q, ""
}

// wants says whether the call passes the filters; from and to are about
// created_at and include their ends.
func (q listing) wants(c *call) bool {
	switch {
	case q.status != "" && q.status != c.now.status,
		q.callType != "" && q.callType != "outbound",
		q.source != "" && q.source != telephonyProvider,
		q.batch != "",
		q.voicemail != nil && *q.voicemail != c.now.voicemail,
		!q.from.IsZero() && c.created.Before(q.from),
		!q.to.IsZero() && c.created.After(q.to):
		return false
	}
	return true
}

// positive reads a query parameter of at least 1; "" gives fallback.
func positive(raw string, fallback int) (int, bool) {
	if raw == "" {
		return fallback, true
	}
	n, err := strconv.ParseInt(raw, 10, 32)
	return int(n), err == nil && n >= 1
}
