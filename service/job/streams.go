package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Names in JetStream. Subjects end in the key of a job.
const (
	queueStream     = "ZKPASS_QUEUE"
	queueSubject    = "zkpass.queue."
	queueProbe      = "zkpass.probe.queue" // see [Queue.Ready]
	outcomeProbe    = "zkpass.probe.outcome"
	bucketProbe     = "probe" // a key in each bucket
	outcomeStream   = "ZKPASS_OUTCOMES"
	outcomeSubject  = "zkpass.outcome."  // and upload.part
	progressSubject = "zkpass.progress." // core NATS, never stored

	recordBucket      = "zkpass_jobs"
	idempotencyBucket = "zkpass_idempotency"
)

// markerTTL is how long a bucket remembers that a key expired.
const markerTTL = time.Minute

// outcomeMargin is how much longer parts of outcomes may stay than the records
// that lead to them, so that no record leads nowhere.
const outcomeMargin = 10 * time.Minute

// queueConfig: the messages are the inputs of unfinished jobs, one for each,
// removed when the job ends. A full queue refuses. Which job a worker takes is
// decided by the records, see fair.go, and not by a consumer.
func queueConfig(c Config) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:              queueStream,
		Description:       "zkPass: inputs of unfinished jobs, encrypted",
		Subjects:          []string{queueSubject + "*", queueProbe},
		MaxMsgs:           int64(c.MaxQueued) + 1, // and that of the probe
		MaxMsgsPerSubject: 1,
		Discard:           jetstream.DiscardNew,
		Metadata:          map[string]string{settingsName: c.settings()},
	}
}

func outcomeConfig(c Config) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:              outcomeStream,
		Description:       "zkPass: outcomes of jobs in parts, sealed",
		Subjects:          []string{outcomeSubject + "*.*.*", outcomeProbe},
		MaxMsgsPerSubject: 1,
		MaxAge:            c.ResultTTL + outcomeMargin,
		// Parts never change, so that any replica may answer for them.
		AllowDirect: true,
	}
}

// bucketConfig is a key-value bucket as NATS lays them out, but that only the
// leader answers reads: a replica that lags would deny a job just accepted.
func bucketConfig(c Config, name, description string, age time.Duration) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:                   "KV_" + name,
		Description:            description,
		Subjects:               []string{"$KV." + name + ".>"},
		MaxMsgsPerSubject:      1,
		MaxAge:                 age,
		Discard:                jetstream.DiscardNew,
		AllowRollup:            true,
		DenyDelete:             true,
		AllowMsgTTL:            true,
		SubjectDeleteMarkerTTL: markerTTL,
	}
}

// store is what the queue keeps in JetStream.
type store struct {
	js          jetstream.JetStream
	queue       jetstream.Stream
	outcomes    jetstream.Stream
	records     *bucket
	idempotency *bucket
}

// openStore makes what is missing and updates what is there.
func openStore(ctx context.Context, c Config) (*store, error) {
	js, err := jetstream.New(c.Conn)
	if err != nil {
		return nil, err
	}
	account, err := js.AccountInfo(ctx)
	if err != nil {
		return nil, unavailable("asking for the account", err)
	}
	if account.API.Level < 1 {
		return nil, fmt.Errorf("this NATS server cannot expire single messages: want version 2.11 or later, have %s", c.Conn.ConnectedServerVersion())
	}
	if size := c.Conn.MaxPayload(); size < minPayload {
		return nil, fmt.Errorf("this NATS server takes messages of up to %d bytes: set its max_payload to %d or more", size, minPayload)
	}
	s := &store{js: js}
	open := func(config jetstream.StreamConfig) jetstream.Stream {
		if err != nil {
			return nil
		}
		var stream jetstream.Stream
		if stream, err = openStream(ctx, js, c, config); err != nil && !errors.Is(err, ErrSettings) {
			err = unavailable("opening "+config.Name, err)
		}
		return stream
	}
	records := bucketConfig(c, recordBucket, "zkPass: states of jobs", 0)
	idempotency := bucketConfig(c, idempotencyBucket, "zkPass: idempotency keys, hashed", c.IdempotencyTTL)
	s.queue = open(queueConfig(c))
	s.outcomes = open(outcomeConfig(c))
	s.records = &bucket{js, open(records), "$KV." + recordBucket + "."}
	s.idempotency = &bucket{js, open(idempotency), "$KV." + idempotencyBucket + "."}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// streams are the names of all streams.
func (s *store) streams() []string {
	return []string{queueStream, outcomeStream, "KV_" + recordBucket, "KV_" + idempotencyBucket}
}
