package job

import (
	"fmt"
	"sync"
	"time"
)

// ErrSpace means that there is no room for another job's input and outcome: of the
// service, of its owner, or on the disk. It wraps [ErrFull].
var ErrSpace = fmt.Errorf("%w: no space for another outcome", ErrFull)

// typicalOutcome is what an outcome is taken to need until some are there.
const typicalOutcome = 400 << 10

// hasSpace reports whether a job of an owner with an input of some bytes fits, with
// what unfinished jobs will need.
func (q *Queue) hasSpace(owner string, size int64) error {
	all, own := q.index.space(owner)
	expect := all.expect
	free, known := q.free.get(q.config.Free)
	limit := q.config.SpacePerOwner
	switch {
	case limit > 0:
	case q.config.Space > 0:
		limit = q.config.Space / 2
	case known:
		limit = (all.bytes + max(free, 0)) / 2
	}
	if limit > 0 && own.bytes+size+expect*int64(own.pending+1) > limit {
		return fmt.Errorf("%w of this API key: delete results that are fetched", ErrSpace)
	}
	if limit := q.config.Space; limit > 0 && all.bytes+size+expect*int64(all.pending+1) > limit {
		return ErrSpace
	}
	if known && free < size+expect*int64(all.pending+1) {
		return fmt.Errorf("%w on the disk", ErrSpace)
	}
	return nil
}

// space is what is stored.
type space struct {
	bytes   int64 // inputs and outcomes
	pending int   // jobs that have no outcome yet
	expect  int64 // what an outcome needs
}

// freeFor is how long free space is taken to be as it was.
const freeFor = time.Second

// freeSpace remembers what a disk said.
type freeSpace struct {
	mu    sync.Mutex
	at    time.Time
	bytes int64
	known bool
}

func (f *freeSpace) get(ask func() (int64, error)) (int64, bool) {
	if ask == nil {
		return 0, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if age := time.Since(f.at); f.at.IsZero() || age > freeFor {
		bytes, err := ask()
		f.bytes, f.known, f.at = bytes, err == nil, time.Now()
	}
	return f.bytes, f.known
}
