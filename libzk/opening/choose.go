package opening

import "fmt"

// Part is a vector for which Choose finds a place.
type Part struct {
	Short, Full      int // elements
	SymbolSize, Size int // of an element in the short and in the full form, in bytes
}

// The codes that Choose chooses from. With 128 opened columns, a wrong answer passes with
// probability below 2^-108.4 for all of them, see Geometry.Error.
const (
	MinColumns  = 1024
	MaxColumns  = 57_344
	columnsStep = 128
	blockStep   = 8
)

// longestBlock is the longest block for a number of columns. The rate is 1/8 at most, and
// falls to 1/9 for long codes: with fewer elements a code word has less to repeat them in
// for each opened column, and at the rate 1/8 the error grows from 2^-109 to 2^-106 with
// the length.
func longestBlock(columns int) int { return min(columns/8, (columns+512)/9) }

// Choose finds the geometries of several vectors with the same columns for which
// the sum of answers, opened columns and path is least; of equal ones that with
// fewer columns and then smaller blocks. path estimates the bytes of a path for
// each query. Both sides of a proof must choose the same, so all is in integers.
func Choose(parts []Part, queries int, path func(columns int) int) ([]Geometry, error) {
	// The share of a part depends on its block only, and the columns bound the
	// block: best[i][b] is the cheapest block of part i up to b·blockStep.
	type choice struct{ size, block int }
	best := make([][]choice, len(parts))
	for i, p := range parts {
		best[i] = make([]choice, longestBlock(MaxColumns)/blockStep+1)
		for b := 1; b < len(best[i]); b++ {
			best[i][b] = best[i][b-1]
			g, err := NewGeometry(p.Short, p.Full, b*blockStep, MinColumns, queries)
			if err != nil {
				continue
			}
			size := g.AnswerElems()*p.Size + g.OpenedSize(p.SymbolSize, p.Size)
			if c := &best[i][b]; c.block == 0 || size < c.size {
				*c = choice{size, g.Block}
			}
		}
	}
	columns, least := 0, 0
	for n := MinColumns; n <= MaxColumns; n += columnsStep {
		size := queries * path(n)
		for i := range parts {
			c := best[i][longestBlock(n)/blockStep]
			if c.block == 0 {
				size = 0
				break
			}
			size += c.size
		}
		if size > 0 && (columns == 0 || size < least) {
			columns, least = n, size
		}
	}
	if columns == 0 {
		return nil, fmt.Errorf("opening: no code for %v", parts)
	}
	out := make([]Geometry, len(parts))
	for i, p := range parts {
		var err error
		if out[i], err = NewGeometry(p.Short, p.Full, best[i][longestBlock(columns)/blockStep].block, columns, queries); err != nil {
			return nil, err
		}
	}
	return out, nil
}
