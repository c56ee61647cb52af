package front

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zkpass-go/zkpass/service/job"
)

// pipes is a listener without a network, whose time is that of a test bubble.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *pipes) dial() net.Conn {
	here, there := net.Pipe()
	p.conns <- there
	return here
}

// serving runs a server in a bubble. stop stops it gracefully, and waits.
func serving(s *service) (listener *pipes, stop func() error) {
	listener = newPipes()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, NewServer(s.h, "", nil, nil), listener, time.Minute) }()
	return listener, func() error {
		cancel()
		return <-ended
	}
}

// head is the text of a request up to its body.
func (s *service) head(method, url string, length int, more string) string {
	r := s.request(method, url, "")
	return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n",
		method, url, r.Header.Get("Authorization"), length, more)
}

func readResponse(t *testing.T, conn net.Conn) *http.Response {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body = io.NopCloser(strings.NewReader(string(body)))
	return resp
}

// A poll may wait for the whole minute, after a body that took its time: no
// timeout of the server ends it.
func TestLongPollLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, nil)
		listener, stop := serving(s)
		conn := listener.dial()
		body := s.proofBody()
		start := time.Now()
		_, err := io.WriteString(conn, s.head("POST", "/v1/proof?wait=60", len(body), "")+body[:10])
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(bodyGrace - time.Second)
		if _, err := io.WriteString(conn, body[10:]); err != nil {
			t.Fatal(err)
		}
		if resp := readResponse(t, conn); resp.StatusCode != 202 || time.Since(start) != bodyGrace-time.Second+MaxWait {
			t.Errorf("%d after %s", resp.StatusCode, time.Since(start))
		}
		// On the same connection, one that ends early.
		id := s.jobs.first()
		go func() {
			time.Sleep(45 * time.Second)
			s.jobs.finish(id, someToken)
		}()
		start = time.Now()
		if _, err := io.WriteString(conn, s.head("GET", statusPath+string(id)+"?wait=60", 0, "")); err != nil {
			t.Fatal(err)
		}
		if resp := readResponse(t, conn); resp.StatusCode != 200 || time.Since(start) != 45*time.Second {
			t.Errorf("%d after %s", resp.StatusCode, time.Since(start))
		}
		conn.Close()
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// TestLine30SlowClients has clients that dawdle wherever they can: each is cut off.
func TestLine30SlowClients(t *testing.T) {
	const most = answerTimeout + time.Second
	for name, c := range map[string]struct {
		send   func(*service) string
		drip   string // goes on being sent, a byte a second
		read   bool   // whether the answer is read
		within time.Duration
		status int // of an answer that comes first; 0 for none
	}{
		"nothing":              {func(*service) string { return "" }, "", true, headerTimeout, 0},
		"half a header":        {func(*service) string { return "GET /healthz HTTP/1.1\r\nX: " }, "x", true, headerTimeout, 0},
		"no body":              {func(s *service) string { return s.head("POST", "/v1/proof", 100, "") }, "", true, bodyGrace, 400},
		"a slow body":          {func(s *service) string { return s.head("POST", "/v1/proof", 1000, "") }, " ", true, bodyGrace + time.Second, 400},
		"a slow body, no key":  {func(s *service) string { return "POST /v1/proof HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" }, " ", true, requestTimeout + time.Second, 401},
		"a body where none is": {func(s *service) string { return "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" }, " ", true, requestTimeout + time.Second, 200},
		"idle":                 {func(s *service) string { return "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" }, "", true, idleTimeout, 200},
		"an answer unread":     {func(s *service) string { return "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" }, "", false, most, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService(t, nil)
				listener, stop := serving(s)
				conn := listener.dial()
				if _, err := io.WriteString(conn, c.send(s)); err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				var dripping sync.WaitGroup
				defer dripping.Wait()
				dripping.Go(func() {
					for c.drip != "" {
						time.Sleep(time.Second)
						if _, err := io.WriteString(conn, c.drip); err != nil {
							return
						}
					}
				})
				if !c.read {
					time.Sleep(c.within)
				}
				answered, err := io.ReadAll(conn)
				if err != nil && !errors.Is(err, io.ErrClosedPipe) {
					t.Error(err)
				}
				if took := time.Since(start); took > c.within {
					t.Errorf("cut off after %s, want %s at most", took, c.within)
				}
				if c.status != 0 && !strings.Contains(string(answered), fmt.Sprintf("HTTP/1.1 %d ", c.status)) {
					t.Errorf("answered %q, want %d", answered, c.status)
				}
				conn.Close()
				if err := stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// When the service is stopped, those who wait are answered at once, with 202.
func TestStopEndsLongPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, nil)
		listener, stop := serving(s)
		id := s.accept()
		body := s.proofBody()
		start := time.Now()
		var polls sync.WaitGroup
		for _, text := range []string{s.head("POST", "/v1/proof?wait=60", len(body), "") + body, s.head("GET", statusPath+string(id)+"?wait=60", 0, "")} {
			polls.Go(func() {
				conn := listener.dial()
				if _, err := io.WriteString(conn, text); err != nil {
					t.Error(err)
				}
				if resp := readResponse(t, conn); resp.StatusCode != 202 || resp.Header.Get("Location") == "" {
					t.Errorf("status %d", resp.StatusCode)
				}
				conn.Close()
			})
		}
		time.Sleep(10 * time.Second)
		if err := stop(); err != nil {
			t.Error(err)
		}
		polls.Wait()
		if took := time.Since(start); took > 11*time.Second {
			t.Errorf("took %s", took)
		}
		if s.jobs.count() != 2 {
			t.Errorf("%d jobs", s.jobs.count())
		}
	})
}

