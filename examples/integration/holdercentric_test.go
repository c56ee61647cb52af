package integration

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/client"
	"github.com/zkpass-go/zkpass/internal/servicetest"
	"github.com/zkpass-go/zkpass/service"
	"github.com/zkpass-go/zkpass/service/apikey"
)

// Ask, consent, prove, bring, check: through a service and by oneself, with user data
// made for zkPass and with an ID token as it is.
func TestHolderCentric(t *testing.T) {
	t.Run("by a service", func(t *testing.T) {
		s, stub := newScene(t), startService(t)
		s.useService(t, stub.URL)
		c, err := client.New(stub.URL, servicetest.APIKey, client.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s.walk(t, ByService(c))
		if stub.Accepted() != 1 || stub.Jobs() != 0 {
			t.Errorf("the service got %d jobs and keeps %d", stub.Accepted(), stub.Jobs())
		}
	})
	t.Run("locally, ID token", func(t *testing.T) {
		s := newScene(t)
		s.verifier.Format = zkpass.FormatJWT
		holder := s.holder(t, "jane")
		token := s.idToken(t, "jane")
		holder.Documents = func(context.Context, *zkpass.DVR) (map[string]string, error) {
			return map[string]string{"": token}, nil
		}
		jws, err := zkpass.ParseUserDataToken(token)
		if err != nil {
			t.Fatal(err)
		}
		request, err := holder.Ask(t.Context(), s.partner, jws.Header.KeyID)
		if err != nil {
			t.Fatal(err)
		}
		if err := holder.Answer(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		s.expect(t, jane, true)
	})
}

// The same through the service itself.
func TestHolderCentricByTheRealService(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a service")
	}
	s := newScene(t)
	url, key := startRealService(t)
	s.useService(t, url)
	c, err := client.New(url, key, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.walk(t, ByService(c))
}

// useService has the verifier accept the proofs that a service signs.
func (s *scene) useService(t *testing.T, url string) {
	t.Helper()
	s.verifier.ServiceKeys = url + keySetPath
	if err := s.verifier.Keys.AllowURL(url); err != nil {
		t.Fatal(err)
	}
}

// walk is the workflow for Jane. Nothing of it is in any log but ids and sizes.
func (s *scene) walk(t *testing.T, prove Prover) {
	t.Helper()
	holder := s.holder(t, "jane")
	holder.Prove = prove
	asked := ""
	holder.Consent = func(_ context.Context, q *Question) (bool, error) {
		asked = q.From.Name + "\n" + q.Asks.String()
		return true, nil
	}
	request, err := holder.Ask(t.Context(), s.partner, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Answer(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	s.expect(t, jane, true)
	for _, want := range []string{"the shop\n", `‘firstName’ equals "Jane"`, `"Doe \"JD\""`, `"DL00718256"`} {
		if !strings.Contains(asked, want) {
			t.Errorf("Jane was not shown %s:\n%s", want, asked)
		}
	}
	logs := s.logs.String()
	if !strings.Contains(logs, `"msg":"proof accepted"`) {
		t.Errorf("the log does not tell of the proof:\n%s", logs)
	}
	for _, secret := range []string{"Jane", "Doe", "DL00718256", "gold", "session-of", "eyJ"} {
		if strings.Contains(logs, secret) {
			t.Errorf("the log has %s:\n%s", secret, logs)
		}
	}
}

func startRealService(t *testing.T) (url, key string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := service.DefaultConfig()
	c.DataDir, c.Listen = filepath.Join(t.TempDir(), "data"), listener.Addr().String()
	listener.Close()
	store, closeStore, err := service.OpenAPIKeys(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	made, secret, err := apikey.Create(t.Context(), store, apikey.Options{})
	closeStore()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- service.Serve(ctx, c, slog.New(slog.DiscardHandler)) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the service ended with %v", err)
		}
	})
	url = "http://" + c.Listen
	for range 500 {
		if response, err := http.Get(url + "/readyz"); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return url, made.Key + ":" + secret
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the service is not ready")
	return "", ""
}
