package email

import (
	"context"
	"crypto/tls"
	"net"
	"syscall"
	"time"
)

// line is the one connection of a delivery. It lasts until its deadline or its
// context ends, however often the SMTP client sets deadlines of its own.
type line struct {
	until time.Time
	// tls is set when TLS is spoken from the first byte.
	tls *tls.Config
	// control sees the address before it is connected to; may be nil.
	control func(network, address string, c syscall.RawConn) error
	conn    net.Conn
}

// dial opens the connection; it is the SMTP client's DialContextFunc.
func (l *line) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := (&net.Dialer{Deadline: l.until, Control: l.control}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	l.conn = conn
	if err := conn.SetDeadline(l.until); err != nil {
		return nil, err
	}
	bound := boundConn{Conn: conn, until: l.until}
	if l.tls == nil {
		return bound, nil
	}
	secure := tls.Client(bound, l.tls)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return secure, nil
}

func (l *line) close() {
	if l.conn != nil {
		_ = l.conn.Close()
	}
}

// boundConn lets no deadline be later than its own.
type boundConn struct {
	net.Conn

	until time.Time
}

// SetDeadline sets t or the connection's own deadline, whichever is earlier.
func (c boundConn) SetDeadline(t time.Time) error {
	if t.IsZero() || t.After(c.until) {
		t = c.until
	}
	return c.Conn.SetDeadline(t)
}
