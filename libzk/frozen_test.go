package libzk

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/opening"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/tom256"
)

// TestFrozenGeometries holds the codes and rows that are chosen, for vectors from the
// smallest to those of 2^20 bits, to what was frozen: both sides choose by themselves, and
// a choice that is as good is another proof.
func TestFrozenGeometries(t *testing.T) {
	h := sha256.New()
	count := 0
	write := func(g opening.Geometry) {
		for _, v := range []int{g.ShortRows, g.FullRows, g.Block, g.Columns, g.Queries, g.Log} {
			h.Write(binary.LittleEndian.AppendUint64(nil, uint64(v)))
		}
		count++
	}
	for short := 129; short < 1<<20; short += short*3/8 + 1 {
		for _, full := range []int{700, 1800, 5500, 15_000} {
			gf := opening.Part{Short: short, Full: full, SymbolSize: 2, Size: 16}
			p := opening.Part{Full: 500 + full/4*3, SymbolSize: p256.Field{}.Size(), Size: p256.Field{}.Size()}
			for _, parts := range [][]opening.Part{{gf}, {gf, p}} {
				gs, err := opening.Choose(parts, queries, pathBytes)
				if err != nil {
					t.Fatal(err)
				}
				for _, g := range gs {
					write(g)
				}
			}
		}
	}
	for full := 1; full < 8000; full += full/9 + 1 {
		g, err := opening.NewPointGeometry(full, tom256.Size, p256.Field{}.Size())
		if err != nil {
			t.Fatal(err)
		}
		write(g)
	}
	const want = "4f0bf3d747fd744c0549bc0acf64b2765e15f8d1ed240c8220c8dd6cb7b4abdd of 416"
	if got := fmt.Sprintf("%x of %d", h.Sum(nil), count); got != want {
		t.Errorf("geometries are %s, want %s: the codes that both sides choose are part of the format", got, want)
	}
}
