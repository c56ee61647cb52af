package front

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// serveLimited runs a server with limits on connections and returns its address.
func serveLimited(t *testing.T, limits Connections, handler http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := NewServer(handler, "", nil, slog.New(slog.DiscardHandler))
	go server.Serve(limits.Limit(listener))
	t.Cleanup(func() { server.Close() })
	return listener.Addr().String()
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// closedSoon reports whether the other end closes a connection.
func closedSoon(conn net.Conn) bool {
	conn.SetReadDeadline(time.Now().Add(2 * time.Second))
	_, err := conn.Read(make([]byte, 1))
	return err != nil && !strings.Contains(err.Error(), "timeout")
}

// Half-sent headers, as many as a client likes, neither use up the connections nor end
// a request that is in progress.
func TestLine30ConnectionsAreBounded(t *testing.T) {
	h := newService(t, nil).h
	release, entered := make(chan struct{}), make(chan struct{}, 1)
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/slow" {
			h.ServeHTTP(w, r)
			return
		}
		defer busy(r)()
		entered <- struct{}{}
		<-release
		io.WriteString(w, "done")
	})
	address := serveLimited(t, Connections{All: 10}, slow)
	inProgress := dial(t, address)
	io.WriteString(inProgress, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
	<-entered
	var halves []net.Conn
	for range 50 {
		conn := dial(t, address)
		io.WriteString(conn, "GET / HTTP/1.1\r\nX: ")
		halves = append(halves, conn)
	}
	client := &http.Client{Timeout: 5 * time.Second}
	response, err := client.Get("http://" + address + "/healthz")
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("a client among them: %v", err)
	}
	response.Body.Close()
	if !closedSoon(halves[0]) {
		t.Error("the oldest half request holds its place")
	}
	close(release)
	answer := make([]byte, 12)
	inProgress.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.ReadFull(inProgress, answer); err != nil || string(answer) != "HTTP/1.1 200" {
		t.Errorf("the request in progress got %q, %v", answer, err)
	}
}

// An address has as many as it may, one that stands for many more.
func TestConnectionsPerAddress(t *testing.T) {
	h := newService(t, nil).h
	address := serveLimited(t, Connections{All: 100, PerAddress: 3}, h)
	first := dial(t, address)
	for range 3 {
		dial(t, address)
	}
	if !closedSoon(first) {
		t.Error("the fourth connection closes none")
	}
	address = serveLimited(t, Connections{All: 100, PerAddress: 3, Many: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, h)
	first = dial(t, address)
	for range 10 {
		dial(t, address)
	}
	if closedSoon(first) {
		t.Error("a proxy has the limit of one client")
	}
}

// All in use: a new connection is refused, and what goes away is counted out.
func TestConnectionsInUse(t *testing.T) {
	release, entered := make(chan struct{}), make(chan struct{}, 10)
	address := serveLimited(t, Connections{All: 2}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer busy(r)()
		entered <- struct{}{}
		<-release
	}))
	for range 2 {
		io.WriteString(dial(t, address), "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		<-entered
	}
	if !closedSoon(dial(t, address)) {
		t.Error("a third connection is open")
	}
	close(release)
	response, err := (&http.Client{Timeout: 5 * time.Second}).Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
}
