package tom256

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/internal/cores"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// edgeScalars are values at which digits carry.
func edgeScalars() (es []p256.Elem) {
	add := func(v *big.Int) { es = append(es, scalar(new(big.Int).Mod(v, bigP))) }
	for _, v := range []int64{0, 1, 2, 15, 16, 17, 31, 32, 33, 63, 64, -1, -2, -16, -17, -32, -33} {
		add(big.NewInt(v))
	}
	for shift := uint(3); shift < 258; shift += 3 {
		power := new(big.Int).Lsh(big.NewInt(1), shift)
		add(power)
		add(new(big.Int).Sub(power, big.NewInt(1)))
	}
	for _, digit := range []int64{15, 16, 17, 31, 32, 33} { // the same digit everywhere
		v := new(big.Int)
		for _, window := range []uint{5, 6} {
			for range 60 {
				v.Lsh(v, window).Add(v, big.NewInt(digit))
			}
			add(v)
		}
	}
	add(new(big.Int).Rsh(bigP, 1))
	return es
}

func TestRecode(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	es := edgeScalars()
	for range 1000 {
		es = append(es, scalar(randomInt(r, bigP)))
	}
	for _, window := range []int{onceWindow, keptWindow} {
		for _, e := range es {
			digits := make([]int8, digitCount(window))
			recode(digits, &e, window)
			v := new(big.Int)
			for _, d := range slices.Backward(digits) {
				if int(d) > 1<<(window-1) || int(d) < 1-1<<(window-1) {
					t.Fatalf("digit %d with windows of %d bits", d, window)
				}
				v.Lsh(v, uint(window)).Add(v, big.NewInt(int64(d)))
			}
			if v.Cmp(toInt(e)) != 0 {
				t.Fatalf("%x is recoded to %x", toInt(e), v)
			}
		}
	}
}

// bigCombine is the definition.
func bigCombine(points []Point, row []p256.Elem) Point {
	var sum *bigPoint
	for c, e := range row {
		sum = sum.add(toBig(points[c]).times(toInt(e)))
	}
	return sum.point()
}

// Sums of both kinds of tables against the definition: scalars that are edges, points
// that are equal, opposite and infinity.
func TestCombine(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	edges := edgeScalars()
	for _, width := range []int{0, 1, 2, 3, 12, 40} {
		points := special(r)
		for len(points) < width {
			points = append(points, randomPoint(r))
		}
		points = points[:width]
		var rows [][]p256.Elem
		for kind := range 8 {
			row := make([]p256.Elem, width-min(width, kind%3))
			for c := range row {
				switch kind {
				case 0: // zero
				case 1:
					row[c] = p256.Field{}.FromUint64(r.Uint64N(2))
				case 2:
					row[c] = edges[r.IntN(len(edges))]
				case 3:
					row[c] = p256.Field{}.Neg(p256.Field{}.One())
				case 4: // the same everywhere: equal points meet in each place
					row[c] = edges[(width*7)%len(edges)]
				default:
					row[c] = scalar(randomInt(r, bigP))
				}
			}
			rows = append(rows, row)
		}
		got := NewTable(points).Combine(rows)
		for i, row := range rows {
			want := bigCombine(points, row)
			if got[i] != want {
				t.Errorf("%d points, row %d of a kept table = %x, want %x", width, i, got[i], want)
			}
			if once := Combine(points[:len(row)], row); once != want {
				t.Errorf("%d points, row %d = %x, want %x", width, i, once, want)
			}
		}
	}
}

// The same sums on one core, on two and on many.
func TestCombineCores(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	points := Generators(49)
	rows := typicalRows(r, 9, 49)
	defer cores.Limit(0)
	var want []Point
	for _, limit := range []int{1, 2, 5} {
		cores.Limit(limit)
		got := NewTable(points).Combine(rows)
		if want == nil {
			want = got
			for i := range rows {
				if Combine(points, rows[i]) != want[i] {
					t.Fatalf("row %d: the two kinds of tables disagree", i)
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d cores: other sums", limit)
		}
	}
	if got := NewTable(points).Combine(nil); len(got) != 0 {
		t.Errorf("no rows give %d points", len(got))
	}
}

// Rounds of additions where pairs are equal, opposite, and have infinity in them, of
// segments of every length.
func TestBatch(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	from := special(r)
	var points, want []Point
	var ends []int
	for n := range 40 {
		var sum *bigPoint
		for range n {
			p := from[r.IntN(len(from))]
			points = append(points, p)
			sum = sum.add(toBig(p))
		}
		ends = append(ends, len(points))
		want = append(want, sum.point())
	}
	// All ordered pairs of the special points, each a segment.
	for _, p := range from {
		for _, o := range from {
			points = append(points, p, o)
			ends = append(ends, len(points))
			want = append(want, toBig(p).add(toBig(o)).point())
		}
	}
	var b batch
	for range 7 {
		b.round(points, ends)
	}
	start := 0
	for s, end := range ends {
		var got Point
		switch end - start {
		case 0:
		case 1:
			got = points[start]
		default:
			t.Fatalf("segment %d still has %d points", s, end-start)
		}
		if got != want[s] {
			t.Errorf("segment %d sums to %x, want %x", s, got, want[s])
		}
		start = end
	}
}

func TestCombinePanics(t *testing.T) {
	for name, run := range map[string]func(){
		"row too long":   func() { NewTable(Generators(2)).Combine([][]p256.Elem{make([]p256.Elem, 3)}) },
		"scalar missing": func() { Combine(Generators(2), make([]p256.Elem, 1)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			run()
		}()
	}
}

// typicalRows have about half bits and half random elements, as those of a signature
// have.
func typicalRows(r *rand.Rand, rows, width int) [][]p256.Elem {
	v := make([][]p256.Elem, rows)
	for i := range v {
		v[i] = make([]p256.Elem, width)
		for c := range v[i] {
			if i < rows/2 {
				v[i][c] = p256.Field{}.FromUint64(r.Uint64N(2))
			} else {
				v[i][c] = scalar(randomInt(r, bigP))
			}
		}
	}
	return v
}

func BenchmarkCombine(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	defer cores.Limit(0)
	for _, limit := range []int{1, 2} {
		cores.Limit(limit)
		rows := typicalRows(r, 32, 49)
		b.Run(fmt.Sprintf("rows=32x49,cores=%d", limit), func(b *testing.B) {
			t := NewTable(Generators(49))
			for b.Loop() {
				t.Combine(rows)
			}
		})
		b.Run(fmt.Sprintf("rows=32x49,once,cores=%d", limit), func(b *testing.B) {
			for b.Loop() {
				newTable(Generators(49), onceWindow, onceLanes).Combine(rows)
			}
		})
		b.Run(fmt.Sprintf("NewTable=49,cores=%d", limit), func(b *testing.B) {
			for b.Loop() {
				NewTable(Generators(49))
			}
		})
		for _, n := range []int{60, 86, 130} {
			scalars := typicalRows(r, 2, n)[1]
			b.Run(fmt.Sprintf("check=%d,cores=%d", n, limit), func(b *testing.B) {
				for b.Loop() {
					Combine(Generators(n), scalars)
				}
			})
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	encoded := Generator(7).Append(nil)
	for b.Loop() {
		if _, err := Decode(encoded); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGenerator(b *testing.B) {
	for i := range b.N {
		Generator(uint32(i))
	}
}
