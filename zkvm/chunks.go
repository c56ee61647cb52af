package zkvm

import "github.com/zkpass-go/zkpass/zkvm/internal/circuits"

// chunkFor chooses the factors of a copy for a statement: the most that are no more than
// a 32nd of the factors of all searches, or the least. Each copy publishes 16 bytes and
// takes a committed element, some 20 bytes together; twice as many factors halve these
// and add a level to the sumcheck, of 500 to 900 bytes. So they pay from some 64 copies
// on, and half of that is taken, as there are other products than those of searches.
// Both sides know all of it, and must choose the same.
func chunkFor(sources []*source) int {
	factors := 0
	for _, s := range sources {
		factors += s.size() * s.root.searches()
	}
	best := circuits.Chunks[0]
	for _, n := range circuits.Chunks {
		if 32*n <= factors {
			best = n
		}
	}
	return best
}

// searches is how many members and elements are looked for in a container and in what
// is in it: each is a product over all positions of the document.
func (c *container) searches() int {
	n := len(c.members) + len(c.elements)
	for _, list := range [][]*member{c.members, c.elements} {
		for _, m := range list {
			if m.child != nil {
				n += m.child.searches()
			}
		}
	}
	if c.each != nil && c.each.place.child != nil {
		n += c.each.place.child.searches()
	}
	return n
}
