package tom256

import (
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/zkpass-go/zkpass/libzk/internal/cores"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// Table holds multiples of points, from which sums of multiples are put together
// (Straus 1964). It is safe for concurrent use.
//
// A scalar has signed digits of window bits. The digits are cut into lanes of equal
// length, and each lane has its own multiples 1, ..., 2^(window-1) of
// 2^(window·length·lane)·point, so that a sum needs doublings for one lane only.
// What a digit adds is one table entry. The additions of all digits of one place are
// independent of those of all other places and rows, and are done together in affine
// coordinates.
type Table struct {
	points  int
	window  int
	lanes   int
	length  int // digits of a lane
	entries []Point
}

// A table that is kept has lanes and a larger window, one that is used once has not.
const (
	keptWindow, keptLanes = 6, 4
	onceWindow, onceLanes = 5, 1
)

// NewTable is a table to be used many times: 8 KiB a point, made in the time of about
// 2,200 products in the base field each.
func NewTable(points []Point) *Table { return newTable(points, keptWindow, keptLanes) }

func newTable(points []Point, window, lanes int) *Table {
	digits := digitCount(window)
	t := &Table{points: len(points), window: window, lanes: lanes, length: (digits + lanes - 1) / lanes}
	t.entries = make([]Point, t.index(len(points), 0))
	parallel(len(points), max(1, len(points)/cores.Count()), func(from, to int) {
		t.fill(points[from:to], t.entries[t.index(from, 0):t.index(to, 0)])
	})
	return t
}

// index is where the multiples for a point and lane start.
func (t *Table) index(point, lane int) int { return (point*t.lanes + lane) << (t.window - 1) }

// fill writes the entries for points.
func (t *Table) fill(points, entries []Point) {
	starts := make([]jacobian, 0, len(points)*t.lanes)
	for i := range points {
		var j jacobian
		j.addPoint(&points[i])
		starts = append(starts, j)
		for range t.lanes - 1 {
			for range t.window * t.length {
				j.double()
			}
			starts = append(starts, j)
		}
	}
	for i, p := range affine(starts) {
		entries[t.index(0, i)] = p
	}
	// From the multiples 1, ..., m to 1, ..., 2m: the sums of the m-th with each.
	var b batch
	pairs := make([]Point, 0, len(entries))
	all := 1 << (t.window - 1)
	for m := 1; m < all; m *= 2 {
		pairs = pairs[:0]
		for e := 0; e < len(entries); e += all {
			for i := range m {
				pairs = append(pairs, entries[e+m-1], entries[e+i])
			}
		}
		b.round(pairs, []int{len(pairs)})
		for e, at := 0, 0; e < len(entries); e += all {
			at += copy(entries[e+m:e+2*m], pairs[at:])
		}
	}
}

// unitTerms is how many points a core adds up at a time: 256 KiB of them.
const unitTerms = 4096

// Combine is the points Σ_c row[c]·point[c], one for each row. Rows may be shorter
// than the table. Elements of a row that are 0 cost nothing, and those that are 1 one
// addition.
func (t *Table) Combine(rows [][]p256.Elem) []Point {
	width := 0
	for _, row := range rows {
		if width = max(width, len(row)); width > t.points {
			panic(fmt.Sprintf("tom256: a row of %d elements for a table of %d points", len(row), t.points))
		}
	}
	count := digitCount(t.window)
	digits := make([]int8, len(rows)*width*count)
	parallel(len(rows), 1, func(from, to int) {
		for r := from; r < to; r++ {
			for c := range rows[r] {
				at := (r*width + c) * count
				recode(digits[at:at+count], &rows[r][c], t.window)
			}
		}
	})

	// places[r·length + i] has the points whose sum counts 2^(window·i) in row r.
	places := make([][]Point, len(rows)*t.length)
	terms := 0
	for _, d := range digits {
		if d != 0 {
			terms++
		}
	}
	units := (terms/unitTerms/cores.Count() + 1) * cores.Count()
	parallel(len(places), (len(places)+units-1)/units, func(from, to int) {
		t.addPlaces(places[from:to], from, digits, width)
	})

	sums := make([]jacobian, len(rows))
	parallel(len(rows), 1, func(from, to int) {
		for r := from; r < to; r++ {
			j := &sums[r]
			for i := t.length - 1; i >= 0; i-- {
				if *j != (jacobian{}) {
					for range t.window {
						j.double()
					}
				}
				place := places[r*t.length+i]
				for p := range place {
					j.addPoint(&place[p])
				}
			}
		}
	})
	return affine(sums)
}

// addPlaces sets places, of which first is the number of the first one, to a few points
// each.
func (t *Table) addPlaces(places [][]Point, first int, digits []int8, width int) {
	count := digitCount(t.window)
	b := batches.Get().(*batch)
	defer batches.Put(b)
	points, ends := b.points[:0], b.ends[:0]
	for s := range places {
		row, place := (first+s)/t.length, (first+s)%t.length
		for lane := range t.lanes {
			i := lane*t.length + place
			if i >= count {
				break
			}
			for c := range width {
				switch d := int(digits[(row*width+c)*count+i]); {
				case d > 0:
					points = append(points, t.entries[t.index(c, lane)+d-1])
				case d < 0:
					points = append(points, t.entries[t.index(c, lane)-d-1].Neg())
				}
			}
		}
		ends = append(ends, len(points))
	}
	b.points, b.ends = points, ends // as far as they have grown
	b.sum(points, ends)
	points = slices.Clone(points[:ends[len(ends)-1]])
	start := 0
	for s, end := range ends {
		places[s] = points[start:end]
		start = end
	}
}

// Combine is Σ scalars[i]·points[i], by a table that is used once.
func Combine(points []Point, scalars []p256.Elem) Point {
	if len(points) != len(scalars) {
		panic(fmt.Sprintf("tom256: %d points and %d scalars", len(points), len(scalars)))
	}
	return newTable(points, onceWindow, onceLanes).Combine([][]p256.Elem{scalars})[0]
}

// parallel does work on the ranges of 0..n-1 of the given size, on all cores.
func parallel(n, size int, work func(from, to int)) {
	var group cores.Group
	var next atomic.Int64
	for range min(cores.Count(), (n+size-1)/max(size, 1)) {
		group.Go(func() {
			for {
				to := int(next.Add(int64(size)))
				from := to - size
				if from >= n {
					return
				}
				work(from, min(to, n))
			}
		})
	}
	group.Wait()
}
