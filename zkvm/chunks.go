package zkvm

import (
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// chunkFor chooses the factors of a copy for a statement: the most that are no more than
// a 32nd of the factors of all searches, or the least. Each copy publishes 16 bytes and
// takes a committed element, some 20 bytes together; twice as many factors halve these
// and add a level to the sumcheck, of 500 to 900 bytes. So they pay from some 64 copies
// on, and half of that is taken, as there are other products than those of searches.
// Both sides know all of it, and must choose the same.
func chunkFor(sources []*value.Document) int {
	factors := 0
	for _, s := range sources {
		factors += s.Size() * s.Root.Searches()
	}
	best := circuits.Chunks[0]
	for _, n := range circuits.Chunks {
		if 32*n <= factors {
			best = n
		}
	}
	return best
}
