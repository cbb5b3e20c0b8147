package provider

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptrace"
	"net/netip"
	"sync"
	"syscall"
)

// wire is a connection that knows how much was handed to it, and that can be
// sealed: nothing is written to it any more.
//
// Sealing closes a race that looking alone leaves open: when a deadline ends a
// request, net/http returns at once while its writing goroutine may still be
// about to write.
type wire struct {
	net.Conn

	mu      sync.Mutex
	written int64
	sealed  bool
}

// Write counts before it writes: what was handed to the kernel may have left,
// whatever the call returns.
func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	if w.sealed {
		w.mu.Unlock()
		return 0, net.ErrClosed
	}
	w.written += int64(len(p))
	w.mu.Unlock()
	return w.Conn.Write(p)
}

func (w *wire) mark() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.written
}

// sealAt seals the wire if nothing was written since the mark, and says so.
func (w *wire) sealAt(mark int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.written != mark {
		return false
	}
	w.sealed = true
	return true
}

// dialWire opens the connections that Proof understands.
func dialWire(d *net.Dialer) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := d.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &wire{Conn: conn}, nil
	}
}

// Proof watches one request on its way out, so that afterwards it can be told
// whether any byte of it can have reached the provider.
type Proof struct {
	mu    sync.Mutex
	wires []*wire
	marks []int64
	// blind is set when the request got a connection that does not count.
	blind bool
}

// Trace returns a context that lets Proof watch the request made with it. The
// request must go through a client made by NewHTTPClient; through any other,
// NothingWritten holds only when no connection was had at all.
func Trace(ctx context.Context) (context.Context, *Proof) {
	p := &Proof{}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: p.gotConn}), p
}

// gotConn is called when name, connection and TLS handshake are done, before
// the first byte of the request; again for each further connection tried.
func (p *Proof) gotConn(info httptrace.GotConnInfo) {
	p.mu.Lock()
	defer p.mu.Unlock()
	conn := info.Conn
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	w, ok := conn.(*wire)
	if !ok {
		p.blind = true
		return
	}
	p.wires = append(p.wires, w)
	p.marks = append(p.marks, w.mark())
}

// NothingWritten reports whether it is proven that no byte of the request was
// written, and makes it stay so. Call it once, after the request has failed.
func (p *Proof) NothingWritten() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.blind {
		return false
	}
	for i, w := range p.wires {
		if !w.sealAt(p.marks[i]) {
			return false
		}
	}
	return true
}

// ErrPrivateAddress refuses a server that a tenant named and that is not in
// the internet.
var ErrPrivateAddress = errors.New("its address is not one of the internet")

// PublicOnly is a net.Dialer's Control that lets connections be made only to
// addresses of the internet. It sees the address after the name was resolved,
// so that a public name of a private address does not help.
func PublicOnly(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return ErrPrivateAddress
	}
	ip := at.Addr().Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || sharedSpace.Contains(ip) {
		return ErrPrivateAddress
	}
	return nil
}

// sharedSpace is of carriers' and clouds' own networks (RFC 6598).
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")
