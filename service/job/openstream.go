package job

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// openStream opens a stream, made or changed if it is not as it should be. Front
// ends and workers may do so at once, and with a cluster that is just coming up:
// a request that several make together may be done and never answered. So each
// waits only so long, and what is there already is left alone.
func openStream(ctx context.Context, js jetstream.JetStream, want jetstream.StreamConfig) (jetstream.Stream, error) {
	for {
		stream, err := tryOpenStream(ctx, js, want)
		if err == nil {
			return stream, nil
		}
		if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			return nil, err
		}
		pause(ctx, 100*time.Millisecond)
	}
}

func tryOpenStream(ctx context.Context, js jetstream.JetStream, want jetstream.StreamConfig) (jetstream.Stream, error) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	stream, err := js.Stream(ctx, want.Name)
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		return js.CreateStream(ctx, want)
	case err != nil:
		return nil, err
	case isAs(stream.CachedInfo().Config, want):
		return stream, nil
	}
	return js.UpdateStream(ctx, want)
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
		have.Replicas == max(want.Replicas, 1) &&
		have.AllowDirect == want.AllowDirect &&
		have.AllowRollup == want.AllowRollup &&
		have.DenyDelete == want.DenyDelete &&
		have.AllowMsgTTL == want.AllowMsgTTL &&
		have.SubjectDeleteMarkerTTL == want.SubjectDeleteMarkerTTL
}
