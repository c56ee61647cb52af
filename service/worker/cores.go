package worker

import (
	"sync"

	"github.com/zkpass-go/zkpass/libzk"
)

// cores are the processors that proofs share. One proof alone uses them all; of
// several each gets its part, since a proof on one processor does more with it
// than on many.
type cores struct {
	all int

	mu      sync.Mutex
	running int
}

// enter counts a proof in; leave counts it out.
func (c *cores) enter() { c.count(1) }
func (c *cores) leave() { c.count(-1) }

func (c *cores) count(change int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running += change
	libzk.LimitCores((c.all + c.running - 1) / max(c.running, 1))
}
