package krisna

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkpass-go/zkpass/verify/natskv"
)

// maxRecord bounds one record; proof tokens are the largest.
const maxRecord = 4 << 20

// Store is the shop's database: JetStream key-value buckets of a NATS server that
// runs in the process, listens nowhere and keeps its files in one directory.
type Store struct {
	server    *server.Server
	conn      *nats.Conn
	customers jetstream.KeyValue
	requests  jetstream.KeyValue
	proofs    jetstream.KeyValue
	used      *natskv.Store // requests that were answered
}

// OpenStore opens the database in a directory, which no other process may use.
func OpenStore(ctx context.Context, dir string) (*Store, error) {
	s := new(Store)
	if err := s.open(ctx, dir); err != nil {
		s.Close()
		return nil, fmt.Errorf("opening the shop's database: %w", err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, dir string) (err error) {
	s.server, err = server.NewServer(&server.Options{
		ServerName: "krisna", DontListen: true, JetStream: true, StoreDir: dir, MaxPayload: maxRecord,
		NoLog: true, NoSigs: true, SyncAlways: true,
	})
	if err != nil {
		return err
	}
	s.server.Start()
	if !s.server.ReadyForConnections(10 * time.Second) {
		return errors.New("the database server does not start")
	}
	if s.conn, err = nats.Connect("", nats.InProcessServer(s.server)); err != nil {
		return err
	}
	js, err := jetstream.New(s.conn)
	if err != nil {
		return err
	}
	for _, b := range []struct {
		bucket *jetstream.KeyValue
		config jetstream.KeyValueConfig
	}{
		{&s.customers, jetstream.KeyValueConfig{Bucket: "customers"}},
		{&s.requests, jetstream.KeyValueConfig{Bucket: "requests"}},
		{&s.proofs, jetstream.KeyValueConfig{Bucket: "proofs"}},
	} {
		b.config.Storage = jetstream.FileStorage
		if *b.bucket, err = js.CreateOrUpdateKeyValue(ctx, b.config); err != nil {
			return err
		}
	}
	s.used, err = natskv.Open(ctx, js, natskv.Options{})
	return err
}

// Close closes the database.
func (s *Store) Close() {
	if s.conn != nil {
		s.conn.Close()
	}
	if s.server != nil {
		s.server.Shutdown()
		s.server.WaitForShutdown()
	}
}
