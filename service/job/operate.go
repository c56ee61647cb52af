package job

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// ErrNoQueue means that no service has a queue in the store.
var ErrNoQueue = errors.New("there is no queue")

// Attach opens the queue of a service that is there, with its settings, for those who
// look after it. Unlike [Open] it makes and changes nothing.
func Attach(ctx context.Context, conn *nats.Conn, logger *slog.Logger) (*Queue, error) {
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, fmt.Errorf("opening the job queue: %w", err)
	}
	asking, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	stream, err := js.Stream(asking, queueStream)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, fmt.Errorf("opening the job queue: %w", ErrNoQueue)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the job queue: %w", unavailable("asking for it", err))
	}
	var s settings
	if err := json.Unmarshal([]byte(settingsOf(stream.CachedInfo().Config)), &s); err != nil {
		return nil, fmt.Errorf("opening the job queue: its settings are not as this version writes them")
	}
	return Open(ctx, Config{
		Conn: conn, MaxQueued: s.MaxQueued, MaxPerOwner: s.MaxPerOwner, MaxAttempts: s.MaxAttempts, AckWait: time.Duration(s.AckWait),
		ResultTTL: time.Duration(s.ResultTTL), IdempotencyTTL: time.Duration(s.Idempotency), Space: s.Space << 20, SpacePerOwner: s.PerOwner << 20,
		Logger: logger,
	})
}

// Holding is what one owner has in the queue and the store.
type Holding struct {
	Owner   string // as [OwnerName] gives it
	Queued  int
	Proving int
	Results int
	Bytes   int64     // of inputs and results
	Oldest  time.Time // when its oldest unfinished job was accepted; zero without one
}

// OwnerName is the name under which jobs of an owner are filed: a hash.
func OwnerName(owner string) string { return ownerName(owner) }

// Holdings lists what owners have, those with most unfinished jobs first.
func (q *Queue) Holdings() []Holding { return q.index.holdings() }

// End deletes the unfinished jobs of an owner and, with results, what is kept of those
// that have ended, as the owner could by itself. It returns how many it was. owner is as
// [OwnerName] gives it.
func (q *Queue) End(ctx context.Context, owner string, results bool) (n int, err error) {
	for _, key := range q.index.keysOf(owner, results) {
		deleting, cancel := context.WithTimeout(ctx, 2*operationTimeout)
		err := q.delete(deleting, owner, key)
		cancel()
		if errors.Is(err, ErrUnknown) {
			continue // deleted or expired meanwhile
		}
		if err != nil {
			return n, fmt.Errorf("ending jobs: %w", err)
		}
		n++
	}
	return n, nil
}

func (x *index) holdings() []Holding {
	x.mu.Lock()
	defer x.mu.Unlock()
	all := map[string]*Holding{}
	of := func(owner string) *Holding {
		if all[owner] == nil {
			all[owner] = &Holding{Owner: owner}
		}
		return all[owner]
	}
	for _, e := range x.jobs {
		if e.gone {
			continue
		}
		h := of(e.Owner)
		h.Bytes += e.Size
		if x.state(e) == Proving {
			h.Proving++
		} else {
			h.Queued++
		}
		if h.Oldest.IsZero() || e.Accepted.Before(h.Oldest) {
			h.Oldest = e.Accepted
		}
	}
	for _, r := range x.results {
		h := of(r.owner)
		h.Results++
		h.Bytes += r.size
	}
	list := make([]Holding, 0, len(all))
	for _, h := range all {
		list = append(list, *h)
	}
	slices.SortFunc(list, func(a, b Holding) int {
		return cmp.Or(cmp.Compare(b.Queued+b.Proving, a.Queued+a.Proving), cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Owner, b.Owner))
	})
	return list
}

func (x *index) keysOf(owner string, results bool) (keys []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for key, e := range x.jobs {
		if !e.gone && e.Owner == owner {
			keys = append(keys, key)
		}
	}
	for key, r := range x.results {
		if results && r.owner == owner {
			keys = append(keys, key)
		}
	}
	return keys
}
