package jetstream

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// clusterReplicas is how many copies there are on a cluster unless one is asked for
// another number: with three, any node may be lost.
const clusterReplicas = 3

// Replicas is how many copies of everything there are to be: as many as asked for,
// or with 0 three on a cluster and one on a server of its own.
func Replicas(conn *nats.Conn, asked int) int {
	switch {
	case asked > 0:
		return asked
	case conn.ConnectedClusterName() != "":
		return clusterReplicas
	}
	return 1
}

// Raise gives a stream at least as many copies as [Replicas] says. It never takes
// one away.
func Raise(ctx context.Context, js jetstream.JetStream, name string, asked int) error {
	stream, err := js.Stream(ctx, name)
	if err != nil {
		return err
	}
	config := stream.CachedInfo().Config
	want := Replicas(js.Conn(), asked)
	if config.Replicas >= want {
		return nil
	}
	config.Replicas = want
	if _, err := js.UpdateStream(ctx, config); err != nil {
		return fmt.Errorf("raising %s from %d to %d copies: %w", name, stream.CachedInfo().Config.Replicas, want, err)
	}
	return nil
}
