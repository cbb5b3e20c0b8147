// Package control serves /_sandbox: configuring, looking, injecting faults.
package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/auto-engagement/flows/local/sandbox/accounts"
	"github.com/auto-engagement/flows/local/sandbox/bolna"
	"github.com/auto-engagement/flows/local/sandbox/faults"
	"github.com/auto-engagement/flows/local/sandbox/gate"
	"github.com/auto-engagement/flows/local/sandbox/journal"
	"github.com/auto-engagement/flows/local/sandbox/whatsapp"
)

// Control holds what the endpoints look at.
type Control struct {
	Accounts *accounts.Store
	Journal  *journal.Journal
	Faults   *faults.Queue
	Bolna    *bolna.Service
	WhatsApp *whatsapp.Service
}

// Handler serves the endpoints under /_sandbox. Errors are 400 with
// {"error":"…"}.
func (c *Control) Handler() http.Handler {
	mux := http.NewServeMux()
	started := time.Now()
	mux.HandleFunc("GET /_sandbox/health", func(w http.ResponseWriter, _ *http.Request) {
		gate.JSON(w, http.StatusOK, map[string]any{"status": "ok", "uptime_seconds": int(time.Since(started).Seconds())})
	})
	mux.HandleFunc("POST /_sandbox/config", c.postConfig)
	mux.HandleFunc("GET /_sandbox/requests", c.getRequests)
	mux.HandleFunc("DELETE /_sandbox/requests", c.deleteRequests)
	mux.HandleFunc("GET /_sandbox/webhooks", c.getWebhooks)
	mux.HandleFunc("DELETE /_sandbox/webhooks", c.deleteWebhooks)
	mux.HandleFunc("GET /_sandbox/calls", func(w http.ResponseWriter, _ *http.Request) {
		gate.JSON(w, http.StatusOK, c.Bolna.Overview())
	})
	mux.HandleFunc("GET /_sandbox/faults", func(w http.ResponseWriter, _ *http.Request) {
		gate.JSON(w, http.StatusOK, map[string]any{"faults": c.Faults.List()})
	})
	mux.HandleFunc("POST /_sandbox/faults", c.postFault)
	mux.HandleFunc("DELETE /_sandbox/faults", c.deleteFaults)
	mux.HandleFunc("POST /_sandbox/whatsapp/inbound", c.postInbound)
	mux.HandleFunc("POST /_sandbox/whatsapp/verify", c.postVerify)
	mux.HandleFunc("/_sandbox/", func(w http.ResponseWriter, r *http.Request) {
		gate.JSON(w, http.StatusNotFound, problem(fmt.Errorf("there is no %s %s", r.Method, r.URL.Path)))
	})
	return mux
}

func problem(err error) any { return map[string]any{"error": err.Error()} }

func fail(w http.ResponseWriter, err error) { gate.JSON(w, http.StatusBadRequest, problem(err)) }

// read decodes a body and refuses keys that it does not know, so that a typing
// error does not pass for a setting.
func read(r *http.Request, into any) error {
	raw, err := io.ReadAll(io.LimitReader(r.Body, gate.MaxBody))
	if err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	return nil
}

func (c *Control) postConfig(w http.ResponseWriter, r *http.Request) {
	var config accounts.Config
	if err := read(r, &config); err != nil {
		fail(w, err)
		return
	}
	if err := c.Accounts.Merge(config); err != nil {
		fail(w, err)
		return
	}
	gate.JSON(w, http.StatusOK, map[string]any{"status": "ok"})
}

func (c *Control) getRequests(w http.ResponseWriter, r *http.Request) {
	q, err := parseQuery(r.URL.Query())
	if err != nil {
		fail(w, err)
		return
	}
	list := c.Journal.Requests.List(q.limit, func(e *journal.Request) bool { return q.wants(e.Provider, e.ID, e.At) })
	gate.JSON(w, http.StatusOK, map[string]any{"requests": list})
}

