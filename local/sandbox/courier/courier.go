// Package courier delivers webhooks: in order for each call or message, again
// and again until the receiver takes them.
package courier

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/auto-engagement/flows/local/sandbox/journal"
)

// Webhook is one webhook to deliver. Those of one Subject go out one after
// the other, the next when the one before was taken or given up.
type Webhook struct {
	Provider string
	Subject  string
	Event    string
	URL      string
	Headers  map[string]string
	Body     []byte
}

// Options say how long the courier keeps trying; zero values mean the defaults.
type Options struct {
	// Tries is how often a webhook is sent at most; default 20, which with the
	// default waits bridges a receiver that is away for about 80 seconds.
	Tries int
	// FirstWait and MaxWait bound the wait between tries, which doubles;
	// default 200 ms and 5 s.
	FirstWait, MaxWait time.Duration
	// Timeout is for one try; default 10 s.
	Timeout time.Duration
}

// Courier delivers webhooks until it is closed.
type Courier struct {
	options Options
	journal *journal.Journal
	client  *http.Client
	ctx     context.Context //nolint:containedctx // its end is the courier's own
	cancel  context.CancelFunc
	done    sync.WaitGroup

	mu     sync.Mutex
	closed bool
	lanes  map[string][]parcel
}

type parcel struct {
	webhook Webhook
	entry   int64
	ended   chan struct{}
}

// New makes a courier which writes every try to the journal.
func New(j *journal.Journal, o Options) *Courier {
	if o.Tries <= 0 {
		o.Tries = 20
	}
	if o.FirstWait <= 0 {
		o.FirstWait = 200 * time.Millisecond
	}
	if o.MaxWait <= 0 {
		o.MaxWait = 5 * time.Second
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &Courier{
		options: o, journal: j, ctx: ctx, cancel: cancel, lanes: make(map[string][]parcel),
		client: &http.Client{
			Timeout:       o.Timeout,
			Transport:     &http.Transport{MaxIdleConnsPerHost: 32, MaxConnsPerHost: 64, IdleConnTimeout: 30 * time.Second},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Send queues a webhook; the channel is closed once it was taken or given up.
// Without a URL, or after Close, it is given up at once and leaves no trace.
func (c *Courier) Send(w Webhook) <-chan struct{} {
	ended := make(chan struct{})
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.URL == "" || c.closed {
		close(ended)
		return ended
	}
	entry := c.journal.Deliveries.Add(len(w.Body), func(id int64) journal.Delivery {
		return journal.Delivery{
			ID: id, Provider: w.Provider, Subject: w.Subject, Event: w.Event,
			Path: pathOf(w.URL), State: journal.Pending, At: time.Now().UTC(), Attempts: []journal.Try{},
		}
	})
	lane, running := c.lanes[w.Subject]
	c.lanes[w.Subject] = append(lane, parcel{webhook: w, entry: entry, ended: ended})
	if !running {
		c.done.Add(1)
		go c.drive(w.Subject)
	}
	return ended
}

// Close stops all deliveries and waits until they have stopped.
func (c *Courier) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.cancel()
	c.done.Wait()
	c.client.CloseIdleConnections()
}

// drive delivers one lane until it is empty.
func (c *Courier) drive(subject string) {
	defer c.done.Done()
	for {
		c.mu.Lock()
		lane := c.lanes[subject]
		if len(lane) == 0 {
			delete(c.lanes, subject)
			c.mu.Unlock()
			return
		}
		next := lane[0]
		c.lanes[subject] = lane[1:]
		c.mu.Unlock()
		c.deliver(next)
	}
}

func (c *Courier) deliver(p parcel) {
	defer close(p.ended)
	wait := c.options.FirstWait
	for try := 1; ; try++ {
		if c.ctx.Err() != nil {
			return
		}
		result := c.post(p.webhook)
		taken := result.Status >= 200 && result.Status < 300
		last := try >= c.options.Tries
		c.journal.Deliveries.Update(p.entry, func(d *journal.Delivery) {
			d.Attempts = append(d.Attempts, result)
			d.Status = result.Status
			switch {
			case taken:
				d.State = journal.Delivered
			case last:
				d.State = journal.GivenUp
			}
		})
		if taken || last {
			return
		}
		select {
		case <-time.After(wait):
		case <-c.ctx.Done():
			return
		}
		wait = min(2*wait, c.options.MaxWait)
	}
}

func (c *Courier) post(w Webhook) journal.Try {
	start := time.Now()
	try := journal.Try{At: start.UTC()}
	status, err := c.request(w)
	try.Status, try.Millis = status, time.Since(start).Milliseconds()
	if err != nil {
		try.Error = err.Error()
	}
	return try
}

func (c *Courier) request(w Webhook) (int, error) {
	req, err := http.NewRequestWithContext(c.ctx, http.MethodPost, w.URL, bytes.NewReader(w.Body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	for name, value := range w.Headers {
		req.Header.Set(name, value)
	}
	res, err := c.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	// What the receiver says is of no interest, but reading it keeps the
	// connection usable.
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	return res.StatusCode, nil
}

func pathOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Path
}
