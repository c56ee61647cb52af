package job

import (
	"slices"
	"sync"
	"time"
)

// index is what this process knows of unfinished jobs without asking the store.
// It is fed by the watch on the records, and ahead of that by this process's own
// writes. It may lag by as long as a message travels; it says so when it might
// lag by more.
type index struct {
	lease time.Duration // without a sign of life a job is not being proven

	mu    sync.Mutex
	fresh bool   // the watch has caught up and follows
	seen  uint64 // the last revision that the watch brought
	round int    // counts watches
	jobs  map[string]*entry
	// owners counts unfinished jobs, submissions under way included.
	owners map[string]int
	claims map[string][]*Claim // of this process

	ranked time.Time // when ranks were last counted
	queued int       // how many were queued then
}

type entry struct {
	record
	revision uint64
	round    int // the last watch that brought it
	gone     bool
	step     string
	progress float64
	alive    time.Time     // the last sign of life of its worker
	rank     int           // jobs before it while queued; see rankOf
	changed  chan struct{} // closed at the next change; nil if nobody waits
}

// view is what the index says of a job.
type view struct {
	Status
	owner   string
	changed <-chan struct{}
}

func newIndex(lease time.Duration) *index {
	return &index{lease: lease, jobs: map[string]*entry{}, owners: map[string]int{}, claims: map[string][]*Claim{}}
}

// watched takes what the watch brings; rec is nil for what was deleted or expired.
func (x *index) watched(key string, rec *record, revision uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.seen = max(x.seen, revision)
	e := x.jobs[key]
	if e != nil {
		e.round = x.round
	}
	x.apply(key, e, rec, revision)
	if e = x.jobs[key]; e != nil && e.gone {
		delete(x.jobs, key)
	}
}

// learn takes what this process read or wrote itself. It reports false if the
// watch is past it and the job is not unfinished any more.
func (x *index) learn(key string, rec *record, revision uint64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	e := x.jobs[key]
	if e == nil && revision <= x.seen {
		return false
	}
	x.apply(key, e, rec, revision)
	if e == nil {
		x.jobs[key].round = x.round - 1 // not brought by the watch
	}
	return true
}

func (x *index) apply(key string, e *entry, rec *record, revision uint64) {
	if e != nil && revision <= e.revision {
		return
	}
	for _, c := range slices.Clone(x.claims[key]) {
		if revision > c.base && (rec == nil || rec.Claim != c.name) {
			x.drop(c)
			c.lose()
		}
	}
	counted := e != nil && !e.gone
	if e == nil {
		// A job that is not unfinished is kept as gone, until the watch is past
		// it: an older state may be on its way.
		e = &entry{round: x.round, rank: x.queued}
		x.jobs[key] = e
	}
	e.revision = revision
	e.gone = !rec.pending()
	if rec != nil {
		if e.Claim != rec.Claim {
			e.step, e.progress = "", 0
		}
		e.record, e.alive = *rec, time.Now()
	}
	switch {
	case counted && e.gone:
		x.release(e.Owner)
	case !counted && !e.gone:
		x.owners[e.Owner]++
	}
	e.wake()
}

func (e *entry) wake() {
	if e.changed != nil {
		close(e.changed)
		e.changed = nil
	}
}

// room reports whether an owner may submit.
func (x *index) room(owner string, limit int) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.owners[owner] < limit
}

// admit counts a submission of an owner if there is room; dismiss ends that.
func (x *index) admit(owner string, limit int) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.owners[owner] >= limit {
		return false
	}
	x.owners[owner]++
	return true
}

func (x *index) dismiss(owner string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.release(owner)
}

func (x *index) release(owner string) {
	if x.owners[owner]--; x.owners[owner] <= 0 {
		delete(x.owners, owner)
	}
}