func (c *Control) deleteRequests(w http.ResponseWriter, r *http.Request) {
	q, err := parseQuery(r.URL.Query())
	if err != nil {
		fail(w, err)
		return
	}
	n := c.Journal.Requests.Remove(func(e *journal.Request) bool { return q.wants(e.Provider, e.ID, e.At) })
	gate.JSON(w, http.StatusOK, map[string]any{"removed": n})
}

func (c *Control) getWebhooks(w http.ResponseWriter, r *http.Request) {
	q, err := parseQuery(r.URL.Query())
	if err != nil {
		fail(w, err)
		return
	}
	list := c.Journal.Deliveries.List(q.limit, func(d *journal.Delivery) bool { return q.wants(d.Provider, d.ID, d.At) })
	gate.JSON(w, http.StatusOK, map[string]any{"webhooks": list})
}

func (c *Control) deleteWebhooks(w http.ResponseWriter, r *http.Request) {
	q, err := parseQuery(r.URL.Query())
	if err != nil {
		fail(w, err)
		return
	}
	n := c.Journal.Deliveries.Remove(func(d *journal.Delivery) bool { return q.wants(d.Provider, d.ID, d.At) })
	gate.JSON(w, http.StatusOK, map[string]any{"removed": n})
}

func (c *Control) postFault(w http.ResponseWriter, r *http.Request) {
	var f faults.Fault
	if err := read(r, &f); err != nil {
		fail(w, err)
		return
	}
	if err := f.Validate(); err != nil {
		fail(w, err)
		return
	}
	c.Faults.Add(f)
	gate.JSON(w, http.StatusOK, map[string]any{"status": "ok"})
}

func (c *Control) deleteFaults(w http.ResponseWriter, r *http.Request) {
	gate.JSON(w, http.StatusOK, map[string]any{"removed": c.Faults.Clear(r.URL.Query().Get("provider"))})
}

func (c *Control) postInbound(w http.ResponseWriter, r *http.Request) {
	var m struct {
		PhoneNumberID string `json:"phone_number_id"`
		From          string `json:"from"`
		Name          string `json:"name"`
		Text          string `json:"text"`
	}
	if err := read(r, &m); err != nil {
		fail(w, err)
		return
	}
	if m.From == "" || m.Text == "" {
		fail(w, errors.New("from and text are required"))
		return
	}
	id, err := c.WhatsApp.Receive(m.PhoneNumberID, m.From, m.Name, m.Text)
	if err != nil {
		fail(w, err)
		return
	}
	gate.JSON(w, http.StatusOK, map[string]any{"message_id": id})
}

func (c *Control) postVerify(w http.ResponseWriter, r *http.Request) {
	if err := c.WhatsApp.Verify(r.Context()); err != nil {
		gate.JSON(w, http.StatusBadGateway, problem(err))
		return
	}
	gate.JSON(w, http.StatusOK, map[string]any{"status": "ok"})
}

// query is what lists may be narrowed by.
type query struct {
	provider string
	sinceID  int64
	since    time.Time
	limit    int
}

// parseQuery reads provider, since (an id: only later ones; or a time in RFC
// 3339: that and later) and limit (the latest n).
func parseQuery(v url.Values) (q query, err error) {
	q.provider = v.Get("provider")
	if q.provider != "" && !journal.IsProvider(q.provider) {
		return q, fmt.Errorf("provider must be bolna, whatsapp or email, not %q", q.provider)
	}
	// A "+" of a zone arrives as a space when it was not escaped.
	if since := strings.ReplaceAll(v.Get("since"), " ", "+"); since != "" {
		if q.sinceID, err = strconv.ParseInt(since, 10, 64); err != nil {
			if q.since, err = time.Parse(time.RFC3339, since); err != nil {
				return q, errors.New("since must be an id or a time in RFC 3339")
			}
		}
	}
	if limit := v.Get("limit"); limit != "" {
		if q.limit, err = strconv.Atoi(limit); err != nil || q.limit < 1 {
			return q, errors.New("limit must be a positive number")
		}
	}
	return q, nil
}

func (q query) wants(provider string, id int64, at time.Time) bool {
	return (q.provider == "" || q.provider == provider) && id > q.sinceID && !at.Before(q.since)
}
