package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/zkpass-go/zkpass/service/jetstream"
	"github.com/zkpass-go/zkpass/service/job"
)

// controlSocket is where a service that runs alone lets its operator's commands at its
// queue: whoever may enter its directory.
const controlSocket = "control"

// control passes connections to the socket on to the embedded queue until ctx ends.
// Without it the service runs all the same.
func (c *Config) control(ctx context.Context, server *jetstream.Server, logger *slog.Logger) {
	path := filepath.Join(c.DataDir, controlSocket)
	_ = os.Remove(path) // of a process that was killed: the directory is ours
	listener, err := net.Listen("unix", path)
	if err != nil {
		logger.Warn("zkpass job cannot reach this service while it runs", "error", err)
		return
	}
	stop := context.AfterFunc(ctx, func() { listener.Close() })
	defer stop()
	if err := os.Chmod(path, 0o600); err != nil {
		logger.Warn("zkpass job cannot reach this service while it runs", "error", err)
		listener.Close()
		return
	}
	places := make(chan struct{}, controlsAtOnce)
	for {
		conn, err := listener.Accept()
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		select {
		case places <- struct{}{}:
			go func() { defer func() { <-places }(); pass(ctx, conn, server) }()
		default:
			conn.Close()
		}
	}
}

// controlsAtOnce bounds the commands that look after a service at a time.
const controlsAtOnce = 8

func pass(ctx context.Context, conn net.Conn, server *jetstream.Server) {
	defer conn.Close()
	inside, err := server.InProcessConn()
	if err != nil {
		return
	}
	defer context.AfterFunc(ctx, func() { conn.Close(); inside.Close() })()
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(inside, conn); inside.Close() })
	both.Go(func() { _, _ = io.Copy(conn, inside); conn.Close() })
	both.Wait()
}

// socketDialer connects to the socket, whatever the address.
type socketDialer struct{ path string }

func (d socketDialer) Dial(string, string) (net.Conn, error) {
	return net.DialTimeout("unix", d.path, 5*time.Second)
}

// OpenJobs opens the queue of a service, which may be running, for those who look after
// it. The function returned closes it.
func OpenJobs(ctx context.Context, c Config) (*job.Queue, func(), error) {
	conn, closeConn, err := c.reachQueue()
	if err != nil {
		return nil, nil, fmt.Errorf("opening the jobs: %w", err)
	}
	queue, err := job.Attach(ctx, conn, slog.New(slog.DiscardHandler))
	if err != nil {
		closeConn()
		return nil, nil, err
	}
	return queue, func() { queue.Close(); closeConn() }, nil
}

func (c *Config) reachQueue() (*nats.Conn, func(), error) {
	silent := slog.New(slog.DiscardHandler)
	if c.NATS.URL != "" {
		conn, err := c.connect("zkpass job", silent)
		if err != nil {
			return nil, nil, err
		}
		return conn, conn.Close, nil
	}
	// A mistyped directory must not get a queue.
	if _, err := os.Stat(filepath.Join(c.DataDir, jetStreamDir)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%w in %s", job.ErrNoQueue, c.DataDir)
	}
	conn, err := nats.Connect("nats://control", nats.SetCustomDialer(socketDialer{filepath.Join(c.DataDir, controlSocket)}), nats.Name("zkpass job"))
	if err == nil {
		return conn, conn.Close, nil
	}
	conn, _, stop, err := c.embed(silent) // the service does not run
	return conn, stop, err
}

// StoreSettings makes the settings of a service those of a configuration. Its processes
// are to be restarted with them.
func StoreSettings(ctx context.Context, c Config) error {
	if c.NATS.URL == "" {
		return errors.New("storing settings: a service that runs alone takes those of its configuration when it starts; give --nats URL for one on a cluster")
	}
	silent := slog.New(slog.DiscardHandler)
	conn, err := c.connect("zkpass job", silent)
	if err != nil {
		return fmt.Errorf("storing settings: %w", err)
	}
	defer conn.Close()
	config := c.queueConfig(conn, silent, nil)
	config.Adopt = true
	queue, err := job.Open(ctx, config)
	if err != nil {
		return fmt.Errorf("storing settings: %w", err)
	}
	return queue.Close()
}
