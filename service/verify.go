package service

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/jetstream"
	"github.com/zkpass-go/zkpass/service/keyring"
	"github.com/zkpass-go/zkpass/service/verifier"
	"github.com/zkpass-go/zkpass/verify"
)

// Verify runs a verifier until ctx ends, and then stops it gracefully: with a data
// directory alone, with a cluster as one of several that share requests and keys.
func Verify(ctx context.Context, c Config, logger *slog.Logger) error {
	if err := c.Check(Verifying); err != nil {
		return err
	}
	if c.DataDir != "" {
		return c.verifyAlone(ctx, logger)
	}
	conn, err := await(ctx, logger, func(context.Context) (*nats.Conn, error) { return c.connect("zkpass verifier", logger) })
	if err != nil {
		return err
	}
	defer conn.Close()
	apikeys, err := await(ctx, logger, func(ctx context.Context) (*apikey.Bucket, error) { return apikey.OpenKV(ctx, conn, c.NATS.Replicas) })
	if err != nil {
		return err
	}
	return c.verify(ctx, conn, nil, apikeys, logger)
}

func (c *Config) verifyAlone(ctx context.Context, logger *slog.Logger) error {
	apikeys, err := apikey.OpenDir(c.DataDir) // makes the data directory
	if err != nil {
		return err
	}
	conn, server, closeStore, err := c.embed(logger)
	if err != nil {
		return err
	}
	defer closeStore()
	return c.verify(ctx, conn, server, apikeys, logger)
}

// verify runs the parts of a verifier over a store. server is nil on a cluster.
func (c *Config) verify(ctx context.Context, conn *nats.Conn, server *jetstream.Server, apikeys apikey.Store, logger *slog.Logger) error {
	js, err := natsjs.New(conn)
	if err != nil {
		return fmt.Errorf("opening the store: %w", err)
	}
	replicas := 1
	if server == nil {
		replicas = jetstream.Replicas(conn, c.NATS.Replicas)
	}
	store, err := await(ctx, logger, func(ctx context.Context) (*verifier.Store, error) {
		return verifier.OpenStore(ctx, js, replicas, c.verifierSpace())
	})
	if err != nil {
		return err
	}
	ring, err := c.openVerifierKeys(logger)
	if err != nil {
		return err
	}
	fetcher := &zkpass.KeyFetcher{AllowedHosts: c.KeyHosts}
	config := verifier.Config{
		Keys: ring, Store: store, Resolver: fetcher, AllowLocal: c.Verifier.AllowLocal, TTL: c.Verifier.TTL, Skew: c.Verifier.Skew, Now: c.Now,
	}
	if config.ServiceKeys, err = serviceKeys(c.Verifier.ServiceJWKS); err != nil {
		return err
	}
	desk, err := verifier.New(config)
	if err != nil {
		return err
	}
	metrics := newRegistry()
	handler, err := c.newVerifierFront(desk, apikeys, logger, metrics)
	if err != nil {
		return err
	}
	return c.run(ctx, logger, func(ctx context.Context, parts *errgroup.Group) error {
		parts.Go(func() error { ring.Run(ctx, noJobs); return nil })
		if server != nil {
			parts.Go(func() error { return c.heal(ctx, server, store, logger) })
		}
		return c.listen(ctx, parts, handler, metrics, logger)
	})
}

// noJobs says that nothing waits to be decrypted: a verifier decrypts nothing.
func noJobs(context.Context) (time.Time, bool, error) { return time.Time{}, false, nil }

// openVerifierKeys opens the keys that sign requests. One must stay known as long
// as a request that it has signed can be answered.
func (c *Config) openVerifierKeys(logger *slog.Logger) (*keyring.Ring, error) {
	return keyring.Open(c.keysDir(), keyring.Options{
		Period: c.Keys.Period, Ahead: c.Keys.Ahead,
		Retain: max(keyring.DefaultRetain, verify.MaxLife+c.Verifier.TTL+2*c.Verifier.Skew+keyring.MinRetain),
		Now:    c.Now,
		Logger: logger,
	})
}

// verifierSpace shares the space out: a request takes up to 128 KiB, and the other
// two some hundred bytes for each call.
func (c *Config) verifierSpace() verifier.Space {
	total := c.Space.TotalMB << 20
	if total == 0 {
		return verifier.Space{}
	}
	return verifier.Space{Requests: total / 2, Answered: total / 4, Calls: total / 4}
}

// serviceKeys finds the keys of services: those of a file are read once, those of a
// URL are fetched and kept as its answers say.
func serviceKeys(location string) (func(context.Context) (*zkpass.KeySet, error), error) {
	if location == "" {
		return nil, nil
	}
	if !strings.Contains(location, "://") {
		text, err := os.ReadFile(location)
		if err != nil {
			return nil, fmt.Errorf("configuration: verifier.service_jwks: %w", err)
		}
		set, err := zkpass.ParseKeySet(text)
		if err != nil {
			return nil, fmt.Errorf("configuration: verifier.service_jwks: %s: %w", location, err)
		}
		return func(context.Context) (*zkpass.KeySet, error) { return set, nil }, nil
	}
	fetcher, err := fetcherOf(location)
	if err != nil {
		return nil, fmt.Errorf("configuration: verifier.service_jwks: %w", err)
	}
	return func(ctx context.Context) (*zkpass.KeySet, error) { return fetcher.KeySet(ctx, location) }, nil
}

// fetcherOf allows the host of one URL, which the operator has given.
func fetcherOf(location string) (*zkpass.KeyFetcher, error) {
	_, rest, _ := strings.Cut(location, "://")
	host, _, _ := strings.Cut(rest, "/")
	f := &zkpass.KeyFetcher{AllowedHosts: []string{host}}
	return f, f.AllowURL(location)
}
