// Package jetstream gives a service its NATS JetStream: a server inside the
// process that keeps everything in one directory, or a connection to a cluster.
//
// The embedded server listens nowhere; only this process can talk to it. It is one
// server, never a member of a cluster: a service on several machines connects to
// an external cluster of three.
package jetstream

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
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
)

// startTimeout is how long reading the stored messages may take at start.
const startTimeout = 2 * time.Minute

// Server is an embedded server.
type Server struct {
	server *server.Server
	lock   *os.File
	log    *slog.Logger
	once   sync.Once
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
	s, err := start(dir, logger)
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("starting the embedded queue in %s: %w", dir, err)
	}
	return &Server{server: s, lock: lock, log: logger}, nil
}

func start(dir string, logger *slog.Logger) (*server.Server, error) {
	s, err := server.NewServer(&server.Options{
		ServerName: "zkpass",
		DontListen: true,
		JetStream:  true,
		StoreDir:   dir,
		SyncAlways: true,
		// Nothing is kept in memory; zero would reserve a share of the machine's.
		JetStreamMaxMemory:     1 << 20,
		NoSigs:                 true,
		NoSystemAccount:        true,
		DisableJetStreamBanner: true,
	})
	if err != nil {
		return nil, err
	}
	s.SetLoggerV2(serverLogger{logger}, false, false, false)
	s.Start()
	if !s.ReadyForConnections(startTimeout) {
		s.Shutdown()
		s.WaitForShutdown()
		return nil, fmt.Errorf("not ready after %s", startTimeout)
	}
	if !s.JetStreamEnabled() {
		s.Shutdown()
		s.WaitForShutdown()
		return nil, errors.New("the store cannot be opened; the log says why")
	}
	return s, nil
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

// Connect opens a connection to the server within the process. Close it before
// the server.
func (s *Server) Connect() (*nats.Conn, error) {
	conn, err := nats.Connect("", append(always(s.log), nats.InProcessServer(s.server), nats.Name("zkpass"))...)
	if err != nil {
		return nil, fmt.Errorf("connecting to the embedded queue: %w", err)
	}
	return conn, nil
}

// Close stops the server once its files are written, and frees the directory.
func (s *Server) Close() error {
	s.once.Do(func() {
		s.server.Shutdown()
		s.server.WaitForShutdown()
		s.lock.Close()
	})
	return nil
}
