package job

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"
)

// Ready reports whether jobs can be accepted and their states be told: it writes to
// every stream, for one may be broken while its neighbours are well. Errors wrap
// [ErrUnavailable], and [ErrFull] if nothing is wrong but that there is no space.
func (q *Queue) Ready(ctx context.Context) error {
	if err := q.Probe(ctx); err != nil {
		return err
	}
	if _, fresh := q.index.position(); !fresh {
		return fmt.Errorf("following the jobs: %w", ErrUnavailable)
	}
	return q.hasSpace("", 0)
}

// Probe writes a few bytes to every stream.
func (q *Queue) Probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	probes, ctx := errgroup.WithContext(ctx)
	for _, subject := range []string{queueProbe, outcomeProbe, q.store.records.prefix + bucketProbe, q.store.idempotency.prefix + bucketProbe} {
		probes.Go(func() error {
			_, err := publish(ctx, q.store.js, subject, []byte(randomName()), jetstream.WithRetryAttempts(0))
			if isRefusal(err, "maximum messages exceeded") {
				return nil // as full as it may be, which is no fault
			}
			return err
		})
	}
	return probes.Wait()
}
