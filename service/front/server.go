package front

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"time"
)

// Timeouts of a server. That for reading a request does not count while a client
// waits for its answer: net/http lifts it when the body has been read.
const (
	headerTimeout  = 10 * time.Second
	requestTimeout = 60 * time.Second // header and body
	// answerTimeout is from the end of the header to the end of the answer.
	answerTimeout = requestTimeout + MaxWait + time.Minute
	idleTimeout   = 2 * time.Minute
	maxHeader     = 16 << 10 // bytes
	maxStreams    = 128      // requests at once on one HTTP/2 connection
)

// NewServer makes a server for a [Handler] or its MetricsHandler, with limits on
// what slow or hostile clients can hold. With a certificate it speaks TLS 1.3 and
// nothing older. logger gets what net/http has to say, at level debug: failed
// handshakes and the like, with the addresses of clients; nil drops it.
func NewServer(handler http.Handler, address string, certificate *Certificate, logger *slog.Logger) *http.Server {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	s := &http.Server{
		Addr: address, Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout,
		WriteTimeout: answerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, DisableGeneralOptionsHandler: true,
		HTTP2:       &http.HTTP2Config{MaxConcurrentStreams: maxStreams},
		ConnContext: withConnection,
		ErrorLog:    slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	if certificate != nil {
		s.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS13, GetCertificate: certificate.get}
	}
	if h, ok := handler.(*Handler); ok {
		s.RegisterOnShutdown(h.Stop)
	}
	return s
}

// Serve runs a server on a listener until ctx ends, and then stops it: requests
// that wait are answered, others have the time of grace to end. It returns nil
// when all were answered.
func Serve(ctx context.Context, s *http.Server, listener net.Listener, grace time.Duration) error {
	failed := make(chan error, 1)
	go func() {
		if s.TLSConfig != nil {
			failed <- s.ServeTLS(listener, "", "")
		} else {
			failed <- s.Serve(listener)
		}
	}()
	select {
	case err := <-failed:
		s.Close()
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		s.Close()
		return fmt.Errorf("stopping the server: %w", err)
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", err)
	}
	return nil
}

// reloadEvery is how often a certificate is read again.
const reloadEvery = time.Minute

// Certificate is the certificate of a server. It is read again every minute, so
// that it can be renewed while the server runs.
type Certificate struct {
	certFile, keyFile string
	now               func() time.Time

	mu   sync.Mutex
	cert *tls.Certificate
	read time.Time
}

// LoadCertificate reads a certificate chain and its private key, both PEM.
func LoadCertificate(certFile, keyFile string) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, now: time.Now}
	cert, err := c.load()
	if err != nil {
		return nil, fmt.Errorf("loading the certificate of the server: %w", err)
	}
	c.cert, c.read = &cert, c.now()
	return c, nil
}

// load reads both files. A key that everybody on the machine can read is refused; a
// group may, such as those who renew certificates.
func (c *Certificate) load() (tls.Certificate, error) {
	info, err := os.Stat(c.keyFile)
	if err != nil {
		return tls.Certificate{}, err
	}
	if mode := info.Mode().Perm(); mode&0o037 != 0 && runtime.GOOS != "windows" {
		return tls.Certificate{}, fmt.Errorf("%s has mode %04o, want 0600, or 0640 for a group: run chmod 0600 %s", c.keyFile, mode, c.keyFile)
	}
	return tls.LoadX509KeyPair(c.certFile, c.keyFile)
}

func (c *Certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.read) >= reloadEvery {
		c.read = now
		// A new one that cannot be read is perhaps half written: the old one
		// serves until the next time.
		if cert, err := c.load(); err == nil {
			c.cert = &cert
		}
	}
	return c.cert, nil
}
