// Package jetstream gives a service its NATS JetStream: a server inside the
// process that keeps everything in one directory, or a connection to a cluster.
//
// The embedded server listens nowhere; only this process can talk to it. It is one
// server, never a member of a cluster: a service on several machines connects to
// an external cluster of three.
package jetstream

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

var (
	// ErrInUse means that another process has the directory.
	ErrInUse = errors.New("the directory is in use by another process")
	// ErrWide means that others than the owner may enter the directory.
	ErrWide = errors.New("the directory is open to others")
	// ErrStuck means that a store could not be closed in time, so that it cannot be
	// opened again in this process. Another process can, once this one has ended.
	ErrStuck = errors.New("the store does not close, only a new process can open it")
)

const (
	// startTimeout is how long reading the stored messages may take at start.
	startTimeout = 2 * time.Minute
	// stopTimeout is how long writing what is open may take at the end.
	stopTimeout = 5 * time.Second
	// maxStore is a limit that is none: space is the service's to share out. The
	// server's own would be a part of what was free when it started.
	maxStore = 1 << 60
)

// Server is an embedded server.
type Server struct {
	dir  string
	lock *os.File
	log  *slog.Logger
	once sync.Once

	mu     sync.Mutex
	server *server.Server // nil while it is being opened again
	broken chan struct{}  // holds one if the store has given up a stream
}

// Start runs a server with its files in dir, which belongs to it alone: it is
// made with mode 0700 if there is none, and refused with [ErrWide] if others may
// enter it, with [ErrInUse] if another process, or another Server, has it.
//
// What the server acknowledges is on disk: it syncs every write. A nil logger
// logs nothing; none ever logs a message's content.
func Start(dir string, logger *slog.Logger) (*Server, error) {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	lock, err := claim(dir)
	if err != nil {
		return nil, fmt.Errorf("starting the embedded queue: %w", err)
	}
	s := &Server{dir: dir, lock: lock, log: logger, broken: make(chan struct{}, 1)}
	if s.server, err = s.start(); err != nil {
		lock.Close()
		return nil, fmt.Errorf("starting the embedded queue in %s: %w", dir, err)
	}
	return s, nil
}

func (s *Server) start() (*server.Server, error) {
	started, err := server.NewServer(&server.Options{
		ServerName: "zkpass",
		DontListen: true,
		JetStream:  true,
		StoreDir:   s.dir,
		SyncAlways: true,
		// Nothing is kept in memory; zero would reserve a share of the machine's.
		JetStreamMaxMemory:     1 << 20,
		JetStreamMaxStore:      maxStore,
		NoSigs:                 true,
		NoSystemAccount:        true,
		DisableJetStreamBanner: true,
	})
	if err != nil {
		return nil, err
	}
	started.SetLoggerV2(serverLogger{s.log, s.report}, false, false, false)
	started.Start()
	if !started.ReadyForConnections(startTimeout) {
		stop(started)
		return nil, fmt.Errorf("not ready after %s", startTimeout)
	}
	if !started.JetStreamEnabled() {
		stop(started)
		return nil, errors.New("the store cannot be opened; the log says why")
	}
	return started, nil
}

// stop ends a server, and reports whether it did so in time.
func stop(s *server.Server) bool {
	ended := make(chan struct{})
	go func() {
		s.Shutdown()
		s.WaitForShutdown()
		close(ended)
	}()
	select {
	case <-ended:
		return true
	case <-time.After(stopTimeout):
		return false
	}
}

// report notes that the server has given up writing to a stream, or the store.
func (s *Server) report() {
	select {
	case s.broken <- struct{}{}:
	default:
	}
}

// Broken has something to receive when the store has reported an error that it does
// not recover from by itself: a failed write, after which a stream takes nothing more.
func (s *Server) Broken() <-chan struct{} { return s.broken }

// Reopen closes the store and opens it again in this process, as often as it takes:
// while the disk is full it may not open. Connections find the new server by
// themselves. It fails with [ErrStuck], or when ctx ends.
func (s *Server) Reopen(ctx context.Context) error {
	s.mu.Lock()
	old := s.server
	s.server = nil
	s.mu.Unlock()
	if old != nil && !stop(old) {
		return fmt.Errorf("opening the embedded queue again: %w", ErrStuck)
	}
	for wait := time.Second; ; wait = min(2*wait, 10*time.Second) {
		started, err := s.start()
		if err == nil {
			select {
			case <-s.broken: // of the old one
			default:
			}
			s.mu.Lock()
			s.server = started
			s.mu.Unlock()
			s.log.Info("the queue is open again")
			return nil
		}
		s.log.Error("the queue does not open, trying again", "error", err, "in", wait)
		select {
		case <-ctx.Done():
			return fmt.Errorf("opening the embedded queue again: %w", ctx.Err())
		case <-time.After(wait):
		}
	}
}

// claim makes the directory if need be and locks it: the server itself would let
// two processes write to the same files.
func claim(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: dir, Err: errors.New("not a directory")}
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%w: %s has mode %04o, want 0700: run chmod 0700 %s", ErrWide, dir, mode, dir)
	}
	return lockDirectory(dir)
}

// InProcessConn implements nats.InProcessConnProvider for the server that there is
// now.
func (s *Server) InProcessConn() (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server == nil {
		return nil, errors.New("the embedded queue is being opened")
	}
	return s.server.InProcessConn()
}

// Connect opens a connection to the server within the process. Close it before
// the server.
func (s *Server) Connect() (*nats.Conn, error) {
	conn, err := nats.Connect("", append(always(s.log), nats.InProcessServer(s), nats.Name("zkpass"))...)
	if err != nil {
		return nil, fmt.Errorf("connecting to the embedded queue: %w", err)
	}
	return conn, nil
}

// Close stops the server once its files are written, and frees the directory. It
// returns [ErrStuck] if that takes too long.
func (s *Server) Close() (err error) {
	s.once.Do(func() {
		s.mu.Lock()
		old := s.server
		s.server = nil
		s.mu.Unlock()
		if old != nil && !stop(old) {
			err = fmt.Errorf("stopping the embedded queue: %w", ErrStuck)
			return // the directory is not free
		}
		s.lock.Close()
	})
	return err
}
