package verify

import (
	"container/heap"
	"context"
	"fmt"
	"sync"
	"time"
)

// OnceStore keeps the ids of requests that have been answered. An application
// that runs in several processes shares one among them: package verify/natskv has
// one in NATS JetStream; a table with a unique column will do too.
type OnceStore interface {
	// Use marks an id as used and keeps it up to and including the time until. If
	// it is marked already Use returns an error that wraps [ErrReplayed]. The look
	// and the mark are one: of any number of calls at once for one id, exactly one
	// succeeds. When in doubt Use returns an error, and the proof is refused. now
	// is the time of verification, for stores that forget by it.
	Use(ctx context.Context, id string, now, until time.Time) error
}

// MemoryStore is an [OnceStore] for a single process. It forgets ids when their
// time is over, and all of them when the process ends. What time is over goes by what has
// passed in the process, and not by a clock, which may be set: an id is kept for as
// long as there was between now and until when it was used.
type MemoryStore struct {
	began time.Time
	since func(time.Time) time.Duration // time.Since; tests have their own

	mu    sync.Mutex
	limit int
	used  map[string]struct{}
	order expiries
}

// NewMemoryStore makes a store for at most limit ids at once, which is about 200
// bytes each and the ids themselves. When it is full Use fails with
// [ErrStoreFull] until ids are over: it never forgets one early.
func NewMemoryStore(limit int) *MemoryStore {
	return &MemoryStore{began: time.Now(), since: time.Since, limit: limit, used: make(map[string]struct{})}
}

// Use implements [OnceStore].
func (s *MemoryStore) Use(_ context.Context, id string, now, until time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	passed := s.since(s.began)
	for len(s.order) > 0 && s.order[0].until < passed {
		delete(s.used, heap.Pop(&s.order).(expiry).id)
	}
	if _, ok := s.used[id]; ok {
		return ErrReplayed
	}
	if len(s.used) >= s.limit {
		return fmt.Errorf("%w: %d ids", ErrStoreFull, s.limit)
	}
	s.used[id] = struct{}{}
	heap.Push(&s.order, expiry{id, passed + until.Sub(now)})
	return nil
}

type expiry struct {
	id    string
	until time.Duration // since the store was made
}

// expiries is a heap, the one that is over first on top.
type expiries []expiry

func (e expiries) Len() int           { return len(e) }
func (e expiries) Less(i, j int) bool { return e[i].until < e[j].until }
func (e expiries) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *expiries) Push(x any)        { *e = append(*e, x.(expiry)) }
func (e *expiries) Pop() any {
	last := len(*e) - 1
	x := (*e)[last]
	(*e)[last] = expiry{}
	*e = (*e)[:last]
	return x
}
