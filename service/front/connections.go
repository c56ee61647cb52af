package front

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Connections bound how many there are at once. Each takes a file descriptor, which
// the store needs too.
type Connections struct {
	All        int // 0: no limit
	PerAddress int // 0: no limit
	// Many are networks of which one address stands for many clients, such as proxies:
	// they have no limit of their own.
	Many []netip.Prefix
}

// Limit makes a listener that keeps to the limits. In the place of one connection too
// many it closes the one that has had no request in progress for longest, of the
// address that has the most: whoever opens many loses his own. A new one is refused
// only if all others are in use.
func (l Connections) Limit(listener net.Listener) net.Listener {
	return &limitedListener{Listener: listener, limits: l, open: map[netip.Addr]map[*connection]struct{}{}}
}

type limitedListener struct {
	net.Listener
	limits Connections

	mu    sync.Mutex
	count int
	open  map[netip.Addr]map[*connection]struct{}
}

// connection is one that is counted until it is closed.
type connection struct {
	net.Conn
	listener *limitedListener
	from     netip.Addr

	// Guarded by the listener's mutex.
	requests int
	used     time.Time
	closed   bool
}

func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := &connection{Conn: conn, listener: l, used: time.Now()}
		if peer, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err == nil {
			c.from = network(peer.Addr().Unmap())
			for _, many := range l.limits.Many {
				if many.Contains(peer.Addr().Unmap()) {
					c.from = netip.Addr{}
				}
			}
		}
		admitted, victim := l.admit(c)
		if victim != nil {
			victim.Conn.Close()
		}
		if admitted {
			return c, nil
		}
		conn.Close()
	}
}

// admit counts a connection in. It returns one to be closed for it, if there is to be
// one, which is counted out.
func (l *limitedListener) admit(c *connection) (ok bool, victim *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	full := false
	from := c.from
	switch {
	case c.from.IsValid() && l.limits.PerAddress > 0 && len(l.open[c.from]) >= l.limits.PerAddress:
		full = true
	case l.limits.All > 0 && l.count >= l.limits.All:
		full = true
		for address, own := range l.open {
			if len(own) > len(l.open[from]) {
				from = address
			}
		}
	}
	if full {
		for other := range l.open[from] {
			if other.requests == 0 && (victim == nil || other.used.Before(victim.used)) {
				victim = other
			}
		}
		if victim == nil {
			return false, nil
		}
		l.remove(victim)
	}
	if l.open[c.from] == nil {
		l.open[c.from] = map[*connection]struct{}{}
	}
	l.open[c.from][c] = struct{}{}
	l.count++
	return true, victim
}

// remove counts a connection out; the mutex is held.
func (l *limitedListener) remove(c *connection) {
	if c.closed {
		return
	}
	c.closed = true
	l.count--
	delete(l.open[c.from], c)
	if len(l.open[c.from]) == 0 {
		delete(l.open, c.from)
	}
}

func (c *connection) Close() error {
	c.listener.mu.Lock()
	c.listener.remove(c)
	c.listener.mu.Unlock()
	return c.Conn.Close()
}

// busy counts a request on the connection until the function returned is called.
func (c *connection) busy() (done func()) {
	count := func(n int) {
		c.listener.mu.Lock()
		defer c.listener.mu.Unlock()
		c.requests += n
		c.used = time.Now()
	}
	count(1)
	return func() { count(-1) }
}

// connectionKey finds the connection of a request in its context.
type connectionKey struct{}

// withConnection is the ConnContext of servers.
func withConnection(ctx context.Context, conn net.Conn) context.Context {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if c, ok := conn.(*connection); ok {
		return context.WithValue(ctx, connectionKey{}, c)
	}
	return ctx
}

// busy keeps the connection of a request while that is in progress.
func busy(r *http.Request) (done func()) {
	if c, ok := r.Context().Value(connectionKey{}).(*connection); ok {
		return c.busy()
	}
	return func() {}
}
