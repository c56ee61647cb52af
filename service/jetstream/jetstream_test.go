package jetstream

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func TestKeepsWhatItAcknowledged(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "store")
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug - 8}))
	for run := range 2 {
		s, err := Start(dir, logger)
		if err != nil {
			t.Fatal(err)
		}
		conn, err := s.Connect()
		if err != nil {
			t.Fatal(err)
		}
		if listens := s.server.Addr(); listens != nil {
			t.Errorf("listens on %s", listens)
		}
		js, err := jetstream.New(conn)
		if err != nil {
			t.Fatal(err)
		}
		stream, err := js.CreateOrUpdateStream(t.Context(), jetstream.StreamConfig{Name: "S", Subjects: []string{"s"}})
		if err != nil {
			t.Fatal(err)
		}
		if run == 0 {
			if _, err := js.Publish(t.Context(), "s", []byte("payloadmark")); err != nil {
				t.Fatal(err)
			}
		}
		message, err := stream.GetMsg(t.Context(), 1)
		if err != nil || string(message.Data) != "payloadmark" {
			t.Errorf("%v, %v", message, err)
		}
		conn.Close()
		if err := errors.Join(s.Close(), s.Close()); err != nil {
			t.Error(err)
		}
	}
	if text := log.String(); strings.Contains(text, "payloadmark") || !strings.Contains(text, "nats server") {
		t.Errorf("log: %s", text)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestSyncsEveryWrite(t *testing.T) {
	s, err := Start(filepath.Join(t.TempDir(), "store"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if config := s.server.JetStreamConfig(); config == nil || !config.SyncAlways {
		t.Errorf("%+v", config)
	}
}

func TestOneServerADirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	s, err := Start(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Start(dir, nil); !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), dir) {
		t.Errorf("second: %v", err)
	}
	s.Close()
	if s, err = Start(dir, nil); err != nil {
		t.Fatal(err)
	}
	s.Close()
}

func TestRefusesWideDirectories(t *testing.T) {
	for _, mode := range []os.FileMode{0o755, 0o710, 0o701, 0o770} {
		dir := filepath.Join(t.TempDir(), "store")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		if s, err := Start(dir, nil); err == nil {
			s.Close()
			t.Errorf("%o: accepted", mode)
		} else if !errors.Is(err, ErrWide) || !strings.Contains(err.Error(), "chmod 0700 "+dir) {
			t.Errorf("%o: %v", mode, err)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
			t.Errorf("%o: %d files were made, %v", mode, len(entries), err)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Start(file, nil); err == nil {
		s.Close()
		t.Error("a file was accepted")
	}
}

// listening starts a server as operators run them.
func listening(t *testing.T, options server.Options) *server.Server {
	t.Helper()
	options.Host, options.NoSigs, options.NoLog = "127.0.0.1", true, true
	if options.Port == 0 {
		options.Port = server.RANDOM_PORT
	}
	s, err := server.NewServer(&options)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("not ready")
	}
	return s
}

func TestReconnects(t *testing.T) {
	s := listening(t, server.Options{})
	conn, err := Connect(s.ClientURL(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	port := s.Addr().(*net.TCPAddr).Port
	s.Shutdown()
	s.WaitForShutdown()
	waitFor(t, func() bool { return conn.IsReconnecting() })
	// What cannot be sent now is not kept to be sent later.
	if err := conn.Publish("s", []byte("x")); !errors.Is(err, nats.ErrReconnectBufExceeded) {
		t.Errorf("publishing while disconnected: %v", err)
	}
	listening(t, server.Options{Port: port})
	waitFor(t, func() bool { return conn.IsConnected() })
}

func waitFor(t *testing.T, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not seen")
		}
	}
}

func TestMutualTLS(t *testing.T) {
	dir := t.TempDir()
	cert, certFile, keyFile := selfSigned(t, dir)
	pool := x509.NewCertPool()
	pool.AddCert(cert.Leaf)
	s := listening(t, server.Options{TLS: true, TLSVerify: true, TLSTimeout: 5, TLSConfig: &tls.Config{
		Certificates: []tls.Certificate{cert}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS13}})
	address := "tls://" + s.Addr().String()
	conn, err := Connect(address, Options{CA: certFile, Certificate: certFile, Key: keyFile, Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	for name, options := range map[string]Options{
		"no authority":   {Certificate: certFile, Key: keyFile},
		"no certificate": {CA: certFile},
		"no key":         {CA: certFile, Certificate: certFile},
		"no such file":   {CA: filepath.Join(dir, "none"), Certificate: certFile, Key: keyFile},
		"credentials":    {CA: certFile, Certificate: certFile, Key: keyFile, Credentials: filepath.Join(dir, "none")},
	} {
		if conn, err := Connect(address, options); err == nil {
			conn.Close()
			t.Errorf("%s: connected", name)
		}
	}
}

func selfSigned(t *testing.T, dir string) (cert tls.Certificate, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if cert, err = tls.LoadX509KeyPair(certFile, keyFile); err != nil {
		t.Fatal(err)
	}
	return cert, certFile, keyFile
}

func TestAddressStaysOutOfErrors(t *testing.T) {
	for _, address := range []string{"nats://user:hunter2@127.0.0.1:1", "nats://user:hunter2@127.0.0.1:port", "nats://user:hunter2@[::1"} {
		conn, err := Connect(address, Options{})
		if err == nil {
			conn.Close()
			t.Fatal("connected")
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the password is in %q", err)
		}
	}
}
