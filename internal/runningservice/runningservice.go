// Package runningservice starts the real service, or the real verifier, in the process of
// a test. Package servicetest has the stand-in that needs neither store nor queue.
package runningservice

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/service"
	"github.com/zkpass-go/zkpass/service/apikey"
)

// readyWithin is how long a start may take on a busy machine.
const readyWithin = 30 * time.Second

// Start runs [service.Serve] or [service.Verify] alone over a directory of its own until
// the test ends, and returns its URL and an API key with the scopes, KEY:SECRET.
func Start(t testing.TB, run func(context.Context, service.Config, *slog.Logger) error, change func(*service.Config), scopes ...string) (url, key string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := service.DefaultConfig()
	c.DataDir, c.Listen = filepath.Join(t.TempDir(), "data"), listener.Addr().String()
	change(&c)
	listener.Close()
	store, closeStore, err := service.OpenAPIKeys(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore()
	made, secret, err := apikey.Create(t.Context(), store, apikey.Options{Scopes: scopes})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, c, slog.New(slog.DiscardHandler)) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the service ended with %v", err)
		}
	})
	url = "http://" + c.Listen
	for deadline := time.Now().Add(readyWithin); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		response, err := http.Get(url + "/readyz")
		if err != nil {
			continue
		}
		response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return url, made.Key + ":" + secret
		}
	}
	t.Fatalf("the service is not ready within %s", readyWithin)
	return "", ""
}