// heard takes the progress of a claim.
func (x *index) heard(key, claim, step string, progress float64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	e := x.jobs[key]
	if e == nil || e.gone || e.Claim != claim || e.State != Proving {
		return
	}
	e.alive = time.Now()
	if e.step != step || e.progress != progress {
		e.step, e.progress = step, progress
		e.wake()
	}
}

// view looks a job up; false means that the store must be asked.
func (x *index) view(key string) (view, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	e := x.jobs[key]
	if !x.fresh || e == nil || e.gone {
		return view{}, false
	}
	if e.changed == nil {
		e.changed = make(chan struct{})
	}
	v := view{Status: Status{State: x.state(e), Accepted: e.Accepted}, owner: e.Owner, changed: e.changed}
	if v.State == Proving {
		v.Step, v.Progress = e.step, e.progress
	} else {
		v.Ahead = x.rankOf(e)
	}
	return v, true
}

// state is Queued for a job whose worker is not heard of any more.
func (x *index) state(e *entry) State {
	if e.State == Proving && time.Since(e.alive) > x.lease {
		return Queued
	}
	return e.State
}

// rankOf counts how many queued jobs were accepted before one, at most four times
// a second.
func (x *index) rankOf(e *entry) int {
	if time.Since(x.ranked) > 250*time.Millisecond {
		var waiting []*entry
		for _, other := range x.jobs {
			if !other.gone && x.state(other) == Queued {
				waiting = append(waiting, other)
			}
		}
		slices.SortFunc(waiting, func(a, b *entry) int { return a.Accepted.Compare(b.Accepted) })
		for rank, other := range waiting {
			other.rank = rank
		}
		x.ranked, x.queued = time.Now(), len(waiting)
	}
	return e.rank
}

// hold registers a claim before its record is written, to hear of its loss.
func (x *index) hold(c *Claim, base uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	c.base = base
	x.claims[c.key] = append(x.claims[c.key], c)
}

// unhold ends that.
func (x *index) unhold(c *Claim) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.drop(c)
}

func (x *index) drop(c *Claim) {
	rest := slices.DeleteFunc(x.claims[c.key], func(other *Claim) bool { return other == c })
	if len(rest) == 0 {
		delete(x.claims, c.key)
	} else {
		x.claims[c.key] = rest
	}
}

// held lists the claims of this process.
func (x *index) held() (claims []*Claim) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, list := range x.claims {
		claims = append(claims, list...)
	}
	return claims
}

// begin starts a watch, which first brings everything up to revision last.
func (x *index) begin(last uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.fresh = false
	x.round++
	if last < x.seen { // the store was made anew
		x.seen = 0
		x.sweep(func(*entry) bool { return true })
	}
}

// caughtUp ends the first part of a watch: what it did not bring is gone.
func (x *index) caughtUp(last uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.sweep(func(e *entry) bool { return e.round != x.round && e.revision <= last })
	x.seen = max(x.seen, last)
	x.fresh = true
}

func (x *index) sweep(out func(*entry) bool) {
	for key, e := range x.jobs {
		if !out(e) {
			continue
		}
		if !e.gone {
			x.release(e.Owner)
		}
		e.gone = true
		e.wake()
		delete(x.jobs, key)
	}
}

// stale says that the watch may lag.
func (x *index) stale() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.fresh = false
}

func (x *index) position() (seen uint64, fresh bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.seen, x.fresh
}

// olderThan lists unfinished jobs of an age, if the index is to be trusted.
func (x *index) olderThan(age time.Duration) map[string]entry {
	x.mu.Lock()
	defer x.mu.Unlock()
	old := map[string]entry{}
	for key, e := range x.jobs {
		if x.fresh && !e.gone && time.Since(e.Accepted) >= age {
			old[key] = *e
		}
	}
	return old
}

func (x *index) stats() (s Stats) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, e := range x.jobs {
		switch {
		case e.gone:
		case x.state(e) == Proving:
			s.Proving++
		default:
			s.Queued++
		}
	}
	return s
}