// A client that goes away while it waits is noticed.
func TestClientLeavesWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, nil)
		listener, stop := serving(s)
		id := s.accept()
		conn := listener.dial()
		if _, err := io.WriteString(conn, s.head("GET", statusPath+string(id)+"?wait=60", 0, "")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		start := time.Now()
		conn.Close()
		synctest.Wait()
		if lines := s.lines(); lines[len(lines)-1]["status"] != 499.0 || time.Since(start) != 0 {
			t.Errorf("last line %v after %s", lines[len(lines)-1], time.Since(start))
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestLongHeaderIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, nil)
		listener, stop := serving(s)
		conn := listener.dial()
		go io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("x", 64<<10))
		if resp := readResponse(t, conn); resp.StatusCode != 431 {
			t.Errorf("status %d", resp.StatusCode)
		}
		conn.Close()
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestServeFails(t *testing.T) {
	s := newService(t, nil)
	listener := newPipes()
	listener.Close()
	if err := Serve(t.Context(), NewServer(s.h, "", nil, nil), listener, time.Second); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// writeCertificate makes a certificate for loopback.
func writeCertificate(t *testing.T, dir, name string) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for file, text := range map[string][]byte{certFile: cert, keyFile: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})} {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(cert)
	return certFile, keyFile, pool
}

func TestTLS(t *testing.T) {
	s := newService(t, nil)
	certFile, keyFile, pool := writeCertificate(t, t.TempDir(), "first")
	certificate, err := LoadCertificate(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	clock := &fakeClock{t: time.Now()}
	certificate.now = clock.now
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, NewServer(s.h, "", certificate, nil), listener, 10*time.Second) }()
	get := func(config *tls.Config) (string, error) {
		client := http.Client{Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true, DisableKeepAlives: true}}
		resp, err := client.Get("https://" + listener.Addr().String() + "/healthz")
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		if resp.StatusCode != 200 || resp.ProtoMajor != 2 || resp.Header.Get("Strict-Transport-Security") == "" {
			t.Errorf("%s %s %v", resp.Proto, resp.Status, resp.Header)
		}
		return resp.TLS.PeerCertificates[0].Subject.CommonName, nil
	}
	if name, err := get(&tls.Config{RootCAs: pool}); err != nil || name != "first" {
		t.Errorf("got %q, %v", name, err)
	}
	if _, err := get(&tls.Config{RootCAs: pool, MaxVersion: tls.VersionTLS12}); err == nil || !strings.Contains(err.Error(), "protocol version") {
		t.Errorf("TLS 1.2: %v", err)
	}
	// A certificate is renewed while the server runs; one half written changes nothing.
	if err := os.WriteFile(certFile, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	clock.pass(reloadEvery)
	if name, err := get(&tls.Config{RootCAs: pool}); err != nil || name != "first" {
		t.Errorf("half written: got %q, %v", name, err)
	}
	_, _, pool = writeCertificate(t, filepath.Dir(certFile), "second")
	clock.pass(reloadEvery)
	if name, err := get(&tls.Config{RootCAs: pool}); err != nil || name != "second" {
		t.Errorf("renewed: got %q, %v", name, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := LoadCertificate(keyFile, certFile); err == nil {
		t.Error("a key as a certificate was loaded")
	}
}

// Waiting takes the time asked for, no more and no less.
func TestWaitTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, nil)
		for _, c := range []struct {
			method, query string
			want          time.Duration
		}{{"POST", "", 30 * time.Second}, {"POST", "?wait=0", 0}, {"POST", "?wait=7", 7 * time.Second}, {"GET", "", 0}, {"GET", "?wait=60", time.Minute}} {
			start := time.Now()
			url, body := "/v1/proof", s.proofBody()
			if c.method == "GET" {
				url, body = statusPath+string(s.jobs.first()), ""
			}
			s.do(s.request(c.method, url+c.query, body)).want(202)
			if took := time.Since(start); took != c.want {
				t.Errorf("%s %q: took %s, want %s", c.method, c.query, took, c.want)
			}
		}
		// A state that moves on does not end the wait, only the end does.
		id := s.jobs.first()
		go func() {
			time.Sleep(5 * time.Second)
			s.jobs.set(id, job.Status{State: job.Proving})
			time.Sleep(5 * time.Second)
			s.jobs.finish(id, someToken)
		}()
		start := time.Now()
		s.do(s.request("GET", statusPath+string(id)+"?wait=60", "")).want(200)
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

// A key that others on the machine can read is refused; a group may have it.
func TestTLSKeyMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no such modes")
	}
	certFile, keyFile, _ := writeCertificate(t, t.TempDir(), "name")
	for mode, good := range map[os.FileMode]bool{0o600: true, 0o640: true, 0o644: false, 0o660: false, 0o604: false} {
		if err := os.Chmod(keyFile, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadCertificate(certFile, keyFile); (err == nil) != good {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
}

// Whoever has no key cannot fill the disk with lines of the log.
func TestStrangersLogIsBounded(t *testing.T) {
	s := newService(t, nil)
	const requests = 1000
	ask := func() {
		r := s.request("GET", "/v1/proof", "")
		r.Header.Del("Authorization")
		s.do(r)
	}
	for range requests {
		ask()
	}
	lines := len(s.lines())
	if lines == 0 || lines > requests/4 {
		t.Errorf("%d requests of strangers wrote %d lines", requests, lines)
	}
	// What was left out is counted.
	s.clock.pass(time.Minute)
	ask()
	all := s.lines()
	if n, _ := all[len(all)-1]["others_not_logged"].(float64); int(n) != requests-lines {
		t.Errorf("%v lines left out are told, want %d", n, requests-lines)
	}
}
