package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/jetstream"
	"github.com/zkpass-go/zkpass/service/job"
	"github.com/zkpass-go/zkpass/service/keyring"
)

// Serve runs a service until ctx ends, and then stops it gracefully: with a data
// directory everything in this process, with a cluster a front end. It returns nil
// when all has ended in order.
func Serve(ctx context.Context, c Config, logger *slog.Logger) error {
	if err := c.Check(Serving); err != nil {
		return err
	}
	if c.DataDir != "" {
		return serveAlone(ctx, c, logger)
	}
	return serveFront(ctx, c, logger)
}

func serveAlone(ctx context.Context, c Config, logger *slog.Logger) error {
	apikeys, err := apikey.OpenDir(c.DataDir) // makes the data directory
	if err != nil {
		return err
	}
	conn, server, closeStore, err := c.embed(logger)
	if err != nil {
		return err
	}
	defer closeStore()
	ring, err := c.openKeys(logger)
	if err != nil {
		return err
	}
	metrics := newRegistry()
	queue, err := c.openQueue(ctx, conn, logger, metrics)
	if err != nil {
		return err
	}
	defer queue.Close()
	attest, err := c.attester(ring)
	if err != nil {
		return err
	}
	known := &families{own: c.ownFamilies()}
	prover, err := c.newWorker(queue, ring, known, logger, metrics)
	if err != nil {
		return err
	}
	handler, err := c.newFront(queue, ring, apikeys, known, attest, logger, metrics)
	if err != nil {
		return err
	}
	return c.run(ctx, logger, func(ctx context.Context, parts *errgroup.Group) error {
		parts.Go(func() error { ring.Run(ctx, queue.OldestQueued); return nil })
		parts.Go(func() error { return prover.Run(ctx) })
		parts.Go(func() error { return c.heal(ctx, server, queue, logger) })
		parts.Go(func() error { c.control(ctx, server, logger); return nil })
		return c.listen(ctx, parts, handler, metrics, logger)
	})
}

func serveFront(ctx context.Context, c Config, logger *slog.Logger) error {
	conn, err := await(ctx, logger, func(context.Context) (*nats.Conn, error) { return c.connect("zkpass serve", logger) })
	if err != nil {
		return err
	}
	defer conn.Close()
	apikeys, err := await(ctx, logger, func(ctx context.Context) (*apikey.Bucket, error) { return apikey.OpenKV(ctx, conn, c.NATS.Replicas) })
	if err != nil {
		return err
	}
	metrics := newRegistry()
	queue, err := await(ctx, logger, func(ctx context.Context) (*job.Queue, error) { return c.openQueue(ctx, conn, logger, metrics) })
	if err != nil {
		return err
	}
	defer queue.Close()
	watching, stopWatching := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWatching()
	keys := keyring.Watch(watching, keyring.Bucket{Conn: conn, Replicas: c.NATS.Replicas, Logger: logger})
	known := watchFamilies(watching, conn, c.NATS.Replicas, logger)
	handler, err := c.newFront(queue, keys, apikeys, known, askForEvidence(conn), logger, metrics)
	if err != nil {
		return err
	}
	return c.run(ctx, logger, func(ctx context.Context, parts *errgroup.Group) error {
		return c.listen(ctx, parts, handler, metrics, logger)
	})
}

// Work runs a worker until ctx ends, and then stops it gracefully.
func Work(ctx context.Context, c Config, logger *slog.Logger) error {
	if err := c.Check(Working); err != nil {
		return err
	}
	ring, err := c.openKeys(logger)
	if err != nil {
		return err
	}
	conn, err := await(ctx, logger, func(context.Context) (*nats.Conn, error) { return c.connect("zkpass worker", logger) })
	if err != nil {
		return err
	}
	defer conn.Close()
	metrics := newRegistry()
	queue, err := await(ctx, logger, func(ctx context.Context) (*job.Queue, error) { return c.openQueue(ctx, conn, logger, metrics) })
	if err != nil {
		return err
	}
	defer queue.Close()
	attest, err := c.attester(ring)
	if err != nil {
		return err
	}
	watching, stopWatching := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWatching()
	prover, err := c.newWorker(queue, ring, watchFamilies(watching, conn, c.NATS.Replicas, logger), logger, metrics)
	if err != nil {
		return err
	}
	return c.run(ctx, logger, func(ctx context.Context, parts *errgroup.Group) error {
		parts.Go(func() error { ring.Run(ctx, queue.OldestQueued); return nil })
		parts.Go(func() error {
			keyring.Publish(ctx, keyring.Bucket{Conn: conn, Replicas: c.NATS.Replicas, Logger: logger}, ring)
			return nil
		})
		parts.Go(func() error { announce(ctx, conn, c.NATS.Replicas, c.ownFamilies(), logger); return nil })
		parts.Go(func() error { return answerForEvidence(ctx, conn, attest, logger) })
		parts.Go(func() error { return prover.Run(ctx) })
		ready := func(ctx context.Context) error {
			if !ring.Published().Ready() {
				return errors.New("there are no keys")
			}
			return queue.Ready(ctx)
		}
		return c.listenMetrics(ctx, parts, workerMetrics(metrics, ready), logger)
	})
}

// stopMargin is how much longer than Config.StopGrace stopping may take.
const stopMargin = 8 * time.Second

// errNotStopped means that a part of the process does not end. What it had under way
// is taken up by the next process, or by another one.
var errNotStopped = errors.New("not stopped in time; what was under way goes back to the queue")

// run starts the parts of a process and waits for all of them. The first that fails
// stops the others. It does not wait for ever: a store that is broken must not hold
// up the process's end.
func (c *Config) run(ctx context.Context, logger *slog.Logger, start func(context.Context, *errgroup.Group) error) error {
	parts, ctx := errgroup.WithContext(ctx)
	if err := start(ctx, parts); err != nil {
		parts.Go(func() error { return err })
	}
	ended := make(chan error, 1)
	go func() { ended <- parts.Wait() }()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		cause := context.Cause(ctx)
		grace := c.StopGrace
		if errors.Is(cause, jetstream.ErrStuck) {
			grace = 0 // without a store nothing under way can end
		}
		logger.Info("stopping", "at_most", grace)
		select {
		case err = <-ended:
		case <-time.After(grace + stopMargin):
			err = errNotStopped
			if cause != context.Canceled {
				err = fmt.Errorf("%w: %w", errNotStopped, cause)
			}
		}
	}
	if err == nil {
		logger.Info("stopped")
	}
	return err
}
