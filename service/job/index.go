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
	sole  bool          // claims of before this process are of dead ones

	mu     sync.Mutex
	fresh  bool   // the watch has caught up and follows
	seen   uint64 // the last revision that the watch brought
	round  int    // counts watches
	jobs   map[string]*entry
	owners map[string]*owner
	claims map[string][]*Claim // of this process
	// results are the outcomes that are stored.
	results  map[string]result
	bytes    int64   // of all inputs and outcomes
	outcomes int64   // of outcomes
	stored   int     // unfinished jobs that are stored
	started  float64 // the start tag of the job that was started last
	work     chan struct{}

	ranked time.Time // when ranks were last counted
	queued int       // how many were queued then
}

// result is an outcome that is stored.
type result struct {
	owner    string
	size     int64
	revision uint64
	round    int
}

type entry struct {
	record
	key      string
	revision uint64
	round    int // the last watch that brought it
	gone     bool
	step     string
	progress float64
	seen     time.Time // when this process first knew of it
	ready    time.Time // when it may be taken, after it was handed back
	// startedBy is the claim that was counted as a turn of the owner.
	startedBy string
	taken     bool          // a worker of this process is taking it
	alive     time.Time     // the last sign of life of its worker
	rank      int           // jobs before it while queued; see rankOf
	changed   chan struct{} // closed at the next change; nil if nobody waits
}

// view is what the index says of a job.
type view struct {
	Status
	owner   string
	changed <-chan struct{}
}

func newIndex(lease time.Duration, sole bool) *index {
	return &index{
		lease: lease, sole: sole, jobs: map[string]*entry{}, owners: map[string]*owner{}, claims: map[string][]*Claim{},
		results: map[string]result{}, work: make(chan struct{}),
	}
}

// news returns a channel that is closed when there may be a job to take.
func (x *index) news() <-chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.work
}

func (x *index) tell() {
	close(x.work)
	x.work = make(chan struct{})
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

// reached notes how far the watch is.
func (x *index) reached(revision uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.seen = max(x.seen, revision)
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
	x.keepResult(key, rec, revision)
	if e != nil && revision <= e.revision {
		return
	}
	for _, c := range slices.Clone(x.claims[key]) {
		if revision > c.base && (rec == nil || rec.Claim != c.name) {
			x.drop(c)
			c.lose()
		}
	}
	if e == nil {
		// A job that is not unfinished is kept as gone, until the watch is past
		// it: an older state may be on its way.
		e = &entry{key: key, round: x.round, rank: x.queued, gone: true, seen: time.Now()}
		x.jobs[key] = e
	}
	x.leave(e)
	e.revision = revision
	if rec != nil {
		e.come(rec, x.sole && !x.fresh && len(x.claims[key]) == 0)
	}
	if rec.pending() {
		started := rec.State == Proving && x.fresh && e.startedBy != rec.Claim
		x.join(e)
		if started {
			e.startedBy = rec.Claim
			x.start(x.ownerOf(e.Owner))
		}
	}
	e.wake()
	if rec.pending() && rec.State == Queued || e.gone {
		x.tell() // an end may leave room under an owner's limit
	}
}

// come takes a new state. A claim of a process that is dead is not alive.
func (e *entry) come(rec *record, dead bool) {
	if e.Claim != rec.Claim {
		e.step, e.progress = "", 0
	}
	e.record, e.alive, e.ready = *rec, time.Now(), time.Time{}
	if dead {
		e.alive = time.Time{}
	}
	if rec.State == Queued && rec.Delay > 0 {
		e.ready = time.Now().Add(rec.Delay)
	}
}

// leave takes a job out of what is counted, and join puts it in.
func (x *index) leave(e *entry) {
	if e.gone {
		return
	}
	e.gone = true
	o := x.ownerOf(e.Owner)
	o.remove(e)
	o.unfinished--
	o.pending--
	o.bytes -= e.Size
	x.bytes -= e.Size
	x.stored--
	x.forget(e.Owner)
}

func (x *index) join(e *entry) {
	e.gone = false
	o := x.ownerOf(e.Owner)
	o.insert(e)
	o.unfinished++
	o.pending++
	o.bytes += e.Size
	x.bytes += e.Size
	x.stored++
}

// keepResult accounts for what an outcome takes.
func (x *index) keepResult(key string, rec *record, revision uint64) {
	old, there := x.results[key]
	if there && revision < old.revision {
		return
	}
	if there {
		x.dropResult(key, old)
	}
	if rec == nil || !rec.State.Ended() {
		return
	}
	x.results[key] = result{rec.Owner, rec.Size, revision, x.round}
	x.ownerOf(rec.Owner).bytes += rec.Size
	x.bytes += rec.Size
	x.outcomes += rec.Size
}

func (x *index) dropResult(key string, r result) {
	delete(x.results, key)
	x.ownerOf(r.owner).bytes -= r.size
	x.bytes -= r.size
	x.outcomes -= r.size
	x.forget(r.owner)
}

// space is what all owners and one of them have stored.
func (x *index) space(name string) (all, own space) {
	x.mu.Lock()
	defer x.mu.Unlock()
	all = space{bytes: x.bytes, pending: x.stored, expect: typicalOutcome}
	if n := len(x.results); n > 0 {
		all.expect = x.outcomes/int64(n) + 1
	}
	if o := x.owners[name]; o != nil {
		own = space{bytes: o.bytes, pending: o.pending}
	}
	return all, own
}

func (e *entry) wake() {
	if e.changed != nil {
		close(e.changed)
		e.changed = nil
	}
}

// room reports whether an owner may submit.
func (x *index) room(name string, limit int) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	o := x.owners[name]
	return o == nil || o.unfinished < limit
}

