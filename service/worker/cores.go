package worker

import "sync"

// cores are the processors that proofs share. One proof alone uses them all; of
// several each gets its part, since a proof on one processor does more with it
// than on many.
type cores struct {
	all int

	mu     sync.Mutex
	proofs map[int]func(int)
	next   int
}

// enter counts a proof in, which limit tells how many processors it has, now and
// whenever that changes. leave counts it out.
func (c *cores) enter(limit func(n int)) (leave func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.proofs == nil {
		c.proofs = map[int]func(int){}
	}
	id := c.next
	c.next++
	c.proofs[id] = limit
	c.tell()
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.proofs, id)
		c.tell()
	}
}

func (c *cores) tell() {
	running := max(len(c.proofs), 1)
	for _, limit := range c.proofs {
		limit((c.all + running - 1) / running)
	}
}
