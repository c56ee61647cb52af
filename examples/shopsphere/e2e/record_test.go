package e2e

import (
	"bytes"
	"net"
	"sync"
)

// recorder keeps every byte that goes over the connections of one party: what
// comes in and what goes out.
type recorder struct {
	mu    sync.Mutex
	conns []*recordedConn
}

// around is a listener whose connections are recorded.
func (r *recorder) around(listener net.Listener) net.Listener {
	return &recordedListener{listener, r}
}

type recordedListener struct {
	net.Listener
	recorder *recorder
}

func (l *recordedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	recorded := &recordedConn{Conn: conn}
	l.recorder.mu.Lock()
	defer l.recorder.mu.Unlock()
	l.recorder.conns = append(l.recorder.conns, recorded)
	return recorded, nil
}

type recordedConn struct {
	net.Conn
	mu      sync.Mutex
	in, out bytes.Buffer
}

func (c *recordedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.in.Write(p[:n])
	return n, err
}

func (c *recordedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out.Write(p[:n])
	return n, err
}

// received returns what came in over each connection.
func (r *recorder) received() [][]byte {
	return r.collect(func(c *recordedConn) *bytes.Buffer { return &c.in })
}

// sent returns what went out over each connection.
func (r *recorder) sent() [][]byte {
	return r.collect(func(c *recordedConn) *bytes.Buffer { return &c.out })
}

func (r *recorder) collect(which func(*recordedConn) *bytes.Buffer) [][]byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all [][]byte
	for _, c := range r.conns {
		c.mu.Lock()
		all = append(all, bytes.Clone(which(c).Bytes()))
		c.mu.Unlock()
	}
	return all
}
