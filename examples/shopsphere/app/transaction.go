package app

import (
	"context"
	"sync"
	"time"

	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

// Bounds of what is kept of requests that are being answered.
const (
	transactionLife  = 20 * time.Minute
	transactionLimit = 10_000
)

// state is where the answer to a request stands.
type state int

const (
	asked    state = iota // nobody has decided yet
	proving               // the customer has agreed
	proved                // there is a proof
	failed                // there is none
	declined              // the customer has not agreed
)

// transaction is one request on its way to an answer. It belongs to the first
// browser that looks at it.
type transaction struct {
	id string
	*question
	created time.Time

	mu       sync.Mutex
	owner    string
	state    state
	service  bool // proved by the service
	progress Progress
	cancel   context.CancelFunc
	proof    string
	took     time.Duration
	err      error
	stopped  bool // the customer has stopped the last try
	handed   bool // the proof was on a page once
}

// snapshot is a transaction at a moment.
type snapshot struct {
	state    state
	service  bool
	progress Progress
	proof    string
	took     time.Duration
	err      error
	stopped  bool
}

func (t *transaction) look() snapshot {
	t.mu.Lock()
	defer t.mu.Unlock()
	return snapshot{t.state, t.service, t.progress, t.proof, t.took, t.err, t.stopped}
}

// begin moves to proving, unless somebody was faster.
func (t *transaction) begin(cancel context.CancelFunc) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.state == proving || t.state == proved {
		return false
	}
	t.state, t.cancel, t.err, t.stopped = proving, cancel, nil, false
	t.progress = Progress{Step: "loading"}
	return true
}

func (t *transaction) report(p Progress) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.state == proving {
		t.progress = p
	}
}

// end keeps the outcome of proving, unless the customer has stopped it.
func (t *transaction) end(proof string, took time.Duration, service bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.state != proving {
		return
	}
	t.took, t.service = took, service
	if err != nil {
		t.state, t.err = failed, err
		return
	}
	t.state, t.proof = proved, proof
}

// stop gives proving up; the question is open again.
func (t *transaction) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.state == proving {
		t.cancel()
		t.state, t.stopped = asked, true
	}
}

// decline ends the transaction without an answer. It reports false if there is a
// proof already.
func (t *transaction) decline() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.state == proved {
		return false
	}
	if t.cancel != nil {
		t.cancel()
	}
	t.state = declined
	return true
}

// handOver reports whether the proof is to be shown for the first time.
func (t *transaction) handOver() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	first := !t.handed
	t.handed = true
	return first
}

// transactions keeps them in memory; they end with the process.
type transactions struct {
	mu  sync.Mutex
	all map[string]*transaction
}

// add keeps a new transaction. It reports nil if there are too many.
func (ts *transactions) add(q *question, now time.Time) *transaction {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.all == nil {
		ts.all = make(map[string]*transaction)
	}
	for id, t := range ts.all {
		if now.Sub(t.created) > transactionLife {
			t.decline()
			delete(ts.all, id)
		}
	}
	if len(ts.all) >= transactionLimit {
		return nil
	}
	t := &transaction{id: web.RandomText(), question: q, created: now}
	ts.all[t.id] = t
	return t
}

// get returns the transaction if it is the owner's, or nobody's yet.
func (ts *transactions) get(id, owner string, now time.Time) *transaction {
	ts.mu.Lock()
	t := ts.all[id]
	ts.mu.Unlock()
	if t == nil || now.Sub(t.created) > transactionLife {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.owner == "" {
		t.owner = owner
	}
	if t.owner != owner {
		return nil
	}
	return t
}
