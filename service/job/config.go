package job

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"
)

// What zero members of [Config] stand for.
const (
	DefaultMaxQueued      = 10_000
	DefaultMaxPerOwner    = 100
	DefaultResultTTL      = time.Hour
	DefaultIdempotencyTTL = 24 * time.Hour
	DefaultAckWait        = 30 * time.Second
	DefaultMaxAttempts    = 25
)

// MaxCrashes is how many proving processes may die of a job before it is given up,
// while the workers that watch over them live.
const MaxCrashes = 2

const (
	// operationTimeout bounds each exchange with the store.
	operationTimeout = 5 * time.Second
	// attemptTimeout bounds one try of a request that may be repeated.
	attemptTimeout = 2 * time.Second
	// minPayload is the message size that inputs and parts of outcomes need.
	minPayload = 1 << 20
)

// Config says where a queue is and what its limits are. The first process of a
// service to open the queue stores those limits that all of them have to share;
// others that differ are refused with [ErrSettings].
type Config struct {
	// Conn must reconnect for ever and not buffer while disconnected, as those of
	// package service/jetstream do. Close does not close it.
	Conn *nats.Conn
	// Replicas of everything stored; 0 stands for 3 on a cluster and 1 else. What
	// the store has is raised to that and never lowered.
	Replicas int
	// MaxQueued is how many jobs may be unfinished, those being proven included.
	MaxQueued   int
	MaxPerOwner int // unfinished jobs of one owner
	// Space is what inputs and outcomes may take, in bytes, those to be expected of
	// unfinished jobs included; 0 is no limit. SpacePerOwner is for those of one owner;
	// 0 is half of Space or, without that, of what there is on the disk.
	Space, SpacePerOwner int64
	// Free tells how many bytes may still be written to where the store is; nil if
	// that is not known. It may be called often.
	Free func() (int64, error)
	// ResultTTL is how long an outcome is kept: 2 s or more.
	ResultTTL      time.Duration
	IdempotencyTTL time.Duration // 1 s or more, and above ResultTTL to be of use
	// AckWait is how long a job stays with a worker that shows no sign of life: 1 s
	// or more.
	AckWait time.Duration
	// MaxAttempts is how many workers may take a job and be lost with it: see
	// [Claim.Exhausted].
	MaxAttempts int
	// Sole says that no other process has the store: then its settings are changed
	// to these, and jobs that a process had which is gone are free at once.
	Sole bool
	// Adopt changes the settings that are stored to these.
	Adopt   bool
	Logger  *slog.Logger          // nil: no logs
	Metrics prometheus.Registerer // nil: no metrics
}

// valid fills in the defaults and refuses what makes no sense.
func (c Config) valid() (Config, error) {
	if c.Conn == nil {
		return c, errors.New("no connection to NATS")
	}
	for _, count := range []struct {
		name     string
		value    *int
		standard int
	}{{"MaxQueued", &c.MaxQueued, DefaultMaxQueued},
		{"MaxPerOwner", &c.MaxPerOwner, DefaultMaxPerOwner}, {"MaxAttempts", &c.MaxAttempts, DefaultMaxAttempts}} {
		if *count.value == 0 {
			*count.value = count.standard
		}
		if *count.value < 1 {
			return c, fmt.Errorf("%s: want 1 or more, have %d", count.name, *count.value)
		}
	}
	if c.Replicas < 0 || c.Space < 0 || c.SpacePerOwner < 0 {
		return c, errors.New("replicas and space must not be negative")
	}
	for _, span := range []struct {
		name            string
		value           *time.Duration
		standard, least time.Duration
	}{{"ResultTTL", &c.ResultTTL, DefaultResultTTL, 2 * time.Second},
		{"IdempotencyTTL", &c.IdempotencyTTL, DefaultIdempotencyTTL, time.Second},
		{"AckWait", &c.AckWait, DefaultAckWait, time.Second}} {
		if *span.value == 0 {
			*span.value = span.standard
		}
		if *span.value < span.least {
			return c, fmt.Errorf("%s: want %s or more, have %s", span.name, span.least, *span.value)
		}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// submitTimeout bounds a submission, and reservationTTL, in whole seconds as NATS
// counts, is how long one that was cut off holds its idempotency key. See Submit for
// why both together stay below ResultTTL.
func (c Config) submitTimeout() time.Duration { return min(15*time.Second, c.ResultTTL/4) }

func (c Config) reservationTTL() time.Duration {
	return max(time.Second, min(time.Minute, c.ResultTTL/4))
}
