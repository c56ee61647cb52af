package pedersen

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/big"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/internal/cores"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/tom256"
)

var field p256.Field

func sample(t testing.TB) p256.Elem {
	t.Helper()
	e, err := field.Sample(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// sampleRows are rows half of whose elements are bits, in turn.
func sampleRows(t testing.TB, n, width int) [][]p256.Elem {
	rows := make([][]p256.Elem, n)
	for i := range rows {
		rows[i] = make([]p256.Elem, width)
		for c := range rows[i] {
			if rows[i][c] = sample(t); (i+c)%2 == 0 {
				rows[i][c] = field.FromUint64(mathrand.Uint64N(2))
			}
		}
	}
	return rows
}

// times is k·p by doubling and adding.
func times(p tom256.Point, k p256.Elem) (sum tom256.Point) {
	v := k.BigInt(new(big.Int))
	for i := v.BitLen() - 1; i >= 0; i-- {
		if sum = sum.Add(sum); v.Bit(i) == 1 {
			sum = sum.Add(p)
		}
	}
	return sum
}

// combine is Σ weights[i]·rows[i].
func combine(weights []p256.Elem, rows [][]p256.Elem) []p256.Elem {
	sum := make([]p256.Elem, len(rows[0]))
	for i, row := range rows {
		field.Axpy(sum, weights[i], row)
	}
	return sum
}

// A commitment is what its definition says.
func TestCommit(t *testing.T) {
	for _, width := range []int{3, 0, 7, 1} {
		rows := sampleRows(t, 4, width)
		for i := range rows[0] {
			rows[0][i] = p256.Elem{}
		}
		commitments, blinders, err := Commit(rows, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			want := times(tom256.Generator(1<<31), blinders[i])
			for c, e := range row {
				want = want.Add(times(tom256.Generator(uint32(c)), e))
			}
			if commitments[i] != want {
				t.Errorf("rows of %d: commitment %d is %x, want %x", width, i, commitments[i], want)
			}
		}
	}
}

// Wide rows, whose table is not kept.
func TestCommitWide(t *testing.T) {
	rows := sampleRows(t, 1, maxKept+1)
	commitments, blinders, err := Commit(rows, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(commitments, []p256.Elem{field.One()}, rows[0], blinders[0]); err != nil {
		t.Error(err)
	}
	if kept.width > maxKept {
		t.Errorf("a table of width %d is kept", kept.width)
	}
}

// The table is kept between calls, and not after Forget; the commitments are the same.
func TestForget(t *testing.T) {
	rows := sampleRows(t, 1, 3)
	for range 2 {
		commitments, blinders, err := Commit(rows, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if kept.table == nil || kept.width < 3 {
			t.Errorf("a table of width %d is kept", kept.width)
		}
		if err := Check(commitments, []p256.Elem{field.One()}, rows[0], blinders[0]); err != nil {
			t.Error(err)
		}
		Forget()
		if kept.table != nil || kept.width != 0 {
			t.Errorf("a table of width %d is kept after Forget", kept.width)
		}
	}
}

// Blinders are what the source yields, without what is not below p, and never used twice:
// equal rows have different commitments.
func TestBlinders(t *testing.T) {
	five, six := make([]byte, 32), make([]byte, 32)
	five[0], six[0] = 5, 6
	stream := slices.Concat(bytes.Repeat([]byte{0xff}, 32), five, six)
	rows := [][]p256.Elem{{field.One()}, {field.One()}}
	commitments, blinders, err := Commit(rows, bytes.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	if want := []p256.Elem{field.FromUint64(5), field.FromUint64(6)}; !slices.Equal(blinders, want) {
		t.Errorf("blinders %x, want %x", blinders, want)
	}
	if commitments[0] == commitments[1] {
		t.Error("equal rows have one commitment")
	}
	if _, _, err := Commit(rows, bytes.NewReader(stream[:95])); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a source that ends: %v, want %v", err, io.ErrUnexpectedEOF)
	}
	// Zero for a row of zeros is infinity.
	if _, _, err := Commit([][]p256.Elem{{{}, {}}}, bytes.NewReader(make([]byte, 32))); err == nil || !strings.Contains(err.Error(), "not random") {
		t.Errorf("commitment to nothing: %v", err)
	}

	seen := make(map[p256.Elem]bool)
	for range 50 {
		_, blinders, err := Commit(rows, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range blinders {
			if seen[s] {
				t.Fatal("a blinder is used twice")
			}
			seen[s] = true
		}
	}
}

func TestCheck(t *testing.T) {
	for _, shape := range [][2]int{{33, 49}, {3, 1}, {1, 5}, {2, 0}} {
		rows := sampleRows(t, shape[0], shape[1])
		commitments, blinders, err := Commit(rows, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		weights := []p256.Elem{field.One()}
		for range len(rows) - 1 {
			weights = append(weights, sample(t))
		}
		row, blinder := combine(weights, rows), field.Dot(weights, blinders)
		if err := Check(commitments, weights, row, blinder); err != nil {
			t.Fatalf("%d rows of %d: %v", shape[0], shape[1], err)
		}

		refuse := func(what string, commitments []tom256.Point, weights, row []p256.Elem, blinder p256.Elem) {
			t.Helper()
			if err := Check(commitments, weights, row, blinder); !errors.Is(err, ErrAnswer) {
				t.Errorf("%d rows of %d, %s: %v, want %v", shape[0], shape[1], what, err, ErrAnswer)
			}
		}
		refuse("blinder wrong", commitments, weights, row, field.Add(blinder, field.One()))
		refuse("blinder negated", commitments, weights, row, field.Neg(blinder))
		for c := range row {
			other := slices.Clone(row)
			other[c] = field.Add(other[c], field.One())
			refuse(fmt.Sprintf("element %d wrong", c), commitments, weights, other, blinder)
			if c > 0 {
				other = slices.Clone(row)
				other[c-1], other[c] = other[c], other[c-1]
				refuse(fmt.Sprintf("elements %d and %d exchanged", c-1, c), commitments, weights, other, blinder)
			}
		}
		for i := range commitments {
			other := slices.Clone(commitments)
			other[i] = other[i].Neg()
			refuse(fmt.Sprintf("commitment %d of the other parity", i), other, weights, row, blinder)
			other[i] = commitments[i].Add(tom256.Generator(0))
			refuse(fmt.Sprintf("commitment %d of another row", i), other, weights, row, blinder)
			if i > 0 {
				other = slices.Clone(commitments)
				other[i-1], other[i] = other[i], other[i-1]
				refuse(fmt.Sprintf("commitments %d and %d exchanged", i-1, i), other, weights, row, blinder)
			}
			changed := slices.Clone(weights)
			changed[i] = field.Add(changed[i], field.One())
			refuse(fmt.Sprintf("weight %d wrong", i), commitments, changed, row, blinder)
		}
	}
}

// Scalars at which digits end: 0 and p - 1.
func TestCheckEdges(t *testing.T) {
	minus := field.Neg(field.One())
	rows := [][]p256.Elem{{minus, {}, minus}, {{}, {}, minus}, {field.One(), minus, {}}}
	commitments, blinders, err := Commit(rows, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, weights := range [][]p256.Elem{{minus, minus, minus}, {{}, minus, {}}, {field.One(), field.One(), field.One()}} {
		row, blinder := combine(weights, rows), field.Dot(weights, blinders)
		if err := Check(commitments, weights, row, blinder); err != nil {
			t.Errorf("weights %x: %v", weights, err)
		}
		if err := Check(commitments, weights, row, field.Sub(blinder, field.One())); !errors.Is(err, ErrAnswer) {
			t.Errorf("weights %x, blinder wrong: %v", weights, err)
		}
	}
	// Nothing opens nothing, and only that.
	if err := Check(nil, nil, nil, p256.Elem{}); err != nil {
		t.Error(err)
	}
	if err := Check(nil, nil, nil, field.One()); !errors.Is(err, ErrAnswer) {
		t.Errorf("a blinder of no commitment: %v", err)
	}
}

func TestCheckPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a commitment without a weight was checked")
		}
	}()
	Check([]tom256.Point{tom256.Blinder()}, nil, nil, field.One())
}

func TestEncoding(t *testing.T) {
	defer cores.Limit(0)
	commitments, _, err := Commit(sampleRows(t, 9, 2), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := Append([]byte("before"), commitments)[6:]
	if len(b) != 9*33 {
		t.Fatalf("%d bytes, want %d", len(b), 9*33)
	}
	for _, limit := range []int{1, 3} {
		cores.Limit(limit)
		got, err := Decode(append(b, 1, 2, 3), 9)
		if err != nil || !slices.Equal(got, commitments) {
			t.Errorf("decoded to other commitments: %v", err)
		}
		for i := range 9 {
			other := slices.Clone(b)
			other[33*i] = 4
			if _, err := Decode(other, 9); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("commitment %d of 9", i)) {
				t.Errorf("commitment %d with prefix 04: %v", i, err)
			}
		}
	}
	for _, n := range []int{0, 1, 33, 8 * 33, len(b) - 1} {
		if _, err := Decode(b[:n], 9); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

func BenchmarkPedersen(b *testing.B) {
	rows := sampleRows(b, 33, 49)
	commitments, blinders, err := Commit(rows, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	weights := make([]p256.Elem, len(rows))
	for i := range weights {
		weights[i] = sample(b)
	}
	row, blinder := combine(weights, rows), field.Dot(weights, blinders)
	encoded := Append(nil, commitments)
	defer cores.Limit(0)
	for _, limit := range []int{1, 2} {
		cores.Limit(limit)
		b.Run(fmt.Sprintf("Commit,cores=%d", limit), func(b *testing.B) {
			for b.Loop() {
				if _, _, err := Commit(rows, rand.Reader); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("DecodeCheck,cores=%d", limit), func(b *testing.B) {
			for b.Loop() {
				commitments, err := Decode(encoded, len(rows))
				if err != nil {
					b.Fatal(err)
				}
				if err := Check(commitments, weights, row, blinder); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
