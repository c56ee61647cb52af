// Package natstest runs NATS JetStream servers inside a test.
package natstest

import (
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// startTimeout is for a machine under load.
const startTimeout = 30 * time.Second

// Start runs a server with its files in a directory, that only a connection in this
// process reaches. Both end with stop, or with the test.
func Start(t testing.TB, dir string) (conn *nats.Conn, stop func()) {
	t.Helper()
	s, end := run(t, &server.Options{DontListen: true, StoreDir: dir})
	conn, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() { conn.Close(); end() })
	t.Cleanup(stop)
	return conn, stop
}

// Listen runs a server on a loopback port until the test ends; users are those it
// knows, if there are any. It returns the server's URL.
func Listen(t testing.TB, users ...*server.User) string {
	t.Helper()
	s, end := run(t, &server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, StoreDir: t.TempDir(), Users: users})
	t.Cleanup(end)
	return s.ClientURL()
}

func run(t testing.TB, options *server.Options) (s *server.Server, end func()) {
	t.Helper()
	options.JetStream, options.SyncAlways, options.NoSigs, options.NoLog = true, true, true, true
	s, err := server.NewServer(options)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	end = func() { s.Shutdown(); s.WaitForShutdown() }
	if !s.ReadyForConnections(startTimeout) {
		end()
		t.Fatal("the server does not start")
	}
	return s, end
}
