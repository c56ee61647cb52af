package stage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/zkpass-go/zkpass/examples/shopsphere/app"
	"github.com/zkpass-go/zkpass/examples/shopsphere/krisna"
	"github.com/zkpass-go/zkpass/examples/shopsphere/provider"
	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

// clientID is the app's at the provider.
const clientID = "client_id_58347"

// Options are what a stage is set up with. Only Dir and Logger are a must.
type Options struct {
	// Dir is for the data of the parties; the caller makes and removes it.
	Dir string
	// Ports for provider, app, shop and service; 0 takes one that is free.
	Ports [4]int
	// Algorithm of the provider's ID tokens, see [provider.Options].
	Algorithm string
	// SDK has the npm package for pages, see [BuildSDK]. With it customers' browsers prove;
	// without it, and without scripts, it is the service or the app's server.
	SDK fs.FS
	// Binary is the command zkpass, to run a zkPass service with. Without it the app's
	// server proves, or Service.
	Binary  string
	Service app.Service
	// Listener, if it is not nil, goes around the listener of each party: tests see
	// all traffic with it.
	Listener func(party string, listener net.Listener) net.Listener
	// KrisnaNow and AppNow tell the time; nil stands for time.Now.
	KrisnaNow, AppNow func() time.Time
	// Clients are further applications that people can sign in to at the provider.
	Clients []provider.Client
	// Other is a provider that runs already, in place of the stage's own.
	Other *Other
	// Impostor has the app log in at another provider than the one that the shop
	// asks about, with accounts that look the same.
	Impostor bool
	Logger   *slog.Logger
}

// Other is an OpenID provider that is no part of the stage. The app is a client of
// it, with the redirect URIs [app.CallbackPath] and [app.SignedInPath] at the app's origin.
type Other struct {
	Issuer                 string
	ClientID, ClientSecret string
}

