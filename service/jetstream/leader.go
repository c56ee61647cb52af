package jetstream

import (
	"context"

	"github.com/nats-io/nats.go/jetstream"
)

// LeaderOnly has reads of a bucket answered by its leader. The library lets every
// replica answer; one that lags behind, or is cut off from the others, would not know
// of what was written last, such as that a key was revoked.
func LeaderOnly(ctx context.Context, js jetstream.JetStream, kv jetstream.KeyValue) (jetstream.KeyValue, error) {
	stream, err := js.Stream(ctx, "KV_"+kv.Bucket())
	if err != nil {
		return nil, err
	}
	config := stream.CachedInfo().Config
	if !config.AllowDirect {
		return kv, nil
	}
	config.AllowDirect = false
	if _, err := js.UpdateStream(ctx, config); err != nil {
		return nil, err
	}
	return js.KeyValue(ctx, kv.Bucket()) // one that knows
}
