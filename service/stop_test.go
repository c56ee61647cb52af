package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/zkpass-go/zkpass/service/jetstream"
)

// TestStopping has a part that ends late or never, and looks at when the process ends
// and at what it says.
func TestStopping(t *testing.T) {
	t.Parallel()
	const grace = time.Minute
	broken := fmt.Errorf("opening the queue again: %w", jetstream.ErrStuck)
	failed := errors.New("a part has failed")
	for _, c := range []struct {
		name        string
		fails       error         // of one part, at once; nil: the process is asked to stop
		takes, want time.Duration // of the other part; of the process
		err         []error
	}{
		{"in order", nil, 30 * time.Second, 30 * time.Second, nil},
		{"within the margin", nil, grace + stopMargin - time.Second, grace + stopMargin - time.Second, nil},
		{"too late", nil, time.Hour, grace + stopMargin, []error{errNotStopped}},
		{"a part fails", failed, 30 * time.Second, 30 * time.Second, []error{failed}},
		{"a part fails, another is late", failed, time.Hour, grace + stopMargin, []error{errNotStopped, failed}},
		{"the store is stuck", broken, time.Hour, stopMargin, []error{errNotStopped, jetstream.ErrStuck}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				if c.fails == nil {
					stop()
				}
				defer stop()
				config := &Config{StopGrace: grace}
				begin := time.Now()
				err := config.run(ctx, slog.New(slog.DiscardHandler), func(_ context.Context, parts *errgroup.Group) error {
					parts.Go(func() error { return c.fails })
					parts.Go(func() error { time.Sleep(c.takes); return nil })
					return nil
				})
				took := time.Since(begin)
				time.Sleep(time.Hour) // for the late part, which must not outlive the test
				if took != c.want {
					t.Errorf("it took %s, want %s", took, c.want)
				}
				if (err == nil) != (len(c.err) == 0) {
					t.Errorf("error %v", err)
				}
				for _, want := range c.err {
					if !errors.Is(err, want) {
						t.Errorf("error %v, want %v in it", err, want)
					}
				}
			})
		})
	}
}
