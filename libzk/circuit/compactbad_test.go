package circuit

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// oneProduct is one term, x·y, without labels.
func oneProduct() *Circuit[gf128.Elem] {
	f := gf128.Field{}
	return &Circuit[gf128.Elem]{
		Field: f, Name: "product", OneWire: true, Constants: []gf128.Elem{f.One()},
		Layers: []Layer{{Outputs: 1, Inputs: 3, Terms: []Term{{G: 0, L: 1, R: 2, K: 0}}}},
	}
}

// contents are the uncompressed contents of a compact circuit.
func contents(t *testing.T, data []byte) []byte {
	t.Helper()
	b, err := io.ReadAll(flate.NewReader(bytes.NewReader(data[36:])))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// compactOf is a compact circuit of the given contents.
func compactOf(t *testing.T, id [32]byte, b []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	z, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return append(binary.LittleEndian.AppendUint32(id[:], uint32(len(b))), packed.Bytes()...)
}

// TestCompactMalformed: the identifier is what the contents have, so nothing but
// the structure is wrong.
func TestCompactMalformed(t *testing.T) {
	good := oneProduct()
	good.identify()
	data := good.AppendCompact(nil)
	if c, err := ReadCompact(gf128.Field{}, data); err != nil || !c.OneWire {
		t.Fatal(err)
	}
	plain := oneProduct()
	plain.OneWire = false
	plain.identify()
	if c, err := ReadCompact(gf128.Field{}, plain.AppendCompact(nil)); err != nil || c.OneWire {
		t.Errorf("a circuit without a constant wire: %v", err)
	}

	built := func(change func(c *Circuit[gf128.Elem])) []byte {
		c := oneProduct()
		change(c)
		c.identify()
		return c.AppendCompact(nil)
	}
	whole := contents(t, data)
	negative := oneProduct()
	negative.Layers[0].Terms[0].L = 1<<32 - 1
	negative.identify()
	other := good.ID
	other[0] ^= 1
	long := slices.Clone(data)
	binary.LittleEndian.PutUint32(long[32:], maxCompact+1)
	for name, v := range map[string]struct {
		data   []byte
		reason string
	}{
		"an output that is not there":  {built(func(c *Circuit[gf128.Elem]) { c.Layers[0].Terms[0].G = 1 }), "of 2"},
		"an input that is not there":   {built(func(c *Circuit[gf128.Elem]) { c.Layers[0].Terms[0].L = 3 }), "3 of 3"},
		"a constant that is not there": {built(func(c *Circuit[gf128.Elem]) { c.Layers[0].Terms[0].K = 1 }), "1 of 1"},
		"an input below zero":          {compactOf(t, negative.ID, bytes.Replace(contents(t, negative.AppendCompact(nil)), binary.AppendVarint(nil, 1<<32-1), binary.AppendVarint(nil, -1), 1)), "-1 of 3"},
		"no layers":                    {built(func(c *Circuit[gf128.Elem]) { c.Layers = nil }), "0 layers"},
		"layers that do not fit":       {built(func(c *Circuit[gf128.Elem]) { c.Layers = append(c.Layers, Layer{Outputs: 2, Inputs: 2}) }), "reads 3 wires of 2"},
		"the number of labels missing": {compactOf(t, good.ID, whole[:len(whole)-1]), "truncated"},
		"a byte more":                  {compactOf(t, good.ID, append(slices.Clone(whole), 0)), "1 bytes more"},
		"another identifier":           {compactOf(t, other, whole), "its contents have"},
		"contents longer than any":     {long, "at most"},
	} {
		if _, err := ReadCompact(gf128.Field{}, v.data); !errors.Is(err, ErrCompact) || !strings.Contains(err.Error(), v.reason) {
			t.Errorf("%s: %v, want %q", name, err, v.reason)
		}
	}
}
