package worker

import (
	"sync"
	"time"
)

// cores are the processors that proofs share. One proof alone uses them all; of
// several each gets its part, since a proof on one processor does more with it
// than on many.
type cores struct {
	all int

	mu     sync.Mutex
	proofs map[*sharing]bool
	raise  *time.Timer // nil if nobody waits for more
}

// sharing is a proof under way, or what can be: its number of processors stays as it is between
// two of them.
type sharing struct {
	limit func(n int)
	told  int
}

// raisePause is how long processors that a proof has left stay free before others get them: where
// proof follows proof the next one takes them at once, and nobody is told anything.
const raisePause = 20 * time.Millisecond

// enter counts a proof in, and tells it how many processors it has, now and whenever that
// changes. leave counts it out.
func (c *cores) enter(s *sharing) (leave func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.proofs == nil {
		c.proofs = map[*sharing]bool{}
	}
	c.proofs[s] = true
	part := c.part()
	for other := range c.proofs {
		if other == s || other.told > part {
			other.tell(part)
		}
	}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.proofs, s)
		if c.raise == nil && len(c.proofs) > 0 {
			c.raise = time.AfterFunc(raisePause, c.share)
		}
	}
}

// part is what each proof has.
func (c *cores) part() int {
	running := max(len(c.proofs), 1)
	return (c.all + running - 1) / running
}

// share gives all proofs what others have left.
func (c *cores) share() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raise = nil
	for s := range c.proofs {
		s.tell(c.part())
	}
}

func (s *sharing) tell(n int) {
	if s.told != n {
		s.told = n
		s.limit(n)
	}
}