// Stage is all parties, running.
type Stage struct {
	// Provider, App and Krisna are origins.
	Provider, App, Krisna string
	// Service is the zkPass service, or nil.
	Service *Service
	// Store is the shop's database.
	Store *krisna.Store

	jwks                   string // the provider's key set
	clientID, clientSecret string // the app's at the provider

	logger *slog.Logger
	around func(string, net.Listener) net.Listener
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// Start starts all parties. The caller stops them with Close.
func Start(ctx context.Context, options Options) (*Stage, error) {
	s := &Stage{logger: options.Logger, around: options.Listener}
	ctx, s.cancel = context.WithCancel(ctx)
	if err := s.start(ctx, options); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close stops the parties and waits for them.
func (s *Stage) Close() {
	s.cancel()
	s.done.Wait()
	if s.Service != nil {
		s.Service.Stop()
	}
	if s.Store != nil {
		s.Store.Close()
	}
}

func (s *Stage) start(ctx context.Context, options Options) error {
	var listeners [3]net.Listener
	for i := range listeners {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", options.Ports[i]))
		if err != nil {
			return fmt.Errorf("listening: %w", err)
		}
		listeners[i] = listener
	}
	s.Provider = "http://" + listeners[0].Addr().String()
	s.App = "http://" + listeners[1].Addr().String()
	s.Krisna = fmt.Sprintf("http://localhost:%d", listeners[2].Addr().(*net.TCPAddr).Port)
	s.jwks, s.clientID = s.Provider+provider.JWKSPath, clientID
	if options.SDK == nil {
		s.clientSecret = web.RandomText()
	}
	if options.Other != nil {
		listeners[0].Close()
		if err := s.useOther(ctx, options.Other); err != nil {
			return err
		}
	} else if err := s.startProvider(ctx, listeners[0], s.Provider, options); err != nil {
		return fmt.Errorf("starting the provider: %w", err)
	}
	login := s.Provider
	if options.Impostor {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return fmt.Errorf("listening: %w", err)
		}
		login = "http://" + listener.Addr().String()
		if err := s.startProvider(ctx, listener, login, options); err != nil {
			return fmt.Errorf("starting the other provider: %w", err)
		}
	}
	service := options.Service
	if options.Binary != "" {
		address, err := freeAddress(options.Ports[3])
		if err != nil {
			return err
		}
		hosts := []string{strings.TrimPrefix(s.Provider, "http://"), strings.TrimPrefix(s.Krisna, "http://")}
		s.Service, err = startService(ctx, options.Binary, filepath.Join(options.Dir, "service"), address, hosts)
		if err != nil {
			return err
		}
		if service, err = app.NewService(s.Service.URL, s.Service.APIKey, nil); err != nil {
			return err
		}
	}
	if err := s.startKrisna(ctx, listeners[2], options); err != nil {
		return fmt.Errorf("starting the shop: %w", err)
	}
	appOptions := app.Options{
		Origin: s.App, Issuer: login, IssuerJWKS: s.jwks,
		ClientID: s.clientID, ClientSecret: s.clientSecret, Partners: []app.Partner{{Name: "Krisna", Origin: s.Krisna}},
		SDK: options.SDK, Service: service, Now: options.AppNow, Logger: options.Logger.With("site", "app"),
	}
	handler, err := app.New(ctx, appOptions)
	if err != nil {
		return fmt.Errorf("starting the app: %w", err)
	}
	s.serve(ctx, listeners[1], handler, "app")
	return nil
}

// useOther asks another provider for what it publishes of itself.
func (s *Stage) useOther(ctx context.Context, other *Other) error {
	s.Provider, s.clientID, s.clientSecret = other.Issuer, other.ClientID, other.ClientSecret
	found, err := oidc.NewProvider(ctx, other.Issuer)
	if err != nil {
		return fmt.Errorf("discovering the OpenID provider: %w", err)
	}
	var published struct {
		JWKS string `json:"jwks_uri"`
	}
	if err := found.Claims(&published); err != nil {
		return fmt.Errorf("discovering the OpenID provider: %w", err)
	}
	s.jwks = published.JWKS
	return nil
}

func (s *Stage) startProvider(ctx context.Context, listener net.Listener, issuer string, options Options) error {
	users, err := provider.DemoUsers()
	if err != nil {
		return err
	}
	clients := append([]provider.Client{{
		ID: s.clientID, Secret: s.clientSecret, Name: "the ShopSphere app",
		RedirectURIs: []string{s.App + app.CallbackPath, s.App + app.SignedInPath}, Origins: []string{s.App},
	}}, options.Clients...)
	handler, err := provider.New(provider.Options{
		Issuer: issuer, Algorithm: options.Algorithm, Users: users, Clients: clients,
		Logger: options.Logger.With("site", "provider"),
	})
	if err != nil {
		return err
	}
	s.serve(ctx, listener, handler, "provider")
	return nil
}

func (s *Stage) startKrisna(ctx context.Context, listener net.Listener, options Options) error {
	var err error
	if s.Store, err = krisna.OpenStore(ctx, filepath.Join(options.Dir, "krisna")); err != nil {
		return err
	}
	customers, err := krisna.DemoCustomers()
	if err != nil {
		return err
	}
	if err := s.Store.AddCustomers(ctx, customers); err != nil {
		return err
	}
	shop := krisna.Options{
		Origin: s.Krisna, Issuer: s.Provider, IssuerJWKS: s.jwks, AppClientID: s.clientID,
		AppRequests: s.App + app.RequestsPath, Store: s.Store, Now: options.KrisnaNow,
		Logger: options.Logger.With("site", "krisna"),
	}
	if s.Service != nil {
		shop.ServiceJWKS = s.Service.URL + "/.well-known/jwks.json"
	}
	handler, err := krisna.New(shop)
	if err != nil {
		return err
	}
	s.serve(ctx, listener, handler, "krisna")
	return nil
}

// serve answers requests until the stage is closed.
func (s *Stage) serve(ctx context.Context, listener net.Listener, handler http.Handler, party string) {
	if s.around != nil {
		listener = s.around(party, listener)
	}
	s.done.Go(func() {
		if err := web.Serve(ctx, listener, handler, s.logger); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.logger.Error("a site stopped", "site", party, "error", err)
		}
	})
}
