package job

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	cluster "github.com/zkpass-go/zkpass/service/jetstream"
)

// openStream opens a stream, made or changed if it is not as it should be. Front
// ends and workers may do so at once, and with a cluster that is just coming up:
// a request that several make together may be done and never answered. So each
// waits only so long, and what is there already is left alone.
func openStream(ctx context.Context, js jetstream.JetStream, c Config, want jetstream.StreamConfig) (jetstream.Stream, error) {
	for {
		stream, err := tryOpenStream(ctx, js, c, want)
		if err == nil {
			return stream, nil
		}
		if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			return nil, err
		}
		pause(ctx, 100*time.Millisecond)
	}
}

func tryOpenStream(ctx context.Context, js jetstream.JetStream, c Config, want jetstream.StreamConfig) (jetstream.Stream, error) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	want.Replicas = cluster.Replicas(js.Conn(), c.Replicas)
	stream, err := js.Stream(ctx, want.Name)
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		return js.CreateStream(ctx, want)
	case err != nil:
		return nil, err
	}
	have := stream.CachedInfo().Config
	if have.Replicas > want.Replicas && c.Replicas != 0 {
		return nil, fmt.Errorf("%w: nats.replicas is %d here and %d there; a process never lowers it", ErrSettings, c.Replicas, have.Replicas)
	}
	if !c.Adopt && !c.Sole {
		if stored := settingsOf(have); stored != "" && stored != settingsOf(want) {
			return nil, compareSettings(settingsOf(want), stored)
		}
	}
	raised := want.Replicas > have.Replicas
	want.Replicas = have.Replicas
	if !isAs(have, want) {
		want.Metadata = merged(have.Metadata, want.Metadata)
		if stream, err = js.UpdateStream(ctx, want); err != nil {
			return nil, err
		}
	}
	if raised {
		// What is there serves as it is: a node that is down now must not keep a
		// process from starting. It is tried again later.
		if err := cluster.Raise(ctx, js, want.Name, c.Replicas); err != nil {
			c.Logger.Warn("a stream has fewer copies than it should", "stream", want.Name, "copies", have.Replicas, "error", err)
		}
	}
	return stream, nil
}

// merged keeps what the server has added of its own.
func merged(have, want map[string]string) map[string]string {
	all := maps.Clone(have)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, want)
	return all
}

// isAs reports whether a stream has what this package asks for; the server fills
// in the rest.
func isAs(have, want jetstream.StreamConfig) bool {
	// 0 and -1 both stand for no limit.
	limit := func(n int64) int64 { return max(n, 0) }
	return slices.Equal(have.Subjects, want.Subjects) &&
		have.Description == want.Description &&
		have.Retention == want.Retention &&
		limit(have.MaxMsgs) == limit(want.MaxMsgs) &&
		limit(have.MaxMsgsPerSubject) == limit(want.MaxMsgsPerSubject) &&
		have.Discard == want.Discard &&
		have.DiscardNewPerSubject == want.DiscardNewPerSubject &&
		have.MaxAge == want.MaxAge &&
		have.Storage == want.Storage &&
		have.AllowDirect == want.AllowDirect &&
		have.AllowRollup == want.AllowRollup &&
		have.DenyDelete == want.DenyDelete &&
		have.AllowMsgTTL == want.AllowMsgTTL &&
		have.SubjectDeleteMarkerTTL == want.SubjectDeleteMarkerTTL &&
		settingsOf(have) == settingsOf(want)
}