// admit counts a submission of an owner if there is room; dismiss ends that.
func (x *index) admit(name string, limit int) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	o := x.ownerOf(name)
	if o.unfinished >= limit {
		return false
	}
	o.unfinished++
	return true
}

func (x *index) dismiss(name string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ownerOf(name).unfinished--
	x.forget(name)
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
	if e.State == Proving && time.Since(e.alive) > x.lease && !x.ours(e) {
		return Queued
	}
	return e.State
}

// ours reports whether a worker of this process has a job: it is alive, whether it
// is heard or not.
func (x *index) ours(e *entry) bool {
	return slices.ContainsFunc(x.claims[e.key], func(c *Claim) bool { return c.name == e.Claim })
}

// rankOf counts how many queued jobs will be taken before one, at most four times a
// second.
func (x *index) rankOf(e *entry) int {
	if time.Since(x.ranked) > 250*time.Millisecond {
		x.rank()
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
		for key, r := range x.results {
			x.dropResult(key, r)
		}
	}
}

// caughtUp ends the first part of a watch: what it did not bring is gone.
func (x *index) caughtUp(last uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.sweep(func(e *entry) bool { return e.round != x.round && e.revision <= last })
	for key, r := range x.results {
		if r.round != x.round && r.revision <= last {
			x.dropResult(key, r)
		}
	}
	// While nothing was followed, no worker was heard.
	for _, e := range x.jobs {
		if !x.sole || !e.alive.IsZero() {
			e.alive = time.Now()
		}
	}
	x.sole = false
	x.seen = max(x.seen, last)
	x.fresh = true
	x.tell()
}

func (x *index) sweep(out func(*entry) bool) {
	for key, e := range x.jobs {
		if !out(e) {
			continue
		}
		x.leave(e)
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

// pending lists unfinished jobs, if the index is to be trusted.
func (x *index) pending() (jobs map[string]entry, fresh bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	jobs = map[string]entry{}
	for key, e := range x.jobs {
		if !e.gone {
			jobs[key] = *e
		}
	}
	return jobs, x.fresh
}

// first is where the oldest unfinished job stands in the queue; 0 if there is none.
func (x *index) first() (seq uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, o := range x.owners {
		if len(o.waiting) > 0 && (seq == 0 || o.waiting[0].Seq < seq) {
			seq = o.waiting[0].Seq
		}
	}
	return seq
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
