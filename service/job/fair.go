package job

import (
	"cmp"
	"slices"
	"time"
)

// Workers take jobs owner by owner: among owners with a job that waits, that of the
// lowest start tag is next, and of its jobs the oldest. A start moves the owner's tag
// on by one over its weight; an owner that had nothing waiting starts at the tag of
// the job that was started last, so that nobody saves up turns. This is start-time
// fair queueing (Goyal, Vin, Cheng, 1996) with jobs of one length. Every process
// keeps the tags by what it sees of all claims, so that front ends and workers agree
// roughly, without a word between them; a claim itself is decided by the record.

// owner is what the index knows of one.
type owner struct {
	unfinished int // jobs, submissions under way included
	running    int
	bytes      int64 // of inputs and outcomes
	pending    int   // unfinished jobs that are stored
	waiting    []*entry
	weight     float64
	limit      int
	tag        float64
}

func (o *owner) idle() bool {
	return o.unfinished == 0 && o.pending == 0 && o.bytes == 0 && len(o.waiting) == 0
}

// ownerOf returns an owner, which is made if it is not known.
func (x *index) ownerOf(name string) *owner {
	o := x.owners[name]
	if o == nil {
		o = &owner{weight: 1}
		x.owners[name] = o
	}
	return o
}

// forget drops an owner that has nothing, and no turn ahead of others.
func (x *index) forget(name string) {
	if o := x.owners[name]; o != nil && o.idle() && o.tag <= x.started {
		delete(x.owners, name)
	}
}

// insert adds an unfinished job to its owner's, in the order of their coming.
func (o *owner) insert(e *entry) {
	at, _ := slices.BinarySearchFunc(o.waiting, e, func(a, b *entry) int { return cmp.Compare(a.Seq, b.Seq) })
	o.waiting = slices.Insert(o.waiting, at, e)
	if e.Weight > 0 {
		o.weight = e.Weight
	} else {
		o.weight = 1
	}
	o.limit = e.Limit
}

func (o *owner) remove(e *entry) {
	if at := slices.Index(o.waiting, e); at >= 0 {
		o.waiting = slices.Delete(o.waiting, at, at+1)
	}
}

// start notes that a job of an owner was taken.
func (x *index) start(o *owner) {
	tag := max(o.tag, x.started)
	x.started = tag
	o.tag = tag + 1/o.weight
}

// pick returns the job to take next and marks it as being taken, until picked ends
// that. ok is false if there is none; jobs of families that do not fit are passed
// over.
func (x *index) pick(fits func(family string) bool) (key string, rec record, revision uint64, ok bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.fresh {
		return "", record{}, 0, false
	}
	now := time.Now()
	var best *entry
	var lowest float64
	for _, o := range x.owners {
		tag := max(o.tag, x.started)
		if len(o.waiting) == 0 || best != nil && tag > lowest || o.limit > 0 && x.runningOf(o) >= o.limit {
			continue
		}
		for _, e := range o.waiting {
			if e.taken || x.state(e) != Queued || now.Before(e.ready) || fits != nil && !fits(e.Family) {
				continue
			}
			if best == nil || tag < lowest || tag == lowest && e.Seq < best.Seq {
				best, lowest = e, tag
			}
			break
		}
	}
	if best == nil {
		return "", record{}, 0, false
	}
	best.taken = true
	return best.key, best.record, best.revision, true
}

// picked ends what pick began.
func (x *index) picked(key string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if e := x.jobs[key]; e != nil {
		e.taken = false
	}
}

// runningOf counts the jobs of an owner that are being proven or taken here.
func (x *index) runningOf(o *owner) (n int) {
	for _, e := range o.waiting {
		if e.taken || x.state(e) == Proving {
			n++
		}
	}
	return n
}

// rank gives each queued job the number of those that will be taken before it.
func (x *index) rank() {
	type turn struct {
		*entry
		tag float64
	}
	var turns []turn
	for _, o := range x.owners {
		tag := max(o.tag, x.started)
		for _, e := range o.waiting {
			if x.state(e) == Queued {
				turns = append(turns, turn{e, tag})
				tag += 1 / o.weight
			}
		}
	}
	slices.SortFunc(turns, func(a, b turn) int { return cmp.Or(cmp.Compare(a.tag, b.tag), cmp.Compare(a.Seq, b.Seq)) })
	for rank, t := range turns {
		t.rank = rank
	}
	x.ranked, x.queued = time.Now(), len(turns)
}
