package pedersen

import (
	"fmt"
	"io"
	"sync"

	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/tom256"
)

// Commit is a commitment to each row and the blinders, which it reads from random, 32
// bytes or more for each row in turn. The first rows of a length take longer: a table is
// made for them. docs/performance.md has figures.
//
// It fails if random does, and with probability 2^-256 for each row otherwise: infinity
// has no encoding.
func Commit(rows [][]p256.Elem, random io.Reader) (commitments []tom256.Point, blinders []p256.Elem, err error) {
	width := 0
	blinders = make([]p256.Elem, len(rows))
	blinded := make([][]p256.Elem, len(rows))
	for i, row := range rows {
		if blinders[i], err = (p256.Field{}).Sample(random); err != nil {
			return nil, nil, fmt.Errorf("drawing the blinder of row %d: %w", i, err)
		}
		blinded[i] = append(append(make([]p256.Elem, 0, 1+len(row)), blinders[i]), row...)
		width = max(width, len(row))
	}
	commitments = tableFor(width).Combine(blinded)
	for i := range commitments {
		if commitments[i].IsInfinity() {
			return nil, nil, fmt.Errorf("committing to row %d: the point is infinity; the source of blinders is not random", i)
		}
	}
	return commitments, blinders, nil
}

// basis is H, G_0, ..., G_(width-1).
func basis(width int) []tom256.Point {
	return append([]tom256.Point{tom256.Blinder()}, tom256.Generators(width)...)
}

// maxKept is the largest width whose table is kept: 2 MiB. Rows of a statement have about the
// square root of its elements.
const maxKept = 256

// kept is the table of the widest rows so far.
var kept struct {
	sync.Mutex
	table *tom256.Table
	width int
}

// Forget drops the table that is kept.
func Forget() {
	kept.Lock()
	defer kept.Unlock()
	kept.table, kept.width = nil, 0
}

func tableFor(width int) *tom256.Table {
	if width > maxKept {
		return tom256.NewTable(basis(width))
	}
	kept.Lock()
	defer kept.Unlock()
	if kept.table == nil || width > kept.width {
		kept.table, kept.width = tom256.NewTable(basis(width)), width
	}
	return kept.table
}
