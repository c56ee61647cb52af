package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/jetstream"
	"github.com/zkpass-go/zkpass/service/job"
	"github.com/zkpass-go/zkpass/service/keyring"
)

// The directories in the data directory of a service that runs alone. API keys
// are in the data directory itself.
const (
	KeysDir      = "keys"
	jetStreamDir = "jetstream"
)

// OpenAPIKeys opens the API keys of a service, which may be running. The function
// returned closes them.
func OpenAPIKeys(ctx context.Context, c Config) (apikey.Store, func(), error) {
	if c.NATS.URL == "" {
		store, err := apikey.OpenDir(c.DataDir)
		return store, func() {}, err
	}
	conn, err := c.connect("zkpass apikey", slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, nil, err
	}
	store, err := apikey.OpenKV(ctx, conn, c.NATS.Replicas)
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	return store, conn.Close, nil
}

// clusterTime is how long a process waits for its cluster when it starts: both may
// come up together.
const clusterTime = time.Minute

// await tries something at the cluster until it succeeds or clusterTime is over.
func await[T any](ctx context.Context, logger *slog.Logger, try func(context.Context) (T, error)) (T, error) {
	deadline := time.Now().Add(clusterTime)
	for {
		got, err := try(ctx)
		if err == nil || ctx.Err() != nil || errors.Is(err, job.ErrSettings) || time.Now().After(deadline) {
			return got, err
		}
		logger.Warn("the cluster is not ready, trying again", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// connect opens a connection to the cluster.
func (c *Config) connect(name string, logger *slog.Logger) (*nats.Conn, error) {
	return jetstream.Connect(c.NATS.URL, jetstream.Options{
		Name: name, Credentials: c.NATS.Credentials, CA: c.NATS.CA, Certificate: c.NATS.Cert, Key: c.NATS.Key, Logger: logger,
	})
}

// embed starts a server in the data directory and connects to it.
func (c *Config) embed(logger *slog.Logger) (*nats.Conn, *jetstream.Server, func(), error) {
	server, err := jetstream.Start(filepath.Join(c.DataDir, jetStreamDir), logger)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("starting the queue: %w", err)
	}
	stop := func() {
		if err := server.Close(); err != nil {
			logger.Error("stopping the queue failed", "error", err)
		}
	}
	conn, err := server.Connect()
	if err != nil {
		stop()
		return nil, nil, nil, fmt.Errorf("starting the queue: %w", err)
	}
	return conn, server, func() { conn.Close(); stop() }, nil
}

// clusterSpace is how much inputs and results may take on a cluster, whose disks
// nobody here can see.
const clusterSpace = 16 << 30

func (c *Config) queueConfig(conn *nats.Conn, logger *slog.Logger, metrics prometheus.Registerer) job.Config {
	config := job.Config{
		Conn: conn, Replicas: c.NATS.Replicas, MaxQueued: c.Jobs.MaxQueued, MaxPerOwner: c.Jobs.MaxPerKey,
		Space: c.Space.TotalMB << 20, SpacePerOwner: c.Space.PerKeyMB << 20,
		ResultTTL: c.Jobs.ResultTTL, AckWait: c.Jobs.Redelivery, MaxAttempts: c.Jobs.MaxAttempts,
		Logger: logger, Metrics: metrics,
	}
	if c.DataDir != "" {
		config.Sole, config.Replicas = true, 1
		config.Free = func() (int64, error) {
			free, err := freeSpace(c.DataDir)
			return free - c.Space.FreeMB<<20, err
		}
	} else if config.Space == 0 {
		config.Space = clusterSpace
	}
	return config
}

func (c *Config) openQueue(ctx context.Context, conn *nats.Conn, logger *slog.Logger, metrics prometheus.Registerer) (*job.Queue, error) {
	return job.Open(ctx, c.queueConfig(conn, logger, metrics))
}

// openKeys opens the keys. What they have signed must stay verifiable as long as
// a result lives and a verifier's ttl, which is counted generously.
func (c *Config) openKeys(logger *slog.Logger) (*keyring.Ring, error) {
	return keyring.Open(c.keysDir(), keyring.Options{
		Period: c.Keys.Period, Ahead: c.Keys.Ahead,
		Retain: max(keyring.DefaultRetain, c.Jobs.ResultTTL+keyring.MinRetain),
		Now:    c.Now, Logger: logger,
	})
}

// RotateKeys makes the next keys of a service, which may be running: for use after
// Keys.Ahead, or at once if the present ones have leaked.
func RotateKeys(c Config, leaked bool) error {
	// A mistyped directory must not get keys of its own.
	if _, err := os.Stat(c.keysDir()); err != nil {
		return fmt.Errorf("rotating keys: %w", err)
	}
	ring, err := c.openKeys(nil)
	if err != nil {
		return err
	}
	return ring.Rotate(leaked)
}
